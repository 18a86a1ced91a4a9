//! Names of files: which are wanted, what records call them, and their repository.

use std::path::{Component, Path};

/// The path as records have it: relative to `root` if it lies below, with `/` between its parts.
pub fn record_path(file: &Path, root: &Path) -> String {
    let parts = |path: &Path| -> Vec<String> {
        path.components()
            .filter(|part| *part != Component::CurDir)
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect()
    };
    let (file, root) = (parts(file), parts(root));
    let below = file.strip_prefix(&root[..]).filter(|rest| !rest.is_empty()).unwrap_or(&file);
    below.join("/").replace("//", "/")
}

/// The repository of a path as records have it: its first `depth` folders, `""` when it has none.
pub fn repo_of(path: &str, depth: usize) -> String {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let parts: Vec<&str> = folders.split('/').filter(|part| !part.is_empty()).take(depth).collect();
    parts.join("/")
}

/// Whether a name found in a folder or an archive has one of the endings.
pub fn is_wanted(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|extension| endings.iter().any(|ending| extension == *ending))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{record_path, repo_of};

    #[test]
    fn paths_in_records_are_relative_to_the_root() {
        let path = |file: &str, root: &str| record_path(Path::new(file), Path::new(root));
        assert_eq!(path("./a/b.ipynb", "."), "a/b.ipynb");
        assert_eq!(path("c/a/b.ipynb", "c/"), "a/b.ipynb");
        assert_eq!(path("d/a.ipynb", "c"), "d/a.ipynb");
        assert_eq!(path("/x/a.ipynb", "/x"), "a.ipynb");
        assert_eq!(path("/x/a.ipynb", "."), "/x/a.ipynb");
    }

    #[test]
    fn repositories_are_the_first_folders() {
        assert_eq!(repo_of("a/b/c.ipynb", 1), "a");
        assert_eq!(repo_of("a/b/c.ipynb", 2), "a/b");
        assert_eq!(repo_of("a/b/c.ipynb", 9), "a/b");
        assert_eq!(repo_of("c.ipynb", 1), "");
        assert_eq!(repo_of("/x/c.ipynb", 1), "x");
    }
}

//! `--to py DIR`: scripts as files of their own, for those who want Python and no records.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};
use filter::Output;
use records::Script;

/// A folder that fills with scripts, at the places that the notebooks have below the root.
pub struct Folder {
    folder: PathBuf,
    taken: HashSet<PathBuf>,
}

impl Folder {
    /// The folder; it is made when the first script comes.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), taken: HashSet::new() }
    }

    /// Writes a script: `a/b.ipynb` becomes `a/b.py`, and `a/b.2.py` if that is from this run already.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, script: &Script) -> Result<()> {
        let path = self.free_name(&script.path);
        let parent = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        let mut output = Output::create(&path)?;
        output.write(script.code.as_bytes())?;
        output.finish()
    }

    fn free_name(&mut self, path: &str) -> PathBuf {
        // Only the plain parts: nothing is written outside of the folder.
        let mut target = self.folder.clone();
        target.extend(Path::new(path).components().filter(|part| matches!(part, Component::Normal(_))));
        let stem = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = stem.strip_suffix(".ipynb").or_else(|| stem.strip_suffix(".py")).unwrap_or(&stem);
        let names = std::iter::once(format!("{stem}.py")).chain((2..).map(|n| format!("{stem}.{n}.py")));
        for name in names {
            target.set_file_name(name);
            if self.taken.insert(target.clone()) {
                break;
            }
        }
        target
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Folder;

    #[test]
    fn names_are_free_and_inside() {
        let mut folder = Folder::new(Path::new("out"));
        let names =
            ["a/b.ipynb", "a/b.py", "../../x.ipynb", "/etc/y", "stdin:3"].map(|path| folder.free_name(path));
        assert_eq!(
            names,
            ["out/a/b.py", "out/a/b.2.py", "out/x.py", "out/etc/y.py", "out/stdin:3.py"].map(Path::new)
        );
    }
}

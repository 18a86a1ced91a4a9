//! Which installed distribution a file belongs to, as installers write it down (`NAME-VERSION.dist-info/RECORD`).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rustc_hash::FxHashMap;

/// The distributions of folders of installed packages.
#[derive(Debug, Default)]
pub struct Distributions {
    /// Names and versions.
    distributions: Vec<(String, String)>,
    /// For every file its distribution.
    files: FxHashMap<PathBuf, u32>,
}

impl Distributions {
    /// Those of the folders among the inputs.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub fn of(inputs: &[PathBuf]) -> Result<Self> {
        let mut found = Self::default();
        for folder in inputs.iter().filter(|input| input.is_dir()) {
            let trouble = || format!("cannot read {}", folder.display());
            let mut entries: Vec<PathBuf> = Vec::new();
            for entry in fs::read_dir(folder).with_context(trouble)? {
                entries.push(entry.with_context(trouble)?.path());
            }
            entries.sort();
            let is_info = |path: &&PathBuf| path.extension().is_some_and(|ending| ending == "dist-info");
            for info in entries.iter().filter(is_info) {
                found.add(folder, info);
            }
        }
        Ok(found)
    }

    /// Adds what one `dist-info` lists; one without list or name is passed over.
    fn add(&mut self, folder: &Path, info: &Path) {
        let (Ok(metadata), Ok(record)) =
            (fs::read(info.join("METADATA")), fs::read_to_string(info.join("RECORD")))
        else {
            return;
        };
        let metadata = String::from_utf8_lossy(&metadata);
        let head = || metadata.lines().take_while(|line| !line.is_empty());
        let field = |name: &str| head().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let Some(name) = field("Name") else { return };
        let number = self.distributions.len() as u32;
        let version = field("Version").unwrap_or_default();
        self.distributions.push((name.trim().to_owned(), version.trim().to_owned()));
        for line in record.lines() {
            let path = match line.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => line.split(',').next(),
            };
            if let Some(path) = path.filter(|path| path.ends_with(".py")) {
                self.files.insert(folder.join(path), number);
            }
        }
    }

    /// Name and version of the distribution that a file belongs to, empty if none is known.
    pub fn of_file(&self, file: &Path) -> (&str, &str) {
        let number = self.files.get(file);
        let of = number.and_then(|number| self.distributions.get(*number as usize));
        of.map_or(("", ""), |(name, version)| (name, version))
    }
}

#[cfg(test)]
mod tests {
    use testkit::Folder;

    use super::Distributions;

    #[test]
    fn files_belong_to_who_lists_them() {
        let folder = Folder::new();
        folder.write(
            "a-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: A.b\nVersion: 1.0\n\nName: no\n",
        );
        folder.write("a-1.0.dist-info/RECORD", "a/x.py,sha256=q,7\n\"a/odd,name.py\",,\na/data.txt,,\n");
        folder.write("b-2.0.dist-info/METADATA", "Name: b\n");
        let found = Distributions::of(&[folder.path().to_owned()]).unwrap();
        let of = |name: &str| found.of_file(&folder.join(name));
        assert_eq!(of("a/x.py"), ("A.b", "1.0"));
        assert_eq!(of("a/odd,name.py"), ("A.b", "1.0"));
        assert_eq!([of("a/data.txt"), of("b.py")], [("", ""); 2]);
    }
}

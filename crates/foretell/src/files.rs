//! Files that a notebook reads by names written in its code, and whether they are there.

use pysource::Act;

use crate::Surroundings;
use crate::code::Code;

/// What is known of the files of a notebook.
pub struct Files<'a, S> {
    surroundings: &'a S,
    /// File names that some cell may write, without folders.
    written: Vec<String>,
    /// Whether files may come from anywhere: a download, an unpacked archive, another working folder.
    pub may_appear: bool,
    /// Whether packages may be installed on the way.
    pub may_install: bool,
}

impl<'a, S: Surroundings> Files<'a, S> {
    /// Looks at what the cells do with files.
    pub fn beside(surroundings: &'a S, code: &[Code]) -> Self {
        let mut files = Self {
            surroundings,
            written: Vec::new(),
            may_appear: !surroundings.knows_folder(),
            may_install: false,
        };
        for one in code {
            for event in &one.events {
                if let Act::Call(first, second) = &event.act {
                    files.call(&event.name, first.as_deref(), second.as_deref());
                }
            }
            for command in one.commands() {
                const FETCH: [&str; 14] = [
                    "wget", "curl", "git ", "unzip", "tar ", "gdown", "kaggle", "cp ", "mv ", "cd ", "mkdir",
                    "gsutil", "aws ", "python",
                ];
                files.may_appear |= FETCH.iter().any(|word| command.contains(word));
                files.may_install |= command.contains("install") || command.contains("git ");
                let written = command.strip_prefix("writefile ").or_else(|| command.strip_prefix("file "));
                files.written.extend(written.map(|path| file_name(path.trim())));
            }
        }
        files
    }

    fn call(&mut self, function: &str, first: Option<&str>, second: Option<&str>) {
        const FETCH: [&str; 14] = [
            "chdir",
            "mount",
            "urlretrieve",
            "extractall",
            "get_file",
            "system",
            "run",
            "download",
            "makedirs",
            "check_call",
            "Popen",
            "copy",
            "move",
            "unpack_archive",
        ];
        let last = function.rsplit('.').next().unwrap_or_default();
        self.may_appear |= FETCH.contains(&last) || last.starts_with("download");
        let is_open = last == "open" && second.is_some_and(|mode| mode.contains(['w', 'a', 'x', '+']));
        let writes = is_open
            || last.starts_with("to_")
            || last.starts_with("save")
            || last.contains("write")
            || last == "dump";
        if writes {
            self.written.extend(first.map(file_name));
            self.written.extend(second.map(file_name));
            // Under a name that is made up on the way anything may be written.
            self.may_appear |= first.is_none() && last != "savefig" && !last.ends_with("write");
        }
    }

    /// The file that a call reads and that is not there.
    pub fn missing(&self, function: &str, first: Option<&str>, second: Option<&str>) -> Option<String> {
        const READERS: [&str; 13] = [
            "read_csv",
            "read_excel",
            "read_json",
            "read_table",
            "read_parquet",
            "read_pickle",
            "read_feather",
            "loadtxt",
            "genfromtxt",
            "loadmat",
            "read_stata",
            "read_sas",
            "read_hdf",
        ];
        let last = function.rsplit('.').next().unwrap_or_default();
        let is_read = match function {
            "open" => !second.is_some_and(|mode| mode.contains(['w', 'a', 'x'])),
            "Image.open" | "PIL.Image.open" | "plt.imread" | "mpimg.imread" | "np.load" | "joblib.load" => {
                true
            }
            _ => READERS.contains(&last),
        };
        let path = first.filter(|_| is_read && !self.may_appear)?;
        let is_remote = path.contains("://") || path.contains(['\n', '{', '<']) || path.trim().is_empty();
        if is_remote || self.written.contains(&file_name(path)) || path.len() > 255 {
            return None;
        }
        (!self.surroundings.has(path)).then(|| path.to_owned())
    }

    /// Whether a module lies beside the notebook.
    pub fn has_module(&self, root: &str) -> bool {
        self.written.contains(&format!("{root}.py"))
            || self.surroundings.has(&format!("{root}.py"))
            || self.surroundings.has_folder(root)
    }
}

fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use records::CrashCell;

    use super::Files;
    use crate::Surroundings;
    use crate::code::read;

    /// A folder with a table and a module.
    struct Folder;

    impl Surroundings for Folder {
        fn knows_folder(&self) -> bool {
            true
        }

        fn has(&self, path: &str) -> bool {
            ["there.csv", "helper.py"].contains(&path)
        }

        fn has_folder(&self, _: &str) -> bool {
            false
        }

        fn is_installed(&self, _: &str) -> Option<bool> {
            None
        }
    }

    fn missing(sources: &[&str], function: &str, first: &str, mode: Option<&str>) -> Option<String> {
        let cells: Vec<CrashCell> = sources
            .iter()
            .map(|source| CrashCell { source: (*source).to_owned(), ..CrashCell::default() })
            .collect();
        let code = read(&cells);
        let files = Files::beside(&Folder, &code);
        assert!(files.has_module("helper") && !files.has_module("other"));
        files.missing(function, Some(first), mode)
    }

    #[test]
    fn files_that_are_not_there() {
        assert_eq!(missing(&[], "pd.read_csv", "gone.csv", None).as_deref(), Some("gone.csv"));
        assert_eq!(missing(&[], "open", "gone.txt", Some("rb")).as_deref(), Some("gone.txt"));
        assert_eq!(
            missing(&["x.to_csv('other.csv')"], "pd.read_csv", "a/gone.csv", None).as_deref(),
            Some("a/gone.csv")
        );
    }

    #[test]
    fn files_that_are_there_or_may_come() {
        assert_eq!(missing(&[], "pd.read_csv", "there.csv", None), None);
        assert_eq!(missing(&[], "open", "new.txt", Some("w")), None);
        assert_eq!(missing(&[], "print", "gone.csv", None), None);
        assert_eq!(missing(&[], "pd.read_csv", "https://x/y.csv", None), None);
        for makes in [
            "x.to_csv('out/gone.csv')",
            "!wget http://x/gone.csv",
            "os.chdir('..')",
            "%%writefile gone.csv\na",
        ] {
            assert_eq!(missing(&[makes], "pd.read_csv", "gone.csv", None), None, "{makes}");
        }
    }
}

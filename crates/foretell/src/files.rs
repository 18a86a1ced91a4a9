//! Files that a notebook reads by names written in its code, and whether they are there.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use pysource::Act;
use regex::Regex;

use crate::Surroundings;
use crate::code::Code;
use crate::unseen::{Unseen, has_shell};

/// What is known of the files of a notebook.
pub struct Files<'a, S> {
    surroundings: &'a S,
    code: &'a [Code<'a>],
    /// File names that some cell may write, without folders.
    written: Vec<String>,
    /// Whether files may come from anywhere: a download, an unpacked archive, another working folder.
    pub may_appear: bool,
    /// Whether packages may be installed on the way.
    pub may_install: bool,
    /// How many texts name a file and are not what a reader is called with, by its name without folder and ending;
    /// counted when first asked.
    mentions: OnceCell<BTreeMap<String, usize>>,
}

impl<'a, S: Surroundings> Files<'a, S> {
    /// Looks at what the cells do with files.
    pub fn beside(surroundings: &'a S, code: &'a [Code<'a>]) -> Self {
        let mut files = Self {
            surroundings,
            code,
            written: Vec::new(),
            may_appear: !surroundings.knows_folder(),
            may_install: false,
            mentions: OnceCell::new(),
        };
        let shell = code.iter().any(|one| has_shell(&one.cell.source));
        for one in code {
            for event in &one.events {
                if let Act::Call(first, second) = &event.act {
                    files.call(&event.name, first.as_deref(), second.as_deref());
                    files.note(Unseen::of_call(&event.name, first.as_deref(), second.as_deref(), shell));
                }
            }
            for escape in &one.escapes {
                files.note(Unseen::of_escape(one, escape));
            }
            files.may_appear |= one.fault.is_some();
            // A command, in whatever language, or another folder of modules.
            let source = &one.cell.source;
            files.may_install |=
                ["install", "git ", "sys.path", "addsitedir"].iter().any(|word| source.contains(word));
        }
        files
    }

    fn note(&mut self, unseen: Unseen) {
        self.may_appear |= unseen.any_file;
        self.written.extend(unseen.file.map(|path| file_name(&path)));
    }

    fn call(&mut self, function: &str, first: Option<&str>, second: Option<&str>) {
        const FETCH: [&str; 24] = [
            "chdir",
            "mount",
            "urlretrieve",
            "extractall",
            "extract",
            "get_file",
            "system",
            "run",
            "call",
            "makedirs",
            "check_call",
            "check_output",
            "getoutput",
            "getstatusoutput",
            "Popen",
            "popen",
            "copy",
            "move",
            "write_text",
            "write_bytes",
            "touch",
            "symlink_to",
            "hardlink_to",
            "render",
        ];
        const PARTS: [&str; 6] = ["download", "upload", "fetch", "export", "unpack", "archive"];
        let last = function.rsplit('.').next().unwrap_or_default();
        let is_text = function.contains(".str.");
        let is_of_files = ["shutil.", "subprocess.", "os.rename", "os.replace", "os.link", "os.symlink"]
            .iter()
            .any(|start| function.starts_with(start))
            || function.contains("Path().re");
        self.may_appear |= !is_text
            && (FETCH.contains(&last)
                || is_of_files
                || PARTS.iter().any(|part| last.to_lowercase().contains(part)));
        let writes_in = |mode: Option<&str>| mode.is_some_and(|mode| mode.contains(['w', 'a', 'x', '+']));
        // The method of a path has its mode first.
        self.may_appear |=
            last == "open" && function != "open" && first.is_some_and(is_mode) && writes_in(first);
        let writes = last == "open" && writes_in(second)
            || last.starts_with("to_")
            || last.starts_with("save")
            || last.to_lowercase().contains("write")
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
        let path = first.filter(|_| !self.may_appear && is_read(function, second))?;
        let is_none =
            path.contains("://") || path.contains(['\n', '{', '<', '[', '*', '?']) || path.trim().is_empty();
        // pandas looks into the user's folder, Python does not.
        let is_of_user = path.starts_with('~') && is_of_pandas(function);
        if is_none || is_of_user || self.written.contains(&file_name(path)) || path.len() > 255 {
            return None;
        }
        let is_missing = !self.surroundings.has(path) && !self.is_mentioned(path);
        is_missing.then(|| path.to_owned())
    }

    /// Whether the file is named anywhere but where it is read: whoever names it may write it, or look whether it is there.
    fn is_mentioned(&self, path: &str) -> bool {
        let count = || {
            let mut mentions = BTreeMap::new();
            for one in self.code {
                mentioned(&one.cell.source, &mut mentions);
            }
            for event in self.code.iter().flat_map(|one| &one.events) {
                if let Act::Call(Some(first), second) = &event.act
                    && is_read(&event.name, second.as_deref())
                    && let Some(count) = mentions.get_mut(stem(first))
                {
                    *count = count.saturating_sub(1);
                }
            }
            mentions
        };
        self.mentions.get_or_init(count).get(stem(path)).is_some_and(|count| *count > 0)
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

/// The name of a file without folder and ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.find('.').filter(|at| *at > 0).map_or(name, |at| &name[..at])
}

/// Whether a text is a mode of `open`.
fn is_mode(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.chars().all(|letter| "rwxabt+U".contains(letter))
}

fn is_of_pandas(function: &str) -> bool {
    const READERS: [&str; 10] = [
        "read_csv",
        "read_excel",
        "read_json",
        "read_table",
        "read_parquet",
        "read_pickle",
        "read_feather",
        "read_stata",
        "read_sas",
        "read_hdf",
    ];
    READERS.contains(&function.rsplit('.').next().unwrap_or_default())
}

/// Whether a call reads the file that its first argument names.
fn is_read(function: &str, second: Option<&str>) -> bool {
    match function {
        "open" => !second.is_some_and(|mode| mode.contains(['w', 'a', 'x'])),
        "Image.open" | "PIL.Image.open" | "plt.imread" | "mpimg.imread" | "np.load" | "joblib.load" => true,
        _ => {
            let last = function.rsplit('.').next().unwrap_or_default();
            is_of_pandas(function) || ["loadtxt", "genfromtxt", "loadmat"].contains(&last)
        }
    }
}

/// Counts the texts of a source by the file that each could name: those with an ending, and those that are an argument
/// (`np.save("table", …)` adds the ending). Comments are left out.
fn mentioned(source: &str, mentions: &mut BTreeMap<String, usize>) {
    static TEXT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"([(,=]\s*)?[rbfRBF]?(?:"([^"\n]{1,255})"|'([^'\n]{1,255})')"#).expect("a good pattern")
    });
    let mut code = String::with_capacity(source.len());
    let mut copied = 0;
    for comment in pysource::comments(source) {
        code.push_str(&source[copied..comment.start]);
        copied = comment.end;
    }
    code.push_str(&source[copied..]);
    for found in TEXT.captures_iter(&code) {
        let text = found.get(2).or(found.get(3)).map_or("", |text| text.as_str());
        if found.get(1).is_some() || file_name(text).contains('.') {
            *mentions.entry(stem(text).to_owned()).or_default() += 1;
        }
    }
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
        assert_eq!(missing(&[], "open", "~/gone.txt", None).as_deref(), Some("~/gone.txt"));
        let quiet = "pd.read_csv('gone.csv')  # 'gone.csv'\n!pip install x\ndf['gone']\n%matplotlib inline\ns.str.extract('a')";
        assert_eq!(missing(&[quiet], "pd.read_csv", "gone.csv", None).as_deref(), Some("gone.csv"));
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
        assert_eq!(missing(&[], "pd.read_json", "[1]", None), None);
        assert_eq!(missing(&[], "pd.read_csv", "~/gone.csv", None), None);
        for makes in [
            "x.to_csv('out/gone.csv')",
            "!wget http://x/gone.csv",
            "os.chdir('..')",
            "%%writefile gone.csv\na",
            "%%bash\necho a > gone.csv",
            "!touch gone.csv",
            "%save gone 1",
            "%%some_magic\na",
            "np.save('gone', x)",
            "Path('gone.csv').write_text('x')",
            "Path(name).open('w')",
            "p = Path('gone.csv')",
            "shutil.copyfile(a, b)",
            "subprocess.check_output(command)",
            "ModelCheckpoint('gone.csv', monitor='loss')",
            "if os.path.exists('gone.csv'): pass",
            "names = ['x/gone.csv']",
            "get_ipython().run_line_magic('run', 'make.py')",
            "print 'of Python 2'",
        ] {
            assert_eq!(missing(&[makes], "pd.read_csv", "gone.csv", None), None, "{makes}");
        }
    }
}

//! R2 and R3: an item, an attribute, a module or a file was missing that a cell of the notebook makes.

use std::sync::LazyLock;

use foretell::Code;
use pysource::Act;
use regex::Regex;

use super::order::{Origin, explain};
use super::{Case, Verdict};

pub fn cause(case: &Case) -> Option<Verdict> {
    match case.crash.exception.as_str() {
        "KeyError" => {
            let key = missing_key(case.message)?;
            of_parts(case, &key, ["R2c.previous_error", "R2b.out_of_order", "R2a.future_cell"])
        }
        "AttributeError" => {
            let (owner, attribute) = missing_attribute(case.message)?;
            if owner == "NoneType" || owner.starts_with("module") {
                return None;
            }
            of_parts(case, &attribute, ["R2c.previous_error", "R2b.out_of_order", "R2a.future_cell"])
        }
        "ModuleNotFoundError" | "ImportError" => module(case),
        "FileNotFoundError" | "IOError" | "OSError" => {
            let file = missing_file(case.message)?;
            let rules = ["R4c.previous_error", "R4b.out_of_order", "R4a.future_cell"];
            explain(case, &file, &origins(case, |code| writes(code, &file)), rules)
        }
        _ => None,
    }
}

/// Items and attributes that cells set: `df["k"] = …`, `obj.k = …`.
fn of_parts(case: &Case, name: &str, rules: [&'static str; 3]) -> Option<Verdict> {
    let set = origins(case, |code| {
        let lines = code.parts.iter().filter(|(part, ..)| part == name);
        lines.map(|(_, line, last)| (*line, *last)).collect()
    });
    explain(case, name, &set, rules)
}

/// A module that the notebook installs or writes itself, or one that is not there at all.
fn module(case: &Case) -> Option<Verdict> {
    let module = missing_module(case.message)?;
    let root = module.split('.').next().unwrap_or(&module).to_owned();
    let packages = packages_of(&root);
    let makes = |code: &Code| -> Vec<(u32, u32)> {
        let is_install = |line: &str| {
            let line = line.trim_start().trim_start_matches(['!', '%']);
            let installs = ["pip install", "pip3 install", "conda install", "-m pip install"];
            installs.iter().any(|command| line.contains(command))
                && line
                    .split(|c: char| c.is_whitespace() || "=<>[]'\"".contains(c))
                    .any(|word| packages.contains(&word))
        };
        let is_written = |line: &str| {
            let file = line
                .trim_start()
                .strip_prefix("%%writefile")
                .or_else(|| line.trim_start().strip_prefix("%%file"));
            file.is_some_and(|file| file.split_whitespace().any(|word| word.trim_end_matches(".py") == root))
        };
        let lines = code.cell.source.lines().zip(1_u32..);
        let is_command = |line: &str| line.trim_start().starts_with(['!', '%']);
        lines
            .filter(|(line, _)| is_command(line) && (is_install(line) || is_written(line)))
            .map(|(_, number)| (number, number))
            .collect()
    };
    let rules = ["R3c.previous_error", "R3b.out_of_order", "R3a.future_cell"];
    if let Some(verdict) = explain(case, &module, &origins(case, makes), rules) {
        return Some(verdict);
    }
    Some(Verdict::new("env.module_missing", "R3.module_missing", 0.9, format!("no module named `{module}`")))
}

/// The names that a module's package has where packages are installed from.
fn packages_of(root: &str) -> Vec<&str> {
    const OTHERS: [(&str, &[&str]); 9] = [
        ("sklearn", &["scikit-learn"]),
        ("cv2", &["opencv-python", "opencv-python-headless", "opencv"]),
        ("PIL", &["pillow", "Pillow"]),
        ("skimage", &["scikit-image"]),
        ("bs4", &["beautifulsoup4"]),
        ("yaml", &["pyyaml", "PyYAML"]),
        ("imblearn", &["imbalanced-learn"]),
        ("dotenv", &["python-dotenv"]),
        ("pytorch_lightning", &["pytorch-lightning"]),
    ];
    let others = OTHERS.iter().find(|(name, _)| *name == root).map_or(&[][..], |(_, packages)| packages);
    others.iter().copied().chain([root]).collect()
}

/// Where a cell writes a file.
fn writes(code: &Code, file: &str) -> Vec<(u32, u32)> {
    let name = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
    let is_it = |path: &Option<String>| path.as_deref().is_some_and(|path| name(path) == name(file));
    let calls = code.events.iter().filter(|event| match &event.act {
        Act::Call(path, mode) => {
            let last = event.name.rsplit('.').next().unwrap_or_default();
            let is_open =
                last == "open" && mode.as_deref().is_some_and(|mode| mode.contains(['w', 'a', 'x']));
            is_it(path) && (is_open || last.starts_with("to_") || last.starts_with("save") || last == "dump")
                || is_it(mode) && last == "urlretrieve"
        }
        _ => false,
    });
    let commands = code.cell.source.lines().zip(1_u32..).filter(|(line, _)| {
        let line = line.trim_start();
        let makes = ["wget", "curl", "unzip", "gdown", "%%writefile", "%%file", "> ", "kaggle"];
        line.starts_with(['!', '%'])
            && makes.iter().any(|word| line.contains(word))
            && line.contains(&name(file))
    });
    calls
        .map(|event| (event.line, event.last_line))
        .chain(commands.map(|(_, number)| (number, number)))
        .collect()
}

fn origins(case: &Case, lines: impl Fn(&Code) -> Vec<(u32, u32)>) -> Vec<Origin> {
    let of_cell = |(at, code): (usize, &Code)| {
        lines(code)
            .into_iter()
            .map(move |(line, last_line)| Origin { at, line, last_line })
            .collect::<Vec<_>>()
    };
    case.code.iter().enumerate().flat_map(of_cell).collect()
}

fn missing_key(message: &str) -> Option<String> {
    static KEY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"^['"](.+?)['"]$|\[['"](.+?)['"]\] not"#).expect("a good pattern"));
    let parts = KEY.captures(message)?;
    parts.get(1).or(parts.get(2)).map(|key| key.as_str().to_owned())
}

/// Whose attribute is missing, and which.
pub fn missing_attribute(message: &str) -> Option<(String, String)> {
    static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:'([^']+)' object|type object '([^']+)'|(module) '?[\w.]+'?) has no attribute '(\w+)'")
            .expect("a good pattern")
    });
    let parts = ATTRIBUTE.captures(message)?;
    let owner = parts.get(1).or(parts.get(2)).or(parts.get(3))?;
    Some((owner.as_str().to_owned(), parts[4].to_owned()))
}

/// The module that could not be imported.
fn missing_module(message: &str) -> Option<String> {
    static MODULE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"No module named '?([\w.]+)'?").expect("a good pattern"));
    MODULE.captures(message).map(|parts| parts[1].to_owned())
}

/// The file that was not found.
fn missing_file(message: &str) -> Option<String> {
    static FILE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:No such file or directory:? |[Ff]ile |not found: )[bru]*['"]?([^'"]+?)['"]?(?: does not exist.*)?$"#)
            .expect("a good pattern")
    });
    FILE.captures(message).map(|parts| parts[1].trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{missing_attribute, missing_file, missing_key, missing_module};

    #[test]
    fn what_messages_are_about() {
        assert_eq!(missing_key("'price'").as_deref(), Some("price"));
        assert_eq!(missing_key("\"['total'] not in index\"").as_deref(), Some("['total'] not in index"));
        assert_eq!(missing_key("\"None of [Index(['a'])]\""), Some("None of [Index(['a'])]".to_owned()));
        assert_eq!(missing_key("3"), None);
        assert_eq!(
            missing_attribute("'DataFrame' object has no attribute 'x'"),
            Some(("DataFrame".into(), "x".into()))
        );
        assert_eq!(
            missing_attribute("module 'a.b' has no attribute 'x'"),
            Some(("module".into(), "x".into()))
        );
        assert_eq!(missing_module("No module named 'a.b'; 'a' is not a package").as_deref(), Some("a.b"));
        assert_eq!(
            missing_file("[Errno 2] No such file or directory: 'd/a.csv'").as_deref(),
            Some("d/a.csv")
        );
        assert_eq!(missing_file("File b'a.csv' does not exist").as_deref(), Some("a.csv"));
    }
}

//! What a saved traceback says: which frames are the notebook's own, on which line, and whose the others are.
//!
//! IPython has spelled frames in four ways over the years, and front ends rewrite them; all are read here, without their
//! colours and links.

use std::sync::LazyLock;

use regex::Regex;

/// A frame, in the order of the traceback: outermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Whose code it is.
    pub owner: Owner,
    /// The line, from 1; 0 when not known.
    pub line: u32,
    /// The function, `<module>` at the top of a cell.
    pub function: String,
    /// The text of the line, as far as the traceback shows it.
    pub text: String,
}

/// Whose code a frame is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Owner {
    /// The notebook's, of the cell that had this execution count, -1 when not known.
    Notebook(i64),
    /// That of an installed package: its first module.
    Package(String),
    /// Some other file.
    #[default]
    File,
}

/// Takes the colours away: `ESC [ digits and semicolons m`.
pub fn plain(text: &str) -> String {
    static COLOUR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\x1b\[[0-9;]*m"));
    COLOUR.replace_all(text, "").into_owned()
}

/// The frames of a traceback; of an executed notebook those that nbexec wrote.
pub fn frames(traceback: &[String]) -> Vec<Frame> {
    static ARROW: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*-+> ?(\d+) ?(.*)$"));
    // VS Code links the number of every line.
    static LINK: LazyLock<Regex> = LazyLock::new(|| pattern(r"<a href='[^']*'>(\d+)</a>"));
    let mut frames: Vec<Frame> = Vec::new();
    for piece in traceback {
        for line in LINK.replace_all(&plain(piece), "$1").lines() {
            // Code may look like a header, but not behind an arrow.
            if let Some(parts) = ARROW.captures(line) {
                if let Some(frame) = frames.last_mut() {
                    frame.line = number(&parts[1]);
                    frame.text = parts[2].trim().to_owned();
                }
            } else if let Some(frame) = header(line) {
                frames.push(frame);
            }
        }
    }
    frames
}

/// The line of the cell that crashed: that of the outermost frame of the notebook's own.
pub fn line_in_cell(frames: &[Frame]) -> u32 {
    frames.iter().find(|frame| matches!(frame.owner, Owner::Notebook(_))).map_or(0, |frame| frame.line)
}

fn header(line: &str) -> Option<Frame> {
    // Colab, Databricks, Kaggle and xeus-python write the files of their own that a cell becomes.
    static OLD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"^\s*(?:File )?"?(?:<ipython-input-(\d+)-[0-9a-f]*>|<command-[\d-]+>|[^"]*[/\\](?:(?:ipykernel|xpython)_\d+[/\\]\d+|ipython-input-(?:(\d+)-)?\d+)\.py)"?(?:,? line (\d+)|:(\d+))?(?:,? in ([^(]*).*)?$"#,
        )
    });
    // VS Code counts cells, not executions.
    static VSCODE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\s*\S.*\.ipynb Cell \d+'?(?: line (\d+))?(?:(?: in| line) ([^(]*).*)?$"));
    static NEW: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\s*(?:Cell |Input )In ?\[(\d+)\](?:, line (\d+))?(?:, in ([^(]*).*)?"));
    static RUN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^cell (\d+) line (\d+)(?: in (.*))?$"));
    static FILE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"^\s*(?:File )?"?((?:(?:[A-Za-z]:|~|\.\.?)?[/\\]|\S+?[/\\])[^:*?"<>|]*?\.(?:pyx?|pxi))"?(?::(\d+)|, line (\d+))?,? in ([^(]*)"#,
        )
    });
    let text = |found: Option<regex::Match>| found.map_or("", |it| it.as_str()).trim().to_owned();
    let line_of = |found: Option<regex::Match>| found.map_or(0, |it| number(it.as_str()));
    let in_notebook = |count: Option<regex::Match>, line, function: String| Frame {
        owner: Owner::Notebook(count.and_then(|it| it.as_str().parse().ok()).unwrap_or(-1)),
        line,
        function: if function.is_empty() || function.starts_with("<cell line") {
            "<module>".into()
        } else {
            function
        },
        text: String::new(),
    };
    if let Some(parts) = NEW.captures(line) {
        return Some(in_notebook(parts.get(1), line_of(parts.get(2)), text(parts.get(3))));
    }
    if let Some(parts) = OLD.captures(line) {
        let line = line_of(parts.get(3).or(parts.get(4)));
        return Some(in_notebook(parts.get(1).or(parts.get(2)), line, text(parts.get(5))));
    }
    if let Some(parts) = VSCODE.captures(line) {
        return Some(in_notebook(None, line_of(parts.get(1)), text(parts.get(2))));
    }
    if let Some(parts) = RUN.captures(line) {
        return Some(in_notebook(None, line_of(parts.get(2)), text(parts.get(3))));
    }
    let parts = FILE.captures(line)?;
    let owner = match package(&parts[1]) {
        Some(package) => Owner::Package(package),
        None => Owner::File,
    };
    let line = line_of(parts.get(2).or(parts.get(3)));
    Some(Frame { owner, line, function: text(parts.get(4)), text: String::new() })
}

/// The first module below `site-packages`.
fn package(path: &str) -> Option<String> {
    let at = ["site-packages", "dist-packages"]
        .iter()
        .find_map(|folder| Some(path.find(folder)? + folder.len()))?;
    let rest = path[at..].trim_start_matches(['/', '\\']);
    let first = rest.split(['/', '\\']).next()?;
    Some(first.trim_end_matches(".py").to_owned())
}

fn number(digits: &str) -> u32 {
    digits.parse().unwrap_or(0)
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a good pattern")
}

#[cfg(test)]
mod tests {
    use super::{Owner, frames, line_in_cell};

    fn check(text: &str, expected: &[(&str, u32, &str)]) {
        let found = frames(&[text.to_owned()]);
        let short: Vec<(String, u32, &str)> = found
            .iter()
            .map(|frame| {
                let owner = match &frame.owner {
                    Owner::Notebook(count) => format!("nb{count}"),
                    Owner::Package(name) => name.clone(),
                    Owner::File => "file".to_owned(),
                };
                (owner, frame.line, frame.function.as_str())
            })
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(owner, line, name)| ((*owner).to_owned(), *line, *name)).collect();
        assert_eq!(short, expected, "{text}");
    }

    #[test]
    fn frames_of_every_age() {
        check(
            "\u{1b}[0;32m<ipython-input-3-66eb>\u{1b}[0m in \u{1b}[0;36m<module>\u{1b}[0;34m()\u{1b}[0m\n      1 a\n----> 2 b()\n",
            &[("nb3", 2, "<module>")],
        );
        check("<ipython-input-12-0a> in load(path)\n     10 x\n---> 11 y", &[("nb12", 11, "load")]);
        check("/tmp/ipykernel_4/12.py in <module>\n----> 1 a", &[("nb-1", 1, "<module>")]);
        check("~\\AppData\\Local\\Temp/ipykernel_4/12.py in <module>\n----> 7 a", &[("nb-1", 7, "<module>")]);
        check("Input In [5], in <cell line: 2>()\n      1 a\n----> 2 b", &[("nb5", 2, "<module>")]);
        check("Cell In[6], line 3\n      1 a\n----> 3 b", &[("nb6", 3, "<module>")]);
        check("Cell In [7], line 3, in load(x)\n----> 3 b", &[("nb7", 3, "load")]);
        check("  File \"<ipython-input-8-ab>\", line 4\n    x = (\n", &[("nb8", 4, "<module>")]);
        check("cell 3 line 2 in load", &[("nb-1", 2, "load")]);
        check(
            "Cell In[1], line 1\n----> 1 f()\nFile ~/x/site-packages/pandas/io/common.py:42, in open(a)\n---> 42 g",
            &[("nb1", 1, "<module>"), ("pandas", 42, "open")],
        );
        check(
            "/usr/lib/python3/dist-packages/numpy/core.py in dot(a, b)\n     1 x\n---> 22 y",
            &[("numpy", 22, "dot")],
        );
        check("/home/me/helpers.py in g()\n---> 22 y", &[("file", 22, "g")]);
    }

    #[test]
    fn frames_of_every_front_end() {
        let link = "<a href='vscode-notebook-cell:/home/ann/a%20b.ipynb#W2sZmlsZQ%3D%3D?line=1'>2</a>";
        let arrow = format!("\u{1b}[1;32m----> {link}\u{1b}[0m total");
        for head in [
            "/home/ann/a.ipynb Cell 3 in <cell line: 2>()",
            "/home/ann/a.ipynb Cell 3' in <cell line: 2>()",
            "/home/ann/my work/a b.ipynb Cell 3 line 2",
            "\u{1b}[1;32mc:\\Users\\ann\\My Work\\a.ipynb Cell 3\u{1b}[0m line \u{1b}[0;36m<cell line: 2>\u{1b}[1;34m()\u{1b}[0m",
        ] {
            check(&format!("{head}\n{arrow}"), &[("nb-1", 2, "<module>")]);
        }
        check(&format!("c:\\My Work\\a.ipynb Cell 3 in load(path)\n{arrow}"), &[("nb-1", 2, "load")]);
        check("/tmp/ipython-input-3-412.py in <cell line: 0>()\n----> 2 a", &[("nb3", 2, "<module>")]);
        check("/tmp/ipython-input-412.py in load(x)\n----> 2 a", &[("nb-1", 2, "load")]);
        check("<command-1536> in <module>\n----> 2 a", &[("nb-1", 2, "<module>")]);
        check("File <command-1536>, line 2\n----> 2 a", &[("nb-1", 2, "<module>")]);
        check("File <command-15-36>:2, in load(x)\n----> 2 a", &[("nb-1", 2, "load")]);
        check("/tmp/xpython_7/412.py in <module>\n----> 2 a", &[("nb-1", 2, "<module>")]);
        check("C:\\My Temp\\ipykernel_4\\12.py in <module>\n----> 2 a", &[("nb-1", 2, "<module>")]);
        check(
            "File c:\\My Work\\env\\lib\\site-packages\\pandas\\io\\common.py:44, in load(x)\n---> 44 b",
            &[("pandas", 44, "load")],
        );
        check("      3 open('/a b/c.py') in d\n----> 4 '/a/b.ipynb Cell 3'", &[]);
    }

    #[test]
    fn the_outermost_frame_of_the_notebook_has_the_line() {
        let text = "Cell In[3], line 9\n----> 9 load()\nCell In[1], line 2, in load()\n----> 2 open()";
        assert_eq!(line_in_cell(&frames(&[text.to_owned()])), 9);
        assert_eq!(line_in_cell(&frames(&["NameError: x".to_owned()])), 0);
    }
}

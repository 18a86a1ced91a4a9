//! Jupytext's light format: paragraphs of a script are cells, and what belongs together stands between `# +` and `# -`.

use std::ops::Range;

/// Whether the header of a script says that it is in this format.
pub(crate) fn is_light(lines: &[&str]) -> bool {
    header(lines).is_some_and(|header| {
        let says = |what: &str| lines[..header].iter().any(|line| line.contains(what));
        says("jupyter:") && says("light") && !says("format_name: percent")
    })
}

/// The cells of a script: their lines from 0, and whether they are code that is to run.
pub(crate) fn cells(lines: &[&str]) -> Vec<(Range<usize>, bool)> {
    let mut cells = Vec::new();
    let mut at = header(lines).unwrap_or(0);
    let marks = Marks::of(&lines[..at]);
    while at < lines.len() {
        if is_blank(lines[at]) || marks.end(lines[at]) {
            at += 1;
            continue;
        }
        let marked = marks.start(lines[at]);
        let start = at + usize::from(marked);
        at = if marked { marks.end_of_region(lines, start) } else { marks.end_of_paragraph(lines, start) };
        let is_text = marked
            && ["[markdown]", "[md]", "[raw]", SKIPPED].iter().any(|kind| lines[start - 1].contains(kind));
        let is_comment = lines[start..at].iter().all(|line| line.starts_with('#') || is_blank(line));
        cells.push((start..at, !is_text && (marked || !is_comment)));
    }
    cells
}

/// The line behind the header, which is YAML in comments.
fn header(lines: &[&str]) -> Option<usize> {
    let start = lines.iter().position(|line| !line.starts_with("#!") && !line.contains("coding"))?;
    (lines[start].trim_end() == "# ---").then_some(())?;
    let end = lines[start + 1..].iter().position(|line| line.trim_end() == "# ---")?;
    Some(start + end + 2)
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// The tag of cells that are not to run, as a marker has it: `# + tags=["skip-execution"]`.
pub(crate) const SKIPPED: &str = "\"skip-execution\"";

/// The words between which a cell stands: `+` and `-`, or what the header says (`cell_markers: region,endregion`).
struct Marks<'a> {
    start: &'a str,
    end: &'a str,
}

impl<'a> Marks<'a> {
    fn of(header: &[&'a str]) -> Self {
        let said =
            header.iter().find_map(|line| line.trim_start_matches(['#', ' ']).strip_prefix("cell_markers:"));
        let (start, end) =
            said.and_then(|said| said.trim().trim_matches(['"', '\'']).split_once(',')).unwrap_or(("+", "-"));
        Self { start, end }
    }

    fn start(&self, line: &str) -> bool {
        line.strip_prefix('#')
            .and_then(|comment| comment.trim_start().strip_prefix(self.start))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '{']))
    }

    fn end(&self, line: &str) -> bool {
        line.trim_end().strip_prefix("# ").is_some_and(|comment| comment.trim_start() == self.end)
    }

    /// A region ends at its end marker or where the next begins.
    fn end_of_region(&self, lines: &[&str], start: usize) -> usize {
        let mut text = Strings::default();
        let end = lines[start..].iter().position(|line| {
            let is_inside = text.is_open();
            text.read(line);
            !is_inside && (self.start(line) || self.end(line))
        });
        end.map_or(lines.len(), |end| start + end)
    }

    /// A paragraph ends at a blank line, if what follows is not indented and the line is in no string.
    fn end_of_paragraph(&self, lines: &[&str], start: usize) -> usize {
        let mut text = Strings::default();
        // The first line from `at` on that is not blank.
        let mut next = start;
        for at in start..lines.len() {
            let is_inside = text.is_open();
            text.read(lines[at]);
            if is_inside {
                continue;
            }
            next = next.max(at);
            next += lines[next..].iter().take_while(|line| is_blank(line)).count();
            let goes_on = lines.get(next).is_some_and(|line| line.starts_with([' ', '\t']));
            if is_blank(lines[at]) && !goes_on || self.start(lines[at]) && at > start {
                return at;
            }
        }
        lines.len()
    }
}

/// Whether a line begins inside a string in triple quotes.
#[derive(Default)]
struct Strings {
    open: Option<&'static str>,
}

impl Strings {
    fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn read(&mut self, line: &str) {
        let mut rest = line;
        loop {
            let quotes = match self.open {
                Some(quotes) => quotes,
                None => {
                    let opening = ["\"\"\"", "'''"]
                        .into_iter()
                        .filter_map(|quotes| Some((rest.find(quotes)?, quotes)))
                        .min();
                    match opening {
                        // A quote in a comment opens nothing.
                        Some((at, quotes)) if !rest[..at].contains('#') => quotes,
                        _ => return,
                    }
                }
            };
            let Some(at) = rest.find(quotes) else { return };
            self.open = if self.open.is_some() { None } else { Some(quotes) };
            rest = &rest[at + 3..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{cells, is_light};

    fn code(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        assert!(is_light(&lines));
        let code = cells(&lines).into_iter().filter(|(_, is_code)| *is_code);
        code.map(|(range, _)| lines[range].join("\n")).collect()
    }

    const HEADER: &str = "# ---\n# jupyter:\n#   jupytext:\n#     formats: ipynb,py:light\n# ---\n\n";

    #[test]
    fn paragraphs_and_regions_are_cells() {
        let text = "# # Title\n# words\n\nimport math\n\n# a comment\nx = 1\n\n# +\na = 1\n\nb = 2\n# -\n\n\ny = 2\n# + tags=[\"x\"]\nz = 3";
        assert_eq!(
            code(&format!("{HEADER}{text}")),
            ["import math", "# a comment\nx = 1", "a = 1\n\nb = 2", "y = 2", "z = 3"]
        );
    }

    #[test]
    fn blocks_and_strings_are_not_torn() {
        let text = "def f():\n    x = 1\n\n    return x\n\nt = '''a\n\nb\n# +\n'''\n\n# + [markdown]\n# words\n# -\n\nend = 1  # '''\n\nlast = 2";
        let expected =
            ["def f():\n    x = 1\n\n    return x", "t = '''a\n\nb\n# +\n'''", "end = 1  # '''", "last = 2"];
        assert_eq!(code(&format!("{HEADER}{text}")), expected);
    }

    #[test]
    fn markers_of_other_kinds() {
        let text = "#+\na = 1\n\nb = 2\n# -\n\n# + tags=[\"skip-execution\"]\nc = 3\n# -\n\nd = 4";
        assert_eq!(code(&format!("{HEADER}{text}")), ["a = 1\n\nb = 2", "d = 4"]);
        for (start, end) in [("region", "endregion"), ("{{{", "}}}")] {
            let header = HEADER
                .replace("#     formats", &format!("#     cell_markers: '{start},{end}'\n#     formats"));
            let text = format!("{header}# {start} Name\na = 1\n\nb = 2\n# {end}\n\nc = 3\n\n# +\nd = 4");
            assert_eq!(code(&text), ["a = 1\n\nb = 2", "c = 3", "# +\nd = 4"]);
        }
    }

    #[test]
    fn only_the_header_says_so() {
        assert!(!is_light(&["x = 1", "", "# +", "y = 1"]));
        assert!(!is_light(&[
            "# ---",
            "# jupyter:",
            "#   jupytext:",
            "#     format_name: percent",
            "# ---",
            "# light"
        ]));
    }
}

//! From failures to findings: what is sure enough and not silenced, with its place.

use std::collections::BTreeMap;
use std::ops::Range;

use notebook::{CodeCell, Notebook};
use pysource::{LineIndex, silences};
use records::{CrashCell, Finding, Head, Record as _, Site, escape, id_of};

use crate::{Failure, Rule, Surroundings, failures};

/// A line is shown with so many characters.
const MOST_CHARS: usize = 200;

/// Which failures are reported.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Those at least this sure.
    pub min_score: f64,
    /// Also cells that fail only because an earlier one does.
    pub cascades: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { min_score: 0.8, cascades: false }
    }
}

/// The findings of a notebook in Python, in the order of its cells; `path` and `repo` are what records call it.
pub fn findings(
    notebook: &Notebook,
    path: &str,
    repo: &str,
    surroundings: &impl Surroundings,
    wanted: Wanted,
) -> Vec<Finding> {
    let cells: Vec<CrashCell> = notebook.cells.iter().map(crash_cell).collect();
    let failures = failures(&cells, surroundings, has_lazy_annotations(&notebook.language_version));
    let is_wanted = |failure: &Failure| {
        (failure.rule != Rule::FollowsFailure || wanted.cascades) && failure.score >= wanted.min_score
    };
    let head = Head { notebook: notebook.script_id(), path: path.to_owned(), repo: repo.to_owned() };
    let mut places = Places::of(notebook);
    let mut found = Vec::new();
    for failure in failures.into_iter().filter(is_wanted) {
        places.go_to(failure.at);
        if !places.is_silenced(&failure) {
            found.push(places.finding(failure, head.clone()));
        }
    }
    let mut turns = BTreeMap::new();
    for one in &mut found {
        let turn = turns.entry(one.fingerprint.clone()).and_modify(|turn| *turn += 1).or_insert(0);
        if *turn > 0 {
            one.fingerprint = id_of([one.fingerprint.as_str(), &turn.to_string()]);
        }
    }
    found
}

fn crash_cell(cell: &CodeCell) -> CrashCell {
    let source = match cell.language.as_str() {
        "" => cell.source.text.clone(),
        "md" | "md-sandbox" | "markdown" | "html" => String::new(),
        // A cell in another language is handed to something else than Python, as by a magic.
        _ => format!("%%script\n{}", cell.source.text),
    };
    CrashCell { cell: cell.number, source, expects_error: cell.expects_error, ..CrashCell::default() }
}

/// Whether annotations are looked at only when somebody asks (PEP 649).
fn has_lazy_annotations(version: &str) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (3, 14)
}

/// A notebook, and what is known of the cell that is looked at: failures come cell by cell.
struct Places<'a> {
    notebook: &'a Notebook,
    /// The cell, once there is one.
    at: Option<usize>,
    /// How many rows the notebook's script has before it: each cell has a line of its own above it.
    rows: usize,
    lines: LineIndex,
    /// By line, the comments that silence.
    directives: BTreeMap<u32, Vec<Range<usize>>>,
}

impl<'a> Places<'a> {
    fn of(notebook: &'a Notebook) -> Self {
        Self { notebook, at: None, rows: 0, lines: LineIndex::new(""), directives: BTreeMap::new() }
    }

    fn text(&self) -> &'a str {
        self.at.map_or("", |at| &self.notebook.cells[at].source.text)
    }

    /// Looks at a cell, which is not before the last one.
    fn go_to(&mut self, at: usize) {
        if self.at == Some(at) {
            return;
        }
        let passed = &self.notebook.cells[self.at.unwrap_or(0)..at];
        self.rows += passed.iter().map(|cell| cell.source.physical_lines.len() + 1).sum::<usize>();
        self.at = Some(at);
        self.lines = LineIndex::new(self.text());
        self.directives.clear();
        for directive in pysource::directives(self.text()) {
            self.directives.entry(self.lines.line(directive.start)).or_default().push(directive);
        }
    }

    /// Whether a comment on the line says so: `# nalin: ignore`, `# noqa`, both with a list of rules or names.
    fn is_silenced(&self, failure: &Failure) -> bool {
        let directives = self.directives.get(&failure.line).map_or(&[][..], Vec::as_slice);
        directives
            .iter()
            .any(|directive| silences(&self.text()[directive.clone()], failure.rule.code(), &failure.name))
    }

    fn finding(&self, failure: Failure, head: Head) -> Finding {
        let cell = &self.notebook.cells[failure.at];
        let line = self.lines.bytes(failure.line, failure.line).filter(|_| failure.line > 0);
        let line = line.map_or("", |range| &self.text()[range]);
        let text: String = line.trim_end().chars().take(MOST_CHARS).collect();
        let place = format!("{}:{}", cell.number, failure.line);
        let at = failure.line.checked_sub(1).map(|at| at as usize);
        let physical = at.and_then(|at| cell.source.physical_lines.get(at));
        let words = text.split_whitespace().collect::<String>();
        let code = failure.rule.code();
        let row = u32::try_from(self.rows).unwrap_or(u32::MAX).saturating_add(failure.line + 1);
        Finding {
            schema: Finding::SCHEMA.to_owned(),
            id: id_of([head.notebook.as_str(), &head.path, &place, code, &failure.name]),
            fingerprint: id_of([head.path.as_str(), code, &failure.name, &words]),
            rule: code.to_owned(),
            score: failure.score,
            message: escape(&failure.message).into_owned(),
            head,
            place: Site {
                kind: "use".to_owned(),
                cell: cell.number,
                line: failure.line,
                column: failure.column,
                row,
                physical_line: physical.copied().unwrap_or(0),
                name: failure.name,
                text,
                ..Site::default()
            },
            evidence: Vec::new(),
            fix: Vec::new(),
            value: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, findings};
    use crate::Unknown;

    fn found(cells: &[&str], metadata: &str) -> Vec<records::Finding> {
        let cells: Vec<String> = cells
            .iter()
            .map(|source| {
                format!(r#"{{"cell_type":"code","metadata":{{}},"outputs":[],"execution_count":null,"source":{source:?}}}"#)
            })
            .collect();
        let text = format!(
            r#"{{"nbformat":4,"nbformat_minor":5,"metadata":{metadata},"cells":[{}]}}"#,
            cells.join(",")
        );
        findings(&notebook::read(text.as_bytes()).unwrap(), "a.ipynb", "", &Unknown, Wanted::default())
    }

    #[test]
    fn the_same_statement_in_two_cells_is_two_findings() {
        let python = r#"{"language_info":{"name":"python"}}"#;
        let mut prints: Vec<String> =
            found(&["x = k", "x = k", "x = k"], python).into_iter().map(|one| one.fingerprint).collect();
        assert_eq!(prints.len(), 3);
        let first = prints[0].clone();
        // What stands first keeps its fingerprint when a copy is added.
        assert_eq!(found(&["x = k"], python)[0].fingerprint, first);
        prints.sort();
        prints.dedup();
        assert_eq!(prints.len(), 3);
    }

    #[test]
    fn the_language_and_its_version_decide_what_is_missed() {
        let with = |version: &str| {
            let metadata = format!(r#"{{"language_info":{{"name":"python","version":"{version}"}}}}"#);
            found(&["def f(x: A): pass"], &metadata).len()
        };
        assert_eq!([with("3.9.2"), with("3.13.0"), with("3.14.0"), with("")], [1, 1, 0, 1]);
        let databricks = r#"{"application/vnd.databricks.v1+notebook":{},"language_info":{"name":"python"}}"#;
        // A cell in another language binds nothing of ours.
        assert_eq!(found(&["%md\nk = 1", "%sql\nk = 1", "k"], databricks).len(), 1);
    }
}

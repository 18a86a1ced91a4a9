//! The code of a notebook's cells: what each does with names, files and packages, in the order in which it runs.
//!
//! It is asked before a crash, here, and after one, by `crash-label`.

use std::sync::LazyLock;

use pysource::ipython::{Escape, neutralise};
use pysource::{Act, Chance, Dialect, Event, Kind, Kinds, LineIndex, Query, flow};
use records::CrashCell;
use regex::Regex;

/// A cell.
pub struct Code<'a> {
    /// As the record has it.
    pub cell: &'a CrashCell,
    /// What it does with names; where it does not parse, what can be seen line by line.
    pub events: Vec<Event>,
    /// The fault, if it does not parse.
    pub fault: Option<pysource::SyntaxError>,
    /// The lines of its source.
    pub lines: Vec<&'a str>,
    /// Its IPython syntax.
    pub escapes: Vec<Escape>,
    /// Attributes and items that it sets: name, first and last line.
    pub parts: Vec<(String, u32, u32)>,
}

/// Reads the cells of a notebook.
pub fn read(cells: &[CrashCell]) -> Vec<Code<'_>> {
    cells.iter().map(Code::of).collect()
}

impl<'a> Code<'a> {
    fn of(cell: &'a CrashCell) -> Self {
        let (plain, escapes) = neutralise(&cell.source);
        let (events, fault) = match flow(&plain, Dialect::Python) {
            Ok(events) => (events, None),
            Err(fault) => (by_lines(&cell.source), Some(fault)),
        };
        let parts = if fault.is_none() { parts(&plain) } else { Vec::new() };
        Self { cell, events, fault, lines: cell.source.lines().collect(), escapes, parts }
    }

    /// Whether it ran before a cell with this execution count.
    pub fn ran_before(&self, count: i64) -> bool {
        (0..count).contains(&self.cell.execution_count)
    }

    /// Whether it binds names that cannot be known: `from x import *`, `%run`, `%pylab`.
    pub fn binds_unknown(&self) -> bool {
        const MAGICS: [&str; 9] = ["run", "pylab", "load", "store", "reload", "sql", "R", "cpp", "cython"];
        self.events.iter().any(|event| event.act == Act::ImportAll)
            || self.escapes.iter().any(|escape| MAGICS.contains(&escape.name.as_str()))
    }

    /// The lines of a command (`!pip …`, `%cd …`) without their marks.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        let lines = self.cell.source.lines().map(str::trim_start);
        lines.filter_map(|line| line.strip_prefix(['!', '%'])).map(|line| line.trim_start_matches(['!', '%']))
    }
}

/// Whether an event binds a name.
pub fn binds(event: &Event) -> bool {
    matches!(event.act, Act::Bind | Act::BindFrom(_) | Act::Define | Act::Import(_))
}

/// The attributes and items that a text sets.
fn parts(text: &str) -> Vec<(String, u32, u32)> {
    let compiled = std::collections::BTreeSet::new();
    let kinds: Kinds = [Kind::Attribute, Kind::Subscript].into_iter().collect();
    let query = Query { kinds, compiled: &compiled, foreign_namespaces: false };
    let found = pysource::bindings(text, Dialect::Python, &query).unwrap_or_default();
    let lines = LineIndex::new(text);
    found
        .into_iter()
        .map(|it| (it.name, lines.line(it.statement.start), lines.line(it.statement.end)))
        .collect()
}

/// What lines of broken code (or of Python 2) seem to bind.
fn by_lines(source: &str) -> Vec<Event> {
    static BINDS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s*(?:(?:def|class)\s+(?P<def>\w+)|for\s+(?P<for>\w+)\s+in\b|(?P<names>[A-Za-z_]\w*(?:\s*,\s*\w+)*)\s*=[^=])")
            .expect("a good pattern")
    });
    let mut events = Vec::new();
    let mut add = |name: &str, act: Act, line: usize| {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        events.push(Event {
            name: name.to_owned(),
            act,
            chance: Chance::Sure,
            within: String::new(),
            line,
            last_line: line,
            column: 1,
        });
    };
    for (at, line) in source.lines().enumerate() {
        for (root, alias) in crate::modules::imported_by_lines(line) {
            add(&alias, Act::Import(root), at + 1);
        }
        let Some(parts) = BINDS.captures(line) else { continue };
        if let Some(name) = parts.name("def") {
            add(name.as_str(), Act::Define, at + 1);
        }
        let names = parts.name("names").or(parts.name("for")).map_or("", |names| names.as_str());
        names
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .for_each(|name| add(name, Act::Bind, at + 1));
    }
    events
}

/// Names that are always there: Python's and those that IPython adds. Private names count as there.
pub fn is_built_in(name: &str) -> bool {
    const NAMES: &str = " ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup \
        BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError \
        ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis \
        EncodingWarning EnvironmentError Exception ExceptionGroup False FileExistsError FileNotFoundError \
        FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning IndentationError \
        IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError \
        ModuleNotFoundError NameError None NotADirectoryError NotImplemented NotImplementedError OSError \
        OverflowError PendingDeprecationWarning PermissionError ProcessLookupError RecursionError \
        ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration \
        SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError True TypeError \
        UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError \
        UnicodeWarning UserWarning ValueError Warning ZeroDivisionError abs aiter all anext any ascii bin bool \
        breakpoint bytearray bytes callable chr classmethod compile complex copyright credits delattr dict dir \
        divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input \
        int isinstance issubclass iter len license list locals map max memoryview min next object oct open ord \
        pow print property range repr reversed round set setattr slice sorted staticmethod str sum super tuple \
        type vars zip get_ipython display exit quit In Out ";
    let is_private = name.starts_with('_') && name != "__file__";
    is_private || (!name.contains(' ') && NAMES.contains(&format!(" {name} ")))
}

/// Names that Python 2 had.
pub fn is_of_python_2(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "apply",
        "basestring",
        "cmp",
        "execfile",
        "file",
        "intern",
        "long",
        "raw_input",
        "reload",
        "unichr",
        "unicode",
        "xrange",
    ];
    NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use records::CrashCell;

    use super::{binds, is_built_in, read};

    fn cell(source: &str) -> CrashCell {
        CrashCell { source: source.to_owned(), ..CrashCell::default() }
    }

    #[test]
    fn broken_code_is_read_line_by_line() {
        let cells = [cell(
            "import numpy as np\nprint 'x'\na, b = 1, 2\nif a == b: pass\ndef f(x):\n  for i in x: pass",
        )];
        let code = read(&cells);
        let bound: Vec<&str> =
            code[0].events.iter().filter(|event| binds(event)).map(|event| event.name.as_str()).collect();
        assert_eq!(bound, ["np", "a", "b", "f", "i"]);
        assert_eq!(code[0].fault.as_ref().map(|fault| fault.line), Some(2));
    }

    #[test]
    fn what_a_cell_sets_and_commands() {
        let cells = [cell("df['k'] = (\n  1)\nx.y = 2\n!pip install a\n%cd ..")];
        let code = read(&cells);
        assert_eq!(code[0].parts, [("k".to_owned(), 1, 2), ("y".to_owned(), 3, 3)]);
        assert_eq!(code[0].commands().collect::<Vec<_>>(), ["pip install a", "cd .."]);
        assert!(!code[0].binds_unknown() && read(&[cell("%run a.py")])[0].binds_unknown());
    }

    #[test]
    fn names_that_are_always_there() {
        assert!(
            is_built_in("len")
                && is_built_in("ZeroDivisionError")
                && is_built_in("zip")
                && is_built_in("_12")
        );
        assert!(
            !is_built_in("le")
                && !is_built_in("__file__")
                && !is_built_in("len abs")
                && !is_built_in("xrange")
        );
    }
}

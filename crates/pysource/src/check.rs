//! The proof that an instrumented text is the original with probes in it, and nothing else.

use ruff_python_ast::comparable::ComparableStmt;
use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor, TraversalSignal};
use ruff_python_ast::{AnyNodeRef, Suite};
use ruff_text_size::Ranged;

use crate::parse::with_module;
use crate::{Dialect, LineIndex, ProbeNames, SyntaxError};

/// How an instrumented text differs from its original in more than probes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The original does not parse.
    #[error("the original does not parse: {0}")]
    Original(SyntaxError),
    /// The instrumented text does not parse.
    #[error("the instrumented text does not parse: {0}")]
    Instrumented(SyntaxError),
    /// A line lost something (a comment, a blank), or lines were added or lost.
    #[error("line {0} is not the original's with something put in")]
    Text(u32),
    /// With the probes taken out, the trees are not the same.
    #[error("the trees differ from line {0} on")]
    Tree(u32),
    /// A statement or expression begins or ends on another line.
    #[error("what stands at line {0} of the original has moved")]
    Moved(u32),
}

/// Checks that every line is the original's with something put in, that the trees are the same once the
/// probes are taken out, and that every node of the tree begins and ends on its line.
///
/// # Errors
/// The first difference.
pub fn check_probes(
    original: &str,
    instrumented: &str,
    dialect: Dialect,
    probes: &ProbeNames<'_>,
) -> Result<(), Difference> {
    check_text(original, instrumented)?;
    // The original too may have probes, of an earlier run: those are not ours to judge.
    let checked = with_module(original, dialect, |mut before| {
        probes.strip(&mut before.body);
        with_module(instrumented, dialect, |mut after| {
            probes.strip(&mut after.body);
            check_trees((original, &before.body), (instrumented, &after.body))
        })
    });
    checked.map_err(Difference::Original)?.map_err(Difference::Instrumented)?
}

fn check_text(original: &str, instrumented: &str) -> Result<(), Difference> {
    let (mut before, mut after) = (original.split('\n'), instrumented.split('\n'));
    for line in 1.. {
        match (before.next(), after.next()) {
            (None, None) => break,
            (Some(before), Some(after)) if is_subsequence(before, after) => {}
            _ => return Err(Difference::Text(line)),
        }
    }
    Ok(())
}

fn is_subsequence(short: &str, long: &str) -> bool {
    let mut long = long.bytes();
    short.bytes().all(|wanted| long.any(|byte| byte == wanted))
}

fn check_trees(before: (&str, &Suite), after: (&str, &Suite)) -> Result<(), Difference> {
    for (index, old) in before.1.iter().enumerate() {
        let new = after.1.get(index);
        if new.is_none_or(|new| ComparableStmt::from(old) != ComparableStmt::from(new)) {
            return Err(Difference::Tree(LineIndex::new(before.0).line(old.start().into())));
        }
    }
    if after.1.len() != before.1.len() {
        return Err(Difference::Tree(LineIndex::new(before.0).line(before.0.len())));
    }
    let (old, new) = (lines(before.0, before.1), lines(after.0, after.1));
    match old.iter().zip(&new).find(|(old, new)| old != new) {
        Some((old, _)) => Err(Difference::Moved(old.0)),
        None => Ok(()),
    }
}

/// First and last line of every node, in the order of the source.
fn lines(text: &str, suite: &Suite) -> Vec<(u32, u32)> {
    let mut lines = Lines { index: LineIndex::new(text), lines: Vec::new() };
    source_order::walk_body(&mut lines, suite);
    lines.lines
}

struct Lines {
    index: LineIndex,
    lines: Vec<(u32, u32)>,
}

impl<'a> SourceOrderVisitor<'a> for Lines {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        let range = node.range();
        self.lines.push((self.index.line(range.start().into()), self.index.line(range.end().into())));
        TraversalSignal::Traverse
    }
}

#[cfg(test)]
mod tests {
    use super::{Difference, check_probes};
    use crate::{Dialect, ProbeNames};

    const NAMES: ProbeNames<'_> = ProbeNames { look: "_t", pass: "_w" };

    #[track_caller]
    fn check(original: &str, instrumented: &str, expected: Result<(), Difference>) {
        assert_eq!(check_probes(original, instrumented, Dialect::Python, &NAMES), expected);
    }

    #[test]
    fn probes_alone_are_no_difference() {
        check("x = 1  # one\ny = 2\n", "x = 1; _t(0, x)  # one\ny = 2\n", Ok(()));
        check("for x in y:\n  if a or b: pass\n", "for x in y:\n  if _t(0, x) or (a or b): pass\n", Ok(()));
        check("f((x := 1,\n  2))", "f((x := _w(0, (1)),\n  2))", Ok(()));
        check("[x for x in y]", "[x for x in y if not _t(0, x) if not _t(1, x)]", Ok(()));
    }

    #[test]
    fn everything_else_is() {
        check("x = 1 # a\n", "x = 1; _t(0, x)\n", Err(Difference::Text(1)));
        check("x = 1\ny = 2\n", "x = 1\n_t(0, x)\ny = 2\n", Err(Difference::Text(2)));
        check("x = 1\ny = 2\n", "x = 1; z = 3\ny = 2\n", Err(Difference::Tree(2)));
        // Without brackets the probe would take the condition's first part alone.
        check("if a if b else c: d", "if _t(0, x) or a if b else c: d", Err(Difference::Tree(1)));
        check("x = (1,\n2)", "x = (1, 3\n,2)", Err(Difference::Tree(1)));
    }
}

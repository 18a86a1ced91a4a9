//! Which comment that speaks to linters is on the lines of a statement.

use std::ops::Range;

use pysource::LineIndex;

/// The first of a text's directives, which are in order, on a line of the statement; `""` when there is none.
pub(crate) fn on_lines_of<'a>(
    text: &'a str,
    lines: &LineIndex,
    statement: &Range<usize>,
    pragmas: &[Range<usize>],
) -> &'a str {
    let (first, last) = (lines.line(statement.start), lines.line(statement.end));
    let rows = lines.bytes(first, last).unwrap_or_default();
    let next = pragmas.partition_point(|pragma| pragma.start < rows.start);
    pragmas.get(next).filter(|pragma| pragma.end <= rows.end).map_or("", |it| &text[it.clone()])
}

#[cfg(test)]
mod tests {
    use pysource::{LineIndex, directives};

    use super::on_lines_of;

    #[test]
    fn a_comment_belongs_to_all_lines_of_its_statement() {
        let text = "a = 1; b = 2  # nalin: ignore\nc = (1,  # noqa: NAL001\n  2)\nd = '# noqa'  # nothing\n# noqa\ne = 1";
        let (pragmas, lines) = (directives(text), LineIndex::new(text));
        let check = |statement: &str, expected: &str| {
            let start = text.find(statement).unwrap();
            assert_eq!(
                on_lines_of(text, &lines, &(start..start + statement.len()), &pragmas),
                expected,
                "{statement}"
            );
        };
        check("a = 1", "# nalin: ignore");
        check("b = 2", "# nalin: ignore");
        check("c = (1,  # noqa: NAL001\n  2)", "# noqa: NAL001");
        check("d = '# noqa'", "");
        check("e = 1", "");
    }
}

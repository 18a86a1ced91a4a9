//! Which comment that speaks to linters is on the lines of a statement.

use std::ops::Range;

/// The first of a text's directives on a line of the statement; `""` when there is none.
pub(crate) fn on_lines_of<'a>(text: &'a str, statement: &Range<usize>, pragmas: &[Range<usize>]) -> &'a str {
    let start = text[..statement.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[statement.end..].find('\n').map_or(text.len(), |at| statement.end + at);
    pragmas
        .iter()
        .find(|pragma| start <= pragma.start && pragma.end <= end)
        .map_or("", |it| &text[it.clone()])
}

#[cfg(test)]
mod tests {
    use pysource::directives;

    use super::on_lines_of;

    #[test]
    fn a_comment_belongs_to_all_lines_of_its_statement() {
        let text = "a = 1; b = 2  # nalin: ignore\nc = (1,  # noqa: NAL001\n  2)\nd = '# noqa'  # nothing\n# noqa\ne = 1";
        let pragmas = directives(text);
        let check = |statement: &str, expected: &str| {
            let start = text.find(statement).unwrap();
            assert_eq!(
                on_lines_of(text, &(start..start + statement.len()), &pragmas),
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

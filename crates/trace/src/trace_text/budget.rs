//! Texts within a budget of tokens.

use crate::loops::{Plan, loops};
use crate::program::Program;
use crate::statements::Statements;

/// Letters of a token, and digits of one.
const LETTERS: usize = 4;
const DIGITS: usize = 3;

/// How many tokens a text has: up to four letters, up to three digits, a row of white space before a line or of
/// more than one, and any other character are one each; a single space belongs to what follows it.
pub fn tokens_in(text: &str) -> usize {
    let class = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => 0,
        b'0'..=b'9' => 1,
        b' ' | b'\n' | b'\t' | b'\r' => 2,
        _ => 3,
    };
    let rows = text.as_bytes().chunk_by(|a, b| class(*a) == class(*b));
    rows.map(|row| match class(row[0]) {
        0 => row.len().div_ceil(LETTERS),
        1 => row.len().div_ceil(DIGITS),
        2 => usize::from(row != b" "),
        // A character of several bytes is a token for each two of them.
        _ => {
            row.iter().filter(|byte| byte.is_ascii()).count()
                + row.iter().filter(|byte| !byte.is_ascii()).count().div_ceil(2)
        }
    })
    .sum()
}

/// Leaves out more and more of a text until it fits: iterations of loops but the first two and the last, calls that
/// are deep, iterations but the first and the last, then what comes late. The state at the end is told whenever
/// anything is left out, and is itself the last to be cut.
pub fn fit(
    program: &Program,
    statements: &Statements<'_>,
    plan: Plan,
    most: usize,
    render: impl Fn(&Plan) -> String,
) -> (String, Plan) {
    let whole = render(&plan);
    if tokens_in(&whole) <= most {
        return (whole, plan);
    }
    let loops = loops(program, statements);
    let steps = [(2, usize::MAX), (2, 8), (2, 4), (2, 2), (2, 1), (1, 1), (1, 0)];
    let mut tried = plan;
    tried.with_end = true;
    for (first, depth) in steps {
        tried.elide(&loops, first);
        tried.bound_depth(program, depth);
        let text = render(&tried);
        if tokens_in(&text) <= most {
            return (text, tried);
        }
    }
    // The longest beginning that fits.
    let (mut fits, mut fails) = (0, program.events.len());
    while fits + 1 < fails {
        let middle = usize::midpoint(fits, fails);
        let mut shorter = tried.clone();
        shorter.stop_at(middle);
        if tokens_in(&render(&shorter)) <= most { fits = middle } else { fails = middle }
    }
    tried.stop_at(fits);
    let text = render(&tried);
    (cut(&text, most), tried)
}

/// The first lines of a text that fit, and a line that says so, when they do not all.
fn cut(text: &str, most: usize) -> String {
    if tokens_in(text) <= most {
        return text.to_owned();
    }
    const CUT: &str = ".. (cut)\n";
    let room = most.saturating_sub(tokens_in(CUT) + 1);
    let mut end = 0;
    let mut used = 0;
    for line in text.split_inclusive('\n') {
        used += tokens_in(line);
        if used > room {
            break;
        }
        end += line.len();
    }
    format!("{}{CUT}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::{cut, tokens_in};

    #[test]
    fn tokens_are_counted_alike_for_ever() {
        for (text, expected) in [
            ("", 0),
            ("x = 1\n", 4),
            ("    total += price\n", 1 + 2 + 2 + 2 + 1),
            ("1234", 2),
            ("f(x)[0]", 7),
            ("é", 1),
            ("变量", 3),
        ] {
            assert_eq!(tokens_in(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_cut_fits() {
        let text = "abc = 1\n".repeat(50);
        let short = cut(&text, 40);
        assert!(
            tokens_in(&short) <= 40 && short.ends_with(".. (cut)\n") && short.starts_with("abc = 1\nabc")
        );
        assert_eq!(cut("a\n", 40), "a\n");
    }
}

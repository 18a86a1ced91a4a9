//! Rewrites as PyPIBugs writes them: `ReplaceText(target='x' @(3,4)->(3,5))`, `ArgSwap(idxs=0<->1 @(3,4)->(3,9))`.

use pysource::{Dialect, Tree};
use records::{BugClass, Candidate};

/// A rewrite that was read: what is done, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The text that is put there; `None` where two arguments change places.
    pub text: Option<String>,
    /// The two arguments.
    pub swap: Vec<u32>,
    /// Lines from 1, columns from 0 in characters.
    pub at: [u32; 4],
}

impl Published {
    /// Reads a rewrite; `None` if it is not written as one.
    pub fn parse(text: &str) -> Option<Self> {
        let (body, place) = text.trim().strip_suffix("))")?.rsplit_once(" @(")?;
        let (start, end) = place.split_once(")->(")?;
        let pair = |text: &str| {
            let (line, column) = text.split_once(',')?;
            Some([line.trim().parse::<u32>().ok()?, column.trim().parse::<u32>().ok()?])
        };
        let ([line, column], [end_line, end_column]) = (pair(start)?, pair(end)?);
        let at = [line, column, end_line, end_column];
        if let Some(arguments) = body.strip_prefix("ArgSwap(idxs=") {
            let (i, j) = arguments.split_once("<->")?;
            return Some(Self { text: None, swap: vec![i.trim().parse().ok()?, j.trim().parse().ok()?], at });
        }
        let target = body.strip_prefix("ReplaceText(target=")?;
        let tree = Tree::parse(target, Dialect::Python).ok()?;
        // A module, a statement, and the string that it is.
        let text = (tree.len() == 3).then(|| tree.nodes().last()?.string().map(str::to_owned))??;
        Some(Self { text: Some(text), swap: Vec::new(), at })
    }

    /// Whether a candidate is this rewrite.
    pub fn is(&self, candidate: &Candidate) -> bool {
        let is_same = match &self.text {
            Some(text) => candidate.class != BugClass::ArgumentSwap && candidate.text == **text,
            None => candidate.swap == self.swap,
        };
        is_same && candidate.at == self.at
    }
}

/// Writes a candidate.
pub fn text_form(candidate: &Candidate) -> String {
    let [line, column, end_line, end_column] = candidate.at;
    let place = format!("@({line},{column})->({end_line},{end_column})");
    match candidate.swap[..] {
        [i, j] => format!("ArgSwap(idxs={i}<->{j} {place})"),
        _ => format!("ReplaceText(target={} {place})", literal(&candidate.text)),
    }
}

/// A text as Python prints it.
fn literal(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut literal = String::from(quote);
    for character in text.chars() {
        match character {
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            _ if character == quote => literal.extend(['\\', quote]),
            _ => literal.push(character),
        }
    }
    literal.push(quote);
    literal
}

#[cfg(test)]
mod tests {
    use records::{BugClass, Candidate};

    use super::{Published, literal, text_form};

    #[test]
    fn rewrites_are_written_and_read_as_published() {
        let candidate = |class, at, text: &'static str, swap: &[u32]| Candidate {
            class,
            at,
            text: text.into(),
            swap: swap.to_vec(),
            symbol: "".into(),
        };
        let swap = candidate(BugClass::ArgumentSwap, [836, 16, 836, 31], "", &[0, 1]);
        let word = candidate(BugClass::ComparisonOperator, [9, 14, 9, 18], " not in ", &[]);
        assert_eq!(text_form(&swap), "ArgSwap(idxs=0<->1 @(836,16)->(836,31))");
        assert_eq!(text_form(&word), "ReplaceText(target=' not in ' @(9,14)->(9,18))");
        for one in [&swap, &word] {
            let read = Published::parse(&text_form(one)).unwrap();
            assert_eq!([&swap, &word].map(|other| read.is(other)), [&swap, &word].map(|other| other == one));
        }
        let escaped = r#"ReplaceText(target="a\\b @(1,2)->" @(1,2)->(3,4))"#;
        assert_eq!(Published::parse(escaped).unwrap().text.as_deref(), Some("a\\b @(1,2)->"));
        for wrong in
            ["", "ArgSwap(idxs=0 @(1,2)->(1,3))", "ReplaceText(target=x @(1,2)->(1,3))", "x @(1,2)->(1,3))"]
        {
            assert_eq!(Published::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn quotes_are_those_that_python_takes() {
        let shown = ["a", "it's", "\"it's\"", "\\\n"].map(literal);
        assert_eq!(shown, ["'a'", "\"it's\"", "'\"it\\'s\"'", "'\\\\\\n'"]);
    }
}

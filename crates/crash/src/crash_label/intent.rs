//! Whether a cell was meant to fail: to show an error is a way to teach.

use super::{Case, Verdict};

/// A cell says so itself: by a tag, or by raising on purpose what its neighbourhood announces.
pub fn meant(case: &Case) -> Option<Verdict> {
    let code = &case.code[case.here?];
    if code.cell.expects_error {
        return Some(Verdict::new(
            "intent.intentional",
            "R6.tag",
            0.95,
            "the cell is tagged raises-exception",
        ));
    }
    let line = case.crash.line.checked_sub(1).and_then(|at| code.cell.source.lines().nth(at as usize));
    let raises = line.is_some_and(|line| line.trim_start().starts_with("raise "));
    if raises && !line.is_some_and(|line| line.starts_with(' ')) {
        return Some(Verdict::new("intent.intentional", "R6.raise", 0.8, "the cell raises at its top level"));
    }
    let comment =
        code.cell.source.lines().filter_map(|line| line.split_once('#')).map(|(_, comment)| comment);
    let comment = comment.collect::<Vec<_>>().join(" ").to_lowercase();
    announces(&comment).map(|word| {
        Verdict::new("intent.intentional", "R6.comment", 0.7, format!("a comment of the cell says `{word}`"))
    })
}

/// The text above the cell announces an error; asked last, because it may speak of another.
pub fn announced(case: &Case) -> Option<Verdict> {
    let code = &case.code[case.here?];
    let word = announces(&code.cell.note.to_lowercase())?;
    Some(Verdict::new("intent.intentional", "R6.note", 0.5, format!("the text above says `{word}`")))
}

/// The words of a text that announce an error.
fn announces(text: &str) -> Option<&'static str> {
    const WORDS: [&str; 14] = [
        "will raise",
        "raises a",
        "should raise",
        "will fail",
        "should fail",
        "this fails",
        "will throw",
        "throws an error",
        "will give an error",
        "gives an error",
        "causes an error",
        "produces an error",
        "results in an error",
        "an error on purpose",
    ];
    WORDS.into_iter().find(|word| text.contains(word))
}

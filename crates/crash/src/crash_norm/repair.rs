//! The value of an error, where it was lost or drowned.

use crate::traceback::plain;

/// A value is cut to so many characters.
const MOST_CHARS: usize = 400;

/// Whether a message is none: old front ends saved `ignored` in its place.
pub fn is_lost(message: &str) -> bool {
    message.is_empty() || message == "ignored"
}

/// The value as the traceback has it: of the last line that begins with the exception's name, what stands
/// between the first colon and the second, or the end if the whole is wanted; `""` without a colon.
pub fn enriched(traceback: &[String], exception: &str, whole: bool) -> Option<String> {
    let name = exception.to_lowercase();
    traceback.iter().rev().find_map(|piece| {
        plain(piece).split('\n').rev().find_map(|line| {
            let (head, value) = line.split_once(':').unwrap_or((line, ""));
            let value = if whole { value } else { value.split(':').next().unwrap_or_default() };
            (head.trim().to_lowercase() == name).then(|| value.trim().to_owned())
        })
    })
}

/// Of a value over several lines the one that tells: the first, or where that is blank or TensorFlow's `in user
/// code:`, what stands behind the exception's name in the last line that has it.
pub fn denoised(value: &str, exception: &str) -> String {
    let Some((first, rest)) = value.split_once('\n') else { return value.to_owned() };
    let line = if first.trim().is_empty() || first.to_lowercase().contains("in user code:") {
        let mark = format!("{exception}:");
        match rest.split('\n').rev().find(|line| line.contains(&mark)) {
            Some(line) => line.replace(&mark, ""),
            None => return value.to_owned(),
        }
    } else {
        first.to_owned()
    };
    line.trim().chars().take(MOST_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::{denoised, enriched};

    fn pieces(pieces: &[&str]) -> Vec<String> {
        pieces.iter().map(|&piece| piece.to_owned()).collect()
    }

    #[test]
    fn lost_values_stand_in_the_traceback() {
        let traceback = pieces(&[
            "ValueError: an earlier one",
            "----> 1 f()\n\u{1b}[0;31mValueError\u{1b}[0m: shapes (2,) : not aligned\nmore",
            "the end",
        ]);
        assert_eq!(enriched(&traceback, "valueError", false).as_deref(), Some("shapes (2,)"));
        assert_eq!(enriched(&traceback, "ValueError", true).as_deref(), Some("shapes (2,) : not aligned"));
        assert_eq!(enriched(&traceback, "KeyError", false), None);
        assert_eq!(enriched(&pieces(&["AssertionError"]), "AssertionError", false).as_deref(), Some(""));
    }

    #[test]
    fn values_over_several_lines() {
        assert_eq!(denoised("one\ntwo", "E"), "one");
        assert_eq!(denoised("  one \ntwo", "E"), "one");
        assert_eq!(denoised("In user code:\n\n E: a\n  E: E: b \nc", "E"), "b");
        assert_eq!(denoised("\n nothing of the kind", "E"), "\n nothing of the kind");
        assert_eq!(denoised(&format!("{}\n", "é".repeat(500)), "E"), "é".repeat(400));
        let long = "x".repeat(500);
        assert_eq!(denoised(&long, "E"), long);
    }
}

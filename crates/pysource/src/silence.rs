//! Comments that speak to linters: `# nalin: ignore`, `# noqa`, both with a list of what they silence.

use std::ops::Range;

use crate::comments;

/// Where the comments of a text stand that speak to linters, in bytes and in order; also of a text that does not
/// parse.
pub fn directives(text: &str) -> Vec<Range<usize>> {
    let speaks = |text: &str| text.contains("nalin:") || text.contains("noqa");
    // Nearly no text has any, and to look for comments is to read it once more.
    if !speaks(text) {
        return Vec::new();
    }
    comments(text).into_iter().filter(|comment| speaks(&text[comment.clone()])).collect()
}

/// Whether a comment silences a finding on its line: `# nalin: ignore` and `# noqa` silence all of them, with a list
/// behind them (`ignore[NAL001, total]`, `noqa: NAL001`) those whose rule or name is in it, letter for letter.
pub fn silences(comment: &str, code: &str, name: &str) -> bool {
    let is_listed =
        |list: &str| list.split([',', ' ']).any(|word| !word.is_empty() && (word == code || word == name));
    let after = |word: &str| comment.split_once(word).map(|(_, rest)| rest);
    let ends_word = |rest: &&str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    let ignore = after("nalin:").and_then(|rest| rest.trim_start().strip_prefix("ignore")).filter(ends_word);
    if let Some(rest) = ignore {
        let list = rest.trim_start().strip_prefix('[');
        if list.is_none_or(|list| is_listed(list.split(']').next().unwrap_or(list))) {
            return true;
        }
    }
    let noqa = after("noqa").filter(ends_word);
    noqa.is_some_and(|rest| rest.trim_start().strip_prefix(':').is_none_or(is_listed))
}

#[cfg(test)]
mod tests {
    use super::{directives, silences};

    #[test]
    fn comments_that_silence() {
        for comment in [
            "# nalin: ignore",
            "#nalin:ignore  because",
            "# nalin: ignore[NAL001]",
            "# nalin: ignore[NAL002, NAL001]",
            "# nalin: ignore [total]",
            "# noqa",
            "# noqa: E501,NAL001",
            "# type: ignore  # nalin: ignore",
            "# nalin: ignore[other]  # noqa: total",
        ] {
            assert!(silences(comment, "NAL001", "total"), "{comment}");
        }
        for comment in [
            "",
            "# nalin",
            "# nalin: ignore[NAL002]",
            "# noqa: E501",
            "# ignore",
            "# nalin: ignored",
            "# noqaX",
        ] {
            assert!(!silences(comment, "NAL001", "total"), "{comment}");
        }
    }

    #[test]
    fn a_list_silences_no_name_or_code_that_is_only_part_of_a_word_in_it() {
        for comment in
            ["# nalin: ignore[total]", "# noqa: total", "# nalin: ignore[NBC0021]", "# noqa:NBC0021"]
        {
            assert!(!silences(comment, "NBC002", "tot"), "{comment}");
        }
        // What a finding without a name has for one stands in no list.
        assert!(!silences("# nalin: ignore[total, n]", "NBC005", ""));
    }

    #[test]
    fn only_comments_speak() {
        let text = "a = '# noqa'  # nothing\nb = 1  # noqa\n# nalin: ignore\nc = (1,";
        let found: Vec<&str> = directives(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["# noqa", "# nalin: ignore"]);
        assert!(directives("x = 1  # why").is_empty());
    }
}

//! What the rules' pages say, for formats that carry explanations.

use records::Rule;

use crate::Subject;

/// All rules about a subject, in the order of their codes.
pub fn about(subject: Subject) -> &'static [Rule] {
    match subject {
        Subject::Names => &[Rule::ValueDoesNotFit, Rule::MisleadingName],
        Subject::Crashes => &[
            Rule::UsedBeforeDefined,
            Rule::UndefinedName,
            Rule::MissingImport,
            Rule::MissingFile,
            Rule::DoesNotParse,
            Rule::FollowsFailure,
        ],
    }
}

/// The rule's page in Markdown.
pub fn page(rule: Rule) -> &'static str {
    match rule {
        Rule::ValueDoesNotFit => include_str!("../../../docs/rules/NAL001.md"),
        Rule::MisleadingName => include_str!("../../../docs/rules/NAL002.md"),
        Rule::UsedBeforeDefined => include_str!("../../../docs/rules/NBC001.md"),
        Rule::UndefinedName => include_str!("../../../docs/rules/NBC002.md"),
        Rule::MissingImport => include_str!("../../../docs/rules/NBC003.md"),
        Rule::MissingFile => include_str!("../../../docs/rules/NBC004.md"),
        Rule::DoesNotParse => include_str!("../../../docs/rules/NBC005.md"),
        Rule::FollowsFailure => include_str!("../../../docs/rules/NBC006.md"),
    }
}

/// What it does, in one sentence.
pub fn summary(rule: Rule) -> &'static str {
    match rule {
        Rule::ValueDoesNotFit => "A name held a value that does not fit it.",
        Rule::MisleadingName => "Another name would fit the value far better.",
        Rule::UsedBeforeDefined => "A name is used above the cell that defines it.",
        Rule::UndefinedName => "A name is used that nothing defines.",
        Rule::MissingImport => "An import is missing, or the module that it imports.",
        Rule::MissingFile => "A file is read that is not there.",
        Rule::DoesNotParse => "A cell is no Python 3.",
        Rule::FollowsFailure => "A cell needs what an earlier one cannot make, because it will fail.",
    }
}

/// What it does, in the words of its page.
pub fn description(rule: Rule) -> &'static str {
    let (_, rest) = page(rule).split_once("\n## What it does\n").unwrap_or_default();
    rest.split_once("\n\n").map_or(rest, |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::{about, description, page};
    use crate::Subject;

    #[test]
    fn pages_belong_to_their_rules() {
        for &rule in about(Subject::Names).iter().chain(about(Subject::Crashes)) {
            assert!(page(rule).starts_with(&format!("# {} {}\n", rule.code(), rule.name())));
            assert!(description(rule).starts_with("Reports ") && !description(rule).contains('#'));
        }
    }
}

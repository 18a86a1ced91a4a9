//! What the rules' pages say, for formats that carry explanations.

use records::Rule;

/// All rules, in the order of their codes.
pub const ALL: [Rule; 2] = [Rule::ValueDoesNotFit, Rule::MisleadingName];

/// The rule's page in Markdown.
pub fn page(rule: Rule) -> &'static str {
    match rule {
        Rule::ValueDoesNotFit => include_str!("../../../docs/rules/NAL001.md"),
        Rule::MisleadingName => include_str!("../../../docs/rules/NAL002.md"),
    }
}

/// What it does, in one sentence.
pub fn summary(rule: Rule) -> &'static str {
    match rule {
        Rule::ValueDoesNotFit => "A name held a value that does not fit it.",
        Rule::MisleadingName => "Another name would fit the value far better.",
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, page};

    #[test]
    fn pages_belong_to_their_rules() {
        for rule in ALL {
            assert!(page(rule).starts_with(&format!("# {} {}\n", rule.code(), rule.name())));
        }
    }
}

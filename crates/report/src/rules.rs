//! The rules of all systems: code, name, whether it is on, severity, page. Formats take what they say of a rule from
//! here, and so do programs that list them.

use crate::Subject;

/// A rule that findings break.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// As people write it in an ignore comment, and as `rule` of a finding has it: `NAL001`.
    pub code: &'static str,
    /// In words: `value-does-not-fit`.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// What its findings are about.
    pub subject: Subject,
    /// Whether it is reported unless somebody asks otherwise.
    pub is_on: bool,
    /// How bad it is.
    pub severity: Severity,
    /// What is hurt.
    pub harm: Harm,
    /// Its page in Markdown, `docs/rules/CODE.md`.
    pub page: &'static str,
}

/// How bad a broken rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Worth a look.
    Warning,
}

/// What a broken rule hurts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// What the code does may be wrong.
    Bug,
    /// Who reads the code is misled.
    Clarity,
}

impl Severity {
    /// The word that stands for it, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
        }
    }
}

macro_rules! rule {
    ($code:literal, $name:literal, $subject:ident, $harm:ident, $summary:literal) => {
        Rule {
            code: $code,
            name: $name,
            summary: $summary,
            subject: Subject::$subject,
            is_on: true,
            severity: Severity::Warning,
            harm: Harm::$harm,
            page: include_str!(concat!("../../../docs/rules/", $code, ".md")),
        }
    };
}

/// All rules, in the order of their codes.
pub static RULES: [Rule; 8] = [
    rule!("NAL001", "value-does-not-fit", Names, Bug, "A name held a value that does not fit it."),
    rule!("NAL002", "misleading-name", Names, Clarity, "Another name would fit the value far better."),
    rule!("NBC001", "used-before-defined", Crashes, Bug, "A name is used above the cell that defines it."),
    rule!("NBC002", "undefined-name", Crashes, Bug, "A name is used that nothing defines."),
    rule!("NBC003", "missing-import", Crashes, Bug, "An import is missing, or the module that it imports."),
    rule!("NBC004", "missing-file", Crashes, Bug, "A file is read that is not there."),
    rule!("NBC005", "does-not-parse", Crashes, Bug, "A cell is no Python 3."),
    Rule {
        is_on: false,
        ..rule!(
            "NBC006",
            "follows-failure",
            Crashes,
            Bug,
            "A cell needs what an earlier one cannot make, because it will fail."
        )
    },
];

impl Rule {
    /// The rule with a code; `None` when it is another program's.
    pub fn of(code: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.code == code)
    }

    /// What it does, in the words of its page.
    pub fn description(&self) -> &'static str {
        let (_, rest) = self.page.split_once("\n## What it does\n").unwrap_or_default();
        rest.split_once("\n\n").map_or(rest, |(text, _)| text)
    }
}

/// All rules about a subject.
pub(crate) fn about(subject: Subject) -> Vec<&'static Rule> {
    RULES.iter().filter(|rule| rule.subject == subject).collect()
}

/// The name of a rule; of one that is not known here its code.
pub(crate) fn name(code: &str) -> &str {
    Rule::of(code).map_or(code, |rule| rule.name)
}

/// What a rule does, in one sentence; nothing of one that is not known here.
pub(crate) fn summary(code: &str) -> &'static str {
    Rule::of(code).map_or("", |rule| rule.summary)
}

#[cfg(test)]
mod tests {
    use super::{RULES, Rule};

    #[test]
    fn pages_belong_to_their_rules() {
        for rule in &RULES {
            assert!(rule.page.starts_with(&format!("# {} {}\n", rule.code, rule.name)));
            assert!(rule.description().starts_with("Reports ") && !rule.description().contains('#'));
        }
    }

    #[test]
    fn every_page_has_its_rule() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let code = path.file_stem().unwrap().to_str().unwrap();
            assert!(Rule::of(code).is_some(), "{code} is no rule");
        }
        assert!(RULES.is_sorted_by_key(|rule| rule.code));
    }
}

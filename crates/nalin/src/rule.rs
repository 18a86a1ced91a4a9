//! What the rules are, from the registry that all formats of findings take them from.

use std::path::Path;

use anyhow::{Context as _, Result};
use filter::Output;
use report::{RULES, Rule};

/// Writes the page of a rule to stdout, or a line for each rule.
///
/// # Errors
/// If there is no such rule, or stdout is gone.
pub(crate) fn tell(code: Option<&str>) -> Result<()> {
    let text = match code {
        Some(code) => {
            let rule = Rule::of(code);
            rule.with_context(|| format!("there is no rule {code}; `nalin rule` lists them"))?.page.to_owned()
        }
        None => RULES.iter().map(line).collect(),
    };
    let mut output = Output::create(Path::new("-"))?;
    output.write(text.as_bytes())?;
    output.finish()
}

fn line(rule: &Rule) -> String {
    let Rule { code, name, summary, .. } = rule;
    let unless = if rule.is_on { "" } else { " Off unless asked for." };
    format!("{code} {name}: {summary}{unless}\n")
}

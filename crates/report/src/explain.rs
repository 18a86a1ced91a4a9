//! One finding at length, for a person who asked.

use std::io::Write;

use records::{Finding, escape};

use crate::text::{described, paint};
use crate::{Error, Options, rules};

/// Writes all there is to say about a finding.
///
/// # Errors
/// If `out` cannot be written to.
pub fn explain(finding: &Finding, options: &Options, out: &mut dyn Write) -> Result<(), Error> {
    let site = &finding.site;
    let bold = |text: &str| paint(options, "1", text);
    let (code, name) = (finding.rule.code(), finding.rule.name());
    writeln!(out, "{}", bold(&format!("{code} {name}: {}", escape(&finding.message))))?;
    let place = format!("cell {}, line {}, column {}", site.cell, site.line, site.column);
    writeln!(out, "  {}: {place} (line {} of the file)", escape(&finding.head.path), site.physical_line)?;
    writeln!(out, "  score {:.3}, id {}\n", finding.score, finding.fingerprint)?;
    let snippet = options.background.snippet(finding);
    if snippet.is_empty() {
        for line in site.text.lines() {
            writeln!(out, "    {}", escape(line))?;
        }
    }
    for (number, line) in snippet {
        let mark = if *number == site.line { ">" } else { " " };
        writeln!(out, "  {mark} {number:>4} | {}", escape(line))?;
    }

    writeln!(out, "\n{}", bold("What the name usually holds"))?;
    if finding.usual_types.is_empty() {
        writeln!(out, "  Nothing is known of this name nor of its last word.")?;
    }
    for usual in &finding.usual_types {
        writeln!(out, "  {:>4.0} %  {}", usual.share * 100.0, escape(&usual.text))?;
    }
    for value in &finding.usual_values {
        writeln!(out, "  such as {}", escape(value))?;
    }
    writeln!(out, "\n{}", bold("What it holds here"))?;
    writeln!(out, "  {}", described(&finding.value, 400))?;
    writeln!(out, "\n{}", bold("What weighed how much"))?;
    for input in &finding.weighed {
        let without = finding.score - input.share;
        writeln!(
            out,
            "  {:<6} {:+.2}  (without it the score is {without:.2})",
            escape(&input.text),
            input.share
        )?;
    }
    writeln!(out, "\n{}", bold("Names that would fit this value better"))?;
    if finding.better_names.is_empty() {
        writeln!(out, "  None that the model knows.")?;
    }
    for better in &finding.better_names {
        writeln!(out, "  {} (score {:.2})", escape(&better.text), 1.0 - better.share)?;
    }
    writeln!(out, "\n{}", bold("The rule"))?;
    writeln!(out, "  {} docs/rules/{code}.md has an example.", rules::summary(finding.rule))?;
    writeln!(out, "  To silence it write `# nalin: ignore[{code}]` on the line.")?;
    Ok(())
}

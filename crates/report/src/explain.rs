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
    let place = &finding.place;
    let bold = |text: &str| paint(options, "1", text);
    let (code, name) = (&finding.rule, rules::name(&finding.rule));
    writeln!(out, "{}", bold(&format!("{code} {name}: {}", escape(&finding.message))))?;
    let within = format!("cell {}, line {}, column {}", place.cell, place.line, place.column);
    writeln!(out, "  {}: {within} (line {} of the file)", escape(&finding.head.path), place.physical_line)?;
    writeln!(out, "  score {:.3}, id {}\n", finding.score, finding.fingerprint)?;
    let snippet = options.background.snippet(finding);
    if snippet.is_empty() {
        for line in place.text.lines() {
            writeln!(out, "    {}", escape(line))?;
        }
    }
    for (number, line) in snippet {
        let mark = if *number == place.line { ">" } else { " " };
        writeln!(out, "  {mark} {number:>4} | {}", escape(line))?;
    }

    writeln!(out, "\n{}", bold("What the name usually holds"))?;
    if finding.evidence_of("usual_type").next().is_none() {
        writeln!(out, "  Nothing is known of this name nor of its last word.")?;
    }
    for usual in finding.evidence_of("usual_type") {
        writeln!(out, "  {:>4.0} %  {}", usual.share * 100.0, escape(&usual.text))?;
    }
    for value in finding.evidence_of("usual_value") {
        writeln!(out, "  such as {}", escape(&value.text))?;
    }
    writeln!(out, "\n{}", bold("What it holds here"))?;
    for held in &finding.value {
        writeln!(out, "  {}", described(&held.value, 400))?;
    }
    writeln!(out, "\n{}", bold("What weighed how much"))?;
    for input in finding.evidence_of("weighed") {
        let without = finding.score - input.share;
        writeln!(
            out,
            "  {:<6} {:+.2}  (without it the score is {without:.2})",
            escape(&input.text),
            input.share
        )?;
    }
    writeln!(out, "\n{}", bold("Names that would fit this value better"))?;
    if finding.evidence_of("better_name").next().is_none() {
        writeln!(out, "  None that the model knows.")?;
    }
    for better in finding.evidence_of("better_name") {
        writeln!(out, "  {} (score {:.2})", escape(&better.text), 1.0 - better.share)?;
    }
    writeln!(out, "\n{}", bold("The rule"))?;
    writeln!(out, "  {} docs/rules/{code}.md has an example.", rules::summary(&finding.rule))?;
    writeln!(out, "  To silence it write `# nalin: ignore[{code}]` on the line.")?;
    Ok(())
}

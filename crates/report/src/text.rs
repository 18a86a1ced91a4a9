//! `text`: for people at a terminal.

use std::io::Write;

use records::{Alternative, Finding, escape};

use crate::{Error, Options, Render};

/// Findings by notebook; the notebook with the most certain finding first.
pub struct Text;

const BOLD: &str = "1";
const RED: &str = "31";
const CYAN: &str = "36";

impl Render for Text {
    fn render(&self, findings: &[&Finding], options: &Options, out: &mut dyn Write) -> Result<(), Error> {
        let paint = |style: &str, text: &str| {
            if options.colour { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
        };
        let mut left = findings.to_vec();
        while let Some(first) = left.first() {
            let (here, others): (Vec<&Finding>, Vec<&Finding>) =
                left.iter().partition(|finding| finding.path == first.path);
            for finding in here {
                let site = &finding.site;
                writeln!(
                    out,
                    "{}:cell {}:{}:{}: {} {} (score {:.2})",
                    paint(BOLD, &escape(&finding.path)),
                    site.cell,
                    site.line,
                    site.column,
                    paint(RED, finding.rule.code()),
                    escape(&finding.message),
                    finding.score,
                )?;
                let (line, mark) = marked(&site.text, &site.name);
                writeln!(out, "    {} {line}", paint(CYAN, "|"))?;
                if !mark.is_empty() {
                    writeln!(out, "    {} {}", paint(CYAN, "|"), paint(RED, &mark))?;
                }
                for (heading, alternatives) in
                    [("usual types", &finding.usual_types), ("better names", &finding.better_names)]
                {
                    if !alternatives.is_empty() {
                        writeln!(out, "    {} {heading}: {}", paint(CYAN, "="), listed(alternatives))?;
                    }
                }
            }
            writeln!(out)?;
            left = others;
        }
        match findings.len() {
            0 => writeln!(out, "no findings")?,
            1 => writeln!(out, "1 finding")?,
            n => writeln!(out, "{n} findings")?,
        }
        Ok(())
    }
}

/// The first line of a statement, safe to print, and carets under the name's first appearance in it.
fn marked(text: &str, name: &str) -> (String, String) {
    let line = text.lines().next().unwrap_or_default();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let whole = line.match_indices(name).find(|(start, _)| {
        !line[..*start].ends_with(is_part) && !line[start + name.len()..].starts_with(is_part)
    });
    let mark = match whole {
        Some((start, _)) if !name.is_empty() => {
            let before = escape(&line[..start]).chars().count();
            " ".repeat(before) + &"^".repeat(escape(name).chars().count())
        }
        _ => String::new(),
    };
    (escape(line).into_owned(), mark)
}

fn listed(alternatives: &[Alternative]) -> String {
    let texts: Vec<String> = alternatives
        .iter()
        .map(|alternative| format!("{} ({:.0} %)", escape(&alternative.text), alternative.share * 100.0))
        .collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn the_name_is_marked_not_a_part_of_another() {
        let check = |text, name, mark: &str| assert_eq!(marked(text, name).1, mark, "{text}");
        check("n_max, n = f(n)", "n", "       ^");
        check("\tx = (\n  1)", "x", "  ^");
        check("größe = 3", "größe", "^^^^^");
        check("del x", "y", "");
    }
}

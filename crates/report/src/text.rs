//! `text`: for people at a terminal.

use std::fmt::Write as _;
use std::io::Write;

use records::{Evidence, Finding, Value, escape};

use crate::{Error, Options, Render};

/// Findings under the notebook and the cell that they stand in.
pub struct Text;

const BOLD: &str = "1";
const RED: &str = "31";
const CYAN: &str = "36";
/// Values are cut to this many characters.
const MOST_CHARS: usize = 70;

impl Render for Text {
    fn render(&self, findings: &[&Finding], options: &Options, out: &mut dyn Write) -> Result<(), Error> {
        let (mut path, mut cell) = ("", 0);
        for finding in findings {
            if finding.head.path != path {
                if !path.is_empty() {
                    writeln!(out)?;
                }
                writeln!(out, "{}", paint(options, BOLD, &escape(&finding.head.path)))?;
                (path, cell) = (&finding.head.path, 0);
            }
            if finding.place.cell != cell {
                cell = finding.place.cell;
                writeln!(out, "  {}", paint(options, CYAN, &format!("cell {cell}")))?;
            }
            out.write_all(one(finding, options).as_bytes())?;
        }
        let mut paths: Vec<&str> = findings.iter().map(|finding| finding.head.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        match (findings.len(), paths.len()) {
            (0, _) => writeln!(out, "no findings")?,
            (n, m) => writeln!(out, "\n{n} finding{} in {m} notebook{}", plural(n), plural(m))?,
        }
        Ok(())
    }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

pub(crate) fn paint(options: &Options, style: &str, text: &str) -> String {
    if options.colour { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
}

/// The line, a mark under the name, and why.
fn one(finding: &Finding, options: &Options) -> String {
    let (offset, line, mark) = marked(&finding.place.text, &finding.place.name);
    let bar = paint(options, CYAN, "|");
    let head = format!("{} {:.2}", finding.rule, finding.score);
    let line_number = finding.place.line + offset;
    let mut text = String::new();
    let mut add = |line: std::fmt::Arguments| text.write_fmt(line).expect("a string can be written to");
    add(format_args!("{line_number:>6} {bar} {line}\n"));
    let mark = format!("{mark} {head}");
    add(format_args!(
        "       {bar} {}\n",
        // A finding about a whole line marks no name.
        paint(options, RED, if finding.place.name.is_empty() { &head } else { &mark })
    ));
    let equals = paint(options, CYAN, "=");
    add(format_args!("       {equals} {}\n", escape(&finding.message)));
    for (heading, content) in why(finding) {
        add(format_args!("       {equals} {heading}: {content}\n"));
    }
    let id = finding.fingerprint.get(..8).unwrap_or(&finding.fingerprint);
    add(format_args!("       {equals} line {} of the file, id {id}\n", finding.place.physical_line));
    text
}

/// What is known of name and value, as headings and texts that are safe to print.
pub(crate) fn why(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut why = Vec::new();
    // Where nothing was run there is no value to speak of.
    let Some(held) = finding.held() else { return why };
    why.push(("usually", usually(finding, &|value| escape(value).into_owned())));
    why.push(("here", described(&held.value, MOST_CHARS)));
    if let Some(most) = finding.evidence_of("weighed").next().filter(|most| most.share > 0.0) {
        let without = finding.score - most.share;
        why.push(("weighed most", format!("the {} (without it {without:.2})", escape(&most.text))));
    }
    let names: Vec<_> = finding.evidence_of("better_name").map(|name| escape(&name.text)).collect();
    if !names.is_empty() {
        why.push(("would fit better", names.join(", ")));
    }
    why
}

/// What the name usually holds, the values as `shown`.
pub(crate) fn usually(finding: &Finding, shown: &dyn Fn(&str) -> String) -> String {
    let mut parts = Vec::new();
    let types: Vec<String> = finding.evidence_of("usual_type").map(with_share).collect();
    if !types.is_empty() {
        parts.push(types.join(", "));
    }
    let values: Vec<String> = finding.evidence_of("usual_value").map(|value| shown(&value.text)).collect();
    if !values.is_empty() {
        parts.push(format!("such as {}", values.join(", ")));
    }
    if parts.is_empty() { "nothing is known of this name".to_owned() } else { parts.join("; ") }
}

/// Type, shape or length, and the beginning of the text, on one line.
pub(crate) fn described(value: &Value, most_chars: usize) -> String {
    let mut text = escape(&value.type_name).into_owned();
    if !value.shape.is_empty() {
        let shape: Vec<String> = value.shape.iter().map(i64::to_string).collect();
        text += &format!(" of shape {}", shape.join(" × "));
    } else if value.len >= 0 && value.type_name != "str" {
        text += &format!(" of length {}", value.len);
    }
    let words = value.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = words.chars().take(most_chars).collect();
    let more = if cut.len() < words.len() { "…" } else { "" };
    format!("{text}: {}{more}", escape(&cut))
}

/// The line of a statement that has the name: how far below its first, safe to print, and carets under the
/// name.
fn marked(text: &str, name: &str) -> (u32, String, String) {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    for (offset, line) in (0..).zip(text.lines()) {
        let whole = line.match_indices(name).find(|(start, _)| {
            !line[..*start].ends_with(is_part) && !line[start + name.len()..].starts_with(is_part)
        });
        if let Some((start, _)) = whole.filter(|_| !name.is_empty()) {
            let before = escape(&line[..start]).chars().count();
            let mark = " ".repeat(before) + &"^".repeat(escape(name).chars().count());
            return (offset, escape(line).into_owned(), mark);
        }
    }
    (0, escape(text.lines().next().unwrap_or_default()).into_owned(), String::new())
}

fn with_share(one: &Evidence) -> String {
    format!("{} {:.0} %", escape(&one.text), one.share * 100.0)
}

#[cfg(test)]
mod tests {
    use records::Value;

    use super::{described, marked};

    #[test]
    fn the_name_is_marked_not_a_part_of_another() {
        let check = |text, name, offset: u32, mark: &str| {
            let (at, _, carets) = marked(text, name);
            assert_eq!((at, carets.as_str()), (offset, mark), "{text}");
        };
        check("n_max, n = f(n)", "n", 0, "       ^");
        check("\tx = (\n  1)", "x", 0, "  ^");
        check("größe = 3", "größe", 0, "^^^^^");
        check("for (a,\n     b) in c:", "b", 1, "     ^");
        check("del x", "y", 0, "");
    }

    #[test]
    fn values_on_a_line() {
        let value = Value { type_name: "list".into(), len: 3, text: "[1,\n 2]".into(), ..Value::default() };
        assert_eq!(described(&value, 4), "list of length 3: [1, …");
    }
}

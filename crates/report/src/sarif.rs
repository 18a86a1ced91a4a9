//! `sarif`: SARIF 2.1.0 as GitHub's code scanning accepts it.
//!
//! One run; the 5,000 findings of highest score, because no more are shown, with a notice when there are
//! more; paths relative to the root of the sources; lines from 1. GitHub keeps its own fingerprint of
//! the line; ours has a key of its own.

use std::io::{self, Write};

use records::{Edit, Finding};
use serde_json::{Value, json};

use crate::{Error, Options, Render, Rule, physical_line, placed_message, rules};

/// What code scanning shows of one run.
const MOST_RESULTS: usize = 5_000;

/// One log with one run.
pub struct Sarif;

impl Render for Sarif {
    fn render(&self, findings: &[&Finding], options: &Options, out: &mut dyn Write) -> Result<(), Error> {
        let shown = &findings[..findings.len().min(MOST_RESULTS)];
        let notices: Vec<Value> = if shown.len() < findings.len() {
            let text =
                format!("{} findings; the {MOST_RESULTS} of highest score are in this file", findings.len());
            vec![json!({"level": "warning", "message": {"text": text}})]
        } else {
            Vec::new()
        };
        let rules = rules::about(options.subject);
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "nalin",
                    "semanticVersion": options.version,
                    "rules": rules.iter().map(|one| rule(one)).collect::<Vec<_>>(),
                }},
                "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notices}],
                "columnKind": "unicodeCodePoints",
                "results": shown.iter().map(|finding| result(finding, &rules)).collect::<Vec<_>>(),
            }],
        });
        serde_json::to_writer_pretty(&mut *out, &log).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
        Ok(())
    }
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.description()},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": rule.severity.as_str()},
        "properties": {"tags": ["naming", "notebook"]},
    })
}

fn result(finding: &Finding, rules: &[&Rule]) -> Value {
    let place = &finding.place;
    let index = rules.iter().position(|rule| rule.code == finding.rule);
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index.map_or(-1, |index| index as i64),
        "level": index.map_or("warning", |index| rules[index].severity.as_str()),
        "rank": (finding.score * 1000.0).round() / 10.0,
        "message": {"text": without_links(&placed_message(finding))},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(&finding.head.path), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": physical_line(finding)},
        }}],
        "partialFingerprints": {"nalinNameValue/v1": finding.fingerprint},
        "properties": {
            "cell": place.cell,
            "line": place.line,
            "column": place.column,
            "name": place.name,
            "type": finding.held().map_or("", |held| &held.value.type_name),
        },
    });
    // The bytes of an edit count in the script, and that of a notebook is not its file.
    if !finding.fix.is_empty() && finding.head.path.ends_with(".py") {
        let replacement = |edit: &Edit| {
            json!({
                "deletedRegion": {"byteOffset": edit.start, "byteLength": edit.end.saturating_sub(edit.start)},
                "insertedContent": {"text": edit.replacement},
            })
        };
        result["fixes"] = json!([{"artifactChanges": [{
            "artifactLocation": result["locations"][0]["physicalLocation"]["artifactLocation"],
            "replacements": finding.fix.iter().map(replacement).collect::<Vec<_>>(),
        }]}]);
    }
    result
}

/// Messages may hold links, `[text](address)`: a stranger's value shall not.
fn without_links(text: &str) -> String {
    text.replace("](", "] (")
}

/// A relative path as a URI reference: all but unreserved characters and slashes are percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("./a b/ü:#%.ipynb"), "a%20b/%C3%BC%3A%23%25.ipynb");
    }
}

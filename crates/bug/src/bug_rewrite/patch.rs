//! Rewrites and repairs as unified diffs.

use anyhow::Result;
use filter::{Emit, escape};
use records::{Bug, Function, Reason, Selected};

use super::file::File;
use super::{Args, rewritten};
use crate::rewrite::repaired;
use crate::unit::Fragment;

/// Unchanged lines before and behind a change.
const CONTEXT: usize = 3;
/// Of a line that is not as expected so many characters are shown.
const SHOWN: usize = 120;

/// Where a function stands.
struct Site<'r> {
    id: &'r str,
    root: &'r str,
    path: &'r str,
    line: u32,
}

/// Writes the diffs of the choices of a function.
///
/// # Errors
/// None but those of writing.
pub fn of_function(function: &Function, selected: &[Selected], args: &Args, emit: &mut Emit) -> Result<()> {
    let site = Site { id: &function.id, root: &function.root, path: &function.path, line: function.line };
    let fragment = Fragment::new(&function.text);
    let (code, _) = match fragment.of_function(function) {
        Ok(parsed) => parsed,
        Err(error) => {
            emit.reject(&*function.id, &*function.path, Reason::Syntax, error.to_string());
            return Ok(());
        }
    };
    for choice in selected.iter().filter(|choice| choice.candidate >= 0) {
        if let Some(made) = rewritten(function, &fragment, &code, choice.candidate, emit) {
            site.write(&function.text, &made.text, args, emit);
        }
    }
    Ok(())
}

/// Writes the diff that repairs a bug.
///
/// # Errors
/// None but those of writing.
pub fn of_bug(bug: &Bug, args: &Args, emit: &mut Emit) -> Result<()> {
    let site = Site { id: &bug.id, root: &bug.root, path: &bug.path, line: bug.line };
    match repaired(&bug.text, bug.line, &bug.repair) {
        Ok(text) if text == bug.text => emit.count("without_bug", 1),
        Ok(text) => site.write(&bug.text, &text, args, emit),
        Err(changed) => site.refuse((changed.line, changed.expected, changed.found), emit),
    }
    Ok(())
}

impl Site<'_> {
    /// Writes the diff from one text of the function to another; its file may have either.
    fn write(&self, before: &str, after: &str, args: &Args, emit: &mut Emit) {
        let file = match File::read(args.root.as_deref(), self.root, self.path, args.common.max_record_bytes)
        {
            Ok(file) if file.is_utf8 => file,
            Ok(_) => {
                let detail = "not in UTF-8: a patch of it would have other bytes";
                return emit.reject(self.id, self.path, Reason::Unreadable, detail);
            }
            Err(fault) => return emit.reject(self.id, self.path, fault.reason, fault.detail),
        };
        let mark = if file.has_mark { "\u{feff}" } else { "" };
        let (old, new) = match (file.place(self.line, before), file.place(self.line, after)) {
            (Some(place), _) => (file.text.clone(), file.with(place, after)),
            (None, Some(place)) => (file.with(place, before), file.text.clone()),
            (None, None) => return self.refuse(file.difference(self.line, before), emit),
        };
        let patch = unified(self.path, &format!("{mark}{old}"), &format!("{mark}{new}"));
        if let Some(patch) = patch.strip_suffix('\n') {
            emit.raw(patch.as_bytes());
        }
    }

    fn refuse(&self, (line, expected, found): (u32, String, String), emit: &mut Emit) {
        let shown = |text: String| escape(&records::cut(text, SHOWN)).into_owned();
        let detail = format!("line {line}: expected `{}`, found `{}`", shown(expected), shown(found));
        emit.reject(self.id, self.path, Reason::Changed, detail);
    }
}

/// The unified diff of two texts of a file in one hunk, `""` if they are the same.
pub fn unified(path: &str, old: &str, new: &str) -> String {
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (old, new) = (lines(old), lines(new));
    let same = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    if same == old.len() && same == new.len() {
        return String::new();
    }
    let shorter = old.len().min(new.len()) - same;
    let ends = old.iter().rev().zip(new.iter().rev()).take(shorter);
    let end = ends.take_while(|(one, other)| one == other).count();
    let first = same.saturating_sub(CONTEXT);
    let behind = end.min(CONTEXT);
    let count = |lines: &[&str]| lines.len() - end + behind - first;
    // An empty range begins on the line before it.
    let begin = |count: usize| if count == 0 { first } else { first + 1 };
    let (n_old, n_new) = (count(&old), count(&new));
    let [from, to] = ["a/", "b/"].map(|side| quoted(&format!("{side}{path}")));
    let mut patch =
        format!("--- {from}\n+++ {to}\n@@ -{},{n_old} +{},{n_new} @@\n", begin(n_old), begin(n_new));
    let mut push = |sign: char, lines: &[&str]| {
        for line in lines {
            patch.push(sign);
            patch.push_str(line);
            if !line.ends_with('\n') {
                patch.push_str("\n\\ No newline at end of file\n");
            }
        }
    };
    push(' ', &old[first..same]);
    push('-', &old[same..old.len() - end]);
    push('+', &new[same..new.len() - end]);
    push(' ', &old[old.len() - end..old.len() - end + behind]);
    patch
}

/// A file's name as patches have it.
fn quoted(name: &str) -> String {
    if name.chars().any(|character| character.is_control() || character == '"' || character == '\\') {
        let escaped = name.bytes().map(|byte| match byte {
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            0x20..0x7f => char::from(byte).to_string(),
            _ => format!("\\{byte:03o}"),
        });
        return format!("\"{}\"", escaped.collect::<String>());
    }
    // A tab ends a name with blanks in it.
    if name.contains(' ') { format!("{name}\t") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{quoted, unified};

    #[test]
    fn a_diff_has_three_lines_around_the_change() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9";
        let patch = unified("a b.py", old, "1\n2\n3\n4\nfive\n6\n7\n8\n9");
        let expected = "--- a/a b.py\t\n+++ b/a b.py\t\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(patch, expected);
        let patch = unified("x", "a\nb", "a\nc\nb");
        assert_eq!(patch, "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a\n+c\n b\n\\ No newline at end of file\n");
        let patch = unified("x", "a\n", "");
        assert_eq!(patch, "--- a/x\n+++ b/x\n@@ -1,1 +0,0 @@\n-a\n");
        assert_eq!(unified("x", "a", "a"), "");
    }

    #[test]
    fn odd_names_are_quoted() {
        assert_eq!(quoted("a/\"x\"\n.py"), "\"a/\\\"x\\\"\\012.py\"");
        assert_eq!(quoted("a/é.py"), "a/é.py");
    }
}

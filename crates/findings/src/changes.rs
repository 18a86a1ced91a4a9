//! Findings on lines that were changed, and no others.

use std::ops::Range;

use records::Site;

/// The lines that a patch in unified form says are new, from 1.
pub fn changed_lines(patch: &str) -> Vec<Range<u32>> {
    patch.lines().filter_map(hunk).collect()
}

/// Whether a statement stands on one of these lines of its file.
pub fn touches(site: &Site, lines: &[Range<u32>]) -> bool {
    let last = site.physical_line + (site.text.lines().count().max(1) - 1) as u32;
    lines.iter().any(|lines| lines.start <= last && site.physical_line < lines.end)
}

/// The lines that `@@ -1,2 +3,4 @@` says are new.
fn hunk(line: &str) -> Option<Range<u32>> {
    let (_, new) = line.strip_prefix("@@ ")?.split_once('+')?;
    let mut numbers = new.split(' ').next()?.split(',').map(str::parse::<u32>);
    let first = numbers.next()?.ok()?;
    let count = numbers.next().map_or(Some(1), Result::ok)?;
    Some(first..first + count)
}

#[cfg(test)]
mod tests {
    use super::{changed_lines, touches};

    #[test]
    fn hunks() {
        let patch = "--- a\n+++ b\n@@ -1,2 +3,4 @@ def f():\n+x = 1\n@@ -1 +9 @@\n@@ -1,2 +12,0 @@\n";
        assert_eq!(changed_lines(patch), [3..7, 9..10, 12..12]);
    }

    #[test]
    fn a_statement_of_several_lines_is_touched_by_each_of_them() {
        let site = |physical_line| records::Site {
            physical_line,
            text: "x = (1,\n 2)".to_owned(),
            ..records::Site::default()
        };
        let touched: Vec<u32> =
            (1..9).filter(|line| touches(&site(*line), std::slice::from_ref(&(4..6)))).collect();
        assert_eq!(touched, [3, 4, 5]);
    }
}

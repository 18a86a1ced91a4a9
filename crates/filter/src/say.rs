//! Lines for people, on stderr.

use std::io::{Write as _, stderr};

/// Prints `NAME: message` on stderr; a stranger's text cannot drive the terminal.
pub fn say(name: &str, message: &str) {
    // In a pipe too: whoever shows the log has a terminal.
    say_raw(&format!("{name}: {}", crate::escape(message)));
}

/// Prints a line on stderr; when nobody can read it there is nobody to tell.
pub(crate) fn say_raw(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

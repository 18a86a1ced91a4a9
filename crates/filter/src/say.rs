//! Lines for people, on stderr.

use std::io::{IsTerminal as _, Write as _, stderr};

/// Prints `NAME: message` on stderr; a stranger's text cannot drive the terminal.
pub fn say(name: &str, message: &str) {
    let message =
        if stderr().is_terminal() { crate::escape(message) } else { message.replace('\n', "\\n").into() };
    say_raw(&format!("{name}: {message}"));
}

/// Prints a line on stderr; when nobody can read it there is nobody to tell.
pub(crate) fn say_raw(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

//! Why a file gives no script.

use records::Reason;

use crate::json::JsonError;

/// A file that cannot be used: the reason out of the closed list, and the fault with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    /// The reason.
    pub reason: Reason,
    /// The fault, for a human.
    pub detail: String,
}

impl Fault {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }

    /// A fault with its place in the text.
    pub(crate) fn at(reason: Reason, text: &str, at: usize, what: &str) -> Self {
        Self::new(reason, format!("{}: {what}", place(text, at)))
    }

    pub(crate) fn json(text: &str, error: &JsonError) -> Self {
        Self::at(Reason::NotJson, text, error.at, error.what)
    }
}

/// `line 3, column 14`, both from 1, the column in characters.
fn place(text: &str, at: usize) -> String {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    format!("line {line}, column {}", before[line_start..].chars().count() + 1)
}

/// The bytes of a file as text, without a byte order mark.
pub(crate) fn text_of(bytes: &[u8], reason: Reason) -> Result<&str, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
        Fault::new(reason, format!("{}: not UTF-8", place(valid, valid.len())))
    })
}

//! Text of strangers on its way to a terminal or into a table.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Escapes control characters, bidirectional marks and zero-width characters (`\u{202e}`), which could
/// move the cursor, hide text or turn it round.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("\\n"),
            '\t' => safe.push_str("\\t"),
            '\r' => safe.push_str("\\r"),
            c if is_hostile(c) => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// What a formula begins with; a spreadsheet takes the full-width signs for the others.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// The text as a cell of a table (CSV): escaped, and with an apostrophe before what a spreadsheet would take for a formula.
pub fn table_cell(text: &str) -> Cow<'_, str> {
    let text = escape(text);
    let is_formula = text.starts_with(FORMULA) && text.parse::<f64>().is_err();
    if is_formula { format!("'{text}").into() } else { text }
}

fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::{escape, table_cell};

    #[test]
    fn hostile_characters_become_visible() {
        assert_eq!(escape("größe = 3 变量"), "größe = 3 变量");
        assert_eq!(escape("a\u{1b}[31m\u{202e}b\nc"), "a\\u{1b}[31m\\u{202e}b\\nc");
    }

    #[test]
    fn what_a_spreadsheet_takes_for_a_formula_is_quoted() {
        for formula in
            ["=1+1", "+A1", "-A1", "@sum", "\u{ff1d}1+1", "\u{ff0b}A1", "\u{ff0d}A1", "\u{ff20}sum"]
        {
            assert_eq!(table_cell(formula), format!("'{formula}"));
        }
        for plain in ["a=1", "-1.5", "", "größe", "*"] {
            assert_eq!(table_cell(plain), plain);
        }
    }
}

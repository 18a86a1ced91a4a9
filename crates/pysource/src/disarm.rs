//! IPython's commands in a form that ruff does not panic at.

use std::borrow::Cow;

use unicode_ident::is_xid_start;

/// The text with `%` for every `?`, `,`, `;` and `/` at the beginning of a line.
///
/// Where these begin a command, `%` does so too, with the same tokens at the same places; elsewhere an
/// operator becomes another, which is no matter here. But where the parser, in code that is broken, meets a
/// command in the place of an expression, it takes `%` and panics at the others (`x: [}` above `,f`).
pub(crate) fn disarm(text: &str) -> Cow<'_, str> {
    let armed = |line: &str| line.trim_start_matches(leaves_beginning).starts_with(['?', ',', ';', '/']);
    if !text.split('\n').any(armed) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<Cow<str>> = text
        .split('\n')
        .map(|line| {
            let code = line.trim_start_matches(leaves_beginning);
            match armed(line) {
                true => Cow::Owned(format!("{}%{}", &line[..line.len() - code.len()], &code[1..])),
                false => Cow::Borrowed(line),
            }
        })
        .collect();
    Cow::Owned(lines.join("\n"))
}

/// Whether what follows this character still stands at the beginning of a line for ruff's lexer: blanks, a
/// stray backslash, signs that no token begins with.
fn leaves_beginning(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\x0c' | '\\') || (!character.is_ascii() && !is_xid_start(character))
}

//! IPython's own syntax in notebook cells: found, named, and turned into plain Python line for line.
//!
//! Where a command begins and ends is the parser's answer, so that a `%` in a string, a comment or
//! brackets is never mistaken for a magic. Only what IPython itself decides on the raw text is decided
//! here too: the first line of a cell (`%%bash`: ruff would read the body as Python), the indentation
//! and the prompts that it strips. `docs/magics.md` has the table of what becomes of what.

use std::borrow::Cow;

use memchr::memchr_iter;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::Mode;
use ruff_text_size::Ranged as _;

use crate::disarm::disarm;
use crate::parse::{Dialect, parses, with_tokens};

/// One piece of IPython syntax in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escape {
    /// Its first line in the cell, from 1.
    pub line: u32,
    /// `line_magic`, `cell_magic`, `shell`, `help`, `quote`, `auto_call`, `indent` or `prompt`.
    pub kind: &'static str,
    /// Name of the magic without its percent signs, `""` for the other kinds.
    pub name: String,
    /// What became of it: `body_kept`, `replaced` or `inert`.
    pub action: &'static str,
}

/// Turns a cell into plain Python with the same number of lines, and lists the IPython syntax in it.
///
/// `cell` has `\n` between lines. What is not IPython syntax stays as it is, Python or not.
pub fn neutralise(cell: &str) -> (Cow<'_, str>, Vec<Escape>) {
    if !may_hold_escapes(cell) {
        return (Cow::Borrowed(cell), Vec::new());
    }
    let mut found = Vec::new();
    let mut lines: Vec<Cow<str>> = cell.split('\n').map(Cow::Borrowed).collect();
    strip_indent(&mut lines, &mut found);
    strip_prompts(&mut lines, &mut found);
    let body = cell_magics(&mut lines, &mut found);
    if body < lines.len() {
        let before = found.len();
        let text = commands(&lines[body..].join("\n"), &mut found);
        for escape in &mut found[before..] {
            escape.line += number(body);
        }
        lines.truncate(body);
        lines.extend(text.split('\n').map(|line| Cow::Owned(line.to_owned())));
    }
    (Cow::Owned(lines.join("\n")), found)
}

/// Turns every line of a cell in another language into a comment.
pub fn comment_out(cell: &str) -> String {
    let lines: Vec<_> = cell.split('\n').map(commented).collect();
    lines.join("\n")
}

/// The comments that stand alone on a line, at its very beginning: line from 1 and text.
pub fn comment_lines(source: &str) -> Vec<(u32, &str)> {
    let mut comments = Vec::new();
    let mut line = 1;
    let mut counted = 0;
    with_tokens(source, Mode::Module, |tokens| {
        for token in tokens {
            let start = token.start().to_usize();
            let opens_line = start == 0 || source.as_bytes()[start - 1] == b'\n';
            if token.kind() == TokenKind::Comment && opens_line {
                line += newlines(&source[counted..start]);
                counted = start;
                comments.push((line, &source[token.range()]));
            }
        }
    });
    comments
}

/// A quick look that may be wrong in one direction only: most cells hold no escapes and need no parser.
fn may_hold_escapes(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    let code_at = |at: usize| {
        let blanks = bytes[at..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t' | b'\x0c'));
        &bytes[at + blanks.count()..]
    };
    let opens = |at| match code_at(at) {
        [b'%' | b'!' | b'?' | b',' | b';' | b'/' | b'>', ..] => true,
        code => code.starts_with(b"In ["),
    };
    // The first line that is not blank is indented.
    let is_indented = cell
        .find(|character: char| !character.is_whitespace())
        .is_some_and(|at| at > 0 && bytes[at - 1] != b'\n');
    is_indented
        || memchr_iter(b'\n', bytes).map(|newline| newline + 1).chain([0]).any(opens)
        || memchr_iter(b'=', bytes).any(|sign| matches!(code_at(sign + 1), [b'%' | b'!', ..]))
        || memchr_iter(b'?', bytes).any(|mark| matches!(code_at(mark + 1), [] | [b'\n', ..]))
}

/// IPython takes `>>> ` and `In [1]: ` away when one of the first two lines begins with it.
fn strip_prompts(lines: &mut [Cow<str>], found: &mut Vec<Escape>) {
    let Some(first) = lines.iter().position(|line| !line.trim().is_empty()) else { return };
    let opens = |sign, prompt: fn(&str) -> Option<&str>| {
        lines[first..].iter().take(2).any(|line| line.starts_with(sign) && prompt(line).is_some())
    };
    let prompt = if opens(">>>", classic_prompt) {
        classic_prompt
    } else if opens("In [", ipython_prompt) {
        ipython_prompt
    } else {
        return;
    };
    found.push(Escape { line: number(first + 1), kind: "prompt", name: String::new(), action: "replaced" });
    for line in lines {
        if let Some(code) = prompt(line) {
            *line = Cow::Owned(code.to_owned());
        }
    }
}

fn classic_prompt(line: &str) -> Option<&str> {
    let code = line.strip_prefix(">>>").or_else(|| line.strip_prefix("..."))?;
    if code.is_empty() { Some(code) } else { code.strip_prefix(' ') }
}

fn ipython_prompt(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("In [") {
        let (count, code) = rest.split_once("]: ")?;
        return count.bytes().all(|byte| byte.is_ascii_digit()).then_some(code);
    }
    let code = line.trim_start().strip_prefix("...")?.trim_start_matches('.').strip_prefix(':')?;
    Some(code.strip_prefix(' ').unwrap_or(code))
}

/// IPython takes the indentation of the first line away from all lines that have it: spaces and tabs, for other blanks
/// (U+00A0 from a web page) are no indentation to Python.
fn strip_indent(lines: &mut [Cow<str>], found: &mut Vec<Escape>) {
    let Some(first) = lines.iter().position(|line| !line.trim().is_empty()) else { return };
    let indent =
        lines[first][..lines[first].len() - lines[first].trim_start_matches([' ', '\t']).len()].to_owned();
    // An indented comment above code that is not indented is good Python as it stands.
    let code = lines.iter().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    if indent.is_empty() || !code.is_some_and(|line| line.starts_with(&indent)) {
        return;
    }
    found.push(Escape { line: number(first + 1), kind: "indent", name: String::new(), action: "replaced" });
    for line in lines {
        if let Some(code) = line.strip_prefix(&indent) {
            *line = Cow::Owned(code.to_owned());
        }
    }
}

/// Cell magics that run their body as Python in the notebook's own names.
const PYTHON_BODIES: [&str; 14] = [
    "capture",
    "debug",
    "heat",
    "local",
    "manim",
    "memit",
    "opts",
    "output",
    "prun",
    "pyinstrument",
    "scalene",
    "snakeviz",
    "time",
    "timeit",
];

/// Whether a cell magic (its name without percent signs) runs its body as Python in the notebook's own names; the
/// parser would take the body of any other, `%%bash` say, for Python too.
pub fn has_python_body(magic: &str) -> bool {
    PYTHON_BODIES.contains(&magic)
}

/// Line magics whose argument is a statement of Python, with the options that take a value.
const STATEMENTS: [(&str, &str); 6] = [
    ("lprun", "fmDTuz"),
    ("memit", "rti"),
    ("mprun", "fT"),
    ("prun", "DlsT"),
    ("time", ""),
    ("timeit", "nrpv"),
];

/// Treats the cell magics at the head of a cell; returns the line, from 0, where Python begins.
fn cell_magics(lines: &mut [Cow<str>], found: &mut Vec<Escape>) -> usize {
    let mut body = 0;
    loop {
        let Some(blank) = lines[body..].iter().position(|line| !line.trim().is_empty()) else {
            return lines.len();
        };
        let head = body + blank;
        let Some(command) = lines[head].strip_prefix("%%").map(str::to_owned) else { return body };
        let name = first_word(&command);
        if name.is_empty() {
            return body;
        }
        let is_help = name.ends_with('?');
        let is_python = has_python_body(name);
        found.push(Escape {
            line: number(head + 1),
            kind: if is_help { "help" } else { "cell_magic" },
            name: if is_help { String::new() } else { name.to_owned() },
            action: if is_python { "body_kept" } else { "inert" },
        });
        if !is_python {
            for line in &mut lines[head..] {
                *line = Cow::Owned(commented(line));
            }
            return lines.len();
        }
        let mut line = commented(&lines[head]);
        // What stands behind `%%timeit` runs before the body.
        if name != "time"
            && let Some((options, statement)) = statement_of(name, &command[name.len()..])
        {
            line = format!("{statement}  # %%{name}{options}");
        }
        lines[head] = Cow::Owned(line);
        body = head + 1;
        if body == lines.len() {
            return body;
        }
    }
}

/// A command in a text: where it stands, and how.
struct Command {
    start: usize,
    end: usize,
    /// Names that the command's result is bound to; 0 when it stands alone.
    targets: usize,
}

/// Replaces the commands in a text that begins with no cell magic.
fn commands(text: &str, found: &mut Vec<Escape>) -> String {
    let mut plain = String::with_capacity(text.len() + 16);
    let mut copied = 0;
    let mut line = 1;
    for command in with_tokens(&disarm(text), Mode::Ipython, |tokens| find_commands(text, tokens)) {
        let Command { start, end, targets } = command;
        if start < copied {
            continue;
        }
        plain.push_str(&text[copied..start]);
        line += newlines(&text[copied..start]);
        let indented = start > 0 && text.as_bytes()[start - 1] != b'\n';
        let (mut escape, replacement) = replace(&text[start..end], targets, indented);
        escape.line = line;
        found.push(escape);
        plain.push_str(&replacement);
        line += newlines(&text[start..end]);
        copied = end;
    }
    plain.push_str(&text[copied..]);
    plain
}

fn find_commands(text: &str, tokens: &Tokens) -> Vec<Command> {
    let mut commands = Vec::new();
    // Of the logical line that we are in: its start, its commas outside brackets, and the last token's kind.
    let mut start = None;
    let (mut commas, mut depth) = (0, 0);
    let mut last = TokenKind::Newline;
    // Where a `?` stands that may end the line.
    let mut help = None;
    for token in tokens {
        let kind = token.kind();
        let (from, to) = (token.start().to_usize(), token.end().to_usize());
        match kind {
            TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::Indent | TokenKind::Dedent => {
                continue;
            }
            TokenKind::IpyEscapeCommand => {
                let targets = if last == TokenKind::Equal { commas + 1 } else { 0 };
                commands.push(Command { start: from, end: to, targets });
            }
            TokenKind::Newline | TokenKind::EndOfFile => {
                if let (Some(start), Some(end)) = (start, help) {
                    commands.push(Command { start, end, targets: 0 });
                }
                start = None;
                (commas, depth) = (0, 0);
            }
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth -= 1,
            TokenKind::Comma if depth == 0 => commas += 1,
            // Those of a header, of an annotated name or of the statement before are no targets.
            TokenKind::Colon | TokenKind::Semi if depth == 0 => commas = 0,
            _ => {}
        }
        help = (kind == TokenKind::Question && asks_for_help(&text[..to])).then_some(to);
        if !matches!(kind, TokenKind::Newline | TokenKind::EndOfFile) {
            start.get_or_insert(from);
        }
        last = kind;
    }
    commands.sort_by_key(|command| command.start);
    commands
}

/// Whether the question mark at the end stands behind something to ask about: a name, a pattern (`s*?`)
/// or an element (`x[0]?`). IPython leaves `y = ??` alone, and so it is no Python either.
fn asks_for_help(text: &str) -> bool {
    let name = text.strip_suffix("??").or_else(|| text.strip_suffix('?')).unwrap_or(text);
    if let Some((_, index)) = name.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
        let digits = index.strip_prefix('-').unwrap_or(index);
        return !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    }
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '*');
    let last = &name[name.trim_end_matches(is_name).len()..];
    last.contains(|letter: char| !letter.is_ascii_digit())
}

/// What a command is (its line is the caller's to set) and the Python that takes its place.
fn replace(command: &str, targets: usize, indented: bool) -> (Escape, String) {
    let escape = |kind, name: &str, action| Escape { line: 0, kind, name: name.to_owned(), action };
    let sign = command.len() - command.trim_start_matches(['%', '!', '?']).len();
    let inside = command[sign..].trim_start();
    let comment = commented(command);
    let nothing = if indented { format!("pass  {comment}") } else { comment.clone() };
    match command.as_bytes().first() {
        Some(b'%') if command.trim_end().ends_with('?') && targets == 0 => {
            (escape("help", "", "replaced"), nothing)
        }
        Some(b'%') => {
            let name = first_word(inside).trim_end_matches(';');
            let statement = statement_of(name, &inside[name.len()..]);
            let magic = |action| escape("line_magic", name, action);
            match statement {
                Some((options, statement)) if targets == 0 => {
                    (magic("body_kept"), format!("{statement}  # %{name}{options}"))
                }
                // Of these only `%time` gives back what the statement is worth.
                Some((_, value)) if name == "time" && is_expression(value) => {
                    (magic("body_kept"), format!("{value}  # %{name}"))
                }
                _ if targets > 0 => (magic("replaced"), format!("{}  {comment}", value_of(name, targets))),
                _ if name == "pylab" && !indented => (magic("replaced"), format!("{PYLAB}  {comment}")),
                _ => (magic("replaced"), nothing),
            }
        }
        Some(b'!') if targets > 0 => {
            (escape("shell", "", "replaced"), format!("{}  {comment}", value_of("sx", targets)))
        }
        Some(b'!') => (escape("shell", "", "replaced"), nothing),
        Some(first @ (b',' | b';' | b'/')) => {
            let kind = if *first == b'/' { "auto_call" } else { "quote" };
            let call = call_of(*first, &command[1..]).map(|call| format!("{call}  {comment}"));
            (escape(kind, "", "replaced"), call.unwrap_or(nothing))
        }
        _ => (escape("help", "", "replaced"), nothing),
    }
}

/// What `%pylab` brings into the notebook's names.
const PYLAB: &str = "import matplotlib.pyplot as plt, numpy as np; from pylab import *; from numpy import *";

/// A harmless value of the type that a command gives, or as many as there are targets.
fn value_of(name: &str, targets: usize) -> String {
    let value = match name {
        "sx" | "system" | "who_ls" => "[]",
        "pwd" | "env" => "\"\"",
        _ => "None",
    };
    match (targets, name) {
        (1, _) => value.to_owned(),
        (_, "sx" | "system") => format!("[\"\"] * {targets}"),
        _ => format!("[{value}] * {targets}"),
    }
}

/// Divides the rest of a line after `%time` and its like into options and statement; `None` when the
/// magic takes no statement or this one is no Python.
fn statement_of<'a>(name: &str, rest: &'a str) -> Option<(&'a str, &'a str)> {
    let (_, valued) = STATEMENTS.iter().find(|(magic, _)| *magic == name)?;
    let mut statement = rest.trim_start();
    while statement.starts_with('-') {
        let option = first_word(statement);
        statement = statement[option.len()..].trim_start();
        if option == "--" {
            break;
        }
        // `-n 3` takes the next word too, `-n3` and `-q` do not.
        if option.len() == 2 && option.ends_with(|letter| valued.contains(letter)) {
            statement = statement[first_word(statement).len()..].trim_start();
        }
    }
    let options = rest[..rest.len() - statement.len()].trim_end();
    let statement = statement.trim_end();
    (!statement.is_empty() && parses(statement, Dialect::Python).is_ok()).then_some((options, statement))
}

/// The call that `,f a b` (each word quoted), `;f a b` (all quoted) or `/f a b` stands for.
fn call_of(sign: u8, text: &str) -> Option<String> {
    let (function, arguments) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let call = match sign {
        b',' => format!("{function}(\"{}\")", words.join("\", \"")),
        b';' => format!("{function}(\"{}\")", arguments.trim()),
        _ => format!("{function}({})", words.join(", ")),
    };
    let is_name = function.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.'));
    (!function.is_empty() && is_name && is_expression(&call)).then_some(call)
}

/// Whether the text is one expression: as a statement, and in brackets.
fn is_expression(text: &str) -> bool {
    let parses = |text: &str| parses(text, Dialect::Python).is_ok();
    !text.starts_with('#') && parses(text) && parses(&format!("({text}\n)"))
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().filter(|word| text.starts_with(word)).unwrap_or("")
}

/// Every line as a comment.
fn commented(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| if line.trim().is_empty() { String::new() } else { format!("# {line}") })
        .collect();
    lines.join("\n")
}

fn newlines(text: &str) -> u32 {
    number(text.bytes().filter(|&byte| byte == b'\n').count())
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

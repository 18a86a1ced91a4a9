//! Parsing, with care for texts that are nested without measure.

use std::borrow::Cow;
use std::panic;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Mod, ModModule};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};

use crate::ipython::disarm;

/// No CPython compiles a tree deeper than this; most give up at a third of it.
const MAX_DEPTH: usize = 10_000;

/// Stack that one level of a tree may take in a recursive walk; generous, measured in an unoptimised build.
const BYTES_PER_LEVEL: usize = 4096;

/// What a text is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Python 3; `await` is allowed everywhere.
    #[default]
    Python,
    /// As IPython takes it: also `%magic`, `!command`, `name?` at the start of a logical line.
    Ipython,
}

/// Why a text does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct SyntaxError {
    /// The line of the text, from 1; lines end with `\n` alone.
    pub line: usize,
    /// The fault.
    pub message: String,
}

/// Whether the text parses.
///
/// # Errors
/// If it does not: the first fault.
pub fn parses(text: &str, dialect: Dialect) -> Result<(), SyntaxError> {
    with_module(text, dialect, |_| ())
}

/// Parses and hands the tree to `work`, on a stack that suits the depth of the tree.
pub(crate) fn with_module<R>(
    text: &str,
    dialect: Dialect,
    work: impl FnOnce(ModModule) -> R,
) -> Result<R, SyntaxError> {
    let mode = match dialect {
        Dialect::Python => Mode::Module,
        Dialect::Ipython => {
            // Broken code is found out in a form that the parser does not panic at.
            let disarmed = disarm(text);
            if let Cow::Owned(disarmed) = &disarmed {
                with_tree(disarmed, Mode::Ipython, drop)?;
            }
            Mode::Ipython
        }
    };
    with_tree(text, mode, work)
}

fn with_tree<R>(text: &str, mode: Mode, work: impl FnOnce(ModModule) -> R) -> Result<R, SyntaxError> {
    let Some(parsed) = parse(text, mode) else {
        return Err(SyntaxError { line: 1, message: "broken IPython syntax".to_owned() });
    };
    let depth = depth_limit(parsed.tokens());
    let stack = 64 * 1024 + depth * BYTES_PER_LEVEL;
    // Walking a tree recurses, and so does dropping it, even one that we refuse.
    stacker::maybe_grow(stack, stack, move || {
        if let Some(error) = parsed.errors().first() {
            let at = usize::from(error.location.start()).min(text.len());
            return Err(SyntaxError { line: line_of(text, at), message: error.error.to_string() });
        }
        if depth > MAX_DEPTH {
            return Err(SyntaxError {
                line: 1,
                message: format!("nested more than {MAX_DEPTH} levels deep"),
            });
        }
        let module = parsed.try_into_module().expect("both modes parse modules").into_syntax();
        Ok(work(module))
    })
}

/// Hands the tokens of a text to `work`, whether it parses or not; `mode` is the parser's own.
pub(crate) fn with_tokens<R>(text: &str, mode: Mode, work: impl FnOnce(&Tokens) -> R) -> R {
    let Some(parsed) = parse(text, mode) else { return work(&Tokens::new(Vec::new())) };
    let result = work(parsed.tokens());
    let stack = 64 * 1024 + depth_limit(parsed.tokens()) * BYTES_PER_LEVEL;
    stacker::maybe_grow(stack, stack, move || drop(parsed));
    result
}

/// What the parser makes of a text, errors and all; `None` where it panics.
///
/// In `Mode::Ipython` ruff 0.0.10 panics where recovery from an error puts a command that begins with `?`,
/// `,`, `;` or `/` in the place of an expression; [`disarm`] keeps such commands away from it. Should there
/// be another way to it, the cell is broken, and must not cost the others.
fn parse(text: &str, mode: Mode) -> Option<Parsed<Mod>> {
    let parse = || parse_unchecked(text, ParseOptions::from(mode));
    if mode == Mode::Ipython { panic::catch_unwind(parse).ok() } else { Some(parse()) }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count() + 1
}

/// No branch of the tree is deeper than this: every level needs an operator, keyword or bracket of its
/// own that is not closed yet or stands in the same item of a list.
fn depth_limit(tokens: &Tokens) -> usize {
    // For every open bracket: tokens since its last comma, and `lambda`s, whose parameters have commas too.
    let mut open = vec![(0_usize, 0_usize)];
    let (mut sum, mut deepest, mut indent) = (0_usize, 0_usize, 0_usize);
    for token in tokens {
        match token.kind() {
            TokenKind::Name | TokenKind::Int | TokenKind::Float | TokenKind::Complex => continue,
            TokenKind::String | TokenKind::Comment | TokenKind::NonLogicalNewline => continue,
            TokenKind::FStringMiddle | TokenKind::TStringMiddle => continue,
            TokenKind::Indent => indent += 1,
            TokenKind::Dedent => indent = indent.saturating_sub(1),
            TokenKind::Newline => {
                open.truncate(1);
                open[0] = (0, 0);
                sum = 0;
            }
            TokenKind::Comma => {
                if let Some((here, _)) = open.last_mut() {
                    sum -= *here;
                    *here = 0;
                }
            }
            kind => {
                let (here, lambdas) = open.last_mut().expect("the first entry stays");
                let counter = if kind == TokenKind::Lambda { lambdas } else { here };
                *counter += 1;
                sum += 1;
                match kind {
                    TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open.push((0, 0)),
                    TokenKind::FStringStart | TokenKind::TStringStart => open.push((0, 0)),
                    TokenKind::Rpar
                    | TokenKind::Rsqb
                    | TokenKind::Rbrace
                    | TokenKind::FStringEnd
                    | TokenKind::TStringEnd
                        if open.len() > 1 =>
                    {
                        let (here, lambdas) = open.pop().expect("longer than one");
                        sum -= here + lambdas;
                    }
                    _ => {}
                }
            }
        }
        deepest = deepest.max(sum + indent);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

    use super::{Dialect, parses};
    use crate::ipython::disarm;

    #[test]
    fn dialects() {
        assert_eq!(parses("x = await f()\n", Dialect::Python), Ok(()));
        assert!(parses("%time f()\n!ls\nx = !ls\nf?\n", Dialect::Ipython).is_ok());
        assert_eq!(parses("x = 1\nprint 'a'\n", Dialect::Python).unwrap_err().line, 2);
        assert!(parses("!ls\n", Dialect::Python).is_err());
        assert!(parses("x = (1\n/ 2)\n?f\n,f a\n;f\n/f\n", Dialect::Ipython).is_ok());
        assert_eq!(parses("x: [}\n,f", Dialect::Ipython).unwrap_err().line, 1);
    }

    /// The parser itself, without anything that would catch its panic.
    fn survives(text: &str) {
        drop(parse_unchecked(&disarm(text), ParseOptions::from(Mode::Ipython)));
    }

    #[test]
    fn broken_ipython_code_does_not_reach_the_panic_of_the_parser() {
        // Met by the fuzzer; a stray backslash and a sign of no token leave a line at its beginning.
        for text in ["lambda $??]\n\\????", "x: [}\n,f", "x: [}\n\u{20ac} \x0c?f", "\u{feff}?f\n(\n;f"] {
            survives(text);
            assert!(parses(text, Dialect::Ipython).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_broken_ipython_code_does(text in "[\\[\\](){}?,;/%!\\\\\n\u{20ac}\u{e9}x1 =$:'\"@.*]{0,24}") {
            survives(&text);
        }
    }

    #[test]
    fn nesting_without_measure_is_an_error_and_no_crash() {
        for deep in [
            "(".repeat(100_000),
            format!("x = {}1\n", "-".repeat(100_000)),
            format!("x = 1{}\n", "+1".repeat(100_000)),
            format!("x = {}1\n", "lambda a, b: ".repeat(50_000)),
            format!("x = f{}\n", "()".repeat(100_000)),
            format!("x = {}1\n", "1 if 2 else ".repeat(50_000)),
        ] {
            assert!(parses(&deep, Dialect::Python).is_err(), "{}", &deep[..20]);
        }
        let wide = format!("x = [{}]\n", "-1.5, f(2), ".repeat(100_000));
        assert_eq!(parses(&wide, Dialect::Python), Ok(()));
        let deep_but_real = format!("x = 1{}\n", "+1".repeat(2000));
        assert_eq!(parses(&deep_but_real, Dialect::Python), Ok(()));
    }
}

//! Parsing, with care for texts that are nested without measure.

use std::borrow::Cow;
use std::panic;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Mod, ModModule};
use ruff_python_parser::{Mode, ParseOptions, Parsed, lexer, parse_unchecked};

use crate::LineIndex;
use crate::disarm::disarm;

/// No CPython compiles a tree deeper than this; most give up at a third of it.
const MAX_DEPTH: usize = 10_000;

/// Stack that one level of a tree may take in a recursive walk; generous, measured in an unoptimised build.
const BYTES_PER_LEVEL: usize = 4096;

/// Stack that the parser may take for each byte of a text where it does not look after its stack itself: it recurses
/// to make targets of nested lists and to read the defaults of lambdas in one another, and needs a level's 1.3 kB for
/// the eleven bytes of `lambda a=…:0`.
const PARSER_BYTES_PER_BYTE: usize = 256;

/// The same for each unit of depth that the tokens tell: two of them, `lambda` and `=`, may be a level.
const PARSER_BYTES_PER_TOKEN: usize = 1024;

/// A text that is shorter than this cannot be nested deeper than our stacks can be large; of longer ones the tokens say
/// how deep they are, before they are parsed.
const MAX_PARSED_DEPTH: usize = 1 << 18;

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
    pub line: u32,
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
    with_parsed(text, dialect, |parsed, _| work(parsed.into_syntax()))
}

/// Parses and hands tree and tokens to `work`, with the stack that a walk over the tree needs, on such a stack.
pub(crate) fn with_parsed<R>(
    text: &str,
    dialect: Dialect,
    work: impl FnOnce(Parsed<ModModule>, usize) -> R,
) -> Result<R, SyntaxError> {
    let mode = match dialect {
        Dialect::Python => Mode::Module,
        Dialect::Ipython => {
            // Broken code is found out in a form that the parser does not panic at.
            let disarmed = disarm(text);
            if let Cow::Owned(disarmed) = &disarmed {
                with_tree(disarmed, Mode::Ipython, |_, _| ())?;
            }
            Mode::Ipython
        }
    };
    with_tree(text, mode, work)
}

fn with_tree<R>(
    text: &str,
    mode: Mode,
    work: impl FnOnce(Parsed<ModModule>, usize) -> R,
) -> Result<R, SyntaxError> {
    let too_deep = || SyntaxError { line: 1, message: format!("nested more than {MAX_DEPTH} levels deep") };
    if is_out_of_measure(text, mode) {
        return Err(too_deep());
    }
    let Some(parsed) = parse(text, mode) else {
        return Err(SyntaxError { line: 1, message: "broken IPython syntax".to_owned() });
    };
    let depth = depth_of(parsed.tokens());
    let stack = 64 * 1024 + depth * BYTES_PER_LEVEL;
    // Walking a tree recurses, and so does dropping it, even one that we refuse.
    stacker::maybe_grow(stack, stack, move || {
        if let Some(error) = parsed.errors().first() {
            let at = usize::from(error.location.start()).min(text.len());
            return Err(SyntaxError {
                line: LineIndex::new(text).line(at),
                message: error.error.to_string(),
            });
        }
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        Ok(work(parsed.try_into_module().expect("both modes parse modules"), stack))
    })
}

/// Hands the tokens of a text to `work`, whether it parses or not; `mode` is the parser's own.
pub(crate) fn with_tokens<R>(text: &str, mode: Mode, work: impl FnOnce(&Tokens) -> R) -> R {
    let parsed = if is_out_of_measure(text, mode) { None } else { parse(text, mode) };
    let Some(parsed) = parsed else { return work(&Tokens::new(Vec::new())) };
    let result = work(parsed.tokens());
    let stack = 64 * 1024 + depth_of(parsed.tokens()) * BYTES_PER_LEVEL;
    stacker::maybe_grow(stack, stack, move || drop(parsed));
    result
}

/// The one place where the parser runs: what it makes of a text, errors and all; `None` where it panics.
///
/// In `Mode::Ipython` ruff 0.0.10 panics where recovery from an error puts a command that begins with `?`,
/// `,`, `;` or `/` in the place of an expression; [`disarm`] keeps such commands away from it. Should there
/// be another way to it, the cell is broken, and must not cost the others.
fn parse(text: &str, mode: Mode) -> Option<Parsed<Mod>> {
    let most = (text.len() * PARSER_BYTES_PER_BYTE).min(MAX_PARSED_DEPTH * PARSER_BYTES_PER_TOKEN);
    let stack = 64 * 1024 + most;
    let parse = || stacker::maybe_grow(stack, stack, || parse_unchecked(text, ParseOptions::from(mode)));
    if mode == Mode::Ipython { panic::catch_unwind(parse).ok() } else { Some(parse()) }
}

/// Whether a text is nested so deep that there would be no stack for it.
fn is_out_of_measure(text: &str, mode: Mode) -> bool {
    if text.len() <= MAX_PARSED_DEPTH {
        return false;
    }
    let mut lexer = lexer::lex(text, mode);
    let kinds = std::iter::from_fn(|| Some(lexer.next_token()).filter(|kind| *kind != TokenKind::EndOfFile));
    depth_limit(kinds) > MAX_PARSED_DEPTH
}

fn depth_of(tokens: &Tokens) -> usize {
    depth_limit(tokens.iter().map(|token| token.kind()))
}

/// No branch of the tree is deeper than this: every level needs an operator, keyword or bracket of its
/// own that is not closed yet or stands in the same item of a list.
fn depth_limit(kinds: impl Iterator<Item = TokenKind>) -> usize {
    // For every open bracket: tokens since its last comma, and `lambda`s, whose parameters have commas too.
    let mut open = vec![(0_usize, 0_usize)];
    let (mut sum, mut deepest, mut indent) = (0_usize, 0_usize, 0_usize);
    for kind in kinds {
        match kind {
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
    use crate::disarm::disarm;

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

    /// As `deep`, but its text is as long as is still parsed, on the stack of a thread.
    #[test]
    fn every_kind_of_nesting_is_parsed_or_refused_on_a_small_stack() {
        // What is opened and what is closed again, around `x`.
        let kinds = [
            ("[", "x", "] = 1"),
            ("(", "x", ")"),
            ("{1: ", "x", "}"),
            ("f(", "x", ")"),
            ("a[", "x", "]"),
            ("-", "x", ""),
            ("not ", "x", ""),
            ("await ", "x", ""),
            ("lambda: ", "x", ""),
            ("lambda a=", "x", ":0"),
            ("x**", "x", ""),
            ("x < ", "x", ""),
            ("x", ".a", ""),
            ("1 if 2 else ", "x", ""),
            ("f'{", "x", "}'"),
            ("(x for x in ", "x", ")"),
            ("(x := ", "x", ")"),
            ("a = ", "x", ""),
            ("*", "x", ""),
            ("@", "x", ""),
            ("if x:", "x", ""),
            ("x and ", "x", ""),
            ("del (", "x", ")"),
            ("for (", "x", ") in y: pass"),
            ("with (", "x", "): pass"),
            ("match x:\n case [", "x", "]: pass"),
            ("type X = a[", "x", "]"),
            ("x: a[", "x", "]"),
            ("%time ", "x", ""),
            ("f'{x:", "x", "}'"),
            ("{", "x", "} = 1"),
            ("(yield ", "x", ")"),
        ];
        let longest = super::MAX_PARSED_DEPTH;
        let small = std::thread::Builder::new().stack_size(256 * 1024);
        let all = move || {
            for (open, inside, close) in kinds {
                let first = open.rsplit(['\n', ' ']).find(|part| !part.is_empty()).unwrap_or(open);
                let end = &close[..close.len().min(1)];
                // One parser reads both dialects: the longest texts are read in one of them.
                for (n, dialect) in [(33_000, Dialect::Ipython), (longest, Dialect::Python)] {
                    let n = n.min(longest / (first.len() + end.len() + 1));
                    let whole = open.to_owned() + &first.repeat(n) + inside + &end.repeat(n) + close;
                    let plain = open.repeat(n) + inside + &close.repeat(n);
                    for text in [whole, plain] {
                        let _ = parses(&text, dialect);
                    }
                }
            }
        };
        assert!(small.spawn(all).unwrap().join().is_ok());
        // Longer than any stack: a million levels.
        for open in ["[", "lambda a=", "(", "not "] {
            assert!(parses(&open.repeat(1_000_000), Dialect::Python).is_err());
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

//! The symbols that a model reads: every byte, and words that programs and traces are full of.
//!
//! Fixed, so that a text has the same symbols in every model and figures a symbol can be compared. A number is
//! its digits: a model that is to calculate must see them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Lines that have a symbol of their own; a later line is spelled.
const LINES: usize = 99;

/// What is one symbol beside the bytes and the heads of lines.
const WORDS: &[&str] = &[
    // Marks of the text: see `text.rs`.
    TRACE,
    END,
    CALL,
    RETURN,
    RAISE,
    CHANGES,
    OUTPUT,
    UNWIND,
    YIELD,
    RESUME,
    ELIDED,
    STATE,
    QUESTION,
    "; ",
    ", ",
    // Python.
    "    ",
    "        ",
    " = ",
    " + ",
    " - ",
    " * ",
    " // ",
    " % ",
    " / ",
    " ** ",
    " += ",
    " -= ",
    " *= ",
    " //= ",
    " %= ",
    " < ",
    " > ",
    " <= ",
    " >= ",
    " == ",
    " != ",
    " and ",
    " or ",
    "not ",
    " in ",
    " if ",
    " else ",
    "def ",
    "return ",
    "if ",
    "elif ",
    "else:",
    "for ",
    "while ",
    "break",
    "continue",
    "pass",
    "range(",
    "print(",
    "len(",
    "sum(",
    "max(",
    "min(",
    "abs(",
    "sorted(",
    "str(",
    "int(",
    "list(",
    "True",
    "False",
    "None",
    ".append(",
    ".pop(",
    ".upper()",
    ".lower()",
    ".replace(",
    ".split(",
    ".join(",
    ".count(",
    ".index(",
    ".get(",
    ".items()",
    "):",
    "]:",
    "()",
    "[]",
    "{}",
    "''",
    "': ",
    "', '",
    // Operators that are hidden, and types that are asked for.
    " ⊕ ",
    " ⊗ ",
    "int",
    "float",
    "str",
    "bool",
    "NoneType",
    "list",
    "tuple",
    "dict",
    "set",
];

/// Between the program and its trace.
pub(crate) const TRACE: &str = "\n--";
/// Behind the trace.
pub(crate) const END: &str = "\n.";
/// A function begins.
pub(crate) const CALL: &str = "\n> ";
/// It ends with a value.
pub(crate) const RETURN: &str = "\n< ";
/// An exception arrives.
pub(crate) const RAISE: &str = "\n! ";
/// What the present line changed, after calls.
pub(crate) const CHANGES: &str = "\n+ ";
/// A text is written.
pub(crate) const OUTPUT: &str = "\n\" ";
/// A frame is left by an exception.
pub(crate) const UNWIND: &str = "\n^";
/// A frame gives a value and waits.
pub(crate) const YIELD: &str = "\n~ ";
/// A frame goes on.
pub(crate) const RESUME: &str = "\n& ";
/// Lines that were not recorded.
pub(crate) const ELIDED: &str = "\n...";
/// The whole state, between the lines of a text of changes.
pub(crate) const STATE: &str = "\n@ ";
/// A question about a program.
pub(crate) const QUESTION: &str = "\n? ";

/// A symbol.
pub type Symbol = u16;

struct Table {
    words: Vec<Vec<u8>>,
    /// Symbols by the bytes that they stand for.
    symbols: FxHashMap<Vec<u8>, Symbol>,
    longest: usize,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let bytes = (0..=u8::MAX).map(|byte| vec![byte]);
    let heads = (1..=LINES).map(|line| format!("\n{line} ").into_bytes());
    let words: Vec<Vec<u8>> =
        bytes.chain(heads).chain(WORDS.iter().map(|word| word.as_bytes().to_vec())).collect();
    let symbols: FxHashMap<Vec<u8>, Symbol> = words.iter().cloned().zip(0..).collect();
    let longest = words.iter().map(Vec::len).max().unwrap_or(1);
    Table { words, symbols, longest }
});

/// How many symbols there are.
pub fn size() -> usize {
    TABLE.words.len()
}

/// Appends the symbols of a text: from its beginning, always the longest that fits.
pub fn encode(text: &str, symbols: &mut Vec<Symbol>) {
    let table = &*TABLE;
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let fits = (1..=table.longest.min(rest.len())).rev().find_map(|length| {
            let symbol = table.symbols.get(&rest[..length])?;
            Some((*symbol, length))
        });
        let (symbol, length) = fits.expect("every byte is a symbol");
        symbols.push(symbol);
        rest = &rest[length..];
    }
}

/// The symbols of a text.
pub fn symbols(text: &str) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    encode(text, &mut symbols);
    symbols
}

/// The bytes that symbols stand for.
pub fn decode(symbols: &[Symbol]) -> Vec<u8> {
    symbols.iter().flat_map(|&symbol| bytes(symbol)).copied().collect()
}

/// The bytes that a symbol stands for.
pub fn bytes(symbol: Symbol) -> &'static [u8] {
    TABLE.words.get(usize::from(symbol)).map_or(&[], Vec::as_slice)
}

/// Whether a symbol begins a line of the text, and so ends the one before.
pub fn is_head(symbol: Symbol) -> bool {
    bytes(symbol).first() == Some(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, is_head, size, symbols};

    #[test]
    fn every_text_comes_back() {
        for text in ["", "\n12 x = x + 128", "größe = '变'", "\n3     return f(a, b)", "\n100 y"] {
            assert_eq!(decode(&symbols(text)), text.as_bytes());
        }
    }

    #[test]
    fn words_are_one_symbol_and_digits_are_digits() {
        assert_eq!(symbols("\n12 x = 128").len(), 6);
        assert_eq!(symbols("\n--").len(), 1);
        let mut distinct: Vec<_> = (0..size()).map(|symbol| super::bytes(symbol as u16)).collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), size(), "no word stands there twice");
        assert!(size() <= 512);
        let mut heads = Vec::new();
        encode("\n7 ", &mut heads);
        assert!(is_head(heads[0]) && !is_head(symbols("x")[0]));
    }
}

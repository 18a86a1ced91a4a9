//! The words of `nalin_runtime/trace/recorder.py`: numbers and values, in the JSON that Python writes, or as machine
//! words in hexadecimal when they are all whole numbers.
//!
//! A program may have written them itself, so nothing is believed: what does not fit ends the word.

use records::cut;
use serde::Deserialize;

/// Beyond the longest number that Python writes in decimals.
const MAX_VALUE_CHARS: usize = 5000;
const MAX_NAME_CHARS: usize = 200;
const MAX_TABLE: usize = 1 << 20;
const KIND_BITS: u32 = 4;
const SHOWN: u64 = 1 << KIND_BITS;

/// One word of an engine; what each means stands with the runtime's `recorder`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "named as in the runtime")]
pub enum Word<'a> {
    Line(u32),
    Site { line: u32, name: u32, value: String },
    Change { name: u32, value: String },
    Delete(u32),
    Call { function: &'a str, line: u32 },
    Return { frame: u32, value: String },
    Raise { line: u32, error: String },
    Unwind(u32),
    Yield { frame: u32, value: String },
    Resume(u32),
    Output(String),
    Elided,
    Late(u32),
    Done,
}

/// What names, functions and sites the numbers stand for, as far as they were told.
#[derive(Debug, Default)]
pub struct Tables {
    names: Vec<String>,
    functions: Vec<(String, u32)>,
    sites: Vec<(u32, u32)>,
    blocks: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
struct New {
    n: Vec<String>,
    d: Vec<(String, u32)>,
    s: Vec<(u32, u32)>,
    b: Vec<Vec<u32>>,
}

impl Tables {
    /// The name of a number that a [`Word`] holds.
    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }

    /// Whether the line is a message with words.
    pub fn is_message(line: &[u8]) -> bool {
        line.starts_with(HEAD)
    }

    /// Reads a message and hands on its words; `None`: it is none, or breaks off with nonsense.
    pub fn read(&mut self, line: &[u8], take: impl FnMut(&Self, Word<'_>)) -> Option<()> {
        let rest = std::str::from_utf8(line.strip_prefix(HEAD)?).ok()?;
        let (new, events) = rest.split_once(",\"e\":")?;
        let new: New = serde_json::from_str(new).ok()?;
        let known = |name: &(u32, u32)| (name.1 as usize) < self.names.len() + new.n.len();
        if !new.s.iter().all(known) || self.names.len() + self.sites.len() > MAX_TABLE {
            return None;
        }
        self.names.extend(new.n.into_iter().map(name));
        self.functions.extend(new.d.into_iter().map(|(function, line)| (name(function), line)));
        self.sites.extend(new.s);
        self.blocks.extend(new.b);
        let events = events.strip_suffix('}')?;
        match events.strip_prefix('"') {
            Some(words) => self.words(&mut Numbers { rest: words.strip_suffix('"')? }, take),
            None => self.words(&mut Tokens { rest: events.strip_prefix('[')?.strip_suffix(']')? }, take),
        }
    }

    fn words<'a>(
        &self,
        tokens: &mut impl Iterator<Item = Token<'a>>,
        mut take: impl FnMut(&Self, Word<'_>),
    ) -> Option<()> {
        while let Some(token) = tokens.next() {
            let code = token.code()?;
            let argument = u32::try_from(code >> (KIND_BITS + 1)).ok()?;
            let mut value = || tokens.next()?.value(code & SHOWN != 0);
            let word = match code & (SHOWN - 1) {
                0 => Word::Line(argument),
                1 => {
                    let (line, name) = *self.sites.get(argument as usize)?;
                    Word::Site { line, name, value: value()? }
                }
                2 => Word::Change { name: self.known(argument)?, value: value()? },
                3 => Word::Delete(self.known(argument)?),
                4 => {
                    let (function, line) = self.functions.get(argument as usize)?;
                    Word::Call { function, line: *line }
                }
                5 => Word::Return { frame: argument, value: value()? },
                6 => Word::Raise { line: argument, error: value()? },
                7 => Word::Unwind(argument),
                8 => Word::Yield { frame: argument, value: value()? },
                9 => Word::Resume(argument),
                10 => Word::Output(value()?),
                11 => Word::Elided,
                12 => Word::Late(argument),
                13 => Word::Done,
                kind => {
                    let block =
                        self.blocks.get(argument as usize).filter(|block| block.len() as u64 == kind - 12)?;
                    for site in block {
                        let (line, name) = *self.sites.get(*site as usize)?;
                        take(self, Word::Site { line, name, value: value()? });
                    }
                    continue;
                }
            };
            take(self, word);
        }
        Some(())
    }

    fn known(&self, name: u32) -> Option<u32> {
        ((name as usize) < self.names.len()).then_some(name)
    }
}

const HEAD: &[u8] = b"{\"k\":\"t\",\"new\":";

fn name(mut name: String) -> String {
    name.retain(|letter| !letter.is_control());
    cut(name, MAX_NAME_CHARS)
}

/// A number or a value.
enum Token<'a> {
    /// A machine word.
    Number(i64),
    /// As JSON has it.
    Text(&'a str),
}

impl Token<'_> {
    fn code(&self) -> Option<u64> {
        match self {
            Self::Number(number) => u64::try_from(*number).ok(),
            Self::Text(text) => text.parse().ok(),
        }
    }

    /// The text of a value: as it was told, or as Python writes a number or `None`.
    fn value(&self, shown: bool) -> Option<String> {
        match self {
            Self::Number(number) => (!shown).then(|| number.to_string()),
            Self::Text(text) if shown => Some(cut(serde_json::from_str(text).ok()?, MAX_VALUE_CHARS)),
            Self::Text(text) => Some(match *text {
                "null" => "None".to_owned(),
                "NaN" => "nan".to_owned(),
                "Infinity" => "inf".to_owned(),
                "-Infinity" => "-inf".to_owned(),
                number => {
                    let sound = number.bytes().all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte));
                    (sound && !number.is_empty() && number.len() <= MAX_VALUE_CHARS)
                        .then(|| number.to_owned())?
                }
            }),
        }
    }
}

/// Machine words in hexadecimal, the least byte first.
struct Numbers<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Numbers<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let word = self.rest.get(..16)?;
        self.rest = &self.rest[16..];
        u64::from_str_radix(word, 16).ok().map(|word| Token::Number(word.swap_bytes().cast_signed()))
    }
}

/// The elements of a JSON array of numbers, words and texts.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let bytes = self.rest.as_bytes();
        let mut end = 0;
        if bytes[0] == b'"' {
            end = 1;
            while end < bytes.len() && bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            end = (end + 1).min(bytes.len());
        }
        end += bytes[end..].iter().position(|byte| *byte == b',').unwrap_or(bytes.len() - end);
        let token = self.rest.get(..end)?;
        self.rest = self.rest.get(end + 1..).unwrap_or("");
        Some(Token::Text(token))
    }
}

#[cfg(test)]
mod tests {
    use super::{Tables, Word};

    fn read(line: &str) -> (Option<()>, Vec<String>) {
        let mut words = Vec::new();
        let mut tables = Tables::default();
        let whole = tables.read(line.as_bytes(), |tables, word| {
            words.push(match word {
                Word::Change { name, value } => format!("{} = {value}", tables.name(name)),
                word => format!("{word:?}"),
            });
        });
        (whole, words)
    }

    #[test]
    fn values_are_as_python_writes_them() {
        let (whole, words) = read(
            r#"{"k":"t","new":{"n":["x"],"d":[],"s":[],"b":[]},"e":[2,1,2,null,2,NaN,2,-Infinity,2,1e+16,18,"'a, \"b\"'"]}"#,
        );
        assert_eq!(whole, Some(()));
        let expected = ["1", "None", "nan", "-inf", "1e+16", "'a, \"b\"'"];
        assert_eq!(words, expected.map(|value| format!("x = {value}")));
    }

    #[test]
    fn whole_numbers_come_as_machine_words() {
        let hex = |numbers: &[i64]| -> String {
            numbers.iter().flat_map(|number| number.to_le_bytes()).map(|byte| format!("{byte:02x}")).collect()
        };
        let new = r#"{"n":["x","y"],"d":[],"s":[[3,0],[4,1]],"b":[[0,1]]}"#;
        let line = format!(r#"{{"k":"t","new":{new},"e":"{}"}}"#, hex(&[2, -7, 14, 5, 6]));
        let (whole, words) = read(&line);
        assert_eq!(whole, Some(()));
        let site = |line, name, value| format!("Site {{ line: {line}, name: {name}, value: \"{value}\" }}");
        assert_eq!(words, ["x = -7".to_owned(), site(3, 0, 5), site(4, 1, 6)]);
        assert_eq!(read(&line.replace(&hex(&[14]), &hex(&[15]))).0, None);
    }

    #[test]
    fn nonsense_ends_the_word() {
        for events in ["2", "34,1", "2,x", "2,\"", "15", "1,1", "4", "18,7", "-1", "2,1,,"] {
            let line = format!(r#"{{"k":"t","new":{{"n":["x"],"d":[],"s":[],"b":[]}},"e":[{events}]}}"#);
            assert_eq!(read(&line).0, None, "{events}");
        }
        assert_eq!(read(r#"{"k":"t","new":{"n":[],"d":[],"s":[[1,0]],"b":[]},"e":[]}"#).0, None);
        assert_eq!(read(r#"{"k":"t"}"#).0, None);
    }
}

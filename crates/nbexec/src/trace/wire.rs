//! The words of `nalin_runtime/trace/recorder.py`: numbers and values, in the JSON that Python writes.
//!
//! A program may have written them itself, so nothing is believed: what does not fit ends the word.

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
}

#[derive(Deserialize)]
struct New {
    n: Vec<String>,
    d: Vec<(String, u32)>,
    s: Vec<(u32, u32)>,
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
    pub fn read(&mut self, line: &[u8], mut take: impl FnMut(&Self, Word<'_>)) -> Option<()> {
        let rest = std::str::from_utf8(line.strip_prefix(HEAD)?).ok()?;
        let (new, events) = rest.split_once(",\"e\":[")?;
        let new: New = serde_json::from_str(new).ok()?;
        let known = |name: &(u32, u32)| (name.1 as usize) < self.names.len() + new.n.len();
        if !new.s.iter().all(known) || self.names.len() + self.sites.len() > MAX_TABLE {
            return None;
        }
        self.names.extend(new.n.into_iter().map(name));
        self.functions.extend(new.d.into_iter().map(|(function, line)| (name(function), line)));
        self.sites.extend(new.s);
        let mut tokens = Tokens { rest: events.strip_suffix("]}")? };
        while let Some(token) = tokens.next() {
            let code: u64 = token.parse().ok()?;
            let argument = u32::try_from(code >> (KIND_BITS + 1)).ok()?;
            let mut value = || value(tokens.next()?, code & SHOWN != 0);
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
                _ => return None,
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

fn cut(mut text: String, chars: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(chars) {
        text.truncate(end);
    }
    text
}

/// The text of a value: as it was told, or as Python writes a number, a truth, or `None`.
fn value(token: &str, shown: bool) -> Option<String> {
    if shown {
        return Some(cut(serde_json::from_str(token).ok()?, MAX_VALUE_CHARS));
    }
    Some(match token {
        "true" => "True".to_owned(),
        "false" => "False".to_owned(),
        "null" => "None".to_owned(),
        "NaN" => "nan".to_owned(),
        "Infinity" => "inf".to_owned(),
        "-Infinity" => "-inf".to_owned(),
        number => {
            let sound = number.bytes().all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte));
            (sound && !number.is_empty() && number.len() <= MAX_VALUE_CHARS).then(|| number.to_owned())?
        }
    })
}

/// The elements of a JSON array of numbers, words and texts.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
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
        Some(token)
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
            r#"{"k":"t","new":{"n":["x"],"d":[],"s":[]},"e":[2,1,2,true,2,null,2,NaN,2,-Infinity,2,1e+16,18,"'a, \"b\"'",2,false]}"#,
        );
        assert_eq!(whole, Some(()));
        let expected = ["1", "True", "None", "nan", "-inf", "1e+16", "'a, \"b\"'", "False"];
        assert_eq!(words, expected.map(|value| format!("x = {value}")));
    }

    #[test]
    fn nonsense_ends_the_word() {
        for events in ["2", "34,1", "2,x", "2,\"", "15", "1,1", "4", "18,7", "-1", "2,1,,"] {
            let line = format!(r#"{{"k":"t","new":{{"n":["x"],"d":[],"s":[]}},"e":[{events}]}}"#);
            assert_eq!(read(&line).0, None, "{events}");
        }
        assert_eq!(read(r#"{"k":"t","new":{"n":[],"d":[],"s":[[1,0]]},"e":[]}"#).0, None);
        assert_eq!(read(r#"{"k":"t"}"#).0, None);
    }
}

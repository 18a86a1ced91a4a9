//! Values as Python shows them: what `nbexec` would have recorded.

use std::fmt::Write as _;

use pytypes::Constant;
use records::Value;

/// Elements of a container that are shown, at every depth; values and characters in one text.
const MAX_ELEMENTS: usize = 200;
const MAX_NODES: usize = 2_000;
const MAX_CHARS: usize = 20_000;
/// What is left of a text longer than 400 characters.
const HEAD: usize = 300;
const TAIL: usize = 99;

/// Describes a value as if it had been recorded.
pub fn describe(value: &Constant) -> Value {
    let (type_name, len) = match value {
        Constant::None => ("NoneType", None),
        Constant::Bool(_) => ("bool", None),
        Constant::Int(_) => ("int", None),
        Constant::Float(_) => ("float", None),
        Constant::Imaginary(_) => ("complex", None),
        Constant::Str(text) => ("str", Some(text.chars().count())),
        Constant::Bytes(bytes) => ("bytes", Some(bytes.len())),
        Constant::List(items) => ("list", Some(items.len())),
        Constant::Tuple(items) => ("tuple", Some(items.len())),
        Constant::Set(items) => ("set", Some(items.len())),
        Constant::Dict(items) => ("dict", Some(items.len())),
    };
    let (text, text_chars) = match value {
        Constant::Str(text) => (cut(text), text.chars().count() as i64),
        _ => {
            let mut writer = Writer { text: String::new(), nodes: 0 };
            let whole = writer.write(value).is_some();
            if !whole {
                writer.text.push('…');
            }
            (cut(&writer.text), if whole { writer.text.chars().count() as i64 } else { -1 })
        }
    };
    Value {
        type_name: type_name.to_owned(),
        len: len.map_or(-1, |len| len as i64),
        rank: -1,
        shape: Vec::new(),
        size: -1,
        dtype: String::new(),
        iterable: len.is_some(),
        text,
        text_chars,
    }
}

/// The head and the tail of a text of more than 400 characters, with `…` between them.
fn cut(text: &str) -> String {
    let n_chars = text.chars().count();
    if n_chars <= HEAD + 1 + TAIL {
        return text.to_owned();
    }
    let tail: String = text.chars().skip(n_chars - TAIL).collect();
    text.chars().take(HEAD).chain(['…']).collect::<String>() + &tail
}

/// Writes `repr()` of a value; stops, with `None`, at the limits.
struct Writer {
    text: String,
    nodes: usize,
}

impl Writer {
    fn write(&mut self, value: &Constant) -> Option<()> {
        self.nodes += 1;
        if self.nodes > MAX_NODES || self.text.len() > MAX_CHARS {
            return None;
        }
        match value {
            Constant::None => self.text.push_str("None"),
            Constant::Bool(value) => self.text.push_str(if *value { "True" } else { "False" }),
            Constant::Int(value) => self.text.push_str(&value.to_string()),
            Constant::Float(value) => self.text.push_str(&float(*value)),
            Constant::Imaginary(value) => {
                let digits = float(*value);
                self.text.push_str(digits.strip_suffix(".0").unwrap_or(&digits));
                self.text.push('j');
            }
            Constant::Str(text) => quote(text, &mut self.text),
            Constant::Bytes(bytes) => quote_bytes(bytes, &mut self.text),
            Constant::List(items) => self.items('[', items, "]")?,
            Constant::Set(items) => self.items('{', items, "}")?,
            Constant::Tuple(items) => self.items('(', items, if items.len() == 1 { ",)" } else { ")" })?,
            Constant::Dict(items) => {
                self.text.push('{');
                for (place, (key, value)) in items.iter().take(MAX_ELEMENTS).enumerate() {
                    self.text.push_str(if place > 0 { ", " } else { "" });
                    self.write(key)?;
                    self.text.push_str(": ");
                    self.write(value)?;
                }
                self.text.push('}');
            }
        }
        Some(())
    }

    fn items(&mut self, open: char, items: &[Constant], close: &str) -> Option<()> {
        self.text.push(open);
        for (place, item) in items.iter().take(MAX_ELEMENTS).enumerate() {
            self.text.push_str(if place > 0 { ", " } else { "" });
            self.write(item)?;
        }
        self.text.push_str(close);
        Some(())
    }
}

/// `repr()` of a float: the shortest digits that read back the same, plain from 1e-4 to below 1e16.
fn float(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "nan"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        }
        .to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{value:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// `repr()` of a text: in single quotes, unless it has such and no double ones.
fn quote(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for character in text.chars() {
        let code = u32::from(character);
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            _ => {
                let _ = match code {
                    0..0x100 => write!(out, "\\x{code:02x}"),
                    0x100..0x1_0000 => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push(quote);
}

/// Nearly `str.isprintable`: neither control nor format characters, private use, nor any space but one.
fn is_printable(c: char) -> bool {
    let is_format = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}'
        | '\u{e0000}'..='\u{e007f}' | '\u{f0000}'..);
    c == ' ' || !(c.is_control() || c.is_whitespace() || is_format)
}

fn quote_bytes(bytes: &[u8], out: &mut String) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    out.push('b');
    out.push(char::from(quote));
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ if *byte == quote => {
                out.push('\\');
                out.push(char::from(*byte));
            }
            0x20..0x7f => out.push(char::from(*byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(char::from(quote));
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use pytypes::Constant;
    use records::Random;

    use super::{describe, float};

    fn text(value: &str) -> Constant {
        Constant::Str(value.to_owned())
    }

    /// Expected texts are CPython's.
    #[test]
    fn floats_as_python_shows_them() {
        for (value, shown) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(float(value), shown);
        }
    }

    #[test]
    fn values_as_they_would_be_recorded() {
        let list =
            Constant::List(vec![text("it's"), text("\"it's\"\n"), text("\u{200b}é\u{1}"), Constant::None]);
        let value = describe(&list);
        assert_eq!(value.text, r#"["it's", '"it\'s"\n', '\u200bé\x01', None]"#);
        assert_eq!((value.type_name.as_str(), value.len, value.iterable), ("list", 4, true));
        assert_eq!(describe(&text("a\nb")).text, "a\nb");
        let tuple = Constant::Tuple(vec![Constant::Imaginary(2.0)]);
        let dict = Constant::Dict(vec![(tuple, Constant::Bytes(b"'\x00\\".to_vec()))]);
        assert_eq!(describe(&dict).text, r#"{(2j,): b"'\x00\\"}"#);
        let value = describe(&Constant::Bool(true));
        assert_eq!((value.text.as_str(), value.len, value.text_chars), ("True", -1, 4));
    }

    #[test]
    fn long_values_are_cut() {
        let value = describe(&text(&"ab".repeat(300)));
        assert_eq!((value.text.chars().count(), value.text_chars, value.len), (400, 600, 600));
        let value = describe(&Constant::List(vec![Constant::Int(1); 1_000]));
        assert_eq!((value.len, value.text_chars), (1_000, 600));
        let rows = Constant::List(vec![Constant::List(vec![Constant::Int(1); 50]); 100]);
        assert_eq!(describe(&rows).text_chars, -1);
    }

    fn random_value(random: &mut Random, depth: u64) -> Constant {
        let items = |random: &mut Random| -> Vec<Constant> {
            (0..random.below(4)).map(|_| random_value(random, depth + 1)).collect()
        };
        let texts = [
            "",
            "a",
            "'",
            "\"",
            "'\"",
            "\\",
            "\n\t\r\u{0}\u{7f}",
            "é变\u{a0}\u{3000}",
            "\u{1f600}\u{e000}\u{200b}",
        ];
        let a_text = |random: &mut Random| -> String {
            (0..random.below(4)).map(|_| texts[random.below(texts.len() as u64) as usize]).collect()
        };
        match random.below(if depth > 2 { 6 } else { 10 }) {
            0 => Constant::None,
            1 => Constant::Bool(random.below(2) == 1),
            2 => Constant::Int(i128::from(random.bits() >> random.below(64))),
            3 => Constant::Float(f64::from_bits(random.bits())),
            4 => Constant::Float((random.unit() * 1e6).round() / 10_f64.powi(random.below(25) as i32)),
            5 => Constant::Str(a_text(random)),
            6 => Constant::Bytes(a_text(random).into_bytes()),
            7 => Constant::List(items(random)),
            8 => Constant::Tuple(items(random)),
            _ => Constant::Dict((0..).map(Constant::Int).zip(items(random)).collect()),
        }
    }

    /// Python itself is the judge: what it shows of a value that it reads from our text is our text.
    #[test]
    fn texts_are_those_of_python() {
        let mut random = Random::keyed(1, "test", "");
        let mut texts = Vec::new();
        while texts.len() < 3_000 {
            let value = describe(&Constant::List(vec![random_value(&mut random, 0)]));
            if (0..=400).contains(&value.text_chars)
                && !value.text.contains("nan")
                && !value.text.contains("inf")
            {
                texts.push(value.text);
            }
        }
        let judge = "import sys\nfor text in sys.stdin.read().split(chr(10)):\n    if repr(eval(text)) != text: sys.exit(text + chr(10) + repr(eval(text)))";
        let mut python = Command::new("python3")
            .args(["-X", "utf8", "-c", judge])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        python.stdin.take().unwrap().write_all(texts.join("\n").as_bytes()).unwrap();
        let finished = python.wait_with_output().unwrap();
        assert!(finished.status.success(), "{}", String::from_utf8_lossy(&finished.stderr));
    }
}

//! A reader of JSON that gives out places and skips what nobody asked for.
//!
//! Most of a notebook's bytes are outputs that we never look at, and the line of every string in the
//! file is part of our answer; so this walks over the text with a cursor, checks all of it, and builds
//! nothing. It takes what Jupyter takes, which is Python's `json` module: `NaN` and infinities, halves
//! of surrogate pairs, repeated keys (the last one wins) and any depth of nesting.

use std::borrow::Cow;

use memchr::memchr;

/// A cursor in a JSON text. Its methods read one value each and leave the cursor behind it.
pub struct Json<'a> {
    text: &'a str,
    at: usize,
    /// The closing brackets that a value being skipped still needs: a list instead of recursion, so that no
    /// depth hurts.
    open: Vec<u8>,
}

/// What is wrong with a JSON text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Place of the fault in bytes.
    pub at: usize,
    /// What should stand there, or what is wrong with what does.
    pub what: &'static str,
}

/// What a value begins like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A number, `true`, `false`, `null`, or something that is no JSON.
    Other,
}

/// A string as it stands in the text: what is between its quotes.
#[derive(Clone, Copy, Debug)]
pub struct RawString<'a> {
    /// The text with its escapes.
    pub raw: &'a str,
    /// Place of its first byte.
    pub at: usize,
    /// Whether there are escapes.
    pub is_escaped: bool,
}

type Result<T> = std::result::Result<T, JsonError>;

impl<'a> Json<'a> {
    /// Starts at the beginning of a text.
    pub fn new(text: &'a str) -> Self {
        Self::at(text, 0)
    }

    /// Starts at a place that [`Json::place`] gave out.
    pub fn at(text: &'a str, at: usize) -> Self {
        Self { text, at, open: Vec::new() }
    }

    /// Where the next value begins, in bytes.
    pub fn place(&mut self) -> usize {
        self.next();
        self.at
    }

    /// What comes next.
    pub fn kind(&mut self) -> Kind {
        match self.next() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            _ => Kind::Other,
        }
    }

    /// Reads an object: `entry` is called with every key and must read the value.
    ///
    /// # Errors
    /// If there is no object, or it is damaged.
    pub fn object(&mut self, mut entry: impl FnMut(&mut Self, &str) -> Result<()>) -> Result<()> {
        self.expect(b'{', "expected `{`")?;
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            entry(self, &key.decode().text)?;
            if !self.another(b'}')? {
                return Ok(());
            }
        }
    }

    /// Reads an array: `element` must read one value each time it is called.
    ///
    /// # Errors
    /// If there is no array, or it is damaged.
    pub fn array(&mut self, mut element: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.expect(b'[', "expected `[`")?;
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            if !self.another(b']')? {
                return Ok(());
            }
        }
    }

    /// Reads a string.
    ///
    /// # Errors
    /// If there is no string, or it has no end.
    pub fn string(&mut self) -> Result<RawString<'a>> {
        self.expect(b'"', "expected a string")?;
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut is_escaped = false;
        loop {
            self.at += plain_prefix(&bytes[self.at..]);
            match bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    is_escaped = true;
                    self.at += self.escape()?;
                }
                Some(_) => return Err(self.error("a control character inside a string")),
                None => return Err(JsonError { at: self.at, what: "the text ends inside a string" }),
            }
        }
        let raw = &self.text[start..self.at];
        self.at += 1;
        Ok(RawString { raw, at: start, is_escaped })
    }

    /// Reads any value and gives it as it stands in the text.
    ///
    /// # Errors
    /// If it is no JSON.
    pub fn raw(&mut self) -> Result<&'a str> {
        self.next();
        let start = self.at;
        self.skip()?;
        Ok(&self.text[start..self.at])
    }

    /// Passes over any value.
    ///
    /// # Errors
    /// If it is no JSON.
    pub fn skip(&mut self) -> Result<()> {
        self.open.clear();
        loop {
            match self.next() {
                Some(b'{') => {
                    self.at += 1;
                    if !self.eat(b'}') {
                        self.key()?;
                        self.open.push(b'}');
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    if !self.eat(b']') {
                        self.open.push(b']');
                        continue;
                    }
                }
                Some(b'"') => drop(self.string()?),
                _ => self.scalar()?,
            }
            loop {
                let Some(&close) = self.open.last() else { return Ok(()) };
                if self.another(close)? {
                    if close == b'}' {
                        self.key()?;
                    }
                    break;
                }
                self.open.pop();
            }
        }
    }

    /// Reads a value as a whole number: `None` if it is anything else.
    ///
    /// # Errors
    /// If it is no JSON.
    pub fn integer(&mut self) -> Result<Option<i64>> {
        Ok(self.raw()?.parse().ok())
    }

    /// Reads a value as text: `None` if it is no string.
    ///
    /// # Errors
    /// If it is no JSON.
    pub fn text(&mut self) -> Result<Option<Cow<'a, str>>> {
        if self.kind() != Kind::String {
            self.skip()?;
            return Ok(None);
        }
        Ok(Some(self.string()?.decode().text))
    }

    /// Checks that nothing but white space follows.
    ///
    /// # Errors
    /// If something does.
    pub fn end(&mut self) -> Result<()> {
        self.next().map_or(Ok(()), |_| Err(self.error("expected the end of the text")))
    }

    /// The length of the escape at the cursor.
    fn escape(&self) -> Result<usize> {
        match self.text.as_bytes().get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
            Some(b'u') if hex4(self.text, self.at).is_some() => Ok(6),
            Some(b'u') => Err(self.error("`\\u` without four hex digits")),
            _ => Err(self.error("no such escape in JSON")),
        }
    }

    fn error(&self, what: &'static str) -> JsonError {
        let what = if self.at >= self.text.len() { "the text ends too early" } else { what };
        JsonError { at: self.at, what }
    }

    /// Passes over white space and looks at the next byte.
    fn next(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let blanks = rest.iter().take_while(|&&byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count();
        self.at += blanks;
        rest.get(blanks).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.next() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<()> {
        if self.eat(byte) { Ok(()) } else { Err(self.error(what)) }
    }

    fn key(&mut self) -> Result<RawString<'a>> {
        if self.next() != Some(b'"') {
            return Err(self.error("expected a key in quotes"));
        }
        let key = self.string()?;
        self.expect(b':', "expected `:` after the key")?;
        Ok(key)
    }

    /// After a value in brackets: whether another follows, or `close`.
    fn another(&mut self, close: u8) -> Result<bool> {
        if self.eat(b',') {
            let comma = self.at - 1;
            return match self.next() {
                Some(b'}' | b']') => Err(JsonError { at: comma, what: "a comma with nothing after it" }),
                _ => Ok(true),
            };
        }
        let what = if close == b'}' { "expected `,` or `}`" } else { "expected `,` or `]`" };
        self.expect(close, what).map(|()| false)
    }

    fn scalar(&mut self) -> Result<()> {
        let rest = &self.text[self.at..];
        let word = || {
            let words = ["true", "false", "null", "NaN", "Infinity", "-Infinity"];
            words.iter().find(|word| rest.starts_with(**word)).map(|word| word.len())
        };
        let length = number(rest.as_bytes()).or_else(word);
        self.at += length.ok_or_else(|| self.error("expected a value"))?;
        Ok(())
    }
}

/// A string without its escapes.
pub struct Decoded<'a> {
    /// The text; half a surrogate pair, which no text can hold, has become `U+FFFD`.
    pub text: Cow<'a, str>,
    /// How many such halves there were.
    pub lone_surrogates: u32,
}

impl<'a> RawString<'a> {
    /// Resolves the escapes.
    pub fn decode(self) -> Decoded<'a> {
        if !self.is_escaped {
            return Decoded { text: Cow::Borrowed(self.raw), lone_surrogates: 0 };
        }
        let mut text = String::with_capacity(self.raw.len());
        let lone_surrogates = self.append_to(&mut text);
        Decoded { text: Cow::Owned(text), lone_surrogates }
    }

    /// Resolves the escapes and appends the result; how many halves of surrogate pairs there were.
    pub fn append_to(self, text: &mut String) -> u32 {
        let mut lone_surrogates = 0;
        let mut rest = self.raw;
        while let Some(place) = memchr(b'\\', rest.as_bytes()) {
            text.push_str(&rest[..place]);
            let escape = rest.as_bytes()[place + 1];
            let mut used = 2;
            text.push(match escape {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => {
                    let (character, length) = unicode_escape(rest, place);
                    used = length;
                    lone_surrogates += u32::from(character.is_none());
                    character.unwrap_or(char::REPLACEMENT_CHARACTER)
                }
                _ => char::from(escape),
            });
            rest = &rest[place + used..];
        }
        text.push_str(rest);
        lone_surrogates
    }
}

/// The character of the escape (`\u0041`) or pair of escapes at `place`, and the escape's length in bytes;
/// `None` for half a pair.
fn unicode_escape(text: &str, place: usize) -> (Option<char>, usize) {
    let Some(first) = hex4(text, place) else { return (None, 2) };
    if (0xd800..0xdc00).contains(&first)
        && let Some(second @ 0xdc00..0xe000) = hex4(text, place + 6)
    {
        return (char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)), 12);
    }
    (char::from_u32(first), 6)
}

/// The code unit of an escape (`\u0041`) that begins at `place`.
fn hex4(text: &str, place: usize) -> Option<u32> {
    let digits = text.get(place..place + 6)?.strip_prefix("\\u")?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

/// How many bytes from the start are neither a quote, a backslash nor a control character: the loop that
/// most of a notebook goes through, eight bytes at a time.
fn plain_prefix(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return index * 8 + (found.trailing_zeros() / 8) as usize;
        }
    }
    let is_special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < 0x20;
    words.len() * 8 + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The high bit of every special byte of a word; bits above the lowest one may be wrong.
fn specials(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | equal(b'"') | equal(b'\\')) & (ONES << 7)
}

/// Length of the number at the start.
fn number(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits((at + 1 + sign).min(bytes.len()));
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}

#[cfg(test)]
mod tests;

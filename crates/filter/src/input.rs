//! Where records come from: lines of stdin or of files, plain or zstd, none longer than allowed.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use memchr::memchr;
use records::Record;

use crate::mismatch::{found_instead, with_article};

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const BUFFER_BYTES: usize = 1 << 18;

type Source = BufReader<Box<dyn Read + Send>>;

/// A place in a stream, as people look it up: `stdin:12`.
#[derive(Clone, Debug)]
pub struct Place {
    /// `stdin`, or the path of the file.
    pub input: Arc<str>,
    /// The line, from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.input, self.line)
    }
}

/// One line of a stream, without its newline.
pub struct Line {
    /// Where it stands.
    pub place: Place,
    /// Its bytes; cut short when it was too long.
    pub bytes: Vec<u8>,
    /// Whether it was longer than allowed.
    pub too_long: bool,
}

impl Line {
    /// The `schema` of the record on this line, if it is a JSON object that has one.
    pub fn schema(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Head {
            schema: String,
        }
        // Our own writers put the field first, and a look is far cheaper than parsing the whole line.
        if let Some(rest) = self.bytes.strip_prefix(br#"{"schema":""#)
            && let Some(end) = memchr(b'"', rest)
        {
            return String::from_utf8(rest[..end].to_vec()).ok();
        }
        serde_json::from_slice::<Head>(&self.bytes).ok().map(|head| head.schema)
    }

    /// The error for a line that is no record of this schema: its place, what was expected, what was found.
    pub fn expected(&self, schema: &str, found: impl fmt::Display) -> anyhow::Error {
        anyhow!("{}: expected {} record, found {found}", self.place, with_article(schema))
    }

    /// Parses the line as a record.
    ///
    /// # Errors
    /// If it is not one: place, what was expected, what was found.
    pub fn parse<T: Record>(&self) -> Result<T> {
        let expected = T::SCHEMA;
        match serde_json::from_slice::<T>(&self.bytes) {
            Ok(record) if self.schema().is_none_or(|schema| schema == expected) => Ok(record),
            result => {
                let found = match (self.schema(), result) {
                    (Some(schema), _) if schema != expected => found_instead(&schema, expected),
                    (_, Err(error)) => error.to_string(),
                    (_, Ok(_)) => unreachable!("the schema agrees and the record parses"),
                };
                Err(self.expected(expected, found))
            }
        }
    }
}

/// The lines of one or more inputs, one after the other.
pub struct Input {
    waiting: std::vec::IntoIter<PathBuf>,
    current: Option<(Arc<str>, Source)>,
    line: u64,
    max_bytes: usize,
    left: u64,
    /// Uncompressed bytes read.
    pub bytes: u64,
}

impl Input {
    /// Reads the files in order; none, or `-`, means stdin.
    pub fn new(paths: Vec<PathBuf>, max_bytes: usize, limit: Option<u64>) -> Self {
        let paths = if paths.is_empty() { vec![PathBuf::from("-")] } else { paths };
        Self {
            waiting: paths.into_iter(),
            current: None,
            line: 0,
            max_bytes,
            left: limit.unwrap_or(u64::MAX),
            bytes: 0,
        }
    }

    /// The next line that is not blank.
    ///
    /// # Errors
    /// If a file cannot be opened or read, or its compression is damaged.
    pub fn next_line(&mut self) -> Result<Option<Line>> {
        while self.left > 0 {
            if self.current.is_none() {
                let Some(path) = self.waiting.next() else { return Ok(None) };
                self.current = Some(open(&path)?);
                self.line = 0;
            }
            let Some((name, reader)) = &mut self.current else { unreachable!("opened above") };
            let mut bytes = Vec::new();
            let (read, too_long) = read_line(reader, &mut bytes, self.max_bytes)
                .with_context(|| format!("{name}:{}: cannot read on", self.line + 1))?;
            if read == 0 {
                self.current = None;
                continue;
            }
            self.line += 1;
            self.bytes += read;
            if !too_long && bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            self.left -= 1;
            let place = Place { input: name.clone(), line: self.line };
            return Ok(Some(Line { place, bytes, too_long }));
        }
        Ok(None)
    }

    /// The next lines up to `max_bytes`, but only as many as have arrived, so that a slow writer
    /// upstream does not keep us waiting; empty at the end.
    ///
    /// # Errors
    /// As [`Input::next_line`].
    pub fn next_batch(&mut self, max_bytes: usize) -> Result<Vec<Line>> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while let Some(line) = self.next_line()? {
            bytes += line.bytes.len();
            batch.push(line);
            if bytes >= max_bytes || !self.has_line_ready() {
                break;
            }
        }
        Ok(batch)
    }

    fn has_line_ready(&self) -> bool {
        self.current.as_ref().is_some_and(|(_, reader)| memchr(b'\n', reader.buffer()).is_some())
    }
}

/// Reads up to and with the next newline; keeps at most `max_bytes` of it, without the newline.
/// Returns how many bytes the line has with its newline (0 at the end of input) and whether it was cut.
fn read_line(reader: &mut Source, line: &mut Vec<u8>, max_bytes: usize) -> io::Result<(u64, bool)> {
    let mut read = 0;
    let mut too_long = false;
    loop {
        let buffer = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        let (piece, used, ended) = match memchr(b'\n', buffer) {
            Some(end) => (&buffer[..end], end + 1, true),
            None => (buffer, buffer.len(), buffer.is_empty()),
        };
        let room = max_bytes - line.len();
        line.extend_from_slice(&piece[..piece.len().min(room)]);
        too_long |= piece.len() > room;
        read += used as u64;
        reader.consume(used);
        if ended {
            return Ok((read, too_long));
        }
    }
}

/// Opens a file or stdin (`-`), and looks at its first bytes to see whether it is compressed with zstd.
/// Returns its name for messages, and its plain bytes.
///
/// # Errors
/// If it cannot be opened or read, or its compression is damaged.
pub fn open(path: &std::path::Path) -> Result<(Arc<str>, Source)> {
    let (name, mut source): (Arc<str>, Box<dyn Read + Send>) = if path == std::path::Path::new("-") {
        ("stdin".into(), Box::new(io::stdin()))
    } else {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        (path.display().to_string().into(), Box::new(file))
    };
    let mut head = Vec::with_capacity(ZSTD_MAGIC.len());
    source
        .by_ref()
        .take(ZSTD_MAGIC.len() as u64)
        .read_to_end(&mut head)
        .with_context(|| format!("cannot read {name}"))?;
    let compressed = head == ZSTD_MAGIC;
    let whole = io::Cursor::new(head).chain(source);
    let source: Box<dyn Read + Send> = if compressed {
        let mut decoder = zstd::Decoder::new(whole).with_context(|| format!("{name}: damaged zstd"))?;
        // Archives are often made with a long window; the memory it needs is bounded at 2^27 bytes.
        decoder.window_log_max(27).with_context(|| format!("{name}: damaged zstd"))?;
        Box::new(decoder)
    } else {
        Box::new(whole)
    };
    Ok((name, BufReader::with_capacity(BUFFER_BYTES, source)))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::Input;

    fn lines(bytes: &[u8], max_bytes: usize, limit: Option<u64>) -> Vec<(u64, String, bool)> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut input = Input::new(vec![file.path().to_owned()], max_bytes, limit);
        let mut lines = Vec::new();
        while let Some(line) = input.next_line().unwrap() {
            lines.push((line.place.line, String::from_utf8(line.bytes).unwrap(), line.too_long));
        }
        lines
    }

    #[test]
    fn lines_have_numbers_and_blank_ones_are_passed_over() {
        let expected = [(1, "a".to_owned(), false), (4, "b".to_owned(), false)];
        assert_eq!(lines(b"a\n\n \nb", 10, None), expected);
        assert_eq!(lines(&zstd::encode_all(&b"a\n\n\nb\n"[..], 1).unwrap(), 10, None), expected);
        assert_eq!(lines(b"a\nb\n", 10, Some(1)).len(), 1);
        assert!(lines(b"", 10, None).is_empty());
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_is_whole() {
        assert_eq!(
            lines(b"12345\n123456\n1\n", 5, None),
            [(1, "12345".to_owned(), false), (2, "12345".to_owned(), true), (3, "1".to_owned(), false)]
        );
    }
}

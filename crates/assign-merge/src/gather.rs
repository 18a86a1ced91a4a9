//! First pass: what is remembered of every assignment, and its line put aside.
//!
//! The most frequent types and the counts of duplicates are known only at the end, so the whole set is
//! gathered: 48 bytes an assignment in memory, its line in a spool (in memory up to 256 MB, then on disk).

use std::hash::{Hash, Hasher as _};
use std::ops::Range;

use anyhow::Result;
use filter::{Input, Line, Spool, Stage};
use records::{
    Assignment, Fields, Pair, Record as _, Run, append_field, append_text_field, around, begin_record,
};
use rustc_hash::{FxHashMap, FxHasher};
use serde::de::Error as _;

use crate::config::{Config, Dedup, Step};
use crate::rules::{Verdict, judge};
use crate::spelled;
use crate::view::View;

/// An assignment, as far as the filters look at it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Hash of repository (or site), name, text, length and shape: equal with equal class means the same pair.
    pub pair: u64,
    /// Hash of the place in the notebook.
    pub site: u64,
    /// Hash of repository and name.
    pub name: u64,
    /// Which execution of the site it was.
    pub occurrence: u64,
    /// How many assignments it stands for.
    pub count: u64,
    /// Number of its type in [`Gathered::types`].
    pub type_id: u32,
    /// The first rule that it breaks.
    pub verdict: Verdict,
    /// Whether its line brings a weight of its own.
    pub has_weight: bool,
}

/// The whole set.
#[derive(Default)]
pub struct Gathered {
    /// One an assignment, in the order of input.
    pub entries: Vec<Entry>,
    /// Qualified names of types, in the order in which they were met.
    pub types: Vec<Box<str>>,
    /// The output's line, but for what is new, of every entry with [`Verdict::Keep`].
    pub lines: Spool,
}

/// Reads all inputs.
///
/// # Errors
/// The first line that is neither an assignment nor a run, or a full disk.
pub fn gather(config: &Config, input: Input, stage: &mut Stage) -> Result<Gathered> {
    let mut gathered = Gathered::default();
    let mut type_ids: FxHashMap<Box<str>, u32> = FxHashMap::default();
    stage.fold_owned_lines(
        input,
        |line| look(line, config),
        |seen, emit| {
            let Some(Seen { mut entry, type_name, line, rest }) = seen else {
                emit.count("runs", 1);
                return Ok(());
            };
            emit.count("assignments", 1);
            entry.type_id = match type_ids.get(&type_name) {
                Some(id) => *id,
                None => {
                    let id = u32::try_from(gathered.types.len())?;
                    gathered.types.push(type_name.clone());
                    type_ids.insert(type_name, id);
                    id
                }
            };
            gathered.entries.push(entry);
            if entry.verdict == Verdict::Keep {
                gathered.lines.push(&[&line[rest]])?;
            }
            Ok(())
        },
    )?;
    Ok(gathered)
}

struct Seen {
    entry: Entry,
    type_name: Box<str>,
    line: Vec<u8>,
    /// Where in `line` the fields stand that are handed on.
    rest: Range<usize>,
}

/// Looks at one line; `None` for a run record.
fn look(line: Line, config: &Config) -> Result<Option<Seen>> {
    let is_final = config.step == Step::Final;
    let schema = if is_final { Pair::SCHEMA } else { Assignment::SCHEMA };
    let text = std::str::from_utf8(&line.bytes).unwrap_or_default();
    let result = match spelled::read(text).map_or_else(|| serde_json::from_str(text), Ok) {
        Ok(view) if view.schema == schema => read(text, &view, config),
        _ if line.schema().as_deref() == Some(Run::SCHEMA) => return Ok(None),
        result => result.and(Err(serde_json::Error::custom("another schema"))),
    };
    match result {
        Ok(mut seen) => {
            if seen.line.is_empty() {
                seen.line = line.bytes;
            }
            Ok(Some(seen))
        }
        Err(error) => {
            // The slow reader knows how to say what is wrong; but it takes any weight for a user's field.
            if is_final { line.parse::<Pair>().map(drop) } else { line.parse::<Assignment>().map(drop) }?;
            Err(line.expected(schema, error))
        }
    }
}

/// Reads a record; leaves `line` empty when `text` itself will do.
fn read(text: &str, view: &View<'_>, config: &Config) -> serde_json::Result<Seen> {
    let mut entry = entry(view, config);
    let is_final = config.step == Step::Final;
    let type_name = if is_final {
        let missing = serde_json::Error::missing_field;
        let (class, count) = (view.type_class, view.count);
        entry.count = serde_json::from_str(count.ok_or_else(|| missing("count"))?.get())?;
        serde_json::from_str(class.ok_or_else(|| missing("type_class"))?.get())?
    } else {
        Box::from(&*view.value.type_name)
    };
    // What our own programs wrote is handed on as it stands; anything else is spelled anew.
    let spelled_as_ours = match view.type_class {
        None if view.count.is_none() => around::<Assignment, 0>(text, []).map(|around| around.before),
        Some(class) if is_final => around::<Pair, 1>(text, [("type_class", class)]).and_then(|around| {
            let [behind] = around.behind.map(|place| &text[place]);
            let behind = behind.strip_prefix(",\"count\":")?.strip_prefix(&*entry.count.to_string())?;
            entry.has_weight = behind.is_empty();
            (entry.has_weight || behind == WEIGHT).then_some(around.before)
        }),
        _ => None,
    };
    if let Some(rest) = spelled_as_ours {
        return Ok(Seen { entry, type_name, line: Vec::new(), rest });
    }
    entry.has_weight = !view.weight.is_nan();
    let mut rest = Vec::with_capacity(text.len());
    Fields::parse(text)?.append_rest(&["schema", "type_class", "count"], &mut rest);
    Ok(Seen { entry, type_name, rest: 0..rest.len(), line: rest })
}

/// The weight that a pair gets which brings none.
const WEIGHT: &str = ",\"weight\":1.0";

fn entry(view: &View<'_>, config: &Config) -> Entry {
    // A notebook without a repository is one of its own.
    let group = if view.repo.is_empty() { &view.path } else { &view.repo };
    let name = hash((group, &view.site.name));
    let site = hash((&view.repo, &view.path, &view.notebook, view.site.row, &view.site.name));
    let value = &view.value;
    let pair = match config.dedup {
        Dedup::Near => hash((name, near(&value.text), value.len.max(0).checked_ilog2(), value.rank)),
        Dedup::Site => hash((site, &value.text, value.text_chars, value.len, &value.shape)),
        _ => hash((name, &value.text, value.text_chars, value.len, &value.shape)),
    };
    let verdict = match config.step {
        Step::Final => Verdict::Keep,
        _ => judge(&view.site.name, value, config),
    };
    Entry {
        pair,
        site,
        name,
        occurrence: view.occurrence,
        count: 1,
        type_id: 0,
        verdict,
        has_weight: !view.weight.is_nan(),
    }
}

/// What is left of a text when the digits of its numbers do not count: of each run of digits its length up
/// to four (so that 3 is not 3000), nothing of a fraction or an address, and one space for many.
fn near(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut digits = 0;
    let mut in_fraction = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '0'..='9' => {
                digits += 1;
                if digits <= 4 && !in_fraction {
                    kept.push('0');
                }
                continue;
            }
            'x' if digits == 1 && kept.ends_with('0') => {
                while characters.next_if(char::is_ascii_hexdigit).is_some() {}
                kept.push('x');
            }
            c if c.is_whitespace() => {
                if !kept.ends_with(' ') {
                    kept.push(' ');
                }
            }
            c => kept.push(c),
        }
        in_fraction = character == '.' && digits > 0;
        digits = 0;
    }
    kept
}

/// Hashes to 64 bits; equal within one run of the program, which is all that it is used for. That any two of ten
/// million agree by chance happens once in 300,000 runs.
fn hash(value: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Writes a pair: its line, with the schema before it and what is new behind.
pub fn append_pair(line: &[u8], class: &str, count: u64, has_weight: bool, pair: &mut Vec<u8>) {
    begin_record::<Pair>(pair);
    pair.extend_from_slice(line);
    append_text_field("type_class", class, pair);
    append_field("count", &count.to_string(), pair);
    if !has_weight {
        pair.extend_from_slice(WEIGHT.as_bytes());
    }
    pair.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn near_texts() {
        for (a, b) in [
            ("0.531", "0.532"),
            ("[1.5, 2.25]", "[3.12,  4.1]"),
            ("12", "97"),
            ("123456", "1234567"),
            ("<Foo object at 0x7f12ab>", "<Foo object at 0x55>"),
            ("1.5e-05", "2.5e-17"),
        ] {
            assert_eq!(near(a), near(b), "{a} {b}");
        }
        for (a, b) in [("3", "3000"), ("-1", "1"), ("1", "1.0"), ("a1", "b1"), ("0.5", "50")] {
            assert_ne!(near(a), near(b), "{a} {b}");
        }
    }
}

//! First pass: the set in compact form, and each line put aside.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::ops::Range;

use anyhow::{Context as _, Result};
use filter::{Input, Line, Spool, Stage};
use records::{Around, Fields, Pair, Record as _, SiteView, Split, ValueView, around};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::config::{Config, SplitBy};

/// Fields of an example that are written anew; users' fields of these names give way.
const OWN: [&str; 8] = ["schema", "id", "value", "type_class", "label", "origin", "donor", "split"];

/// One pair.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Hash of class and text of the value.
    pub text: u64,
    /// Hash of seed and group, for the split.
    pub group: u64,
    /// Hash of what tells the pair from all others, for an order that does not depend on the input's.
    pub key: u64,
    /// Number of the name.
    pub name: u32,
    /// Number of the class.
    pub class: u32,
    /// Number of the value in [`Set::values`].
    pub value: u32,
    /// Number of the kind of evidence.
    pub evidence: u32,
    /// The part that the record named, with `--split keep`.
    pub split: Split,
}

/// The whole set.
#[derive(Default)]
pub struct Set {
    /// One a pair, in the order of input.
    pub rows: Vec<Row>,
    /// Names.
    pub names: Texts,
    /// Classes of types.
    pub classes: Texts,
    /// Kinds of evidence.
    pub evidence: Texts,
    /// Values as JSON, each once.
    pub values: Texts,
    /// The rows' ids, as JSON.
    pub ids: Texts,
    /// The rows' lines, but for the fields that are written anew.
    pub lines: Spool,
}

/// Texts one behind the other.
#[derive(Default)]
pub struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Texts {
    /// The text with this number.
    pub fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.bytes[start..self.ends[number]]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a text.
    pub fn push(&mut self, text: &str) -> Result<u32> {
        let number = u32::try_from(self.ends.len()).context("more than 4 billion texts")?;
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        Ok(number)
    }
}

/// Gives equal texts the same number.
#[derive(Default)]
struct Interner(FxHashMap<Box<str>, u32>);

impl Interner {
    fn intern(&mut self, text: &str, texts: &mut Texts) -> Result<u32> {
        if let Some(number) = self.0.get(text) {
            return Ok(*number);
        }
        let number = texts.push(text)?;
        self.0.insert(text.into(), number);
        Ok(number)
    }
}

/// Reads all inputs.
///
/// # Errors
/// The first line that is no pair, or a full disk.
pub fn gather(config: &Config, input: Input, stage: &mut Stage) -> Result<Set> {
    let mut set = Set::default();
    let [mut names, mut classes, mut evidence] = std::array::from_fn(|_| Interner::default());
    // By hash: the texts themselves lie in `set` already.
    let mut values: FxHashMap<u128, u32> = FxHashMap::default();
    stage.fold_owned_lines(
        input,
        |line| look(line, config),
        |seen, _| {
            let value = &seen.line[seen.value.clone()];
            set.rows.push(Row {
                text: seen.text,
                group: seen.group,
                key: seen.key,
                name: names.intern(&seen.name, &mut set.names)?,
                class: classes.intern(&seen.class, &mut set.classes)?,
                value: match values.entry(seen.value_hash) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(free) => *free.insert(set.values.push(value)?),
                },
                evidence: evidence.intern(&seen.evidence, &mut set.evidence)?,
                split: seen.split,
            });
            set.ids.push(&seen.line[seen.id])?;
            set.lines.push(&seen.rest.map(|piece| &seen.line.as_bytes()[piece]))
        },
    )?;
    Ok(set)
}

struct Seen {
    line: String,
    /// Where in `line` stand the id, the value, and the pieces that are handed on.
    id: Range<usize>,
    value: Range<usize>,
    rest: [Range<usize>; 3],
    name: String,
    class: String,
    evidence: String,
    value_hash: u128,
    text: u64,
    group: u64,
    key: u64,
    split: Split,
}

/// A pair, borrowed from its line. All that it must have is here, so that what is handed on is known to be
/// sound.
#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed to be checked")]
struct View<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    notebook: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow)]
    repo: Cow<'a, str>,
    #[serde(borrow)]
    site: SiteView<'a>,
    #[serde(borrow)]
    value: &'a RawValue,
    occurrence: u64,
    occurrences: u64,
    #[serde(borrow)]
    evidence: Cow<'a, str>,
    #[serde(borrow)]
    type_class: &'a RawValue,
    count: u64,
    weight: f64,
    /// A user's, to be kept when asked for.
    #[serde(borrow)]
    split: Option<&'a RawValue>,
    // Ours to write.
    label: Option<IgnoredAny>,
    origin: Option<IgnoredAny>,
    donor: Option<IgnoredAny>,
}

fn look(line: Line, config: &Config) -> Result<Seen> {
    let text = std::str::from_utf8(&line.bytes).unwrap_or_default();
    let result = serde_json::from_str::<View<'_>>(text).map_err(Into::into).and_then(|view| {
        anyhow::ensure!(view.schema == Pair::SCHEMA, "another schema");
        read(text, &view, config)
    });
    match result {
        Ok(mut seen) => {
            if seen.line.is_empty() {
                seen.line = String::from_utf8(line.bytes)?;
            }
            Ok(seen)
        }
        Err(error) => {
            // The slow reader knows how to say what is wrong, but it takes any `split` for a user's field.
            line.parse::<Pair>()?;
            Err(line.expected(Pair::SCHEMA, format!("{error:#}")))
        }
    }
}

/// Reads a pair; leaves `line` empty when `text` itself will do.
fn read(text: &str, view: &View<'_>, config: &Config) -> Result<Seen> {
    let value: ValueView = serde_json::from_str(view.value.get())?;
    let id: String = serde_json::from_str(view.id.get())?;
    let class: String = serde_json::from_str(view.type_class.get())?;
    let split = if config.split == SplitBy::Keep {
        let split = view.split.context("no `split`, which --split keep needs")?;
        serde_json::from_str(split.get())?
    } else {
        Split::Train
    };
    let group: &str = match config.split {
        SplitBy::ByNotebook => &view.notebook,
        SplitBy::ByRow | SplitBy::Published => &id,
        _ if view.repo.is_empty() => &view.path,
        _ => &view.repo,
    };
    let seed = config.seed.to_string();
    let mut seen = Seen {
        line: String::new(),
        id: 0..0,
        value: 0..0,
        rest: [0..0, 0..0, 0..0],
        name: view.site.name.clone().into_owned(),
        evidence: view.evidence.clone().into_owned(),
        value_hash: u128::from(quick_hash((0, view.value.get()))) << 64
            | u128::from(quick_hash((1, view.value.get()))),
        text: quick_hash((&class, &value.text)),
        group: hash(&[&seed, group]),
        key: hash(&[&id, &view.repo, &view.path]),
        class,
        split,
    };
    seen.cut(text, view)?;
    Ok(seen)
}

impl Seen {
    /// Finds the pieces of a line in the order and spelling of our own programs; spells any other line so.
    fn cut(&mut self, text: &str, view: &View<'_>) -> Result<()> {
        let has_own =
            view.label.is_some() || view.origin.is_some() || view.donor.is_some() || view.split.is_some();
        let fields = [("id", view.id), ("value", view.value), ("type_class", view.type_class)];
        if !has_own
            && let Some(Around { before, behind }) = around::<Pair, 3>(text, fields)
            && before.is_empty()
        {
            self.id = before.end + ",\"id\":".len()..behind[0].start;
            self.value = behind[0].end + ",\"value\":".len()..behind[1].start;
            self.rest = behind;
            return Ok(());
        }
        let mut rest = Vec::with_capacity(text.len());
        Fields::parse(text)?.append_rest(&OWN, &mut rest);
        self.line = String::from_utf8(rest)?;
        self.rest = [0..self.line.len(), 0..0, 0..0];
        self.id = self.line.len()..self.line.len() + view.id.get().len();
        self.line.push_str(view.id.get());
        self.value = self.line.len()..self.line.len() + view.value.get().len();
        self.line.push_str(view.value.get());
        Ok(())
    }
}

/// Hashes parts, each with its length, to 64 bits that are the same on every machine.
pub fn hash(parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(bytes)
}

/// Hashes to 64 bits, equal within one run of the program: only ever compared for equality.
fn quick_hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

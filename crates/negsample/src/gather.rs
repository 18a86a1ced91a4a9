//! First pass: the set in compact form, and each line put aside.

use anyhow::{Context as _, Result, bail};
use filter::{Input, Line, Spool, Stage};
use records::{Fields, Pair, Record as _, SiteView, Split, ValueView};
use rustc_hash::FxHashMap;

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
struct Interner(FxHashMap<u128, u32>);

impl Interner {
    fn intern(&mut self, text: &str, hash: u128, texts: &mut Texts) -> Result<u32> {
        if let Some(number) = self.0.get(&hash) {
            return Ok(*number);
        }
        let number = texts.push(text)?;
        self.0.insert(hash, number);
        Ok(number)
    }
}

/// Reads all inputs.
///
/// # Errors
/// The first line that is no pair, or a full disk.
pub fn gather(config: &Config, input: Input, stage: &mut Stage) -> Result<Set> {
    let mut set = Set::default();
    let [mut names, mut classes, mut evidence, mut values] = std::array::from_fn(|_| Interner::default());
    stage.fold_lines(
        input,
        |line| look(line, config),
        |seen, _| {
            set.rows.push(Row {
                text: seen.text,
                group: seen.group,
                key: seen.key,
                name: names.intern(&seen.name, hash(&[&seen.name]), &mut set.names)?,
                class: classes.intern(&seen.class, hash(&[&seen.class]), &mut set.classes)?,
                value: values.intern(&seen.value, seen.value_hash, &mut set.values)?,
                evidence: evidence.intern(&seen.evidence, hash(&[&seen.evidence]), &mut set.evidence)?,
                split: seen.split,
            });
            set.ids.push(&seen.id)?;
            set.lines.push(&seen.rest)
        },
    )?;
    Ok(set)
}

struct Seen {
    id: String,
    name: String,
    class: String,
    evidence: String,
    value: String,
    value_hash: u128,
    text: u64,
    group: u64,
    key: u64,
    split: Split,
    rest: Vec<u8>,
}

fn look(line: &Line, config: &Config) -> Result<Seen> {
    let seen = std::str::from_utf8(&line.bytes).ok().map(|text| read(text, config));
    match seen {
        Some(Ok(seen)) => Ok(seen),
        result => {
            // The slow reader knows how to say what is wrong.
            line.parse::<Pair>()?;
            let found = match result {
                Some(Err(error)) => error.to_string(),
                _ => "invalid UTF-8".to_owned(),
            };
            bail!("{}: expected a {} record, found {found}", line.place, Pair::SCHEMA)
        }
    }
}

fn read(text: &str, config: &Config) -> Result<Seen> {
    let fields = Fields::parse(text)?;
    if fields.text("schema")? != Pair::SCHEMA {
        bail!("another schema");
    }
    let (repo, path, notebook) = (fields.text("repo")?, fields.text("path")?, fields.text("notebook")?);
    let site: SiteView = fields.get("site")?;
    let value: ValueView = fields.get("value")?;
    let class = fields.text("type_class")?;
    let evidence = fields.text("evidence")?;
    let id = fields.text("id")?;
    fields.get::<u64>("count")?;
    fields.get::<f64>("weight")?;
    let split = if config.split == SplitBy::Keep {
        fields.get("split").context("--split keep needs the field `split` in every pair")?
    } else {
        Split::Train
    };

    let seed = config.seed.to_string();
    let group = match config.split {
        SplitBy::ByNotebook => &notebook,
        SplitBy::ByRow | SplitBy::Published => &id,
        _ if repo.is_empty() => &path,
        _ => &repo,
    };
    let raw = |key| fields.raw(key).map_or("", |raw| raw.get());
    let mut rest = Vec::with_capacity(text.len());
    fields.append_rest(&OWN, &mut rest);
    Ok(Seen {
        id: raw("id").to_owned(),
        name: site.name.clone().into_owned(),
        value: raw("value").to_owned(),
        value_hash: hash(&[raw("value")]),
        text: hash(&[&class, &value.text]) as u64,
        group: hash(&[&seed, group]) as u64,
        key: hash(&[&id, &repo, &path]) as u64,
        class: class.into_owned(),
        evidence: evidence.into_owned(),
        split,
        rest,
    })
}

/// Hashes parts, each with its length, to 128 bits.
pub fn hash(parts: &[&str]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_le_bytes(bytes)
}

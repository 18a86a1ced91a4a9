//! First pass: what is remembered of every assignment, and its line put aside.
//!
//! The most frequent types and the counts of duplicates are known only at the end, so the whole set is
//! gathered: 64 bytes an assignment in memory, its line in a spool (in memory up to 64 MB, then on disk).

use anyhow::{Result, bail};
use filter::{Input, Line, Spool, Stage};
use records::{Assignment, Fields, Record as _, Run, SiteView, ValueView, append_text};
use rustc_hash::FxHashMap;

use crate::config::Config;
use crate::rules::{Verdict, judge};

/// An assignment, as far as the filters look at it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Hash of repository, name, text, length and shape: equal with equal class means the same pair.
    pub pair: u128,
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
}

/// The whole set.
#[derive(Default)]
pub struct Gathered {
    /// One an assignment, in the order of input.
    pub entries: Vec<Entry>,
    /// Qualified names of types, in the order in which they were met.
    pub types: Vec<Box<str>>,
    /// The output's line, but for schema, class and count, of every entry with [`Verdict::Keep`].
    pub lines: Spool,
}

/// Reads all inputs.
///
/// # Errors
/// The first line that is neither an assignment nor a run, or a full disk.
pub fn gather(config: &Config, input: Input, stage: &mut Stage) -> Result<Gathered> {
    let mut gathered = Gathered::default();
    let mut type_ids: FxHashMap<Box<str>, u32> = FxHashMap::default();
    stage.fold_lines(
        input,
        |line| look(line, config),
        |seen, emit| {
            let Some(Seen { mut entry, type_name, line }) = seen else {
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
                gathered.lines.push(&line)?;
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
}

/// Looks at one line; `None` for a run record.
fn look(line: &Line, config: &Config) -> Result<Option<Seen>> {
    if line.schema().as_deref() == Some(Run::SCHEMA) {
        return Ok(None);
    }
    let seen =
        std::str::from_utf8(&line.bytes).ok().and_then(|text| read(text, config).transpose()).transpose();
    match seen {
        Ok(Some(seen)) => Ok(Some(seen)),
        result => {
            // The slow reader knows how to say what is wrong.
            line.parse::<Assignment>()?;
            let found = result.err().map_or_else(|| "another schema".to_owned(), |error| error.to_string());
            bail!("{}: expected an {} record, found {found}", line.place, Assignment::SCHEMA)
        }
    }
}

/// Reads an assignment; `None` when it is another record.
fn read(text: &str, config: &Config) -> serde_json::Result<Option<Seen>> {
    let fields = Fields::parse(text)?;
    if fields.text("schema")? != Assignment::SCHEMA {
        return Ok(None);
    }
    let (repo, path) = (fields.text("repo")?, fields.text("path")?);
    let notebook = fields.text("notebook")?;
    let site: SiteView = fields.get("site")?;
    let value: ValueView = fields.get("value")?;
    let occurrence = fields.get("occurrence")?;
    for key in ["id", "evidence"] {
        fields.text(key)?;
    }
    fields.get::<u64>("occurrences")?;
    let weight: f64 = if fields.raw("weight").is_some() { fields.get("weight")? } else { 1.0 };

    // A notebook without a repository is one of its own.
    let group = if repo.is_empty() { &path } else { &repo };
    let shape: Vec<u8> = value.shape.iter().flat_map(|dimension| dimension.to_le_bytes()).collect();
    let verdict = judge(&site.name, &value, config);
    let entry = Entry {
        pair: hash(&[
            group.as_bytes(),
            site.name.as_bytes(),
            value.text.as_bytes(),
            &value.text_chars.to_le_bytes(),
            &value.len.to_le_bytes(),
            &shape,
        ]),
        site: hash(&[
            repo.as_bytes(),
            path.as_bytes(),
            notebook.as_bytes(),
            &site.row.to_le_bytes(),
            site.name.as_bytes(),
        ]) as u64,
        name: hash(&[group.as_bytes(), site.name.as_bytes()]) as u64,
        occurrence,
        count: 1,
        type_id: 0,
        verdict,
    };
    let mut line = Vec::new();
    if verdict == Verdict::Keep {
        line.reserve(text.len() + 32);
        fields.append_rest(&["schema", "type_class", "count", "weight"], &mut line);
        line.extend_from_slice(format!(",\"weight\":{weight:?}").as_bytes());
    }
    Ok(Some(Seen { entry, type_name: value.type_name.into(), line }))
}

/// Hashes parts, each with its length, to 128 bits.
fn hash(parts: &[&[u8]]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_le_bytes(bytes)
}

/// Writes a pair: its line, with the schema before it and class and count behind.
pub fn append_pair(line: &[u8], class: &str, count: u64, pair: &mut Vec<u8>) {
    pair.extend_from_slice(b"{\"schema\":\"pair/1\"");
    pair.extend_from_slice(line);
    pair.extend_from_slice(b",\"type_class\":");
    append_text(class, pair);
    pair.extend_from_slice(format!(",\"count\":{count}}}").as_bytes());
}

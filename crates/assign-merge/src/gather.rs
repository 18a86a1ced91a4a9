//! First pass: what is remembered of every assignment, and its line put aside.
//!
//! The most frequent types and the counts of duplicates are known only at the end, so the whole set is
//! gathered: 64 bytes an assignment in memory, its line in a spool (in memory up to 256 MB, then on disk).

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::ops::Range;

use anyhow::{Result, bail};
use filter::{Input, Line, Spool, Stage};
use records::{Assignment, Fields, Record as _, Run, SiteView, ValueView, append_text};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde::de::IgnoredAny;

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

/// An assignment, borrowed from its line. All that it must have is here, so that what is handed on is known
/// to be sound.
#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed to be checked")]
struct View<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    notebook: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow)]
    repo: Cow<'a, str>,
    #[serde(borrow)]
    site: SiteView<'a>,
    #[serde(borrow)]
    value: ValueView<'a>,
    occurrence: u64,
    occurrences: u64,
    #[serde(borrow)]
    evidence: Cow<'a, str>,
    /// Users may bring it; not a number when they do not.
    #[serde(default = "absent")]
    weight: f64,
    /// Ours to write.
    type_class: Option<IgnoredAny>,
    /// Ours to write.
    count: Option<IgnoredAny>,
}

/// How our own programs begin an assignment; such lines are handed on as they stand.
const CANONICAL: &[u8] = b"{\"schema\":\"assignment/1\"";

/// Looks at one line; `None` for a run record.
fn look(line: Line, config: &Config) -> Result<Option<Seen>> {
    let text = std::str::from_utf8(&line.bytes).unwrap_or_default();
    let view = match serde_json::from_str::<View<'_>>(text) {
        Ok(view) if view.schema == Assignment::SCHEMA => view,
        _ if line.schema().as_deref() == Some(Run::SCHEMA) => return Ok(None),
        result => {
            // The slow reader knows how to say what is wrong; but it takes any weight for a user's field.
            line.parse::<Assignment>()?;
            let found = result.err().map(|error| error.to_string()).unwrap_or_default();
            bail!("{}: expected an {} record, found {found}", line.place, Assignment::SCHEMA)
        }
    };
    let entry = entry(&view, judge(&view.site.name, &view.value, config));
    let type_name = view.value.type_name.as_ref().into();
    let is_canonical = line.bytes.starts_with(CANONICAL)
        && line.bytes.ends_with(b"}")
        && view.type_class.is_none()
        && view.count.is_none();
    if is_canonical {
        let rest = CANONICAL.len()..line.bytes.len() - 1;
        return Ok(Some(Seen { entry, type_name, line: line.bytes, rest }));
    }
    let mut rest = Vec::new();
    let fields = Fields::parse(text)?;
    fields.append_rest(&["schema", "type_class", "count"], &mut rest);
    Ok(Some(Seen { entry, type_name, rest: 0..rest.len(), line: rest }))
}

fn absent() -> f64 {
    f64::NAN
}

fn entry(view: &View<'_>, verdict: Verdict) -> Entry {
    // A notebook without a repository is one of its own.
    let group = if view.repo.is_empty() { &view.path } else { &view.repo };
    let name = hash((group, &view.site.name));
    let pair = |salt: u64| {
        let value = &view.value;
        u128::from(hash((salt, name, &value.text, value.text_chars, value.len, &value.shape)))
    };
    Entry {
        pair: pair(0) << 64 | pair(1),
        site: hash((&view.repo, &view.path, &view.notebook, view.site.row, &view.site.name)),
        name,
        occurrence: view.occurrence,
        count: 1,
        type_id: 0,
        verdict,
        has_weight: !view.weight.is_nan(),
    }
}

/// Hashes to 64 bits; equal within one run of the program, which is all that it is used for.
fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Writes a pair: its line, with the schema before it and what is new behind.
pub fn append_pair(line: &[u8], class: &str, count: u64, has_weight: bool, pair: &mut Vec<u8>) {
    pair.extend_from_slice(b"{\"schema\":\"pair/1\"");
    pair.extend_from_slice(line);
    pair.extend_from_slice(b",\"type_class\":");
    append_text(class, pair);
    pair.extend_from_slice(b",\"count\":");
    pair.extend_from_slice(count.to_string().as_bytes());
    pair.extend_from_slice(if has_weight { b"}" } else { b",\"weight\":1.0}" });
}

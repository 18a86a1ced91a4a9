//! `crash-cluster`: puts crashes with like messages together. Adds the fields `cluster` and `cluster_size`.
//!
//! Two messages are neighbours when the sets of their words have a Jaccard similarity of at least 0.7; clusters
//! are the connected components. Exact at any scale: the join ([`join`]) looks only at pairs that could be
//! neighbours. Messages whose normal form is empty make one cluster more, with the last number.

mod join;
mod quality;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use filter::{Emit, Line, Output, Spool, Stage};
use records::{CrashCluster, Fields, Record as _, first_chars};
use rustc_hash::FxHashMap;

pub use join::{Word, components, stars};
use quality::similarities;

use crate::columns::{fields, text_of};

/// Put crashes with like messages together: neighbours share 7 of 10 words, clusters are what neighbours
/// connect. Exact; a million crashes take seconds.
///
/// Reads crash/1 records that went through crash-norm, and writes them with `cluster` and `cluster_size` when it
/// has seen all. Clusters are numbered in the order of their first member among the messages, each at the place
/// of its last crash, as in the study; the cluster of empty messages has the last number.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of crash/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// How neighbours become clusters
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub linkage: Linkage,

    /// Write one record for each cluster to FILE: size, exceptions, examples, how like its members are
    #[arg(long, value_name = "FILE")]
    pub clusters: Option<PathBuf>,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: the largest clusters with their exceptions:
  nbcrashes notebooks | crash-norm | crash-cluster --clusters clusters.jsonl > crashes.jsonl";

/// How neighbours become clusters.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Linkage {
    /// Connected components, as in the study: a chain of neighbours may lead far.
    #[default]
    Single,
    /// Round the most frequent messages: every member is a neighbour of its cluster's centre.
    Star,
}

/// One normal form.
struct Message {
    normal: String,
    /// Its last crash.
    last: u32,
    crashes: u64,
    exceptions: BTreeMap<String, u64>,
    /// The value of its last crash.
    example: String,
}

/// Clusters.
///
/// # Errors
/// A malformed record, or one without a normal form.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let (spool, rows, messages) = gather(args, stage)?;
    let words: Vec<Vec<&str>> = messages.iter().map(|it| it.normal.split(' ').collect()).collect();
    let is_empty = |at: usize| messages[at].normal.is_empty();
    // Only messages with words are joined; `filled` holds their places.
    let mut filled: Vec<usize> = (0..messages.len()).filter(|&at| !is_empty(at)).collect();
    filled.sort_by_key(|&at| messages[at].last);
    let sets = join::sets(filled.iter().map(|&at| words[at].as_slice()));
    let groups = match args.linkage {
        Linkage::Single => components(&sets),
        Linkage::Star => stars(&sets, &filled.iter().map(|&at| messages[at].crashes).collect::<Vec<_>>()),
    };
    // Groups are named by their first member, and members stand in the order of the study.
    let mut numbers: FxHashMap<u32, u32> = FxHashMap::default();
    let mut cluster_of = vec![0_u32; messages.len()];
    for (&at, &group) in filled.iter().zip(&groups) {
        let next = numbers.len() as u32;
        cluster_of[at] = *numbers.entry(group).or_insert(next);
    }
    let n_filled = numbers.len() as u32;
    (0..messages.len()).filter(|&at| is_empty(at)).for_each(|at| cluster_of[at] = n_filled);
    let n_clusters = n_filled as usize + usize::from((0..messages.len()).any(is_empty));
    let mut sizes = vec![0_u64; n_clusters];
    for (at, message) in messages.iter().enumerate() {
        sizes[cluster_of[at] as usize] += message.crashes;
    }
    stage.count("distinct_messages", messages.len() as u64);
    stage.count("clusters", n_clusters as u64);
    let mut row = 0;
    for batch in spool.into_batches()? {
        let mut emit = Emit::default();
        for bytes in batch?.records() {
            let cluster = cluster_of[rows[row] as usize];
            row += 1;
            let text = std::str::from_utf8(bytes).context("what was text is text")?;
            let fields = Fields::parse(text)?;
            let size = sizes[cluster as usize].to_string();
            emit.raw(&fields.with(&[("cluster", &cluster.to_string()), ("cluster_size", &size)]));
        }
        stage.absorb(emit)?;
    }
    match &args.clusters {
        Some(path) => write_clusters(path, &messages, &cluster_of, &sizes, stage.common().seed),
        None => Ok(()),
    }
}

/// Puts the records aside; which message each has, and all messages.
fn gather(args: &Args, stage: &mut Stage) -> Result<(Spool, Vec<u32>, Vec<Message>)> {
    let mut spool = Spool::default();
    let mut rows: Vec<u32> = Vec::new();
    let mut messages: Vec<Message> = Vec::new();
    let mut places: FxHashMap<String, u32> = FxHashMap::default();
    let look = |line: Line| {
        let (normal, value, exception) = {
            let fields = fields(&line)?;
            let normal = text_of(&line, &fields, "normal", "crash-norm")?;
            let value = text_of(&line, &fields, "value", "crash-norm")?;
            (normal, value, text_of(&line, &fields, "exception", "nbcrashes")?)
        };
        Ok((line, normal, value, exception))
    };
    let input = stage.input(args.inputs.clone());
    stage.fold_owned_lines(input, look, |(line, normal, value, exception), _| {
        let row = u32::try_from(rows.len()).context("more than 4 billion crashes")?;
        let place = match places.get(&normal) {
            Some(&place) => place,
            None => {
                let place = messages.len() as u32;
                places.insert(normal.clone(), place);
                let exceptions = BTreeMap::new();
                messages.push(Message { normal, last: row, crashes: 0, exceptions, example: String::new() });
                place
            }
        };
        let message = &mut messages[place as usize];
        message.last = row;
        message.crashes += 1;
        message.example = value;
        *message.exceptions.entry(exception).or_default() += 1;
        rows.push(place);
        spool.push(&[&line.bytes])
    })?;
    Ok((spool, rows, messages))
}

/// Examples of each cluster: its most frequent messages.
const EXAMPLES: usize = 5;
/// An example is cut to so many characters.
const EXAMPLE_CHARS: usize = 300;

fn write_clusters(
    path: &Path,
    messages: &[Message],
    cluster_of: &[u32],
    sizes: &[u64],
    seed: u64,
) -> Result<()> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); sizes.len()];
    for (at, &cluster) in cluster_of.iter().enumerate() {
        members[cluster as usize].push(at);
    }
    let mut output = Output::create(path)?;
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&cluster| (std::cmp::Reverse(sizes[cluster]), cluster));
    for cluster in order {
        let mut of_cluster: Vec<&Message> = members[cluster].iter().map(|&at| &messages[at]).collect();
        of_cluster.sort_by_key(|message| (std::cmp::Reverse(message.crashes), message.last));
        let mut exceptions: BTreeMap<&str, u64> = BTreeMap::new();
        for message in &of_cluster {
            message.exceptions.iter().for_each(|(name, n)| *exceptions.entry(name).or_default() += n);
        }
        let mut exceptions: Vec<(&str, u64)> = exceptions.into_iter().collect();
        exceptions.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), *name));
        let texts: Vec<&str> = of_cluster.iter().map(|message| message.normal.as_str()).collect();
        let likeness = similarities(&texts, seed, cluster);
        let record = CrashCluster {
            schema: CrashCluster::SCHEMA.to_owned(),
            cluster: cluster as u64,
            size: sizes[cluster],
            messages: of_cluster.len() as u64,
            exceptions: exceptions.iter().map(|(name, _)| (*name).to_owned()).collect(),
            exception_crashes: exceptions.iter().map(|(_, n)| *n).collect(),
            normals: texts
                .iter()
                .take(EXAMPLES)
                .map(|text| first_chars(text, EXAMPLE_CHARS).to_owned())
                .collect(),
            examples: of_cluster
                .iter()
                .take(EXAMPLES)
                .map(|message| first_chars(&message.example, EXAMPLE_CHARS).to_owned())
                .collect(),
            min_similarity: likeness.min,
            median_similarity: likeness.median,
            pairs_compared: likeness.pairs,
        };
        let mut line = serde_json::to_vec(&record).context("cannot write a cluster")?;
        line.push(b'\n');
        output.write(&line)?;
    }
    output.finish()
}

filter::filter!(Args, "crash-cluster", run);

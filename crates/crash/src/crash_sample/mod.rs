//! `crash-sample`: draws crashes for people to look at, from every large cluster its share.
//!
//! Adds the fields `stratum` (the cluster, or -1 for all small ones together), `stratum_size` and
//! `stratum_sample` (how many were drawn from it).

mod allocation;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use filter::{Emit, Input, Line, Output, Spool, Stage};
use records::{Fields, Random, json_text, table_cell};
use rustc_hash::FxHashSet;

pub use allocation::{Allocation, Design};

use crate::columns::{at_path, fields};

/// Draw a sample of crashes, proportional to their clusters: clusters of a certain size are strata of their own,
/// all others form one.
///
/// Reads crash/1 records that went through crash-cluster. The size of the sample is that which estimates a share
/// within a margin of error in a finite population; from each stratum its part, rounded up. The share that is
/// expected decides: the study took those of its pilots, 244/394 and 199/324.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of crash/1 records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// The field whose values are strata
    #[arg(long, value_name = "FIELD", default_value = "cluster")]
    pub strata: String,

    /// Values with fewer crashes form one stratum together
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub min_stratum: u64,

    /// The share that is to be estimated, as it is expected: a number, or K/N of a pilot
    #[arg(long, value_name = "SHARE", default_value = "0.5", value_parser = share)]
    pub share: f64,

    /// The margin of error
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    pub error: f64,

    /// The confidence, as the quantile of the normal distribution
    #[arg(long, value_name = "Z", default_value_t = 1.96)]
    pub z: f64,

    /// Draw the crashes first whose records are in FILE: those that have their labels already
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,

    /// Draw none of the crashes whose records are in FILE: those that were found to be of no use
    #[arg(long, value_name = "FILE")]
    pub without: Option<PathBuf>,

    /// Write the sizes of all strata and their samples to FILE, a table
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: a sample for labelling, with a pilot's share of ML bugs:
  crash-cluster crashes.jsonl | crash-sample --share 244/394 --plan strata.csv > sample.jsonl";

fn share(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is neither a share (0.6) nor K/N of a pilot (244/394)");
    let share = match text.split_once('/') {
        Some((k, n)) => {
            let (k, n): (f64, f64) = (k.parse().map_err(|_| wrong())?, n.parse().map_err(|_| wrong())?);
            k / n
        }
        None => text.parse().map_err(|_| wrong())?,
    };
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(wrong()) }
}

/// The stratum of all that is small.
const REST: &str = "-1";

/// Draws.
///
/// # Errors
/// A malformed record, or one without the field of the strata.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let kept = args.keep.as_deref().map_or(Ok(FxHashSet::default()), |path| ids(path, stage))?;
    let excluded = args.without.as_deref().map_or(Ok(FxHashSet::default()), |path| ids(path, stage))?;
    let mut spool = Spool::default();
    let mut rows: Vec<(String, String)> = Vec::new();
    let look = |line: Line| {
        let (stratum, id) = {
            let fields = fields(&line)?;
            let stratum = at_path(&fields, &args.strata);
            if stratum.is_empty() {
                bail!("{}: expected a field `{}` with a text or number", line.place, args.strata);
            }
            (stratum, crate::columns::text_of(&line, &fields, "id", "nbcrashes")?)
        };
        Ok((line, stratum, id))
    };
    let input = stage.input(args.inputs.clone());
    stage.fold_owned_lines(input, look, |(line, stratum, id), _| {
        rows.push((stratum, id));
        spool.push(&[&line.bytes])
    })?;
    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    rows.iter().for_each(|(stratum, _)| *sizes.entry(stratum).or_default() += 1);
    let stratum_of = |stratum: &str| {
        let is_large = sizes.get(stratum).is_some_and(|size| *size >= args.min_stratum);
        if is_large { stratum.to_owned() } else { REST.to_owned() }
    };
    let mut strata: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (row, (stratum, _)) in rows.iter().enumerate() {
        strata.entry(stratum_of(stratum)).or_default().push(row);
    }
    let mut strata: Vec<(String, Vec<usize>)> = strata.into_iter().collect();
    strata.sort_by(|(a, a_rows), (b, b_rows)| b_rows.len().cmp(&a_rows.len()).then_with(|| a.cmp(b)));
    let design = Design { z: args.z, error: args.error, share: args.share };
    let allocation = design.allocate(&strata.iter().map(|(_, rows)| rows.len() as u64).collect::<Vec<_>>());
    let mut drawn: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, (name, members)) in strata.iter().enumerate() {
        let mut order = members.clone();
        Random::keyed(args.common.seed, "crash-sample", name).shuffle(&mut order);
        order.retain(|row| !excluded.contains(&rows[*row].1));
        order.sort_by_key(|row| !kept.contains(&rows[*row].1));
        let wanted = allocation.samples[at] as usize;
        if order.len() < wanted {
            stage.warn(&format!("stratum {name}: {wanted} wanted, {} left to draw from", order.len()));
        }
        drawn.extend(order.into_iter().take(wanted).map(|row| (row, at)));
    }
    stage.count("strata", strata.len() as u64);
    stage.count("sample_size", allocation.size);
    if let Some(path) = &args.plan {
        write_plan(path, &strata, &allocation)?;
    }
    let mut row = 0;
    for batch in spool.into_batches()? {
        let mut emit = Emit::default();
        for bytes in batch?.records() {
            if let Some(&at) = drawn.get(&row) {
                let fields = Fields::parse(std::str::from_utf8(bytes).context("what was text is text")?)?;
                let (name, members) = &strata[at];
                emit.raw(&fields.with(&[
                    ("stratum", &json_text(name)),
                    ("stratum_size", &members.len().to_string()),
                    ("stratum_sample", &allocation.samples[at].to_string()),
                ]));
            }
            row += 1;
        }
        stage.absorb(emit)?;
    }
    Ok(())
}

/// The ids of the records in a file.
fn ids(path: &Path, stage: &Stage) -> Result<FxHashSet<String>> {
    let mut input = Input::new(vec![path.to_owned()], stage.common().max_record_bytes, None);
    let mut ids = FxHashSet::default();
    while let Some(line) = input.next_line()? {
        if line.too_long {
            bail!("{}: {}", line.place, filter::too_long(line.bytes.len()));
        }
        let text = std::str::from_utf8(&line.bytes).with_context(|| line.place.to_string())?;
        let id = Fields::parse(text).and_then(|fields| fields.text("id").map(std::borrow::Cow::into_owned));
        ids.insert(id.map_err(|error| anyhow!("{}: expected a record with an `id`: {error}", line.place))?);
    }
    Ok(ids)
}

fn write_plan(path: &Path, strata: &[(String, Vec<usize>)], allocation: &Allocation) -> Result<()> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["stratum", "size", "sample"])?;
    for ((name, rows), sample) in strata.iter().zip(&allocation.samples) {
        table.write_record([&*table_cell(name), &rows.len().to_string(), &sample.to_string()])?;
    }
    let mut output = Output::create(path)?;
    output.write(&table.into_inner().context("cannot write a table")?)?;
    output.finish()
}

filter::filter!(Args, "crash-sample", run);

#[cfg(test)]
mod tests {
    #[test]
    fn shares_are_numbers_or_those_of_a_pilot() {
        assert_eq!(super::share("244/394"), Ok(244.0 / 394.0));
        assert_eq!(super::share("0.5"), Ok(0.5));
        for wrong in ["", "x", "3/2", "1/0", "-1", "NaN"] {
            assert!(super::share(wrong).is_err(), "{wrong}");
        }
    }
}

//! The arguments of `assign-merge`.

use std::path::PathBuf;

use crate::config::{Config, Dedup, Merge, Occurrences, Preset, Step};

/// Cleans what was recorded and makes one set of name-value pairs of it
///
/// Reads assignment records (run records among them are passed over), from any number of inputs, and
/// writes pair records: the assignments that pass the filters, each with the class of its type and with
/// the number of assignments that it stands for. The filters are applied in the order of the options
/// below, and the summary says what each removed. Pairs leave in the order in which they first came.
#[derive(clap::Parser, Debug)]
#[command(
    version,
    after_help = "Example:\n  nbexec instrumented.jsonl.zst | assign-merge --per-site 1 --summary merge.json -o pairs.jsonl.zst\n\n\
                  Exit status: 0 done, 1 too many rejects (--max-rejects), 2 not done."
)]
pub struct Args {
    /// Files of assignment records; none means stdin
    #[arg(value_name = "INPUT")]
    input: Vec<PathBuf>,

    /// The thresholds to start from; each option below changes one of them
    #[arg(long, value_enum, default_value_t, value_name = "NAME")]
    preset: Preset,

    /// Which of the recorded executions of a site count [default: all; nalin: last]
    #[arg(long, value_enum, value_name = "WHICH")]
    occurrences: Option<Occurrences>,

    /// Drop what the published trimming loses: dictionaries over 200 entries, and what can neither be
    /// iterated over nor is a number [default: false; nalin: true]
    #[arg(long, value_name = "BOOL")]
    published_values: Option<bool>,

    /// Drop longer names, in characters [default: 40; nalin: 19]
    #[arg(long, value_name = "N")]
    max_name_chars: Option<usize>,

    /// Drop shorter names, in characters [default: 2; nalin: 4]
    #[arg(long, value_name = "N")]
    min_name_chars: Option<usize>,

    /// Drop names without a part (between underscores) of N characters [default: 2; nalin: 3]
    #[arg(long, value_name = "N")]
    min_part_chars: Option<usize>,

    /// Drop names with fewer letters [default: 2; nalin: 0]
    #[arg(long, value_name = "N")]
    min_letters: Option<usize>,

    /// How types become classes [default: words; nalin: substring]
    #[arg(long, value_enum, value_name = "HOW")]
    merge: Option<Merge>,

    /// With `--merge substring`: how many of the most frequent types absorb others [default: 15]
    #[arg(long, value_name = "N")]
    merge_into: Option<usize>,

    /// Keep pairs of the N most frequent classes, 0 for all [default: 0; nalin: 10]
    #[arg(long, value_name = "N")]
    types: Option<usize>,

    /// When pairs of one repository with the same name and class are one: equal texts, or near ones that
    /// differ in the digits of numbers, or equal ones of one site alone; the first stays and counts the others [default: exact; nalin: off]
    #[arg(long, value_enum, value_name = "WHEN")]
    dedup: Option<Dedup>,

    /// Keep the first N pairs of a site, 0 for all [default: 3; nalin: 0]
    #[arg(long, value_name = "N")]
    per_site: Option<u32>,

    /// Keep the first N pairs of a name in a repository, 0 for all [default: 20; nalin: 0]
    #[arg(long, value_name = "N")]
    per_name: Option<u32>,

    /// Do what can be done to a shard of whole notebooks on its own; give the results of all shards, in
    /// their order, to a run with `--final` and the same other options
    #[arg(long, conflicts_with = "final_step")]
    partial: bool,

    /// Read the pairs that runs with `--partial` wrote, and finish: the same bytes as one run over all
    #[arg(long = "final")]
    final_step: bool,

    #[command(flatten)]
    common: filter::Common,
}

impl Args {
    fn config(&self) -> Config {
        let preset = Config::of(self.preset);
        let merge_into = if self.merge == Some(Merge::Substring) { 15 } else { preset.merge_into };
        let step = match (self.partial, self.final_step) {
            (true, _) => Step::Partial,
            (_, true) => Step::Final,
            _ => Step::Whole,
        };
        Config {
            step,
            occurrences: self.occurrences.unwrap_or(preset.occurrences),
            published_values: self.published_values.unwrap_or(preset.published_values),
            max_name_chars: self.max_name_chars.unwrap_or(preset.max_name_chars),
            min_name_chars: self.min_name_chars.unwrap_or(preset.min_name_chars),
            min_part_chars: self.min_part_chars.unwrap_or(preset.min_part_chars),
            min_letters: self.min_letters.unwrap_or(preset.min_letters),
            merge: self.merge.unwrap_or(preset.merge),
            merge_into: self.merge_into.unwrap_or(merge_into),
            types: self.types.unwrap_or(preset.types),
            dedup: self.dedup.unwrap_or(preset.dedup),
            per_site: self.per_site.unwrap_or(preset.per_site),
            per_name: self.per_name.unwrap_or(preset.per_name),
        }
    }
}

impl filter::Filter for Args {
    const NAME: &'static str = "assign-merge";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut filter::Stage) -> anyhow::Result<()> {
        let input = stage.input(self.input.clone());
        crate::run(&self.config(), input, stage)
    }
}

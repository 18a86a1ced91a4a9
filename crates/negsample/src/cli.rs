//! The arguments of `negsample`.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::config::{Config, Preset, SplitBy, Strategy};

/// Makes labelled examples of pairs: each pair, followed by negatives that we made
///
/// Reads pair records and writes example records. Every pair becomes a positive example (label 0); behind
/// it come its negatives (label 1): its name with the value of another pair. Every example says which part
/// of the data it belongs to (`split`); the parts are made before negatives are drawn, and values are
/// taken from the same part alone. A negative is never a pair that was seen. What is drawn depends on
/// the set of pairs, the seed and the pair's id, not on the order of the input.
#[derive(clap::Parser, Debug)]
#[command(
    version,
    after_help = "Example:\n  assign-merge records.jsonl.zst | negsample --split by-repo -o examples.jsonl.zst\n\n\
                  Exit status: 0 done, 1 too many rejects (--max-rejects), 2 not done."
)]
pub struct Args {
    /// Files of pair records; none means stdin
    #[arg(value_name = "INPUT")]
    input: Vec<PathBuf>,

    /// The choices to start from; each option below changes one of them
    #[arg(long, value_enum, default_value_t, value_name = "NAME")]
    preset: Preset,

    /// Where the value of a negative comes from [default: mixed; nalin: type-guided]
    #[arg(long, value_enum, value_name = "HOW")]
    strategy: Option<Strategy>,

    /// With `--strategy mixed`: the share of negatives with a value of the same type [default: 0.25]
    #[arg(long, value_name = "SHARE")]
    within_share: Option<f64>,

    /// Negatives for each positive [default: 1]
    #[arg(long, value_name = "N")]
    ratio: Option<u32>,

    /// Let a negative be a pair that was seen [default: false; nalin: true]
    #[arg(long, value_name = "BOOL")]
    allow_known: Option<bool>,

    /// What must not be torn into different parts [default: by-repo; nalin: published]
    #[arg(long, value_enum, value_name = "HOW")]
    split: Option<SplitBy>,

    /// Share of the pairs for validation [default: 0.1]
    #[arg(long, value_name = "SHARE")]
    valid: Option<f64>,

    /// Share of the pairs for the test [default: 0.2]
    #[arg(long, value_name = "SHARE")]
    test: Option<f64>,

    /// Cross-validation: cut the groups into K folds of about the same size, and let fold I be the test part
    #[arg(long, value_name = "I/K", value_parser = parse_fold, conflicts_with = "test")]
    fold: Option<(u32, u32)>,

    /// With `--split published`: rows of each label in the test part; 5 % when there are fewer pairs
    /// [default: 5000]
    #[arg(long, value_name = "N")]
    test_per_class: Option<usize>,

    /// Do not draw, but choose: read examples that nalin-score has scored, several negatives for each
    /// positive, and keep the N negatives that the model finds most plausible
    #[arg(long, value_name = "N", conflicts_with_all = ["preset", "strategy", "ratio", "split", "fold"])]
    hardest: Option<u32>,

    #[command(flatten)]
    common: filter::Common,
}

fn parse_fold(text: &str) -> Result<(u32, u32), String> {
    let parts =
        text.split_once('/').and_then(|(fold, folds)| Some((fold.parse().ok()?, folds.parse().ok()?)));
    match parts {
        Some((fold, folds)) if (1..=folds).contains(&fold) && folds >= 2 => Ok((fold, folds)),
        _ => Err(format!("`{text}` is no fold such as 1/5")),
    }
}

impl Args {
    fn config(&self) -> Result<Config> {
        let preset = Config::of(self.preset);
        let config = Config {
            seed: self.common.seed,
            strategy: self.strategy.unwrap_or(preset.strategy),
            within_share: self.within_share.unwrap_or(preset.within_share),
            ratio: self.ratio.unwrap_or(preset.ratio),
            allow_known: self.allow_known.unwrap_or(preset.allow_known),
            split: self.split.unwrap_or(preset.split),
            valid: self.valid.unwrap_or(preset.valid),
            test: self.test.unwrap_or(preset.test),
            fold: self.fold,
            test_per_class: self.test_per_class.unwrap_or(preset.test_per_class),
        };
        for (flag, share) in
            [("within-share", config.within_share), ("valid", config.valid), ("test", config.test)]
        {
            if !(0.0..=1.0).contains(&share) {
                bail!("--{flag} {share}: expected a share from 0 to 1");
            }
        }
        if config.valid + config.test > 1.0 {
            bail!("--valid {} and --test {} leave nothing to train on", config.valid, config.test);
        }
        Ok(config)
    }
}

impl filter::Filter for Args {
    const NAME: &'static str = "negsample";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut filter::Stage) -> anyhow::Result<()> {
        let input = stage.input(self.input.clone());
        match self.hardest {
            Some(keep) => crate::hard::run(keep, input, stage),
            None => crate::run(&self.config()?, input, stage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse_fold;

    #[test]
    fn folds() {
        assert_eq!(parse_fold("5/5"), Ok((5, 5)));
        for wrong in ["", "0/5", "6/5", "1/1", "1", "a/b"] {
            assert!(parse_fold(wrong).is_err(), "{wrong}");
        }
    }
}

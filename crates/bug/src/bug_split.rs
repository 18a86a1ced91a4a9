//! `bug-split`: which part of the data a record belongs to.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::ValueEnum;
use filter::{Emit, Line, Stage};
use md5::{Digest as _, Md5};
use records::{Fields, Split};

/// Deal records out to train, valid and test, by the hash of what must not be torn.
///
/// Reads records with `path`, `package` and `repo` (function/1, bug/1, fix/1) and adds `split`. The rule is the
/// published one, MD5 modulo 65536; that takes the path, and so spreads a package over all parts (`--by path`). By
/// default a package is in one part, and what belongs to none goes by its repository.
#[derive(clap::Parser, Clone, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Args {
    /// Files of records; none, or `-`, is stdin
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// What must not be torn
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub by: Unit,

    /// Share of the units for training
    #[arg(long, value_name = "SHARE", default_value_t = 0.6)]
    pub train: f64,

    /// Share of the units for validation; the rest is for the test
    #[arg(long, value_name = "SHARE", default_value_t = 0.2)]
    pub valid: f64,

    /// Packages, or repositories, that are for the test, whatever their hash
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub test_only: Vec<String>,

    /// What all filters share.
    #[command(flatten)]
    pub common: filter::Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 done, 1 more rejects than --max-rejects, 2 not done.

Example: bug-scan --root packages packages | bug-split | bug-select | bug-rewrite > bugs.jsonl";

/// What must not be torn.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// The package, of what has none the repository, of what has neither the file.
    #[default]
    Package,
    /// The repository, of what has none the file.
    Repo,
    /// The file, by its path below `site-packages`: the published rule.
    Path,
}

/// The shares, as numbers of the 65,536 values that a hash may have.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The last value for training.
    train: u32,
    /// The last value for validation.
    valid: u32,
}

impl Limits {
    /// Those of two shares, rounded down as published.
    pub fn new(train: f64, valid: f64) -> Self {
        let values = |share: f64| (65_536.0 * share) as u32;
        Self { train: values(train), valid: values(train) + values(valid) }
    }

    /// The part of a value.
    pub fn part(self, value: u16) -> Split {
        match u32::from(value) {
            value if value <= self.train => Split::Train,
            value if value <= self.valid => Split::Valid,
            _ => Split::Test,
        }
    }
}

/// The published hash of a key: its MD5 as a whole number, modulo 65,536.
pub fn value_of(key: &str) -> u16 {
    let digest = Md5::digest(key.as_bytes());
    u16::from_be_bytes([digest[14], digest[15]])
}

/// The published key of a file: its path below `site-packages`, with a slash before it.
pub fn key_of_path(path: &str) -> String {
    let below = path.rsplit_once("site-packages/").map_or(path, |(_, below)| below);
    format!("/{}", below.trim_start_matches('/'))
}

/// Splits.
///
/// # Errors
/// A line that is no record, or shares that are none.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    if !(args.train >= 0.0 && args.valid >= 0.0 && args.train + args.valid <= 1.0) {
        bail!("--train and --valid are shares, together no more than 1");
    }
    let limits = Limits::new(args.train, args.valid);
    let input = stage.input(args.inputs.clone());
    stage.map_lines(input, |line: Line, emit: &mut Emit| {
        const EXPECTED: &str = "function/1 or bug/1";
        let text = std::str::from_utf8(&line.bytes).map_err(|error| line.expected(EXPECTED, error))?;
        let fields = Fields::parse(text).map_err(|error| line.expected(EXPECTED, error))?;
        let path = fields.text("path").map_err(|error| line.expected(EXPECTED, error))?;
        let other = |name| fields.text(name).unwrap_or_default();
        let (package, repo) = (other("package"), other("repo"));
        let is_named = |name: &str| args.test_only.iter().any(|only| only == name && !name.is_empty());
        let unit = match args.by {
            Unit::Package if !package.is_empty() => package.clone(),
            Unit::Package | Unit::Repo if !repo.is_empty() => repo.clone(),
            _ => key_of_path(&path).into(),
        };
        let part =
            if is_named(&package) || is_named(&repo) { Split::Test } else { limits.part(value_of(&unit)) };
        emit.count(part.as_str(), 1);
        emit.raw(&fields.with(&[("split", &records::json_text(part.as_str()))]));
        Ok(())
    })
}

impl filter::Filter for Args {
    const NAME: &'static str = "bug-split";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, stage: &mut Stage) -> Result<()> {
        run(&self, stage)
    }
}

#[cfg(test)]
mod tests {
    use records::Split;

    use super::{Limits, key_of_path, value_of};

    #[test]
    fn the_published_vectors() {
        let limits = Limits::new(0.6, 0.2);
        let vectors = [
            ("/numpy/core/numeric.py", 25_923, Split::Train),
            ("/attr/_make.py", 29_591, Split::Train),
            ("/click/core.py", 48_912, Split::Valid),
            ("/requests/api.py", 51_102, Split::Valid),
            ("/six.py", 65_079, Split::Test),
        ];
        for (path, value, part) in vectors {
            let key = key_of_path(&format!("/venv/lib/python3.8/site-packages{path}"));
            assert_eq!((&*key, value_of(&key), limits.part(value_of(&key))), (path, value, part));
            assert_eq!(key_of_path(&path[1..]), path);
        }
    }

    #[test]
    fn limits_belong_to_the_part_before() {
        let limits = Limits::new(0.6, 0.2);
        let parts = [39_321, 39_322, 52_428, 52_429].map(|value| limits.part(value));
        assert_eq!(parts, [Split::Train, Split::Valid, Split::Valid, Split::Test]);
    }
}

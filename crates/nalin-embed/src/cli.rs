//! The arguments of `nalin-embed`.

use std::path::PathBuf;

use clap::value_parser;

/// Learns vectors of names from source code, so that names that mean much the same lie near each other
///
/// Reads script records, of notebooks or of plain Python files, and writes a fastText model (skip-gram with
/// n-grams of characters) in fastText's own format: `nalin-train --embedding FILE` reads it, as it reads any
/// other `.bin` of fastText. Of a script that is a copy of another nothing is learned.
#[derive(clap::Parser, Debug)]
#[command(
    version,
    after_help = "Example:\n  nb2py --root build/venv/lib build/venv/lib | nalin-embed --embedding names.bin\n\n\
                  Exit status: 0 done (also with no scripts: a warning and no file), 2 not done."
)]
pub struct Args {
    /// Files of script records; none means stdin
    #[arg(value_name = "INPUT")]
    pub input: Vec<PathBuf>,

    /// File to write the vectors to
    #[arg(short, long, value_name = "FILE")]
    pub embedding: PathBuf,

    /// Numbers of a vector; the published network needs 100
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = value_parser!(i32).range(1..=1000))]
    pub dimensions: i32,

    /// Passes over the code
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(i32).range(1..))]
    pub epochs: i32,

    /// Words on each side that a word is told by
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(i32).range(1..))]
    pub window: i32,

    /// Leave out words that come less often
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(i32).range(1..))]
    pub min_count: i32,

    /// Vectors that all n-grams share; fastText's own default, 2,000,000, makes a file of 800 MB
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = value_parser!(i32).range(1..))]
    pub buckets: i32,

    /// Threads to learn with; with more than one the vectors differ from run to run
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(i32).range(1..))]
    pub threads: i32,

    #[command(flatten)]
    common: filter::Common,
}

filter::filter!(Args, "nalin-embed", crate::run);

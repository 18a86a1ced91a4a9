//! The mode `explain`: one finding at length, for a person who asked.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use anyhow::{Result, bail};
use filter::{Emit, Stage};
use findings::{Candidate, Candidates};
use report::{Background, Format, Options};

use crate::cli::{Args, Reading};
use crate::scorer::Scorer;
use crate::{beside, explain, stream};

/// The finding that a record is or would be, whatever it scores.
pub(crate) fn run(scorer: &Scorer, args: &Args, id: &str, stage: &mut Stage) -> Result<()> {
    let mut candidates = Candidates::new(None);
    let work = |lines, _: &mut Emit| stream::score(scorer, args, lines);
    let Reading { inputs, run, .. } = args.read();
    stage.map_batches(stage.input(inputs.clone()), work, |batch| {
        batch.into_iter().for_each(|(record, score)| candidates.add(Candidate::new(record.scored(score))));
        Ok(())
    })?;
    let is_meant = |one: &Candidate| one.fingerprint.starts_with(id) || one.record.id.starts_with(id);
    let meant: Vec<Candidate> = candidates.into_sorted().into_iter().filter(is_meant).collect();
    if id.is_empty() || meant.is_empty() {
        bail!("nothing that was read has the id `{}`", filter::escape(id));
    }
    let findings = explain::findings(scorer, meant, stage.common().workers())?;
    let mut options = options(args, Background::of(&findings), stage);
    beside::read(run, &mut options.background)?;
    for (at, finding) in findings.iter().enumerate() {
        let mut bytes = if at > 0 { b"\n".to_vec() } else { Vec::new() };
        report::explain(finding, &options, &mut bytes)?;
        stage.write_bytes(&bytes)?;
    }
    Ok(())
}

/// What a report is told beside its findings.
pub(crate) fn options(args: &Args, background: Background, stage: &Stage) -> Options {
    let to_terminal = stage.common().output == Path::new("-") && io::stdout().is_terminal();
    Options {
        colour: to_terminal && (args.format == Format::Text || args.verb.is_some()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        order: args.order,
        background,
        jobs: stage.common().workers(),
        ..Options::default()
    }
}

//! Pairs that are only written down: no run recorded them, and training may know them all the same.

use std::collections::BTreeSet;

use anyhow::Result;
use nalin_model::{Fact, Source, Subject};
use records::{Pair, Split, id_of};

use crate::cli::Args;
use crate::data::{Data, Written};

impl Data {
    /// Reads the pairs of `--written`, without those of repositories that are tested with.
    pub(crate) fn read_written(&mut self, args: &Args, stage: &mut filter::Stage) -> Result<()> {
        if args.written.is_empty() {
            return Ok(());
        }
        let of = |split| -> BTreeSet<u32> { self.examples(split).map(|example| example.repo).collect() };
        let (validated, tested) = (of(Split::Valid), of(Split::Test));
        let input = stage.input(args.written.clone());
        let look = |line: &filter::Line| Ok((id_of([&line.bytes]), line.parse::<Pair>()?));
        stage.fold_lines(input, look, |(digest, pair), _| {
            self.digest = id_of([&self.digest, &digest]);
            let repo = self.texts.number(&pair.head.repo)?;
            if tested.contains(&repo) {
                return Ok(());
            }
            let source = match (pair.evidence.as_str(), pair.site.kind.as_str()) {
                ("run", _) => Source::Run,
                ("declared", _) => Source::Declared,
                ("used", _) => Source::Used,
                (_, "keyword" | "parameter") => Source::Given,
                _ => Source::Assigned,
            };
            self.written.push(Written {
                name: self.texts.number(&pair.site.name)?,
                type_class: self.texts.number(&pair.type_class)?,
                value: u32::try_from(self.values.len())?,
                source,
                repo,
                validated: validated.contains(&repo),
            });
            self.values.push(pair.value);
            Ok(())
        })?;
        stage.count("written", self.written.len() as u64);
        Ok(())
    }

    /// The same, as the model wants them; those of repositories that are validated with only if asked for.
    pub(crate) fn written(&self, validated: bool) -> Vec<Fact<'_>> {
        let text = |number: u32| &*self.texts.all[number as usize];
        let fact = |written: &Written| Fact {
            subject: Subject {
                name: text(written.name),
                value: &self.values[written.value as usize],
                type_class: text(written.type_class),
            },
            source: written.source,
            repo: written.repo,
        };
        self.written.iter().filter(|written| validated || !written.validated).map(fact).collect()
    }
}

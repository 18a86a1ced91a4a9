//! Hard negatives: of several that were drawn for a pair, those that a trained model takes for sound.
//!
//! The model stays where it is: `negsample --ratio 8 | nalin-score | negsample --hardest 1`.

use anyhow::{Result, ensure};
use filter::{Emit, Input, Line, Stage, another_record};
use records::{Example, Fields, Record as _, Scored, begin_record};

/// The positive of a pair and its negatives so far.
#[derive(Default)]
struct Group {
    positive: Option<Vec<u8>>,
    negatives: Vec<(f64, Vec<u8>)>,
}

/// Reads scored examples in the order in which they were drawn, and writes the examples that are kept:
/// every positive, and `keep` of its negatives, those with the lowest scores (that is: the most plausible),
/// in the order in which they were drawn.
///
/// # Errors
/// A line that is no scored example, or an output that cannot be written.
pub fn run(keep: u32, input: Input, stage: &mut Stage) -> Result<()> {
    let mut group = Group::default();
    stage.fold_lines(input, read, |(label, score, example), emit| {
        if label == 0 {
            std::mem::take(&mut group).write(keep, emit);
            group.positive = Some(example);
        } else {
            group.negatives.push((score, example));
        }
        Ok(())
    })?;
    let mut emit = Emit::default();
    group.write(keep, &mut emit);
    stage.absorb(emit)
}

impl Group {
    fn write(self, keep: u32, emit: &mut Emit) {
        let mut order: Vec<usize> = (0..self.negatives.len()).collect();
        order.sort_by(|a, b| self.negatives[*a].0.total_cmp(&self.negatives[*b].0));
        order.truncate(keep as usize);
        order.sort_unstable();
        emit.count("positive", u64::from(self.positive.is_some()));
        emit.count("kept", order.len() as u64);
        emit.count("dropped", (self.negatives.len() - order.len()) as u64);
        let kept = order.into_iter().map(|place| &self.negatives[place].1);
        for example in self.positive.iter().chain(kept) {
            emit.raw(example);
        }
    }
}

/// Label, score, and the example without its score.
fn read(line: &Line) -> Result<(u8, f64, Vec<u8>)> {
    let read = || -> Result<_> {
        let fields = Fields::parse(std::str::from_utf8(&line.bytes)?)?;
        let schema = fields.text("schema")?;
        ensure!(schema == Scored::SCHEMA, another_record(&schema));
        let mut example = Vec::with_capacity(line.bytes.len());
        begin_record::<Example>(&mut example);
        fields.append_rest(&["schema", "score"], &mut example);
        example.push(b'}');
        // What is handed on must be an example.
        serde_json::from_slice::<Example>(&example)?;
        Ok((fields.get("label")?, fields.get("score")?, example))
    };
    read().map_err(|error| line.expected(Scored::SCHEMA, format!("{error:#}")))
}

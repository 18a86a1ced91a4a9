//! What is scored: a pair or an example, of which only name, value and place are looked at.

use anyhow::Result;
use filter::Line;
use nalin_model::Subject;
use records::{Example, Extra, Head, Pair, Record, Scored, Site, Value};
use serde::Deserialize;

/// A pair, an example, or a record that was scored before.
#[derive(Deserialize)]
pub(crate) struct Incoming {
    schema: String,
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) head: Head,
    pub(crate) site: Site,
    pub(crate) value: Value,
    pub(crate) type_class: String,
    #[serde(flatten)]
    pub(crate) extra: Extra,
}

impl Incoming {
    pub(crate) fn parse(line: &Line) -> Result<Self> {
        let found = match serde_json::from_slice::<Self>(&line.bytes) {
            Ok(record)
                if [Pair::SCHEMA, Example::SCHEMA, Scored::SCHEMA].contains(&record.schema.as_str()) =>
            {
                return Ok(record);
            }
            Ok(record) => filter::another_record(&record.schema),
            Err(error) => match line.schema() {
                Some(schema) if !schema.starts_with("pair/") && !schema.starts_with("example/") => {
                    filter::another_record(&schema)
                }
                _ => error.to_string(),
            },
        };
        Err(line.expected(&format!("{} or {}", Pair::SCHEMA, Example::SCHEMA), found))
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject { name: &self.site.name, value: &self.value, type_class: &self.type_class }
    }

    /// The score that it came with.
    pub(crate) fn score(&self) -> Option<f64> {
        self.extra.get("score")?.as_f64()
    }

    /// Whether it belongs to a part of the data.
    pub(crate) fn is_in(&self, split: &str) -> bool {
        self.extra.get("split").is_some_and(|own| own == split)
    }

    /// Whether it is an inconsistency that we made.
    pub(crate) fn is_negative(&self) -> bool {
        self.extra.get("label").is_some_and(|label| label == 1)
    }

    pub(crate) fn scored(mut self, score: f64) -> Scored {
        // A record that is scored again gets the new score.
        self.extra.shift_remove("score");
        Scored {
            schema: Scored::SCHEMA.to_owned(),
            id: self.id,
            head: self.head,
            site: self.site,
            value: self.value,
            type_class: self.type_class,
            score,
            extra: self.extra,
        }
    }
}

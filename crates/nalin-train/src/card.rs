//! The model's card: what it learned from, how, and what it is worth.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use nalin_model::Model;
use records::Split;

use crate::data::Data;
use crate::results::{Measured, split_name};

/// The text of the folder's `README.md`.
pub(crate) fn write(model: &Model, data: &Data, results: &[Measured]) -> String {
    let config = &model.config;
    let mut card = format!(
        "# A model of names and values\n\n\
         Says how likely it is that a name and a run-time value of Python do not fit.\n\
         Made by `nalin-train`, read by `nalin-score --model`.\n\n\
         Architecture `{}`, {} weights, seed {}, epoch {} kept; a score above {:.3} is a warning.\n\
         {}\n\n## Data\n\n\
         | part | examples | inconsistent | repositories | notebooks |\n| --- | ---: | ---: | ---: | ---: |\n",
        config.arch,
        model.weights(),
        config.seed,
        config.epoch,
        config.threshold,
        ablated(model),
    );
    for split in [Split::Train, Split::Valid, Split::Test] {
        let repos: BTreeSet<u32> = data.examples(split).map(|example| example.repo).collect();
        let notebooks: BTreeSet<u32> = data.examples(split).map(|example| example.notebook).collect();
        let negatives = data.examples(split).filter(|example| example.negative).count();
        let examples = data.examples(split).count();
        let row = [examples, negatives, repos.len(), notebooks.len()].map(|n| n.to_string()).join(" | ");
        let _ = writeln!(card, "| {} | {row} |", split_name(split));
    }
    card.push_str(
        "\nInconsistent examples were made by `negsample`; nobody labelled them by hand.\n\n## Results\n\n\
         The epoch, the calibration and the threshold were chosen on `valid`; `test` was only measured.\n\n\
         | model | part | negatives | F1 | precision | recall | AUC | loss |\n\
         | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for Measured { of, metrics, .. } in results {
        let group = if of.group.is_empty() { "all" } else { &of.group };
        let _ = writeln!(
            card,
            "| {} | {} | {group} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
            of.model, of.split, metrics.f1, metrics.precision, metrics.recall, metrics.auc, metrics.loss
        );
    }
    card.push_str(
        "\n`lookup` warns when a name is known but not with this type; `linear` is a hashed linear model.\n",
    );
    card
}

fn ablated(model: &Model) -> String {
    let ablation = model.config.ablation;
    let hidden: Vec<&str> = [
        ("name", ablation.name),
        ("value", ablation.value),
        ("type", ablation.type_),
        ("len", ablation.len),
        ("shape", ablation.shape),
    ]
    .into_iter()
    .filter_map(|(name, hidden)| hidden.then_some(name))
    .collect();
    if hidden.is_empty() {
        "It sees every input.".to_owned()
    } else {
        format!("It does not see: {}.", hidden.join(", "))
    }
}

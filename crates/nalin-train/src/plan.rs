//! What is trained, and how: the architecture's own sizes and schedule, with the user's changes.

use anyhow::{Context as _, Result};
use nalin_model::{Arch, BagsConfig, Plan};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::cli::Args;

/// What a user may write into `--config FILE`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Changes {
    sizes: Map<String, Value>,
    schedule: Map<String, Value>,
}

/// The architecture as the user wants it: the file's changes, then those of the flags.
pub(crate) fn asked_for(args: &Args, seed: u64) -> Result<Plan> {
    let arch = Arch::from(args.arch);
    let changes: Changes = match &args.config {
        None => Changes::default(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            serde_json::from_str(&text).with_context(|| path.display().to_string())?
        }
    };
    let bags = match arch {
        Arch::Default => Some(changed(&BagsConfig::standard(), changes.sizes)?),
        Arch::Linear => Some(changed(&BagsConfig::linear(), changes.sizes)?),
        Arch::Nalin | Arch::Lookup => None,
    };
    let schedule = args.schedule(changed(&arch.schedule(seed), changes.schedule)?);
    Ok(Plan { arch, bags, ablation: args.ablation(), schedule })
}

/// `own` with the fields that are named in `changes`.
fn changed<T: serde::Serialize + DeserializeOwned>(own: &T, changes: Map<String, Value>) -> Result<T> {
    let mut all = serde_json::to_value(own)?;
    for (name, value) in changes {
        let field =
            all.get_mut(&name).with_context(|| format!("--config: there is nothing called `{name}`"))?;
        *field = value;
    }
    serde_json::from_value(all).context("--config")
}

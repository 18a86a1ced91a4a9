//! What a run leaves behind while it runs, in `training/` of the folder where the model will be: after each epoch
//! a checkpoint, the picture of the curve, and event files for TensorBoard. A model that is there already stays as
//! it is until the finished one takes the folder's place; curve and events are part of it, the checkpoint is not.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use evaluation::Metrics;
use filter::Output;
use learn::events;
use nalin_model::{Epoch, Past, Saved};

use crate::curve;

/// Where a run keeps its journal, below the model's folder.
pub(crate) const FOLDER: &str = "training";
/// The file that an interrupted run can go on from.
const CHECKPOINT: &str = "checkpoint.safetensors";
const CURVE: &str = "curve.svg";

/// The checkpoint that lies in the folder of a model, if it is of this very run.
///
/// # Errors
/// If it is damaged, or of another run.
pub(crate) fn saved(model: &Path, run: &str) -> Result<Option<Saved>> {
    let path = model.join(FOLDER).join(CHECKPOINT);
    if !path.exists() {
        return Ok(None);
    }
    let read = || Saved::read(fs::read(&path)?);
    let saved = read().with_context(|| format!("cannot go on from {}", path.display()))?;
    ensure!(
        saved.run() == run,
        "{} is of a run with other examples or flags; without --resume it is replaced",
        path.display()
    );
    Ok(Some(saved))
}

/// The journal's folder. One that was made for a run which ends without a checkpoint, as on a full disk, goes with it.
struct Started {
    path: PathBuf,
    /// Whether it was made for this run.
    is_new: bool,
}

impl Drop for Started {
    fn drop(&mut self) {
        let model = self.path.parent().unwrap_or(&self.path);
        if self.is_new && !self.path.join(CHECKPOINT).exists() && !model.join("config.json").exists() {
            let _ = fs::remove_dir_all(&self.path);
            // Unless there was something in it before.
            let _ = fs::remove_dir(model);
        }
    }
}

/// The records of one run. Dropped before anything in it is of use, it leaves nothing.
pub(crate) struct Journal {
    folder: Started,
    /// What the run is about: a hash of examples and plan.
    run: String,
    model: &'static str,
    past: Vec<Past>,
    /// Event files by their path in the folder, as far as they are written.
    events: BTreeMap<String, (File, Vec<u8>)>,
}

impl Journal {
    /// Opens the journal of a run in the folder of its model.
    pub(crate) fn open(model_folder: &Path, run: String, model: &'static str) -> Result<Self> {
        let path = model_folder.join(FOLDER);
        let folder = Started { is_new: !path.exists(), path };
        let trouble = || format!("cannot write to {}", folder.path.display());
        let mut events = BTreeMap::new();
        for part in ["train", "valid"] {
            let name = events_file(part);
            fs::create_dir_all(folder.path.join("events").join(part)).with_context(trouble)?;
            let file =
                OpenOptions::new().create(true).write(true).truncate(true).open(folder.path.join(&name));
            events.insert(name, (file.with_context(trouble)?, Vec::new()));
        }
        let mut journal = Self { folder, run, model, past: Vec::new(), events };
        journal.log("train", &events::version())?;
        journal.log("valid", &events::version())?;
        Ok(journal)
    }

    /// Writes down an epoch.
    pub(crate) fn write(&mut self, epoch: &Epoch) -> Result<()> {
        let past = epoch.past;
        self.past.push(past.clone());
        let train = [("loss", past.train_loss), ("learning rate", past.rate)];
        self.log("train", &events::scalars(past.epoch, past.step, &train))?;
        if let Some(Metrics { loss, precision, recall, f1, auc, .. }) = past.valid {
            let valid =
                [("loss", loss), ("precision", precision), ("recall", recall), ("F1", f1), ("AUC", auc)];
            self.log("valid", &events::scalars(past.epoch, past.step, &valid))?;
        }
        // Of an epoch before the interruption everything is there already.
        let Some(run) = &epoch.run else { return Ok(()) };
        self.replace(CURVE, curve::draw(self.model, &self.past, run.best_epoch()).as_bytes())?;
        self.replace(CHECKPOINT, &run.to_checkpoint(&self.run)?)
    }

    /// What belongs to the finished model, `kept` being the epoch that was kept.
    pub(crate) fn files(&self, kept: usize) -> BTreeMap<String, Vec<u8>> {
        let curve = curve::draw(self.model, &self.past, kept).into_bytes();
        let events = self.events.iter().map(|(name, (_, bytes))| (name.clone(), bytes.clone()));
        events.chain([(CURVE.to_owned(), curve)]).collect()
    }

    /// Adds a record to an event file.
    fn log(&mut self, part: &str, record: &[u8]) -> Result<()> {
        let name = events_file(part);
        let (file, bytes) = self.events.get_mut(&name).context("there are two event files")?;
        bytes.extend_from_slice(record);
        file.write_all(record).with_context(|| format!("cannot write {name}"))
    }

    /// Puts a file into the folder, whole.
    fn replace(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut output = Output::create(&self.folder.path.join(name))?;
        output.write(bytes)?;
        output.finish()
    }
}

/// The event file of a part of the data, as a path in the journal's folder.
fn events_file(part: &str) -> String {
    format!("events/{part}/{}", events::file_name("nalin-train"))
}

#[cfg(test)]
mod tests {
    use super::{CHECKPOINT, FOLDER, Journal};

    #[test]
    fn a_run_without_a_checkpoint_leaves_no_folder() {
        let base = tempfile::tempdir().unwrap();
        let model = base.path().join("model");
        let open = || Journal::open(&model, "run".to_owned(), "nalin").unwrap();
        drop(open());
        assert!(!model.exists());
        // One that can go on stays, and is not this run's to remove.
        open().replace(CHECKPOINT, b"saved").unwrap();
        drop(open());
        assert!(model.join(FOLDER).join(CHECKPOINT).exists());
        // Beside a finished model nothing is removed.
        std::fs::remove_dir_all(&model).unwrap();
        std::fs::create_dir(&model).unwrap();
        std::fs::write(model.join("config.json"), "{}").unwrap();
        drop(open());
        assert!(model.join("config.json").exists() && model.join(FOLDER).exists());
    }
}

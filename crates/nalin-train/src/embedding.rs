//! Vectors of names that were learned elsewhere.

use std::fs;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use nalin_model::{Arch, Embedding};
use records::id_of;

use crate::cli::Args;
use crate::data::Data;

impl Data {
    /// Reads the file of `--embedding`.
    pub(crate) fn read_embedding(&mut self, args: &Args) -> Result<()> {
        let Some(path) = &args.embedding else { return Ok(()) };
        ensure!(
            Arch::from(args.arch).takes_embedding(),
            "--embedding: `--arch {}` has no use for it",
            Arch::from(args.arch).name()
        );
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let embedding = Embedding::of_bytes(&bytes).with_context(|| path.display().to_string())?;
        self.digest = id_of([self.digest.as_bytes(), &bytes]);
        self.embedding = Some(Arc::new(embedding));
        Ok(())
    }
}

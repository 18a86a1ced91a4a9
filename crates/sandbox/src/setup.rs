//! All that servers need to start.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::backend::Backend;
use crate::interpreter::Interpreter;
use crate::runtime;

/// All that is needed to start servers: made once, shared by all workers.
pub struct Setup {
    /// The walls.
    pub backend: Backend,
    /// The Python that runs inside.
    pub interpreter: Interpreter,
    /// The folder that jobs may read, seen inside under [`Setup::data_inside`].
    pub data: PathBuf,
    /// Image of the container back-ends.
    pub image: String,
    /// What a job may have in memory and files, in bytes, by the kernel's count of all; 0: nobody but the server counts.
    pub memory_bytes: u64,
    /// What all jobs of a container may have in files at a time, and how many processes and threads.
    pub scratch_bytes: u64,
    /// See there.
    pub processes: u64,
    /// Environment inside; there is no other.
    pub environment: Vec<(String, String)>,
    /// Argument of the server.
    pub argument: String,
    pub(crate) runtime: runtime::Folder,
}

impl Setup {
    /// Writes the Python files of the server (name and text; the package `nalin_runtime`) where the
    /// walls can show them, in a temporary folder of which `made` is told: it goes with this value, but whoever is
    /// ended by a signal must remove it himself, or the next to start does.
    ///
    /// # Errors
    /// If the temporary folder cannot be written, or `data` is no folder.
    pub fn new(
        backend: Backend,
        interpreter: Interpreter,
        data: &Path,
        files: &[(&str, &str)],
        made: impl Fn(&Path),
    ) -> Result<Self> {
        let runtime = runtime::Folder::new(files, made).context("cannot write the runtime")?;
        let data = data.canonicalize().with_context(|| format!("cannot read {}", data.display()))?;
        if !data.is_dir() {
            bail!("{} is no folder", data.display());
        }
        Ok(Self {
            backend,
            interpreter,
            data,
            image: String::new(),
            memory_bytes: 0,
            scratch_bytes: 1 << 30,
            processes: 512,
            environment: Vec::new(),
            argument: String::new(),
            runtime,
        })
    }

    /// Where the data folder is seen inside.
    pub fn data_inside(&self) -> &Path {
        if self.backend == Backend::None { &self.data } else { Path::new("/nalin/data") }
    }

    /// Where the folder of the runtime is seen inside.
    pub fn runtime_inside(&self) -> &Path {
        if self.backend == Backend::None { self.runtime.path() } else { Path::new("/nalin/runtime") }
    }

    /// Folders of the interpreter that lie where jobs get folders of their own, and must stay visible.
    pub fn kept(&self) -> Vec<&Path> {
        let covered = |folder: &&Path| ["/tmp", "/home"].iter().any(|covered| folder.starts_with(covered));
        self.interpreter.folders.iter().map(PathBuf::as_path).filter(covered).collect()
    }

    /// Arguments of the interpreter: start the server.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let start = format!(
            "import sys; sys.path[0] = {:?}; from nalin_runtime import server; sys.path.pop(0); server.main()",
            self.runtime_inside().display().to_string()
        );
        vec!["-s".into(), "-B".into(), "-c".into(), start, self.argument.clone()]
    }
}

//! What is known of where a notebook runs.

/// The folder of a notebook and the modules of its environment, as far as somebody knows them: nothing unless said.
pub trait Surroundings {
    /// Whether the folder is known; in one that is not, every file may be there.
    fn knows_folder(&self) -> bool {
        false
    }

    /// Whether a file or folder lies at a path that counts from the notebook's folder.
    fn has(&self, _path: &str) -> bool {
        false
    }

    /// Whether a folder lies there.
    fn has_folder(&self, _path: &str) -> bool {
        false
    }

    /// Whether a module can be imported; `None` when nobody said.
    fn is_installed(&self, _module: &str) -> Option<bool> {
        None
    }
}

/// Nothing is known: no file and no module is missed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unknown;

impl Surroundings for Unknown {}

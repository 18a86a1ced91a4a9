//! What is known of where a notebook runs.

/// The folder of a notebook and the modules of its environment, as far as somebody knows them.
pub trait Surroundings {
    /// Whether the folder is known; in one that is not, every file may be there.
    fn knows_folder(&self) -> bool;

    /// Whether a file or folder lies at a path that counts from the notebook's folder.
    fn has(&self, path: &str) -> bool;

    /// Whether a folder lies there.
    fn has_folder(&self, path: &str) -> bool;

    /// Whether a module can be imported; `None` when nobody said.
    fn is_installed(&self, module: &str) -> Option<bool>;
}

/// Nothing is known: no file and no module is missed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unknown;

impl Surroundings for Unknown {
    fn knows_folder(&self) -> bool {
        false
    }

    fn has(&self, _: &str) -> bool {
        false
    }

    fn has_folder(&self, _: &str) -> bool {
        false
    }

    fn is_installed(&self, _: &str) -> Option<bool> {
        None
    }
}

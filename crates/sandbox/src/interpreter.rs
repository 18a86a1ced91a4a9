//! The Python that runs inside: where it lies, and what must be visible for it to run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// An interpreter and its folders.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Interpreter {
    /// The executable as it is called (that of a virtual environment decides its packages).
    pub executable: PathBuf,
    /// Folders that it reads: its standard library, the environment's packages, targets of links.
    pub folders: Vec<PathBuf>,
    /// Version, `"3.11.7"`.
    pub version: String,
}

/// Asks the interpreter for its own folders. `-I`: nothing of the current folder or environment takes part.
const ASK: &str = r#"
import json, os, sys, sysconfig
real = os.path.realpath(sys.executable)
folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, os.path.dirname(real)}
folders |= {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
folders |= {path for path in sys.path if path and os.path.isdir(path)}
libdir = sysconfig.get_config_var("LIBDIR")
if libdir and os.path.isdir(libdir): folders.add(libdir)
print(json.dumps({"executable": sys.executable, "folders": sorted(folders | {os.path.realpath(f) for f in folders}),
                  "version": ".".join(map(str, sys.version_info[:3]))}))
"#;

impl Interpreter {
    /// The interpreter of a container, which is known only inside.
    pub fn of_image() -> Self {
        Self { executable: PathBuf::from("python3"), folders: Vec::new(), version: String::new() }
    }

    /// Looks at the interpreter that `python` names: a path, or a command on the `PATH`.
    ///
    /// # Errors
    /// If it cannot be started, or is older than 3.8.
    pub fn find(python: &Path) -> Result<Self> {
        let shown = python.display();
        let output = Command::new(python)
            .args(["-I", "-c", ASK])
            .output()
            .with_context(|| format!("cannot start the interpreter {shown} (--python)"))?;
        if !output.status.success() {
            bail!("the interpreter {shown} fails: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let mut found: Self = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("{shown} is no Python interpreter"))?;
        let minor =
            found.version.strip_prefix("3.").and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
        if minor.is_none_or(|minor| minor < 8) {
            bail!("{shown} is Python {}, but 3.8 or later is needed", found.version);
        }
        // Folders inside another folder are seen with it.
        let all = found.folders.clone();
        found.folders.retain(|folder| {
            folder != Path::new("/") && !all.iter().any(|other| other != folder && folder.starts_with(other))
        });
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

    use std::path::Path;

    use super::Interpreter;

    #[test]
    fn an_interpreter_knows_its_folders() {
        let found = Interpreter::find(Path::new("python3")).unwrap();
        let real = found.executable.canonicalize().unwrap();
        assert!(found.folders.iter().any(|folder| real.starts_with(folder)), "{found:?}");
        assert!(found.version.starts_with("3."));
    }

    #[test]
    fn what_is_no_interpreter_is_refused() {
        for (program, trouble) in
            [("/nowhere/python", "cannot start"), ("true", "is no Python"), ("false", "fails")]
        {
            let error = Interpreter::find(Path::new(program)).unwrap_err();
            assert!(error.to_string().contains(trouble), "{error:#}");
        }
    }
}

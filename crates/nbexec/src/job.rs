//! What a worker is told of one notebook: the code to run, the files to show, the limits.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use records::{Cell, Instrumented};
use sandbox::Setup;
use serde::Serialize;

use crate::cli::Args;
use crate::config::{Files, OnError};

/// The limits on every notebook, in the units of the runtime.
#[derive(Clone, Debug, Serialize)]
pub struct Limits {
    #[serde(rename = "timeout", serialize_with = "as_seconds")]
    pub(crate) timeout: Duration,
    cell_timeout: f64,
    cpu_seconds: u64,
    memory_bytes: u64,
    processes: u64,
    count_processes: bool,
    scratch_bytes: u64,
    file_bytes: u64,
    open_files: u64,
    output_bytes: u64,
    record_bytes: u64,
    pub(crate) max_values: usize,
    per_site: String,
    trust_repr: bool,
    stop_on_error: bool,
    seed: u64,
    #[serde(skip)]
    files: Files,
    pub(crate) trace: Option<TraceLimits>,
}

/// What a trace is to hold.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TraceLimits {
    pub(crate) engine: &'static str,
    pub(crate) events: usize,
    per_line: u64,
}

impl Limits {
    /// The limits that the arguments ask for.
    pub fn new(args: &Args, seed: u64) -> Self {
        let limits = &args.limits;
        Self {
            timeout: Duration::from_secs_f64(limits.timeout),
            cell_timeout: limits.cell_timeout,
            cpu_seconds: limits.cpu.ceil() as u64,
            memory_bytes: limits.memory_mb << 20,
            processes: limits.max_processes,
            // Elsewhere the kernel would count all processes of the user, not those of the notebook.
            count_processes: args.sandbox.has_namespaces(),
            scratch_bytes: limits.scratch_mb << 20,
            file_bytes: limits.file_mb << 20,
            open_files: limits.open_files,
            output_bytes: limits.output_mb << 20,
            record_bytes: match args.trace {
                // A description has at most a few kilobytes of JSON.
                None => 8192 * (limits.max_values as u64 + 1000),
                // The runtime stops by itself where it has sent eight words an event.
                Some(_) => 64 * (args.trace_events as u64).saturating_add(1 << 20),
            },
            max_values: limits.max_values,
            per_site: args.per_site.clone(),
            trust_repr: args.trust_repr,
            stop_on_error: args.on_error == OnError::Stop,
            seed,
            files: args.files,
            trace: args.trace.map(|engine| TraceLimits {
                engine: engine.as_str(),
                events: args.trace_events,
                per_line: args.per_line,
            }),
        }
    }
}

fn as_seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

/// One notebook, as the runtime reads it.
#[derive(Debug, Serialize)]
pub struct Job<'a> {
    code: &'a str,
    /// The code without probes, line by line the same: what tracebacks and `inspect` show.
    source: &'a str,
    cells: Vec<JobCell>,
    sites: usize,
    /// Whether it is a notebook, not a program: its cells run inside an event loop.
    notebook: bool,
    stdin: &'a str,
    argv: &'a [String],
    /// The folder to show, below the data folder; `None`: nothing.
    view: Option<PathBuf>,
    /// The working folder, below the view.
    folder: PathBuf,
    /// The name that the view has inside; empty: one that says nothing.
    name: String,
    #[serde(flatten)]
    limits: &'a Limits,
}

#[derive(Debug, Serialize)]
struct JobCell {
    cell: u32,
    first_row: u32,
    last_row: u32,
    skip: bool,
}

/// The numbers of the cells that a tag keeps from running.
pub(crate) fn skipped(script: &records::Script) -> BTreeSet<u32> {
    script.magics.iter().filter(|magic| magic.kind == "tag").map(|magic| magic.cell).collect()
}

impl<'a> Job<'a> {
    /// The job of a notebook.
    pub fn new(notebook: &'a Instrumented, limits: &'a Limits, setup: &Setup) -> Self {
        let script = &notebook.script;
        let (view, folder) = view(&setup.data, &script.path, &script.repo, limits.files);
        // A project is shown whole, so its code may look for the folder by name.
        let name = setup.data.file_name().filter(|_| limits.files == Files::Root && view.is_some());
        let skipped = skipped(script);
        let cell = |cell: &Cell| JobCell {
            skip: skipped.contains(&cell.cell),
            cell: cell.cell,
            first_row: cell.first_row.max(1),
            last_row: cell.last_row,
        };
        Self {
            code: &notebook.instrumented_code,
            source: &script.code,
            cells: script.cells.iter().map(cell).collect(),
            sites: notebook.sites.len(),
            notebook: script.nbformat > 0,
            stdin: &script.stdin,
            argv: &script.argv,
            view,
            folder,
            name: name.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            limits,
        }
    }
}

/// The folder that a notebook may see, relative to `root`, and the one it works in, relative to that.
/// A path that leads out of `root`, by `..` or by a link, shows nothing.
pub(crate) fn view(root: &Path, path: &str, repo: &str, files: Files) -> (Option<PathBuf>, PathBuf) {
    let inside = |path: &Path| {
        let real = root.join(path).canonicalize().ok().filter(|real| real.is_dir())?;
        real.strip_prefix(root).ok().map(Path::to_owned)
    };
    let Some(folder) = Path::new(path).parent().and_then(inside) else {
        return (None, PathBuf::new());
    };
    let top = match files {
        Files::Folder => folder.clone(),
        Files::Root => PathBuf::new(),
        Files::Repo if repo.is_empty() => folder.clone(),
        Files::Repo => inside(Path::new(repo)).unwrap_or_else(|| folder.clone()),
    };
    match folder.strip_prefix(&top) {
        Ok(below) => (Some(top.clone()), below.to_owned()),
        Err(_) => (Some(folder), PathBuf::new()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::view;
    use crate::config::Files;

    #[test]
    fn a_notebook_sees_no_more_than_it_may() {
        let folder = testkit::Folder::new();
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("repo/sub")).unwrap();
        std::fs::create_dir_all(folder.path().join("secret")).unwrap();
        std::os::unix::fs::symlink("../secret", root.join("link")).unwrap();
        let root = root.canonicalize().unwrap();
        let see = |path, repo, files| {
            let (view, below) = view(&root, path, repo, files);
            (view.map(|view| view.display().to_string()), below.display().to_string())
        };
        let some = |view: &str, below: &str| (Some(view.to_owned()), below.to_owned());
        assert_eq!(see("repo/sub/a.ipynb", "repo", Files::Repo), some("repo", "sub"));
        assert_eq!(see("repo/sub/a.ipynb", "", Files::Repo), some("repo/sub", ""));
        assert_eq!(see("repo/sub/a.ipynb", "other", Files::Repo), some("repo/sub", ""));
        assert_eq!(see("repo/sub/a.ipynb", "repo", Files::Folder), some("repo/sub", ""));
        assert_eq!(see("repo/sub/a.ipynb", "", Files::Root), some("", "repo/sub"));
        let outside = (None, String::new());
        for path in ["../secret/a.ipynb", "link/a.ipynb", "/etc/passwd", "absent/a.ipynb"] {
            assert_eq!(see(path, "repo", Files::Repo), outside, "{path}");
        }
        assert_eq!(see("repo/sub/a.ipynb", "..", Files::Repo), some("repo/sub", ""));
        assert!(Path::new(&root).is_absolute());
    }
}

//! What happens before the first notebook: find the interpreter, see whether the walls stand.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, iter};

use anyhow::{Context as _, Result, bail};
use sandbox::{Backend, Greeting, Interpreter, Setup, Worker};
use serde_json::json;

use crate::cli::Args;
use crate::config::Engine;
use crate::runtime;

/// Everything that workers need, from the arguments.
///
/// # Errors
/// If the interpreter does not run or the root folder is not there.
pub fn setup(args: &Args) -> Result<Setup> {
    let interpreter = match args.sandbox {
        // A container brings its own.
        Backend::Podman | Backend::Docker => Interpreter::of_image(),
        Backend::Bwrap | Backend::None => Interpreter::find(&args.python)?,
    };
    let made = |folder: &Path| {
        let folder = folder.to_owned();
        // Files may still be written there.
        filter::at_signal(move || while fs::remove_dir_all(&folder).is_err() && folder.exists() {});
    };
    let mut setup = Setup::new(args.sandbox, interpreter, &args.root, &runtime::FILES, made)?;
    setup.image.clone_from(&args.image);
    // The server is among them, and beside the scratch lies the copy of the files.
    setup.processes = args.limits.max_processes + 16;
    setup.scratch_bytes = (args.limits.scratch_mb + 64) << 20;
    setup.memory_bytes = (args.limits.memory_mb + args.limits.scratch_mb) << 20;
    setup.environment = environment(args, &setup.runtime_inside().join("nalin_runtime/children"));
    // For the test of the walls; what takes long to import comes later.
    setup.argument = argument(args, &setup, false);
    Ok(setup)
}

/// Whether root started this program.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The folder that nobody can read who becomes nobody: started by root, notebooks do.
pub fn unreadable(setup: &Setup) -> Option<PathBuf> {
    if !is_root() || setup.backend == Backend::None {
        return None;
    }
    let below = fs::read_dir(&setup.data).into_iter().flatten().flatten().map(|entry| entry.path());
    iter::once(setup.data.clone()).chain(below).find(|folder| {
        fs::metadata(folder).is_ok_and(|found| found.is_dir() && found.mode() & 0o005 != 0o005)
    })
}

/// The server's argument; `warm`: with the packages that it is to import.
pub fn argument(args: &Args, setup: &Setup, warm: bool) -> String {
    json!({
        "namespaces": args.sandbox.has_namespaces(),
        "cold": args.cold,
        "container": args.sandbox.is_container(),
        "trace": args.trace.filter(|_| warm).map_or("", Engine::as_str),
        "preload": if warm && !args.cold { &args.preload[..] } else { &[] },
        "data": setup.data_inside(),
        "kept": setup.kept(),
        "runtime": setup.runtime_inside(),
    })
    .to_string()
}

fn environment(args: &Args, children: &Path) -> Vec<(String, String)> {
    let home = if args.sandbox == Backend::Bwrap { "/home/user" } else { "/tmp" };
    let children = children.display().to_string();
    let hash_seed = (args.common.seed % (1 << 32)).to_string();
    let threads = ["OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS", "NUMBA"];
    let fixed = [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", home),
        ("USER", "user"),
        ("LOGNAME", "user"),
        ("LANG", "C.UTF-8"),
        ("TZ", "UTC"),
        ("MPLBACKEND", "Agg"),
        ("PYTHONHASHSEED", &hash_seed),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        // What interpreters of the notebook's begin with.
        ("PYTHONPATH", &children),
    ];
    let own = fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    // One notebook, one core: `--jobs` says how many run at a time.
    own.chain(threads.iter().map(|name| (format!("{name}_NUM_THREADS"), "1".to_owned()))).collect()
}

/// Starts one worker and runs an empty notebook in it.
///
/// # Errors
/// If the walls cannot be made here: what to install, or what to ask for instead.
pub fn self_test(setup: &Setup) -> Result<Greeting> {
    let advice = match setup.backend {
        Backend::Bwrap => {
            "the bubblewrap sandbox does not work here: install it (apt-get install bubblewrap) and allow \
             user namespaces, or choose --sandbox podman, or, for notebooks that you trust, --sandbox none"
        }
        Backend::Podman | Backend::Docker => {
            "the container does not work here: see docs/sandbox.md for how to make its image"
        }
        Backend::None => "the interpreter does not work as a worker",
    };
    let mut worker = Worker::start(setup).context(advice)?;
    let job = json!({
        "code": "", "source": "", "cells": [], "sites": 0, "view": null, "folder": "", "timeout": 20.0, "cell_timeout": 20.0,
        "cpu_seconds": 20, "memory_bytes": 1_u64 << 32, "processes": 64, "count_processes": false,
        "scratch_bytes": 1 << 20, "file_bytes": 1 << 20, "open_files": 64, "output_bytes": 1 << 20,
        "record_bytes": 1 << 20, "max_values": 1, "per_site": "last", "stop_on_error": false, "seed": 0,
    });
    let ended = worker.run(&job, &job, Duration::from_secs(60), |_| {}).context(advice)?;
    if ended.exit_code != 0 {
        bail!("{advice}: {} {}", ended.reason, ended.detail);
    }
    Ok(worker.greeting.clone())
}

//! Containers of podman or docker, made from the image of `Dockerfile.runner`: no network, a read-only
//! root, no capabilities, nobody inside, and limits on the whole.

use std::process::{self, Command};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Backend, Setup};

/// Numbers the containers of this process.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// What a server may take itself.
const SERVER_BYTES: u64 = 1 << 30;

/// The command that runs a container, and the one that removes it: it does not end with the first.
pub(crate) fn commands(backend: Backend, setup: &Setup) -> (Command, Command) {
    let name = format!("nbexec-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut remove = Command::new(backend.as_str());
    remove.args(["rm", "--force", &name]);
    (run(backend, setup, &name), remove)
}

fn run(backend: Backend, setup: &Setup, name: &str) -> Command {
    let mut command = Command::new(backend.as_str());
    command.args(["run", "--rm", "--interactive", "--network", "none", "--read-only", "--cap-drop", "all"]);
    command.args(["--user", "65534:65534", "--security-opt", "no-new-privileges"]);
    // The kernel counts `nproc` for all containers of a user together: what limits one is its cgroup.
    command.args(["--name", name, "--pids-limit"]).arg(setup.processes.to_string());
    command.args(["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=30000:30000", "--ulimit", "core=0:0"]);
    command.arg("--tmpfs").arg(format!("/tmp:rw,nosuid,nodev,size={},mode=1777", setup.scratch_bytes));
    command.args(["--shm-size", "64m", "--workdir", "/tmp", "--hostname", "sandbox"]);
    if setup.memory_bytes > 0 {
        command.args(["--memory", &(setup.memory_bytes + SERVER_BYTES).to_string()]);
    }
    for (source, target) in
        [(setup.runtime.path(), setup.runtime_inside()), (setup.data.as_path(), setup.data_inside())]
    {
        command.arg("--volume").arg(format!("{}:{}:ro", source.display(), target.display()));
    }
    for (name, value) in &setup.environment {
        command.arg("--env").arg(format!("{name}={value}"));
    }
    command.arg(&setup.image).arg("python3").args(setup.arguments());
    command
}

//! Containers of podman or docker, made from the image of `Dockerfile.runner`: no network, a read-only
//! root, no capabilities, nobody inside, and limits on the whole.

use std::process::Command;

use crate::{Backend, Setup};

pub(crate) fn command(backend: Backend, setup: &Setup) -> Command {
    let mut command = Command::new(backend.as_str());
    command.args(["run", "--rm", "--interactive", "--network", "none", "--read-only", "--cap-drop", "all"]);
    command.args(["--user", "65534:65534", "--security-opt", "no-new-privileges", "--pids-limit", "512"]);
    command.args(["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--ulimit", "core=0:0"]);
    command.args([
        "--tmpfs",
        "/tmp:rw,nosuid,nodev,size=1g,mode=1777",
        "--shm-size",
        "64m",
        "--workdir",
        "/tmp",
    ]);
    if setup.memory_bytes > 0 {
        command.args(["--memory", &setup.memory_bytes.to_string()]);
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

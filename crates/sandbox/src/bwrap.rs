//! Bubblewrap: all namespaces of its own, nothing visible but the system's programs, the interpreter,
//! the runtime and the data, all of it read-only.
//!
//! The server keeps five capabilities over its own user namespace, to give each job mounts, processes and a
//! network of its own; a job has none. They give no power over anything outside.
//!
//! Started by root, the code must not run with root's number, which owns half of the machine's files and
//! is exempt from the limit on processes: an outer bubblewrap puts the folders where anyone may reach
//! them, `setpriv` becomes nobody, and the inner one is started as any user would start it.

use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::geteuid;

use crate::Setup;

const STAGE: &str = "/run/nbexec";
const NOBODY: &str = "65534";
/// Mounts the `/proc` of this process namespace, then becomes the command that follows.
const OWN_PROC: &str = r#"mount -t proc -o nosuid,nodev,noexec proc /proc && exec "$0" "$@""#;

pub(crate) fn command(setup: &Setup) -> Command {
    let mut binds: Vec<(PathBuf, PathBuf)> = vec![
        (setup.runtime.path().to_owned(), setup.runtime_inside().to_owned()),
        (setup.data.clone(), setup.data_inside().to_owned()),
    ];
    for folder in &setup.interpreter.folders {
        if !folder.starts_with("/usr") {
            binds.push((folder.clone(), folder.clone()));
        }
    }
    let mut command = Command::new("bwrap");
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin");
    if geteuid().is_root() {
        stage(&mut command, &mut binds);
    }
    inner(&mut command, setup, &binds);
    command
}

/// Arguments of the outer bubblewrap: the folders under [`STAGE`], then no more root.
///
/// Its processes are in a namespace of their own, so that all end with the first: once it has given up its rights,
/// the kernel would not let its end kill a process of another user. The inner bubblewrap looks for its child in
/// `/proc`, which must therefore be that of this namespace. `mount` makes it, not `--proc`: that covers parts of it,
/// and the kernel lets nobody mount a whole `/proc` in a user namespace that sees only a covered one.
fn stage(command: &mut Command, binds: &mut [(PathBuf, PathBuf)]) {
    command.args(["--unshare-pid", "--dev-bind", "/", "/", "--tmpfs", "/run"]);
    command.args(["--perms", "0755", "--dir", STAGE]);
    for (number, (source, _)) in binds.iter_mut().enumerate() {
        let staged = Path::new(STAGE).join(number.to_string());
        command.arg("--ro-bind").arg(&*source).arg(&staged);
        *source = staged;
    }
    for capability in ["CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN"] {
        command.args(["--cap-add", capability]);
    }
    command.args(["--die-with-parent", "--", "sh", "-c", OWN_PROC]);
    command.args(["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--inh-caps=-all"]);
    command.args(["--", "bwrap"]);
}

fn inner(command: &mut Command, setup: &Setup, binds: &[(PathBuf, PathBuf)]) {
    for space in ["user", "pid", "net", "ipc", "uts", "cgroup-try"] {
        command.arg(format!("--unshare-{space}"));
    }
    command.args(["--uid", "1000", "--gid", "1000", "--hostname", "sandbox"]);
    command.args(["--die-with-parent", "--new-session", "--clearenv"]);
    for capability in
        ["CAP_SYS_ADMIN", "CAP_SYS_RESOURCE", "CAP_SYS_CHROOT", "CAP_DAC_OVERRIDE", "CAP_NET_ADMIN"]
    {
        command.args(["--cap-add", capability]);
    }
    for (name, value) in &setup.environment {
        command.args(["--setenv", name, value]);
    }
    command.args(["--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/home", "--dir", "/home/user"]);
    // Not `--dev`: it needs a second user namespace, in which mounts of the first cannot be changed.
    command.args(["--tmpfs", "/dev", "--symlink", "/proc/self/fd", "/dev/fd", "--dir", "/dev/shm"]);
    for device in ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"] {
        command.args(["--dev-bind", device, device]);
    }
    command.args(["--ro-bind", "/usr", "/usr"]);
    for name in ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"] {
        match std::fs::read_link(name) {
            Ok(target) => command.arg("--symlink").arg(target).arg(name),
            Err(_) => command.args(["--ro-bind-try", name, name]),
        };
    }
    for name in
        ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime", "mime.types"]
    {
        let path = format!("/etc/{name}");
        command.args(["--ro-bind-try", &path, &path]);
    }
    for (source, target) in binds {
        command.arg("--ro-bind").arg(source).arg(target);
    }
    // Who one is, and where `localhost` is, programs look up.
    for name in ["passwd", "group", "hosts"] {
        let source = binds[0].0.join("nalin_runtime/etc").join(name);
        command.arg("--ro-bind").arg(source).arg(format!("/etc/{name}"));
    }
    for folder in ["/nalin/scratch", "/nalin/lower", "/nalin/nothing", "/notebook"] {
        command.args(["--dir", folder]);
    }
    // What is left writable is covered by a layer of each job's own.
    command.args(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--"]);
    command.arg(&setup.interpreter.executable).args(setup.arguments());
}

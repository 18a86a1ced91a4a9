//! `nbexec --self-test`: what this host lacks to run notebooks, a line each with what to do about it.
//!
//! The walls are not judged by their parts: a worker is started behind them and runs an empty notebook. Only
//! when that fails are the parts looked at, for the advice. What is no obstacle, but may surprise, is a note.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::Result;
use filter::Stage;
use nix::sys::statvfs::statvfs;
use records::id_of;
use sandbox::{Backend, Interpreter, Setup, Worker};

use crate::cli::Args;
use crate::{packages, start};

/// Below this the disk gets a note.
const DISK_BYTES: u64 = 1 << 30;
/// Files that are looked at for whether nobody can read them.
const MAX_FILES: usize = 200_000;

/// Looks at everything, says what it finds; the answer is no when notebooks cannot run here.
///
/// # Errors
/// If the root folder is not there, or the temporary folder (`TMPDIR`) cannot be written to.
pub fn run(args: &Args, stage: &mut Stage) -> Result<()> {
    let mut findings = Findings::default();
    if let (false, Err(error)) = (args.sandbox.is_container(), Interpreter::find(&args.python)) {
        findings.lacks(format!("{error:#}"), "install Python 3.8 or later, or name one with --python");
    } else {
        let mut setup = start::setup(args)?;
        look(args, &mut setup, stage.common().workers() as u64, &mut findings);
    }
    for line in &findings.lines {
        stage.warn(line);
    }
    if findings.n_lacking == 0 {
        stage.warn("self-test: notebooks can run here");
    } else {
        stage.warn(&format!("self-test: notebooks cannot run here: {} lacking", findings.n_lacking));
        stage.answer_no();
    }
    Ok(())
}

/// What was found, as lines for a person.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    n_lacking: usize,
}

impl Findings {
    fn fine(&mut self, what: String) {
        self.lines.push(format!("self-test: ok: {what}"));
    }

    fn note(&mut self, what: String, advice: &str) {
        self.lines.push(format!("self-test: note: {what}: {advice}"));
    }

    fn lacks(&mut self, what: String, advice: &str) {
        self.lines.push(format!("self-test: LACKING: {what}: {advice}"));
        self.n_lacking += 1;
    }
}

fn look(args: &Args, setup: &mut Setup, jobs: u64, findings: &mut Findings) {
    match start::self_test(setup) {
        Ok(greeting) => findings.fine(format!("{} sandbox, Python {}", setup.backend, greeting.python)),
        Err(error) => {
            let before = findings.n_lacking;
            if setup.backend == Backend::Bwrap {
                parts_of_the_walls(findings);
            }
            if findings.n_lacking == before {
                findings.lacks(format!("{error:#}"), "see docs/sandbox.md");
            }
            return;
        }
    }
    setup.argument = start::argument(args, setup, true);
    imports(args, setup, findings);
    if matches!(setup.backend, Backend::Bwrap | Backend::None) {
        installed(setup, findings);
    }
    let limits = &args.limits;
    let control = |names: [&str; 2]| {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        lowest(Path::new("/sys/fs/cgroup"), &groups, names)
    };
    let memory = control(["memory.max", "memory.limit_in_bytes"]).into_iter().chain(memory_of_host()).min();
    let wanted = (jobs * limits.memory_mb) << 20;
    if let Some(memory) = memory.filter(|memory| *memory < wanted) {
        findings.note(
            format!("{jobs} notebooks at a time may take {}, and there is {}", size(wanted), size(memory)),
            "fewer --jobs or a lower --memory-mb keep the kernel from ending one that did nothing wrong",
        );
    }
    let wanted = jobs * (limits.max_processes + 16);
    if let Some(processes) = control(["pids.max", "pids.max"]).filter(|most| *most < wanted) {
        findings.note(
            format!("{jobs} notebooks at a time may have {wanted} processes, and {processes} are allowed"),
            "fewer --jobs, a lower --max-processes, or a higher pids.max of the control group",
        );
    }
    disk(findings);
    data(setup, findings);
}

/// What bubblewrap needs, as far as it is missing.
fn parts_of_the_walls(findings: &mut Findings) {
    let runs = |program: &str| {
        let mut command = Command::new(program);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    if !runs("bwrap") {
        findings.lacks(
            "bubblewrap is not installed".to_owned(),
            "apt-get install bubblewrap (or dnf, apk, pacman)",
        );
    }
    for (program, advice) in [("setpriv", "apt-get install util-linux"), ("mount", "apt-get install mount")] {
        if start::is_root() && !runs(program) {
            findings.lacks(format!("{program} is not installed"), advice);
        }
    }
    for (switch, forbids, advice) in [
        ("user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=10000"),
        ("kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "give /usr/bin/bwrap an AppArmor profile with `userns,`, or sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    ] {
        if fs::read_to_string(Path::new("/proc/sys").join(switch)).is_ok_and(|value| value.trim() == forbids)
        {
            findings.lacks(
                format!("user namespaces are not allowed ({} is {forbids})", switch.replace('/', ".")),
                advice,
            );
        }
    }
}

/// The heavy packages, imported as a worker would.
fn imports(args: &Args, setup: &Setup, findings: &mut Findings) {
    let mut worker = match Worker::start(setup) {
        Ok(worker) => worker,
        Err(error) => {
            return findings.lacks(format!("a worker with its packages: {error:#}"), "try another --preload");
        }
    };
    let loaded = std::mem::take(&mut worker.greeting.preloaded);
    let absent: Vec<&str> = args
        .preload
        .iter()
        .map(String::as_str)
        .filter(|name| !name.is_empty() && !loaded.iter().any(|other| other == name))
        .collect();
    if !absent.is_empty() {
        let mut wanted: Vec<&str> = absent
            .iter()
            .map(|name| packages::distribution(name.split('.').next().unwrap_or_default()))
            .collect();
        wanted.dedup();
        findings.note(
            format!("{} cannot be imported", absent.join(", ")),
            &format!("{} -m pip install {}", setup.interpreter.executable.display(), wanted.join(" ")),
        );
    }
}

/// How many packages there are, and a number that is the same on hosts with the same ones.
fn installed(setup: &Setup, findings: &mut Findings) {
    const ASK: &str = "from importlib import metadata as m; \
        print('\\n'.join(sorted({'%s %s' % (d.metadata['Name'], d.version) for d in m.distributions()})))";
    let output = Command::new(&setup.interpreter.executable).args(["-I", "-c", ASK]).output();
    let Ok(output) = output else { return };
    let version = &setup.interpreter.version;
    let packages = String::from_utf8_lossy(&output.stdout);
    findings.fine(format!(
        "Python {version} with {} packages, fingerprint {}",
        packages.lines().count(),
        id_of([version.as_str(), &packages])
    ));
}

fn disk(findings: &mut Findings) {
    let folder = env::temp_dir();
    let Ok(found) = statvfs(&folder) else { return };
    let free = found.blocks_available() * found.fragment_size();
    if free < DISK_BYTES {
        findings.note(
            format!("{} has {} left", folder.display(), size(free)),
            "make room, or name another folder with TMPDIR",
        );
    }
}

/// Started by root, notebooks run as nobody, and can read what everybody can.
fn data(setup: &Setup, findings: &mut Findings) {
    if !start::is_root() || setup.backend == Backend::None {
        return;
    }
    let (n, first) = unreadable(&setup.data);
    if let Some(first) = first {
        findings.note(
            format!("{n} files or folders that nobody can read, first {}", first.display()),
            &format!(
                "started by root, notebooks run as nobody, and lack them: chmod -R o+rX {}",
                setup.data.display()
            ),
        );
    }
}

/// How many files and folders below `folder` not everybody can read, and one of them.
fn unreadable(folder: &Path) -> (usize, Option<PathBuf>) {
    use std::os::unix::fs::MetadataExt as _;
    let mut waiting = vec![folder.to_owned()];
    let mut closed = Vec::new();
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        seen += 1;
        let Ok(found) = fs::symlink_metadata(&path) else { continue };
        let wanted = if found.is_dir() { 0o005 } else { 0o004 };
        if !found.is_symlink() && found.mode() & wanted != wanted {
            closed.push(path);
        } else if found.is_dir() && seen < MAX_FILES {
            waiting.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        }
    }
    (closed.len(), closed.into_iter().min())
}

/// The lowest limit in the files `names` (of the second and the first version of control groups) of the group
/// that `groups`, a `/proc/self/cgroup`, names, and of those above it.
fn lowest(mount: &Path, groups: &str, names: [&str; 2]) -> Option<u64> {
    let mut limits = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (fields.next(), fields.next()) else { continue };
        let (top, name) = if controllers.is_empty() {
            (mount.to_owned(), names[0])
        } else {
            (mount.join(controllers), names[1])
        };
        for above in Path::new(group.trim_start_matches('/')).ancestors() {
            limits.extend(
                fs::read_to_string(top.join(above).join(name))
                    .ok()
                    .and_then(|text| text.trim().parse::<u64>().ok()),
            );
        }
    }
    limits.into_iter().min()
}

fn memory_of_host() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? << 10)
}

fn size(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::{lowest, unreadable};

    #[test]
    fn the_lowest_limit_of_the_groups_above_counts() {
        let folder = testkit::Folder::new();
        let root = folder.path();
        for group in ["a/b", "memory/c/d"] {
            fs::create_dir_all(root.join(group)).unwrap();
        }
        folder.write("a/memory.max", "7000\n");
        folder.write("a/b/memory.max", "max\n");
        folder.write("memory/c/memory.limit_in_bytes", "5000\n");
        folder.write("memory/c/d/memory.limit_in_bytes", "9000\n");
        let memory = |groups| lowest(root, groups, ["memory.max", "memory.limit_in_bytes"]);
        assert_eq!(memory("0::/a/b\n"), Some(7000));
        assert_eq!(memory("4:memory:/c/d\n0::/\n"), Some(5000));
        assert_eq!(memory("3:pids:/c\n0::/\n"), None);
    }

    #[test]
    fn what_nobody_can_read_is_found_at_any_depth() {
        let folder = testkit::Folder::new();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        for name in ["a/b/c.csv", "a/d.csv"] {
            folder.write(name, "1");
        }
        let set = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        for name in ["", "a", "a/b"] {
            set(&root.join(name), 0o755);
        }
        set(&root.join("a/d.csv"), 0o644);
        set(&root.join("a/b/c.csv"), 0o640);
        assert_eq!(unreadable(root), (1, Some(root.join("a/b/c.csv"))));
        set(&root.join("a/b"), 0o750);
        assert_eq!(unreadable(root), (1, Some(root.join("a/b"))));
        set(&root.join("a/b"), 0o755);
        set(&root.join("a/b/c.csv"), 0o604);
        assert_eq!(unreadable(root), (0, None));
    }
}

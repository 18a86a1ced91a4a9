//! A memory control group for a server (cgroup v1, as root): the kernel itself counts what it and its jobs take, page by
//! page, and ends a job that takes too much between two looks of the server.
//!
//! Where none can be had, which is usual for others than root and inside of containers, the server's looks are all there is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const PREFIX: &str = "nbexec-";
/// Numbers the groups of this process.
static NEXT: AtomicU64 = AtomicU64::new(0);
/// Enters the group `$0`, then becomes the command that follows.
const ENTER: &str = r#"echo $$ > "$0/cgroup.procs" && exec "$@""#;

/// A group of our own, below that of this process. Dropping it removes it, when all in it have ended.
pub(crate) struct Cgroup {
    folder: PathBuf,
}

impl Cgroup {
    /// A new group without a limit; `None`: there is no such controller here, or it is not ours to use.
    pub(crate) fn new() -> Option<Self> {
        let own = own_folder(
            &fs::read_to_string("/proc/self/cgroup").ok()?,
            &fs::read_to_string("/proc/self/mountinfo").ok()?,
        )?;
        remove_abandoned(&own);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = own.join(format!("{PREFIX}{}-{number}", process::id()));
        fs::create_dir(&folder).ok()?;
        let group = Self { folder };
        // What cannot be limited, or does not say whom it ended, is of no use.
        (group.limit(1 << 50) && group.kills().is_some()).then_some(group)
    }

    /// The command, started inside.
    pub(crate) fn around(&self, command: &Command) -> Command {
        let mut inside = Command::new("sh");
        inside.args(["-c", ENTER]).arg(&self.folder).arg(command.get_program()).args(command.get_args());
        inside.env_clear();
        inside.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        inside
    }

    /// From now on, `bytes` more than what is in use. Whether the kernel takes it.
    pub(crate) fn allow(&self, bytes: u64) -> bool {
        let used = self.read("memory.usage_in_bytes").and_then(|text| text.trim().parse::<u64>().ok());
        used.is_some_and(|used| self.limit(used.saturating_add(bytes)))
    }

    fn limit(&self, bytes: u64) -> bool {
        let limited = fs::write(self.folder.join("memory.limit_in_bytes"), bytes.to_string()).is_ok();
        // Memory that moves to the disk is taken all the same; not every kernel counts it.
        let _ = fs::write(self.folder.join("memory.memsw.limit_in_bytes"), bytes.to_string());
        limited
    }

    /// How many processes the kernel has ended because the group had too much.
    pub(crate) fn kills(&self) -> Option<u64> {
        let control = self.read("memory.oom_control")?;
        control.lines().find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok())
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // Who has just been killed is still in it.
        let deadline = Instant::now() + Duration::from_secs(1);
        while fs::remove_dir(&self.folder).is_err() && self.folder.exists() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Where the group of this process lies, from its `/proc/self/cgroup` and `/proc/self/mountinfo`.
fn own_folder(groups: &str, mounts: &str) -> Option<PathBuf> {
    let group = groups.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let controllers = parts.next()?;
        controllers.split(',').any(|controller| controller == "memory").then(|| parts.next())?
    })?;
    mounts.lines().find_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        let mut kind = kind.split(' ');
        let is_memory =
            kind.next() == Some("cgroup") && kind.next_back()?.split(',').any(|it| it == "memory");
        let mut mount = mount.split(' ').skip(3);
        let (root, place) = (mount.next()?, mount.next()?);
        let below = Path::new(group).strip_prefix(root).ok()?;
        is_memory.then(|| Path::new(place).join(below))
    })
}

/// Removes the groups of programs that are no more: who was killed could not.
fn remove_abandoned(own: &Path) {
    for entry in fs::read_dir(own).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-')).map(|(pid, _)| pid);
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

    use std::path::Path;
    use std::process::Command;

    use super::{Cgroup, own_folder};

    #[test]
    fn the_kernel_ends_who_takes_more_than_is_allowed() {
        // None: not root, or no such controller.
        let Some(group) = Cgroup::new() else { return };
        let hold = |bytes: u64| {
            // `tail` holds what has no end of a line.
            let mut command = Command::new("sh");
            command.args(["-c", &format!("head -c {bytes} /dev/zero | tail -n 1 > /dev/null")]);
            command.env("PATH", "/usr/bin:/bin");
            group.around(&command).status().unwrap()
        };
        assert!(group.allow(50 << 20));
        assert!(hold(10 << 20).success());
        assert_eq!(group.kills(), Some(0));
        assert!(!hold(200 << 20).success());
        assert_eq!(group.kills(), Some(1));
        let folder = group.folder.clone();
        drop(group);
        assert!(!folder.exists());
    }

    #[test]
    fn the_group_of_this_process_is_found_where_it_is_mounted() {
        let groups = "9:name=systemd:/\n4:cpu,memory:/user/a:b\n0::/\n";
        let mounts = "24 23 0:21 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n\
                      25 23 0:22 / /sys/fs/cgroup/memory rw,relatime shared:1 - cgroup cgroup rw,memory\n";
        let found = own_folder(groups, mounts);
        assert_eq!(found.as_deref(), Some(Path::new("/sys/fs/cgroup/memory/user/a:b")));
        let inside = mounts.replace("0:22 / ", "0:22 /user ");
        assert_eq!(own_folder(groups, &inside).as_deref(), Some(Path::new("/sys/fs/cgroup/memory/a:b")));
        assert_eq!(own_folder(groups, &mounts.replace("0:22 / ", "0:22 /other ")), None);
        assert_eq!(own_folder("0::/user\n", mounts), None);
        assert_eq!(own_folder(groups, "24 23 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"), None);
    }
}

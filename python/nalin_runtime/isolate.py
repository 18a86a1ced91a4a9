"""Walls around one notebook, inside the walls that the sandbox has put around the server.

With namespaces (in bubblewrap) every notebook has processes, mounts and shared memory of its own: a
writable layer over its files that is thrown away, and a process tree that the kernel kills as a whole.
Without (in a container, or with no sandbox) it works on a copy, and its tree is found and killed by us.
"""

import ctypes
import os
import resource
import shutil
import signal
import tempfile

NOTEBOOK = "/notebook"
MAX_COPY = 64 << 20
SCRATCH, LOWER = "/nalin/scratch", "/nalin/lower"
_CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWPID = 0x00020000, 0x08000000, 0x20000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18
_PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 4, 36, 38, 47
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, "%s: %s" % (what, os.strerror(number)))


def _mount(source, target, kind, flags, options=""):
    arguments = [os.fsencode(text) if text else None for text in (source, target, kind)]
    _check(_libc.mount(*arguments, ctypes.c_ulong(flags), options.encode() or None), "mount " + target)


class Namespaces:
    """Makes process namespaces; the server itself stays in the one that it was born in."""

    def __init__(self):
        # No notebook may make namespaces of its own: with them come capabilities over them.
        with open("/proc/sys/user/max_user_namespaces", "w") as limit:
            limit.write("0")
        self.home = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def fork(self):
        """As `os.fork`, but the child is the first process of a new namespace."""
        _check(_libc.unshare(_CLONE_NEWPID), "unshare the processes")
        try:
            return os.fork()
        finally:
            if self.home is not None:
                _libc.setns(self.home, _CLONE_NEWPID)

    def enter(self, job, config):
        """In the child: mounts of its own, then no capability any more. Returns the working folder."""
        _check(_libc.unshare(_CLONE_NEWNS | _CLONE_NEWIPC), "unshare mounts")
        _mount("", "/", "", _MS_REC | _MS_PRIVATE)
        plain = _MS_NOSUID | _MS_NODEV
        _mount("proc", "/proc", "proc", plain | _MS_NOEXEC)
        _mount("tmpfs", SCRATCH, "tmpfs", plain, "mode=700,size=%d" % job["scratch_bytes"])
        for name in ("upper", "work", "home", "homework", "tmp", "shm", "kept"):
            os.mkdir(os.path.join(SCRATCH, name))
        if job["view"] is not None:
            _mount(os.path.join(config["data"], job["view"]), LOWER, "", _MS_BIND | _MS_REC)
            open_folders(LOWER, SCRATCH + "/upper")
            overlay(LOWER, "upper", "work", NOTEBOOK)
        else:
            _mount(SCRATCH + "/upper", NOTEBOOK, "", _MS_BIND)
        kept = []
        for folder in config["kept"]:
            handle = "%s/kept/%d" % (SCRATCH, len(kept))
            os.mkdir(handle)
            _mount(folder, handle, "", _MS_BIND | _MS_REC)
            kept.append((handle, folder))
        overlay("/home", "home", "homework", "/home")
        _mount(SCRATCH + "/tmp", "/tmp", "", _MS_BIND)
        _mount(SCRATCH + "/shm", "/dev/shm", "", _MS_BIND)
        for handle, folder in kept:
            os.makedirs(folder, exist_ok=True)
            _mount(handle, folder, "", _MS_BIND | _MS_REC)
        for hidden in (config["data"], LOWER, SCRATCH):
            _mount("tmpfs", hidden, "tmpfs", plain | _MS_RDONLY, "size=4k,mode=555")
        drop_capabilities()
        return os.path.join(NOTEBOOK, job["folder"])

    def leave(self, _job):
        """Nothing is left of a namespace when its first process has ended."""
        return True


class Plain:
    """No namespaces: a copy of the files, and a tree that must be hunted down."""

    def __init__(self, container):
        # In a container nobody else writes where everybody may, so what lies there is a notebook's.
        self.shared_folders = ("/tmp", "/dev/shm", "/var/tmp") if container else ()
        set_visible(False)  # the notebook's processes belong to the same user
        _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "become a subreaper")
        self.folder = None

    def fork(self):
        self.folder = tempfile.mkdtemp(prefix="nbexec-")
        return os.fork()

    def enter(self, job, config):
        _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "become a subreaper")
        copy = os.path.join(self.folder, "notebook")
        os.mkdir(copy)
        if job["view"] is not None:
            copy_folder(os.path.join(config["data"], job["view"]), copy, min(job["scratch_bytes"], MAX_COPY))
        os.environ["TMPDIR"] = os.path.join(self.folder, "tmp")
        os.mkdir(os.environ["TMPDIR"])
        tempfile.tempdir = None  # where the server found it, which was the host's
        return os.path.join(copy, job["folder"])

    def leave(self, _job):
        """Removes what the notebook has written. Whether nothing is left."""
        remove(self.folder)
        clean = not os.path.lexists(self.folder)
        for folder in self.shared_folders:
            if os.access(folder, os.W_OK):
                for name in os.listdir(folder):
                    remove(os.path.join(folder, name))
                clean = clean and not os.listdir(folder)
        return clean


def remove(path):
    """Removes a file or a folder, also one that was closed to keep it."""
    if os.path.isdir(path) and not os.path.islink(path):
        for folder, names, _files in os.walk(path):
            for name in [os.curdir] + names:
                inside = os.path.join(folder, name)
                if not os.path.islink(inside):
                    os.chmod(inside, 0o700)
        shutil.rmtree(path, ignore_errors=True)
    else:
        try:
            os.unlink(path)
        except OSError:
            pass


def overlay(lower, upper, work, target):
    """A layer in the scratch over `lower`, seen at `target`."""
    layers = "lowerdir=%s,upperdir=%s/%s,workdir=%s/%s,userxattr" % (lower, SCRATCH, upper, SCRATCH, work)
    _mount("overlay", target, "overlay", _MS_NOSUID | _MS_NODEV, layers)


def open_folders(lower, upper, limit=2000):
    """Makes the folders of `lower` in `upper`, so that they are ours to write in, whoever owns them.

    Files keep their owner: what belongs to another user can be read, removed and replaced, not changed.
    """
    if os.stat(lower).st_uid == os.getuid():
        return
    for folder, names, _files in os.walk(lower):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.mkdir(upper + path[len(lower) :])
                limit -= 1
        names[:] = [name for name in names if not os.path.islink(os.path.join(folder, name))]
        if limit <= 0:
            return


def copy_folder(source, target, max_bytes, max_files=2000):
    """Copies regular files until `max_bytes` or `max_files` are reached; links and the like stay behind."""
    left = max_bytes
    for folder, names, files in os.walk(source):
        inside = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(inside, exist_ok=True)
        names.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            try:
                size = os.path.getsize(path)
                if os.path.islink(path) or not os.path.isfile(path) or size > left:
                    continue
                left, max_files = left - size, max_files - 1
                if max_files < 0:
                    return
                shutil.copyfile(path, os.path.join(inside, name))
            except OSError:
                continue


def drop_capabilities():
    """Gives up every capability, for this process and all that it starts."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    _libc.prctl(_PR_CAP_AMBIENT, 4, 0, 0, 0)  # clear them all
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "drop capabilities")


def set_visible(visible):
    """Whether processes of the same user may look into this one and trace it."""
    _libc.prctl(_PR_SET_DUMPABLE, int(visible), 0, 0, 0)


def set_limits(job):
    """Limits of the kernel, for each process of the notebook."""
    cpu = int(job["cpu_seconds"])
    limits = [
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, cpu, cpu + 5),
        (resource.RLIMIT_FSIZE, job["file_bytes"], job["file_bytes"]),
        (resource.RLIMIT_NOFILE, job["open_files"], job["open_files"]),
        (resource.RLIMIT_DATA, job["memory_bytes"], job["memory_bytes"]),
    ]
    if job["count_processes"]:
        limits.append((resource.RLIMIT_NPROC, job["processes"] + 8, job["processes"] + 8))
    for which, soft, hard in limits:
        _soft, most = resource.getrlimit(which)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(which, (soft, hard))
    # What the limits set free when memory is short must be a notebook, not the one who runs it.
    try:
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")
    except OSError:
        pass
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

"""Walls around one notebook, inside the walls that the sandbox has put around the server.

With namespaces (in bubblewrap) every notebook has processes, mounts and shared memory of its own: a
writable layer over its files that is thrown away, and a process tree that the kernel kills as a whole.
Where there are none is `plain`.
"""

import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct

NOTEBOOK = "/notebook"
SCRATCH, LOWER = "/nalin/scratch", "/nalin/lower"
NOTHING = "/nalin/nothing"  # an empty folder that nobody can write in
_CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWPID, _CLONE_NEWNET = 0x00020000, 0x08000000, 0x20000000, 0x40000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT = 1, 2, 4, 8, 32
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_MNT_DETACH = 2
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 4, 38, 47
_PIDFD_OPEN = 434
_SIG_IGN = ctypes.c_void_p(1)
libc = ctypes.CDLL(None, use_errno=True)
_fork = ctypes.PyDLL(None, use_errno=True).fork  # which keeps Python's lock: nobody is in the child to give it back
_CAPABILITIES = (ctypes.c_uint32 * 2)(0x20080522, 0)
_NONE = (ctypes.c_uint32 * 6)()


def check(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, "%s: %s" % (what, os.strerror(number)))


def _mount(source, target, kind, flags, options=""):
    arguments = os.fsencode(source), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), options.encode()
    check(libc.mount(*arguments), "mount " + target)


def _bind(source, target):
    _mount(source, target, "", _MS_BIND | _MS_REC)


class Namespaces:
    """Makes process namespaces; the server itself stays in the one that it was born in."""

    own_network = True

    def __init__(self):
        # No notebook may make namespaces of its own: with them come capabilities over them.
        with open("/proc/sys/user/max_user_namespaces", "w") as limit:
            limit.write("0")
        _mount("", "/", "", _MS_REC | _MS_PRIVATE)  # so are the copies that notebooks get
        self.home = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self.init = None  # the first process of the notebook's namespace
        self.unused = traffic()

    def fork(self):
        """As `os.fork`, but the child is the second process of a new namespace.

        The first only has to be there, so it is forked by the C library: what Python does in a child costs as much as
        the fork.
        """
        check(libc.unshare(_CLONE_NEWPID), "unshare the processes")
        try:
            init = _fork()
            if init == 0:
                stay()
            check(init, "fork")
            self.init = init
            return os.fork()
        except OSError:
            self.leave()
            raise
        finally:
            libc.setns(self.home, _CLONE_NEWPID)  # for the server: the child cannot, and need not

    def enter(self, job, config):
        """In the child: mounts of its own, then no capability any more. Returns the working folder."""
        check(libc.unshare(_CLONE_NEWNS | _CLONE_NEWIPC), "unshare mounts")
        plain = _MS_NOSUID | _MS_NODEV
        # Nobody writes there what was set for him, as how soon the kernel ends him when memory is short.
        _mount("proc", "/proc", "proc", plain | _MS_NOEXEC | _MS_RDONLY)
        # An empty file takes a kilobyte of the kernel's.
        size = job["scratch_bytes"]
        files = min(max(size >> 13, 1 << 12), 1 << 17)
        _mount("tmpfs", SCRATCH, "tmpfs", plain, "mode=700,size=%d,nr_inodes=%d" % (size, files))
        for name in ("/notebook", "/home", "/home/user", "/tmp", "/shm"):
            os.mkdir(SCRATCH + name)
        # What is no longer needed is taken away, not covered: `mountinfo` would show where it lies outside.
        hidden = [config["data"]]
        notebook = os.path.join(NOTEBOOK, job.get("name", ""))
        if job.get("name"):
            os.makedirs(os.path.join(SCRATCH + "/top", job["name"]))
            _bind(SCRATCH + "/top", NOTEBOOK)
        if job["view"] is None:
            _bind(SCRATCH + "/notebook", notebook)
        else:
            _bind(os.path.join(config["data"], job["view"]), LOWER)
            open_folders(LOWER, SCRATCH + "/notebook")
            os.mkdir(SCRATCH + "/work")
            layers = "lowerdir=%s,upperdir=%s/notebook,workdir=%s/work,userxattr" % (LOWER, SCRATCH, SCRATCH)
            _mount("overlay", notebook, "overlay", plain, layers)
            hidden.append(LOWER)
        kept = []
        for number, folder in enumerate(config["kept"]):
            handle = "%s/kept%d" % (SCRATCH, number)
            os.mkdir(handle)
            _bind(folder, handle)
            kept.append((handle, folder))
        _bind(SCRATCH + "/home", "/home")
        _bind(SCRATCH + "/tmp", "/tmp")
        _bind(SCRATCH + "/shm", "/dev/shm")
        for handle, folder in kept:
            os.makedirs(folder, exist_ok=True)
            _bind(handle, folder)
        for folder in hidden:
            check(libc.umount2(os.fsencode(folder), _MNT_DETACH), "unmount " + folder)
        _bind(NOTHING, SCRATCH)
        drop_capabilities()
        return os.path.join(notebook, job["folder"])

    def leave(self):
        """Ends what an ended notebook has left. Whether that was reached: with its first process a namespace ends.

        A process that the notebook could make a child of the server would keep the first from ending: all are awaited.
        """
        if self.init is not None:
            os.kill(self.init, signal.SIGKILL)
            while os.waitpid(-1, 0)[0] != self.init:
                pass
            self.init = None
        if traffic() != self.unused:
            self.renew_network()
        return True

    def renew_network(self):
        """Notebooks share no port and no counter. Most never use the network, and a namespace costs a millisecond: so
        one serves until a notebook has sent something in it.
        """
        check(libc.unshare(_CLONE_NEWNET), "unshare the network")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))
        self.unused = traffic()


def traffic():
    """All counters of the network namespace that a notebook can see."""
    counters = []
    for name in ("dev", "snmp", "snmp6"):
        try:
            with open("/proc/self/net/" + name, "rb", 0) as file:
                counters.append(file.read(1 << 16))
        except OSError:  # a kernel without IPv6
            pass
    return counters


def stay():
    """The first process of a namespace: sees nothing, can do nothing, and takes away processes that nobody awaits."""
    try:
        os.closerange(0, 1 << 12)
        check(libc.chroot(NOTHING.encode()), "chroot")
        os.chdir("/")
        drop_capabilities()
        for number in (signal.SIGCHLD, signal.SIGINT):
            libc.signal(int(number), _SIG_IGN)
        while True:
            libc.pause()
    finally:
        os._exit(1)


def ending(pid):
    """A descriptor that is ready when a child has ended: `os.pidfd_open`, which Python 3.8 does not have."""
    fd = libc.syscall(_PIDFD_OPEN, pid, 0)
    check(fd, "pidfd_open")
    return fd


def open_folders(lower, upper, limit=2000):
    """Makes the folders of `lower` in `upper`, so that they are ours to write in, whoever owns them.

    Files keep their owner: what belongs to another user can be read, removed and replaced, not changed.
    What is nested beyond the longest path, and all beyond `limit`, stays as it is.
    """
    if os.stat(lower).st_uid == os.getuid():
        return
    waiting = [""]
    while waiting:
        inside = waiting.pop(0)
        try:
            with os.scandir(lower + inside) as entries:
                names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        except OSError:
            continue
        for name in names:
            limit -= 1
            if limit < 0:
                return
            path = inside + "/" + name
            try:
                os.mkdir(upper + path)
            except OSError:
                continue
            waiting.append(path)


def drop_capabilities():
    """Gives up every capability, for this process and all that it starts."""
    check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    libc.prctl(_PR_CAP_AMBIENT, 4, 0, 0, 0)  # clear them all
    check(libc.capset(_CAPABILITIES, _NONE), "drop capabilities")


def set_visible(visible):
    """Whether processes of the same user may look into this one and trace it."""
    libc.prctl(_PR_SET_DUMPABLE, int(visible), 0, 0, 0)


def offer():
    """What the kernel ends when memory is short must be a notebook, not the one who runs it."""
    try:
        score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(score, b"1000")
        os.close(score)
    except OSError:
        pass


def set_limits(job):
    """Limits of the kernel, for each process of the notebook."""
    cpu = int(job["cpu_seconds"])
    limits = [
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, cpu, cpu + 5),
        (resource.RLIMIT_FSIZE, job["file_bytes"], job["file_bytes"]),
        (resource.RLIMIT_NOFILE, job["open_files"], job["open_files"]),
        (resource.RLIMIT_DATA, job["memory_bytes"], job["memory_bytes"]),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
    ]
    if job["count_processes"]:
        limits.append((resource.RLIMIT_NPROC, job["processes"] + 8, job["processes"] + 8))
    for which, soft, hard in limits:
        _soft, most = resource.getrlimit(which)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(which, (soft, hard))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

"""Where there are no namespaces (in a container, or with no sandbox) a notebook works on a copy of its files, and its
processes are found and killed by us.
"""

import os
import shutil
import tempfile

from . import tree
from .isolate import check, libc

MAX_COPY = 64 << 20
_PR_SET_CHILD_SUBREAPER = 36


class Plain:
    """No namespaces: a copy of the files, and a tree that must be hunted down."""

    def __init__(self, container):
        # In a container nobody else writes where everybody may, so what lies there is a notebook's.
        self.shared_folders = ("/tmp", "/dev/shm", "/var/tmp") if container else ()
        check(libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "become a subreaper")
        self.folder = self.init = None

    def fork(self):
        self.folder = tempfile.mkdtemp(prefix="nbexec-")
        return os.fork()

    def enter(self, job, config):
        copy = os.path.join(self.folder, "notebook")
        os.mkdir(copy)
        if job["view"] is not None:
            copy_folder(os.path.join(config["data"], job["view"]), copy, min(job["scratch_bytes"], MAX_COPY))
        os.environ["TMPDIR"] = os.path.join(self.folder, "tmp")
        os.mkdir(os.environ["TMPDIR"])
        tempfile.tempdir = None  # where the server found it, which was the host's
        return os.path.join(copy, job["folder"])

    def leave(self):
        """Ends what the notebook has left, and removes what it has written. Whether nothing is left."""
        clean = tree.kill_below(os.getpid())
        remove(self.folder)
        clean = clean and not os.path.lexists(self.folder)
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

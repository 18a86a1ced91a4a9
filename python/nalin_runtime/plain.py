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
        self.own_network = container

    def fork(self):
        self.folder = tempfile.mkdtemp(prefix="nbexec-")
        return os.fork()

    def enter(self, job, config):
        copy = os.path.join(self.folder, job.get("name") or "notebook")
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
    """Removes a file or a folder, also one that was closed to keep it, or is nested without measure.

    Folders in a folder are moved beside it: no path grows with their depth, and nothing recurses.
    """
    if not os.path.isdir(path) or os.path.islink(path):
        return _without_error(os.unlink, path)
    waiting, number = [path], 0
    while waiting:
        folder = waiting.pop()
        _without_error(os.chmod, folder, 0o700)
        for entry in _without_error(os.listdir, folder) or ():
            inside = os.path.join(folder, entry)
            if os.path.islink(inside) or not os.path.isdir(inside):
                _without_error(os.unlink, inside)
                continue
            number += 1
            _without_error(os.chmod, inside, 0o700)  # moving a folder writes in it
            beside = "%s.part%d" % (path, number)
            _without_error(os.rename, inside, beside)
            if os.path.isdir(beside):
                waiting.append(beside)
        _without_error(os.rmdir, folder)


def _without_error(call, *arguments):
    try:
        return call(*arguments)
    except OSError:
        return None


def copy_folder(source, target, max_bytes, max_files=2000):
    """Copies regular files until `max_bytes` or `max_files` are reached; links and the like stay behind."""
    left = max_bytes
    waiting = [(source, target)]
    while waiting:
        folder, copy = waiting.pop(0)
        try:
            os.makedirs(copy, exist_ok=True)
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:  # closed, or nested beyond the longest path
            continue
        for entry in entries:
            inside = os.path.join(copy, entry.name)
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, inside))
                    continue
                size = entry.stat(follow_symlinks=False).st_size
                if not entry.is_file(follow_symlinks=False) or size > left:
                    continue
                left, max_files = left - size, max_files - 1
                if max_files < 0:
                    return
                shutil.copyfile(entry.path, inside)
            except OSError:
                continue

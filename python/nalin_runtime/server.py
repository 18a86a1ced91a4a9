"""The server of one worker: imports the heavy packages once, forks for every notebook, watches it.

It speaks with `nbexec` over its stdin and stdout: frames of one letter, four bytes of length (big
endian) and a payload. In come jobs (`J`, JSON); out go a greeting (`H`, JSON), the bytes that the
notebook wrote to its record channel (`R`, untouched and untrusted), and the end of each job (`D`, JSON).
One job at a time. When stdin closes, everything ends.
"""

import fcntl
import gc
import importlib
import json
import os
import select
import signal
import struct
import sys
import time

from . import channel, isolate, seccomp, shell, tree, warm

POLL = 0.1  # seconds between two looks at the tree
GRACE = 1.5  # seconds from the soft time-out to the hard one


def main():
    config = json.loads(sys.argv[1])
    control = Control()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # in a container a notebook can send it to us
    if config["namespaces"]:
        walls = isolate.Namespaces()
    else:
        from . import plain

        walls = plain.Plain(config["container"])
    isolate.set_visible(False)  # the notebooks' processes belong to the same user
    if not config["cold"]:
        from . import notebook, trace  # noqa: F401 - so that no notebook has to import it

        if config["trace"]:
            trace.engine(config["trace"])

    loaded = preload(config["preload"])
    if "IPython" in sys.modules:
        shell.ipython()
    warm.up()
    gc.collect()
    gc.freeze()
    version = ".".join(str(part) for part in sys.version_info[:3])
    control.send(b"H", json.dumps({"python": version, "preloaded": loaded}).encode())
    while True:
        job = control.receive()
        if job is None:
            os._exit(0)  # an orderly end of the interpreter takes longer than many a notebook
        try:
            done = Job(job, config, control, walls).run()
        except OSError as error:
            done = {"reason": "setup", "detail": str(error)}
        control.send(b"D", json.dumps(done).encode())


def preload(names):
    """Imports what is there. A package that cannot be imported is the notebook's to find out."""
    loaded = []
    for name in names:
        try:
            importlib.import_module(name)
            loaded.append(name)
        except Exception:
            continue
    return loaded


class Control:
    """The connection with nbexec, moved away from stdin and stdout so that nobody else gets at it."""

    def __init__(self):
        self.reader, self.writer = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        os.close(null)

    def receive(self):
        head = self._read(5)
        if head is None:
            return None
        body = self._read(struct.unpack(">I", head[1:])[0])
        return None if body is None else json.loads(body)

    def _read(self, size):
        parts = []
        while size:
            part = os.read(self.reader, min(size, 1 << 20))
            if not part:
                return None
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def send(self, letter, body):
        data = memoryview(letter + struct.pack(">I", len(body)) + body)
        while data:
            data = data[os.write(self.writer, data) :]

    def close(self):
        os.close(self.reader)
        os.close(self.writer)


class Job:
    """One notebook: its processes, its pipes, and what became of it."""

    def __init__(self, job, config, control, walls):
        self.job, self.config, self.control, self.walls = job, config, control, walls
        self.reason, self.detail = "", ""
        self.cpu = self.peak = 0
        self.record_bytes = self.output_bytes = 0

    def run(self):
        self.start = time.monotonic()
        records, records_in = os.pipe()
        output, output_in = os.pipe()
        trouble, trouble_in = os.pipe()
        self.shared = channel.open_shared()
        self.pid = self.walls.fork()
        if self.pid == 0:
            start(self.job, self.config, self.walls, (records_in, self.shared), output_in, trouble_in)
        for fd in (records_in, output_in, trouble_in):
            os.close(fd)
        try:
            self.watch(records, output)
        finally:
            os.kill(self.pid, signal.SIGKILL)
            _pid, status, usage = os.wait4(self.pid, 0)
            self.pid = None
            clean = self.walls.leave()
        self.take_rest(records)
        said = os.read(trouble, 1 << 16).decode("utf-8", "replace")
        for fd in (records, output, trouble, self.shared):
            os.close(fd)
        return {
            "exit_code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1,
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            "reason": self.reason or ("setup" if said else ""),
            "detail": self.detail or said,
            "wall": time.monotonic() - self.start,
            "cpu": max(self.cpu, usage.ru_utime + usage.ru_stime),
            "peak": max(self.peak, usage.ru_maxrss * 1024),
            "last": not clean,
        }

    def watch(self, records, output):
        """Hands on what the notebook records, drops what it prints, until its process has ended."""
        ending = isolate.ending(self.pid)
        poll = select.poll()
        for fd in (records, output, ending, self.control.reader):
            poll.register(fd, select.POLLIN)
        next_look = self.start + POLL
        while True:
            for fd, _event in poll.poll(max(next_look - time.monotonic(), 0) * 1000):
                if fd == self.control.reader:
                    raise SystemExit(1)  # nothing is sent to us while a job runs: nbexec is gone
                if fd == ending:
                    return os.close(ending)
                data = os.read(fd, 1 << 16)
                if not data:
                    poll.unregister(fd)
                elif fd == records:
                    self.take_records(data)
                else:
                    self.take_output(data)
            if time.monotonic() >= next_look:
                self.look()
                next_look = time.monotonic() + POLL

    def take_rest(self, records):
        """What is still in the pipe, and what the notebook could not write any more."""
        os.set_blocking(records, False)
        try:
            while True:
                data = os.read(records, 1 << 16)
                if not data:
                    break
                self.take_records(data)
        except BlockingIOError:
            pass
        rest = channel.left_behind(self.shared)
        if rest:
            self.control.send(b"R", rest)

    def take_records(self, data):
        self.record_bytes += len(data)
        if self.record_bytes <= self.job["record_bytes"]:
            self.control.send(b"R", data)
        else:
            self.kill("records", "wrote more than %d bytes of records" % self.job["record_bytes"])

    def take_output(self, data):
        self.output_bytes += len(data)
        if self.output_bytes > self.job["output_bytes"]:
            self.kill("output", "wrote more than %d bytes of output" % self.job["output_bytes"])

    def look(self):
        """Time, memory and number of processes of the whole tree."""
        processes = [process for process in tree.descendants(os.getpid()) if process.pid != self.walls.init]
        memory = tree.private_bytes(processes, self.job["memory_bytes"])
        self.cpu = max(self.cpu, sum(process.cpu for process in processes))
        self.peak = max([self.peak] + [process.resident for process in processes])
        if time.monotonic() > self.start + self.job["timeout"] + GRACE:
            self.kill("timeout", "did not stop when asked to")
        elif memory > self.job["memory_bytes"]:
            self.kill("memory", "its processes held more than %d bytes" % self.job["memory_bytes"])
        elif len(processes) > self.job["processes"]:
            self.kill("processes", "had more than %d processes" % self.job["processes"])

    def kill(self, reason, detail):
        """Ends the notebook's own process; with it ends the watch, and then all others."""
        if not self.reason:
            self.reason, self.detail = reason, detail
            if self.pid is not None:  # in the pipe may still be more than is allowed when it has ended
                os.kill(self.pid, signal.SIGKILL)


def text_file(text):
    """A file in memory, at its beginning."""
    fd = os.memfd_create("text")
    data = memoryview(text.encode("utf-8", "replace"))
    while data:
        data = data[os.write(fd, data) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def start(job, config, walls, records, output, trouble):
    """The notebook's own process."""
    code = 70
    try:
        try:
            os.chdir(walls.enter(job, config))
            isolate.set_visible(True)
        except BaseException as error:
            os.write(trouble, (str(error) or type(error).__name__).encode("utf-8", "replace"))
            raise
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        null = os.open(os.devnull, os.O_RDONLY) if not job.get("stdin") else text_file(job["stdin"])
        # Out of the way of the numbers that they get below.
        sources = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in (null, output, output, *records)]
        for target, source in enumerate(sources):
            os.dup2(source, target)
        os.closerange(5, 1 << 12)
        isolate.set_limits(job)
        seccomp.install()
        if config["cold"]:
            job_fd = text_file(json.dumps(job))
            os.dup2(job_fd, 5)
            os.set_inheritable(5, True)  # for when it was 5 already
            command = "import sys; sys.path.insert(0, %r); from nalin_runtime import cold" % config["runtime"]
            os.execv(sys.executable, [sys.executable, "-s", "-B", "-c", command])
        from . import notebook

        sys.stdin = open(0, closefd=False)
        sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1)
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
        notebook.run(job, 3, 4)
        code = 0
        sys.stdout.flush()
    finally:
        os._exit(code)

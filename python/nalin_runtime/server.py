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
    walls = isolate.Namespaces() if config["namespaces"] else isolate.Plain(config["container"])
    if not config["cold"]:
        from . import notebook, trace  # noqa: F401 - so that no notebook has to import it

        if config["trace"]:
            trace.engine(config["trace"])

    loaded = preload(config["preload"])
    if config["ipython"] and shell.preload():
        loaded.append("IPython")
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
        self.killed_at = None

    def run(self):
        self.start = time.monotonic()
        records, records_in = os.pipe()
        output, output_in = os.pipe()
        status, status_in = os.pipe()
        self.shared = channel.open_shared()
        self.monitor = self.walls.fork()
        if self.monitor == 0:
            self.control.close()
            for fd in (records, output, status):
                os.close(fd)
            supervise(self.job, self.config, self.walls, (records_in, self.shared), output_in, status_in)
        for fd in (records_in, output_in, status_in):
            os.close(fd)
        clean = True
        try:
            ended = self.watch(records, output, status)
        finally:
            if not self.config["namespaces"]:
                clean = tree.kill_below(os.getpid())
            for fd in (records, output, status, self.shared):
                os.close(fd)
            clean = self.walls.leave(self.job) and clean
        ended["last"] = not clean
        ended.setdefault("exit_code", -1)
        ended.setdefault("signal", signal.SIGKILL)
        cpu = max(self.cpu, ended.pop("cpu", 0))
        peak = max(self.peak, ended.pop("peak", 0))
        ended.update(wall=time.monotonic() - self.start, cpu=cpu, peak=peak)
        ended.update(reason=self.reason or ended.get("reason", ""), detail=self.detail or ended.get("detail", ""))
        return ended

    def watch(self, records, output, status):
        """Hands on what the notebook records, drops what it prints, until its monitor has ended."""
        said = b""
        poll = select.poll()
        for fd in (records, output, status, self.control.reader):
            poll.register(fd, select.POLLIN)
        next_look = self.start + POLL
        while True:
            events = poll.poll(max(next_look - time.monotonic(), 0) * 1000)
            for fd, _event in events:
                if fd == self.control.reader:
                    # Nothing is sent to us while a job runs: nbexec is gone.
                    self.kill("nbexec is gone", "")
                    os._exit(1)
                data = os.read(fd, 1 << 16)
                if not data and fd != status:
                    poll.unregister(fd)
                elif fd == records:
                    self.take_records(data)
                elif fd == output:
                    self.take_output(data)
                elif data:
                    said += data
                else:
                    return self.finish(said, records)
            if time.monotonic() >= next_look:
                self.look()
                next_look = time.monotonic() + POLL

    def finish(self, said, records):
        """The monitor has ended: reap it, and read what is still in the pipe."""
        try:
            os.waitpid(self.monitor, 0)
        except ChildProcessError:
            pass
        if not self.config["namespaces"]:
            tree.kill_below(os.getpid())
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
        try:
            return json.loads(said)
        except ValueError:
            return {}

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
        now = time.monotonic()
        processes = tree.descendants(self.monitor)
        memory = tree.private_bytes(processes, self.job["memory_bytes"])
        self.cpu = max(self.cpu, sum(process.cpu for process in processes))
        self.peak = max([self.peak] + [process.resident for process in processes])
        if self.killed_at is not None:
            if now > self.killed_at + 1:
                kill_quietly(self.monitor)
        elif now > self.start + self.job["timeout"] + GRACE:
            self.kill("timeout", "did not stop when asked to")
        elif memory > self.job["memory_bytes"]:
            self.kill("memory", "its processes held more than %d bytes" % self.job["memory_bytes"])
        elif len(processes) > self.job["processes"]:
            self.kill("processes", "had more than %d processes" % self.job["processes"])

    def kill(self, reason, detail):
        if self.killed_at is not None:
            return
        self.reason, self.detail, self.killed_at = reason, detail, time.monotonic()
        if not self.config["namespaces"]:
            tree.kill_below(self.monitor)
        try:
            os.kill(self.monitor, signal.SIGTERM)
        except ProcessLookupError:
            pass  # it has just ended by itself


def supervise(job, config, walls, records, output, status):
    """The monitor, first process of the notebook's namespace: starts it, reaps, says how it ended."""
    ended = {}
    try:
        pid = None
        folder = walls.enter(job, config)
        os.chdir(folder)
        isolate.set_visible(False)
        pid = os.fork()
        if pid == 0:
            isolate.set_visible(True)
            os.close(status)
            start(job, config, records, output)
        for fd in (*records, output):
            os.close(fd)
        signal.signal(signal.SIGTERM, lambda *_: kill_quietly(pid))
        while True:
            ended_pid, code, usage = os.wait4(-1, 0)
            if ended_pid == pid:
                break
        ended["exit_code"] = os.WEXITSTATUS(code) if os.WIFEXITED(code) else -1
        ended["signal"] = os.WTERMSIG(code) if os.WIFSIGNALED(code) else 0
        ended["cpu"] = usage.ru_utime + usage.ru_stime
        ended["peak"] = usage.ru_maxrss * 1024
    except BaseException as error:
        ended = {"reason": "setup", "detail": str(error)}
    os.write(status, json.dumps(ended).encode())
    os._exit(0)


def kill_quietly(pid):
    """Kills a process, which may have ended by itself."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def text_file(text):
    """A file in memory, at its beginning."""
    fd = os.memfd_create("text")
    data = memoryview(text.encode("utf-8", "replace"))
    while data:
        data = data[os.write(fd, data) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def start(job, config, records, output):
    """The notebook's own process."""
    code = 70
    try:
        os.setsid()
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

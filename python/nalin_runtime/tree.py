"""The processes of a notebook, seen from the server through `/proc`."""

import os
import signal

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """One process: its number, its parent's, resident bytes and CPU seconds."""

    __slots__ = ("pid", "parent", "resident", "cpu", "ended")

    def __init__(self, pid, stat):
        fields = stat[stat.rindex(b")") + 2 :].split()
        self.pid = pid
        self.parent = int(fields[1])
        self.cpu = (int(fields[11]) + int(fields[12])) / _TICKS
        self.ended = fields[0] == b"Z"
        self.resident = int(fields[21]) * _PAGE if not self.ended else 0


def descendants(root):
    """All living processes below `root`, parents before children."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, "rb") as file:
                    process = Process(int(name), file.read())
            except (OSError, ValueError):
                continue
            children.setdefault(process.parent, []).append(process)
    found, waiting = [], [root]
    while waiting:
        below = children.pop(waiting.pop(), [])
        found += below
        waiting += [process.pid for process in below]
    return found


def private_bytes(processes, limit):
    """Memory of the processes in bytes; what they share is counted once when it comes to the limit."""
    total = sum(process.resident for process in processes)
    return total if total <= limit else sum(_proportional(process) for process in processes)


def _proportional(process):
    try:
        with open("/proc/%d/smaps_rollup" % process.pid, "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return process.resident


def kill_below(root):
    """Kills everything below `root`, and again until nothing new comes. Whether that was reached."""
    for _round in range(100):
        alive = [process for process in descendants(root) if not process.ended]
        for process in alive:
            try:
                os.kill(process.pid, signal.SIGSTOP)  # first nobody may fork any more
            except OSError:
                pass
        for process in alive:
            try:
                os.kill(process.pid, signal.SIGKILL)
            except OSError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        if not alive:
            return True
    return False

"""The processes of a notebook, seen from the server through `/proc`."""

import os
import signal

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


_MAPPING_BYTES = 256  # what the kernel needs for one mapping
_SOCKET_BYTES = 212992  # what may wait in one socket (`net.core.wmem_default`)
_FEW_SOCKETS = 64


class Process:
    """One process: its number, its parent's, resident and virtual bytes, CPU seconds."""

    __slots__ = ("pid", "parent", "resident", "virtual", "cpu", "ended", "folder")

    def __init__(self, pid, stat):
        fields = stat[stat.rindex(b")") + 2 :].split()
        self.pid = pid
        self.parent = int(fields[1])
        self.cpu = (int(fields[11]) + int(fields[12])) / _TICKS
        self.ended = fields[0] == b"Z" and int(fields[17]) <= 1
        self.folder = "/proc/%d" % pid
        self.resident = self.virtual = 0
        if fields[0] == b"Z" and not self.ended:
            # Its first thread has ended, and others go on: only theirs is the memory.
            self.folder = _living_thread(pid) or self.folder
            self.resident = _status_bytes(self.folder, b"VmRSS:")
            self.virtual = _status_bytes(self.folder, b"VmSize:")
        elif not self.ended:
            self.resident, self.virtual = int(fields[21]) * _PAGE, int(fields[20])


def _living_thread(pid):
    tasks = "/proc/%d/task/" % pid
    for name in os.listdir(tasks):
        try:
            with open(tasks + name + "/stat", "rb") as file:
                stat = file.read()
        except OSError:
            continue
        if stat[stat.rindex(b")") + 2 : stat.rindex(b")") + 3] not in (b"Z", b"X"):
            return tasks + name
    return None


def _status_bytes(folder, *names):
    """The sum of some values of `status`, which are in kibibytes."""
    total = 0
    try:
        with open(folder + "/status", "rb") as file:
            for line in file:
                if line.startswith(names):
                    total += int(line.split()[1]) * 1024
    except OSError:
        pass
    return total


def virtual_bytes(pid):
    """The address space of a process."""
    with open("/proc/%d/stat" % pid, "rb") as file:
        return Process(pid, file.read()).virtual


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


def charged_bytes(processes, limit, inherited, sockets, thorough):
    """What the processes take of the machine's memory, in bytes.

    What is not resident (memory that they share and have let go of, page tables, mappings) needs address space: as long
    as what they have of that, beyond the `inherited`, fits into the limit too, resident bytes say enough, and the rest is
    looked at only from time to time (`thorough`). `sockets`: those of this network namespace are the processes' own.
    """
    waiting = _in_sockets() if sockets else 0
    resident = sum(process.resident for process in processes) + waiting
    space = sum(max(process.virtual - inherited, 0) for process in processes)
    if resident <= limit and resident + space <= limit and not thorough:
        return resident
    shared = {}
    own = sum(_own_bytes(process, shared, inherited) for process in processes)
    return own + sum(shared.values()) + waiting


def _own_bytes(process, shared, inherited):
    """Bytes of one process, of those that it has in common with others its part; puts into `shared` how large each
    memory is that has no file and is not its own, by its number: nobody else knows how much of that is there.

    Mapped files of the notebook's disk are not counted: they have a limit of their own.
    """
    total = _status_bytes(process.folder, b"VmPTE:")
    try:
        with open(process.folder + "/maps", "rb") as file:
            for line in file:
                total += _MAPPING_BYTES
                if b"/dev/zero" in line and line[line.index(b" ") + 4 : line.index(b" ") + 5] == b"s":
                    place, _rights, offset, _device, number = line.split(None, 5)[:5]
                    first, last = place.split(b"-")
                    end = int(last, 16) - int(first, 16) + int(offset, 16)
                    shared[number] = max(shared.get(number, 0), end)
        with open(process.folder + "/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith((b"Pss_Anon:", b"Pss_File:", b"SwapPss:")):
                    total += int(line.split()[1]) * 1024
    except PermissionError:  # it has shut itself off: then what it has room for counts
        total += max(process.resident, process.virtual - inherited)
    except OSError:  # it has just ended, or this is but a thread
        total += _status_bytes(process.folder, b"RssAnon:", b"RssFile:")
    return total


def _in_sockets():
    """What may wait in the sockets of this network namespace: nobody is told how much does."""
    try:
        with open("/proc/self/net/sockstat", "rb", 0) as file:
            used = int(file.read(1 << 12).split(b"\n", 1)[0].split()[-1])
    except (OSError, ValueError, IndexError):
        return 0
    return max(used - _FEW_SOCKETS, 0) * _SOCKET_BYTES


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

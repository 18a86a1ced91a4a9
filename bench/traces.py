#!/usr/bin/env python3
"""What traces cost: a hot loop beside snoop and PySnooper, bytes an event, programs a second.

usage: bench/traces.py BIN [PROGRAMS]

The loop is one assignment of integers in a function, without a tracer and under each; the best of three, CPU seconds
of the process, ratios at the rounds that each can bear. Bytes are those of fib, sieve and collatz in one file each:
snoop's text, our JSONL, our packed form. PROGRAMS are script/1 records (`trace-lm generate`), run with as many jobs as
there are processors; memory is that of nbexec itself.
"""
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

LOOP = """
def hot(n):
    total = 0
    for i in range(n):
        total = total + i * 2
    return total
"""
TIMED = "import time\n%s\nstart = time.process_time()\nhot(%d)\nprint(time.process_time() - start)"
PROGRAMS = {
    "fib": "a, b = 0, 1\nfor i in range(%d):\n    a, b = b, (a + b) %% 1000007",
    "sieve": "n = %d\nflags = [True] * n\ncount = 0\nfor i in range(2, n):\n    if flags[i]:\n        count += 1\n"
    "        j = i * i\n        while j < n:\n            flags[j] = False\n            j += i",
    "collatz": "longest = 0\nfor start in range(1, %d):\n    n = start\n    steps = 0\n    while n != 1:\n"
    "        n = n // 2 if n %% 2 == 0 else 3 * n + 1\n        steps += 1\n    if steps > longest:\n"
    "        longest = steps",
}
SIZES = {"fib": 4000, "sieve": 500, "collatz": 150}


def script(name, code):
    rows = code.count("\n") + 1
    cell = {"cell": 1, "cell_id": "", "execution_count": -1, "first_row": 1, "last_row": rows}
    cell.update(physical_lines=list(range(1, rows + 1)), has_error=False)
    record = {"schema": "script/1", "id": name, "path": name, "repo": "", "language": "python"}
    record.update(language_version="", kernel="", nbformat=0, nbformat_minor=0, code=code, cells=[cell])
    return json.dumps({**record, "magics": [], "duplicate_of": "", "stdin": "", "argv": []}) + "\n"


def trace(folder, code, *flags):
    """The trace of one program; limits are out of the way."""
    limits = ["--timeout", "600", "--cell-timeout", "600", "--cpu", "600", "--preload=", "--trace-events", "100000000"]
    command = [folder + "/nbexec", "-q", "-j1", "--python", sys.executable, *limits, *(flags or ["--trace"])]
    done = subprocess.run(command, input=script("p", code), stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout.split("\n")[0]


def ours(folder, rounds, *flags):
    code = TIMED % (LOOP, rounds)
    return min(float(json.loads(trace(folder, code, *flags))["stdout"]) for _ in range(3))


def peer(setup, rounds):
    """Seconds of the loop in a process of its own, under a tracer that is set up by `setup`."""
    code = "%s\n%s\nimport time\nstart = time.process_time()\nhot(%d)\nprint(time.process_time() - start, file=out)"
    code = code % (setup[0], LOOP + setup[1], rounds)
    with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as file:
        file.write("import sys\nout = sys.stdout\n" + code)
    try:
        done = [subprocess.run([sys.executable, file.name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True) for _ in range(3)]
    finally:
        os.unlink(file.name)
    return min(float(run.stdout) for run in done)


def hot(folder):
    plain = peer(("", ""), 1000000) / 1000000
    print("hot loop, ns a round\t%.0f" % (plain * 1e9))
    for name, rounds, flags in (
        ("rewrite, full states", 1000000, ["--trace"]),
        ("rewrite, 64 a line", 1000000, ["--trace", "--per-line", "64"]),
        ("settrace, full states", 50000, ["--trace=settrace"]),
    ):
        print("%s\t%.1f times" % (name, ours(folder, rounds, *flags) / rounds / plain))
    null = "import io\nsink = open('/dev/null', 'w')\n"
    for name, setup in (
        ("snoop", (null + "import snoop\nsnoop.install(out=sink, columns='')", "\nhot = snoop.snoop(hot)")),
        ("PySnooper", (null + "import pysnooper", "\nhot = pysnooper.snoop(sink)(hot)")),
    ):
        rounds = 2000
        print("%s\t%.0f times" % (name, peer(setup, rounds) / rounds / plain))


def snoop_text(code):
    """What snoop writes of a program, without its column of times."""
    setup = "import snoop, sys\nsnoop.install(out=sys.stdout, columns='')\n@snoop.snoop\ndef program():\n    "
    with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as file:
        file.write(setup + code.replace("\n", "\n    ") + "\nprogram()\n")
    try:
        return subprocess.run([sys.executable, file.name], stdout=subprocess.PIPE, check=True).stdout
    finally:
        os.unlink(file.name)


def events_of(record):
    """Lines that ran: what snoop prints a line for."""
    numbers, place, lines = record["events"], 0, 0
    while place < len(numbers):
        kind = numbers[place] & 15
        lines += kind < 2
        place += 1
        place += 1 if kind in (2, 3, 4, 6, 8, 9) else 0
        if kind in (1, 2, 5):
            place += 1 + 2 * numbers[place]
    return lines


def sizes(folder):
    print("\t".join(["bytes an event", "events", "snoop", "JSONL", "packed"]))
    for name, code in PROGRAMS.items():
        code %= SIZES[name]
        line = trace(folder, code)
        events = events_of(json.loads(line))
        packed = subprocess.run([folder + "/trace-pack", "-q"], input=line.encode() + b"\n", stdout=subprocess.PIPE, check=True).stdout
        found = [len(snoop_text(code)), len(line), len(packed)]
        print("\t".join([name, str(events)] + ["%.2f" % (size / events) for size in found]))


def throughput(folder, programs):
    count = sum(1 for _line in open(programs))
    command = [folder + "/nbexec", "-q", "--trace", "--preload=", "--jobs", str(2 * os.cpu_count()), "--python", sys.executable]
    start = time.monotonic()
    memory = []
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command + [programs], stdout=out)
        while process.poll() is None:
            with open("/proc/%d/status" % process.pid) as status:
                memory += [int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS")]
            time.sleep(1)
        seconds = time.monotonic() - start
        out.seek(0)
        outcomes = {}
        for line in io.TextIOWrapper(out):
            if line.startswith('{"schema":"run/1"'):
                outcome = json.loads(line)["outcome"]
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("%d programs in %.0f s: %.0f a second on %d processors; outcomes %s" % (count, seconds, count / seconds, os.cpu_count(), outcomes))
    tenth = max(len(memory) // 10, 1)
    print("memory of nbexec: %d MB in the first tenth, %d MB in the last" % (max(memory[:tenth]), max(memory[-tenth:])))
    print("CPU of all, with the sandbox: %.1f ms a program" % (1000 * (children.ru_utime + children.ru_stime) / count))


def main():
    folder = sys.argv[1]
    hot(folder)
    sizes(folder)
    if len(sys.argv) > 2:
        throughput(folder, sys.argv[2])


if __name__ == "__main__":
    main()

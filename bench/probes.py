#!/usr/bin/env python3
"""What probes cost: on a hot loop, and on ordinary notebooks.

usage: bench/probes.py BIN PYTHON [NOTEBOOKS LIST]

The hot loop is 10^7 rounds of one assignment, in a function and outside, without probes, with the assignment
probed, and with the loop's variable probed too; the best of three. NOTEBOOKS are run twice with and twice
without probes on a warm worker (LIST: paths below it, one a line); CPU seconds of those that came to the same
end in all four are compared, the lower of each two.
"""
import json
import statistics
import subprocess
import sys

LOOP = "for i in range(10000000):\n    x = i * 2"
TIMED = "import time\nstart = time.process_time()\n%s\nseconds = time.process_time() - start"


def run(command, text):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True, text=True).stdout


def script(name, code):
    rows = code.count("\n") + 1
    cell = {"cell": 1, "cell_id": "", "execution_count": -1, "first_row": 1, "last_row": rows}
    cell.update(physical_lines=[1] * rows, has_error=False)
    record = {"schema": "script/1", "id": name, "path": name, "repo": "", "language": "python"}
    record.update(language_version="", kernel="", nbformat=4, nbformat_minor=5, code=code, cells=[cell])
    return json.dumps({**record, "magics": [], "duplicate_of": ""}) + "\n"


def hot(folder, python):
    """Seconds of the loop by where it stands and what is probed."""
    inside = "def f():\n    " + LOOP.replace("\n", "\n    ") + "\nf()"
    scripts = "".join(script(name, TIMED % code) for name, code in (("outside", LOOP), ("inside", inside)))
    limits = ["--timeout", "300", "--cell-timeout", "300", "--cpu", "300"]
    seconds = {}
    for hooks in ("none", "assign", "assign,for"):
        # The time itself is read by a probe behind the last statement, so without probes it is the only one.
        text = run([folder + "/nbinstrument", "-q", "--hooks", hooks.replace("none", "assign")], scripts)
        if hooks == "none":
            text = text.replace("; _nalin_t(1, x)", "").replace("_nalin_t(1, x)", "None")
        for _ in range(3):
            for line in run([folder + "/nbexec", "-q", "-j1", "--python", python, *limits], text).splitlines():
                record = json.loads(line)
                if record["schema"] == "assignment/1" and record["site"]["name"] == "seconds":
                    key = hooks, record["path"]
                    seconds[key] = min(seconds.get(key, 1e9), float(record["value"]["text"]))
    return seconds


def ordinary(folder, python, notebooks, names):
    """Ratio of CPU seconds with and without probes, by notebook."""
    scripts = run([folder + "/nb2py", "-q", "--root", notebooks, "--files-from", names, "--repo-depth", "2", "--rejects", "/dev/null"], "")
    probed = run([folder + "/nbinstrument", "-q", "--rejects", "/dev/null"], scripts)
    found = {}
    for _ in range(2):
        for kind, text in (("plain", scripts), ("probed", probed)):
            for line in run([folder + "/nbexec", "-q", "--root", notebooks, "--python", python], text).splitlines():
                record = json.loads(line)
                if record["schema"] == "run/1":
                    found.setdefault(record["path"], {}).setdefault(kind, []).append(
                        (record["cpu_seconds"], record["outcome"], record["cells_ok"])
                    )
    ratios = []
    for runs in found.values():
        both = runs.get("plain", []) + runs.get("probed", [])
        if len(both) == 4 and len({run[1:] for run in both}) == 1 and both[0][1] in ("ok", "cell_errors"):
            ratios.append(min(runs["probed"])[0] / min(runs["plain"])[0])
    return ratios


def main():
    folder, python = sys.argv[1:3]
    seconds = hot(folder, python)
    for place in ("outside", "inside"):
        plain = seconds["none", place]
        for hooks in ("assign", "assign,for"):
            print(f"hot loop {place} of a function, {hooks}: {plain:.2f} s -> {seconds[hooks, place]:.2f} s, {seconds[hooks, place] / plain:.2f} times")
    if len(sys.argv) > 4:
        ratios = sorted(ordinary(folder, python, *sys.argv[3:5]))
        if ratios:
            median, mean = statistics.median(ratios), statistics.fmean(ratios)
            print(f"{len(ratios)} notebooks: CPU with probes {100 * median - 100:+.1f} % in the median, {100 * mean - 100:+.1f} % in the mean, {100 * ratios[len(ratios) * 9 // 10] - 100:+.1f} % at the ninth tenth")


if __name__ == "__main__":
    main()

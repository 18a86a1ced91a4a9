#!/usr/bin/env python3
"""Runs nbexec over the same notebooks twice, watches its memory, descriptors and children, compares the runs.

usage: scripts/soak.py NBEXEC INSTRUMENTED.jsonl OUT [--second="--cold"] -- FLAGS OF NBEXEC…

With `--second=--cold` the second run is cold: warm against cold. OUT gets first.jsonl and second.jsonl. A
notebook whose values differ is listed with the first that do; those of time, addresses of memory that nobody
initialised, threads and time-outs are expected to. Exit status 1: a cell ended in another way.
"""
import collections
import json
import os
import subprocess
import sys
import time


def watch(command):
    """Runs it; samples of (seconds, RSS in KB, descriptors, children)."""
    child = subprocess.Popen(command)
    samples, start = [], time.monotonic()
    while child.poll() is None:
        folder = "/proc/%d" % child.pid
        try:
            with open(folder + "/status") as file:
                rss = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
            below = sum(len(open("%s/task/%s/children" % (folder, task)).read().split()) for task in os.listdir(folder + "/task"))
            samples.append((time.monotonic() - start, rss, len(os.listdir(folder + "/fd")), below))
        except (OSError, StopIteration):
            pass
        time.sleep(1)
    if child.returncode:
        sys.exit("%s: status %d" % (command[0], child.returncode))
    return samples


def load(path):
    runs, values = {}, collections.defaultdict(dict)
    with open(path) as file:
        for line in file:
            record = json.loads(line)
            if record["schema"] == "run/1":
                runs[record["notebook"]] = record
            else:
                site = record["site"]
                key = site["row"], site["column"], site["name"], record["occurrence"]
                values[record["notebook"]][key] = record["value"]
    return runs, values


def main():
    mark = sys.argv.index("--")
    arguments, flags = sys.argv[1:mark], sys.argv[mark + 1 :]
    nbexec, notebooks, out = arguments[:3]
    second = arguments[3].partition("=")[2].split() if len(arguments) > 3 else []
    os.makedirs(out, exist_ok=True)
    for name, more in (("first", []), ("second", second)):
        path = os.path.join(out, name + ".jsonl")
        samples = watch([nbexec, "-q", notebooks, "-o", path] + flags + more)
        tenths = [samples[len(samples) * tenth // 10] for tenth in range(10)] + samples[-1:] if samples else []
        print(name, "run: seconds, KB, descriptors, children at every tenth:", "; ".join("%.0f %d %d %d" % sample for sample in tenths))
    (runs, values), (others, other_values) = (load(os.path.join(out, name + ".jsonl")) for name in ("first", "second"))
    cells = differing = 0
    for notebook, run in runs.items():
        other = others[notebook]
        ends, other_ends = ([(cell["status"], cell["exception"]) for cell in one["cells"]] for one in (run, other))
        if ends != other_ends or run["outcome"] != other["outcome"]:
            first = next((n for n, pair in enumerate(zip(ends, other_ends), 1) if pair[0] != pair[1]), 0)
            cells += 1
            print("cells  %s: %s / %s; code cell %d: %s / %s" % (run["path"], run["outcome"], other["outcome"], first, ends[first - 1], other_ends[first - 1]))
        elif values[notebook] != other_values[notebook]:
            one, two = values[notebook], other_values[notebook]
            keys = sorted(key for key in one.keys() | two.keys() if one.get(key) != two.get(key))
            text = [one_of.get(keys[0], {"text": "absent"})["text"][:60] for one_of in (one, two)]
            differing += 1
            print("values %s: %d of %d, first %s row %d: %r / %r" % (run["path"], len(keys), len(one), keys[0][2], keys[0][0], *text))
    print("%d notebooks: %d with cells that ended otherwise, %d more with other values; values %d / %d" % (len(runs), cells, differing, sum(map(len, values.values())), sum(map(len, other_values.values()))))
    sys.exit(1 if cells else 0)


if __name__ == "__main__":
    main()

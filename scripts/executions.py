#!/usr/bin/env python3
"""Prints how the notebooks of a run of nbexec went, as Markdown.

usage: zstd -dc OUT/assignments.jsonl.zst | scripts/executions.py
"""
import collections
import json
import sys


def main():
    runs, values = [], 0
    for line in sys.stdin:
        if line.startswith('{"schema":"run/1"'):
            runs.append(json.loads(line))
        else:
            values += 1
    total = lambda field: sum(run[field] for run in runs)
    outcomes = collections.Counter(run["outcome"] for run in runs)
    nothing = sum(run["values"] == 0 for run in runs)
    exceptions = collections.Counter(
        cell["exception"] for run in runs for cell in run["cells"] if cell["status"] == "error"
    )
    modules = collections.Counter(run["missing_module"].split(".")[0] for run in runs if run["missing_module"])
    share = lambda part, whole: f"{part} of {whole} ({100 * part / max(whole, 1):.0f} %)"
    list_of = lambda counter, n: ", ".join(f"{name} {count}" for name, count in counter.most_common(n))
    rows = [
        ("notebooks by outcome", list_of(outcomes, 20)),
        ("notebooks with no value", share(nothing, len(runs))),
        ("cells that ran to their end", share(total("cells_ok"), sum(len(run["cells"]) for run in runs))),
        ("sites reached", share(total("sites_reached"), total("sites"))),
        ("values", f"{values}, {values / max(len(runs), 1):.1f} a notebook"),
        ("CPU seconds in notebooks", f"{total('cpu_seconds'):.0f}"),
        ("largest resident memory of a notebook", f"{max((run['peak_bytes'] for run in runs), default=0) / 1e6:.0f} MB"),
        ("exceptions of cells", list_of(exceptions, 8)),
        ("first missing modules", list_of(modules, 8)),
    ]
    print("| what | figure |\n| --- | --- |")
    for name, figure in rows:
        print(f"| {name} | {figure} |")


if __name__ == "__main__":
    main()

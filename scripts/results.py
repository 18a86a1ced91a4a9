#!/usr/bin/env python3
"""Prints the figures of a run of `make corpus` as Markdown.

usage: scripts/results.py OUT

Reads the summaries that the stages left in OUT, and nothing else.
"""
import json
import pathlib
import sys

STAGES = ["scripts", "instrumented", "assignments", "pairs", "examples", "metrics", "findings"]


def main(folder):
    summaries = []
    for stage in STAGES:
        path = folder / f"{stage}.summary.json"
        if path.exists():
            summaries.append(json.loads(path.read_text()))
    if not summaries:
        sys.exit(f"results: no summaries in {folder}; run `make corpus OUT={folder}` first")

    print("| stage | in | out | rejected | wall s | CPU s | peak MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for one in summaries:
        print(
            f"| {one['stage']} | {one['records_in']} | {one['records_out']} | {sum(one['rejected'].values())} "
            f"| {one['wall_seconds']:.1f} | {one['cpu_seconds']:.1f} | {one['peak_bytes'] / 1e6:.0f} |"
        )
    for one in summaries:
        counts = {**one["rejected"], **one["counts"]}
        if counts:
            print(f"\n{one['stage']}: " + ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in counts.items()))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))

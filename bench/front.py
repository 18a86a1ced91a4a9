"""nb2py and nbinstrument beside nbconvert and libcst, in one run: one table.

    python3 bench/front.py NOTEBOOKS BIN [--peers RATE]

The interpreter that runs this needs bench/requirements.txt. Ours read every notebook below NOTEBOOKS, once
beforehand so that the files are in memory; the peers read RATE of them (a twentieth), evenly. CPU seconds are user and
system time of a whole process of ours, its start included; of the peers, their start and imports left out. Exit
status 1: -j1 and -j2 gave different bytes.
"""

import argparse
import base64
import filecmp
import json
import os
import re
import subprocess
import sys
import tempfile

from instrument import HERE, measure

MB = 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks")
    parser.add_argument("bin")
    parser.add_argument("--peers", type=float, default=0.05, metavar="RATE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder, arguments)
        bench.nb2py()
        bench.nbinstrument()
        bench.large_notebook("pictures", [], base64.b64encode(os.urandom(75000)).decode())
        bench.large_notebook("code", [f"value_{n} = compute({n})\n" for n in range(3000)], "")
        bench.print()
    return 0 if bench.same_bytes else 1


def shown(figure):
    return figure if isinstance(figure, str) else f"{figure:,.2f}" if figure < 100 else f"{figure:,.0f}"


class Bench:
    def __init__(self, folder, arguments):
        self.folder, self.root, self.bin, self.rate = folder, arguments.notebooks, arguments.bin, arguments.peers
        self.rows, self.same_bytes = [], True
        found = (
            os.path.relpath(os.path.join(path, name), self.root)
            for path, _, names in os.walk(self.root)
            for name in names
            if name.endswith(".ipynb")
        )
        self.names = sorted(found)
        self.size = sum(os.path.getsize(os.path.join(self.root, name)) for name in self.names) / MB
        self.all, self.few = self.listed("all", self.names), self.listed("few", self.names[:: -(-len(self.names) // 100)])

    def path(self, name):
        return os.path.join(self.folder, name)

    def listed(self, name, names):
        with open(self.path(name), "w") as file:
            file.writelines(f"{name}\n" for name in names)
        return self.path(name)

    def run(self, program, *rest, output=os.devnull):
        """Runs one of ours; its accounts."""
        summary = self.path("summary.json")
        command = [os.path.join(self.bin, program), "-q", "--rejects", os.devnull, "--summary", summary, "-o", output]
        subprocess.run([*command, *rest], check=True)
        with open(summary) as file:
            return json.load(file)

    def row(self, what, ours, peer="", ratio="", bar=""):
        self.rows.append([what, *(shown(it) for it in (ours, peer, ratio)), bar])

    def one_and_two(self, program, *rest):
        """Runs with one worker and with two; the accounts of both, and the file of the first."""
        outputs = [self.path(f"{program}.{jobs}.jsonl") for jobs in (1, 2)]
        one, two = (self.run(program, f"-j{jobs}", *rest, output=it) for jobs, it in zip((1, 2), outputs))
        same = filecmp.cmp(*outputs, shallow=False)
        self.same_bytes &= same
        speed_up = one["wall_seconds"] / two["wall_seconds"]
        what = f"{program}: wall seconds, -j1 and -j2 ({'the same bytes' if same else 'DIFFERENT BYTES'})"
        self.row(what, one["wall_seconds"], two["wall_seconds"], speed_up, "close to 2")
        return one, outputs[0]

    def nb2py(self):
        root = ["--root", self.root, "--repo-depth", "2", "--files-from"]
        self.run("nb2py", "-j2", *root, self.all)
        all, scripts = self.one_and_two("nb2py", *root, self.all)
        runs = [self.run("nb2py", "-j1", *root, self.all)["cpu_seconds"] for _ in range(5)]
        best = min(runs)
        self.row(f"nb2py: MB a CPU second ({len(self.names):,} files, {self.size:,.0f} MB; best of 5)", self.size / best, bar="300")
        self.row("nb2py: the same, worst of 5", self.size / max(runs))
        with open(scripts) as source:
            peer = [sys.executable, os.path.join(HERE, "peers", "nbconvert_cells.py"), self.root, str(self.rate)]
            said = subprocess.run(peer, stdin=source, capture_output=True, text=True, check=True)
        sys.stdout.write(said.stdout)
        print(f"nbconvert: {said.stderr.strip()}")
        peer_rate = float(re.search(r"([\d.]+) notebooks, [\d.]+ MB a CPU", said.stderr)[1])
        rate = len(self.names) / best
        self.row("nb2py: notebooks a CPU second; nbconvert in one process", rate, peer_rate, rate / peer_rate, "40 (aim 100)")
        few = self.run("nb2py", "-j1", *root, self.few)
        self.flat("nb2py", few, all)
        self.scripts = scripts

    def nbinstrument(self):
        all, _ = self.one_and_two("nbinstrument", self.scripts)
        few = self.path("few.jsonl")
        sample = self.path("sample.jsonl")
        step = round(1 / self.rate)
        with open(self.scripts) as source, open(few, "w") as first, open(sample, "w") as part:
            for number, line in enumerate(source):
                if number < 100:
                    first.write(line)
                if number % step == 0:
                    part.write(line)
        self.flat("nbinstrument", self.run("nbinstrument", "-j1", few), all)
        found = measure(sample, os.path.join(self.bin, "nbinstrument"))
        print(found["said"])
        what = "nbinstrument: lines a CPU second; libcst with the same probes"
        self.row(what, found["ours"], found["peer"], found["ours"] / found["peer"], "150 (aim 250)")

    def flat(self, program, few, all):
        what = f"{program}: peak MB, 100 records and all"
        self.row(what, few["peak_bytes"] / MB, all["peak_bytes"] / MB, bar="at most 100")

    def large_notebook(self, what, source, picture):
        """Makes a notebook of 200 MB and reads it."""
        output = {"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}
        cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": source or ["plot()"], "outputs": [output]}
        text = json.dumps(cell, indent=1)
        with open(self.path("large.ipynb"), "w") as file:
            file.write('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [\n')
            # Piece by piece: a program's peak memory counts from that of the one that started it.
            for _ in range(int(200 * MB / len(text))):
                file.write(text + ",\n")
            file.write(text + "\n]}\n")
        size = os.path.getsize(self.path("large.ipynb"))
        run = self.run("nb2py", "-j1", self.path("large.ipynb"))
        assert run["records_out"] == 1, run
        peak = run["peak_bytes"] / MB
        self.row(f"nb2py: peak MB, one notebook of 200 MB, all {what}", peak, size / MB, run["peak_bytes"] / size, "at most 3")

    def print(self):
        head = ["what", "ours", "other", "ratio", "bar"]
        print(f"| {' | '.join(head)} |\n| --- | ---: | ---: | ---: | ---: |")
        for row in self.rows:
            print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    sys.exit(main())

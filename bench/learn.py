"""assign-merge, negsample, nalin-train and nalin-score beside the published network in PyTorch: one table.

    python3 bench/learn.py BIN [--examples N] [--large]

The interpreter that runs this needs bench/requirements-learn.txt. Everything is made of bench/assignments.py. CPU
seconds are user and system time of a whole process of ours, start, reading and featurising included; of the peer
those of its loop, featurising included. One thread each, but for the rows that say two. --large adds 10^7
assignments, 4 million pairs and training on a million pairs (half an hour, 20 GB in TMPDIR).
The original's 1,051 examples a CPU second in scoring, and how its negatives grew, were measured once elsewhere.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ORIGINAL_SCORES = 1051
MB = 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bin")
    parser.add_argument("--examples", type=int, default=8192, help="that both train on")
    parser.add_argument("--large", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder, arguments.bin)
        bench.merge("500k", 500_000)
        for n in (64_000, 256_000) + ((1_000_000, 4_000_000) if arguments.large else ()):
            bench.sample(n)
        bench.learn(arguments.examples)
        if arguments.large:
            bench.merge("10^7", 10_000_000)
            bench.train_large(1_000_000)
    bench.print()


class Bench:
    def __init__(self, folder, bin):
        self.folder, self.bin, self.rows, self.per_pair = folder, bin, [], None

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, program, *args):
        """Runs a program of ours; its summary."""
        summary = self.path("summary.json")
        command = [os.path.join(self.bin, program), "--quiet", "--summary", summary, *args]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with open(summary, encoding="utf-8") as file:
            return json.load(file)

    def row(self, what, figure, bar, holds):
        self.rows.append((what, figure, bar, "yes" if holds else "NO"))
        print(" | ".join(self.rows[-1]), file=sys.stderr)

    def assignments(self, n):
        path = self.path("assignments.jsonl")
        with open(path, "wb") as file:
            subprocess.run([sys.executable, os.path.join(HERE, "assignments.py"), str(n)], check=True, stdout=file)
        return path

    def merge(self, name, n):
        done = self.run("assign-merge", "-j1", self.assignments(n), "--output", "/dev/null")
        rate, peak = n / done["cpu_seconds"], done["peak_bytes"] / MB
        self.row(f"assign-merge, {name} records", f"{rate:,.0f} a CPU s", "300,000", rate >= 300_000)
        if n >= 10_000_000:
            self.row(f"memory of assign-merge, {name} records", f"{peak:,.0f} MB", "4,000 MB", peak <= 4000)

    def pairs(self, n):
        """As many pairs as assignments: nothing is dropped."""
        path = self.path("pairs.jsonl")
        everything = ["--dedup", "off", "--per-site", "0", "--per-name", "0"]
        done = self.run("assign-merge", *everything, self.assignments(n), "--output", path)
        assert done["records_out"] == n, done
        return path

    def sample(self, n):
        done = self.run("negsample", "-j1", self.pairs(n), "--output", "/dev/null", "--rejects", "/dev/null")
        seconds = done["cpu_seconds"]
        if n == 256_000:
            self.per_pair = seconds / n
            self.row("negsample, 256k pairs", f"{seconds:.2f} CPU s", "2", seconds <= 2)
        elif n > 256_000:
            growth = seconds / n / self.per_pair
            text = f"{seconds:.1f} CPU s, {growth:.2f} times a pair of 256k, {done['peak_bytes'] / MB:,.0f} MB"
            self.row(f"negsample, {n // 1_000_000}M pairs", text, "linear (1.3)", growth <= 1.3)

    def train(self, examples, arch, threads):
        done = self.run(
            "nalin-train", examples, "--arch", arch, "--epochs", "1", "--no-baselines", "--jobs", str(threads),
            "--model", self.path(f"model-{arch}"),
        )
        return done, done["counts"]["examples_train"] / done["cpu_seconds"]

    def at_once(self, examples, arch):
        """Wall seconds of two runs that share nothing but the machine: no two threads can do better."""
        command = [os.path.join(self.bin, "nalin-train"), "--quiet", examples, "--arch", arch, "--epochs", "1",
                   "--no-baselines", "--jobs", "1", "--output", "/dev/null", "--model"]
        start = time.monotonic()
        for run in [subprocess.Popen([*command, self.path(f"model-{arch}-{n}")]) for n in range(2)]:
            if run.wait():
                raise SystemExit("nalin-train failed")
        return time.monotonic() - start

    def learn(self, n):
        examples = self.path("examples.jsonl")
        self.run("negsample", self.pairs(n // 2), "--strategy", "type-guided", "--output", examples, "--split", "none",
                 "--rejects", "/dev/null")
        peer = json.loads(subprocess.run(
            [sys.executable, os.path.join(HERE, "peers", "pytorch_nalin.py"), "train", examples],
            check=True, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
        ).stdout)
        theirs = peer["train_per_cpu_second"]
        self.row(f"training, PyTorch {peer['torch']}", f"{theirs:,} examples a CPU s", "", True)
        for arch, times, score_times in (("nalin", 3, 4), ("default", 8, 20)):
            one, rate = self.train(examples, arch, 1)
            text = f"{rate:,.0f} a CPU s, {rate / theirs:.1f} times PyTorch"
            self.row(f"training, {arch}", text, f"{times} times", rate >= times * theirs)
            two, _ = self.train(examples, arch, 2)
            gain = one["wall_seconds"] / two["wall_seconds"]
            most = 2 * one["wall_seconds"] / self.at_once(examples, arch)
            text = f"{gain:.2f} times one (wall); two runs at once {most:.2f} times"
            self.row(f"training, {arch}, two threads", text, "1.7 times", gain >= 1.7)
            done = self.run("nalin-score", "-j1", examples, "--model", self.path(f"model-{arch}"))
            rate = n / done["cpu_seconds"]
            text = f"{rate:,.0f} a CPU s, {rate / ORIGINAL_SCORES:.1f} times the original"
            self.row(f"scoring, {arch}", text, f"{score_times} times", rate >= score_times * ORIGINAL_SCORES)
        self.row("scoring, PyTorch twin", f"{peer['score_per_cpu_second']:,} examples a CPU s", "", True)

    def train_large(self, n):
        examples = self.path("examples.jsonl")
        self.run("negsample", self.pairs(n), "--output", examples, "--rejects", "/dev/null")
        for arch in ("default", "nalin"):
            done, rate = self.train(examples, arch, 2)
            peak = done["peak_bytes"] / MB
            text = f"{peak:,.0f} MB, {rate:,.0f} examples a CPU s"
            self.row(f"memory of training, 1M pairs, {arch}", text, "2,000 MB", peak <= 2000)

    def print(self):
        print("| what | measured | bar | holds |\n| --- | ---: | ---: | --- |")
        for row in self.rows:
            print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()

"""nbinstrument beside libcst, in one run: lines a CPU-second, and how far the two agree.

    python3 bench/instrument.py SCRIPTS.jsonl [--nbinstrument PATH] [--times N]

The interpreter that runs this needs libcst (PyPI). Both read the same records from a file and write to one;
CPU seconds are user and system time of the process, its start and JSON included for nbinstrument, its start
left out for libcst. nbinstrument reads the records N times over, because once is over before it can be measured.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scripts")
    parser.add_argument("--nbinstrument", default=os.path.join(HERE, "..", "target", "release", "nbinstrument"))
    parser.add_argument("--times", type=int, default=20)
    arguments = parser.parse_args()
    print(measure(arguments.scripts, arguments.nbinstrument, arguments.times)["said"])


def measure(scripts, nbinstrument, times=20):
    """Lines a CPU second of both on the records of a file, and what there is to say about it."""
    with open(scripts, "rb") as file:
        records = file.read()
    lines = sum(json.loads(line)["code"].count("\n") for line in records.splitlines())

    with tempfile.TemporaryDirectory() as folder:
        often, ours, peers = (os.path.join(folder, name) for name in ["often", "ours", "peers"])
        with open(often, "wb") as file:
            for _ in range(times):
                file.write(records)
        command = [nbinstrument, "-q", "-j1", "--rejects", os.devnull]
        before = children()
        subprocess.run([*command, often, "-o", os.devnull], check=True)
        our_rate = lines * times / (children() - before)
        subprocess.run([*command, scripts, "-o", ours], check=True)
        with open(scripts) as source, open(peers, "w") as target:
            peer = [sys.executable, os.path.join(HERE, "peers", "libcst_instrument.py")]
            said = subprocess.run(peer, stdin=source, stdout=target, stderr=subprocess.PIPE, text=True, check=True)
        peer_rate = float(said.stderr.split()[-2])
        agreement = compare(ours, peers)
    said = (
        f"{lines} lines; nbinstrument {our_rate:.0f} lines/CPU-s; {said.stderr.strip()}; "
        f"ratio {our_rate / peer_rate:.0f}\n{agreement}"
    )
    return {"ours": our_rate, "peer": peer_rate, "said": said}


def compare(ours, peers):
    """How many cells have the same text from both."""
    with open(peers) as file:
        by_path = {record["path"]: record for record in map(json.loads, file)}
    cells = same = 0
    with open(ours) as file:
        for record in map(json.loads, file):
            one = record["instrumented_code"].split("\n")
            other = by_path[record["path"]]["instrumented_code"].split("\n")
            for cell in record["cells"]:
                rows = slice(cell["first_row"] - 1, cell["last_row"])
                cells += 1
                same += unnumbered(one[rows]) == unnumbered(other[rows])
    return f"{same} of {cells} cells have the same probes from both (spaces and site numbers aside)"


def unnumbered(lines):
    import re

    return re.sub(r"\s|(?<=_nalin_[tw]\()\d+", "", "".join(lines))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""nbexec, warm, beside one `ipython FILE` a notebook, both with two processes, on the same notebooks in one run.

usage: bench/exec.py BIN PYTHON NOTEBOOKS LIST [N]

LIST: paths below NOTEBOOKS, one a line; PYTHON has their packages. Two sets are run: N (100) scripts that import
what most import and bind two names, and N of LIST drawn at random. Both sides end a notebook after ten seconds,
as the original does. CPU is that of all processes of a side, its workers' imports included, as a control group of
its own counts it, which needs root.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
IMPORTS = "import numpy as np, pandas as pd, matplotlib.pyplot as plt\nx = np.arange(10)\ny = pd.Series(x)"
GROUPS = (  # folder, file with the CPU time used, seconds of its unit
    ("/sys/fs/cgroup/cpuacct", "cpuacct.usage", 1e-9),
    ("/sys/fs/cgroup", "cpu.stat", 1e-6),
)


def metered(command, text):
    """Its stdout, wall and CPU seconds."""
    base, usage, unit = next(group for group in GROUPS if os.path.exists(os.path.join(group[0], group[1])))
    group = tempfile.mkdtemp(prefix="nalin-bench-", dir=base)

    def enter():
        with open(os.path.join(group, "cgroup.procs"), "w") as file:
            file.write(str(os.getpid()))

    start = time.monotonic()
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, preexec_fn=enter, check=True, text=True)
    wall = time.monotonic() - start
    with open(os.path.join(group, usage)) as file:
        cpu = unit * int(file.read().split("\n")[0].split()[-1])
    for _ in range(50):  # What was killed may not be gone yet.
        try:
            os.rmdir(group)
            break
        except OSError:
            time.sleep(0.1)
    return done.stdout, wall, cpu


def script(number):
    rows = IMPORTS.count("\n") + 1
    cell = {"cell": 1, "cell_id": "", "execution_count": -1, "first_row": 1, "last_row": rows}
    cell.update(physical_lines=[1] * rows, has_error=False)
    record = {"schema": "script/1", "id": "i%d" % number, "path": "i%d.ipynb" % number, "repo": "", "language": "python"}
    record.update(language_version="", kernel="", nbformat=4, nbformat_minor=5, code=IMPORTS, cells=[cell])
    return json.dumps({**record, "magics": [], "duplicate_of": ""}) + "\n"


def compare(name, text, folder, python, notebooks):
    count = text.count("\n")
    told, wall, cpu = metered([sys.executable, HERE + "/peers/cold_ipython.py", python, "2"], text)
    values = json.loads(told)["values"]
    limits = ["--timeout", "10", "--cell-timeout", "10"]
    records, our_wall, our_cpu = metered(
        [folder + "/nbexec", "-q", "-j2", *limits, "--root", notebooks, "--python", python], text
    )
    our_values = records.count('{"schema":"assignment/1"')
    print("%s, %d notebooks:" % (name, count))
    print("  ipython, cold: %7.1f s, %7.1f CPU s, %d values" % (wall, cpu, values))
    print("  nbexec, warm:  %7.1f s, %7.1f CPU s, %d values" % (our_wall, our_cpu, our_values))
    print(
        "  %.2f times the notebooks an hour, %.2f times a CPU second, %.2f times the values"
        % (wall / our_wall, cpu / our_cpu, our_values / max(values, 1))
    )


def main():
    folder, python, notebooks, names = sys.argv[1:5]
    n = int(sys.argv[5]) if len(sys.argv) > 5 else 100
    run = lambda command, text: subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True, text=True).stdout
    instrument = [folder + "/nbinstrument", "-q", "--rejects", "/dev/null"]
    compare("import-bound", run(instrument, "".join(map(script, range(n)))), folder, python, notebooks)
    with open(names) as file:
        drawn = random.Random(42).sample(file.read().split("\n")[:-1], n)
    read = [folder + "/nb2py", "-q", "--root", notebooks, "--files-from", "-", "--repo-depth", "2", "--rejects", "/dev/null"]
    scripts = run(read, "\n".join(drawn) + "\n")
    compare("random", run(instrument, scripts), folder, python, notebooks)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The original's way to run scripts: one `ipython FILE` for each, ten seconds, in an empty folder, behind
namespaces without network; a value is written to a file of its site each time, so the last one stays.

usage: bench/peers/cold_ipython.py PYTHON PROCESSES < instrumented.jsonl   (prints one JSON object)
"""
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

RECORD = """
import atexit, builtins, json, resource
def _cpu():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    with open("/run/out/cpu", "w") as file:
        file.write(str(sum(one.ru_utime + one.ru_stime for one in used)))
atexit.register(_cpu)
def _nalin_t(site, value):
    try:
        try: length = len(value)
        except Exception: length = -1
        with open("/run/out/%d.json" % site, "w") as file:
            json.dump({"value": str(value), "type": str(type(value)), "len": length}, file)
    except Exception: pass
def _nalin_w(site, value):
    _nalin_t(site, value)
    return value
builtins._nalin_t, builtins._nalin_w = _nalin_t, _nalin_w
"""


def execute(record, python, bases):
    """Values recorded, whether the script ended by itself and well, CPU seconds."""
    # What was killed may still write for a moment.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name in ("out", "code"):
            os.mkdir(os.path.join(folder, name))
        os.chmod(os.path.join(folder, "out"), 0o777)
        os.chmod(folder, 0o755)
        for name, text in (("script.py", record["instrumented_code"]), ("sitecustomize.py", RECORD)):
            with open(os.path.join(folder, "code", name), "w", encoding="utf-8") as file:
                file.write(text)
        walls = ["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"]
        for hidden in ("/root", "/home", "/tmp", "/mnt"):
            walls += ["--tmpfs", hidden]
        for shown in bases:
            walls += ["--ro-bind", shown, shown]
        walls += ["--tmpfs", "/run", "--bind", folder + "/out", "/run/out", "--ro-bind", folder + "/code", "/run/code", "--chdir", "/tmp"]
        walls += ["--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", "/tmp", "--setenv", "PYTHONPATH", "/run/code", "--setenv", "MPLBACKEND", "Agg"]
        command = walls + [python, "-m", "IPython", "--ipython-dir=/tmp", "--colors=NoColor", "/run/code/script.py"]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10)
            ended_well = done.returncode == 0
        except subprocess.TimeoutExpired:
            ended_well = False
        # Told by itself, for bubblewrap's first process does not pass it on; one that was killed counts as nothing.
        told = os.path.join(folder, "out", "cpu")
        cpu = float(open(told).read()) if os.path.exists(told) else 0.0
        return sum(name.endswith(".json") for name in os.listdir(os.path.join(folder, "out"))), ended_well, cpu


def main():
    python, processes = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    ask = [python, "-c", "import sys; print(sys.prefix); print(sys.base_prefix)"]
    bases = subprocess.run(ask, stdout=subprocess.PIPE, check=True, text=True).stdout.split("\n")[:2]
    records = [json.loads(line) for line in sys.stdin]
    start = time.monotonic()
    with ThreadPoolExecutor(processes) as pool:
        results = list(pool.map(lambda record: execute(record, python, bases), records))
    print(json.dumps({
        "notebooks": len(results), "values": sum(values for values, _, _ in results),
        "ended": sum(ended for _, ended, _ in results), "wall_seconds": time.monotonic() - start,
        "cpu_seconds": sum(cpu for _, _, cpu in results),
    }))


if __name__ == "__main__":
    main()

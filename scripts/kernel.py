#!/usr/bin/env python3
"""Runs notebooks under a Jupyter kernel (nbclient with ipykernel) and with nbexec, and compares them cell by cell.

    scripts/kernel.py [--sample N --seed N] [--seconds N --cell-seconds N] BIN NOTEBOOK_OR_FOLDER… [-- FLAGS OF NBEXEC]

Compared are how each cell ended, the type of its exception and the line that it is from, and what names of plain types hold
at the end. Differences that docs/kernel.md explains are counted by their reason; every other is told, and makes the status 1.
Run it with the Python of the packages that the notebooks need, which has nbclient too. The kernel stands behind walls of
bubblewrap (no network, files read-only but for a copy of the notebook's folder), because nobody has read these notebooks.
"""

import argparse
import ast
import asyncio
import collections
import glob
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile

BATCH = 25  # notebooks that are copied and handed to nbexec at a time
MEMORY = 4 << 30
# The last cell of each: the names that hold plain values, one after the other, for a probe to see and for us to read.
LAST = '''
def plain_(v, d=3):
    k = type(v)
    if k in (list, tuple): return d > 0 and len(v) < 50 and all(plain_(e, d - 1) for e in v)
    if k is dict: return d > 0 and len(v) < 50 and all(plain_(e, d - 1) for p in dict.items(v) for e in p)
    return k in (int, float, bool, str, type(None))
names_ = [n for n in sorted(globals()) if n[:1] != "_" and n[-1:] != "_" and n not in ("In", "Out") and plain_(globals()[n])]
for known_ in [(n, repr(globals()[n])[:150]) for n in names_]:
    print(known_)
'''

# Calls whose numbers count what else the process has open or is.
NUMBERED = r"mkstemp|os\.(?:open|dup|pipe|getp?pid|fork)|fileno|get_ident|\bid\("
OUTSIDE = {"URLError", "ConnectionError", "ConnectTimeout", "gaierror", "HTTPError", "PermissionError"}


def run_under_kernel(seconds, cell_seconds):
    """What the kernel makes of the notebook on stdin: how each code cell ended, by its number, and the names at the end."""
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    import nbclient
    import nbformat

    notebook = nbformat.from_dict(json.load(sys.stdin))
    client = nbclient.NotebookClient(
        notebook, timeout=cell_seconds, allow_errors=True, kernel_name="python3", resources={"metadata": {"path": os.getcwd()}}
    )
    died = ""
    try:
        asyncio.run(asyncio.wait_for(client.async_execute(), seconds))
    except BaseException as error:
        died = type(error).__name__
    cells, names = {}, {}
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        failed = [output for output in cell.get("outputs", ()) if output.output_type == "error"]
        ran = cell.get("execution_count") is not None
        cells[number] = ("ok" if ran else "not run", "", 0)
        if failed:
            text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(failed[0].traceback))
            lines = re.findall(r"Cell In ?\[%s\], line (\d+)" % cell.execution_count, text)
            cells[number] = ("error", failed[0].ename, int(lines[-1]) if lines else 0)
    if not died:
        written = "".join(output.text for output in notebook.cells[-1].outputs if output.output_type == "stream")
        names = dict(filter(None, map(known, written.splitlines())))
    json.dump([list(cells.items()), names, died], sys.stdout)


def known(text):
    """A name and the text of its value, as the last cell writes them."""
    try:
        name, value = ast.literal_eval(text)
        return name, value
    except (SyntaxError, ValueError):
        return None


def under_kernel(notebook, folder, limits):
    """The same, behind walls, with the folder in the place where nbexec has it."""
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000"]
    for entry in sorted(os.listdir("/")):
        path = "/" + entry
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        elif entry not in ("proc", "dev", "tmp", "notebook", "sys"):
            command += ["--ro-bind", path, path]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/dev/shm", "--bind", folder, "/notebook"]
    command += ["--chdir", "/notebook", "--clearenv"]
    # One thread for each library, as nbexec has it.
    for name, value in (("PATH", "/usr/bin:/bin"), ("HOME", "/tmp"), ("LANG", "C.UTF-8"), ("OMP_NUM_THREADS", "1"), ("OPENBLAS_NUM_THREADS", "1")):
        command += ["--setenv", name, value]
    command += [sys.executable, os.path.abspath(__file__), "--kernel", *map(str, limits)]
    try:
        ran = subprocess.run(
            command,
            input=json.dumps(notebook).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits[0] + 60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
            check=False,
        )
        cells, names, died = json.loads(ran.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        return {}, {}, type(error).__name__
    return {number: tuple(cell) for number, cell in cells}, names, died


class Ours:
    """What nbexec makes of a notebook."""

    def __init__(self, script, records):
        self.code = script["code"]
        self.magics = {magic["cell"] for magic in script["magics"]}
        run = records[-1]
        self.outcome = run["outcome"]
        self.cells = {}
        for cell in run["cells"]:
            status = {"syntax": "error", "skipped": "not run"}.get(cell["status"], cell["status"])
            self.cells[cell["cell"]] = (status, cell["exception"], cell["line"])
        texts = [record["value"]["text"] for record in records[:-1] if record["site"]["name"] == "known_"]
        self.names = dict(filter(None, map(known, texts)))
        self.unsayable = {cell["cell"] for cell in run["cells"] if "\ufffd" in cell["message"]}


def with_nbexec(bin_folder, root, paths, limits, flags):
    """What nbexec makes of notebooks, by their paths: one after the other on one worker."""
    seconds, cell_seconds = map(str, limits)
    flags = ["--timeout", seconds, "--cell-timeout", cell_seconds, "--cpu", seconds, "--per-site", "first:500", *flags]
    flags += ["--memory-mb", str(MEMORY >> 20), "--jobs", "1", "--files", "folder"]
    steps = [["nb2py", "-q", "--root", root, "--files-from", "-"], ["nbinstrument", "-q", "--hooks", "for"]]
    steps.append(["nbexec", "-q", "--root", root, "--python", sys.executable, *flags])
    data, scripts, found, records = "\n".join(paths).encode(), {}, {}, []
    for step in steps:
        data = subprocess.run([os.path.join(bin_folder, step[0]), *step[1:]], input=data, stdout=subprocess.PIPE, check=True).stdout
        if step[0] == "nb2py":
            for line in data.splitlines():
                script = json.loads(line)
                scripts[script["path"]] = script
    for line in data.splitlines():
        records.append(json.loads(line))
        if records[-1]["schema"].startswith("run/"):
            path = records[-1]["path"]
            found[path] = Ours(scripts[path], records)
            records = []
    return found


def reason(number, kernel, mine, ours, missing):
    """Why a cell may end otherwise, as docs/kernel.md has it; empty where nothing explains it."""
    if number in ours.unsayable:
        return "no UTF-8"
    if number in ours.magics:
        return "magics"  # replaced by plain Python
    if kernel[0] == mine[0] == "error" and kernel[1] == mine[1] and 0 in (kernel[2], mine[2]):
        return "line of a frame that is not shown"
    if (kernel[1], mine[1]) == ("StdinNotImplementedError", "EOFError") and kernel[2] == mine[2]:
        return "input()"
    if mine[0] in ("timeout", "killed"):
        return "limits"
    if {kernel[1], mine[1]} & OUTSIDE:
        return "walls"
    if missing:
        return "follows from an earlier difference"
    return ""


def with_last_cell(path):
    """The notebook of a file as nbformat 4 with our cell at its end; `None` where it is none."""
    import nbformat

    try:
        with open(path, encoding="utf-8-sig") as file:
            notebook = nbformat.v4.upgrade(nbformat.convert(nbformat.from_dict(json.load(file)), 4))
        notebook["cells"].append(nbformat.v4.new_code_cell(LAST))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
    except Exception:
        return None
    return notebook


def compare(notebook, folder, ours, limits, counts):
    """The differences of one notebook that nothing explains."""
    if ours.outcome == "sandbox":
        return ["nbexec did not run it at all: the sandbox, or a machine under too much load"]
    runs = []
    for _again in range(2):  # what differs between two runs of the kernel says nothing
        with tempfile.TemporaryDirectory() as scratch:
            world = os.path.join(scratch, "world")
            shutil.copytree(folder, world, symlinks=True)
            runs.append(under_kernel(notebook, world, limits))
        cells, names, died = runs[0]
        ran = {number: cell for number, cell in cells.items() if not (died and cell[0] == "not run")}
        if all(ours.cells.get(number) == cell for number, cell in ran.items()) and (died or names == ours.names):
            break
    told, missing = [], False
    kernel_cells, kernel_names, died = runs[0]
    for number, kernel in kernel_cells.items():
        mine = ours.cells.get(number, ("absent", "", 0))
        if kernel == mine or runs[-1][0].get(number) != kernel:
            continue
        ended = died and kernel[0] == "not run"
        why = "not run: nbclient had given up" if ended else reason(number, kernel, mine, ours, missing)
        missing = missing or bool(why)
        if why:
            counts[why] += 1
        else:
            told.append("cell %d: %s under the kernel, %s here" % (number, kernel, mine))
    if not died:
        for name in sorted(set(kernel_names) | set(ours.names)):
            kernel, mine = kernel_names.get(name), ours.names.get(name)
            if kernel == mine or runs[-1][1].get(name) != kernel:
                continue
            if ours.magics or missing or ours.outcome not in ("ok", "cell_errors"):
                counts["values that follow from the above"] += 1
            elif re.search(r"\b%s\b[^=\n]*=.*(?:%s)" % (re.escape(name), NUMBERED), ours.code):
                counts["numbers of files, processes and objects"] += 1
            else:
                told.append("%s: %s under the kernel, %s here" % (name, kernel, mine))
    counts["cells"] += len(kernel_cells)
    counts["cells that end alike"] += sum(ours.cells.get(number) == kernel for number, kernel in kernel_cells.items())
    counts["cells without an exception under the kernel"] += sum(kernel[0] == "ok" for kernel in kernel_cells.values())
    counts["names"] += len(kernel_names)
    counts["names that hold the same"] += sum(ours.names.get(name) == value for name, value in kernel_names.items())
    return told


def notebooks(places, sample, seed):
    """The files."""
    paths = []
    for place in places:
        paths += sorted(glob.glob(place + "/**/*.ipynb", recursive=True)) if os.path.isdir(place) else [place]
    return random.Random(seed).sample(paths, min(sample, len(paths))) if sample else paths


def copies(paths, scratch):
    """Copies of notebooks with their folders: where each is from, what it says, its path below `scratch`."""
    taken = []
    for number, path in enumerate(paths):
        notebook = with_last_cell(path)
        if notebook is None:
            continue
        folder = "%04d" % number
        shutil.copytree(os.path.dirname(os.path.abspath(path)), os.path.join(scratch, folder), symlinks=True)
        target = os.path.join(folder, os.path.basename(path))
        with open(os.path.join(scratch, target), "w", encoding="utf-8", errors="surrogatepass") as file:
            json.dump(notebook, file)
        taken.append((path, notebook, target))
    return taken


def main():
    arguments, flags = sys.argv[1:], []
    if "--" in arguments:
        place = arguments.index("--")
        arguments, flags = arguments[:place], arguments[place + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="so many notebooks, drawn at random; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=600, help="wall time of a notebook")
    parser.add_argument("--cell-seconds", type=int, default=60)
    parser.add_argument("bin")
    parser.add_argument("places", nargs="+")
    args = parser.parse_args(arguments)
    if not shutil.which("bwrap"):
        sys.exit("kernel.py: no bubblewrap, and strangers' notebooks run under no kernel without walls (apt-get install bubblewrap)")
    counts, differing, limits = collections.Counter(), 0, (args.seconds, args.cell_seconds)
    paths = notebooks(args.places, args.sample, args.seed)
    for start in range(0, len(paths), BATCH):
        with tempfile.TemporaryDirectory() as scratch:
            os.chmod(scratch, 0o755)
            taken = copies(paths[start : start + BATCH], scratch)
            found = with_nbexec(args.bin, scratch, [target for _, _, target in taken], limits, flags)
            counts["no notebooks to run"] += len(paths[start : start + BATCH]) - len(found)
            for path, notebook, target in taken:
                if target not in found:
                    continue
                folder = os.path.join(scratch, os.path.dirname(target))
                told = compare(notebook, folder, found[target], limits, counts)
                counts["notebooks"] += 1
                differing += bool(told)
                for line in told:
                    print("%s: %s" % (path, line), flush=True)
        print("kernel.py: %d of %d done, %s" % (min(start + BATCH, len(paths)), len(paths), dict(counts)), file=sys.stderr)
    for name, count in sorted(counts.items()):
        print("%8d  %s" % (count, name))
    print("%8d  notebooks with a difference that is not explained" % differing)
    return 1 if differing else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--kernel"]:
        run_under_kernel(*map(int, sys.argv[2:]))
    else:
        sys.exit(main())

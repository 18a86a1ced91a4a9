#!/usr/bin/env python3
"""Runs notebooks under a Jupyter kernel (nbclient with ipykernel) and with nbexec, and compares them cell by cell.

    scripts/kernel.py BIN NOTEBOOK_OR_FOLDER… [-- FLAGS OF NBEXEC]

Compared are how each cell ended, the type of its exception and the line that it is from, and what names of plain types hold
at the end. Differences that docs/kernel.md explains are counted by their reason; every other is told, and makes the status 1.
Run it with the Python of the packages that the notebooks need, which has nbclient too.
"""

import ast
import collections
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
import nbclient  # noqa: E402
import nbformat  # noqa: E402

SECONDS = 60  # of a cell
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


def under_kernel(notebook, folder):
    """How each code cell ended, by its number: status, exception, line; and the names at the end."""
    notebook = nbformat.from_dict(notebook)
    client = nbclient.NotebookClient(
        notebook, timeout=SECONDS, allow_errors=True, kernel_name="python3", resources={"metadata": {"path": folder}}
    )
    died = ""
    try:
        client.execute()
    except Exception as error:
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
    if died:
        return cells, {}, died
    written = "".join(output.text for output in notebook.cells[-1].outputs if output.output_type == "stream")
    for line in written.splitlines():
        try:
            name, value = ast.literal_eval(line)
            names[name] = value
        except (SyntaxError, ValueError):
            pass
    return cells, names, ""


def with_nbexec(bin_folder, path, root, flags):
    """The same, and for each cell the IPython syntax in it."""
    steps = [["nb2py", "-q", "--root", root, path], ["nbinstrument", "-q", "--hooks", "for"]]
    limits = ["--timeout", "600", "--cell-timeout", str(SECONDS), "--cpu", "600", "--per-site", "first:500"]
    steps.append(["nbexec", "-q", "--root", root, "--python", sys.executable, *limits, *flags])
    data, magics = b"", {}
    for step in steps:
        data = subprocess.run([os.path.join(bin_folder, step[0]), *step[1:]], input=data, stdout=subprocess.PIPE, check=False).stdout
        if step[0] == "nb2py" and data:
            for magic in json.loads(data)["magics"]:
                magics.setdefault(magic["cell"], []).append(magic["action"])
    records = [json.loads(line) for line in data.splitlines()]
    if not records:
        return None
    cells = {}
    for cell in records[-1]["cells"]:
        status = {"syntax": "error", "skipped": "not run"}.get(cell["status"], cell["status"])
        cells[cell["cell"]] = (status, cell["exception"], cell["line"])
    names = {}
    for record in records[:-1]:
        if record["site"]["name"] == "known_":
            try:
                name, value = ast.literal_eval(record["value"]["text"])
                names[name] = value
            except (SyntaxError, ValueError):
                pass
    unsayable = {cell["cell"] for cell in records[-1]["cells"] if "\ufffd" in cell["message"]}
    return cells, names, magics, unsayable, records[-1]["outcome"]


def reason(number, kernel, ours, magics, missing):
    """Why a cell may end otherwise, as docs/kernel.md has it; empty where nothing explains it."""
    if magics.get(number):
        return "magics"  # replaced by plain Python
    if kernel[0] == ours[0] == "error" and kernel[1] == ours[1] and 0 in (kernel[2], ours[2]):
        return "line of a frame that is not shown"
    if ours[0] in ("timeout", "killed"):
        return "limits"
    if {kernel[1], ours[1]} & {"URLError", "ConnectionError", "gaierror", "HTTPError", "PermissionError"}:
        return "walls"
    if missing:
        return "follows from an earlier difference"
    return ""


def compare(bin_folder, path, root, flags, counts):
    """The differences of one notebook that nothing explains."""
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        copy = os.path.join(scratch, "root")
        shutil.copytree(root, copy, symlinks=True)
        target = os.path.join(copy, os.path.relpath(path, root))
        try:
            with open(path, encoding="utf-8-sig") as file:
                notebook = nbformat.convert(nbformat.from_dict(json.load(file)), 4)
            notebook = nbformat.v4.upgrade(notebook)
        except Exception:
            return None
        notebook["cells"].append(nbformat.v4.new_code_cell(LAST))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        with open(target, "w", encoding="utf-8", errors="surrogatepass") as file:
            json.dump(notebook, file)
        ours = with_nbexec(bin_folder, target, copy, flags)
        if ours is None:
            return None
        cells, names, magics, unsayable, outcome = ours
        if outcome == "sandbox":
            return ["nbexec did not run it at all: the sandbox, or a machine under too much load"]
        runs = []
        for _again in range(2):  # what differs between two runs of the kernel says nothing
            world = os.path.join(scratch, "world%d" % len(runs))
            shutil.copytree(root, world, symlinks=True)
            runs.append(under_kernel(notebook, os.path.dirname(os.path.join(world, os.path.relpath(path, root)))))
            if runs[0][0] == cells and runs[0][1] == names:
                break
    told, missing = [], False
    kernel_cells, kernel_names, died = runs[0]
    for number, kernel in kernel_cells.items():
        mine = cells.get(number, ("absent", "", 0))
        if kernel == mine or runs[-1][0].get(number) != kernel:
            continue
        why = "no UTF-8" if number in unsayable else reason(number, kernel, mine, magics, missing)
        if died and kernel[0] == "not run":
            why = why or "the kernel died"
        missing = missing or bool(why)
        if why:
            counts[why] += 1
        else:
            told.append("cell %d: %s under the kernel, %s here" % (number, kernel, mine))
    if not died:
        for name in sorted(set(kernel_names) | set(names)):
            if kernel_names.get(name) != names.get(name) and runs[-1][1].get(name) == kernel_names.get(name):
                if magics or missing or outcome not in ("ok", "cell_errors"):
                    counts["values that follow from the above"] += 1
                else:
                    told.append("%s: %s under the kernel, %s here" % (name, kernel_names.get(name), names.get(name)))
    counts["cells"] += len(kernel_cells)
    counts["cells that end alike"] += sum(cells.get(number) == kernel for number, kernel in kernel_cells.items())
    counts["names"] += len(kernel_names)
    counts["names that hold the same"] += sum(names.get(name) == value for name, value in kernel_names.items())
    return told


def main():
    arguments, flags = sys.argv[1:], []
    if "--" in arguments:
        place = arguments.index("--")
        arguments, flags = arguments[:place], arguments[place + 1 :]
    bin_folder, *places = arguments
    paths = []
    for place in places:
        paths += sorted(glob.glob(place + "/**/*.ipynb", recursive=True)) if os.path.isdir(place) else [place]
    counts, differing = collections.Counter(), 0
    for path in paths:
        told = compare(bin_folder, os.path.abspath(path), os.path.dirname(os.path.abspath(path)), flags, counts)
        if told is None:
            counts["no notebooks to run"] += 1
            continue
        counts["notebooks"] += 1
        differing += bool(told)
        for line in told:
            print("%s: %s" % (path, line), flush=True)
    for name, count in sorted(counts.items()):
        print("%8d  %s" % (count, name))
    print("%8d  notebooks with a difference that is not explained" % differing)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())

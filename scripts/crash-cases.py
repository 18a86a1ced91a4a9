#!/usr/bin/env python3
"""Makes notebooks that crash, runs them in the order that each asks for, and sees what crash-label says.

usage: scripts/crash-cases.py BIN PYTHON   (BIN: folder of the programs; PYTHON: interpreter with pandas)

Reads fixtures/crashes/cases.txt. Every notebook is run by nbexec with its cells in the order of execution; what
came of it is then saved as a notebook would have it: cells in the order of the file, each with its last execution
count and error. Writes these to fixtures/crashes/made.jsonl (source/1 records with `truth` and `what`), which the
tests read, and prints the confusion of causes. Status 1 if order is not told apart well enough.
"""
import collections, json, os, pathlib, re, subprocess, sys, tempfile

BIN, PYTHON = sys.argv[1:3]
HERE = pathlib.Path("fixtures/crashes")


def cases():
    for at, block in enumerate((HERE / "cases.txt").read_text().split("\n== ")[1:]):
        head, _, body = block.partition("\n")
        # The bar between truth, order and words is also the sign of a restart.
        truth, *order, what = [part.strip() for part in head.split("|")]
        cells = [cell.strip("\n") for cell in ("\n" + body).split("\n--\n")]
        sessions = [[int(number.strip("*")) - 1 for number in part.split()] for part in order]
        marked = [number for part in order for number in part.split() if "*" in number]
        judged = int(marked[0].strip("*")) if marked else sessions[-1][-1] + 1
        yield {"name": f"case{at:03}.ipynb", "truth": truth, "what": what, "cells": cells, "sessions": sessions,
               "judged": judged}


def notebook(cells):
    return {"nbformat": 4, "nbformat_minor": 4, "cells": cells,
            "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}}


def code(source, count=None, outputs=()):
    return {"cell_type": "code", "metadata": {}, "execution_count": count, "outputs": list(outputs),
            "source": source.splitlines(keepends=True)}


def pipe(commands, text):
    for command in commands:
        text = subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in text.splitlines()]


def sources(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def error(cell, turns, cells):
    """The error of a cell as IPython saves it, with colours; `turns` has the cell behind every execution count."""
    # Where Python lies is this machine's own affair.
    message = re.sub(r"(?<=\()/\S*/", "/usr/lib/python3/", cell["message"])
    red, green, off = "\x1b[0;31m", "\x1b[0;32m", "\x1b[0m"
    traceback = [f"{red}{'-' * 75}{off}", f"{red}{cell['exception']}{off}   Traceback (most recent call last)"]
    for frame in cell["frames"] or [f"cell {cell['cell']} line {cell['line']}"]:
        words = frame.split(" ")
        count, line = int(words[1]), int(words[3])
        within = f", in {words[5]}()" if len(words) > 5 and words[5] != "<module>" else ""
        lines = cells[turns[count - 1]].splitlines()
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        traceback.append(f"Cell {green}In[{count}], line {line}{off}{within}\n{green}----> {line}{off} {text}\n")
    traceback.append(f"{red}{cell['exception']}{off}: {message}")
    return {"output_type": "error", "ename": cell["exception"], "evalue": message, "traceback": traceback}


def saved(case, runs):
    counts, outputs = {}, {}
    for session, run in zip(case["sessions"], runs):
        for count, (at, cell) in enumerate(zip(session, run["cells"]), 1):
            counts[at] = count
            failed = cell["status"] in ("error", "syntax")
            outputs[at] = [error(cell, session, case["cells"])] if failed else []
    cells = [code(source, counts.get(at), outputs.get(at, [])) for at, source in enumerate(case["cells"])]
    return {"schema": "source/1", "path": case["name"], "repo": "cases", "notebook": notebook(cells),
            "truth": case["truth"], "what": case["what"], "judged": case["judged"]}


def main():
    all_cases = list(cases())
    to_run = [{"path": f"{at}-{turn}.ipynb", "notebook": notebook([code(case["cells"][one]) for one in session])}
              for at, case in enumerate(all_cases) for turn, session in enumerate(case["sessions"])]
    with tempfile.TemporaryDirectory() as empty:
        # Notebooks run as nobody, who may look into it.
        os.chmod(empty, 0o755)
        nbexec = [f"{BIN}/nbexec", "-q", "--root", empty, "--python", PYTHON]
        runs = {run["path"]: run for run in pipe([[f"{BIN}/nb2py", "-q"], nbexec], sources(to_run))
                if run["schema"] == "run/1"}
    made = [saved(case, [runs[f"{at}-{turn}.ipynb"] for turn in range(len(case["sessions"]))])
            for at, case in enumerate(all_cases)]
    (HERE / "made.jsonl").write_text(sources(made))
    crashes = pipe([[f"{BIN}/nbcrashes", "-q"], [f"{BIN}/crash-norm", "-q", "--keep-empty"], [f"{BIN}/crash-label", "-q"]],
                   sources(made))
    judged = {crash["path"]: crash for crash in crashes if crash["cell"] == crash["judged"]}
    confusion = collections.Counter()
    for case in all_cases:
        crash = judged.get(case["name"])
        said = crash["label"]["cause"] if crash else "no crash"
        confusion[case["truth"], said] += 1
        if said != case["truth"]:
            why = f"{crash['exception']}: {crash['message']} [{crash['label']['rule']}]" if crash else ""
            print(f"{case['name']}: {case['what']}: truth {case['truth']}, said {said}; {why}", file=sys.stderr)
    print(f"{len(all_cases)} notebooks\n\n| truth | said | notebooks |\n|---|---|---|")
    for (truth, said), n in sorted(confusion.items()):
        print(f"| {truth} | {said} | {n} |")
    print("\n| cause | precision | recall |\n|---|---|---|")
    good = True
    for cause in sorted({truth for truth, _ in confusion}):
        right = confusion[cause, cause]
        said = sum(n for (_, other), n in confusion.items() if other == cause)
        true = sum(n for (truth, _), n in confusion.items() if truth == cause)
        precision = right / said if said else 0.0
        print(f"| {cause} | {precision:.3f} ({right}/{said}) | {right / true:.3f} ({right}/{true}) |")
        if cause in ("nb.out_of_order", "nb.previous_error"):
            good &= precision >= 0.95 and right / true >= 0.85
    sys.exit(0 if good else 1)


main()

"""The peer of nb2py: nbconvert, kept in one process, on the same notebooks.

    nb2py --root DIR --files-from LIST | python3 nbconvert_cells.py DIR [RATE]

Reads script/1 records, converts each notebook below DIR with nbconvert's Python exporter, and checks that our
code cells stand in its output, one after the other. Cells with IPython syntax are left out: nbconvert makes
calls of it that only IPython can run, we make plain Python. So are blank lines and white space at the end of a
line, which nbconvert cleans up. Every difference is a line on stdout; on stderr the
count, and how many notebooks and megabytes nbconvert did a CPU-second (imports not counted). RATE < 1 takes
that share of the records, evenly.
"""

import json
import os
import sys
import time

from nbconvert.exporters import PythonExporter


def tidy(code):
    """The code without blank lines and without white space at the end of a line."""
    return "\n".join(line.rstrip() for line in code.splitlines() if line.strip())


def cells(script):
    """Number and text of the code cells without IPython syntax."""
    rows = script["code"].split("\n")
    magic = {found["cell"] for found in script["magics"]}
    for cell in script["cells"]:
        if cell["cell"] not in magic:
            yield cell["cell"], tidy("\n".join(rows[cell["first_row"] - 1 : cell["last_row"]]))


def main(root, rate="1"):
    step = max(1, round(1 / float(rate)))
    exporter = PythonExporter()
    done = size = compared = different = 0
    seconds = 0.0
    for number, line in enumerate(sys.stdin):
        script = json.loads(line)
        if number % step or script["nbformat"] == 0:
            continue
        path = os.path.join(root, script["path"])
        start = time.process_time()
        try:
            text, _ = exporter.from_filename(path)
        except Exception as error:
            print(f"{script['path']}: nbconvert: {type(error).__name__}: {str(error)[:100]!r}")
            different += 1
            continue
        finally:
            seconds += time.process_time() - start
        done += 1
        size += os.path.getsize(path)
        text = tidy(text)
        place = 0
        for cell, code in cells(script):
            compared += 1
            found = text.find(code, place)
            if found < 0:
                different += 1
                print(f"{script['path']}: cell {cell}: not in nbconvert's script at its place: {code[:60]!r}")
            else:
                place = found + len(code)
    rates = f"{done / seconds:.1f} notebooks, {size / 1e6 / seconds:.2f} MB a CPU-second" if done else ""
    print(f"{done} notebooks, {compared} cells, {different} differences; {seconds:.1f} CPU-s, {rates}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])

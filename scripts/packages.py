#!/usr/bin/env python3
"""Runs a notebook that uses every package of an environment; every cell must end well.

    scripts/packages.py BIN PYTHON NOTEBOOK
"""

import json
import os
import subprocess
import sys


def main():
    bin_folder, python, notebook = sys.argv[1:]
    root, failed = os.path.dirname(os.path.abspath(notebook)), 0
    script = subprocess.run([bin_folder + "/nb2py", "-q", "--root", root, notebook], stdout=subprocess.PIPE, check=True).stdout
    limits = ["--timeout", "600", "--cell-timeout", "200", "--cpu", "600"]
    for start in ([], ["--cold"]):
        command = [bin_folder + "/nbexec", "-q", "--root", root, "--python", python, *limits, *start]
        ran = subprocess.run(command, input=script, stdout=subprocess.PIPE, check=True).stdout
        for cell in json.loads(ran)["cells"]:
            if cell["status"] != "ok":
                failed += 1
                print("cell %(cell)d: %(status)s %(exception)s %(message)s" % cell, *start)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

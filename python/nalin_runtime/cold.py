"""The start of a fresh interpreter for one notebook: its job lies in descriptor 5. Importing runs it."""

import json
import os
import sys

sys.path.pop(0)
with open(5, "rb") as _file:
    _job = json.load(_file)
_code = 70
try:
    from . import notebook, shell

    shell.ipython()
    notebook.run(_job, 3, 4)
    _code = 0
    sys.stdout.flush()
finally:
    os._exit(_code)

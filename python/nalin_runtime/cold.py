"""The start of a fresh interpreter for one notebook: its job lies in descriptor 5. Importing runs it.

The folder of the runtime is the only one before the library's: in the notebook's own may lie a `json.py`.
"""

import io
import json
import os
import sys

sys.path.pop(0)
with open(5, "rb") as _file:
    _job = json.load(_file)
_code, _leave, _out, _flush = 70, os._exit, sys.stdout, io.TextIOWrapper.flush
try:
    from . import notebook, shell

    shell.ipython()
    notebook.run(_job, 3, 4)
    _code = 0
    _flush(_out)  # not what the notebook may have put in its place
finally:
    _leave(_code)

"""Every interpreter that a notebook starts begins with this (its folder is the `PYTHONPATH`).

Functions of the notebook may be sent there (joblib does so), and they have probes: which do nothing there.
"""

import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [folder for folder in sys.path if folder != _here]
_off = {"__name__": "off"}
with open(os.path.join(os.path.dirname(_here), "off.py"), encoding="utf-8") as _file:
    exec(_file.read(), _off)
_off["switch_off"]()

# The file of this name that the interpreter would have found without us.
_ours = sys.modules.pop("sitecustomize")
try:
    import sitecustomize
except ImportError:
    sys.modules["sitecustomize"] = _ours

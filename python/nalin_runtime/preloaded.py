"""Modules that were imported before the notebook, and must not look so: what they do when they are imported counts.

`matplotlib.use('TkAgg')` is fine before `matplotlib.pyplot` is imported, which then takes a back end that works here; behind
it, it fails where no screen is. So `pyplot`, and what imports it, is taken out of `sys.modules` and given back, as it is,
to the first that imports it.
"""

import importlib.machinery
import sys

_HIDDEN = ("matplotlib.pyplot", "seaborn")
_PYPLOT = "matplotlib.pyplot"


def hide():
    """Hides them from the notebook that is about to run."""
    if _PYPLOT in sys.modules:
        sys.meta_path.insert(0, _Hidden({name: sys.modules.pop(name) for name in _HIDDEN if name in sys.modules}))
        vars(sys.modules["matplotlib"]).pop("pyplot", None)


class _Hidden:
    """Finds a hidden module once."""

    def __init__(self, modules):
        self.modules = modules

    def find_spec(self, name, _path=None, _target=None):
        if name not in self.modules:
            return None
        if name != _PYPLOT and _PYPLOT in self.modules:
            __import__(_PYPLOT)
        if len(self.modules) == 1:
            sys.meta_path.remove(self)
        return importlib.machinery.ModuleSpec(name, _Ready(self.modules.pop(name)))


class _Ready:
    """The loader of a module that is loaded."""

    def __init__(self, module):
        self.module, self.spec = module, module.__spec__

    def create_module(self, _spec):
        return self.module

    def exec_module(self, module):
        module.__spec__, module.__loader__ = self.spec, self.spec.loader
        if module.__name__ == _PYPLOT:
            _choose_backend()


def _choose_backend():
    """What `pyplot` does at its end: an interactive back end that was asked for gives way where there is no screen."""
    import matplotlib
    from matplotlib import cbook, rcsetup

    wanted = matplotlib.rcParams._get_backend_or_none() if hasattr(matplotlib.rcParams, "_get_backend_or_none") else None
    interactive = {name.lower() for name in getattr(rcsetup, "interactive_bk", ())} - {"webagg", "nbagg"}
    running = getattr(cbook, "_get_running_interactive_framework", lambda: None)()
    if matplotlib.rcParams["backend_fallback"] and wanted is not None and wanted.lower() in interactive and running:
        dict.__setitem__(matplotlib.rcParams, "backend", rcsetup._auto_backend_sentinel)

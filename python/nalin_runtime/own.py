"""What the runtime calls, as it was before the notebook began.

A notebook may replace `os.write`, `json.dumps` or `len` for its own ends (a logger, a test double), and what it holds is
recorded all the same: a module of the runtime that runs beside a notebook begins with

    from .own import builtins as __builtins__

so that its functions look their built-in names up here, and keeps the modules that it calls with `keep`.
"""

import builtins as _builtins
import types

builtins = dict(vars(_builtins))


def keep(module):
    """A copy of a module: the same functions under the same names, whatever becomes of the module's own."""
    copy = types.ModuleType(module.__name__)
    vars(copy).update(vars(module))
    return copy

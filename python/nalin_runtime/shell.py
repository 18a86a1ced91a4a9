"""What notebooks expect of IPython: its own shell where it is installed, else one that accepts everything.

IPython's shell runs no cell and shows nothing here: it is what `get_ipython()` gives, it knows the magics, it
translates cells that are in its own syntax. It has no history (that is a thread and a file). It is made before
the fork where IPython is preloaded, else when a notebook first asks for it: a program that does not pays nothing.
"""

import builtins
import os
import sys

from .own import builtins as __builtins__  # noqa: F401
from .libraries import is_plain, reader

_UNKNOWN = object()
_ipython = _UNKNOWN


def ipython():
    """IPython's shell, made at the first call; `None` where it is not installed, or not as we know it."""
    global _ipython
    if _ipython is _UNKNOWN:
        _ipython = None  # for whoever asks while it is made: importing IPython does
        try:
            _ipython = _make_ipython()
        except Exception:
            pass
    return _ipython


def history(namespace):
    """The lists `In` and `Out` of a notebook."""
    return namespace["In"], namespace["Out"]


def counted(number):
    """A notebook's cell of this number is about to run."""
    if _ipython is not _UNKNOWN and _ipython is not None:
        _ipython.execution_count = number


def install(module):
    """Gives the notebook whose module this is its shell, and the names that a notebook has."""
    namespace = module.__dict__
    inputs, outputs = [""], {}
    namespace.update(In=inputs, _ih=inputs, Out=outputs, _oh=outputs, _dh=[os.getcwd()])
    stand_in = Shell(namespace)

    def get_ipython():
        shell = ipython()
        if shell is None:
            return stand_in
        if shell.user_ns is not namespace:
            shell.user_module, shell.user_ns = module, namespace
            shell.history_manager.input_hist_parsed = shell.history_manager.input_hist_raw = inputs
            shell.user_ns_hidden.clear()
        return shell

    builtins.get_ipython, builtins.display = get_ipython, display
    if _ipython is not _UNKNOWN:
        get_ipython()


def translate(lines):
    """The Python of a cell in IPython's syntax; `None` where nobody knows, or it is Python as it stands.

    Every line stays where it is: IPython drops empty lines at the beginning, and joins the lines of a command.
    """
    shell = ipython()
    if shell is None:
        return None
    text = "\n".join(lines) + "\n"
    translated = shell.transform_cell(text)
    return "\n".join(_aligned(lines, translated.rstrip("\n").split("\n"))) if translated != text else None


def _aligned(lines, translated):
    """The translated lines, with empty ones where they have become fewer."""
    import difflib

    found = []
    for _tag, first, last, start, end in difflib.SequenceMatcher(None, lines, translated, False).get_opcodes():
        found += translated[start:end] + [""] * (last - first - (end - start))
    return found


def _make_ipython():
    import tempfile

    import IPython.display
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.profiledir import ProfileDir
    from traitlets.config import Config

    config = Config()
    config.IPKernelApp.connection_file = ""  # that it is a kernel many look for here, others in the name of the class
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    main = sys.modules["__main__"]
    with tempfile.TemporaryDirectory() as folder:  # nothing is to lie in anybody's home
        profile = ProfileDir.create_profile_dir(folder)
        shell = _kernel_shell(InteractiveShell).instance(config=config, profile_dir=profile, ipython_dir=folder)
    sys.modules["__main__"] = main
    shell.system = shell.system_raw  # the other way wants a terminal
    shell.enable_gui = lambda gui=None: None
    shell.enable_matplotlib = lambda gui=None: ("agg", "Agg")  # pictures that nobody sees are not drawn
    formatter = shell.display_formatter
    render = formatter.format

    def format(value, include=None, exclude=None):
        # Nobody looks, but code of the notebook's that runs when a value is shown may do more than that.
        return ({}, {}) if is_plain(value) or reader(type(value)) is not None else render(value, include, exclude)

    formatter.format = format
    return shell


def _kernel_shell(base):
    """The class of the shell of a kernel, by its name and by having a kernel, which accepts everything."""
    body = {"__module__": "ipykernel.zmqshell", "kernel": _Nothing()}
    return type(base)("ZMQInteractiveShell", (base,), body)


class Shell:
    """A stand-in for `get_ipython()`: any method may be called, and gives `None`."""

    def __init__(self, namespace):
        self.user_ns = namespace
        self.user_global_ns = namespace
        self.config = {"IPKernelApp": {}}

    def getoutput(self, *_args, **_named):
        return []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()


class _Nothing:
    """Can be called, has every attribute, is empty and false."""

    def __call__(self, *_args, **_named):
        return None

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()

    def __getitem__(self, _key):
        return _Nothing()

    def __setitem__(self, _key, _value):
        pass

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __contains__(self, _value):
        return False

    def __bool__(self):
        return False


def display(*values, **named):
    """Nobody looks: nothing is rendered, but a value that shows itself may do more than that."""
    if ipython() is not None:
        return sys.modules["IPython.display"].display(*values, **named)

"""Runs one notebook in this process, cell by cell, as its user would: after an error, the next cell."""

import __future__
import ast
import atexit
import builtins
import gc
import importlib.util
import linecache
import os
import random
import sys
import types

from .own import builtins as __builtins__  # noqa: F401
from . import loop, preloaded, shell, tracing
from .channel import Channel
from .clock import Clock, OutOfTime
from .frontend import History
from .inline import inline, is_probe
from .kinds import class_name
from .probe import Recorder

FILENAME = "<notebook>"
MAX_MESSAGE = 500
MAX_FRAMES = 20
_COROUTINE = 0x80  # `inspect.CO_COROUTINE`
_FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    _FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


def run(job, fd, shared_fd):
    """Runs the notebook of a job and tells what happened on the channel."""
    channel = Channel(fd, shared_fd)
    clock = Clock(job["timeout"], job["cell_timeout"])
    recorder = Recorder(job["sites"], channel, clock, job["per_site"], job["max_values"], job.get("trust_repr"))
    execution = Execution(job, channel, clock, recorder)
    clock.install()
    if job["sites"]:
        recorder.install()  # what is not probed need not pay for probes
    execution.prepare()
    if job.get("trace"):
        execution.trace()
    whole = execution.run_cells()
    execution.leave()
    channel.send({"k": "e", "whole": whole})
    channel.flush()


class Execution:
    """The cells, the namespace they share, and what went wrong."""

    def __init__(self, job, channel, clock, recorder):
        self.job = job
        self.channel = channel
        self.clock = clock
        self.recorder = recorder
        self.rows = job["code"].split("\n")
        self.cells = job["cells"]
        self.flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self.loop = loop.Loop() if loop.is_wanted(job["source"]) else None
        self.in_loop = job.get("notebook", True)  # a program makes its own loop, a notebook finds one that runs
        self.history = None
        self.change = inline  # what is done to the tree of a cell
        self.engine = None  # of a trace
        self.missing_module = self.missing_file = False

    def prepare(self):
        """Makes the process look as a fresh notebook expects it."""
        module = types.ModuleType("__main__")
        module.__dict__["__builtins__"] = builtins
        self.namespace = module.__dict__
        sys.modules["__main__"] = module
        sys.argv = ["notebook"] + self.job.get("argv", [])
        sys.path.insert(0, "")
        shell.install(module)
        if not self.job.get("trace"):  # a program's names are its own, and its functions that trace
            self.history = History(self.namespace)
            tracing.hide()
        # Line by line the same as what runs, without the probes: tracebacks and `inspect` show it.
        self.lines = [line + "\n" for line in self.job["source"].split("\n")]
        linecache.cache[FILENAME] = (len(self.job["source"]), None, self.lines, FILENAME)
        seed = self.job["seed"] % 2**32
        random.seed(seed)
        for name, fix in SEEDED.items():
            if name in sys.modules:
                fix(sys.modules[name], seed)
            else:
                sys.meta_path.insert(0, _Seed(name, fix, seed))
        preloaded.hide()
        atexit._clear()  # what the server's imports have registered is not the notebook's to run
        gc.enable()

    def trace(self):
        """Every line is to be recorded, and what it changes."""
        from . import trace

        self.engine = trace.start(self.job, self.channel, self.clock)
        self.engine.recorder.hidden = frozenset(self.namespace)
        self.change = self.engine.change
        sys.stdout = trace.output(self.engine.recorder)
        self.engine.install()

    def run_cells(self):
        """Runs them all; whether every one was started."""
        for index, cell in enumerate(self.cells):
            if cell.get("skip"):
                continue
            if self.clock.is_over():
                return False
            self.channel.send({"k": "b", "i": index})
            if self.history is not None:
                self.history.begin("".join(self.lines[cell["first_row"] - 1 : cell["last_row"]]).rstrip("\n"))
            try:
                ended = self.run_cell(index, cell)
            except OutOfTime as error:
                # The clock struck again while the cell's end was being noted, which it then did not reach.
                self.clock.end_cell()
                ended = {"k": "c", "i": index, "status": "timeout", "exception": "", "line": 0, "frames": []}
                ended["message"] = "out of time: %s" % error
            self.recorder.flush()
            if self.engine is not None:
                self.engine.recorder.flush()
            self.channel.send(ended)
            if index + 1 < len(self.cells):  # the end of all follows the last at once
                self.channel.flush()
            if ended["status"] != "ok" and self.job["stop_on_error"]:
                return index + 1 == len(self.cells)
        return True

    def run_cell(self, index, cell):
        ended = {"k": "c", "i": index, "status": "ok", "exception": "", "message": "", "line": 0, "frames": []}
        try:
            code = self.compile(cell)
        except BaseException as error:
            row = _field(error, SyntaxError, "lineno") if issubclass(type(error), SyntaxError) else None
            line = row - cell["first_row"] + 1 if row and cell["first_row"] <= row <= cell["last_row"] else 0
            ended.update(status="syntax", line=line, **self.texts(error))
            return ended
        try:
            try:
                self.clock.start_cell()
                self.execute(*code)
            finally:
                self.clock.end_cell()
        except OutOfTime as error:
            self.clock.end_cell()
            ended.update(status="timeout", exception="", message="out of time: %s" % error)
            self.place(error, cell, ended)
        except BaseException as error:
            self.clock.end_cell()
            ended.update(status="error", **self.texts(error))
            self.place(error, cell, ended)
            self.note_missing(error)
        self.after_cell()
        return ended

    def compile(self, cell):
        # Blank lines before the cell keep the rows of the script in every traceback.
        text = "\n".join(self.rows[cell["first_row"] - 1 : cell["last_row"]])
        text = "\n" * (cell["first_row"] - 1) + text + "\n"
        flags = self.flags
        try:
            return self.compile_text(text, self.change)
        except (SyntaxError, RecursionError):
            # Perhaps only with the blocks that were added: Python has no more than twenty inside one another.
            self.flags = flags
            translated = shell.translate(self.rows[cell["first_row"] - 1 : cell["last_row"]])
            if translated is not None:
                text = "\n" * (cell["first_row"] - 1) + translated
            return self.compile_text(text, lambda _tree: None)

    def compile_text(self, text, change):
        tree = compile(text, FILENAME, "exec", self.flags | ast.PyCF_ONLY_AST, True)
        change(tree)
        last = None
        is_last = tree.body and isinstance(tree.body[-1], ast.Expr) and not is_probe(tree.body[-1].value)
        if is_last and self.engine is None:
            last = ast.Expression(tree.body.pop().value)
        code = compile(tree, FILENAME, "exec", self.flags, True)
        self.flags |= code.co_flags & _FUTURE_FLAGS
        return code, last and compile(last, FILENAME, "eval", self.flags, True)

    def execute(self, code, last):
        """Runs a cell, and shows the value of its last expression."""
        if self.engine is not None:
            return self.execute_traced(code)
        self.evaluate(code, last)
        if self.loop is not None:
            self.loop.between()

    def execute_traced(self, code):
        self.engine.prepare(code)
        self.engine.start()
        try:
            self.evaluate(code)
        finally:
            self.engine.finish()

    def evaluate(self, code, last=None):
        waits = (code.co_flags | (last.co_flags if last else 0)) & _COROUTINE
        if self.loop is not None and (self.in_loop or waits):
            return self.loop.run(self.steps(code, last))
        eval(code, self.namespace)
        if last is not None:
            self.history.end(eval(last, self.namespace))

    async def steps(self, code, last):
        """The same inside the running loop."""
        for part in (code, last):
            if part is not None:
                value = eval(part, self.namespace)
                if part.co_flags & _COROUTINE:
                    value = await value
                if part is last:
                    self.history.end(value)

    def leave(self):
        """What a program has asked for at its end, as when a kernel shuts down."""
        self.clock.start_cell()
        try:
            atexit._run_exitfuncs()
        except BaseException:
            pass
        finally:
            self.clock.end_cell()

    def after_cell(self):
        """As the inline back-end of Jupyter does: the next cell starts with no figure."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            self.clock.guard(lambda: pyplot.close("all"), None)

    def place(self, error, cell, ended):
        """The frames of the notebook's own code, and the innermost line of this cell."""
        frames = []
        trace = _field(error, BaseException, "__traceback__")
        while trace is not None:
            code, row = trace.tb_frame.f_code, trace.tb_lineno
            trace = trace.tb_next
            found = self.cell_of(row) if code.co_filename == FILENAME else None
            if found is None:
                continue
            line = row - found["first_row"] + 1
            if found is cell:
                ended["line"] = line
            place = "cell %d line %d" % (found["cell"], line)
            if code.co_name != "<module>":
                place += " in " + code.co_name[:200]
            frames.append(place)
        if len(frames) > MAX_FRAMES:
            frames = frames[: MAX_FRAMES // 2] + frames[-MAX_FRAMES // 2 :]
        ended["frames"] = frames

    def cell_of(self, row):
        for cell in self.cells:
            if cell["first_row"] <= row <= cell["last_row"]:
                return cell
        return None

    def note_missing(self, error):
        if issubclass(type(error), ModuleNotFoundError) and not self.missing_module:
            name = _field(error, ImportError, "name")
            if type(name) is str:
                self.missing_module = True
                self.channel.send({"k": "m", "name": name[:200]})
        elif issubclass(type(error), FileNotFoundError) and not self.missing_file:
            name = _field(error, OSError, "filename")
            if type(name) in (str, bytes) and name:
                self.missing_file = True
                self.channel.send({"k": "f", "name": os.fsdecode(name)[:1000]})

    def texts(self, error):
        """Type and message of an exception. Its `__str__` may be the notebook's: what that does must not lose the cell's end."""
        message = self.clock.guard(lambda: str.__str__(str(error)), "")
        return {"exception": class_name(type(error))[:200], "message": message[:MAX_MESSAGE]}


def _name_temporary_files(tempfile, seed):
    """The same names in every run; nobody can guess at them, for nobody else sees the folder."""
    names = tempfile._RandomNameSequence()
    names._rng, names._rng_pid = random.Random(seed), os.getpid()
    tempfile._name_sequence = names


SEEDED = {
    "numpy.random": lambda module, seed: module.seed(seed),
    "tempfile": _name_temporary_files,
    "IPython": lambda _module, _seed: shell.ipython(),  # whose own get_ipython() does not make it
}


class _Seed:
    """Seeds a module when it is imported, so that a run does not depend on what was preloaded."""

    def __init__(self, name, fix, seed):
        self.name, self.fix, self.seed = name, fix, seed

    def find_spec(self, name, _path=None, _target=None):
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None:
            load = spec.loader.exec_module

            def load_and_seed(module):
                load(module)
                self.fix(module, self.seed)

            spec.loader.exec_module = load_and_seed
        return spec


def _field(error, base, name):
    """A field of an exception as its built-in class keeps it, whatever a class of the notebook calls by that name."""
    return base.__dict__[name].__get__(error)

"""What a front end does around a cell: it counts it, keeps `In` and `Out`, and shows the value of its last expression.

As IPython's `displayhook` and `history` do it, without a file, a thread or a rendered page.
"""

import io
import sys
import tokenize

from .own import builtins as __builtins__  # noqa: F401
from . import shell
from .kinds import has
from .libraries import is_plain, reader

_SHOWS_ITSELF = ("_ipython_display_", "_repr_mimebundle_", "_repr_html_", "_repr_pretty_")


class History:
    """`In`, `Out`, `_`, `_1`, `_i` and the like, in the namespace of a notebook."""

    def __init__(self, namespace):
        self.namespace = namespace
        self.inputs, self.outputs = shell.history(namespace)
        self.shown = ["", "", ""]  # what `_`, `__` and `___` have from us
        self.typed = ["", "", "", ""]  # this cell's text and those of the three before
        namespace.update(dict.fromkeys(("_", "__", "___", "_i", "_ii", "_iii"), ""))

    def begin(self, text):
        """The next cell is about to run."""
        self.inputs.append(text)
        self.typed = [text] + self.typed[:3]
        self.namespace["_i%d" % self.count] = text
        self.namespace.update(zip(("_i", "_ii", "_iii"), self.typed[1:]))
        shell.counted(self.count)

    @property
    def count(self):
        """The number of the cell that runs."""
        return len(self.inputs) - 1

    def end(self, value):
        """The value of its last expression."""
        if value is None or is_quiet(self.typed[0]):
            return
        show(value)
        if value is self.outputs:
            return
        names = ("_", "__", "___")
        ours = all(self.namespace.get(name, known) is known for name, known in zip(names, self.shown))
        self.shown = [value] + self.shown[:2]
        if ours:
            self.namespace.update(zip(names, self.shown))
        self.namespace["_%d" % self.count] = self.outputs[self.count] = value


def is_quiet(text):
    """Whether a cell's text ends with a semicolon, behind which nothing is shown."""
    if ";" not in text:
        return False
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text.rstrip()).readline))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return False
    space = (tokenize.ENDMARKER, tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT)
    last = [token for token in tokens if token.type not in space][-1:]
    return bool(last) and last[0].type == tokenize.OP and last[0].string == ";"


def show(value):
    """Runs what showing a value would run; what it looks like nobody wants to know."""
    if is_plain(value) or reader(type(value)) is not None:
        return
    if "IPython" in sys.modules or any(has(type(value), method) for method in _SHOWS_ITSELF):
        found = shell.ipython()
        if found is not None:
            found.display_formatter.format(value)
            return
    try:
        repr(value)
    except Exception:
        pass

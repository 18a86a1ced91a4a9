"""Whatever a notebook's texts hold, what leaves on the channel is JSON that any reader takes."""

import json
import os
import random
import unittest

import support
from nalin_runtime import channel

PIECES = ["\ud83d", "\ude00", "\ud800", "\udfff", "\udc80", "\ud7ff", "\U0001f600", "\\", "\\\\", '"', "u", "\\ud800", "\0", "\n", "\x7f", "é", "d83d", " "]


def said(messages):
    """The lines that a channel writes for some messages."""
    shared = channel.open_shared()
    reader, writer = os.pipe()
    one = channel.Channel(writer, os.dup(shared))
    for message in messages:
        one.send(message)
    found = support.left_behind(shared)
    for fd in (reader, writer, shared):
        os.close(fd)
    return found.splitlines()[1:]


class Texts(unittest.TestCase):
    def test_half_a_surrogate_pair_is_replaced_wherever_it_stands(self):
        chance = random.Random(7)
        texts = ["".join(chance.choices(PIECES, k=chance.randrange(12))) for _ in range(400)]
        lines = said({"k": text, text: [text]} for text in texts)
        self.assertEqual(len(lines), len(texts))
        for text, line in zip(texts, lines):
            found = json.loads(line)["k"]
            found.encode()  # raises where half a pair is left
            # Two halves beside one another are a pair to whoever reads JSON.
            whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            self.assertEqual(found, whole, repr(text))

    def test_a_cell_ends_whatever_its_names_and_messages_hold(self):
        half = "\\ud800"
        for statement in [
            "raise ValueError('%s')" % half,
            "raise KeyError('%s', b'\\xff')" % half,
            "raise type('E', (Exception,), {'__qualname__': '%s', '__module__': '%s'})('x')" % (half, half),
            "raise ModuleNotFoundError('x', name='%s')" % half,
            "open('%s\\udcff')" % half,
            "open(b'\\xff\\xfe')",
            "import importlib; importlib.import_module('no%s')" % half,
            "def f(): raise ValueError\nf.__code__ = f.__code__.replace(co_name='%s')\nf()" % half,
            "exec('x = \"%s')" % half,
            "raise type('E', (Exception,), {'__traceback__': None, '__str__': lambda self: '%s'})" % half,
            "raise type('E', (Exception,), {'__str__': lambda self: type('S', (str,), {'__getitem__': lambda *a: 1})()})",
            "raise type('E', (FileNotFoundError,), {'filename': property(lambda self: 1 / 0)})",
            "raise type('E', (ModuleNotFoundError,), {'name': property(lambda self: 1 / 0)})",
            "raise type('M', (type,), {'__name__': property(lambda self: 1 / 0)})('E', (Exception,), {})",
            "class E(Exception):\n  def __str__(self):\n    while True: pass\nraise E",
        ]:
            words, code = support.run([statement, "x = 'a%s'; _nalin_t(0, x)" % half])
            with self.subTest(statement):
                self.assertEqual([status[0] for status in support.statuses(words)], ["error", "ok"])
                self.assertEqual((support.texts(words), code, words[-1]), (["1:a?"], 0, {"k": "e", "whole": True}))
                json.dumps(words, ensure_ascii=False).encode()


if __name__ == "__main__":
    unittest.main()

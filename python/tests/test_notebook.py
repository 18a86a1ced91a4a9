import os
import subprocess
import sys
import unittest

import support


class Cells(unittest.TestCase):
    def test_after_an_error_the_next_cell_runs(self):
        words, code = support.run(["x = 1 / 0", "y = 2; _nalin_t(0, y)", "def f():\n  raise KeyError(1)\nf()", "x ="])
        self.assertEqual(
            support.statuses(words),
            [("error", "ZeroDivisionError", 1), ("ok", "", 0), ("error", "KeyError", 2), ("syntax", "SyntaxError", 1)],
        )
        self.assertEqual(words[-1], {"k": "e", "whole": True})
        self.assertEqual(code, 0)
        frames = [word["frames"] for word in words if word["k"] == "c"]
        self.assertEqual(frames[2], ["cell 3 line 3", "cell 3 line 2 in f"])

    def test_stop_at_the_first_error(self):
        words, _ = support.run(["1 / 0", "y = 2"], stop_on_error=True)
        self.assertEqual(len(support.statuses(words)), 1)
        self.assertEqual(words[-1], {"k": "e", "whole": False})

    def test_a_notebooks_world(self):
        cells = [
            "import sys\nx = (__name__, sys.argv, sys.path[0]); _nalin_t(0, x)",
            "get_ipython().run_line_magic('matplotlib', 'inline'); display(1)",
            "input()",
            "import asyncio\ny = await asyncio.sleep(0, 5); _nalin_t(1, y)",
            "from __future__ import annotations",
            "def f(a: undefined): pass",
            "3 + 4",
            "z = _; _nalin_t(2, z)",
            "import inspect\nw = inspect.getsource(f); _nalin_t(3, w)",
        ]
        words, _ = support.run(cells)
        self.assertEqual(support.texts(words), ["1:('__main__', ['notebook'], '')"])
        self.assertEqual(support.statuses(words)[2][1], "EOFError")
        self.assertEqual(sum(status[0] == "ok" for status in support.statuses(words)), 8)
        self.assertEqual([support.texts(words, site) for site in (1, 2)], [["1:5"], ["1:7"]])
        self.assertEqual(support.texts(words, 3), ["1:def f(a: undefined): pass\n"])

    @unittest.skipUnless(support.has("IPython"), "needs IPython")
    def test_with_ipython_its_shell_is_there(self):
        cells = [
            "from IPython import get_ipython as g\nx = g() is get_ipython(), type(g()).__name__; _nalin_t(0, x)",
            "get_ipython().run_line_magic('matplotlib', 'inline')\nx = get_ipython().getoutput('echo 1'); _nalin_t(0, x)",
            "class R:\n  def _repr_html_(self): y = 1; _nalin_t(1, y)\n"
            "  def _ipython_display_(self): y = 2; _nalin_t(1, y)\ndisplay(R())",
            "get_ipython().run_cell('w = 5')\nx = w; _nalin_t(0, x)",
            "%%capture\nw = 6",
            "x = %pwd\n!true\nlen?",
            "x = await __import__('asyncio').sleep(0, w); _nalin_t(0, x)",
            "x = len(In), Out, len(_dh); _nalin_t(0, x)\nprint 'Python 2'",
        ]
        for state in ("preloaded", "installed"):
            words, code = support.run(cells, ipython=state, per_site="spread:9")
            found = [text.split(":", 1)[1] for text in support.texts(words)]
            self.assertEqual(found, ["(True, 'ZMQInteractiveShell')", "['1']", "5", "6"], state)
            self.assertEqual(support.texts(words, 1), ["1:2"])
            self.assertEqual([status[0] for status in support.statuses(words)], ["ok"] * 7 + ["syntax"])
            self.assertEqual(code, 0)

    @unittest.skipUnless(support.has("IPython"), "needs IPython")
    def test_lines_stay_where_they_are_when_ipython_translates(self):
        for cell, line in [
            ("\n\n%cd .\nx = 1\n1 / 0", 5),
            ("\n   \n%cd .\n1 / 0", 4),
            ("%cd \\\n  .\nx = 1\n1 / 0", 4),
            ("x = 1\nif x:\n  !true \\\n  y\n  len?\nx = 2\n1 / 0", 7),
            ("%cd .\n%cd .\n\n%cd .\n%cd .\n1 / 0", 6),
        ]:
            words, _ = support.run([cell], ipython="preloaded")
            self.assertEqual(support.statuses(words), [("error", "ZeroDivisionError", line)], cell)

    @unittest.skipUnless(support.has("IPython"), "needs IPython")
    def test_ipython_is_loaded_for_those_that_ask(self):
        loaded = "x = 'IPython' in __import__('sys').modules; _nalin_t(0, x)"
        asks = ["1", "get_ipython()", "display(1)", "import IPython", "x = %pwd"]
        for ask in asks:
            words, _ = support.run([ask, loaded], ipython="installed")
            self.assertEqual(support.texts(words), ["1:%s" % (ask != "1")], ask)

    def test_without_ipython_magics_do_nothing(self):
        cells = ["x = get_ipython().run_line_magic('pwd', ''); _nalin_t(0, x)\ndisplay(1)", "%pwd"]
        words, _ = support.run(cells)
        self.assertEqual(support.texts(words), ["1:None"])
        self.assertEqual([status[0] for status in support.statuses(words)], ["ok", "syntax"])

    def test_missing_modules_and_files_are_named_once(self):
        words, _ = support.run(["import nosuch.thing", "import other", "open('gone.csv')", "open('again')"])
        named = [(word["k"], word["name"]) for word in words if word["k"] in "mf"]
        self.assertEqual(named, [("m", "nosuch"), ("f", "gone.csv")])

    def test_a_cell_runs_out_of_time(self):
        words, _ = support.run(["x = 1; _nalin_t(0, x)\nwhile True: pass", "y = 2; _nalin_t(1, y)"], cell_timeout=0.3)
        self.assertEqual([status[0] for status in support.statuses(words)], ["timeout", "ok"])
        self.assertEqual(support.texts(words, 1), ["1:2"])

    def test_the_notebook_runs_out_of_time(self):
        words, _ = support.run(["while True: pass", "y = 2"], timeout=0.3)
        self.assertEqual([status[0] for status in support.statuses(words)], ["timeout"])
        self.assertEqual(words[-1], {"k": "e", "whole": False})

    def test_a_cell_that_is_slow_to_end_is_only_late(self):
        slow = "class Slow:\n  def __del__(self):\n    import time\n    end = time.time() + 0.6\n    while time.time() < end: pass\n"
        slow += "def f():\n  a = Slow()\n  while True: pass\ntry: f()\nfinally:\n  b = Slow()\n  del b"
        words, code = support.run([slow, "y = 2; _nalin_t(0, y)"], cell_timeout=0.3)
        self.assertEqual(([status[0] for status in support.statuses(words)], code), (["timeout", "ok"], 0))

    def test_seeds_are_fixed(self):
        cells = ["import random\nx = random.random(); _nalin_t(0, x)"]
        first, second = (support.texts(support.run(cells)[0]) for _ in range(2))
        self.assertEqual(first, second)

    @unittest.skipUnless(support.has("numpy"), "needs numpy")
    def test_numpy_is_seeded_however_it_is_imported(self):
        said = self.with_and_without("numpy.random", "import numpy as np\nx = np.random.rand()")
        self.assertIn("1:0.", said)

    def test_temporary_files_have_the_same_names(self):
        said = self.with_and_without("tempfile", "import tempfile\nx = tempfile.mktemp(dir='')")
        self.assertIn("tmp", said)

    def with_and_without(self, preloaded, code):
        """What is recorded of `x`, the same whether a module was imported before the notebook or by it."""
        cells = [code + "; _nalin_t(0, x)"]
        ask = "import sys; sys.path.insert(0, %r); import support; %sprint(support.texts(support.run(%r)[0]))"
        said = {
            subprocess.run(
                [sys.executable, "-c", ask % (os.path.dirname(os.path.abspath(__file__)), preload, cells)],
                stdout=subprocess.PIPE, check=True, text=True,
            ).stdout
            for preload in ("", "import %s; " % preloaded)
        }
        self.assertEqual(len(said), 1, said)
        return said.pop()


class Probes(unittest.TestCase):
    def test_the_first_then_ever_rarer_and_the_last(self):
        words, _ = support.run(["for i in range(50):\n  x = i; _nalin_t(0, x)"])
        self.assertEqual(support.texts(words), ["1:0", "2:1", "3:2", "6:5", "12:11", "24:23", "48:47", "~50:49"])

    def test_inside_functions_it_is_the_same(self):
        loop = "for i in range(5000):\n    x = %s; _nalin_t(0, x)"
        for value in ("i", "[i]", "i if i % 7 else None", "i if i < 4000 else [i]"):
            outside, _ = support.run(["if 1:\n  " + loop % value])
            inside, _ = support.run(["def f():\n  %s\nf()" % (loop % value)])
            self.assertEqual(outside, inside)
            self.assertIn(5000, [word.get("n") for word in inside if word["k"] in "vn"])

    def test_what_became_changeable_is_the_last_value_all_the_same(self):
        words, _ = support.run(["def f(x):\n  y = x; _nalin_t(0, y)\nfor i in range(4000): f(i)\nf([1])"])
        self.assertEqual(support.texts(words)[-1], "~4001:[1]")

    def test_twenty_blocks_inside_one_another(self):
        rows = ["  " * depth + "for i%d in (1,):" % depth for depth in range(19)]
        rows = ["def f():"] + ["  " + row for row in rows] + ["  " * 20 + "for x in (2,): _nalin_t(0, x); y = x", "f()"]
        words, _ = support.run(["\n".join(rows)])
        self.assertEqual(support.statuses(words), [("ok", "", 0)])
        self.assertEqual(support.texts(words), ["1:2"])

    def test_other_schedules(self):
        loop = ["for i in range(50):\n  x = [i]; _nalin_t(0, x)"]
        words, _ = support.run(loop, per_site="first:2")
        self.assertEqual(support.texts(words), ["1:[0]", "2:[1]"])
        self.assertIn({"k": "n", "s": 0, "n": 50}, words)
        words, _ = support.run(loop, per_site="last")
        self.assertEqual(support.texts(words), ["~50:[49]"])

    def test_a_value_is_described_when_it_is_bound(self):
        words, _ = support.run(["for i in range(9):\n  x = [i]; _nalin_t(0, x)\n  x.append('later')"])
        self.assertEqual(support.texts(words)[-1], "~9:[8]")

    def test_the_last_of_very_many_is_near_the_last(self):
        words, _ = support.run(["for i in range(5000):\n  x = [i]; _nalin_t(0, x)"])
        last = support.texts(words)[-1]
        self.assertGreater(int(last[1:].split(":")[0]), 4980)
        self.assertIn({"k": "n", "s": 0, "n": 5000}, words)

    def test_objects_do_not_live_longer(self):
        cells = ["import weakref\nclass A: pass\nfor _ in range(700):\n  a = A(); _nalin_t(0, a)\nr = weakref.ref(a)\ndel a\nx = r(); _nalin_t(1, x)"]
        words, _ = support.run(cells)
        self.assertEqual(support.texts(words, 1), ["1:None"])

    def test_no_recording_inside_recording(self):
        cells = ["class A:\n  def __repr__(self):\n    y = 5; _nalin_t(1, y)\n    return 'a'\nx = A(); _nalin_t(0, x)"]
        words, _ = support.run(cells, trust_repr=True)
        self.assertEqual((support.texts(words), support.texts(words, 1)), (["1:a"], []))

    def test_values_per_notebook_are_limited(self):
        words, _ = support.run(["for i in range(10):\n  x = i; _nalin_t(0, x)"], max_values=2)
        self.assertEqual(support.texts(words), ["1:0", "2:1", "~10:9"])

    def test_a_child_of_the_notebook_records_nothing(self):
        cells = ["import os\nx = 1; _nalin_t(0, x)\nif os.fork() == 0:\n  x = 2; _nalin_t(0, x)\n  os._exit(0)\nos.wait()"]
        words, _ = support.run(cells)
        self.assertEqual(support.texts(words), ["1:1"])

    def test_what_was_recorded_before_death_is_there(self):
        words, code = support.run(["x = 1; _nalin_t(0, x)\nimport os\nos.kill(os.getpid(), 9)"])
        self.assertEqual((support.texts(words), code), (["1:1"], -9))

    def test_threads(self):
        cells = [
            "import threading\ndef f():\n  for i in range(1000):\n    x = i; _nalin_t(0, x)\n"
            "ts = [threading.Thread(target=f) for _ in range(4)]\n[t.start() for t in ts]\n[t.join() for t in ts]"
        ]
        words, code = support.run(cells)
        self.assertEqual((words[-1], code), ({"k": "e", "whole": True}, 0))

    def test_slow_and_rude_texts(self):
        cells = [
            "import time\nclass Slow:\n  def __repr__(self): time.sleep(60)\nx = Slow(); _nalin_t(0, x)",
            "class Rude:\n  def __repr__(self): raise SystemExit\n  __len__ = __repr__\ny = Rude(); _nalin_t(1, y)",
        ]
        words, _ = support.run(cells)
        self.assertEqual(support.texts(words), ["1:<__main__.Slow object>"])
        self.assertEqual(support.texts(words, 1), ["1:<__main__.Rude object>"])


if __name__ == "__main__":
    unittest.main()

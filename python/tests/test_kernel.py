"""Notebooks behave as under a kernel: what the runtime needs for itself is not taken from them."""

import unittest

import support


def last(words, site=0):
    found = support.texts(words, site)
    return found[-1].split(":", 1)[1] if found else None


class Shared(unittest.TestCase):
    def value(self, *cells, **options):
        words, code = support.run(list(cells), **options)
        self.assertEqual([status for status in support.statuses(words) if status[0] != "ok"], [])
        self.assertEqual(code, 0)
        return last(words)

    def test_a_program_has_timers_of_its_own(self):
        cell = "import signal, time\nclass Late(Exception): pass\ndef late(*_): raise Late\nsignal.signal(signal.%s, late)\n"
        cell += "signal.%s\ntry:\n  for i in range(400):\n    x = [object()]; _nalin_t(1, x)\n    %s\n  y = 'whole'\nexcept Late: y = 'late'"
        cell += "\n_nalin_t(0, y)"
        spin = "end = time.time() + 0.01\n    while time.time() < end: pass"
        for name, arm, wait in [
            ("SIGALRM", "alarm(1)", "time.sleep(0.01)"),
            ("SIGALRM", "setitimer(signal.ITIMER_REAL, 0.3)", "time.sleep(0.01)"),
            ("SIGVTALRM", "setitimer(signal.ITIMER_VIRTUAL, 0.3)", spin),
            ("SIGPROF", "setitimer(signal.ITIMER_PROF, 0.3)", spin),
        ]:
            self.assertEqual(self.value(cell % (name, arm, wait)), "late", arm)

    def test_limits_hold_beside_a_programs_own_timers(self):
        for cell in [
            "import signal\nsignal.signal(signal.SIGALRM, lambda *_: None)\nsignal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)\nwhile True: pass",
            "import signal\nsignal.alarm(0)\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass",
            "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
        ]:
            words, code = support.run([cell, "y = 1; _nalin_t(0, y)"], cell_timeout=0.3)
            self.assertEqual(([status[0] for status in support.statuses(words)], code), (["timeout", "ok"], 0))

    def test_handlers_are_as_python_leaves_them(self):
        cell = "import signal\nx = [str(signal.getsignal(n)) for n in (signal.SIGALRM, signal.SIGVTALRM, signal.SIGTERM)]; _nalin_t(0, x)"
        self.assertIn(self.value(cell), [str([name] * 3) for name in ("0", "Handlers.SIG_DFL")])

    def test_tasks_are_made_in_one_cell_and_awaited_in_another(self):
        cells = ["import asyncio\nasync def f(x):\n  await asyncio.sleep(0)\n  seen.append(x)\n  return x\nseen = []"]
        cells += ["t = asyncio.create_task(f(1))", "s = list(seen)", "x = await t, s, asyncio.get_running_loop() is t.get_loop(); _nalin_t(0, x)"]
        self.assertEqual(self.value(*cells), "(1, [1], True)")

    def test_a_loop_runs_while_a_cell_does(self):
        cells = ["import asyncio\nasync def f(): return 5\ntry: asyncio.run(f())\nexcept RuntimeError as e: x = str(e); _nalin_t(0, x)"]
        self.assertEqual(self.value(*cells), "asyncio.run() cannot be called from a running event loop")
        words, _ = support.run(["import asyncio\nasync def f(): return 5\nx = asyncio.run(f()); _nalin_t(0, x)"], notebook=False)
        self.assertEqual(last(words), "5")

    def test_what_was_registered_for_the_end_runs(self):
        words, code = support.run(["import atexit\ndef end():\n  x = 'end'; _nalin_t(0, x)\natexit.register(end)"])
        self.assertEqual((last(words), code), ("end", 0))
        words, code = support.run(["import atexit\ndef end():\n  while True: pass\natexit.register(end)"], cell_timeout=0.3)
        self.assertEqual((support.statuses(words), words[-1], code), ([("ok", "", 0)], {"k": "e", "whole": True}, 0))

    def test_what_a_program_traces_is_its_own(self):
        for setter in ("settrace", "setprofile"):
            cell = "import sys\nseen = set()\ndef watch(frame, event, argument):\n  seen.add(frame.f_code.co_filename)\n  return watch\n"
            cell += "def f():\n  for i in range(3):\n    y = [object()]; _nalin_t(1, y)\n  z = y; _nalin_t(2, z)\n"
            cell += "sys.%s(watch)\nsame = sys.%s() is watch\nf()\nsys.%s(None)\n" % (setter, setter.replace("set", "get"), setter)
            cell += "x = sorted(seen), same; _nalin_t(0, x)"
            self.assertEqual(self.value(cell), "(['<notebook>'], True)", setter)

    def test_history(self):
        cells = ["6 * 7", "half = _ / 2", "x = Out[1], _1, half, In[1], _i, _i1", "x = 5;\nx", "_ + 1;  # quiet", "x"]
        cells += ["x = len(In), sorted(Out), _, __, _i, _ii, '_5' in globals(); _nalin_t(0, x)"]
        self.assertEqual(self.value(*cells), "(8, [1, 4, 6], 5, 5, 'x', '_ + 1;  # quiet', False)")
        self.assertEqual(self.value("6 * 7", "_ = 3", "4", "x = _, Out[3]; _nalin_t(0, x)"), "(3, 4)")

    def test_the_last_value_of_a_cell_is_shown(self):
        cell = "n = []\nclass A:\n  def __repr__(self):\n    n.append('repr')\n    return 'a'\nclass B:\n  def _ipython_display_(self): n.append('display')\n"
        states = (None, "preloaded") if support.has("IPython") else (None,)
        for state in states:
            found = self.value(cell + "A()", "[A()]", "B();", "1", "x = n; _nalin_t(0, x)", ipython=state)
            self.assertEqual(found, "['repr', 'repr']")
        if support.has("IPython"):
            self.assertEqual(self.value(cell + "B()", "x = n; _nalin_t(0, x)", ipython="installed"), "['display']")

    @unittest.skipUnless(support.has("IPython"), "needs IPython")
    def test_it_looks_like_a_kernel(self):
        cell = "i = get_ipython()\nx = 'IPKernelApp' in i.config, %s, hasattr(i, 'kernel'), bool(i.nosuch) if 0 else 1; _nalin_t(0, x)"
        self.assertEqual(self.value(cell % "type(i).__name__", ipython="preloaded"), "(True, 'ZMQInteractiveShell', True, 1)")
        self.assertEqual(self.value(cell % "list(i.kernel)"), "(True, [], True, 1)")

    def test_a_value_bound_in_a_thread_has_a_text(self):
        cell = "import threading\ndef f():\n  x = %s; _nalin_t(0, x)\nt = threading.Thread(target=f)\nt.start()\nt.join()"
        self.assertEqual(self.value(cell % "{1: 2}"), "{1: 2}")
        if support.has("numpy"):
            words, _ = support.run([cell % "__import__('numpy').zeros((3, 4))"])
            self.assertEqual([word["v"][1:6] for word in words if word["k"] == "v"], [[3, 2, [3, 4], 12, "float64"]])

    @unittest.skipUnless(support.has("matplotlib"), "needs matplotlib")
    def test_a_back_end_may_be_chosen_before_pyplot_is_imported(self):
        cells = ["import matplotlib\n%s\nimport matplotlib.pyplot as plt\nx = 1", "fig, ax = plt.subplots()"]
        cells += ["plt.switch_backend('agg')\nfig = plt.figure()\nx = matplotlib.pyplot is plt; _nalin_t(0, x)"]
        patience = {"timeout": 120, "cell_timeout": 100}  # matplotlib may look for fonts
        said = []
        for _warm in (False, True):
            for chosen in ("matplotlib.use('TkAgg')", "matplotlib.use('nbagg')", "matplotlib.rcParams['backend'] = 'Qt5Agg'", "pass"):
                words, _code = support.run([cells[0] % chosen] + cells[1:], **patience)
                said.append((support.statuses(words), last(words)))
                self.assertEqual((said[-1][0][0][0], said[-1][1]), ("ok", "True"))
            import matplotlib.pyplot  # noqa: F401 - as the server does before it forks
        self.assertEqual(said[:4], said[4:])


if __name__ == "__main__":
    unittest.main()

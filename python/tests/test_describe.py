import collections
import datetime
import decimal
import enum
import fractions
import functools
import pathlib
import unittest
from importlib.util import find_spec

import support
from nalin_runtime import describe


def ask(question, default):
    """A guard without a clock."""
    try:
        return question()
    except Exception:
        return default


def text(value):
    return describe.describe(value, ask)[7]


def trusted(value):
    return describe.describe(value, ask, True)[7]


def facts(value, trust=False):
    return describe.describe(value, ask, trust)[:7]


class Plain:
    pass


class Spoken:
    def __repr__(self):
        return "spoken"


class Colour(enum.Enum):
    RED = 1


Point = collections.namedtuple("Point", "x y")


class Descriptions(unittest.TestCase):
    def check(self, table):
        for value, expected in table:
            with self.subTest(value=repr(value)[:60]):
                self.assertEqual(text(value), expected)

    def test_scalars_are_exact(self):
        self.check([(None, "None"), (True, "True"), (-7, "-7"), (0.1, "0.1"), (float("nan"), "nan")])
        self.check([(1 + 2j, "(1+2j)"), (b"a\0", "b'a\\x00'"), (..., "Ellipsis")])

    def test_strings_keep_their_length_and_lose_their_middle(self):
        long = "a" * 500 + "b" * 500
        self.assertEqual(describe.describe(long, ask)[7:], ["a" * 300 + "…" + "b" * 99, 1000])
        self.assertEqual(describe.describe("x" * 400, ask)[7:], ["x" * 400, 400])
        self.assertEqual(text("\ud800"), "?")

    def test_containers_show_their_first_elements(self):
        self.check([([], "[]"), ((1,), "(1,)"), ({1: [2, "b"]}, "{1: [2, 'b']}"), (set(), "set()")])
        self.check([(frozenset([1]), "frozenset({1})"), (range(3), "[0, 1, 2]"), ({}.keys(), "dict_keys([])")])
        self.check([(collections.deque([1]), "deque([1])"), (Point(1, 2), "Point(x=1, y=2)")])
        self.check([(collections.Counter("aab"), "Counter({'a': 2, 'b': 1})")])
        length, rendered = describe.describe(list(range(1000)), ask)[1], describe.render(list(range(1000)), ask)
        self.assertEqual(length, 1000)
        self.assertEqual(rendered[1], len(str(list(range(200)))))
        self.assertTrue(rendered[0].endswith("198, 199]"))

    def test_large_values_are_never_rendered_whole(self):
        nested = [[list(range(1000))] * 1000] * 1000
        rendered, chars = describe.render(nested, ask)
        self.assertLessEqual(len(rendered), 400)
        self.assertEqual(chars, -1)
        self.assertEqual(describe.render([10**9, "x" * 10**7], ask)[1], -1)
        self.assertTrue(text(1 << 10**6).endswith("…"))

    def test_cycles_end(self):
        loop = [1]
        loop.append(loop)
        self.assertEqual(text(loop), "[1, ...]")

    def test_objects(self):
        self.check([(Plain(), "<test_describe.Plain object>"), (Spoken(), "<test_describe.Spoken object>")])
        self.check([([Spoken()], "[<test_describe.Spoken object>]"), (Colour.RED, "Colour.RED"), ([Colour.RED], "[Colour.RED]")])
        self.check([(Plain, "<class 'test_describe.Plain'>"), (collections, "<module 'collections'>")])
        self.check([(len, "<built-in function len>"), (text, "<function text>"), (Colour.RED, "Colour.RED")])
        self.check([(pathlib.PurePosixPath("a/b"), "a/b"), (datetime.date(2020, 1, 2), "2020-01-02")])
        self.check([(decimal.Decimal("1.5"), "1.5"), (fractions.Fraction(1, 3), "1/3"), (ValueError("a", 1), "('a', 1)")])
        self.check([(slice(1, Spoken()), "slice(1, <test_describe.Spoken object>, None)"), (KeyError("a"), "'a'")])
        self.check([(FileNotFoundError(2, "gone", "f"), "[Errno 2] gone: 'f'"), (ValueError(Spoken()), "ValueError(<test_describe.Spoken object>)")])

    def test_what_is_trusted_speaks_for_itself(self):
        self.assertEqual((trusted(Spoken()), trusted([Spoken()])), ("spoken", "[spoken]"))

    def test_addresses_are_left_out(self):
        self.assertNotIn("0x", text(functools.partial(text, object())))
        self.assertNotIn("0x", text((number for number in range(3))))

    def test_an_iterator_is_not_used_up(self):
        numbers = iter([1, 2, 3])
        describe.describe(numbers, ask)
        self.assertEqual(list(numbers), [1, 2, 3])

    def test_facts(self):
        self.assertEqual(facts(3), ["int", -1, -1, [], -1, "", False])
        self.assertEqual(facts("abc"), ["str", 3, -1, [], -1, "", True])
        self.assertEqual(facts(Plain())[0], "test_describe.Plain")
        self.assertEqual(facts(numbers for numbers in ())[6], True)

    def test_hostile_facts(self):
        class Hostile:
            shape = (3, "x", -5, True)
            size = "many"

            def __len__(self):
                raise ValueError

        self.assertEqual(facts(Hostile())[1:5], [-1, -1, [], -1])
        self.assertEqual(facts(Hostile(), True)[1:5], [-1, 4, [3, -1, -1, -1], -1])


@unittest.skipUnless(support.has("numpy"), "needs numpy")
class Arrays(unittest.TestCase):
    def test_arrays(self):
        import numpy

        self.assertEqual(facts(numpy.zeros((3, 4))), ["numpy.ndarray", 3, 2, [3, 4], 12, "float64", True])
        self.assertEqual(text(numpy.arange(3)), "[0 1 2]")
        self.assertEqual(facts(numpy.float64(1.5))[2:6], [0, [], 1, "float64"])
        self.assertEqual(text(numpy.float64(1.5)), "1.5")
        self.assertLess(len(text(numpy.zeros((1000, 1000)))), 401)

    def test_settings_of_the_notebook_do_not_matter(self):
        import numpy

        def shout(_number):
            raise SystemExit

        with numpy.printoptions(threshold=10**9, formatter={"int": shout}):
            self.assertEqual(text(numpy.arange(3)), "[0 1 2]")

    def test_arrays_of_objects(self):
        import numpy

        self.assertEqual(text(numpy.array([Spoken(), None], dtype=object)), "[<test_describe.Spoken object>, None]")


# The environment of `make test` has neither: the test is for that of requirements-runner.txt.
@unittest.skipUnless(find_spec("sklearn") and find_spec("sympy"), "needs scikit-learn and sympy")
class Libraries(unittest.TestCase):
    def test_what_is_made_of_the_librarys_own_parts_is_shown(self):
        import sklearn.linear_model
        import sklearn.pipeline
        import sympy

        class Own(sklearn.linear_model.LinearRegression):
            pass

        x = sympy.Symbol("x")
        self.assertEqual((text(x**2 + 1), text([x])), ("x**2 + 1", "[x]"))
        self.assertEqual(text(sklearn.linear_model.Ridge(alpha=2)), "Ridge(alpha=2)")
        self.assertIn("Own object>", text(Own()))
        self.assertEqual(text(sklearn.pipeline.Pipeline([("a", Own())])), "<sklearn.pipeline.Pipeline object>")


@unittest.skipUnless(support.has("pandas"), "needs pandas")
class Frames(unittest.TestCase):
    def test_frames(self):
        import pandas

        frame = pandas.DataFrame({"a": range(1000)})
        self.assertEqual(facts(frame)[1:6], [1000, 2, [1000, 1], 1000, ""])
        self.assertIn("[200 rows x 1 columns]", text(frame))
        self.assertEqual(facts(frame["a"])[5], "int64")
        self.assertEqual(facts(frame.index)[1:5], [1000, 1, [1000], 1000])

    def test_a_column_of_objects_shows_their_types(self):
        import pandas

        rows = [1, "a", Spoken(), [Spoken()]]
        for value in (pandas.DataFrame({"x": rows, "y": range(4)}), pandas.Series(rows)):
            self.assertIn("<test_describe.Spoken object>", text(value))
            self.assertNotIn("spoken", text(value))


if __name__ == "__main__":
    unittest.main()

import unittest

import support
from nalin_runtime import describe, snapshot


def ask(question, default):
    try:
        return question()
    except Exception:
        return default


class Loud(list):
    def __iter__(self):
        raise AssertionError("was asked")


class Snapshots(unittest.TestCase):
    def same(self, value, change):
        """A copy is described as the value was, whatever becomes of the value."""
        before = describe.describe(value, ask)
        copy = snapshot.snapshot(value, ask)
        self.assertIsNot(copy, snapshot.NONE)
        change(value)
        self.assertNotEqual(describe.describe(value, ask), before)
        self.assertEqual(describe.describe(copy, ask), before)

    def test_plain_values_are_copied(self):
        self.same([1, [2, "x"]], lambda value: value[1].append(3))
        self.same({"a": [1], (1, 2): None}, lambda value: value["a"].clear())
        self.same({1, 2}, lambda value: value.add(3))
        self.same(([1], 2), lambda value: value[0].append(1))

    def test_what_is_large_or_may_be_code_is_not(self):
        endless = [1]
        endless.append(endless)
        for value in (list(range(1000)), [[0] * 200, [0] * 200], Loud([1]), [Loud()], object(), endless, [print]):
            self.assertIs(snapshot.snapshot(value, ask), snapshot.NONE)

    @unittest.skipUnless(support.has("pandas"), "needs pandas")
    def test_arrays_and_tables_are_copied(self):
        import numpy
        import pandas

        snapshot.learn()
        self.same(numpy.arange(6).reshape(2, 3).T, lambda value: value.fill(7))
        self.same(pandas.Series([1, 2], name="n"), lambda value: value.__setitem__(0, 9))
        self.same(pandas.DataFrame({"a": [1, 2]}), lambda value: value.__setitem__("b", 1))
        self.assertIs(snapshot.snapshot(numpy.array([[1], [2, 3]], dtype=object), ask), snapshot.NONE)
        self.assertIs(snapshot.snapshot(numpy.zeros(100000), ask), snapshot.NONE)
        for scalar in (numpy.float64(1), numpy.int8(1), numpy.bool_(True)):
            self.assertIn(id(type(scalar)), snapshot.ATOMS)
        self.assertNotIn(numpy.void, snapshot.ATOMS)


class LastValues(unittest.TestCase):
    def test_the_last_value_is_exact_in_loops_and_not_what_became_of_it(self):
        code = "for i in range(300):\n    row = [i]; _nalin_t(0, row)\n    row.append('later')"
        words, status = support.run([code])
        self.assertEqual(status, 0)
        self.assertEqual(support.texts(words)[-1], "~300:[299]")


if __name__ == "__main__":
    unittest.main()

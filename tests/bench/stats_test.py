#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the statistics of zhan-bench."""

import os
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))
from zhanbench import counts, stats  # noqa: E402


class StatsTest(unittest.TestCase):
    def test_geomean(self):
        self.assertAlmostEqual(stats.geomean([1, 4]), 2)
        self.assertAlmostEqual(stats.geomean([5]), 5)
        self.assertIsNone(stats.geomean([]))

    def test_ratio_is_by_best_times(self):
        value, low, high = stats.ratio([2, 8, 9], [1, 1, 1])
        self.assertEqual(value, 2)
        self.assertLessEqual(low, 2)
        self.assertGreaterEqual(high, 2)

    def test_equal_times_have_a_narrow_interval(self):
        self.assertEqual(stats.ratio([3.0] * 7, [2.0] * 7), (1.5, 1.5, 1.5))

    def test_scatter_widens_the_interval(self):
        _, low, high = stats.ratio([1, 2, 3, 4, 5], [1, 1, 1, 1, 1])
        self.assertLess(low, high)

    def test_the_same_input_gives_the_same_interval(self):
        times = [1.0, 1.1, 1.3, 0.9]
        self.assertEqual(stats.ratio(times, times), stats.ratio(times, times))

    def test_geomean_ratio(self):
        value, low, high = stats.geomean_ratio([([2.0] * 3, [1.0] * 3), ([8.0] * 3, [1.0] * 3)])
        self.assertAlmostEqual(value, 4)
        self.assertAlmostEqual(low, 4)
        self.assertAlmostEqual(high, 4)
        self.assertIsNone(stats.geomean_ratio([]))

    def test_disturbed_rounds_are_dropped(self):
        self.assertEqual(stats.good_rounds([1.0, 1.04, 1.06, 2.0]), [0, 1])
        self.assertEqual(stats.good_rounds([]), [])


class CountsTest(unittest.TestCase):
    def test_two_percent(self):
        self.assertEqual(counts.judge(1000, 1020)[0], "")
        self.assertEqual(counts.judge(1000, 1021)[0], "WORSE")
        self.assertEqual(counts.judge(1000, 979)[0], "better")
        self.assertEqual(counts.judge(None, 5)[0], "new")

    def test_a_slowdown_of_ten_percent_is_named_in_the_table(self):
        self.assertIn("WORSE", counts.table({"fib": 1000}, {"fib": 1100}))

    def test_all_fifteen_cases_are_recorded(self):
        self.assertEqual(len(counts.recorded()), 15)
        self.assertTrue(set(counts.KERNELS) <= set(counts.recorded()))


if __name__ == "__main__":
    unittest.main()

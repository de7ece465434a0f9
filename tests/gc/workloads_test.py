#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs with heaps of different shapes answer the same however garbage is collected."""

import json
import os
import pathlib
import subprocess
import unittest

ZHAN = os.environ["ZHAN"]
FOLDER = pathlib.Path(os.environ["ZHAN_SOURCE"]) / "tests" / "gc" / "workloads"

# Steps, size, and what that answers whatever the collector does.
CASES = {
    "table": ("400000", "20000", 3547130984817198939),
    "fifo": ("300000", "20000", -6166991362525712976),
    "trees": ("10", "4", 135854),
    "deep": ("10", "2000", 7077387555911968246),
    "splay": ("20000", "1000", -3487805749102903407),
    "strings": ("50000", "5000", 106668968526189),
}
MODES = ("adaptive", "in-place", "copying")
CHECKED = ("gc-verify=on", "gc-poison=on", "gc-nursery=64K")


def run(name, *settings):
    """The answer and what the collector did."""
    steps, size, _ = CASES[name]
    words = [ZHAN, "run", "--gc-stats-json"]
    for setting in settings:
        words += ["--set", setting]
    words += ["--invoke", "run", str(FOLDER / f"{name}.wat"), steps, size]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: {done.stderr}")
    return int(done.stdout), json.loads(done.stderr)


class Workloads(unittest.TestCase):
    def check(self, *settings):
        for name, (_, _, answer) in CASES.items():
            with self.subTest(name=name, settings=settings):
                found, stats = run(name, *settings)
                self.assertEqual(found, answer)
                yield name, stats

    def test_without_small_nursery(self):
        for _ in self.check("gc-nursery=16M"):
            pass

    def test_modes(self):
        for mode in MODES:
            for name, stats in self.check(f"gc-mode={mode}", "gc-nursery=64K"):
                self.assertGreater(stats["minor"], 2, name)
                if mode == "in-place":
                    self.assertEqual(stats["copied"], 0, name)
                    self.assertEqual(stats["in_place"], stats["minor"], name)
                if mode == "copying":
                    self.assertEqual(stats["in_place"], 0, name)

    def test_checked(self):
        for mode in MODES:
            for _ in self.check(f"gc-mode={mode}", "gc-stress=997", *CHECKED):
                pass

    def test_checked_majors(self):
        for mode in MODES:
            for name, stats in self.check(f"gc-mode={mode}", "gc-stress=4999",
                                          "gc-stress-major=on", *CHECKED):
                self.assertGreater(stats["major"], 5, name)


if __name__ == "__main__":
    unittest.main()

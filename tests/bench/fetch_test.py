#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of what zhan-bench does without running engines: fetching, commands, cases, settledness."""

import os
import pathlib
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))
from zhanbench import cases, engines, extras, measure, peers, report  # noqa: E402


class FetchTest(unittest.TestCase):
    def steps(self, *commands, seconds=20.0):
        return peers.run_steps(commands, ".", time.monotonic() + seconds)

    def test_steps_run_until_one_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            made = pathlib.Path(folder) / "made"
            self.assertEqual(self.steps(["true"], ["touch", str(made)]), "")
            self.assertTrue(made.exists())
        self.assertEqual(self.steps(["sh", "-c", "echo why; exit 3"], ["false"]), "why")
        self.assertEqual(self.steps(["false"]), "no message")
        self.assertIn("no no-such-client", self.steps(["no-such-client"]))

    def test_a_late_step_is_ended_with_its_children(self):
        start = time.monotonic()
        text = self.steps(["sh", "-c", "sleep 30 & sleep 30"], seconds=0.3)
        self.assertLess(time.monotonic() - start, 10)
        self.assertIn("the next run goes on", text)
        self.assertEqual(report.short(f"absent: {text}"), "fetching")

    def test_packages_of_one_client_wait_for_each_other(self):
        place = pathlib.Path("peers")
        found = peers.lanes(["npm bun", "npm node", "Go module"], place, ["zstd"])
        self.assertEqual(sorted(len(lane) for lane in found), [1, 1, 2])

    def test_every_package_has_commands(self):
        for engine in engines.all_engines():
            if engine.package and not engine.package.startswith("setting"):
                self.assertTrue(peers.commands(engine.package, pathlib.Path("p")), engine.name)


class TableTest(unittest.TestCase):
    def setUp(self):
        self.cases = {c.name: c for c in cases.load()}
        self.engines = {e.name: e for e in engines.all_engines()}

    def test_every_case_has_a_title_and_names_are_single(self):
        _, entries = cases.read_table()
        self.assertEqual(len(entries), len(self.cases))
        for case in self.cases.values():
            self.assertIn(case.group, report.TITLES)

    def test_quick_is_a_part(self):
        quick = {c.name for c in cases.load("quick")}
        self.assertTrue(quick < set(self.cases))
        for group in report.TITLES:
            some = any(self.cases[n].group == group for n in quick)
            self.assertTrue(some or group == "large", group)

    def test_every_engine_has_a_command_or_none(self):
        for engine in self.engines.values():
            for case in self.cases.values():
                words = engine.command(case, "folder")
                self.assertTrue(words is None or all(isinstance(w, str) for w in words))

    def test_wasmtime_is_told_what_a_module_needs(self):
        command = self.engines["wasmtime"].command
        self.assertIn("memory64=y", command(self.cases["sieve-64"], "."))
        self.assertNotIn("-W", command(self.cases["fib"], "."))
        self.assertIn("compile", command(self.cases["compile-sqlite"], "."))
        self.assertIsNone(command(self.cases["counter"], "."))

    def test_results_in_the_forms_of_the_engines(self):
        case = self.cases["fib"]
        for out, err in ((b"42\n", b""), (b"", b"Result: 42\n"), (b"0x2a:i32\n", b"")):
            self.assertEqual(cases.result_of(case, out, err), b"42")
        self.assertEqual(cases.result_of(case, b"no number", b""), b"")

    def test_a_complaint_is_the_line_before_the_backtrace(self):
        text = b"Error: one\n  cause\nStack backtrace:\n 0: main\n"
        self.assertEqual(cases.complaint(text), "cause")
        text = b"12 | code\n   ^\nerror: why\n   at main (x:1)\n\nBun v1.4.5 (Linux x64)\n"
        self.assertEqual(cases.complaint(text), "error: why")
        self.assertEqual(cases.complaint(b"  \n"), "no output")


class MeasureTest(unittest.TestCase):
    def test_settled(self):
        self.assertTrue(measure.settled([1.3, 1.0, 1.01]))
        self.assertFalse(measure.settled([1.0, 1.1, 1.1]))
        self.assertFalse(measure.settled([1.0]))

    def test_google_benchmark_is_read(self):
        rows = [
            {"name": "call_nothing", "cpu_time": 2.0, "time_unit": "us"},
            {"name": "call_the_host", "cpu_time": 1, "time_unit": "ns", "items_per_second": 1e8},
            {"name": "other", "cpu_time": 1, "time_unit": "ns"},
        ]
        found = extras.google({"benchmarks": rows})
        self.assertEqual(found, {"call_nothing": 2000.0, "call_the_host": 10.0})

    def test_an_engine_that_cannot_be_asked_has_no_small_measures(self):
        false = pathlib.Path("/bin/false")
        for name in ("zhan", "node", "wazero", "wasm3"):
            self.assertEqual(extras.micro(engines.Engine(name, name, false, None)), {})


if __name__ == "__main__":
    os.environ.pop("ZHAN_WASM3", None)
    unittest.main()

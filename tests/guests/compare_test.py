#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of bench/compare, with a stand-in for the engines."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENGINE = f"{sys.executable} {HERE / 'fake_engine.py'}"


class CompareTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        (self.path / "table.tsv").write_text(
            "# kernel\tn\tchecksum\tquick n\tchecksum\nalpha\t3\t42\t1\t5\nbeta\t4\t-7\t1\t5\n"
        )
        (self.path / "alpha.wasm").write_text("number 42")
        (self.path / "beta.wasm").write_text("number -7")

    def compare(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [
                ROOT / "bench" / "compare",
                *("--kernels", self.path, "--table", self.path / "table.tsv"),
                *("--coremark", self.path / "coremark.wasm", "--rounds", "2", *arguments),
            ],
            capture_output=True,
            text=True,
        )

    def two(self, *arguments: str) -> subprocess.CompletedProcess:
        """Compares the stand-in with itself."""
        command = f"{ENGINE} --invoke run {{file}} {{n}}"
        return self.compare("--engine", f"a={command}", "--engine", f"b={command}", *arguments)

    def test_equal_engines_have_ratios(self):
        output = self.path / "times.json"
        result = self.two("--json", output)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("a is x", result.stdout)
        self.assertIn("(2)", result.stdout)
        times = json.loads(output.read_text())
        self.assertEqual(len(times["seconds"]["alpha"]["a"]), 2)
        self.assertEqual(times["failures"], {})
        self.assertGreater(times["geomean"]["a"], 0)

    def test_quick_cases_have_their_own_checksums(self):
        self.assertIn("result 42, expected 5", self.two("--quick").stdout)
        (self.path / "alpha.wasm").write_text("number 5")
        self.assertEqual(self.two("--quick", "--case", "alpha").returncode, 0)

    def test_wrong_result_fails(self):
        (self.path / "beta.wasm").write_text("number 8")
        result = self.two()
        self.assertEqual(result.returncode, 1)
        self.assertIn("FAILED beta on a: result 8, expected -7", result.stdout)
        self.assertIn("(1)", result.stdout)

    def test_failing_engine_fails(self):
        (self.path / "alpha.wasm").write_text("exit 3")
        result = self.two()
        self.assertEqual(result.returncode, 1)
        self.assertIn("FAILED alpha on a: exit code 3: going", result.stdout)

    def test_coremark_runs_without_the_function(self):
        (self.path / "coremark.wasm").write_text("coremark")
        result = self.two()
        self.assertIn("FAILED coremark on a: exit code 0: no output", result.stdout)

    def test_time_limit(self):
        (self.path / "alpha.wasm").write_text("sleep 9")
        result = self.two("--timeout", "0.5", "--case", "alpha")
        self.assertIn("FAILED alpha on a: exit code -9", result.stdout)

    def test_usage_errors(self):
        self.assertEqual(self.compare("--engine", "a=no-placeholder").returncode, 2)
        self.assertEqual(self.two("--base", "c").returncode, 2)
        self.assertEqual(self.two("--case", "gamma").returncode, 1)
        (self.path / "alpha.wasm").unlink()
        self.assertIn("run bench/kernels/build first", self.two().stderr)


class ValidateTest(unittest.TestCase):
    def validate(self, module: str, *arguments: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "m.wasm"
            file.write_text(module)
            command = [ROOT / "bench" / "validate", "--engine", f"{ENGINE} {{file}}"]
            return subprocess.run(
                [*command, "--rounds", "1", *arguments, file], capture_output=True, text=True
            )

    def test_speed_is_printed(self):
        result = self.validate("echo")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("MB/s", result.stdout)

    def test_rejection_fails(self):
        result = self.validate("exit 1")
        self.assertEqual(result.returncode, 1)
        self.assertIn("FAILED going", result.stdout)

    def test_limit_holds_for_large_modules_only(self):
        self.assertEqual(self.validate("echo", "--at-least", "1e9").returncode, 0)
        result = self.validate("echo " + " " * 20_000_000, "--at-least", "1e9")
        self.assertEqual(result.returncode, 1)
        self.assertIn("TOO SLOW", result.stdout)


if __name__ == "__main__":
    unittest.main()

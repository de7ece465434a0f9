#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of tools/guests/run, with a stand-in for the engine."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENGINE = f"{sys.executable} {HERE / 'fake_engine.py'}"


class RunTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.guests = pathlib.Path(self.folder.name)
        self.cases = []

    def file(self, name: str, text: str) -> str:
        path = self.guests / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return name

    def case(self, name: str, behaviour: str, extra: str = "") -> None:
        module = self.file(f"out/{name}.wasm", behaviour)
        self.cases.append(f'[[case]]\nname = "{name}"\nmodule = "{module}"\n{extra}\n')

    def run_tool(self, *arguments: str) -> subprocess.CompletedProcess:
        table = self.guests / "cases.toml"
        table.write_text("\n".join(self.cases))
        return subprocess.run(
            [
                ROOT / "tools" / "guests" / "run",
                *("--table", table, "--expected", self.guests / "expected.json"),
                *("--engine", ENGINE, *arguments),
            ],
            env={**os.environ, "ZHAN_GUESTS": str(self.guests)},
            capture_output=True,
            text=True,
        )

    def expected(self) -> dict:
        return json.loads((self.guests / "expected.json").read_text())

    def test_blessed_output_passes_and_a_change_fails(self):
        self.case("say", "echo", 'args = ["hello"]')
        self.assertEqual(self.run_tool("--bless").returncode, 0)
        self.assertEqual(self.expected()["say"], {"exit": 0, "stdout": {"text": "hello\n"}})
        self.assertIn("1 passed, 0 failed, 0 skipped", self.run_tool().stdout)
        self.cases[0] = self.cases[0].replace("hello", "goodbye")
        result = self.run_tool()
        self.assertEqual(result.returncode, 1)
        self.assertIn("line 1 is 'goodbye', expected 'hello'", result.stdout)
        self.assertEqual((self.guests / "failed" / "say.stdout").read_text(), "goodbye\n")

    def test_exit_code_is_compared(self):
        self.case("leave", "exit 7")
        self.run_tool("--bless")
        self.assertEqual(self.expected()["leave"]["exit"], 7)
        self.assertEqual(self.run_tool().returncode, 0)
        self.file("out/leave.wasm", "exit 3")
        result = self.run_tool()
        self.assertIn("exit code 3, expected 7 [going]", result.stdout)
        self.assertIn("0 passed, 1 failed, 0 skipped", result.stdout)

    def test_long_output_is_kept_as_hash(self):
        self.case("long", "echo", f'args = ["{"x" * 400}"]')
        self.run_tool("--bless")
        self.assertEqual(self.expected()["long"]["stdout"]["bytes"], 401)
        self.assertNotIn("text", self.expected()["long"]["stdout"])
        self.cases[0] = self.cases[0].replace("x" * 400, "x" * 399 + "y")
        self.assertIn("401 bytes, sha256", self.run_tool().stdout)

    def test_flags_reach_the_engine(self):
        self.file("inputs/a.wat", "module")
        self.case(
            "flags",
            "echo",
            'invoke = "f"\nfiles = []\nenv = { A = "1" }\npreload = { m = "inputs/a.wat" }',
        )
        self.run_tool("--bless")
        text = self.expected()["flags"]["stdout"]["text"]
        self.assertEqual(text.split(), ["--dir", "--env", "--invoke", "--preload"])

    def test_files_are_copied_written_and_compared(self):
        self.file("inputs/in.txt", "data")
        self.case("write", "write out.txt text", 'files = ["inputs/in.txt"]\noutputs = ["out.txt"]')
        self.run_tool("--bless")
        self.assertEqual(self.expected()["write"]["files"], {"out.txt": {"text": "text"}})
        self.assertEqual(
            self.expected()["write"]["stdout"]["text"], "['in.txt', 'out.txt']\nTrue\n"
        )
        self.file("out/write.wasm", "write out.txt other")
        self.assertIn("out.txt: line 1 is 'other'", self.run_tool().stdout)
        self.file("out/write.wasm", "write elsewhere.txt text")
        self.assertIn("out.txt: was not written", self.run_tool().stdout)

    def test_one_case_feeds_another(self):
        self.file("inputs/in.txt", "first\n")
        self.case("source", "echo", 'stdin = "inputs/in.txt"\nargs = ["second"]')
        self.case("sink", "echo", 'stdin = "case:source"\nargs = ["third"]')
        self.run_tool("--bless", "sink")
        self.assertEqual(self.expected()["sink"]["stdout"]["text"], "first\nsecond\nthird\n")

    def test_missing_module_is_skipped(self):
        self.case("there", "echo")
        self.case("gone", "echo")
        self.run_tool("--bless")
        (self.guests / "out" / "gone.wasm").unlink()
        result = self.run_tool()
        self.assertEqual(result.returncode, 0)
        self.assertIn("1 passed, 0 failed, 1 skipped", result.stdout)
        self.assertIn("no out/gone.wasm", result.stdout)

    def test_nothing_run_is_a_failure(self):
        self.case("gone", "echo")
        (self.guests / "out" / "gone.wasm").unlink()
        self.assertEqual(self.run_tool().returncode, 1)

    def test_later_cases_wait(self):
        self.case("now", "echo")
        self.case("then", "exit 1", 'later = "exceptions"')
        self.run_tool("--bless", "--later")
        self.assertIn("needs exceptions", self.run_tool().stdout)
        self.assertIn("2 passed", self.run_tool("--later").stdout)

    def test_unrecorded_case_fails(self):
        self.case("new", "echo")
        result = self.run_tool()
        self.assertEqual(result.returncode, 1)
        self.assertIn("nothing is recorded", result.stdout)

    def test_time_limit(self):
        self.case("slow", "sleep 5")
        self.file("expected.json", '{"slow": {"exit": 0, "stdout": {"text": ""}}}')
        result = self.run_tool("--timeout", "0.3")
        self.assertEqual(result.returncode, 1)
        self.assertIn("stopped at the time limit", result.stdout)

    def test_unknown_name_is_an_error(self):
        self.case("say", "echo")
        result = self.run_tool("nonesuch")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no case matches 'nonesuch'", result.stderr)

    def test_patterns_and_list(self):
        self.case("one", "echo")
        self.case("two", "echo")
        listed = self.run_tool("--list", "t*").stdout
        self.assertIn("two.wasm", listed)
        self.assertNotIn("one.wasm", listed)


class TableTest(unittest.TestCase):
    """The real table and the real record agree with each other."""

    def test_every_case_is_recorded(self):
        import tomllib

        table = tomllib.loads((ROOT / "tests" / "guests" / "cases.toml").read_text())
        expected = json.loads((ROOT / "tests" / "guests" / "expected.json").read_text())
        names = {c["name"] for c in table["case"]}
        self.assertEqual(names, set(expected))
        for case in table["case"]:
            recorded = set(expected[case["name"]].get("files", {}))
            self.assertEqual(recorded, set(case.get("outputs", [])), case["name"])
            source = case.get("stdin", "")
            if source.startswith("case:"):
                self.assertIn(source.removeprefix("case:"), names)


if __name__ == "__main__":
    unittest.main()

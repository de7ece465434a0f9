#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scripts of this folder in both memory modes; together with the generated ones they run every
instruction that the interpreter has."""

import os
import pathlib
import re
import subprocess
import unittest

import table

ZHAN = os.environ["ZHAN"]
SOURCE = pathlib.Path(os.environ["ZHAN_SOURCE"])
FOLDER = pathlib.Path(__file__).resolve().parent


def run(*words, stdin=""):
    return subprocess.run([ZHAN, *map(str, words)], input=stdin, capture_output=True, text=True,
                          check=False, timeout=300)


class Scripts(unittest.TestCase):
    def check(self, *words):
        result = run("wast", "--feature", "stack-switching", *words,
                     *sorted(FOLDER.glob("*.wast")))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertGreater(int(re.search(r"(\d+) assertions passed", result.stdout)[1]), 400)

    def test_guarded(self):
        self.check()

    def test_explicit(self):
        self.check("--set", "explicit-checks=on")

    def test_metered(self):
        self.check("--set", "fuel=on")

    def test_while_collecting(self):
        for mode in ("in-place", "copying"):
            self.check("--set", "gc-stress=499", "--set", f"gc-mode={mode}", "--set",
                       "gc-verify=on", "--set", "gc-poison=on")

    def test_every_instruction_is_run(self):
        text = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.wast"))
        words = set(re.findall(r"[a-z][a-z0-9_.]+", re.sub(r'"[^"]*"|;;.*', "", text)))
        words.add("end")  # of every body
        rest = [row for row in table.rows(SOURCE) if not table.is_generated(row)]
        missing = [row.text for row in rest if row.text not in words]
        self.assertEqual(missing, [], "instructions without a script in tests/wast")

    def test_typed_select_is_run(self):
        self.assertIn("(select (result ", (FOLDER / "control.wast").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()

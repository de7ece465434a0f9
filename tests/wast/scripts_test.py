#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scripts of this folder in both memory modes; together with the generated ones they run every
instruction that the interpreter has, and those it does not have yet say so."""

import os
import pathlib
import re
import subprocess
import unittest

import table

ZHAN = os.environ["ZHAN"]
SOURCE = pathlib.Path(os.environ["ZHAN_SOURCE"])
FOLDER = pathlib.Path(__file__).resolve().parent

# What comes with the collector and continuations. May only shrink.
LATER = {"stack_switching", "custom_descriptors", "gc"}
HERE = {"ref.eq", "ref.i31", "i31.get_s", "i31.get_u", "any.convert_extern", "extern.convert_any"}
# A function body for some of each.
NOT_YET = {
    "struct.new": "(drop (struct.new $s (i32.const 1)))",
    "struct.get": "(drop (struct.get $s 0 (ref.null $s)))",
    "array.new": "(drop (array.new $a (i32.const 1) (i32.const 1)))",
    "array.len": "(drop (array.len (ref.null array)))",
    "ref.test": "(drop (ref.test (ref i31) (ref.null any)))",
    "ref.cast": "(drop (ref.cast (ref i31) (ref.null any)))",
    "br_on_cast": "(drop (block (result anyref) (br_on_cast 0 anyref i31ref (ref.null any))))",
}
MODULE = """(module
  (type $s (struct (field i32))) (type $a (array i32)) (memory 1 1 shared)
  (func (export "f") {}) (func (export "g") (result i32) (i32.const 5)))"""


def run(*words, stdin=""):
    return subprocess.run([ZHAN, *map(str, words)], input=stdin, capture_output=True, text=True,
                          check=False, timeout=300)


class Scripts(unittest.TestCase):
    def check(self, *words):
        result = run("wast", *words, *sorted(FOLDER.glob("*.wast")))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertGreater(int(re.search(r"(\d+) assertions passed", result.stdout)[1]), 400)

    def test_guarded(self):
        self.check()

    def test_explicit(self):
        self.check("--set", "explicit-checks=on")

    def test_metered(self):
        self.check("--set", "fuel=on")

    def test_every_instruction_is_run(self):
        text = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.wast"))
        words = set(re.findall(r"[a-z][a-z0-9_.]+", re.sub(r'"[^"]*"|;;.*', "", text)))
        words.add("end")  # of every body
        rest = [row for row in table.rows(SOURCE) if not table.is_generated(row)]
        missing = [row.text for row in rest
                   if row.text not in words and (row.feature not in LATER or row.text in HERE)]
        self.assertEqual(missing, [], "instructions without a script in tests/wast")

    def test_typed_select_is_run(self):
        self.assertIn("(select (result ", (FOLDER / "control.wast").read_text(encoding="utf-8"))

    def test_what_is_missing_says_so(self):
        for name, body in NOT_YET.items():
            module = MODULE.format(body)
            result = run("run", "--invoke", "f", "-", stdin=module)
            self.assertEqual(result.returncode, 1, (name, result.stderr))
            self.assertIn(f"not supported yet: {name} ", result.stderr)
            # Only that function: the rest of the module runs.
            self.assertEqual(run("run", "--invoke", "g", "-", stdin=module).stdout, "5\n", name)


if __name__ == "__main__":
    unittest.main()

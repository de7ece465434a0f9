#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/fuzz-reduce makes modules small as long as a command fails on them."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("ZHAN_BUILD", ROOT / "build" / "release"))
ZHAN = BUILD / "zhan"
GENERATE = BUILD / "tests" / "tools" / "generate-modules"

TEXT = """(module
  (memory 1)
  (global $unused (mut i64) (i64.const 5))
  (func $other (param i32) (result i32)
    (block (result i32) (i32.add (local.get 0) (i32.const 1))))
  (func (export "run") (param i32) (result i32)
    (local i32)
    (loop $again
      (local.set 1 (i32.add (local.get 1) (call $other (i32.const 3))))
      (br_if $again (i32.lt_u (local.get 1) (i32.const 20))))
    (if (i32.rotl (local.get 1) (i32.const 7)) (then (i32.store (i32.const 8) (i32.const 9))))
    (i32.mul (local.get 1) (local.get 0)))
  (data (i32.const 3) "text with ) and (")
)
"""
# Fails while the module has the instruction.
HAS = '#!/bin/sh\nif "{zhan}" print "$1" | grep -q {what}; then echo {says}; exit 3; fi\n'


@unittest.skipUnless(ZHAN.exists(), "not built")
class Reduce(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        text = self.folder / "big.wat"
        text.write_text(TEXT, encoding="utf-8")
        self.module = self.folder / "big.wasm"
        subprocess.run([ZHAN, "parse", text, "-o", self.module], check=True)

    def command(self, what, says="found"):
        path = self.folder / "command"
        path.write_text(HAS.format(zhan=ZHAN, what=what, says=says), encoding="utf-8")
        path.chmod(0o755)
        return path

    def reduce(self, *arguments):
        done = subprocess.run([ROOT / "tools" / "fuzz-reduce", "--zhan", ZHAN, *arguments],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_what_matters_is_left(self):
        code, out = self.reduce(self.module, "--", self.command("i32.rotl"))
        self.assertEqual(code, 0, out)
        self.assertIn(f"bytes of {self.module.stat().st_size}", out)
        left = (self.folder / "big.reduced.wat").read_text(encoding="utf-8")
        self.assertIn("i32.rotl", left)
        for gone in ("data", "memory", "global", "loop", "call", "i32.mul", "i32.store"):
            self.assertNotIn(gone, left)
        self.assertLessEqual(len(left.splitlines()), 8)
        subprocess.run([ZHAN, "validate", self.folder / "big.reduced.wasm"], check=True)

    def test_output_must_match(self):
        command = self.command("i32.mul", says="wrong")
        code, out = self.reduce("--match", "other", self.module, "--", command, "{}")
        self.assertEqual(code, 1)
        self.assertIn("does not fail", out)
        code, out = self.reduce("--match", "wro?ng", self.module, "--", command, "{}")
        self.assertEqual(code, 0, out)

    def test_wrong_use(self):
        self.assertEqual(self.reduce(self.module)[0], 2)


@unittest.skipUnless(GENERATE.exists(), "not built")
class Generate(unittest.TestCase):
    def run_it(self, *arguments):
        done = subprocess.run([GENERATE, *arguments], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_a_case_becomes_a_module_that_can_be_checked(self):
        with tempfile.TemporaryDirectory() as holder:
            case, module = pathlib.Path(holder) / "case", pathlib.Path(holder) / "case.wasm"
            case.write_bytes(bytes(range(7, 250)))
            self.assertEqual(self.run_it("case", case, module), (0, ""))
            subprocess.run([ZHAN, "validate", module], check=True)
            self.assertEqual(self.run_it("check", module), (0, ""))
            module.write_bytes(b"\0asm")
            code, out = self.run_it("check", module)
            self.assertEqual(code, 1)
            self.assertIn("unexpected end", out)

    def test_wrong_use(self):
        code, out = self.run_it("check")
        self.assertEqual(code, 2)
        self.assertIn("Usage", out)


if __name__ == "__main__":
    unittest.main()

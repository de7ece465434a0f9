#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line as a user meets it: results, messages, exit codes."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ZHAN = os.environ["ZHAN"]
SOURCE = pathlib.Path(os.environ["ZHAN_SOURCE"])

MODULE = """(module
  (memory (export "memory") 1)
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "types") (param i64 f32 f64) (result f64 f32 i64)
    (local.get 2) (local.get 1) (local.get 0))
  (func (export "same") (param v128) (result v128) (local.get 0))
  (func $deep (export "deep") (call $deep))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "spin") (loop (br 0)))
  (func (export "grow") (result i32) (local i32)
    (loop (local.set 0 (memory.grow (i32.const 256)))
      (br_if 0 (i32.ne (local.get 0) (i32.const -1))))
    (memory.size)))"""


def zhan(*words, stdin=b"", timeout=60):
    run = subprocess.run([ZHAN, *map(str, words)], input=stdin, capture_output=True,
                         timeout=timeout)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


class Cli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.wat = cls.path / "module.wat"
        cls.wat.write_text(MODULE)
        cls.wasm = cls.path / "module.wasm"
        code, _, error = zhan("parse", cls.wat, "-o", cls.wasm)
        assert code == 0, error

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def expect(self, result, code, out=None, error=""):
        self.assertEqual(result[0], code, result)
        if out is not None:
            self.assertEqual(result[1], out)
        self.assertIn(error, result[2])

    def test_invoke(self):
        self.expect(zhan("run", "--invoke", "add", self.wat, 2, 3), 0, "5\n")
        self.expect(zhan("run", "--invoke", "add", self.wasm, "0xffffffff", -1), 0, "-2\n")
        out = "nan:0x200\n-inf\n-9223372036854775808\n"
        words = ["-0x8000000000000000", "-inf", "nan:0x200"]
        self.expect(zhan("run", "--invoke", "types", self.wasm, *words), 0, out)
        result = zhan("run", "--invoke", "types", self.wasm, 7, 0.1, "0x1.8p1")
        self.expect(result, 0, "3\n0.1\n7\n")
        vector = "0x000102030405060708090a0b0c0d0e0f"
        self.expect(zhan("run", "--invoke", "same", self.wasm, vector), 0, vector + "\n")

    def test_standard_input_and_default_command(self):
        self.expect(zhan("run", "--invoke", "add", "-", 1, 1, stdin=MODULE.encode()), 0, "2\n")
        start = b'(module (func (export "_start")))'
        self.expect(zhan("-", stdin=start), 0, "")
        hello = SOURCE / "examples" / "hello.wat"
        code, out, _ = zhan(hello)
        self.assertEqual(code, 0)
        self.assertIn("ello", out)

    def test_bad_calls(self):
        run = lambda *words: zhan("run", "--invoke", *words)
        self.expect(run("ad", self.wat), 1, "", "did you mean 'add'?")
        self.expect(run("add", self.wat, 1), 2, "", "'add' takes 2 arguments (i32 i32), not 1")
        self.expect(run("add", self.wat, 1, "x"), 2, "", "argument 2 of 'add' must be of type i32")
        self.expect(run("add", self.wat, 1, 4294967296), 2, "", "must be of type i32")

    def test_traps(self):
        result = zhan("run", "--invoke", "load", self.wasm, 65533)
        self.expect(result, 134, "", "out of bounds memory access")
        self.assertIn("0x", result[2])
        deep = zhan("run", "--invoke", "deep", self.wasm)
        self.expect(deep, 134, "", "call stack exhausted")
        self.assertIn("frames left out", deep[2])
        self.assertIn("!deep", deep[2])

    def test_uncaught_exceptions(self):
        module = b"""(module $m (tag $bad (param i32 f64))
          (func $throw (param i32) (throw $bad (local.get 0) (f64.const 0.5)))
          (func $f (export "f") (param i32) (call $throw (local.get 0)))
          (func (export "start") (call $f (i32.const 2))))"""
        result = zhan("run", "--invoke", "f", "-", -7, stdin=module)
        self.expect(result, 134, "", "zhan: uncaught exception: tag $bad (i32 -7, f64 0.5)\n")
        self.assertRegex(result[2], r"0: 0x[0-9a-f]+ - m!throw\n +1: 0x[0-9a-f]+ - m!f\n")
        result = zhan("run", "-", stdin=module.replace(b'"start"', b'"_start"'))
        self.expect(result, 134, "", "uncaught exception: tag $bad (i32 2, f64 0.5)")
        result = zhan("run", "--invoke", "f", "-", 1, stdin=module[:-1] + b"(start 2))")
        self.expect(result, 134, "", "(i32 2, f64 0.5)")

    def test_limits(self):
        spin = ["--invoke", "spin", self.wasm]
        self.expect(zhan("run", "--timeout", "100ms", *spin), 124, "", "deadline")
        self.expect(zhan("run", "--fuel", 10000, *spin), 134, "", "fuel")
        self.expect(zhan("run", "--max-memory", "32M", "--invoke", "grow", self.wasm), 0, "257\n")
        self.expect(zhan("run", "--timeout", "soon", *spin), 2, "", "no duration")
        self.expect(zhan("run", "--max-memory", "much", *spin), 2)

    def test_bad_usage(self):
        self.expect(zhan(), 2, "", "no command given")
        self.expect(zhan("rum", "x"), 2, "", "did you mean 'run'?")
        self.expect(zhan("run", "--fule", 1, "x"), 2, "", "did you mean '--fuel'?")
        self.expect(zhan("run"), 2, "", "no file given")
        self.expect(zhan("run", "--dir"), 2, "", "needs a value")
        self.expect(zhan("run", "--set", "feature.simt=off", self.wasm), 2)
        self.expect(zhan("print", "a", "b"), 2, "", "give one file")

    def test_bad_files(self):
        self.expect(zhan(self.path / "none.wasm"), 1, "", "No such file")
        self.expect(zhan(self.path), 1, "", "directory")
        binary = self.wasm.read_bytes()
        for cut in (0, 3, 8, 20, len(binary) // 2, len(binary) - 1):
            file = self.path / "cut.wasm"
            file.write_bytes(binary[:cut])
            for command in ("run", "print", "objdump", "inspect", "strip"):
                code, _, error = zhan(command, file)
                if cut not in (0, 8):
                    self.assertEqual(code, 1, (command, cut, error))
                    self.assertIn("zhan: ", error)
        bad = self.path / "bad.wat"
        bad.write_text("(module\n  (func (result i32) (i64.const 1)))")
        self.expect(zhan("validate", bad), 1, "", "type mismatch")
        bad.write_text("(module\n  (func (i32.addd)))")
        self.expect(zhan("validate", bad), 1, "", "2:10")

    def test_missing_import(self):
        file = self.path / "import.wat"
        file.write_text('(module (func (import "env" "log") (param i32)) (func (export "_start") '
                        '(call 0 (i32.const 1))))')
        result = zhan(file)
        self.expect(result, 1, "", "unknown import")
        self.assertIn("--preload", result[2])
        other = self.path / "env.wat"
        other.write_text('(module (func (export "log") (param i32)))')
        self.expect(zhan("run", "--preload", f"env={other}", file), 0, "")
        self.expect(zhan("run", "--unknown-imports", "default", file), 0, "")
        self.assertNotEqual(zhan("run", "--unknown-imports", "trap", file)[0], 0)

    def test_round_trip(self):
        code, text, _ = zhan("print", self.wasm)
        self.assertEqual(code, 0)
        again = self.path / "again.wasm"
        code = subprocess.run([ZHAN, "parse", "-", "-o", again], input=text.encode()).returncode
        self.assertEqual(code, 0)
        self.assertEqual(again.read_bytes(), self.wasm.read_bytes())
        stripped = self.path / "stripped.wasm"
        self.expect(zhan("strip", self.wasm, "-o", stripped), 0)
        self.assertNotIn(b"name", stripped.read_bytes())
        self.expect(zhan("validate", stripped, self.wasm), 0, "")

    def test_looking_inside(self):
        code, out, _ = zhan("inspect", "--json", self.wasm)
        self.assertEqual(code, 0)
        inside = json.loads(out)
        self.assertEqual(inside["exports"][1], {"name": "add", "type": "func [i32 i32] -> [i32]"})
        self.assertIn("simd", inside["features"])
        self.expect(zhan("objdump", "-d", self.wasm), 0)
        self.assertIn("i32.add", zhan("objdump", "-d", self.wasm)[1])
        self.assertIn("Export", zhan("objdump", self.wasm)[1])
        self.assertIn("i32.add", zhan("cells", self.wasm, "add")[1])
        self.expect(zhan("cells", self.wasm, "nothing"), 1, "", "no function 'nothing'")

    def test_scripts(self):
        script = self.path / "script.wast"
        script.write_text('(module (func (export "f") (result i32) (i32.const 1)))\n'
                          '(assert_return (invoke "f") (i32.const 1))\n'
                          '(assert_return (invoke "f") (i32.const 2))\n')
        result = zhan("wast", script)
        self.expect(result, 1, None, f"{script}:3: assert_return")
        self.assertIn("1 assertions passed, 1 failed", result[1])
        known = self.path / "known.txt"
        known.write_text("script.wast: to test the list\n")
        self.expect(zhan("wast", "--failures", known, script), 0)
        script.write_text("(module)")
        self.expect(zhan("wast", "--failures", known, script), 1, None, "passes now")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""-W and -S of zhan run: keys that users of wasmtime know do what our options do, others are
refused with a sentence that says what to write."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ZHAN = os.environ["ZHAN"]

MODULE = """(module
  (import "h" "missing" (func $missing (result i32)))
  (memory 1) (table 1 100 funcref)
  (func (export "spin") (loop (br 0)))
  (func $deep (export "deep") (call $deep))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "table") (param i32) (result i32) (table.grow (ref.null func) (local.get 0)))
  (func (export "missing") (result i32) (call $missing))
  (func (export "nan") (result i64)
    (i64.reinterpret_f64 (f64.div (f64.const 0) (f64.const 0))))
  (func (export "one") (result i32) (i32.const 1)))"""

ENVIRON = """(module
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $sizes (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "count") (result i32)
    (drop (call $sizes (i32.const 0) (i32.const 4))) (i32.load (i32.const 0))))"""


class Borrowed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        folder = pathlib.Path(cls.temporary.name)
        cls.module = folder / "module.wat"
        cls.module.write_text(MODULE, encoding="utf-8")
        cls.environ = folder / "environ.wat"
        cls.environ.write_text(ENVIRON, encoding="utf-8")
        cls.plain = folder / "plain.wat"
        cls.plain.write_text("(module (func (export \"one\") (result i32) (i32.const 1)))",
                             encoding="utf-8")

    def run_words(self, *words, env=None):
        run = subprocess.run([ZHAN, "run", *map(str, words)], capture_output=True, text=True,
                             check=False, timeout=60, env=env)
        return run.returncode, run.stdout, run.stderr

    def invoke(self, flags, function, *arguments, **more):
        """The function of the module whose missing import is a trap."""
        return self.run_words("-W", "unknown-imports-trap", *flags, "--invoke", function,
                              self.module, *arguments, **more)

    def refused(self, *flags):
        code, out, error = self.run_words(*flags, "--invoke", "one", self.plain)
        self.assertEqual((code, out), (2, ""), error)
        self.assertTrue(error.startswith("zhan: "), error)
        self.assertEqual(error.count("\n"), 1, error)
        return error.removeprefix("zhan: ").rstrip()

    def test_limits_of_a_run(self):
        self.assertEqual(self.invoke(["-W", "fuel=1000"], "spin")[0], 134)
        self.assertEqual(self.invoke(["-Wtimeout=50ms"], "spin")[0], 124)
        self.assertEqual(self.invoke(["--wasm", "fuel=1000,timeout=1m"], "one")[:2], (0, "1\n"))

    def test_limits_of_memories_and_tables(self):
        self.assertEqual(self.invoke([], "grow", 1)[1], "1\n")
        self.assertEqual(self.invoke(["-W", "max-memory-size=65536"], "grow", 1)[1], "-1\n")
        self.assertEqual(self.invoke(["-W", "max-memory-size=128K"], "grow", 1)[1], "1\n")
        self.assertEqual(self.invoke([], "table", 9)[1], "1\n")
        self.assertEqual(self.invoke(["-W", "max-table-elements=8"], "table", 9)[1], "-1\n")
        code, _, error = self.invoke(["-W", "max-instances=0"], "one")
        self.assertEqual((code, "instances" in error), (1, True), error)

    def test_stack(self):
        def depth(flags):
            code, _, error = self.invoke(flags, "deep")
            self.assertEqual(code, 134)
            left_out = [line for line in error.splitlines() if "frames" in line]
            return int("".join(c for c in left_out[0] if c.isdigit()))
        self.assertLess(depth(["-W", "max-wasm-stack=65536"]) * 10, depth([]))

    def test_unknown_imports(self):
        self.assertIn("unknown import called", self.invoke([], "missing")[2])
        self.assertEqual(
            self.run_words("-W", "unknown-imports-default=y", "--invoke", "missing", self.module)[:2],
            (0, "0\n"))
        self.assertEqual(
            self.run_words("-W", "unknown-imports-trap=n", "--invoke", "one", self.module)[0], 1)

    def test_canonical_nans(self):
        canonical = str(0x7ff8 << 48) + "\n"
        self.assertEqual(self.invoke(["-W", "nan-canonicalization=y"], "nan")[:2], (0, canonical))
        self.assertEqual(self.invoke(["-W", "relaxed-simd-deterministic"], "nan")[1], canonical)
        self.assertEqual(self.invoke(["-W", "nan-canonicalization=n"], "nan")[0], 0)

    def test_features(self):
        for switch in ("gc", "gc=y", "gc=true,simd=yes"):
            self.assertEqual(self.invoke(["-W", switch], "one")[0], 0, switch)
        code, _, error = self.invoke(["-W", "reference-types=n"], "one")
        self.assertEqual((code, "reference-types" in error), (1, True), error)

    def test_environment(self):
        env = {"ONE": "1", "TWO": "2"}

        def count(*flags):
            return self.run_words(*flags, "--invoke", "count", self.environ, env=env)[1]
        self.assertEqual(count(), "0\n")
        self.assertEqual(count("-S", "inherit-env"), "2\n")
        self.assertEqual(count("-Sinherit-env=y,cli"), "2\n")
        self.assertEqual(count("--wasi", "inherit-env=n,threads,preview2=n"), "0\n")

    def test_refusals_say_what_to_write(self):
        for flags, sentence in {
                ("-W", "fuell=1"): "-W fuell: did you mean 'fuel'?",
                ("-W", "fuel"): "-W fuel: it needs a value, as --fuel VALUE does",
                ("-W", "max-wasm-stack="):
                    "-W max-wasm-stack: it needs a value, as --set stack-size=VALUE does",
                ("-W", "max-memory=1M"): "-W max-memory: that is --max-memory here",
                ("-W", "gc=perhaps"): "-W gc: 'perhaps' is neither y nor n",
                ("-W", "epoch-interruption"): "-W epoch-interruption: there is no such thing here; "
                                              "zhan run --help lists our options",
                ("-S", "threads=n"): "-S threads: a program that asks for it has it; --max-threads "
                                     "limits it",
                ("-S", "cli=n"): "-S cli: a program always has it",
                ("-S", "dir"): "-S dir: that is --dir here",
        }.items():
            self.assertEqual(self.refused(*flags), sentence)
        for key in ("http", "tcp=y", "preview2", "nn"):
            self.assertIn("programs get WASI preview 1 and what --dir, --env and --preload give",
                          self.refused("-S", key))
        self.assertIn("-W one:", self.refused("-W", "one=1,two=2"))  # the first one

    def test_values_are_checked_as_those_of_our_options(self):
        self.assertIn("--fuel: 'x' is no number", self.refused("-W", "fuel=x"))
        self.assertIn("--timeout: 'x' is no duration", self.refused("-W", "timeout=x"))
        self.assertIn("max-memory", self.refused("-W", "max-memory-size=x"))

    def test_help_lists_the_keys(self):
        code, out, _ = self.run_words("-W", "help")
        self.assertEqual(code, 0)
        self.assertIn("max-wasm-stack              --set stack-size=VALUE\n", out)
        code, out, _ = self.run_words("-S", "help")
        self.assertEqual(code, 0)
        self.assertIn("inherit-env                 --inherit-env\n", out)
        out = self.run_words("--help")[1]
        self.assertIn("-W, --wasm KEY[=VALUE]", out)
        self.assertIn("-S, --wasi KEY[=VALUE]", out)


if __name__ == "__main__":
    unittest.main()

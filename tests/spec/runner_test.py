#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""zhan wast itself: each command and assertion both ways, so that a test that passes means it."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ZHAN = os.environ["ZHAN"]

MODULE = """(module $m
  (func (export "i32") (result i32) (i32.const 7))
  (func (export "same") (param i64) (result i64) (local.get 0))
  (func (export "two") (result i32 f64) (i32.const 1) (f64.const 2))
  (func (export "f32") (param i32) (result f32) (f32.reinterpret_i32 (local.get 0)))
  (func (export "v") (result v128) (v128.const f32x4 1 nan -nan nan:0x400001))
  (func (export "extern") (param externref) (result externref) (local.get 0))
  (func (export "func") (param i32) (result funcref)
    (if (result funcref) (local.get 0) (then (ref.func $f)) (else (ref.null func))))
  (func (export "any") (param i32) (result anyref) (ref.i31 (local.get 0)))
  (func $f (export "trap") (unreachable))
  (func $r (export "deep") (call $r))
  (global (export "g") i64 (i64.const 3)))
"""

# Commands that succeed (or make an assertion that holds).
GOOD = """
(assert_return (invoke "i32") (i32.const 7))
(assert_return (invoke $m "i32") (i32.const 0x7))
(assert_return (invoke "two") (i32.const 1) (f64.const 2))
(assert_return (get "g") (i64.const 3))
(assert_return (get $m "g") (i64.const 3))
(assert_return (invoke "i32") (either (i32.const 1) (i32.const 7)))
(assert_return (invoke "f32" (i32.const 0x7fc00000)) (f32.const nan:canonical))
(assert_return (invoke "f32" (i32.const 0xffc00000)) (f32.const nan:canonical))
(assert_return (invoke "f32" (i32.const 0x7fc00001)) (f32.const nan:arithmetic))
(assert_return (invoke "f32" (i32.const 0x7f800001)) (f32.const nan:0x1))
(assert_return (invoke "v") (v128.const f32x4 1 nan:canonical nan:canonical nan:arithmetic))
(assert_return (invoke "v") (v128.const i32x4 0x3f800000 0x7fc00000 0xffc00000 0x7fc00001))
(assert_return (invoke "extern" (ref.extern 5)) (ref.extern 5))
(assert_return (invoke "extern" (ref.extern 5)) (ref.extern))
(assert_return (invoke "extern" (ref.null extern)) (ref.null extern))
(assert_return (invoke "func" (i32.const 1)) (ref.func))
(assert_return (invoke "func" (i32.const 0)) (ref.null))
(assert_return (invoke "any" (i32.const 1)) (ref.i31))
(assert_return (invoke "any" (i32.const 1)) (ref.any))
(assert_return (invoke "any" (i32.const 1)) (ref.eq))
(assert_trap (invoke "trap") "unreachable")
(assert_trap (module (func $f (unreachable)) (start $f)) "unreachable")
(assert_exhaustion (invoke "deep") "call stack exhausted")
(assert_malformed (module quote "(func") "")
(assert_malformed (module binary "\\00asm") "unexpected end")
(assert_invalid (module (func (result i32))) "type mismatch")
(assert_invalid (module binary "\\00asm\\01\\00\\00\\00" "\\03\\02\\01\\05\\0a\\04\\01\\02\\00\\0b")
  "unknown type")
(assert_unlinkable (module (import "a" "b" (func))) "unknown import")
(assert_malformed_custom (module quote "(@custom)") "")
"""
COUNT = GOOD.count("(assert_")

# Commands that fail, and what the message says.
BAD = [
    ('(assert_return (invoke "i32") (i32.const 8))', "result 0 is i32 7 (0x7), expected i32 0x8"),
    ('(assert_return (invoke "i32") (i64.const 7))', "result 0 is i32 7"),
    ('(assert_return (invoke "i32"))', "1 results, expected 0"),
    ('(assert_return (invoke "two") (i32.const 1))', "2 results, expected 1"),
    ('(assert_return (invoke "two") (i32.const 1) (f64.const 3))', "result 1 is f64"),
    ('(assert_return (invoke "i32") (either (i32.const 1) (i32.const 2)))', "result 0"),
    ('(assert_return (invoke "trap"))', "unreachable"),
    ('(assert_return (invoke "none"))', "no export 'none'"),
    ('(assert_return (invoke "g"))', "'g' is no function"),
    ('(assert_return (get "i32"))', "'i32' is no global"),
    ('(assert_return (get "g") (i64.const 4))', "result 0 is i64 3"),
    ('(assert_return (invoke $x "i32") (i32.const 7))', "unknown module $x"),
    ('(assert_return (invoke "same") (i64.const 1))', "wrong number of arguments"),
    ('(assert_return (invoke "same" (i32.const 1)) (i64.const 1))', "where i64 is wanted"),
    ('(assert_return (invoke "same" (ref.null extern)) (i64.const 1))', "where i64 is wanted"),
    ('(assert_return (invoke "f32" (i32.const 0x7fc00001)) (f32.const nan:canonical))', "result 0"),
    ('(assert_return (invoke "f32" (i32.const 0x7f800001)) (f32.const nan:arithmetic))',
     "result 0"),
    ('(assert_return (invoke "f32" (i32.const 0)) (f32.const -0))', "result 0"),
    ('(assert_return (invoke "f32" (i32.const 0)) (f32.const nan:canonical))', "result 0"),
    ('(assert_return (invoke "v") (v128.const f32x4 1 nan:canonical 2 nan:arithmetic))',
     "result 0"),
    ('(assert_return (invoke "v") (v128.const f32x4 1 nan:canonical nan:canonical nan:canonical))',
     "result 0"),
    ('(assert_return (invoke "extern" (ref.extern 5)) (ref.extern 6))', "result 0"),
    ('(assert_return (invoke "extern" (ref.null extern)) (ref.extern))', "result 0"),
    ('(assert_return (invoke "extern" (ref.extern 5)) (ref.null extern))', "result 0"),
    ('(assert_return (invoke "func" (i32.const 0)) (ref.func))', "result 0 is"),
    ('(assert_return (invoke "func" (i32.const 1)) (ref.null))', "result 0 is"),
    ('(assert_return (invoke "any" (i32.const 1)) (ref.struct))', "result 0"),
    ('(assert_return (invoke "any" (i32.const 1)) (ref.array))', "result 0"),
    ('(assert_return (invoke "any" (i32.const 1)) (ref.func))', "result 0"),
    ('(assert_trap (invoke "i32") "unreachable")', "succeeded"),
    ('(assert_trap (invoke "trap") "integer overflow")', '"unreachable'),
    ('(assert_trap (module) "unreachable")', "succeeded"),
    ('(assert_exhaustion (invoke "trap") "call stack exhausted")', "unreachable"),
    ('(assert_exception (invoke "trap"))', "unreachable"),
    ('(assert_malformed (module quote "(func)") "x")', "was accepted"),
    ('(assert_malformed (module quote "(func (result i32))") "")', "type mismatch"),
    ('(assert_malformed (module binary "\\00asm") "magic header")', "unexpected end"),
    ('(assert_invalid (module (func)) "x")', "was accepted"),
    ('(assert_invalid (module (func (i32.nonsense))) "")', "unknown operator"),
    ('(assert_invalid (module (func (result i32))) "unknown local")', "type mismatch"),
    ('(assert_unlinkable (module) "unknown import")', "succeeded"),
    ('(assert_unlinkable (module (import "spectest" "print" (global i32))) "unknown import")',
     "incompatible import type"),
    ('(module (func (result i32)))', "type mismatch"),
    ('(module (import "a" "b" (func)))', "unknown import"),
    ('(module (func $f (unreachable)) (start $f))', "unreachable"),
    ('(invoke "trap")', "unreachable"),
    ('(register "x" $x)', "unknown module $x"),
    ('(module instance $i $x)', "unknown module $x"),
]


class Runner(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_script(self, text, *words):
        path = pathlib.Path(self.folder.name) / "a.wast"
        path.write_text(text, encoding="utf-8")
        run = subprocess.run([ZHAN, "wast", *words, path], capture_output=True, text=True,
                             check=False, timeout=60)
        return run.returncode, run.stdout, run.stderr

    def test_good(self):
        code, out, error = self.run_script(MODULE + GOOD)
        self.assertEqual((code, error), (0, ""))
        self.assertIn(f"{COUNT} assertions passed, 0 failed", out)

    def test_bad(self):
        for command, message in BAD:
            code, out, error = self.run_script(MODULE + command)
            self.assertEqual(code, 1, (command, out, error))
            line = MODULE.count("\n") + 1
            self.assertIn(f"a.wast:{line}: ", error, command)
            self.assertIn(message, error, command)
            self.assertIn("1 failed", out, command)

    def test_goes_on_after_failures(self):
        text = MODULE + "\n".join(command for command, _ in BAD[:20]) + GOOD
        code, out, error = self.run_script(text)
        self.assertEqual(code, 1)
        self.assertIn(f"{COUNT} assertions passed, 20 failed", out)
        self.assertEqual(error.count("a.wast:"), 20)

    def test_nothing_reaches_the_module_before_a_bad_one(self):
        text = MODULE + '(module (func (result i32)))\n(assert_return (invoke "i32") (i32.const 7))'
        code, _, error = self.run_script(text)
        self.assertEqual(code, 1)
        self.assertIn("there is no module yet", error)

    def test_script_that_cannot_be_read(self):
        code, out, error = self.run_script("(module) (assert_retrun)")
        self.assertEqual(code, 1)
        self.assertIn("1:", error)
        self.assertIn("0 of 1 files pass", out)
        self.assertEqual(self.run_script('(module (memory 1) (data "\xff"))')[0], 0)

    def test_state_is_kept_between_commands(self):
        text = """(module $c (global $n (mut i32) (i32.const 0))
          (func (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
          (register "c" $c)
          (module (import "c" "next" (func $next (result i32)))
            (func (export "twice") (result i32) (drop (call $next)) (call $next)))
          (assert_return (invoke "twice") (i32.const 2))
          (assert_return (invoke $c "next") (i32.const 3))"""
        self.assertEqual(self.run_script(text)[0], 0)

    def known(self, text, lines, *words):
        path = pathlib.Path(self.folder.name) / "known.txt"
        path.write_text(lines, encoding="utf-8")
        return self.run_script(text, "--failures", path, *words)

    def test_known_failures(self):
        bad = MODULE + BAD[0][0]
        code, out, error = self.known(bad, "# why\na.wast: to test\n")
        self.assertEqual((code, error), (0, ""))
        self.assertIn("known: to test", out)
        self.assertIn("1 known to fail", out)
        # Another file of the list does not count, nor the end of a name.
        self.assertEqual(self.known(bad, "b.wast: to test\nt: no\n")[0], 1)
        # What passes must leave the list.
        code, _, error = self.known(MODULE, "a.wast: to test\n")
        self.assertEqual(code, 1)
        self.assertIn("passes now", error)

    def test_what_needs_no_execution_is_never_excused(self):
        for command in ('(assert_malformed (module quote "") "x")', '(assert_invalid (module) "x")',
                        '(assert_unlinkable (module) "x")'):
            code, _, error = self.known(MODULE + command, "a.wast: to test\n")
            self.assertEqual(code, 1, command)
            self.assertIn("1 assertions fail that no missing instruction excuses", error)

    def test_quiet(self):
        code, out, error = self.run_script(MODULE + BAD[0][0], "--quiet")
        self.assertEqual((code, len(out.splitlines())), (1, 1))
        self.assertIn("a.wast:", error)

    def test_bad_usage(self):
        self.assertEqual(self.run_script("", "--failures", "nowhere.txt")[0], 2)
        self.assertEqual(self.run_script("", "--set", "nonsense=1")[0], 2)


if __name__ == "__main__":
    unittest.main()

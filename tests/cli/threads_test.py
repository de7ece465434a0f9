#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that start threads (wasi-threads) through `zhan run`."""

import os
import pathlib
import subprocess
import tempfile
import time
import unittest

ZHAN = os.environ["ZHAN"]

# The argument of a thread says what it does; "main" has the first thread's part.
PROGRAM = """(module
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "any" "thing" (memory 1 2 shared))
  (export "memory" (memory 0))
  (data (i32.const 16) "thread\\0amain\\0a")
  (func $print (param i32 i32)
    (i32.store (i32.const 64) (local.get 0))
    (i32.store (i32.const 68) (local.get 1))
    (drop (call $write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 72))))
  (func $block (drop (memory.atomic.wait32 (i32.const 128) (i32.const 0) (i64.const -1))))
  (func $started
    (loop $l (if (i32.eqz (i32.atomic.load (i32.const 4))) (then
      (drop (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const 1000000)))
      (br $l)))))
  (func (export "wasi_thread_start") (param $id i32) (param $what i32)
    (i32.atomic.store (i32.const 4) (i32.const 1))
    (drop (memory.atomic.notify (i32.const 4) (i32.const 1)))
    (block $4 (block $3 (block $2 (block $1 (block $0
      (br_table $0 $1 $2 $3 $4 (local.get $what)))
      (call $print (i32.const 16) (i32.const 7))
      (i32.atomic.store (i32.const 8) (i32.const 1))
      (return))
      (call $exit (i32.const 42)))
      (unreachable))
      (call $block))
      (loop (br 0)))
  (func $go (param i32)
    (if (i32.le_s (call $spawn (local.get 0)) (i32.const 0)) (then (call $exit (i32.const 9))))
    (call $started))
  (func (export "_start") MAIN)
  (func (export "bomb") (result i32) (local i32)
    (loop $l (if (i32.gt_s (call $spawn (i32.const 3)) (i32.const 0)) (then
      (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $l))))
    (local.get 0)))"""
PRINTED = """(call $go (i32.const 0))
  (loop $l (br_if $l (i32.eqz (i32.atomic.load (i32.const 8)))))
  (call $print (i32.const 23) (i32.const 5))"""
READ = """(i32.store (i32.const 80) (i32.const 96)) (i32.store (i32.const 84) (i32.const 1))
  (drop (call $read (i32.const 0) (i32.const 80) (i32.const 1) (i32.const 88)))"""
EXIT, TRAP, BLOCK, BUSY = (f"(call $go (i32.const {n}))" for n in (1, 2, 3, 4))
SPIN = "(loop (br 0))"


class Threads(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_main(self, main, *words, before=()):
        path = pathlib.Path(self.folder.name) / "program.wat"
        path.write_text(PROGRAM.replace("MAIN", main), encoding="utf-8")
        read, write = os.pipe()  # an input that stays empty
        try:
            result = subprocess.run([ZHAN, "run", *map(str, before), str(path), *words], stdin=read,
                                    capture_output=True, text=True, timeout=60, check=False)
        finally:
            os.close(read)
            os.close(write)
        return result

    def check(self, main, code, out="", error="", before=()):
        result = self.run_main(main, before=before)
        self.assertEqual((result.returncode, result.stdout), (code, out), result.stderr)
        self.assertIn(error, result.stderr)

    def test_output_of_both(self):
        self.check(PRINTED, 0, "thread\nmain\n")

    def test_an_exit_of_a_thread_is_the_programs(self):
        for wait in ("(call $block)", SPIN, READ):
            self.check(EXIT + wait, 42)
            self.check(BLOCK + BUSY + EXIT + wait, 42)

    def test_a_trap_of_a_thread_is_the_programs(self):
        for wait in ("(call $block)", SPIN, READ):
            self.check(BLOCK + TRAP + wait, 134, error="trap: unreachable")

    def test_the_program_ends_with_its_first_thread(self):
        self.check(BLOCK + BUSY, 0)
        self.check(BLOCK + BUSY + "(call $exit (i32.const 3))", 3)
        self.check(BLOCK + BUSY + "(unreachable)", 134)

    def test_limits_hold_for_all_threads(self):
        start = time.monotonic()
        self.check(BLOCK + BUSY + "(call $block)", 124, before=("--timeout", "200ms"))
        self.assertLess(time.monotonic() - start, 30)
        self.check(BUSY + "(call $block)", 134, error="fuel", before=("--fuel", 1_000_000))

    def test_spawn_bombs(self):
        for most in (1, 7, 50):
            result = self.run_main("", before=("--max-threads", most, "--invoke", "bomb"))
            self.assertEqual((result.returncode, result.stdout), (0, f"{most}\n"), result.stderr)
        for bad in ("0", "many", "99999999999"):
            result = self.run_main("", before=("--max-threads", bad))
            self.assertEqual(result.returncode, 2)
            self.assertIn("--max-threads", result.stderr)

    def test_without_the_start_function(self):
        path = pathlib.Path(self.folder.name) / "no.wat"
        path.write_text("""(module (import "wasi" "thread-spawn" (func (param i32) (result i32)))
            (func (export "_start")))""", encoding="utf-8")
        result = subprocess.run([ZHAN, "run", str(path)], capture_output=True, text=True,
                                timeout=60, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("wasi_thread_start", result.stderr)


if __name__ == "__main__":
    unittest.main()

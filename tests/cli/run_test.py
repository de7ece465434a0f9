#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""zhan run: what a guest is given, how it ends, and what the user is told."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

ZHAN = os.environ["ZHAN"]

WASI = """(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_size (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $environ_size (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $put (param $fd i32) (param $at i32) (param $size i32)
    (i32.store (i32.const 8) (local.get $at)) (i32.store (i32.const 12) (local.get $size))
    (drop (call $write (local.get $fd) (i32.const 8) (i32.const 1) (i32.const 16))))
"""


class Run(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def file(self, text, name="guest.wat"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run_words(self, *words, stdin="", env=None, timeout=60):
        run = subprocess.run([ZHAN, *map(str, words)], input=stdin, capture_output=True, text=True,
                             check=False, timeout=timeout, env=env)
        return run.returncode, run.stdout, run.stderr

    def guest(self, body, *words, before=(), **more):
        path = self.file(WASI + body + ")")
        return self.run_words("run", *before, path, *words, **more)

    # -- How a guest ends --

    def test_exit_codes(self):
        body = '(func (export "_start") (call $exit (i32.const {})))'
        for given, expected in ((0, 0), (1, 1), (2, 2), (42, 42), (125, 125)):
            self.assertEqual(self.guest(body.format(given)), (expected, "", ""))

    def test_output_before_an_exit_arrives(self):
        code, out, _ = self.guest('(data (i32.const 100) "bye\\n")'
                                  '(func (export "_start") (call $put (i32.const 1) (i32.const 100)'
                                  " (i32.const 4)) (call $exit (i32.const 3)))")
        self.assertEqual((code, out), (3, "bye\n"))

    def test_trap_in_the_middle(self):
        code, out, error = self.guest(
            '(data (i32.const 100) "hi\\n") (func $inner (unreachable))'
            '(func $outer (export "_start") (call $put (i32.const 1) (i32.const 100) (i32.const 3))'
            " (call $inner))")
        self.assertEqual((code, out), (134, "hi\n"))
        lines = error.splitlines()
        self.assertEqual(lines[0], "zhan: trap: unreachable")
        self.assertRegex(lines[1], r"^    0: 0x[0-9a-f]+ - guest\.wat!inner$")
        self.assertRegex(lines[2], r"^    1: 0x[0-9a-f]+ - guest\.wat!outer$")
        self.assertEqual(len(lines), 3)

    def test_every_kind_of_trap(self):
        traps = {"(drop (i32.div_s (i32.const 1) (i32.const 0)))": "integer divide by zero",
                 "(drop (i32.trunc_f64_s (f64.const nan)))": "invalid conversion to integer",
                 "(drop (i64.load (i32.const -1)))": "out of bounds memory access",
                 "(call_indirect (i32.const 0))": "uninitialized element",
                 "(call_indirect (i32.const 9))": "undefined element",
                 "(drop (ref.as_non_null (ref.null func)))": "null reference"}
        for body, message in traps.items():
            code, out, error = self.guest(f'(table 1 funcref) (func (export "_start") {body})')
            self.assertEqual((code, out), (134, ""), body)
            self.assertTrue(error.startswith(f"zhan: trap: {message}"), error)

    def test_start_function(self):
        module = "(module (func $main {}) (start $main))"
        self.assertEqual(self.run_words(self.file(module.format("nop")))[0], 0)
        self.assertEqual(self.run_words(self.file(module.format("unreachable")))[0], 134)
        endless = self.file(module.format("(loop (br 0))"))
        self.assertEqual(self.run_words("run", "--timeout", "100ms", endless)[0], 124)
        self.assertEqual(self.run_words("run", "--fuel", 1000, endless)[0], 134)

    def test_deadline_wakes_a_sleeping_guest(self):
        body = """(func (export "_start")
          (i32.store (i32.const 112) (i32.const 1)) (i64.store (i32.const 120) (i64.const {}))
          (drop (call $poll (i32.const 96) (i32.const 200) (i32.const 1) (i32.const 300))))"""
        begin = time.monotonic()
        code, _, error = self.guest(body.format(60 * 10**9), before=("--timeout", "200ms"))
        self.assertEqual(code, 124)
        self.assertIn("deadline", error)
        self.assertLess(time.monotonic() - begin, 30)
        self.assertEqual(self.guest(body.format(10**6), before=("--timeout", "30s"))[0], 0)

    def test_fuel_ends_at_the_same_place(self):
        module = self.file('(module (func (export "f") (param i32) (result i32) (loop '
                           "(local.set 0 (i32.add (local.get 0) (i32.const 1))) "
                           "(br_if 0 (i32.lt_u (local.get 0) (i32.const 1000)))) (local.get 0)))")
        least, most = 0, 100_000
        while least + 1 < most:  # the smallest amount that is enough
            middle = (least + most) // 2
            code = self.run_words("run", "--fuel", middle, "--invoke", "f", module, 0)[0]
            self.assertIn(code, (0, 134))
            least, most = (least, middle) if code == 0 else (middle, most)
        self.assertTrue(1000 < most < 20_000, most)
        for explicit in ("on", "off"):
            words = ["run", "--set", f"explicit-checks={explicit}", "--invoke", "f"]
            enough = self.run_words(*words, "--fuel", most, module, 0)
            self.assertEqual(enough, (0, "1000\n", ""))
            self.assertEqual(self.run_words(*words, "--fuel", most - 1, module, 0)[0], 134)

    # -- What a guest is given --

    ARGS = """(func (export "_start")
      (drop (call ${0}_size (i32.const 32) (i32.const 36)))
      (drop (call ${0} (i32.const 1000) (i32.const 2000)))
      (call $put (i32.const 1) (i32.const 2000) (i32.load (i32.const 36))))"""

    def test_arguments(self):
        code, out, _ = self.guest(self.ARGS.format("args"), "one", "--fuel", "-h", "", "two words")
        self.assertEqual(code, 0)
        words = out.split("\0")
        self.assertTrue(words[0].endswith("guest.wat"))
        self.assertEqual(words[1:], ["one", "--fuel", "-h", "", "two words", ""])

    def test_environment(self):
        body = self.ARGS.format("environ")
        own = {"OWN": "value", "OTHER": "2"}
        self.assertEqual(self.guest(body, env=own)[1], "")
        given = ("--env", "A=1", "--env", "B=x=y", "--env", "OWN", "--env", "EMPTY=")
        self.assertEqual(self.guest(body, before=given, env=own)[1].split("\0"),
                         ["A=1", "B=x=y", "OWN=value", "EMPTY=", ""])
        everything = self.guest(body, before=("--inherit-env",), env=own)[1].split("\0")
        self.assertEqual(sorted(everything), ["", "OTHER=2", "OWN=value"])
        code, _, error = self.guest(body, before=("--env", "NOWHERE"), env=own)
        self.assertEqual(code, 2)
        self.assertIn("write NOWHERE=VALUE", error)

    def test_standard_input(self):
        code, out, _ = self.guest("""(func (export "_start")
          (i32.store (i32.const 64) (i32.const 500)) (i32.store (i32.const 68) (i32.const 100))
          (drop (call $read (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 72)))
          (call $put (i32.const 2) (i32.const 500) (i32.load (i32.const 72)))
          (call $put (i32.const 1) (i32.const 500) (i32.load (i32.const 72))))""", stdin="echo")
        self.assertEqual((code, out), (0, "echo"))

    # Opens NAME below the first directory with oflags and rights; the errno is the exit code.
    OPEN = """(data (i32.const 400) "{name}")
      (func (export "_start") (call $exit (call $open (i32.const 3) (i32.const 1) (i32.const 400)
        (i32.const {size}) (i32.const {flags}) (i64.const {rights}) (i64.const 0) (i32.const 0)
        (i32.const 600))))"""

    def open(self, name, directory, flags=0, rights=2):
        body = self.OPEN.format(name=name, size=len(name), flags=flags, rights=rights)
        return self.guest(body, before=("--dir", directory) if directory else ())[0]

    def test_directories(self):
        inside = self.folder / "inside"
        inside.mkdir()
        (inside / "a").write_text("a", encoding="utf-8")
        (self.folder / "secret").write_text("s", encoding="utf-8")
        (inside / "out").symlink_to("../secret")
        (inside / "far").symlink_to("/etc/passwd")
        create, write, badf, refused = 1, 64, 8, (63, 76)
        self.assertEqual(self.open("a", None), badf)
        self.assertEqual(self.open("a", inside), 0)
        self.assertEqual(self.open("a", f"{inside}::/data"), 0)
        for name in ("../secret", "../../etc/passwd", "out", "far", "/etc/passwd", "./../secret"):
            self.assertIn(self.open(name, inside), refused, name)
        self.assertNotEqual(self.open("new", f"{inside}:ro", create, write), 0)
        self.assertNotEqual(self.open("new", f"{inside}::/data:ro", create, write), 0)
        self.assertFalse((inside / "new").exists())
        self.assertNotEqual(self.open("a", f"{inside}:ro", 0, write), 0)
        self.assertEqual(self.open("new", inside, create, write), 0)
        self.assertTrue((inside / "new").exists())
        body = '(func (export "_start"))'
        for bad in (self.folder / "none", inside / "a"):
            code, _, error = self.guest(body, before=("--dir", bad))
            self.assertEqual(code, 1)
            self.assertIn("cannot open directory", error)
        self.assertEqual(self.guest(body, before=("--dir", "::x"))[0], 2)

    # -- What is called --

    def test_reactor(self):
        path = self.file("""(module (global $n (mut i32) (i32.const 1))
          (func (export "_initialize") (global.set $n (i32.const 40)))
          (func (export "get") (param i32) (result i32)
            (i32.add (global.get $n) (local.get 0))))""")
        self.assertEqual(self.run_words("run", "--invoke", "get", path, 2), (0, "42\n", ""))
        self.assertEqual(self.run_words(path), (0, "", ""))

    def test_several_results(self):
        path = self.file("""(module (func (export "f")
          (result i32 i64 f32 f64 v128 externref funcref)
          (i32.const -1) (i64.const -0x8000000000000000) (f32.const 0.1) (f64.const -0)
          (v128.const i32x4 1 2 3 4) (ref.null extern) (ref.null func)))""")
        self.assertEqual(self.run_words("run", "--invoke", "f", path)[1].splitlines(),
                         ["-1", "-9223372036854775808", "0.1", "-0",
                          "0x00000004000000030000000200000001", "null", "null"])

    def test_floats_are_the_shortest_that_read_back(self):
        path = self.file('(module (func (export "f") (param f64) (result f64) (local.get 0))'
                         '(func (export "g") (param f32) (result f32) (local.get 0)))')
        for text in ("0.1", "1e+23", "5e-324", "1.7976931348623157e+308", "inf", "-inf", "nan",
                     "-nan", "nan:0x1", "-0", "0.30000000000000004", "3"):
            self.assertEqual(self.run_words("run", "--invoke", "f", path, text)[1], text + "\n")
        for text in ("0.1", "16777216", "1e-45", "3.4028235e+38", "nan:0x200000"):
            self.assertEqual(self.run_words("run", "--invoke", "g", path, text)[1], text + "\n")

    def test_arguments_that_are_none(self):
        path = self.file('(module (func (export "f") (param i32 i64 f32 v128 externref)))')
        good = ["1", "-2", "0x1p-3", "0xff", "null"]
        self.assertEqual(self.run_words("run", "--invoke", "f", path, *good)[0], 0)
        bad = [("", "1x", "2147483648000", "1.5", "0x", "- 1"), ("9223372036854775808000", "a"),
               ("one", "0x1g", "nan:0x0", "nan:0x1000000"), ("1", "0x" + "0" * 33), ("1",)]
        for place, words in enumerate(bad):
            for word in words:
                given = good[:place] + [word] + good[place + 1:]
                code, out, error = self.run_words("run", "--invoke", "f", path, *given)
                self.assertEqual((code, out), (2, ""), given)
                self.assertIn(f"argument {place + 1} of 'f' must be of type", error)
        code, _, error = self.run_words("run", "--invoke", "f", path, *good, "more")
        self.assertEqual(code, 2)
        self.assertIn("'f' takes 5 arguments (i32 i64 f32 v128 externref), not 6", error)

    def test_preloaded_modules_see_each_other(self):
        self.file('(module (func (export "base") (result i32) (i32.const 20)))', "a.wat")
        self.file('(module (import "a" "base" (func $f (result i32)))'
                  '(func (export "twice") (result i32) (i32.mul (call $f) (i32.const 2))))',
                  "b.wat")
        path = self.file('(module (import "b" "twice" (func $f (result i32)))'
                         '(func (export "f") (result i32) (i32.add (call $f) (i32.const 2))))')
        words = ["--preload", f"a={self.folder}/a.wat", "--preload", f"b={self.folder}/b.wat"]
        self.assertEqual(self.run_words("run", *words, "--invoke", "f", path), (0, "42\n", ""))
        code, _, error = self.run_words("run", *words[2:], *words[:2], "--invoke", "f", path)
        self.assertEqual(code, 1)
        self.assertIn('unknown import: "a" "base"', error)

    # -- Messages --

    def test_control_characters_do_not_reach_the_terminal(self):
        text = r"""(module $"m\1b[2J" (func $"a\1b[31m\0a" (export "x\1b[0m") unreachable))"""
        path = self.file(text)
        for name in ("x\x1b[0m", "x\x1b[1m"):
            code, _, error = self.run_words("run", "--invoke", name, path)
            self.assertIn(code, (1, 134))
            self.assertNotIn("\x1b", error.replace(name, ""), error)
        long = self.file('(module (func $' + "n" * 50_000 + ' (export "_start") unreachable))')
        self.assertLess(len(self.run_words(long)[2]), 1000)

    def test_positions_stand_once(self):
        path = self.file("(module\n  (func i32.addd))")
        self.assertEqual(self.run_words(path)[2],
                         f"zhan: {path}:2:9: unknown operator i32.addd\n")
        path.write_bytes(b"\0asm\x01\0\0\0\x01\x05")
        error = self.run_words(path)[2]
        self.assertTrue(error.startswith(f"zhan: {path}: length out of bounds"), error)
        self.assertEqual(error.count("at byte"), 1)

    def test_no_colour_but_on_a_terminal(self):
        self.assertNotIn("\x1b", self.run_words("nothing.wasm")[2])

    def test_a_component_is_named(self):
        path = self.folder / "c.wasm"
        path.write_bytes(b"\0asm\x0d\0\1\0")
        code, _, error = self.run_words(path)
        self.assertEqual(code, 1)
        self.assertIn("component", error)

    LIST = """(module (type $t (struct (field (ref null $t))))
      (func (export "list") (param i32) (local $head (ref null $t))
        (loop $l (local.set $head (struct.new $t (local.get $head)))
          (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"""

    def test_max_heap(self):
        path = self.file(self.LIST)
        run = lambda *words: self.run_words("run", *words, "--invoke", "list", path, "1000000")
        code, _, err = run("--max-heap", "4M")
        self.assertEqual(code, 134, err)
        self.assertIn("out of memory", err)
        self.assertIn("func[0]", err)
        self.assertEqual(run("--max-heap", "64M")[0], 0)
        code, _, err = run("--max-heap", "lots")
        self.assertEqual(code, 2, err)
        self.assertIn("max-heap", err)

    TASKS = """
      (type $f (func (param i32))) (type $k (cont $f)) (type $f0 (func)) (type $k0 (cont $f0))
      (tag $pause) (data (i32.const 100) "one\\ntwo\\nend\\n")
      (elem declare func $task)
      (func $task (param $at i32)
        (call $put (i32.const 1) (local.get $at) (i32.const 4))
        (suspend $pause)
        (call $put (i32.const 1) (i32.const 108) (i32.const 4))
        (call $exit (i32.const 3)))
      (func $start (param $at i32) (result (ref $k0))
        (block $paused (result (ref $k0))
          (resume $k (on $pause $paused) (local.get $at) (cont.new $k (ref.func $task)))
          (unreachable)))
      (func (export "_start") (local $second (ref null $k0))
        (call $start (i32.const 100))
        (local.set $second (call $start (i32.const 104)))
        (resume $k0 (local.get $second))
        (unreachable))"""

    def test_wasi_inside_continuations(self):
        code, out, err = self.guest(self.TASKS, before=("--feature", "stack-switching"))
        self.assertEqual((code, out, err), (3, "one\ntwo\nend\n", ""))
        code, _, err = self.guest(self.TASKS)
        self.assertEqual(code, 1, err)
        self.assertIn("stack-switching", err)

    def test_max_continuations(self):
        path = self.file("""(module (type $f (func)) (type $k (cont $f)) (elem declare func $nest)
          (func $nest (export "nest") (resume $k (cont.new $k (ref.func $nest)))))""")
        code, _, err = self.run_words("run", "--feature", "stack-switching", "--set",
                                      "max-continuations=1M", "--invoke", "nest", path)
        self.assertEqual(code, 134, err)
        self.assertIn("out of memory", err)
        self.assertIn("nest", err)

    def test_gc_stats(self):
        code, out, err = self.run_words("run", "--gc-stats", "--set", "gc-mode=copying",
                                        "--invoke", "list", self.file(self.LIST), "1000000")
        self.assertEqual((code, out), (0, ""), err)
        numbers = dict(re.findall(r"gc: +(.+?) {2,}(\d+)", err))
        self.assertGreater(int(numbers["minor collections"]), 1, err)
        self.assertGreater(int(numbers["copied"]), 1_000_000, err)
        self.assertGreaterEqual(int(numbers["heap at most"]), int(numbers["heap now"]), err)
        pauses = [int(numbers[key]) for key in ("pause p50", "pause p99", "longest pause")]
        self.assertEqual(pauses, sorted(pauses), err)
        self.assertLessEqual(pauses[2], int(numbers["pauses in all"]), err)

    def test_gc_stats_json(self):
        code, out, err = self.run_words("run", "--gc-stats-json", "--invoke", "list",
                                        self.file(self.LIST), "1000000")
        self.assertEqual((code, out), (0, ""), err)
        stats = json.loads(err)
        for key in ("minor", "major", "in_place", "pause_total", "pause_p50", "pause_p99",
                    "pause_longest", "allocated", "survived", "copied", "words", "pinned", "logged",
                    "cards", "table_elements", "used", "peak", "limit"):
            self.assertGreaterEqual(stats[key], 0, key)
        self.assertGreater(stats["minor"], 1)
        self.assertTrue(0 < stats["pause_p50"] <= stats["pause_p99"] <= stats["pause_longest"])
        self.assertLessEqual(stats["pause_longest"], stats["pause_total"])


if __name__ == "__main__":
    unittest.main()

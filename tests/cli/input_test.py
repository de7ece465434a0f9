#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input as a user gives it: one clear sentence, what to do next, the documented exit code."""

import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ZHAN = os.environ["ZHAN"]

LIBRARY = """(module
  (memory (export "memory") 1)
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "none")) (func (export "one") (param f64) (result f64) (local.get 0)))"""

WASI = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 50))"""
READ = "(drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))))"
WRITE = "(call $exit (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"
WRITE_ALWAYS = """(loop
  (i32.store (i32.const 12)
    (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
  (br_if 0 (i32.eqz (i32.load (i32.const 12)))))
  (call $exit (i32.load (i32.const 12)))))"""


def sanitized():
    """Whether the program was built with a sanitizer, by the cache of its build."""
    cache = pathlib.Path(os.environ.get("ZHAN_BUILD", "/nonexistent")) / "CMakeCache.txt"
    return cache.exists() and "ZHAN_SANITIZE:STRING=\n" not in cache.read_text(encoding="utf-8")


class Input(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.library = self.file(LIBRARY, "library.wat")

    def file(self, text, name):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def zhan(self, *words, stdin=b"", env=None, **more):
        run = subprocess.run([ZHAN, *map(str, words)], input=stdin, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=60, cwd=self.folder,
                             env={**os.environ, **(env or {})}, check=False, **more)
        return run.returncode, run.stdout.decode(), run.stderr.decode()

    def refused(self, code, part, *words, **more):
        """Exactly one message, with this part and nothing on standard output."""
        found, out, error = self.zhan(*words, **more)
        self.assertEqual((found, out), (code, ""), (words, error))
        self.assertIn(part, error, words)
        self.assertTrue(error.startswith("zhan: "), error)
        self.assertEqual(error.count("zhan: "), 1, error)
        return error

    # -- Files --

    def test_files_that_cannot_be_read(self):
        for command in ("run", "validate", "inspect", "parse", "print", "strip", "objdump",
                        "cells", "wast"):
            self.refused(1, "none.wasm': No such file or directory", command, "none.wasm")
        for command in ("run", "validate", "inspect", "parse", "print", "strip", "objdump",
                        "cells"):
            self.refused(1, "Is a directory", command, self.folder)
        self.refused(1, "no .wast file in", "wast", self.folder)
        # A sanitizer's shadow alone is larger than this limit.
        limit = (6 << 30, 6 << 30)
        if not sanitized():
            self.refused(1, "File too large", "run", "/dev/zero",
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit))

    def test_every_file_is_looked_at(self):
        bad = self.file("(module (func (result i32)))", "bad.wat")
        code, _, error = self.zhan("validate", bad, self.library, "none.wasm", bad)
        self.assertEqual(code, 1)
        self.assertEqual(error.count("zhan: "), 3)

    def test_text_is_found_by_its_first_character(self):
        for text in (LIBRARY, "\n\t " + LIBRARY, ";; a comment\n" + LIBRARY):
            words = ("run", "--invoke", "add", "-", 20, 22)
            self.assertEqual(self.zhan(*words, stdin=text.encode()), (0, "42\n", ""))
        binary = subprocess.run([ZHAN, "parse", self.library], capture_output=True,
                                check=True).stdout
        self.assertEqual(self.zhan("run", "--invoke", "add", "-", 1, 2, stdin=binary)[1], "3\n")
        self.refused(1, "stdin:2:8: unknown operator", "-", stdin=b"(module\n (func i32.ad))")
        self.refused(1, "stdin: unexpected end", "-", stdin=b"")
        self.refused(1, "b.wat:2:8: unknown operator", "inspect",
                     self.file("(module\n (func i32.ad))", "b.wat"))

    def test_cut_modules(self):
        binary = subprocess.run([ZHAN, "parse", self.library], capture_output=True,
                                check=True).stdout
        whole = 0
        for cut in range(9, len(binary)):
            path = self.folder / "cut.wasm"
            path.write_bytes(binary[:cut])
            code, _, error = self.zhan("validate", path)
            whole += code == 0  # between sections
            if code:
                self.assertEqual(code, 1)
                self.assertRegex(error, r"^zhan: .*cut\.wasm: .* \(at byte 0x[0-9a-f]+\)\n$")
        self.assertLess(whole, 3)

    # -- Words --

    def test_words_that_are_no_command(self):
        self.refused(2, "no command and no file 'rn'; did you mean 'run'?", "rn", "x")
        self.refused(2, "no command and no file 'program'", "program")
        self.refused(2, "no command and no file ''", "")
        (self.folder / "program").write_bytes(b"(module)")
        self.assertEqual(self.zhan("program"), (0, "", ""))

    def test_options_that_are_none(self):
        self.refused(2, "did you mean '--fuel'?", "run", "--feul", 1, self.library)
        self.refused(2, "did you mean '--dir'?", "run", "--idr", 1, self.library)
        self.refused(2, "unknown option '-z'", "run", "-z", self.library)
        self.refused(2, "did you mean '--env'?", "--enx", "A=1", self.library)
        self.refused(2, "option '--dir' needs a value", "run", "--dir")
        self.refused(2, "option '-o' needs a value", "print", "-o")
        for command in ("inspect", "parse", "print", "strip", "objdump", "cells"):
            self.refused(2, "--help lists them", command, "--nothing", self.library)
            self.refused(2, command + ": ", command)

    def test_values_that_are_none(self):
        run = lambda part, *words: self.refused(2, part, "run", *words, self.library)
        for text in ("0", "-1", "5x", "", "1e400", "nan", "s"):
            run(f"--timeout: '{text}' is no duration; write 500ms", f"--timeout={text}")
        for text in ("-1", "1.5", "", "x", "10Q", "99999999999999999999"):
            run(f"--fuel: '{text}' is no number; write", f"--fuel={text}")
        for text in ("", "-1", "0.5G", "64Z", "99999999999T"):
            run("expected a size, like 64M", f"--max-memory={text}")
        run("--preload: 'a' is not of the form NAME=FILE", "--preload", "a")
        run("--preload: '=a' is not of the form NAME=FILE", "--preload", "=a")
        run("there is no variable 'NOWHERE' here; write NOWHERE=VALUE", "--env", "NOWHERE")
        run("not an environment variable", "--env", "=value")
        run("is not of the form HOST[::GUEST][:ro]", "--dir", "::guest")
        run("expected interp", "--engine", "jit")
        run("is none of error, trap, default", "--unknown-imports", "perhaps")
        run("unknown option 'max-memry': did you mean 'max-memory'?", "--set", "max-memry=1")
        run("expected on|off", "--set", "fuel=perhaps")
        run("unknown feature 'smd': did you mean 'simd'?", "--feature", "smd")
        run("expected on|off", "--feature", "simd=perhaps")

    def test_sizes(self):
        """The limit is that of one page, exactly, in every unit."""
        for size, code in (("65536", 0), ("65535", 1), ("64K", 0), ("64k", 0), ("64KiB", 0),
                           ("64KB", 0), ("63K", 1), ("1M", 0), ("1G", 0), ("1T", 0), ("0", 1)):
            found = self.zhan("run", "--max-memory", size, "--invoke", "none", self.library)
            self.assertEqual(found[0], code, (size, found))

    # -- Options of the engine --

    def test_features(self):
        simd = self.file('(module (func (export "f") (result v128) (v128.const i64x2 1 2)))',
                         "simd.wat")
        run = lambda *words: self.zhan("run", *words, "--invoke", "f", simd)[0]
        self.assertEqual(run(), 0)
        self.assertEqual(run("--feature", "simd=off"), 1)
        self.assertEqual(run("--feature", "threads,simd=off"), 1)
        self.assertEqual(run("--feature", "simd=off", "--feature", "simd"), 0)
        self.assertEqual(run("--set", "feature.simd=off"), 1)
        self.refused(1, "feature not enabled: simd", "validate", "--feature=simd=off", simd)

    def test_looking_inside_with_options(self):
        later = self.file("(module (type $f (func)) (type $c (cont $f)))", "later.wat")
        self.refused(1, "feature not enabled: stack-switching", "inspect", later)
        code, out, _ = self.zhan("inspect", "--feature", "stack-switching", later)
        self.assertEqual(code, 0)
        self.assertIn("stack-switching", out)
        self.refused(2, "did you mean 'simd'?", "inspect", "--feature", "smd", later)
        load = self.file("(module (memory 1) (func (param i32) (result f64)"
                         " (f64.sqrt (f64.load (local.get 0)))))", "load.wat")
        plain = self.zhan("cells", load)[1]
        for option in ("explicit-checks", "fuel", "deterministic"):
            code, out, _ = self.zhan("cells", "--set", option, load)
            self.assertEqual(code, 0)
            # Builds for sanitizers compare every access anyway.
            same = option == "explicit-checks" and "load!" in plain
            self.assertEqual(out == plain, same, option)
        self.refused(2, "did you mean 'fuel'?", "cells", "--set", "fule", load)

    def test_options_in_the_environment(self):
        env = {"ZHAN_OPTIONS": "feature.simd=off,max-memory=1K"}
        self.refused(1, "exceeds the memory limit", "run", "--invoke", "none", self.library,
                     env=env)
        self.assertEqual(self.zhan("run", "--max-memory", "64K", "--invoke", "none", self.library,
                                   env=env)[0], 0)
        code, _, error = self.zhan("validate", self.library, env={"ZHAN_OPTIONS": "fool=on"})
        self.assertEqual(code, 2)
        self.assertIn("ZHAN_OPTIONS", error)

    def test_deterministic(self):
        nan = self.file("""(module (func (export "f") (param f64) (result f64)
          (f64.add (local.get 0) (f64.const 1))))""", "nan.wat")
        run = lambda *words: self.zhan("run", *words, "--invoke", "f", nan, "-nan:0x8000000000123")
        self.assertEqual(run("--set", "deterministic"), (0, "nan\n", ""))
        self.assertEqual(run()[1], "-nan:0x8000000000123\n")

    # -- What is called --

    def test_nothing_to_run(self):
        self.refused(2, "has no _start: name one of its functions with --invoke (add, none, one)",
                     "run", self.library)
        exports = "".join(f'(func (export "f{i}"))' for i in range(20))
        many = self.file(f"(module {exports})", "many.wat")
        self.refused(2, "(f0, f1, f2, f3, f4, f5, f6, f7, ...)", many)
        self.assertEqual(self.zhan(self.file("(module)", "empty.wat")), (0, "", ""))

    def test_calls(self):
        invoke = lambda part, code, *words: self.refused(code, part, "run", "--invoke", *words)
        invoke("exports no function 'ad'; did you mean 'add'?", 1, "ad", self.library)
        invoke("exports no function 'memory'; zhan inspect lists", 1, "memory", self.library)
        invoke("exports no function ''", 1, "", self.library)
        invoke("it exports no function", 1, "f", self.file("(module)", "empty.wat"))
        invoke("'add' takes 2 arguments (i32 i32), not 0", 2, "add", self.library)
        invoke("'add' takes 2 arguments (i32 i32), not 3", 2, "add", self.library, 1, 2, 3)
        invoke("'none' takes 0 arguments, not 1", 2, "none", self.library, 1)
        invoke("'one' takes 1 argument (f64), not 0", 2, "one", self.library)
        invoke("argument 1 of 'one' must be of type f64; 'x' is not", 2, "one", self.library, "x")

    # -- Imports --

    def test_preloaded_modules(self):
        self.file('(module (import "b" "f" (func)) (func (export "g")))', "a.wat")
        self.file('(module (import "a" "g" (func)) (func (export "f")))', "b.wat")
        self.file('(module (import "a" "f" (func)) (func (export "f")))', "self.wat")
        self.file('(module (func (export "f")))', "f.wat")
        run = lambda part, *words: self.refused(1, part, "run", *words, "--invoke", "none",
                                                self.library)
        run("preload 'b' first: modules come before those that import them, and cannot import "
            "each other in a circle", "--preload", "a=a.wat", "--preload", "b=b.wat")
        run("preload 'a' first", "--preload", "a=self.wat")
        run("give it with --preload NAME=FILE", "--preload", "a=a.wat")
        run("is defined already", "--preload", "a=f.wat", "--preload", "a=f.wat")
        run("No such file", "--preload", "a=none.wasm")
        self.assertEqual(self.zhan("run", "--preload", "b=f.wat", "--preload", "a=a.wat",
                                   "--invoke", "none", self.library), (0, "", ""))

    def test_preloaded_reactors_are_ready(self):
        self.file("""(module (global $n (mut i32) (i32.const 1))
          (func (export "_initialize") (global.set $n (i32.const 40)))
          (func (export "get") (result i32) (global.get $n)))""", "reactor.wat")
        user = self.file("""(module (import "r" "get" (func $get (result i32)))
          (func (export "f") (result i32) (i32.add (call $get) (i32.const 2))))""", "user.wat")
        self.assertEqual(self.zhan("run", "--preload", "r=reactor.wat", "--invoke", "f", user),
                         (0, "42\n", ""))

    # -- How it ends --

    def test_exit_codes_fit_into_a_byte(self):
        for given, found in ((0, 0), (1, 1), (255, 255), (256, 255), (257, 1), (-1, 255)):
            text = WASI + f"(call $exit (i32.const {given}))))"
            self.assertEqual(self.zhan(self.file(text, "exit.wat")), (found, "", ""))

    def test_a_timeout_ends_a_read_that_waits(self):
        reader = self.file(WASI + READ, "read.wat")
        start = time.monotonic()
        with subprocess.Popen([ZHAN, "run", "--timeout", "200ms", reader], stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            self.assertIn(b"deadline", process.stderr.read())
            self.assertEqual(process.wait(), 124)
        self.assertLess(time.monotonic() - start, 10)

    def test_a_closed_pipe_ends_it_without_words(self):
        """Our own output; a program is told of it by the errno `pipe`."""
        writer = self.file(WASI + WRITE_ALWAYS, "write.wat")
        functions = "".join(f'(func (export "function number {i}"))' for i in range(20_000))
        big = self.file(f"(module {functions})", "big.wat")
        for words, code in ((("run", writer), 64), (("print", big), -signal.SIGPIPE)):
            with subprocess.Popen([ZHAN, *words], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as process:
                process.stdout.read(10)
                process.stdout.close()
                self.assertEqual(process.stderr.read(), b"")
                self.assertEqual(process.wait(), code)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full here")
    def test_a_full_disk(self):
        nospc = 51  # as the guest sees it
        for words, code, part in (
                (("run", self.file(WASI + WRITE, "write.wat")), nospc, ""),
                (("run", "--invoke", "add", self.library, 1, 2), 1, "cannot be written"),
                (("print", "-o", "/dev/full", self.library), 1, "No space left on device"),
                (("--help",), 1, "cannot write to standard output")):
            with open("/dev/full", "wb") as full:
                run = subprocess.run([ZHAN, *map(str, words)], stdout=full, timeout=60,
                                     stderr=subprocess.PIPE, check=False)
            self.assertEqual(run.returncode, code, words)
            self.assertIn(part, run.stderr.decode())

    def test_outputs_that_cannot_be_opened(self):
        for command in ("parse", "print", "strip"):
            self.refused(1, "cannot write 'no/where': No such file", command, "-o", "no/where",
                         self.library)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/fuzz-compare: values as text, engines that agree, differ, hang or are absent."""

import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("ZHAN_BUILD", ROOT / "build" / "release"))
TOOL = ROOT / "tools" / "fuzz-compare"
sys.path.insert(0, str(TOOL.parent))

import fuzz_binaryen  # pylint: disable=wrong-import-position


def load():
    loader = importlib.machinery.SourceFileLoader("fuzz_compare", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("fuzz_compare", loader))
    loader.exec_module(module)
    return module


class Text(unittest.TestCase):
    def test_constants(self):
        constant = load().constant
        for value, text in ((("i32", "4294967295"), "(i32.const 4294967295)"),
                            (("f32", "1069547520"), "(f32.const 0x1.8000000000000p+0)"),
                            (("f64", "9223372036854775808"), "(f64.const -0x0.0p+0)"),
                            (("f32", "4286578688"), "(f32.const -inf)"),
                            (("f32", "2143289344"), "(f32.const nan:0x400000)"),
                            (("f64", "18444492273895866369"), "(f64.const -nan:0x8000000000001)")):
            self.assertEqual(constant(value), text)

    def test_script(self):
        plan = {"calls": [{"function": "1", "arguments": [["i32", "7"]], "trap": "unreachable"},
                          {"function": "0", "arguments": [], "results": [["i64", "5"]]}],
                "globals": {"global0": ["i32", "3"]}, "memory": 1}
        self.assertEqual(load().script(b"\0a", plan).splitlines(), [
            '(module binary "\\00\\61")',
            '(assert_return (invoke "refill"))',
            '(assert_trap (invoke "1" (i32.const 7)) "unreachable")',
            '(assert_return (invoke "refill"))',
            '(assert_return (invoke "0") (i64.const 5))',
            '(assert_return (get "global0") (i32.const 3))'])


@unittest.skipUnless((BUILD / "tests" / "tools" / "generate-modules").exists(), "not built")
class Binaryen(unittest.TestCase):
    """The source of modules that needs wasm-opt: here a program in its place."""

    MODULE = """(module
      (import "fuzzing-support" "log-i32" (func $log (param i32)))
      (import "fuzzing-support" "table-get" (func (param i32) (result funcref)))
      (import "fuzzing-support" "throw" (func $throw (param i32)))
      (import "__fuzz_import" "extern$" (global (ref extern)))
      (global (export "g") (mut i32) (i32.const 5))
      (func (export "logs") (param i64) (result i32)
        (call $log (i32.const 6)) (call $log (i32.const 7)) (i32.const -1))
      (func (export "throws") (call $throw (i32.const 1)))
      (func (export "traps") unreachable)
      (func (export "vector") (result v128) (v128.const i64x2 1 2))
      (func (export "reference") (result funcref) (ref.null func)))"""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        zhan = BUILD / "zhan"
        module = self.folder / "given.wat"
        module.write_text(self.MODULE, encoding="utf-8")
        optimiser = self.folder / "wasm-opt"
        optimiser.write_text("#!/bin/sh\nfor last; do :; done\n"
                             f'exec "{zhan}" parse "{module}" -o "$last"\n', encoding="utf-8")
        optimiser.chmod(0o755)
        self.assertTrue(fuzz_binaryen.make(self.folder, 1, [optimiser], zhan))

    def plan(self, **changes):
        calls = [{"function": "logs", "arguments": [["i64", "0"]], "results": [["i32", "4294967295"]]},
                 {"function": "throws", "arguments": [], "exception": True},
                 {"function": "traps", "arguments": [], "trap": ""},
                 {"function": "reference", "arguments": [], "results": None}]
        return {"calls": calls, "globals": {"g": ["i32", "5"]}, "seen": str(6 * 31 + 7), **changes}

    def run_script(self, plan):
        module, support = ((self.folder / name).read_bytes() for name in ("1.wasm", "1.support.wasm"))
        file = self.folder / "1.wast"
        file.write_text(load().script(module, plan, support), encoding="utf-8")
        return subprocess.run([BUILD / "zhan", "wast", "-q", file], capture_output=True, text=True,
                              check=False)

    def test_what_is_called_and_read(self):
        shape = json.loads((self.folder / "1.shape").read_text(encoding="utf-8"))
        self.assertEqual([f["name"] for f in shape["functions"]],
                         ["logs", "throws", "traps", "reference"])
        self.assertEqual(shape["globals"], [{"name": "g", "type": "i32"}])

    def test_imports_are_given_and_logs_compared(self):
        done = self.run_script(self.plan())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for wrong in ({"seen": "1"}, {"globals": {"g": ["i32", "6"]}}):
            self.assertNotEqual(self.run_script(self.plan(**wrong)).returncode, 0, wrong)

    def test_an_import_of_another_form(self):
        self.assertIsNone(fuzz_binaryen.support([{"name": "m", "type": "memory 1"}]))


class Engines(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def compare(self, *more, **environment):
        command = [TOOL, "--build", BUILD, "--found", self.folder / "found", "--count", "20", *more]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              env={**os.environ, **environment})
        return done.returncode, done.stdout + done.stderr

    def engine(self, text):
        path = self.folder / "engine"
        path.write_text("#!/bin/sh\n" + text, encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def test_zhan_and_what_else_is_there(self):
        code, out = self.compare(WASMTIME="no-such-engine")
        self.assertEqual(code, 0, out)
        self.assertIn("zhan: 20 modules, 0 differ\n", out)
        self.assertIn("zhan-explicit: 20 modules, 0 differ\n", out)
        self.assertIn("wasmtime: absent\n", out)
        self.assertRegex(out, r"20 modules, [1-9]\d* calls, 0 differences\n$")

    def test_all_features(self):
        code, out = self.compare("--all-features")
        self.assertEqual(code, 0, out)
        self.assertIn("node: absent", out)

    def test_a_difference_is_kept(self):
        wrong = self.engine('case $2 in 7.wast) echo "result 5, expected 6"; exit 1;; esac\n')
        code, out = self.compare("--engines", "wasmtime", WASMTIME=wrong)
        self.assertEqual(code, 1, out)
        self.assertIn("wasmtime: module 7 differs: result 5, expected 6\n", out)
        self.assertEqual(sorted(f.name for f in (self.folder / "found").iterdir()),
                         ["7.json", "7.wasm", "7.wast"])

    @unittest.skipUnless(shutil.which("node"), "no node")
    def test_node_sees_a_difference(self):
        generate = BUILD / "tests" / "tools" / "generate-modules"
        subprocess.run([generate, self.folder, "1", "20", "finished"], check=True)
        changed = []
        for file in self.folder.glob("*.json"):
            plan = json.loads(file.read_text(encoding="utf-8"))
            if any(call.get("results") for call in plan["calls"]):
                call = next(call for call in plan["calls"] if call.get("results"))
                call["results"][0][1] = str(int(call["results"][0][1]) ^ 1)
                file.write_text(json.dumps(plan), encoding="utf-8")
                changed.append(file.stem)
        done = subprocess.run(["node", ROOT / "tools" / "fuzz-compare.mjs", *sorted(changed)],
                              cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        lines = done.stdout.splitlines()
        self.assertEqual([line.split(":")[0] for line in lines], sorted(changed))
        self.assertGreater(len(changed), 3)

    def test_wrong_use(self):
        code, out = self.compare("--engines", "spidermonkey")
        self.assertEqual(code, 2)
        self.assertIn("no engine 'spidermonkey'", out)
        self.assertEqual(self.compare("--count", "0")[0], 2)


if __name__ == "__main__":
    unittest.main()

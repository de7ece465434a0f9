#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tools that look inside a module, on modules that nobody has validated."""

import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

ZHAN = os.environ["ZHAN"]
READERS = (("validate",), ("inspect",), ("inspect", "--json"), ("print",), ("strip",), ("cells",),
           ("objdump", "-x", "-d", "-s", "-h"))

MODULE = rb"""(module $m
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "env" "shared" (table 1 funcref))
  (import "env" "far" (memory i64 2))
  (memory 1 4) (table 2 funcref) (global $g (mut i32) (i32.const 3))
  (type $s (struct (field i32)))
  (data (memory 1) (i32.const 8) "hello\00\01") (elem (i32.const 0) $f)
  (func $f (export "f") (param $x i32) (result i32) (local $y i64)
    (block (result i32) (i32.add (local.get $x) (i32.const 1))) (br_if 0 (local.get 0)))
  (func (export "_start") (v128.const i32x4 1 2 3 4) drop (f64.const 1.5) drop))"""


def zhan(*words, stdin=b"", stdout=subprocess.PIPE):
    run = subprocess.run([ZHAN, *words, "-"], input=stdin, stdout=stdout, stderr=subprocess.PIPE,
                         timeout=60)
    out = run.stdout.decode(errors="replace") if run.stdout is not None else ""
    return run.returncode, out, run.stderr.decode(errors="replace")


def binary_of(text):
    return subprocess.run([ZHAN, "parse", "--no-check", "-"], input=text, check=True,
                          capture_output=True).stdout


def leb(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def signed_leb(number):
    """Of a number that is not negative."""
    out = leb(number)
    return out if out[-1] < 0x40 else out[:-1] + bytes([out[-1] | 0x80, 0])


def many_types(count, one_group):
    """Structs, each with a reference to the one before: no two are equal."""
    types = [b"\x5f\x01\x7f\x00"]
    types += [b"\x5f\x01\x63" + signed_leb(i) + b"\x00" for i in range(count - 1)]
    head = b"\x01\x4e" + leb(count) if one_group else leb(count)
    body = head + b"".join(types)
    return b"\0asm\1\0\0\0\x01" + leb(len(body)) + body


class ManyTypes(unittest.TestCase):
    def check(self, one_group):
        with tempfile.NamedTemporaryFile(suffix=".wasm") as file:
            file.write(many_types(1_000_000, one_group))
            file.flush()
            process = subprocess.Popen([ZHAN, "validate", file.name], stderr=subprocess.PIPE)
            error = process.stderr.read()
            process.stderr.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, error)
        if "asan" not in ZHAN and "tsan" not in ZHAN:
            self.assertLessEqual(usage.ru_maxrss, 200 * 1024)  # KiB

    def test_a_million_groups(self):
        self.check(one_group=False)

    def test_a_group_of_a_million(self):
        self.check(one_group=True)


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.binary = binary_of(MODULE)

    def test_every_cut(self):
        for cut in range(1, len(self.binary), 3):
            for command in READERS:
                code, _, error = zhan(*command, stdin=self.binary[:cut])
                self.assertIn(code, (0, 1), (command, cut, error))
                if code == 1:
                    self.assertTrue(error.startswith("zhan: "), (command, cut, error))

    def test_changed_bytes(self):
        chance = random.Random(7)
        for _ in range(150):
            changed = bytearray(self.binary)
            for _ in range(chance.randint(1, 3)):
                value = chance.choice([0, 1, 2, 5, 0x40, 0x7F, chance.randrange(256)])
                changed[chance.randrange(8, len(changed))] = value
            for command in READERS:
                code, _, error = zhan(*command, stdin=bytes(changed))
                self.assertIn(code, (0, 1), (command, bytes(changed).hex(), error))

    def test_indices_that_lead_nowhere(self):
        """A function of a type that does not exist, and of a type that is no function's."""
        head = b"\0asm\1\0\0\0"
        body = b"\x0a\x04\x01\x02\x00\x0b"
        missing = head + b"\x01\x04\x01\x60\x00\x00" + b"\x03\x02\x01\x40" + body
        code, out, _ = zhan("objdump", "-x", stdin=missing)
        self.assertEqual(code, 0)
        self.assertIn("func[0] type=64 (no such type)", out)
        struct = head + b"\x01\x05\x01\x5f\x01\x7f\x00" + b"\x03\x02\x01\x00" + body
        code, out, _ = zhan("objdump", "-x", stdin=struct)
        self.assertEqual(code, 0)
        self.assertIn("func[0] type=0 (no function type)", out)
        for module in (missing, struct):
            self.assertEqual(zhan("validate", stdin=module)[0], 1)

    def test_names_cannot_drive_the_terminal(self):
        module = binary_of(rb'(module (import "\1b[2J" "\c2\9b" (func)) (export "a\07b" (func 0))'
                           rb'(@custom "\1b]0;x" "y"))')
        for command in (("inspect",), ("objdump", "-x", "-h", "-d"), ("print",)):
            code, out, _ = zhan(*command, stdin=module)
            self.assertEqual(code, 0)
            self.assertFalse({"\x1b", "\x07"} & set(out), (command, out))
            if command != ("print",):  # the text printer escapes only ASCII controls
                self.assertNotIn("\x9b", out, command)
        self.assertIn(r'"\1b[2J"', zhan("inspect", stdin=module)[1])
        self.assertIn(r'"\1b[2J"', zhan("objdump", "-x", stdin=module)[1])
        inside = json.loads(zhan("inspect", "--json", stdin=module)[1])
        self.assertEqual(inside["imports"][0]["module"], "\x1b[2J")

    def test_a_full_disk_is_no_success(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        for command in (("inspect",), ("print",), ("strip",), ("cells",), ("objdump", "-h")):
            with open("/dev/full", "wb") as full:
                code, _, error = zhan(*command, stdin=self.binary, stdout=full)
            self.assertEqual(code, 1, command)
            self.assertIn("cannot write", error, command)


class Inside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.binary = binary_of(MODULE)

    def test_needs(self):
        code, out, _ = zhan("inspect", "--json", stdin=self.binary)
        self.assertEqual(code, 0)
        inside = json.loads(out)
        self.assertEqual(inside["kind"], "command (starts by _start)")
        self.assertEqual(inside["needs"], ["WASI preview 1", 'imports of "env"'])
        self.assertEqual(inside["wasi"], ["fd_write"])
        self.assertEqual(inside["memories"], ["i64 2 imported", "1 4"])
        self.assertEqual(inside["tables"], 2)
        self.assertEqual(inside["size"], len(self.binary))
        headers = sum(s["size"] for s in inside["sections"])
        self.assertLess(headers, len(self.binary))
        for feature in ("simd", "multi-memory", "memory64", "gc"):
            self.assertIn(feature, inside["features"])
        self.assertNotIn("exceptions", inside["features"])
        plain = zhan("inspect", stdin=self.binary)[1]
        self.assertIn("WASI functions: fd_write\n", plain)
        self.assertIn("memories, in pages: i64 2 imported, 1 4\ntables: 2\n", plain)

    def test_json_strings(self):
        """Names with everything that JSON writes differently, and a file name that is not UTF-8."""
        name = '"\\\n\t\x01\x1f/é\U0001f600'
        text = "".join(f"\\{byte:02x}" for byte in name.encode())
        module = binary_of(f'(module (func (export "{text}")))'.encode())
        inside = json.loads(zhan("inspect", "--json", stdin=module)[1])
        self.assertEqual(inside["exports"], [{"name": name, "type": "func [] -> []"}])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(os.fsencode(folder), b"a\xff.wasm")
            with open(path, "wb") as file:
                file.write(module)
            run = subprocess.run([ZHAN, "inspect", "--json", path], capture_output=True, check=True)
            self.assertTrue(json.loads(run.stdout)["file"].endswith("/a"))

    def test_a_module_of_nothing(self):
        inside = json.loads(zhan("inspect", "--json", stdin=b"(module)")[1])
        self.assertEqual((inside["memories"], inside["tables"], inside["wasi"]), ([], 0, []))
        self.assertEqual((inside["imports"], inside["exports"], inside["sections"]), ([], [], []))
        self.assertEqual(inside["kind"], "library (call functions with --invoke)")

    def test_custom_pages_and_shared_memories(self):
        text = b"(module (memory 1 9 (pagesize 1)) (memory 1 2 shared))"
        inside = json.loads(zhan("inspect", "--json", stdin=text)[1])
        self.assertEqual(inside["memories"], ["1 9 pages of 1 bytes", "1 2 shared"])

    def test_objdump_takes_the_letters_of_wabt(self):
        code, headers, _ = zhan("objdump", "-h", stdin=self.binary)
        self.assertEqual(code, 0)
        self.assertEqual(headers, zhan("objdump", "--headers", stdin=self.binary)[1])
        self.assertIn("Code start=0x", headers)
        self.assertIn("--help", zhan("objdump", "--help")[1])
        self.assertIn("Usage: zhan print", zhan("print", "-h")[1])
        raw = zhan("objdump", "-s", "-j", "Data", stdin=self.binary)[1]
        self.assertIn("hello..", raw)
        self.assertNotIn("section Code", raw)
        code, _, error = zhan("objdump", "-s", "--section", "Dada", stdin=self.binary)
        self.assertEqual((code, "no section 'Dada'" in error), (1, True))
        lines = zhan("objdump", "-d", stdin=self.binary)[1].splitlines()
        add = next(line for line in lines if line.endswith("i32.add"))
        offset = int(add.split(":")[0], 16)
        self.assertEqual(self.binary[offset], 0x6A)

    def test_strip_keeps_what_is_named(self):
        names = lambda wasm: [s["name"] for s in json.loads(
            zhan("inspect", "--json", stdin=wasm)[1])["sections"] if "custom" in s["name"]]
        whole = binary_of(MODULE[:-1] + rb' (@custom "notes" "\00"))')
        run = lambda *keep: subprocess.run([ZHAN, "strip", *keep, "-"], input=whole, check=True,
                                           capture_output=True).stdout
        self.assertEqual(sorted(names(whole)), ['custom "name"', 'custom "notes"'])
        self.assertEqual(names(run()), [])
        self.assertEqual(names(run("--keep", "notes")), ['custom "notes"'])
        self.assertEqual(names(run("--keep", "notes", "--keep", "name")), names(whole))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])

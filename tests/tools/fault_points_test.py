#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/check-fault-points finds a pc that moves too early, and finds none in the library built."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CHECK = ROOT / "tools" / "check-fault-points"


def check(body, name="handler"):
    """Exit code and output for a function whose instructions stand one a line."""
    lines = [f"    {address:x}:\t{text}" for address, text in enumerate(body.strip().splitlines())]
    return run_check(f"0000000000000000 <{name}>:\n" + "\n".join(lines) + "\n")


def run_check(text):
    done = subprocess.run([CHECK, "-"], input=text, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class Rule(unittest.TestCase):
    def proved(self, body, accesses=1):
        code, out = check(body)
        self.assertEqual(code, 0, out)
        self.assertIn(f"1 handlers, {accesses} accesses to memory 0, 0 after", out)

    def violated(self, body, places=1):
        code, out = check(body)
        self.assertEqual(code, 1, out)
        self.assertEqual(out.count("handler: access at"), places, out)

    def test_load_then_step(self):
        self.proved("mov (%r14,%rax,1),%edi\nadd $0x10,%r12\njmp *(%r12)")

    def test_step_then_load(self):
        self.violated("add $0x10,%r12\nmov (%r14,%rax,1),%edi\njmp *(%r12)")

    def test_step_by_part_of_the_register(self):
        self.violated("mov %eax,%r12d\nmovzbl (%r14),%edi\nret")

    def test_stores_and_arithmetic_on_memory(self):
        self.violated("lea 0x10(%r12),%r12\nmov %edi,0x8(%r14)\nadd (%r14,%rax,1),%edi\nret", 2)

    def test_derived_address(self):
        self.violated("lea (%r14,%rax,1),%rcx\nadd $0x10,%r12\nmovss (%rcx),%xmm0\nret")
        self.violated("add %r14,%rax\nadd $0x10,%r12\nmovups (%rax),%xmm0\nret")
        self.violated("mov %r14,%rbx\ncmovne %rbx,%rdx\nadd $0x10,%r12\nmov %al,(%rdx)\nret")

    def test_derived_address_is_forgotten(self):
        self.proved("add %r14,%rax\nmov (%rax),%eax\nadd $0x10,%r12\nmov (%rax),%ecx\nret")
        self.proved("mov (%r14),%edi\nxor %r14d,%r14d\nadd $0x10,%r12\nmov (%r14),%eax\nret")

    def test_spilled_address(self):
        self.violated("lea (%r14,%rax,1),%rcx\nmov %rcx,0x8(%rsp)\ncall 5000\n"
                      "add $0x10,%r12\nmov 0x8(%rsp),%rcx\nmov (%rcx),%eax\nret")

    def test_base_is_loaded_again(self):
        self.violated("xor %r14d,%r14d\nmov 0x10(%r15),%r14\nadd $0x10,%r12\nmov (%r14),%eax\nret")

    def test_calls_keep_what_the_callee_saves(self):
        self.violated("call 5000\nadd $0x10,%r12\nmov (%r14),%eax\nret")
        self.proved("mov (%r14),%eax\nlea (%r14),%rcx\ncall 5000\npop %r12\nmov (%rcx),%eax\nret")

    def test_only_paths_that_exist(self):
        self.proved("je 3\nmov (%r14),%eax\njmp 4\nadd $0x10,%r12\njmp *(%r12)")
        self.violated("je 3\nadd $0x10,%r12\njmp 4\nnop\nmov (%r14),%eax\nret")

    def test_around_a_loop(self):
        self.violated("mov (%r14),%eax\nadd $0x10,%r12\nsub $0x1,%rdx\njne 0\nret")

    def test_addresses_alone_are_no_accesses(self):
        code, out = check("add $0x10,%r12\nlea (%r14,%rax,1),%rcx\nret")
        self.assertEqual(code, 1)
        self.assertIn("no accesses found", out)

    def test_wrong_use(self):
        done = subprocess.run([CHECK], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("Usage", done.stderr)


def library():
    """The library of this build if its accesses may fault, and a reason if not."""
    build = pathlib.Path(os.environ.get("ZHAN_BUILD", ROOT / "build" / "release"))
    cache = build / "CMakeCache.txt"
    options = cache.read_text(encoding="utf-8") if cache.exists() else ""
    file = build / "libzhan.so"
    if not file.exists():
        return None, "no library built"
    if file.read_bytes()[18:20] != b"\x3e\x00":
        return None, "not x86-64"
    if re.search(r"^ZHAN_(PORTABLE|EXPLICIT_CHECKS):\w+=(ON|1|TRUE)$", options, re.M):
        return None, "a build with explicit checks"
    if re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*/)?(g\+\+|c\+\+)", options, re.M):
        return None, "handlers are called from a loop"
    return file, ""


class Library(unittest.TestCase):
    def setUp(self):
        self.file, reason = library()
        if self.file is None:
            print("skipped: the library's fault points:", reason)
            self.skipTest(reason)

    def disassembly(self):
        return subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-j", "zhan_handlers",
                               self.file], capture_output=True, text=True, check=True).stdout

    def test_pc_stays_until_the_access(self):
        done = subprocess.run([CHECK, self.file], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreater(int(re.search(r"(\d+) accesses", done.stdout)[1]), 1000)

    def test_a_planted_step_is_found_everywhere(self):
        planted = re.sub(r"^([0-9a-f]+ <.*>:)$", r"\1\n    0:\tlea 0x10(%r12),%r12",
                         self.disassembly(), flags=re.M)
        code, out = run_check(planted)
        self.assertEqual(code, 1)
        counts = re.search(r"(\d+) accesses to memory 0, (\d+) after", out)
        self.assertEqual(counts[1], counts[2])


if __name__ == "__main__":
    sys.exit(unittest.main())

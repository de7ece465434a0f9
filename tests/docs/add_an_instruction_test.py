#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The diff in docs/add-an-instruction.md adds a value instruction in two places, and what that page
says the compiler refuses, it refuses."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "add-an-instruction.md"
FLAGS = ["-std=c++23", "-O0", "-fno-exceptions", "-fno-rtti", "-Wall", "-Wextra", "-Werror"]

PROGRAM = """
#include "wasm/sem_evaluate.hpp"
#include "wasm/sem_table.hpp"

using namespace zhan;

static_assert(sem::has_meaning<Op::i32_zhan_test>);
static_assert(sem::meaning<Op::i32_zhan_test>(7, 10) == 8);
static_assert(find_op(0, 0xc6) == Op::i32_zhan_test);

int main() {
  const OpInfo& row = op_info(find_op(0, 0xc6));
  if (row.text != "i32.zhan_test" || row.params() != "ii" || row.results() != "i") return 1;
  const u64 operands[] = {0xffffffff, 0xfffffffd};
  u64 result = 0;
  if (!sem::can_evaluate(Op::i32_zhan_test)) return 2;
  if (sem::evaluate(Op::i32_zhan_test, {}, operands, &result) != Trap::none) return 3;
  return result == 0xfffffffe ? 0 : 4;
}
"""


def compiler():
    """The compiler of the build under test, else what is installed."""
    cache = pathlib.Path(os.environ.get("ZHAN_BUILD", "/nonexistent")) / "CMakeCache.txt"
    if cache.exists():
        found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", cache.read_text(), re.MULTILINE)
        if found:
            return found[1]
    for name in ("clang++-22", "clang++-21", "clang++-20", "clang++-19", "clang++", "g++"):
        if shutil.which(name):
            return name
    return None


def documented_diff():
    return re.search(r"```diff\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]


class Copy:
    """Folders of src/ in a throw-away place, with the documented diff applied."""

    def __init__(self, layers=("base", "wasm")):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        for layer in layers:
            shutil.copytree(ROOT / "src" / layer, self.root / "src" / layer)
        patch = self.root / "instruction.diff"
        patch.write_text(documented_diff(), encoding="utf-8")
        environment = dict(os.environ, GIT_CEILING_DIRECTORIES=str(self.root.parent))
        subprocess.run(["git", "apply", patch], cwd=self.root, check=True,
                       env=environment)

    def edit(self, name, old, new):
        self.replace(f"src/wasm/{name}", old, new)

    def replace(self, name, old, new):
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} has {old!r} {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def compile(self, *arguments):
        """Exit code and messages of the compiler."""
        done = subprocess.run([compiler(), *FLAGS, "-Isrc", *arguments], cwd=self.root,
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def prove(self):
        return self.compile("-fsyntax-only", "src/wasm/proofs.cpp")


@unittest.skipIf(compiler() is None, "no C++ compiler")
class AddAnInstruction(unittest.TestCase):
    def setUp(self):
        self.copy = Copy()
        self.addCleanup(self.copy.folder.cleanup)

    def refused(self, name, old, new, message):
        self.copy.edit(name, old, new)
        code, messages = self.copy.prove()
        self.assertNotEqual(code, 0, "the compiler accepted it")
        self.assertIn(message, messages)

    def test_the_diff_is_two_places(self):
        lines = documented_diff().splitlines()
        added = [line for line in lines if re.match(r"\+(?!\+\+ )", line)]
        removed = [line for line in lines if re.match(r"-(?!-- )", line)]
        files = [line for line in lines if line.startswith("+++ ")]
        self.assertEqual((len(added), len(removed), len(files)), (2, 0, 2))

    def test_two_places_are_enough(self):
        (self.copy.root / "main.cpp").write_text(PROGRAM, encoding="utf-8")
        sources = ["main.cpp", "src/wasm/sem_evaluate.cpp", "src/wasm/proofs.cpp",
                   "src/base/assert.cpp"]
        code, messages = self.copy.compile(*sources, "-o", "program")
        self.assertEqual(code, 0, messages)
        self.assertEqual(subprocess.run([self.copy.root / "program"], check=False).returncode, 0)

    def test_a_row_without_meaning_is_refused(self):
        self.refused("sem_int.hpp", "u32 i32_zhan_test(", "u32 i32_other(", "i32_zhan_test")

    def test_another_signature_is_refused(self):
        self.refused("sem_int.hpp", "i32_zhan_test(u32 a, u32 b)", "i32_zhan_test(u32 a, u64 b)",
                     "row and function have different signatures")

    def test_a_trap_that_cannot_happen_is_refused(self):
        row = self.row()
        self.refused("ops.def", row, row[:-1] + " | traps)",
                     "a row is marked traps if and only if its function returns a Trapping")

    def test_a_code_twice_is_refused(self):
        row = self.row()
        self.refused("ops.def", row, row.replace("0xc6", "0x6a"), "another row has the same code")

    def test_a_mnemonic_twice_is_refused(self):
        row = self.row()
        self.refused("ops.def", row, row.replace('"i32.zhan_test"', '"i32.add"'),
                     "two rows of ops.def have the same text")

    def row(self):
        text = (self.copy.root / "src" / "wasm" / "ops.def").read_text(encoding="utf-8")
        return re.search(r"^ZHAN_OP\(i32_zhan_test,.*$", text, re.MULTILINE)[0]


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The instruction of docs/add-an-instruction.md goes through text, encoder, decoder, validator and
printer: built from a copy of the sources with nothing but that page's diff."""

import os
import shutil
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from add_an_instruction_test import ROOT, Copy, compiler  # noqa: E402

LAYERS = ("base", "wasm", "module", "binary", "text", "validate")

PROGRAM = """
#include <algorithm>
#include <memory>

#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "text/parse.hpp"
#include "text/print.hpp"
#include "validate/validate.hpp"

using namespace zhan;

static int fail(const char* stage) {
  std::puts(stage);
  return 1;
}

int main() {
  const auto parsed = text::parse_module(
      "(module (func (param i32 i32) (result i32)"
      " (i32.zhan_test (local.get 0) (local.get 1))))");
  if (!parsed) return fail("parse");
  const auto bytes = std::make_shared<std::vector<u8>>(binary::encode(*parsed));
  const u8 body[] = {0x20, 0, 0x20, 1, 0xc6, 0x0b};
  if (std::ranges::search(*bytes, body).empty()) return fail("encode");
  auto module = binary::decode(*bytes, bytes, Features{});
  if (!module) return fail("decode");
  TypeInterner types;
  if (!validate::validate(*module, types, Features{})) return fail("validate");
  if (text::print(*module).find("i32.zhan_test") == std::string::npos) return fail("print");

  const auto wrong = text::parse_module("(module (func (result i32) (i32.zhan_test (i32.const 1))))");
  if (!wrong) return fail("parse of the invalid module");
  const auto wrong_bytes = std::make_shared<std::vector<u8>>(binary::encode(*wrong));
  auto invalid = binary::decode(*wrong_bytes, wrong_bytes, Features{});
  if (!invalid) return fail("decode of the invalid module");
  if (validate::validate(*invalid, types, Features{})) return fail("an operand is missing");
  return 0;
}
"""


@unittest.skipIf(compiler() is None or shutil.which("cmake") is None, "no compiler or no cmake")
class AddedInstruction(unittest.TestCase):
    def setUp(self):
        self.copy = Copy(LAYERS)
        self.addCleanup(self.copy.folder.cleanup)
        root = self.copy.root
        shutil.copy(ROOT / "CMakeLists.txt", root)
        shutil.copytree(ROOT / "cmake", root / "cmake")
        shutil.copy(ROOT / "src" / "layers.txt", root / "src")
        main = root / "tools" / "zhan" / "main.cpp"
        main.parent.mkdir(parents=True)
        main.write_text("#include <cstdio>\n" + PROGRAM, encoding="utf-8")

    def run_quietly(self, *command):
        done = subprocess.run([str(c) for c in command], cwd=self.copy.root, check=False,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_stage_knows_it(self):
        self.run_quietly("cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DZHAN_TESTS=OFF",
                         "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0")
        self.run_quietly("cmake", "--build", "build", "--target", "zhan", "-j", os.cpu_count())
        self.run_quietly("build/zhan")


if __name__ == "__main__":
    unittest.main()

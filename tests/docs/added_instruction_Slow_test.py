#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The instruction of docs/add-an-instruction.md goes through text, encoder, decoder, validator and
printer, and the interpreter runs it: folded, fused, and in a constant place of a loop. Built from a
copy of the sources with nothing but that page's diff."""

import os
import shutil
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from add_an_instruction_test import ROOT, Copy, compiler  # noqa: E402

LAYERS = ("base", "os", "wasm", "module", "binary", "text", "validate", "abi", "heap", "runtime",
          "interp", "engine")

PROGRAM = """
#include <algorithm>
#include <memory>

#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "engine/engine.hpp"
#include "text/parse.hpp"
#include "text/print.hpp"
#include "validate/validate.hpp"

using namespace zhan;

static int fail(const char* stage) {
  std::puts(stage);
  return 1;
}

// Operands that are locals, a constant, a load, the results of others, and of itself.
static const char* const executed = R"wat((module
  (memory 1)
  (func (export "run") (param i32 i32) (result i32) (local $n i32) (local $sum i32)
    (i32.store (i32.const 8) (local.get 1))
    (loop $again
      (local.set $sum (i32.add (local.get $sum)
        (i32.zhan_test (local.get 0) (local.get 1))))
      (local.set $sum (i32.xor (local.get $sum)
        (i32.zhan_test (i32.const 77) (i32.zhan_test (local.get $sum) (i32.load (i32.const 8))))))
      (local.set $n (i32.zhan_test (i32.add (local.get $n) (i32.const 2)) (local.get $n)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 9))))
    (if (i32.zhan_test (local.get $sum) (i32.const 1))
      (then (local.set $sum (i32.add (local.get $sum) (i32.const 1)))))
    (local.get $sum))))wat";

static u32 mean(u32 a, u32 b) { return (a & b) + ((a ^ b) >> 1); }

static u32 expected(u32 a, u32 b) {
  u32 n = 0, sum = 0;
  do {
    sum += mean(a, b);
    sum ^= mean(77, mean(sum, b));
    n = mean(n + 2, n);
  } while (n < 9);
  return mean(sum, 1) != 0 ? sum + 1 : sum;
}

static int execute() {
  const auto engine = engine::Engine::create();
  if (!engine) return fail("engine");
  const std::string_view text = executed;
  const auto module = (*engine)->compile({reinterpret_cast<const u8*>(text.data()), text.size()});
  if (!module) return fail(module.error().to_string().c_str());
  const auto store = (*engine)->new_store();
  const auto instance = (*store)->instantiate(*module, {});
  if (!instance) return fail("instance");
  for (const u32 a : {0u, 1u, 7u, 0xffff'ffffu, 0x8000'0000u})
    for (const u32 b : {0u, 2u, 0x7fff'ffffu, 0xffff'fffdu}) {
      const runtime::Value arguments[] = {{type_i32, a}, {type_i32, b}};
      std::vector<runtime::Value> results;
      const auto done = (*store)->call((*instance)->func(0), arguments, results);
      if (!done) return fail(done.error().to_string().c_str());
      if (results.size() != 1 || results[0].lo != expected(a, b)) return fail("another result");
    }
  return 0;
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
  return execute();
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
        # Handlers of explicit checks alone, not optimised: a third of the time.
        self.copy.replace("cmake/Layers.cmake", "set(options -O1)", "set(options -O0)")
        self.run_quietly("cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DZHAN_TESTS=OFF",
                         "-DZHAN_EXPLICIT_CHECKS=ON", "-DCMAKE_BUILD_TYPE=Debug",
                         "-DCMAKE_CXX_FLAGS_DEBUG=-O0")
        self.run_quietly("cmake", "--build", "build", "--target", "zhan", "-j", os.cpu_count())
        self.run_quietly("build/zhan")


if __name__ == "__main__":
    unittest.main()

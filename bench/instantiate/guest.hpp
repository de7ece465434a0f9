// SPDX-License-Identifier: Apache-2.0
// The modules that the benchmark instantiates, as text.
#pragma once

#include <string>

namespace bench {

/// Four pages of 64 KiB full of data, a table of functions, globals, and "run", which writes to
/// `dirty` pages of 4 KiB: what a request of a small service leaves behind.
inline std::string full_module(int dirty) {
  std::string text = "(module (memory (export \"memory\") 4) (table 64 funcref)\n";
  for (int page = 0; page < 64; ++page) {
    text += "(data (i32.const " + std::to_string(page * 4096) + ") \"";
    for (int i = 0; i < 4096; ++i) text += static_cast<char>('a' + (page + i) % 26);
    text += "\")\n";
  }
  for (int i = 0; i < 16; ++i) text += "(global (mut i32) (i32.const " + std::to_string(i) + "))\n";
  for (int i = 0; i < 64; ++i)
    text +=
        "(func $f" + std::to_string(i) + " (result i32) (i32.const " + std::to_string(i) + "))\n";
  text += "(elem (i32.const 0)";
  for (int i = 0; i < 64; ++i) text += " $f" + std::to_string(i);
  text += ")\n(func (export \"run\")\n";
  for (int i = 0; i < dirty; ++i)
    text += "(i32.store (i32.const " + std::to_string((i * 17 + 1) % 64 * 4096) +
            ") (i32.const 305419896))\n";
  return text + "))";
}

/// One page of 64 KiB with a little data.
inline std::string small_module() {
  return "(module (memory (export \"memory\") 1) (data (i32.const 1024) \"hello\")"
         "(func (export \"run\") (i32.store (i32.const 32768) (i32.const 1))))";
}

}  // namespace bench

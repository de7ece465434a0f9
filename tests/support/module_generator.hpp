// SPDX-License-Identifier: Apache-2.0
// Random modules that are valid by construction, made from the instruction table: a new row is
// generated the day it lands. Calls go anywhere and all of it ends, because of a counter of fuel.
#pragma once

#include <vector>

#include "support/choices.hpp"
#include "wasm/ops.hpp"

namespace zhan::test {

struct GeneratorOptions {
  u32 size = 200;              // instructions of a function, about
  u32 unused_locals = 0;       // i64 locals in front of those that are used
  bool only_finished = false;  // for other engines: what all have had for years, and no free NaNs
  bool opaque = true;          // values whose bits are the engine's own: objects and exceptions
};

struct GeneratedModule {
  std::vector<u8> bytes;
  u32 functions = 0;            // exported as "0", "1", ...
  u32 refill = 0;               // exported as "refill": to be called before each call
  bool canonical_nans = false;  // no result depends on the bits of a NaN that arithmetic made
  std::vector<bool> used;       // by Op: which rows occur
};

/// Memories, tables and mutable globals are exported too: "memory0", "table0", "global0", ...
[[nodiscard]] GeneratedModule generate_module(Choices& choices, GeneratorOptions options = {});

}  // namespace zhan::test

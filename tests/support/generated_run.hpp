// SPDX-License-Identifier: Apache-2.0
// Runs a generated module on the engine and beside the reference, and compares all that can be
// seen.
#pragma once

#include <string>

#include "engine/engine.hpp"
#include "support/module_generator.hpp"

namespace zhan::test {

struct RunCounts {
  u64 calls = 0;     // compared to the end
  u64 traps = 0;     // of these
  u64 left_out = 0;  // a NaN or too many steps: not compared
};

/// The first difference between engine and reference as text, or "". Results, traps, globals,
/// memory.
[[nodiscard]] std::string compare_with_reference(engine::Engine& engine,
                                                 const GeneratedModule& module, Choices& arguments,
                                                 RunCounts& counts);

}  // namespace zhan::test

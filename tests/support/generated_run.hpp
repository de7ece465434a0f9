// SPDX-License-Identifier: Apache-2.0
// Runs a generated module on the engine and beside the reference, and compares all that can be
// seen.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/engine.hpp"
#include "support/module_generator.hpp"

namespace zhan::test {

struct RunCounts {
  u64 calls = 0;       // compared to the end
  u64 traps = 0;       // of these
  u64 exceptions = 0;  // of these: nobody caught them
  u64 left_out = 0;    // a NaN or too many steps: not compared
  u64 steps = 0;       // instructions of the reference
};

/// The bits of an argument for a generated function; null for references. No NaN.
[[nodiscard]] u64 generated_argument(ValType type, Choices& choices);

/// An engine whose option "explicit-checks" is `on` or off; and "deterministic".
[[nodiscard]] std::shared_ptr<engine::Engine> engine_with_checks(bool on,
                                                                 bool deterministic = false);

/// The same, with a collection of garbage at every third allocation, each checked.
[[nodiscard]] std::shared_ptr<engine::Engine> engine_that_collects();

/// Calls every function in all engines and in the reference, up to the first free NaN. There is
/// none in a module without, nor if the engines (all or none) are deterministic. The first
/// difference as text, or "": results, traps, globals, memories, tables.
[[nodiscard]] std::string compare_with_reference(
    std::span<const std::shared_ptr<engine::Engine>> engines, const GeneratedModule& module,
    Choices& arguments, RunCounts& counts);

/// Whether the bytes decode, encode to the same bytes again, and print to text that parses to them:
/// what went wrong, or "".
[[nodiscard]] std::string compare_round_trip(std::span<const u8> bytes);

}  // namespace zhan::test

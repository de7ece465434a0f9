// SPDX-License-Identifier: Apache-2.0
// How many operands and results an instruction has; what a label carries is not counted.
#pragma once

#include "module/module.hpp"
#include "wasm/imm.hpp"

namespace zhan {

struct Arity {
  u32 operands = 0;
  u32 results = unknown;
  static constexpr u32 unknown = ~u32{0};  // what follows cannot take operands from before
};

[[nodiscard]] Arity arity_of(const Module& m, Op op, const Imm& imm) noexcept;

/// Results of a block.
[[nodiscard]] u32 block_results(const Module& m, const BlockType& type) noexcept;

}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
// Runs the meaning of one instruction on slots: for constant expressions, and as the oracle that
// engines are tested against.
#pragma once

#include "wasm/imm.hpp"
#include "wasm/ops.hpp"
#include "wasm/traps.hpp"

namespace zhan::sem {

/// Whether evaluate() may be called with `op`: its row is marked `value`.
[[nodiscard]] bool can_evaluate(Op op) noexcept;

/// Computes `op` from operands in slots of 8 bytes (i32 and f32 zero-extended, v128 in two slots)
/// and writes the results in the same form. `results` may be `operands`. On a trap nothing is
/// written. `op` must be one that can_evaluate() allows, its immediate valid. Safe from any thread.
[[nodiscard]] Trap evaluate(Op op, const Imm& imm, const u64* operands, u64* results) noexcept;

}  // namespace zhan::sem

// SPDX-License-Identifier: Apache-2.0
// Compares with their operands exchanged, and their opposites. The rows of ops.def stand in the
// same order for each type, which is proved here.
#pragma once

#include "interp/key.hpp"

namespace zhan::interp {

static_assert(static_cast<u16>(Op::i32_ge_u) == static_cast<u16>(Op::i32_eq) + 9);
static_assert(static_cast<u16>(Op::i64_ge_u) == static_cast<u16>(Op::i64_eq) + 9);
static_assert(static_cast<u16>(Op::f32_ge) == static_cast<u16>(Op::f32_eq) + 5);
static_assert(static_cast<u16>(Op::f64_ge) == static_cast<u16>(Op::f64_eq) + 5);

namespace detail {
[[nodiscard]] constexpr Op shifted(Op op, Op first, const u8* map) noexcept {
  const u16 base = static_cast<u16>(first);
  return static_cast<Op>(base + map[static_cast<u16>(op) - base]);
}
// eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u
inline constexpr u8 int_swapped[] = {0, 1, 4, 5, 2, 3, 8, 9, 6, 7};
inline constexpr u8 int_inverse[] = {1, 0, 8, 9, 6, 7, 4, 5, 2, 3};
// eq ne lt gt le ge
inline constexpr u8 float_swapped[] = {0, 1, 3, 2, 5, 4};
[[nodiscard]] constexpr bool within(Op op, Op first, u16 count) noexcept {
  const u16 place = static_cast<u16>(static_cast<u16>(op) - static_cast<u16>(first));
  return place < count;
}
}  // namespace detail

/// The compare that gives the same with its operands exchanged; no_op if `op` is not a compare.
[[nodiscard]] constexpr Op swapped_compare(Op op) noexcept {
  using namespace detail;
  if (within(op, Op::i32_eq, 10)) return shifted(op, Op::i32_eq, int_swapped);
  if (within(op, Op::i64_eq, 10)) return shifted(op, Op::i64_eq, int_swapped);
  if (within(op, Op::f32_eq, 6)) return shifted(op, Op::f32_eq, float_swapped);
  if (within(op, Op::f64_eq, 6)) return shifted(op, Op::f64_eq, float_swapped);
  return no_op;
}

/// The compare that gives the opposite; no_op if there is none (floats: NaN).
[[nodiscard]] constexpr Op inverse_compare(Op op) noexcept {
  using namespace detail;
  if (within(op, Op::i32_eq, 10)) return shifted(op, Op::i32_eq, int_inverse);
  if (within(op, Op::i64_eq, 10)) return shifted(op, Op::i64_eq, int_inverse);
  return no_op;
}

}  // namespace zhan::interp

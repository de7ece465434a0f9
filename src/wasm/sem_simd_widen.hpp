// SPDX-License-Identifier: Apache-2.0
// Meanings of the integer vector instructions whose lanes change their width.
#pragma once

#include "wasm/sem_lanes.hpp"

namespace zhan::sem {

template <class Lane>
constexpr V128 extend_low(const V128& a) noexcept {
  return pack(widen_low<Lane>(a));
}

template <class Lane>
constexpr V128 extend_high(const V128& a) noexcept {
  return pack(widen_high<Lane>(a));
}

/// Products and pairwise sums always fit in the wider lane.
template <class Lane>
constexpr V128 multiply_low(const V128& a, const V128& b) noexcept {
  return pack(widen_low<Lane>(a) * widen_low<Lane>(b));
}

template <class Lane>
constexpr V128 multiply_high(const V128& a, const V128& b) noexcept {
  return pack(widen_high<Lane>(a) * widen_high<Lane>(b));
}

template <class Lane>
constexpr V128 add_pairs(const V128& a) noexcept {
  return pack(widen_even<Lane>(a) + widen_odd<Lane>(a));
}

/// Sum of the products of a pair of lanes. Four lowest numbers make a sum that wraps.
template <class Lane>
constexpr V128 dot_pairs(const V128& a, const V128& b) noexcept {
  using Sum = Vec<std::make_unsigned_t<Wider<Lane>>>;
  const auto even = widen_even<Lane>(a) * widen_even<Lane>(b);
  const auto odd = widen_odd<Lane>(a) * widen_odd<Lane>(b);
  return pack((Sum)even + (Sum)odd);
}

// narrow: the operand's lanes are signed in both forms
constexpr V128 i8x16_narrow_i16x8_s(V128 a, V128 b) noexcept {
  return narrow<i8>(as<i16>(a), as<i16>(b));
}
constexpr V128 i8x16_narrow_i16x8_u(V128 a, V128 b) noexcept {
  return narrow<u8>(as<i16>(a), as<i16>(b));
}
constexpr V128 i16x8_narrow_i32x4_s(V128 a, V128 b) noexcept {
  return narrow<i16>(as<i32>(a), as<i32>(b));
}
constexpr V128 i16x8_narrow_i32x4_u(V128 a, V128 b) noexcept {
  return narrow<u16>(as<i32>(a), as<i32>(b));
}

// extend
constexpr V128 i16x8_extend_low_i8x16_s(V128 a) noexcept { return extend_low<i8>(a); }
constexpr V128 i16x8_extend_low_i8x16_u(V128 a) noexcept { return extend_low<u8>(a); }
constexpr V128 i16x8_extend_high_i8x16_s(V128 a) noexcept { return extend_high<i8>(a); }
constexpr V128 i16x8_extend_high_i8x16_u(V128 a) noexcept { return extend_high<u8>(a); }
constexpr V128 i32x4_extend_low_i16x8_s(V128 a) noexcept { return extend_low<i16>(a); }
constexpr V128 i32x4_extend_low_i16x8_u(V128 a) noexcept { return extend_low<u16>(a); }
constexpr V128 i32x4_extend_high_i16x8_s(V128 a) noexcept { return extend_high<i16>(a); }
constexpr V128 i32x4_extend_high_i16x8_u(V128 a) noexcept { return extend_high<u16>(a); }
constexpr V128 i64x2_extend_low_i32x4_s(V128 a) noexcept { return extend_low<i32>(a); }
constexpr V128 i64x2_extend_low_i32x4_u(V128 a) noexcept { return extend_low<u32>(a); }
constexpr V128 i64x2_extend_high_i32x4_s(V128 a) noexcept { return extend_high<i32>(a); }
constexpr V128 i64x2_extend_high_i32x4_u(V128 a) noexcept { return extend_high<u32>(a); }

// extmul
constexpr V128 i16x8_extmul_low_i8x16_s(V128 a, V128 b) noexcept { return multiply_low<i8>(a, b); }
constexpr V128 i16x8_extmul_low_i8x16_u(V128 a, V128 b) noexcept { return multiply_low<u8>(a, b); }
constexpr V128 i16x8_extmul_high_i8x16_s(V128 a, V128 b) noexcept {
  return multiply_high<i8>(a, b);
}
constexpr V128 i16x8_extmul_high_i8x16_u(V128 a, V128 b) noexcept {
  return multiply_high<u8>(a, b);
}
constexpr V128 i32x4_extmul_low_i16x8_s(V128 a, V128 b) noexcept { return multiply_low<i16>(a, b); }
constexpr V128 i32x4_extmul_low_i16x8_u(V128 a, V128 b) noexcept { return multiply_low<u16>(a, b); }
constexpr V128 i32x4_extmul_high_i16x8_s(V128 a, V128 b) noexcept {
  return multiply_high<i16>(a, b);
}
constexpr V128 i32x4_extmul_high_i16x8_u(V128 a, V128 b) noexcept {
  return multiply_high<u16>(a, b);
}
constexpr V128 i64x2_extmul_low_i32x4_s(V128 a, V128 b) noexcept { return multiply_low<i32>(a, b); }
constexpr V128 i64x2_extmul_low_i32x4_u(V128 a, V128 b) noexcept { return multiply_low<u32>(a, b); }
constexpr V128 i64x2_extmul_high_i32x4_s(V128 a, V128 b) noexcept {
  return multiply_high<i32>(a, b);
}
constexpr V128 i64x2_extmul_high_i32x4_u(V128 a, V128 b) noexcept {
  return multiply_high<u32>(a, b);
}

// pairwise
constexpr V128 i16x8_extadd_pairwise_i8x16_s(V128 a) noexcept { return add_pairs<i8>(a); }
constexpr V128 i16x8_extadd_pairwise_i8x16_u(V128 a) noexcept { return add_pairs<u8>(a); }
constexpr V128 i32x4_extadd_pairwise_i16x8_s(V128 a) noexcept { return add_pairs<i16>(a); }
constexpr V128 i32x4_extadd_pairwise_i16x8_u(V128 a) noexcept { return add_pairs<u16>(a); }
constexpr V128 i32x4_dot_i16x8_s(V128 a, V128 b) noexcept { return dot_pairs<i16>(a, b); }

}  // namespace zhan::sem

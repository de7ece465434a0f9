// SPDX-License-Identifier: Apache-2.0
// Meanings of relaxed SIMD. Of the results that the specification allows, these are one choice, the
// same on every machine: that of the instruction without "relaxed"; two roundings for a
// multiply-add; signed bytes in both operands of a dot product, whose pairs add with saturation.
// Compiled code may take another one, unless it is asked to be deterministic.
#pragma once

#include "wasm/sem_simd_convert.hpp"
#include "wasm/sem_simd_float.hpp"
#include "wasm/sem_simd_int.hpp"
#include "wasm/sem_simd_move.hpp"
#include "wasm/sem_simd_widen.hpp"

namespace zhan::sem {

/// dot_pairs of bytes, saturating. The one sum that does not fit is that of two (-128)², 32768.
constexpr V128 dot_bytes(const V128& a, const V128& b) noexcept {
  const Vec<u16> sums = as<u16>(dot_pairs<i8>(a, b));
  return pack(sums + (Vec<u16>)(sums == 0x8000));
}

constexpr V128 i8x16_relaxed_swizzle(V128 a, V128 b) noexcept { return swizzle(a, b); }

constexpr V128 i32x4_relaxed_trunc_f32x4_s(V128 a) noexcept { return i32x4_trunc_sat_f32x4_s(a); }
constexpr V128 i32x4_relaxed_trunc_f32x4_u(V128 a) noexcept { return i32x4_trunc_sat_f32x4_u(a); }
constexpr V128 i32x4_relaxed_trunc_f64x2_s_zero(V128 a) noexcept {
  return i32x4_trunc_sat_f64x2_s_zero(a);
}
constexpr V128 i32x4_relaxed_trunc_f64x2_u_zero(V128 a) noexcept {
  return i32x4_trunc_sat_f64x2_u_zero(a);
}

constexpr V128 f32x4_relaxed_madd(V128 a, V128 b, V128 c) noexcept {
  return f32x4_add(f32x4_mul(a, b), c);
}
constexpr V128 f32x4_relaxed_nmadd(V128 a, V128 b, V128 c) noexcept {
  return f32x4_add(f32x4_mul(f32x4_neg(a), b), c);
}
constexpr V128 f32x4_relaxed_min(V128 a, V128 b) noexcept { return f32x4_min(a, b); }
constexpr V128 f32x4_relaxed_max(V128 a, V128 b) noexcept { return f32x4_max(a, b); }

constexpr V128 f64x2_relaxed_madd(V128 a, V128 b, V128 c) noexcept {
  return f64x2_add(f64x2_mul(a, b), c);
}
constexpr V128 f64x2_relaxed_nmadd(V128 a, V128 b, V128 c) noexcept {
  return f64x2_add(f64x2_mul(f64x2_neg(a), b), c);
}
constexpr V128 f64x2_relaxed_min(V128 a, V128 b) noexcept { return f64x2_min(a, b); }
constexpr V128 f64x2_relaxed_max(V128 a, V128 b) noexcept { return f64x2_max(a, b); }

constexpr V128 i8x16_relaxed_laneselect(V128 a, V128 b, V128 c) noexcept {
  return v128_bitselect(a, b, c);
}
constexpr V128 i16x8_relaxed_laneselect(V128 a, V128 b, V128 c) noexcept {
  return v128_bitselect(a, b, c);
}
constexpr V128 i32x4_relaxed_laneselect(V128 a, V128 b, V128 c) noexcept {
  return v128_bitselect(a, b, c);
}
constexpr V128 i64x2_relaxed_laneselect(V128 a, V128 b, V128 c) noexcept {
  return v128_bitselect(a, b, c);
}

constexpr V128 i16x8_relaxed_q15mulr_s(V128 a, V128 b) noexcept { return q15mulr_saturating(a, b); }
constexpr V128 i16x8_relaxed_dot_i8x16_i7x16_s(V128 a, V128 b) noexcept { return dot_bytes(a, b); }
constexpr V128 i32x4_relaxed_dot_i8x16_i7x16_add_s(V128 a, V128 b, V128 c) noexcept {
  return i32x4_add(add_pairs<i16>(dot_bytes(a, b)), c);
}

}  // namespace zhan::sem

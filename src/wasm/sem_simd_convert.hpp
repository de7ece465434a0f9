// SPDX-License-Identifier: Apache-2.0
// Meanings of the conversions between vectors of numbers.
#pragma once

#include "wasm/sem_convert.hpp"
#include "wasm/sem_lanes.hpp"

namespace zhan::sem {

/// Lane-wise truncate_saturating into Int, 4 or 2 lanes.
template <class Int, class F>
constexpr auto truncate_lanes(Vec<F> value) noexcept {
  using Out = typename VecOf<Int, lane_count<F> * sizeof(Int)>::type;
  using Range = TruncRange<Int, F>;
  using Limits = std::numeric_limits<Int>;
  const Vec<F> zero{};
  // Lanes out of range become 0 before the conversion, which is undefined for them.
  const auto large = value >= Range::ceiling;
  const auto small = value <= Range::lowest;
  const auto inside = (value > Range::lowest) & (value < Range::ceiling);
  const Out whole = __builtin_convertvector(choose(inside, value, zero), Out);
  const auto max = __builtin_convertvector(large, Out) & Limits::max();
  const auto min = __builtin_convertvector(small, Out) & Limits::min();
  return whole | max | min;
}

// integer <- float, saturating
constexpr V128 i32x4_trunc_sat_f32x4_s(V128 a) noexcept {
  return pack(truncate_lanes<i32, float>(as<float>(a)));
}
constexpr V128 i32x4_trunc_sat_f32x4_u(V128 a) noexcept {
  return pack(truncate_lanes<u32, float>(as<float>(a)));
}
constexpr V128 i32x4_trunc_sat_f64x2_s_zero(V128 a) noexcept {
  return join_halves(truncate_lanes<i32, double>(as<double>(a)));
}
constexpr V128 i32x4_trunc_sat_f64x2_u_zero(V128 a) noexcept {
  return join_halves(truncate_lanes<u32, double>(as<double>(a)));
}

// float <- integer
constexpr V128 f32x4_convert_i32x4_s(V128 a) noexcept {
  return pack(__builtin_convertvector(as<i32>(a), Vec<float>));
}
constexpr V128 f32x4_convert_i32x4_u(V128 a) noexcept {
  return pack(__builtin_convertvector(as<u32>(a), Vec<float>));
}
constexpr V128 f64x2_convert_low_i32x4_s(V128 a) noexcept {
  return pack(__builtin_convertvector(low_half<i32>(a), Vec<double>));
}
constexpr V128 f64x2_convert_low_i32x4_u(V128 a) noexcept {
  return pack(__builtin_convertvector(low_half<u32>(a), Vec<double>));
}

// float <- float; a NaN comes out quiet
constexpr V128 f32x4_demote_f64x2_zero(V128 a) noexcept {
  return join_halves(__builtin_convertvector(as<double>(a), HalfVec<float>));
}
constexpr V128 f64x2_promote_low_f32x4(V128 a) noexcept {
  return pack(__builtin_convertvector(low_half<float>(a), Vec<double>));
}

}  // namespace zhan::sem

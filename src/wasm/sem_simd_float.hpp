// SPDX-License-Identifier: Apache-2.0
// Meanings of the floating-point vector instructions: lane by lane those of sem_float.hpp.
#pragma once

#include "wasm/sem_float.hpp"
#include "wasm/sem_lanes.hpp"

namespace zhan::sem {

/// first_nan() of lanes: only those count that hold a NaN.
template <class F>
constexpr Vec<F> first_nans(Vec<F> x, Vec<F> y) noexcept {
  return (Vec<F>)((Vec<BitsOf<F>>)choose(x != x, x, y) | filled<BitsOf<F>>(quiet_bit<F>));
}

template <class F>
constexpr V128 minimum_lanes(const V128& a, const V128& b) noexcept {
  const Vec<F> x = as<F>(a);
  const Vec<F> y = as<F>(b);
  const auto smaller = (Vec<BitsOf<F>>)lower(x, y) | (Vec<BitsOf<F>>)lower(y, x);
  return pack(choose((x == x) & (y == y), (Vec<F>)smaller, first_nans<F>(x, y)));
}

template <class F>
constexpr V128 maximum_lanes(const V128& a, const V128& b) noexcept {
  const Vec<F> x = as<F>(a);
  const Vec<F> y = as<F>(b);
  const auto larger = (Vec<BitsOf<F>>)higher(x, y) & (Vec<BitsOf<F>>)higher(y, x);
  return pack(choose((x == x) & (y == y), (Vec<F>)larger, first_nans<F>(x, y)));
}

template <class F>
constexpr Vec<BitsOf<F>> signs() noexcept {
  return filled<BitsOf<F>>(sign_bit<F>);
}

// f32x4
constexpr V128 f32x4_abs(V128 a) noexcept { return pack(as<u32>(a) & ~signs<float>()); }
constexpr V128 f32x4_neg(V128 a) noexcept { return pack(as<u32>(a) ^ signs<float>()); }
constexpr V128 f32x4_sqrt(V128 a) noexcept {
  return each<float>(a, [](auto x) { return square_root(x); });
}
constexpr V128 f32x4_ceil(V128 a) noexcept {
  return each<float>(a, [](auto x) { return round_up(x); });
}
constexpr V128 f32x4_floor(V128 a) noexcept {
  return each<float>(a, [](auto x) { return round_down(x); });
}
constexpr V128 f32x4_trunc(V128 a) noexcept {
  return each<float>(a, [](auto x) { return round_to_zero(x); });
}
constexpr V128 f32x4_nearest(V128 a) noexcept {
  return each<float>(a, [](auto x) { return round_to_even(x); });
}
constexpr V128 f32x4_add(V128 a, V128 b) noexcept { return pack(as<float>(a) + as<float>(b)); }
constexpr V128 f32x4_sub(V128 a, V128 b) noexcept { return pack(as<float>(a) - as<float>(b)); }
constexpr V128 f32x4_mul(V128 a, V128 b) noexcept { return pack(as<float>(a) * as<float>(b)); }
constexpr V128 f32x4_div(V128 a, V128 b) noexcept { return pack(as<float>(a) / as<float>(b)); }
constexpr V128 f32x4_min(V128 a, V128 b) noexcept { return minimum_lanes<float>(a, b); }
constexpr V128 f32x4_max(V128 a, V128 b) noexcept { return maximum_lanes<float>(a, b); }
constexpr V128 f32x4_pmin(V128 a, V128 b) noexcept {
  return pack(lower(as<float>(b), as<float>(a)));
}
constexpr V128 f32x4_pmax(V128 a, V128 b) noexcept {
  return pack(higher(as<float>(b), as<float>(a)));
}

// f64x2
constexpr V128 f64x2_abs(V128 a) noexcept { return pack(as<u64>(a) & ~signs<double>()); }
constexpr V128 f64x2_neg(V128 a) noexcept { return pack(as<u64>(a) ^ signs<double>()); }
constexpr V128 f64x2_sqrt(V128 a) noexcept {
  return each<double>(a, [](auto x) { return square_root(x); });
}
constexpr V128 f64x2_ceil(V128 a) noexcept {
  return each<double>(a, [](auto x) { return round_up(x); });
}
constexpr V128 f64x2_floor(V128 a) noexcept {
  return each<double>(a, [](auto x) { return round_down(x); });
}
constexpr V128 f64x2_trunc(V128 a) noexcept {
  return each<double>(a, [](auto x) { return round_to_zero(x); });
}
constexpr V128 f64x2_nearest(V128 a) noexcept {
  return each<double>(a, [](auto x) { return round_to_even(x); });
}
constexpr V128 f64x2_add(V128 a, V128 b) noexcept { return pack(as<double>(a) + as<double>(b)); }
constexpr V128 f64x2_sub(V128 a, V128 b) noexcept { return pack(as<double>(a) - as<double>(b)); }
constexpr V128 f64x2_mul(V128 a, V128 b) noexcept { return pack(as<double>(a) * as<double>(b)); }
constexpr V128 f64x2_div(V128 a, V128 b) noexcept { return pack(as<double>(a) / as<double>(b)); }
constexpr V128 f64x2_min(V128 a, V128 b) noexcept { return minimum_lanes<double>(a, b); }
constexpr V128 f64x2_max(V128 a, V128 b) noexcept { return maximum_lanes<double>(a, b); }
constexpr V128 f64x2_pmin(V128 a, V128 b) noexcept {
  return pack(lower(as<double>(b), as<double>(a)));
}
constexpr V128 f64x2_pmax(V128 a, V128 b) noexcept {
  return pack(higher(as<double>(b), as<double>(a)));
}

}  // namespace zhan::sem

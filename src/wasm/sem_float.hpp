// SPDX-License-Identifier: Apache-2.0
// Meanings of the floating-point instructions (specification §4.3.3). Arithmetic is the machine's
// IEEE 754 arithmetic, rounding to nearest even, never contracted (-ffp-contract=off): a NaN
// operand comes out quiet with its payload, as the specification allows. Sign instructions are bit
// operations and keep every NaN as it is.
#pragma once

#include <bit>
#include <limits>
#include <type_traits>

#include "base/ints.hpp"

namespace zhan::sem {

template <class F>
using BitsOf = std::conditional_t<sizeof(F) == 4, u32, u64>;

template <class F>
constexpr BitsOf<F> bits_of(F value) noexcept {
  return std::bit_cast<BitsOf<F>>(value);
}

template <class F>
inline constexpr BitsOf<F> sign_bit = BitsOf<F>{1} << (8 * sizeof(F) - 1);

template <class F>
constexpr F with_sign_cleared(F a) noexcept {
  return std::bit_cast<F>(bits_of(a) & ~sign_bit<F>);
}

template <class F>
constexpr F with_sign_flipped(F a) noexcept {
  return std::bit_cast<F>(bits_of(a) ^ sign_bit<F>);
}

template <class F>
constexpr F with_sign_of(F a, F b) noexcept {
  return std::bit_cast<F>((bits_of(a) & ~sign_bit<F>) | (bits_of(b) & sign_bit<F>));
}

template <class F>
inline constexpr BitsOf<F> quiet_bit = BitsOf<F>{1} << (std::numeric_limits<F>::digits - 2);

/// The first NaN among the operands, made quiet. Not the sum: compilers exchange its operands, and
/// which NaN comes out would depend on the build.
template <class F>
constexpr F first_nan(F a, F b) noexcept {
  return std::bit_cast<F>(bits_of(a != a ? a : b) | quiet_bit<F>);
}

/// The smaller operand, or the first NaN. The two selections differ only for zeros of both signs,
/// where -0 wins.
template <class F>
constexpr F minimum(F a, F b) noexcept {
  if (a != a || b != b) [[unlikely]]
    return first_nan(a, b);
  return std::bit_cast<F>(bits_of(a < b ? a : b) | bits_of(b < a ? b : a));
}

/// The larger operand, or the first NaN; +0 wins over -0.
template <class F>
constexpr F maximum(F a, F b) noexcept {
  if (a != a || b != b) [[unlikely]]
    return first_nan(a, b);
  return std::bit_cast<F>(bits_of(a > b ? a : b) & bits_of(b > a ? b : a));
}

// Rounding, one machine instruction each. Clang's element-wise builtins never touch errno; for
// other compilers the current rounding mode is always the default one.
#if defined(__clang__)
template <class F>
constexpr F round_up(F a) noexcept {
  return __builtin_elementwise_ceil(a);
}
template <class F>
constexpr F round_down(F a) noexcept {
  return __builtin_elementwise_floor(a);
}
template <class F>
constexpr F round_to_zero(F a) noexcept {
  return __builtin_elementwise_trunc(a);
}
template <class F>
constexpr F round_to_even(F a) noexcept {
  return __builtin_elementwise_roundeven(a);
}
template <class F>
constexpr F square_root(F a) noexcept {
  return __builtin_elementwise_sqrt(a);
}
#else
constexpr float round_up(float a) noexcept { return __builtin_ceilf(a); }
constexpr double round_up(double a) noexcept { return __builtin_ceil(a); }
constexpr float round_down(float a) noexcept { return __builtin_floorf(a); }
constexpr double round_down(double a) noexcept { return __builtin_floor(a); }
constexpr float round_to_zero(float a) noexcept { return __builtin_truncf(a); }
constexpr double round_to_zero(double a) noexcept { return __builtin_trunc(a); }
constexpr float round_to_even(float a) noexcept { return __builtin_nearbyintf(a); }
constexpr double round_to_even(double a) noexcept { return __builtin_nearbyint(a); }
constexpr float square_root(float a) noexcept { return __builtin_sqrtf(a); }
constexpr double square_root(double a) noexcept { return __builtin_sqrt(a); }
#endif

// f32: unary
constexpr float f32_abs(float a) noexcept { return with_sign_cleared(a); }
constexpr float f32_neg(float a) noexcept { return with_sign_flipped(a); }
constexpr float f32_ceil(float a) noexcept { return round_up(a); }
constexpr float f32_floor(float a) noexcept { return round_down(a); }
constexpr float f32_trunc(float a) noexcept { return round_to_zero(a); }
constexpr float f32_nearest(float a) noexcept { return round_to_even(a); }
constexpr float f32_sqrt(float a) noexcept { return square_root(a); }

// f32: binary
constexpr float f32_add(float a, float b) noexcept { return a + b; }
constexpr float f32_sub(float a, float b) noexcept { return a - b; }
constexpr float f32_mul(float a, float b) noexcept { return a * b; }
constexpr float f32_div(float a, float b) noexcept { return a / b; }
constexpr float f32_min(float a, float b) noexcept { return minimum(a, b); }
constexpr float f32_max(float a, float b) noexcept { return maximum(a, b); }
constexpr float f32_copysign(float a, float b) noexcept { return with_sign_of(a, b); }

// f32: comparisons, false when an operand is a NaN except `ne`
constexpr u32 f32_eq(float a, float b) noexcept { return a == b; }
constexpr u32 f32_ne(float a, float b) noexcept { return a != b; }
constexpr u32 f32_lt(float a, float b) noexcept { return a < b; }
constexpr u32 f32_gt(float a, float b) noexcept { return a > b; }
constexpr u32 f32_le(float a, float b) noexcept { return a <= b; }
constexpr u32 f32_ge(float a, float b) noexcept { return a >= b; }

// f64: unary
constexpr double f64_abs(double a) noexcept { return with_sign_cleared(a); }
constexpr double f64_neg(double a) noexcept { return with_sign_flipped(a); }
constexpr double f64_ceil(double a) noexcept { return round_up(a); }
constexpr double f64_floor(double a) noexcept { return round_down(a); }
constexpr double f64_trunc(double a) noexcept { return round_to_zero(a); }
constexpr double f64_nearest(double a) noexcept { return round_to_even(a); }
constexpr double f64_sqrt(double a) noexcept { return square_root(a); }

// f64: binary
constexpr double f64_add(double a, double b) noexcept { return a + b; }
constexpr double f64_sub(double a, double b) noexcept { return a - b; }
constexpr double f64_mul(double a, double b) noexcept { return a * b; }
constexpr double f64_div(double a, double b) noexcept { return a / b; }
constexpr double f64_min(double a, double b) noexcept { return minimum(a, b); }
constexpr double f64_max(double a, double b) noexcept { return maximum(a, b); }
constexpr double f64_copysign(double a, double b) noexcept { return with_sign_of(a, b); }

// f64: comparisons, false when an operand is a NaN except `ne`
constexpr u32 f64_eq(double a, double b) noexcept { return a == b; }
constexpr u32 f64_ne(double a, double b) noexcept { return a != b; }
constexpr u32 f64_lt(double a, double b) noexcept { return a < b; }
constexpr u32 f64_gt(double a, double b) noexcept { return a > b; }
constexpr u32 f64_le(double a, double b) noexcept { return a <= b; }
constexpr u32 f64_ge(double a, double b) noexcept { return a >= b; }

}  // namespace zhan::sem

// SPDX-License-Identifier: Apache-2.0
// Meanings of the conversions between number types (specification §4.3.4).
#pragma once

#include <bit>
#include <limits>
#include <type_traits>

#include "base/ints.hpp"
#include "wasm/traps.hpp"

namespace zhan::sem {

/// The numbers of F that truncate into Int are those above `floor` (or at it, when `floor` itself
/// truncates into Int) and below `ceiling`; both limits are exact in F.
template <class Int, class F>
struct TruncRange {
  static constexpr F ceiling = static_cast<F>(Int{1} << (std::numeric_limits<Int>::digits - 1)) * 2;
  static constexpr F lowest = static_cast<F>(std::numeric_limits<Int>::min());
  // F can tell `lowest` from `lowest - 1` only when its fraction is longer than Int.
  static constexpr bool exact_below =
      std::is_unsigned_v<Int> || std::numeric_limits<F>::digits > std::numeric_limits<Int>::digits;

  [[nodiscard]] static constexpr bool too_small(F value) noexcept {
    return exact_below ? value <= lowest - 1 : value < lowest;
  }
  [[nodiscard]] static constexpr bool too_large(F value) noexcept { return value >= ceiling; }
};

/// Truncation toward zero into Int (i32, u32, i64 or u64), as its unsigned bits.
template <class Int, class F>
constexpr Trapping<std::make_unsigned_t<Int>> truncate(F value) noexcept {
  using Range = TruncRange<Int, F>;
  if (value != value) return Trap::invalid_conversion_to_integer;
  if (Range::too_small(value) || Range::too_large(value)) return Trap::integer_overflow;
  return static_cast<std::make_unsigned_t<Int>>(static_cast<Int>(value));
}

/// Truncation toward zero into the nearest number of Int; NaN becomes 0.
template <class Int, class F>
constexpr std::make_unsigned_t<Int> truncate_saturating(F value) noexcept {
  using Range = TruncRange<Int, F>;
  using Bits = std::make_unsigned_t<Int>;
  if (value != value) return 0;
  if (Range::too_small(value)) return static_cast<Bits>(std::numeric_limits<Int>::min());
  if (Range::too_large(value)) return static_cast<Bits>(std::numeric_limits<Int>::max());
  return static_cast<Bits>(static_cast<Int>(value));
}

// integer <- integer
constexpr u32 i32_wrap_i64(u64 a) noexcept { return static_cast<u32>(a); }
constexpr u64 i64_extend_i32_s(u32 a) noexcept {
  return static_cast<u64>(static_cast<i64>(static_cast<i32>(a)));
}
constexpr u64 i64_extend_i32_u(u32 a) noexcept { return a; }

// integer <- float, out of range is a trap
constexpr Trapping<u32> i32_trunc_f32_s(float a) noexcept { return truncate<i32>(a); }
constexpr Trapping<u32> i32_trunc_f32_u(float a) noexcept { return truncate<u32>(a); }
constexpr Trapping<u32> i32_trunc_f64_s(double a) noexcept { return truncate<i32>(a); }
constexpr Trapping<u32> i32_trunc_f64_u(double a) noexcept { return truncate<u32>(a); }
constexpr Trapping<u64> i64_trunc_f32_s(float a) noexcept { return truncate<i64>(a); }
constexpr Trapping<u64> i64_trunc_f32_u(float a) noexcept { return truncate<u64>(a); }
constexpr Trapping<u64> i64_trunc_f64_s(double a) noexcept { return truncate<i64>(a); }
constexpr Trapping<u64> i64_trunc_f64_u(double a) noexcept { return truncate<u64>(a); }

// integer <- float, out of range is the nearest limit
constexpr u32 i32_trunc_sat_f32_s(float a) noexcept { return truncate_saturating<i32>(a); }
constexpr u32 i32_trunc_sat_f32_u(float a) noexcept { return truncate_saturating<u32>(a); }
constexpr u32 i32_trunc_sat_f64_s(double a) noexcept { return truncate_saturating<i32>(a); }
constexpr u32 i32_trunc_sat_f64_u(double a) noexcept { return truncate_saturating<u32>(a); }
constexpr u64 i64_trunc_sat_f32_s(float a) noexcept { return truncate_saturating<i64>(a); }
constexpr u64 i64_trunc_sat_f32_u(float a) noexcept { return truncate_saturating<u64>(a); }
constexpr u64 i64_trunc_sat_f64_s(double a) noexcept { return truncate_saturating<i64>(a); }
constexpr u64 i64_trunc_sat_f64_u(double a) noexcept { return truncate_saturating<u64>(a); }

// float <- integer, to nearest even
constexpr float f32_convert_i32_s(u32 a) noexcept {
  return static_cast<float>(static_cast<i32>(a));
}
constexpr float f32_convert_i32_u(u32 a) noexcept { return static_cast<float>(a); }
constexpr float f32_convert_i64_s(u64 a) noexcept {
  return static_cast<float>(static_cast<i64>(a));
}
constexpr float f32_convert_i64_u(u64 a) noexcept { return static_cast<float>(a); }
constexpr double f64_convert_i32_s(u32 a) noexcept {
  return static_cast<double>(static_cast<i32>(a));
}
constexpr double f64_convert_i32_u(u32 a) noexcept { return static_cast<double>(a); }
constexpr double f64_convert_i64_s(u64 a) noexcept {
  return static_cast<double>(static_cast<i64>(a));
}
constexpr double f64_convert_i64_u(u64 a) noexcept { return static_cast<double>(a); }

// float <- float; a NaN comes out quiet
constexpr float f32_demote_f64(double a) noexcept { return static_cast<float>(a); }
constexpr double f64_promote_f32(float a) noexcept { return static_cast<double>(a); }

// the same bits
constexpr u32 i32_reinterpret_f32(float a) noexcept { return std::bit_cast<u32>(a); }
constexpr u64 i64_reinterpret_f64(double a) noexcept { return std::bit_cast<u64>(a); }
constexpr float f32_reinterpret_i32(u32 a) noexcept { return std::bit_cast<float>(a); }
constexpr double f64_reinterpret_i64(u64 a) noexcept { return std::bit_cast<double>(a); }

}  // namespace zhan::sem

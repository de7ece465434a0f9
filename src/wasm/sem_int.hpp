// SPDX-License-Identifier: Apache-2.0
// Meanings of the integer instructions (specification §4.3.2). All arithmetic is unsigned, so that
// it wraps; signed readings go through as_signed.
#pragma once

#include <bit>
#include <limits>
#include <type_traits>

#include "base/ints.hpp"
#include "wasm/traps.hpp"

namespace zhan::sem {

template <class T>
constexpr std::make_signed_t<T> as_signed(T value) noexcept {
  return static_cast<std::make_signed_t<T>>(value);
}

/// Sign extension of the low bits of `value`, as many as Narrow has.
template <class Narrow, class T>
constexpr T extend_signed(T value) noexcept {
  return static_cast<T>(static_cast<std::make_signed_t<T>>(static_cast<Narrow>(value)));
}

/// The part of a shift distance that counts: `count` modulo the width of T.
template <class T>
constexpr int distance(T count) noexcept {
  return static_cast<int>(count % (8 * sizeof(T)));
}

template <class T>
constexpr Trapping<T> divide_signed(T a, T b) noexcept {
  if (b == 0) return Trap::integer_divide_by_zero;
  constexpr auto lowest = std::numeric_limits<std::make_signed_t<T>>::min();
  if (as_signed(a) == lowest && as_signed(b) == -1) return Trap::integer_overflow;
  return static_cast<T>(as_signed(a) / as_signed(b));
}

template <class T>
constexpr Trapping<T> divide_unsigned(T a, T b) noexcept {
  if (b == 0) return Trap::integer_divide_by_zero;
  return static_cast<T>(a / b);
}

template <class T>
constexpr Trapping<T> remainder_signed(T a, T b) noexcept {
  if (b == 0) return Trap::integer_divide_by_zero;
  // The quotient of the lowest number by -1 does not fit, its remainder does.
  if (as_signed(b) == -1) return T{0};
  return static_cast<T>(as_signed(a) % as_signed(b));
}

template <class T>
constexpr Trapping<T> remainder_unsigned(T a, T b) noexcept {
  if (b == 0) return Trap::integer_divide_by_zero;
  return static_cast<T>(a % b);
}

// i32: unary
constexpr u32 i32_clz(u32 a) noexcept { return static_cast<u32>(std::countl_zero(a)); }
constexpr u32 i32_ctz(u32 a) noexcept { return static_cast<u32>(std::countr_zero(a)); }
constexpr u32 i32_popcnt(u32 a) noexcept { return static_cast<u32>(std::popcount(a)); }
constexpr u32 i32_extend8_s(u32 a) noexcept { return extend_signed<i8>(a); }
constexpr u32 i32_extend16_s(u32 a) noexcept { return extend_signed<i16>(a); }

// i32: binary
constexpr u32 i32_add(u32 a, u32 b) noexcept { return a + b; }
constexpr u32 i32_sub(u32 a, u32 b) noexcept { return a - b; }
constexpr u32 i32_mul(u32 a, u32 b) noexcept { return a * b; }
constexpr Trapping<u32> i32_div_s(u32 a, u32 b) noexcept { return divide_signed(a, b); }
constexpr Trapping<u32> i32_div_u(u32 a, u32 b) noexcept { return divide_unsigned(a, b); }
constexpr Trapping<u32> i32_rem_s(u32 a, u32 b) noexcept { return remainder_signed(a, b); }
constexpr Trapping<u32> i32_rem_u(u32 a, u32 b) noexcept { return remainder_unsigned(a, b); }
constexpr u32 i32_and(u32 a, u32 b) noexcept { return a & b; }
constexpr u32 i32_or(u32 a, u32 b) noexcept { return a | b; }
constexpr u32 i32_xor(u32 a, u32 b) noexcept { return a ^ b; }
constexpr u32 i32_shl(u32 a, u32 b) noexcept { return a << distance(b); }
constexpr u32 i32_shr_s(u32 a, u32 b) noexcept {
  return static_cast<u32>(as_signed(a) >> distance(b));
}
constexpr u32 i32_shr_u(u32 a, u32 b) noexcept { return a >> distance(b); }
constexpr u32 i32_rotl(u32 a, u32 b) noexcept { return std::rotl(a, distance(b)); }
constexpr u32 i32_rotr(u32 a, u32 b) noexcept { return std::rotr(a, distance(b)); }

// i32: tests and comparisons
constexpr u32 i32_eqz(u32 a) noexcept { return a == 0; }
constexpr u32 i32_eq(u32 a, u32 b) noexcept { return a == b; }
constexpr u32 i32_ne(u32 a, u32 b) noexcept { return a != b; }
constexpr u32 i32_lt_s(u32 a, u32 b) noexcept { return as_signed(a) < as_signed(b); }
constexpr u32 i32_lt_u(u32 a, u32 b) noexcept { return a < b; }
constexpr u32 i32_gt_s(u32 a, u32 b) noexcept { return as_signed(a) > as_signed(b); }
constexpr u32 i32_gt_u(u32 a, u32 b) noexcept { return a > b; }
constexpr u32 i32_le_s(u32 a, u32 b) noexcept { return as_signed(a) <= as_signed(b); }
constexpr u32 i32_le_u(u32 a, u32 b) noexcept { return a <= b; }
constexpr u32 i32_ge_s(u32 a, u32 b) noexcept { return as_signed(a) >= as_signed(b); }
constexpr u32 i32_ge_u(u32 a, u32 b) noexcept { return a >= b; }

// i64: unary
constexpr u64 i64_clz(u64 a) noexcept { return static_cast<u64>(std::countl_zero(a)); }
constexpr u64 i64_ctz(u64 a) noexcept { return static_cast<u64>(std::countr_zero(a)); }
constexpr u64 i64_popcnt(u64 a) noexcept { return static_cast<u64>(std::popcount(a)); }
constexpr u64 i64_extend8_s(u64 a) noexcept { return extend_signed<i8>(a); }
constexpr u64 i64_extend16_s(u64 a) noexcept { return extend_signed<i16>(a); }
constexpr u64 i64_extend32_s(u64 a) noexcept { return extend_signed<i32>(a); }

// i64: binary
constexpr u64 i64_add(u64 a, u64 b) noexcept { return a + b; }
constexpr u64 i64_sub(u64 a, u64 b) noexcept { return a - b; }
constexpr u64 i64_mul(u64 a, u64 b) noexcept { return a * b; }
constexpr Trapping<u64> i64_div_s(u64 a, u64 b) noexcept { return divide_signed(a, b); }
constexpr Trapping<u64> i64_div_u(u64 a, u64 b) noexcept { return divide_unsigned(a, b); }
constexpr Trapping<u64> i64_rem_s(u64 a, u64 b) noexcept { return remainder_signed(a, b); }
constexpr Trapping<u64> i64_rem_u(u64 a, u64 b) noexcept { return remainder_unsigned(a, b); }
constexpr u64 i64_and(u64 a, u64 b) noexcept { return a & b; }
constexpr u64 i64_or(u64 a, u64 b) noexcept { return a | b; }
constexpr u64 i64_xor(u64 a, u64 b) noexcept { return a ^ b; }
constexpr u64 i64_shl(u64 a, u64 b) noexcept { return a << distance(b); }
constexpr u64 i64_shr_s(u64 a, u64 b) noexcept {
  return static_cast<u64>(as_signed(a) >> distance(b));
}
constexpr u64 i64_shr_u(u64 a, u64 b) noexcept { return a >> distance(b); }
constexpr u64 i64_rotl(u64 a, u64 b) noexcept { return std::rotl(a, distance(b)); }
constexpr u64 i64_rotr(u64 a, u64 b) noexcept { return std::rotr(a, distance(b)); }

// i64: tests and comparisons
constexpr u32 i64_eqz(u64 a) noexcept { return a == 0; }
constexpr u32 i64_eq(u64 a, u64 b) noexcept { return a == b; }
constexpr u32 i64_ne(u64 a, u64 b) noexcept { return a != b; }
constexpr u32 i64_lt_s(u64 a, u64 b) noexcept { return as_signed(a) < as_signed(b); }
constexpr u32 i64_lt_u(u64 a, u64 b) noexcept { return a < b; }
constexpr u32 i64_gt_s(u64 a, u64 b) noexcept { return as_signed(a) > as_signed(b); }
constexpr u32 i64_gt_u(u64 a, u64 b) noexcept { return a > b; }
constexpr u32 i64_le_s(u64 a, u64 b) noexcept { return as_signed(a) <= as_signed(b); }
constexpr u32 i64_le_u(u64 a, u64 b) noexcept { return a <= b; }
constexpr u32 i64_ge_s(u64 a, u64 b) noexcept { return as_signed(a) >= as_signed(b); }
constexpr u32 i64_ge_u(u64 a, u64 b) noexcept { return a >= b; }

}  // namespace zhan::sem

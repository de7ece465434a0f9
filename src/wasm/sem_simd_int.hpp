// SPDX-License-Identifier: Apache-2.0
// Meanings of the integer vector instructions whose lanes keep their width.
#pragma once

#include "wasm/sem_lanes.hpp"

namespace zhan::sem {

template <class Lane>
constexpr V128 absolute(const V128& a) noexcept {
  using Bits = std::make_unsigned_t<Lane>;
  return pack(choose(as<Lane>(a) < 0, -as<Bits>(a), as<Bits>(a)));
}

/// The shift distance counts modulo the lane's width.
template <class Lane>
constexpr V128 shift_left(const V128& a, u32 count) noexcept {
  return pack(as<Lane>(a) << static_cast<Lane>(count % (8 * sizeof(Lane))));
}

template <class Lane>
constexpr V128 shift_right(const V128& a, u32 count) noexcept {
  return pack(as<Lane>(a) >> static_cast<Lane>(count % (8 * sizeof(Lane))));
}

// The signed type twice as wide holds every sum and difference of two lanes exactly.
template <class Lane>
constexpr V128 add_saturating(const V128& a, const V128& b) noexcept {
#if defined(__clang__)
  return pack(__builtin_elementwise_add_sat(as<Lane>(a), as<Lane>(b)));
#else
  using Sum = Vec<std::make_signed_t<Wider<Lane>>>;
  return narrow<Lane>((Sum)widen_low<Lane>(a) + (Sum)widen_low<Lane>(b),
                      (Sum)widen_high<Lane>(a) + (Sum)widen_high<Lane>(b));
#endif
}

template <class Lane>
constexpr V128 subtract_saturating(const V128& a, const V128& b) noexcept {
#if defined(__clang__)
  return pack(__builtin_elementwise_sub_sat(as<Lane>(a), as<Lane>(b)));
#else
  using Sum = Vec<std::make_signed_t<Wider<Lane>>>;
  return narrow<Lane>((Sum)widen_low<Lane>(a) - (Sum)widen_low<Lane>(b),
                      (Sum)widen_high<Lane>(a) - (Sum)widen_high<Lane>(b));
#endif
}

/// The average, rounded up: a + b + 1 cannot overflow in this form.
template <class Lane>
constexpr V128 average(const V128& a, const V128& b) noexcept {
  const Vec<Lane> x = as<Lane>(a);
  const Vec<Lane> y = as<Lane>(b);
  return pack((x | y) - ((x ^ y) >> 1));
}

/// Bits set in each byte: pairs, then nibbles, then the byte.
constexpr Vec<u8> count_bits(Vec<u8> x) noexcept {
  x = x - ((x >> 1) & 0x55);
  x = (x & 0x33) + ((x >> 2) & 0x33);
  return (x + (x >> 4)) & 0x0f;
}

/// a * b in Q15 with rounding; only -1 * -1 leaves the range, and saturates.
constexpr Vec<i32> q15_product(Vec<i32> a, Vec<i32> b) noexcept { return (a * b + 0x4000) >> 15; }

constexpr V128 q15mulr_saturating(const V128& a, const V128& b) noexcept {
  return narrow<i16>(q15_product(widen_low<i16>(a), widen_low<i16>(b)),
                     q15_product(widen_high<i16>(a), widen_high<i16>(b)));
}

// i8x16
constexpr V128 i8x16_abs(V128 a) noexcept { return absolute<i8>(a); }
constexpr V128 i8x16_neg(V128 a) noexcept { return pack(-as<u8>(a)); }
constexpr V128 i8x16_popcnt(V128 a) noexcept { return pack(count_bits(as<u8>(a))); }
constexpr V128 i8x16_shl(V128 a, u32 b) noexcept { return shift_left<u8>(a, b); }
constexpr V128 i8x16_shr_s(V128 a, u32 b) noexcept { return shift_right<i8>(a, b); }
constexpr V128 i8x16_shr_u(V128 a, u32 b) noexcept { return shift_right<u8>(a, b); }
constexpr V128 i8x16_add(V128 a, V128 b) noexcept { return pack(as<u8>(a) + as<u8>(b)); }
constexpr V128 i8x16_sub(V128 a, V128 b) noexcept { return pack(as<u8>(a) - as<u8>(b)); }
constexpr V128 i8x16_add_sat_s(V128 a, V128 b) noexcept { return add_saturating<i8>(a, b); }
constexpr V128 i8x16_add_sat_u(V128 a, V128 b) noexcept { return add_saturating<u8>(a, b); }
constexpr V128 i8x16_sub_sat_s(V128 a, V128 b) noexcept { return subtract_saturating<i8>(a, b); }
constexpr V128 i8x16_sub_sat_u(V128 a, V128 b) noexcept { return subtract_saturating<u8>(a, b); }
constexpr V128 i8x16_min_s(V128 a, V128 b) noexcept { return pack(lower(as<i8>(a), as<i8>(b))); }
constexpr V128 i8x16_min_u(V128 a, V128 b) noexcept { return pack(lower(as<u8>(a), as<u8>(b))); }
constexpr V128 i8x16_max_s(V128 a, V128 b) noexcept { return pack(higher(as<i8>(a), as<i8>(b))); }
constexpr V128 i8x16_max_u(V128 a, V128 b) noexcept { return pack(higher(as<u8>(a), as<u8>(b))); }
constexpr V128 i8x16_avgr_u(V128 a, V128 b) noexcept { return average<u8>(a, b); }

// i16x8
constexpr V128 i16x8_abs(V128 a) noexcept { return absolute<i16>(a); }
constexpr V128 i16x8_neg(V128 a) noexcept { return pack(-as<u16>(a)); }
constexpr V128 i16x8_shl(V128 a, u32 b) noexcept { return shift_left<u16>(a, b); }
constexpr V128 i16x8_shr_s(V128 a, u32 b) noexcept { return shift_right<i16>(a, b); }
constexpr V128 i16x8_shr_u(V128 a, u32 b) noexcept { return shift_right<u16>(a, b); }
constexpr V128 i16x8_add(V128 a, V128 b) noexcept { return pack(as<u16>(a) + as<u16>(b)); }
constexpr V128 i16x8_sub(V128 a, V128 b) noexcept { return pack(as<u16>(a) - as<u16>(b)); }
constexpr V128 i16x8_mul(V128 a, V128 b) noexcept { return pack(as<u16>(a) * as<u16>(b)); }
constexpr V128 i16x8_add_sat_s(V128 a, V128 b) noexcept { return add_saturating<i16>(a, b); }
constexpr V128 i16x8_add_sat_u(V128 a, V128 b) noexcept { return add_saturating<u16>(a, b); }
constexpr V128 i16x8_sub_sat_s(V128 a, V128 b) noexcept { return subtract_saturating<i16>(a, b); }
constexpr V128 i16x8_sub_sat_u(V128 a, V128 b) noexcept { return subtract_saturating<u16>(a, b); }
constexpr V128 i16x8_min_s(V128 a, V128 b) noexcept { return pack(lower(as<i16>(a), as<i16>(b))); }
constexpr V128 i16x8_min_u(V128 a, V128 b) noexcept { return pack(lower(as<u16>(a), as<u16>(b))); }
constexpr V128 i16x8_max_s(V128 a, V128 b) noexcept { return pack(higher(as<i16>(a), as<i16>(b))); }
constexpr V128 i16x8_max_u(V128 a, V128 b) noexcept { return pack(higher(as<u16>(a), as<u16>(b))); }
constexpr V128 i16x8_avgr_u(V128 a, V128 b) noexcept { return average<u16>(a, b); }
constexpr V128 i16x8_q15mulr_sat_s(V128 a, V128 b) noexcept { return q15mulr_saturating(a, b); }

// i32x4
constexpr V128 i32x4_abs(V128 a) noexcept { return absolute<i32>(a); }
constexpr V128 i32x4_neg(V128 a) noexcept { return pack(-as<u32>(a)); }
constexpr V128 i32x4_shl(V128 a, u32 b) noexcept { return shift_left<u32>(a, b); }
constexpr V128 i32x4_shr_s(V128 a, u32 b) noexcept { return shift_right<i32>(a, b); }
constexpr V128 i32x4_shr_u(V128 a, u32 b) noexcept { return shift_right<u32>(a, b); }
constexpr V128 i32x4_add(V128 a, V128 b) noexcept { return pack(as<u32>(a) + as<u32>(b)); }
constexpr V128 i32x4_sub(V128 a, V128 b) noexcept { return pack(as<u32>(a) - as<u32>(b)); }
constexpr V128 i32x4_mul(V128 a, V128 b) noexcept { return pack(as<u32>(a) * as<u32>(b)); }
constexpr V128 i32x4_min_s(V128 a, V128 b) noexcept { return pack(lower(as<i32>(a), as<i32>(b))); }
constexpr V128 i32x4_min_u(V128 a, V128 b) noexcept { return pack(lower(as<u32>(a), as<u32>(b))); }
constexpr V128 i32x4_max_s(V128 a, V128 b) noexcept { return pack(higher(as<i32>(a), as<i32>(b))); }
constexpr V128 i32x4_max_u(V128 a, V128 b) noexcept { return pack(higher(as<u32>(a), as<u32>(b))); }

// i64x2
constexpr V128 i64x2_abs(V128 a) noexcept { return absolute<i64>(a); }
constexpr V128 i64x2_neg(V128 a) noexcept { return pack(-as<u64>(a)); }
constexpr V128 i64x2_shl(V128 a, u32 b) noexcept { return shift_left<u64>(a, b); }
constexpr V128 i64x2_shr_s(V128 a, u32 b) noexcept { return shift_right<i64>(a, b); }
constexpr V128 i64x2_shr_u(V128 a, u32 b) noexcept { return shift_right<u64>(a, b); }
constexpr V128 i64x2_add(V128 a, V128 b) noexcept { return pack(as<u64>(a) + as<u64>(b)); }
constexpr V128 i64x2_sub(V128 a, V128 b) noexcept { return pack(as<u64>(a) - as<u64>(b)); }
constexpr V128 i64x2_mul(V128 a, V128 b) noexcept { return pack(as<u64>(a) * as<u64>(b)); }

}  // namespace zhan::sem

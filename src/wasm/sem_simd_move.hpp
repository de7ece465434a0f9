// SPDX-License-Identifier: Apache-2.0
// Meanings of the vector instructions that move lanes or see bits only (specification §4.3.6).
// Lane numbers come from the instruction, validated; they are taken modulo the number of lanes.
#pragma once

#include "wasm/sem_lanes.hpp"

namespace zhan::sem {

template <class Lane>
constexpr V128 splat(Lane value) noexcept {
  return pack(filled<Lane>(value));
}

/// A lane as its bits are, for float lanes too: a signalling NaN stays one.
template <class Lane>
constexpr Lane extract_lane(u8 lane, const V128& a) noexcept {
  return a.lanes<Lane>()[lane % lane_count<Lane>];
}

template <class Lane>
constexpr V128 replace_lane(u8 lane, const V128& a, Lane value) noexcept {
  auto lanes = a.lanes<Lane>();
  lanes[lane % lane_count<Lane>] = value;
  return V128::from<Lane>(lanes);
}

/// Bytes of `a` picked by index; an index above 15 picks zero.
constexpr V128 swizzle(const V128& a, const V128& indices) noexcept {
  const Vec<u8> index = as<u8>(indices);
#if defined(__clang__)
  const Vec<u8> picked = __builtin_shufflevector(as<u8>(a), index & 15);
#else
  const Vec<u8> picked = __builtin_shuffle(as<u8>(a), index & 15);
#endif
  return pack(picked & (Vec<u8>)(index < 16));
}

// splat
constexpr V128 i8x16_splat(u32 a) noexcept { return splat<u8>(static_cast<u8>(a)); }
constexpr V128 i16x8_splat(u32 a) noexcept { return splat<u16>(static_cast<u16>(a)); }
constexpr V128 i32x4_splat(u32 a) noexcept { return splat<u32>(a); }
constexpr V128 i64x2_splat(u64 a) noexcept { return splat<u64>(a); }
constexpr V128 f32x4_splat(float a) noexcept { return splat(a); }
constexpr V128 f64x2_splat(double a) noexcept { return splat(a); }

// extract_lane
constexpr u32 i8x16_extract_lane_s(u8 lane, V128 a) noexcept {
  return static_cast<u32>(i32{extract_lane<i8>(lane, a)});
}
constexpr u32 i8x16_extract_lane_u(u8 lane, V128 a) noexcept { return extract_lane<u8>(lane, a); }
constexpr u32 i16x8_extract_lane_s(u8 lane, V128 a) noexcept {
  return static_cast<u32>(i32{extract_lane<i16>(lane, a)});
}
constexpr u32 i16x8_extract_lane_u(u8 lane, V128 a) noexcept { return extract_lane<u16>(lane, a); }
constexpr u32 i32x4_extract_lane(u8 lane, V128 a) noexcept { return extract_lane<u32>(lane, a); }
constexpr u64 i64x2_extract_lane(u8 lane, V128 a) noexcept { return extract_lane<u64>(lane, a); }
constexpr float f32x4_extract_lane(u8 lane, V128 a) noexcept {
  return extract_lane<float>(lane, a);
}
constexpr double f64x2_extract_lane(u8 lane, V128 a) noexcept {
  return extract_lane<double>(lane, a);
}

// replace_lane
constexpr V128 i8x16_replace_lane(u8 lane, V128 a, u32 b) noexcept {
  return replace_lane<u8>(lane, a, static_cast<u8>(b));
}
constexpr V128 i16x8_replace_lane(u8 lane, V128 a, u32 b) noexcept {
  return replace_lane<u16>(lane, a, static_cast<u16>(b));
}
constexpr V128 i32x4_replace_lane(u8 lane, V128 a, u32 b) noexcept {
  return replace_lane<u32>(lane, a, b);
}
constexpr V128 i64x2_replace_lane(u8 lane, V128 a, u64 b) noexcept {
  return replace_lane<u64>(lane, a, b);
}
constexpr V128 f32x4_replace_lane(u8 lane, V128 a, float b) noexcept {
  return replace_lane(lane, a, b);
}
constexpr V128 f64x2_replace_lane(u8 lane, V128 a, double b) noexcept {
  return replace_lane(lane, a, b);
}

// Bytes 0 to 15 come from `a`, 16 to 31 from `b`: an index below 16 wraps to "none" for `b`.
constexpr V128 i8x16_shuffle(const V128& lanes, V128 a, V128 b) noexcept {
  const V128 from_b = swizzle(b, pack(as<u8>(lanes) - u8{16}));
  return pack(as<u64>(swizzle(a, lanes)) | as<u64>(from_b));
}
constexpr V128 i8x16_swizzle(V128 a, V128 b) noexcept { return swizzle(a, b); }

// bits
constexpr V128 v128_not(V128 a) noexcept { return pack(~as<u64>(a)); }
constexpr V128 v128_and(V128 a, V128 b) noexcept { return pack(as<u64>(a) & as<u64>(b)); }
constexpr V128 v128_or(V128 a, V128 b) noexcept { return pack(as<u64>(a) | as<u64>(b)); }
constexpr V128 v128_xor(V128 a, V128 b) noexcept { return pack(as<u64>(a) ^ as<u64>(b)); }
constexpr V128 v128_andnot(V128 a, V128 b) noexcept { return pack(as<u64>(a) & ~as<u64>(b)); }
constexpr V128 v128_bitselect(V128 a, V128 b, V128 c) noexcept {
  return pack((as<u64>(a) & as<u64>(c)) | (as<u64>(b) & ~as<u64>(c)));
}

// tests and masks
constexpr u32 v128_any_true(V128 a) noexcept {
  return (a.lanes<u64>()[0] | a.lanes<u64>()[1]) != 0;
}
constexpr u32 i8x16_all_true(V128 a) noexcept { return sign_bits<i8>(pack(as<i8>(a) == 0)) == 0; }
constexpr u32 i16x8_all_true(V128 a) noexcept { return sign_bits<i16>(pack(as<i16>(a) == 0)) == 0; }
constexpr u32 i32x4_all_true(V128 a) noexcept { return sign_bits<i32>(pack(as<i32>(a) == 0)) == 0; }
constexpr u32 i64x2_all_true(V128 a) noexcept { return sign_bits<i64>(pack(as<i64>(a) == 0)) == 0; }
constexpr u32 i8x16_bitmask(V128 a) noexcept { return sign_bits<i8>(a); }
constexpr u32 i16x8_bitmask(V128 a) noexcept { return sign_bits<i16>(a); }
constexpr u32 i32x4_bitmask(V128 a) noexcept { return sign_bits<i32>(a); }
constexpr u32 i64x2_bitmask(V128 a) noexcept { return sign_bits<i64>(a); }

}  // namespace zhan::sem

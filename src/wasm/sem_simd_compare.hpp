// SPDX-License-Identifier: Apache-2.0
// Meanings of the lane-wise comparisons: a lane of all ones for true, all zeros for false.
#pragma once

#include "wasm/sem_lanes.hpp"

namespace zhan::sem {

// i8x16
constexpr V128 i8x16_eq(V128 a, V128 b) noexcept { return pack(as<i8>(a) == as<i8>(b)); }
constexpr V128 i8x16_ne(V128 a, V128 b) noexcept { return pack(as<i8>(a) != as<i8>(b)); }
constexpr V128 i8x16_lt_s(V128 a, V128 b) noexcept { return pack(as<i8>(a) < as<i8>(b)); }
constexpr V128 i8x16_lt_u(V128 a, V128 b) noexcept { return pack(as<u8>(a) < as<u8>(b)); }
constexpr V128 i8x16_gt_s(V128 a, V128 b) noexcept { return pack(as<i8>(a) > as<i8>(b)); }
constexpr V128 i8x16_gt_u(V128 a, V128 b) noexcept { return pack(as<u8>(a) > as<u8>(b)); }
constexpr V128 i8x16_le_s(V128 a, V128 b) noexcept { return pack(as<i8>(a) <= as<i8>(b)); }
constexpr V128 i8x16_le_u(V128 a, V128 b) noexcept { return pack(as<u8>(a) <= as<u8>(b)); }
constexpr V128 i8x16_ge_s(V128 a, V128 b) noexcept { return pack(as<i8>(a) >= as<i8>(b)); }
constexpr V128 i8x16_ge_u(V128 a, V128 b) noexcept { return pack(as<u8>(a) >= as<u8>(b)); }

// i16x8
constexpr V128 i16x8_eq(V128 a, V128 b) noexcept { return pack(as<i16>(a) == as<i16>(b)); }
constexpr V128 i16x8_ne(V128 a, V128 b) noexcept { return pack(as<i16>(a) != as<i16>(b)); }
constexpr V128 i16x8_lt_s(V128 a, V128 b) noexcept { return pack(as<i16>(a) < as<i16>(b)); }
constexpr V128 i16x8_lt_u(V128 a, V128 b) noexcept { return pack(as<u16>(a) < as<u16>(b)); }
constexpr V128 i16x8_gt_s(V128 a, V128 b) noexcept { return pack(as<i16>(a) > as<i16>(b)); }
constexpr V128 i16x8_gt_u(V128 a, V128 b) noexcept { return pack(as<u16>(a) > as<u16>(b)); }
constexpr V128 i16x8_le_s(V128 a, V128 b) noexcept { return pack(as<i16>(a) <= as<i16>(b)); }
constexpr V128 i16x8_le_u(V128 a, V128 b) noexcept { return pack(as<u16>(a) <= as<u16>(b)); }
constexpr V128 i16x8_ge_s(V128 a, V128 b) noexcept { return pack(as<i16>(a) >= as<i16>(b)); }
constexpr V128 i16x8_ge_u(V128 a, V128 b) noexcept { return pack(as<u16>(a) >= as<u16>(b)); }

// i32x4
constexpr V128 i32x4_eq(V128 a, V128 b) noexcept { return pack(as<i32>(a) == as<i32>(b)); }
constexpr V128 i32x4_ne(V128 a, V128 b) noexcept { return pack(as<i32>(a) != as<i32>(b)); }
constexpr V128 i32x4_lt_s(V128 a, V128 b) noexcept { return pack(as<i32>(a) < as<i32>(b)); }
constexpr V128 i32x4_lt_u(V128 a, V128 b) noexcept { return pack(as<u32>(a) < as<u32>(b)); }
constexpr V128 i32x4_gt_s(V128 a, V128 b) noexcept { return pack(as<i32>(a) > as<i32>(b)); }
constexpr V128 i32x4_gt_u(V128 a, V128 b) noexcept { return pack(as<u32>(a) > as<u32>(b)); }
constexpr V128 i32x4_le_s(V128 a, V128 b) noexcept { return pack(as<i32>(a) <= as<i32>(b)); }
constexpr V128 i32x4_le_u(V128 a, V128 b) noexcept { return pack(as<u32>(a) <= as<u32>(b)); }
constexpr V128 i32x4_ge_s(V128 a, V128 b) noexcept { return pack(as<i32>(a) >= as<i32>(b)); }
constexpr V128 i32x4_ge_u(V128 a, V128 b) noexcept { return pack(as<u32>(a) >= as<u32>(b)); }

// i64x2
constexpr V128 i64x2_eq(V128 a, V128 b) noexcept { return pack(as<i64>(a) == as<i64>(b)); }
constexpr V128 i64x2_ne(V128 a, V128 b) noexcept { return pack(as<i64>(a) != as<i64>(b)); }
constexpr V128 i64x2_lt_s(V128 a, V128 b) noexcept { return pack(as<i64>(a) < as<i64>(b)); }
constexpr V128 i64x2_gt_s(V128 a, V128 b) noexcept { return pack(as<i64>(a) > as<i64>(b)); }
constexpr V128 i64x2_le_s(V128 a, V128 b) noexcept { return pack(as<i64>(a) <= as<i64>(b)); }
constexpr V128 i64x2_ge_s(V128 a, V128 b) noexcept { return pack(as<i64>(a) >= as<i64>(b)); }

// f32x4
constexpr V128 f32x4_eq(V128 a, V128 b) noexcept { return pack(as<float>(a) == as<float>(b)); }
constexpr V128 f32x4_ne(V128 a, V128 b) noexcept { return pack(as<float>(a) != as<float>(b)); }
constexpr V128 f32x4_lt(V128 a, V128 b) noexcept { return pack(as<float>(a) < as<float>(b)); }
constexpr V128 f32x4_gt(V128 a, V128 b) noexcept { return pack(as<float>(a) > as<float>(b)); }
constexpr V128 f32x4_le(V128 a, V128 b) noexcept { return pack(as<float>(a) <= as<float>(b)); }
constexpr V128 f32x4_ge(V128 a, V128 b) noexcept { return pack(as<float>(a) >= as<float>(b)); }

// f64x2
constexpr V128 f64x2_eq(V128 a, V128 b) noexcept { return pack(as<double>(a) == as<double>(b)); }
constexpr V128 f64x2_ne(V128 a, V128 b) noexcept { return pack(as<double>(a) != as<double>(b)); }
constexpr V128 f64x2_lt(V128 a, V128 b) noexcept { return pack(as<double>(a) < as<double>(b)); }
constexpr V128 f64x2_gt(V128 a, V128 b) noexcept { return pack(as<double>(a) > as<double>(b)); }
constexpr V128 f64x2_le(V128 a, V128 b) noexcept { return pack(as<double>(a) <= as<double>(b)); }
constexpr V128 f64x2_ge(V128 a, V128 b) noexcept { return pack(as<double>(a) >= as<double>(b)); }

}  // namespace zhan::sem

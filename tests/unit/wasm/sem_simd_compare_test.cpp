// SPDX-License-Identifier: Apache-2.0
// Meanings of the lane-wise comparisons.
#include <functional>

#include "sem_support.hpp"

namespace zhan::sem {
namespace {

template <Op op, class Lane, class Relation>
void relation(Relation holds) {
  lanes2<op>(edge_values<Lane>(),
             [&](Lane a, Lane b) { return static_cast<Lane>(holds(a, b) ? -1 : 0); });
}

template <Op op, class Lane, class Relation>
void float_relation(Relation holds) {
  using Mask = std::make_signed_t<BitsOf<Lane>>;
  lanes2<op, Lane, Mask>(edge_floats<Lane>(),
                         [&](Lane a, Lane b) { return Mask{holds(a, b) ? -1 : 0}; });
}

TEST(SemSimdCompare, I8X16) {
  relation<Op::i8x16_eq, i8>(std::equal_to<>());
  relation<Op::i8x16_ne, i8>(std::not_equal_to<>());
  relation<Op::i8x16_lt_s, i8>(std::less<>());
  relation<Op::i8x16_lt_u, u8>(std::less<>());
  relation<Op::i8x16_gt_s, i8>(std::greater<>());
  relation<Op::i8x16_gt_u, u8>(std::greater<>());
  relation<Op::i8x16_le_s, i8>(std::less_equal<>());
  relation<Op::i8x16_le_u, u8>(std::less_equal<>());
  relation<Op::i8x16_ge_s, i8>(std::greater_equal<>());
  relation<Op::i8x16_ge_u, u8>(std::greater_equal<>());
}

TEST(SemSimdCompare, I16X8) {
  relation<Op::i16x8_eq, i16>(std::equal_to<>());
  relation<Op::i16x8_ne, i16>(std::not_equal_to<>());
  relation<Op::i16x8_lt_s, i16>(std::less<>());
  relation<Op::i16x8_lt_u, u16>(std::less<>());
  relation<Op::i16x8_gt_s, i16>(std::greater<>());
  relation<Op::i16x8_gt_u, u16>(std::greater<>());
  relation<Op::i16x8_le_s, i16>(std::less_equal<>());
  relation<Op::i16x8_le_u, u16>(std::less_equal<>());
  relation<Op::i16x8_ge_s, i16>(std::greater_equal<>());
  relation<Op::i16x8_ge_u, u16>(std::greater_equal<>());
}

TEST(SemSimdCompare, I32X4) {
  relation<Op::i32x4_eq, i32>(std::equal_to<>());
  relation<Op::i32x4_ne, i32>(std::not_equal_to<>());
  relation<Op::i32x4_lt_s, i32>(std::less<>());
  relation<Op::i32x4_lt_u, u32>(std::less<>());
  relation<Op::i32x4_gt_s, i32>(std::greater<>());
  relation<Op::i32x4_gt_u, u32>(std::greater<>());
  relation<Op::i32x4_le_s, i32>(std::less_equal<>());
  relation<Op::i32x4_le_u, u32>(std::less_equal<>());
  relation<Op::i32x4_ge_s, i32>(std::greater_equal<>());
  relation<Op::i32x4_ge_u, u32>(std::greater_equal<>());
}

TEST(SemSimdCompare, I64X2) {
  relation<Op::i64x2_eq, i64>(std::equal_to<>());
  relation<Op::i64x2_ne, i64>(std::not_equal_to<>());
  relation<Op::i64x2_lt_s, i64>(std::less<>());
  relation<Op::i64x2_gt_s, i64>(std::greater<>());
  relation<Op::i64x2_le_s, i64>(std::less_equal<>());
  relation<Op::i64x2_ge_s, i64>(std::greater_equal<>());
}

TEST(SemSimdCompare, F32X4) {
  float_relation<Op::f32x4_eq, float>(std::equal_to<>());
  float_relation<Op::f32x4_ne, float>(std::not_equal_to<>());
  float_relation<Op::f32x4_lt, float>(std::less<>());
  float_relation<Op::f32x4_gt, float>(std::greater<>());
  float_relation<Op::f32x4_le, float>(std::less_equal<>());
  float_relation<Op::f32x4_ge, float>(std::greater_equal<>());
}

TEST(SemSimdCompare, F64X2) {
  float_relation<Op::f64x2_eq, double>(std::equal_to<>());
  float_relation<Op::f64x2_ne, double>(std::not_equal_to<>());
  float_relation<Op::f64x2_lt, double>(std::less<>());
  float_relation<Op::f64x2_gt, double>(std::greater<>());
  float_relation<Op::f64x2_le, double>(std::less_equal<>());
  float_relation<Op::f64x2_ge, double>(std::greater_equal<>());
}

}  // namespace
}  // namespace zhan::sem

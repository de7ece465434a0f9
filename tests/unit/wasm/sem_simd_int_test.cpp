// SPDX-License-Identifier: Apache-2.0
// Meanings of the integer vector instructions, lane by lane against plain arithmetic, with every
// pair of edge values (for bytes: every pair of bytes).
#include <algorithm>

#include "sem_support.hpp"

namespace zhan::sem {
namespace {

__extension__ typedef __int128 Wide;

template <class Lane>
Lane clamped(Wide value) {
  using Limits = std::numeric_limits<Lane>;
  return static_cast<Lane>(std::clamp<Wide>(value, Limits::min(), Limits::max()));
}

template <Op op, class Lane, class Reference>
void unary(Reference reference) {
  lanes1<op>(edge_values<Lane>(), [&](Lane a) { return static_cast<Lane>(reference(Wide{a})); });
}

/// `reference` computes without overflow; its low bits are expected.
template <Op op, class Lane, class Reference>
void binary(Reference reference) {
  lanes2<op>(edge_values<Lane>(),
             [&](Lane a, Lane b) { return static_cast<Lane>(reference(Wide{a}, Wide{b})); });
}

template <Op op, class Lane, class Reference>
void saturating(Reference reference) {
  lanes2<op>(edge_values<Lane>(),
             [&](Lane a, Lane b) { return clamped<Lane>(reference(Wide{a}, Wide{b})); });
}

constexpr auto plus = [](Wide a, Wide b) { return a + b; };
constexpr auto minus = [](Wide a, Wide b) { return a - b; };
constexpr auto times = [](Wide a, Wide b) { return a * b; };
constexpr auto least = [](Wide a, Wide b) { return std::min(a, b); };
constexpr auto most = [](Wide a, Wide b) { return std::max(a, b); };
constexpr auto rounded_average = [](Wide a, Wide b) { return (a + b + 1) / 2; };
constexpr auto negated = [](Wide a) { return -a; };
constexpr auto magnitude = [](Wide a) { return a < 0 ? -a : a; };

TEST(SemSimdInt, AddSubMulNegWrap) {
  binary<Op::i8x16_add, i8>(plus);
  binary<Op::i8x16_sub, i8>(minus);
  binary<Op::i16x8_add, i16>(plus);
  binary<Op::i16x8_sub, i16>(minus);
  binary<Op::i16x8_mul, i16>(times);
  binary<Op::i32x4_add, i32>(plus);
  binary<Op::i32x4_sub, i32>(minus);
  binary<Op::i32x4_mul, i32>(times);
  binary<Op::i64x2_add, i64>(plus);
  binary<Op::i64x2_sub, i64>(minus);
  binary<Op::i64x2_mul, i64>(times);
  unary<Op::i8x16_neg, i8>(negated);
  unary<Op::i16x8_neg, i16>(negated);
  unary<Op::i32x4_neg, i32>(negated);
  unary<Op::i64x2_neg, i64>(negated);
}

TEST(SemSimdInt, AbsOfTheLowestStays) {
  unary<Op::i8x16_abs, i8>(magnitude);
  unary<Op::i16x8_abs, i16>(magnitude);
  unary<Op::i32x4_abs, i32>(magnitude);
  unary<Op::i64x2_abs, i64>(magnitude);
}

TEST(SemSimdInt, SaturatingArithmetic) {
  saturating<Op::i8x16_add_sat_s, i8>(plus);
  saturating<Op::i8x16_add_sat_u, u8>(plus);
  saturating<Op::i8x16_sub_sat_s, i8>(minus);
  saturating<Op::i8x16_sub_sat_u, u8>(minus);
  saturating<Op::i16x8_add_sat_s, i16>(plus);
  saturating<Op::i16x8_add_sat_u, u16>(plus);
  saturating<Op::i16x8_sub_sat_s, i16>(minus);
  saturating<Op::i16x8_sub_sat_u, u16>(minus);
}

TEST(SemSimdInt, MinMax) {
  binary<Op::i8x16_min_s, i8>(least);
  binary<Op::i8x16_min_u, u8>(least);
  binary<Op::i8x16_max_s, i8>(most);
  binary<Op::i8x16_max_u, u8>(most);
  binary<Op::i16x8_min_s, i16>(least);
  binary<Op::i16x8_min_u, u16>(least);
  binary<Op::i16x8_max_s, i16>(most);
  binary<Op::i16x8_max_u, u16>(most);
  binary<Op::i32x4_min_s, i32>(least);
  binary<Op::i32x4_min_u, u32>(least);
  binary<Op::i32x4_max_s, i32>(most);
  binary<Op::i32x4_max_u, u32>(most);
}

TEST(SemSimdInt, AverageRoundsUp) {
  binary<Op::i8x16_avgr_u, u8>(rounded_average);
  binary<Op::i16x8_avgr_u, u16>(rounded_average);
}

TEST(SemSimdInt, PopulationCount) {
  unary<Op::i8x16_popcnt, u8>([](Wide a) { return std::popcount(static_cast<u8>(a)); });
}

TEST(SemSimdInt, Q15ProductRoundsAndSaturates) {
  saturating<Op::i16x8_q15mulr_sat_s, i16>([](Wide a, Wide b) { return (a * b + 0x4000) >> 15; });
  saturating<Op::i16x8_relaxed_q15mulr_s, i16>(
      [](Wide a, Wide b) { return (a * b + 0x4000) >> 15; });
  const V128 lowest = splat<i16>(-0x8000);
  EXPECT_EQ(run<Op::i16x8_q15mulr_sat_s>(lowest, lowest), splat<i16>(0x7fff));
}

/// All three shifts of a shape by distances beyond the width too.
template <Op left, Op right_signed, Op right_unsigned, class Lane>
void shifts() {
  using Bits = std::make_unsigned_t<Lane>;
  constexpr u32 width = 8 * sizeof(Lane);
  for_pairs<Lane>(edge_values<Lane>(), [](const auto& a, const auto&) {
    for (const u32 count : {0u, 1u, 5u, width - 1, width, width + 3, 0xffff'ffffu}) {
      const V128 v = V128::from<Lane>(a);
      const auto shl = run<left>(v, count).template lanes<Lane>();
      const auto shr_s = run<right_signed>(v, count).template lanes<Lane>();
      const auto shr_u = run<right_unsigned>(v, count).template lanes<Bits>();
      const u32 by = count % width;
      for (usize i = 0; i < a.size(); ++i) {
        ASSERT_EQ(shl[i], static_cast<Lane>(static_cast<Bits>(a[i]) << by))
            << +a[i] << " by " << count;
        ASSERT_EQ(shr_s[i], static_cast<Lane>(a[i] >> by)) << +a[i] << " by " << count;
        ASSERT_EQ(shr_u[i], static_cast<Bits>(static_cast<Bits>(a[i]) >> by))
            << +a[i] << " by " << count;
      }
    }
  });
}

TEST(SemSimdInt, ShiftDistancesAreModuloTheLaneWidth) {
  shifts<Op::i8x16_shl, Op::i8x16_shr_s, Op::i8x16_shr_u, i8>();
  shifts<Op::i16x8_shl, Op::i16x8_shr_s, Op::i16x8_shr_u, i16>();
  shifts<Op::i32x4_shl, Op::i32x4_shr_s, Op::i32x4_shr_u, i32>();
  shifts<Op::i64x2_shl, Op::i64x2_shr_s, Op::i64x2_shr_u, i64>();
}

}  // namespace
}  // namespace zhan::sem

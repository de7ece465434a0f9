// SPDX-License-Identifier: Apache-2.0
// Meanings of the vector instructions that move lanes or see bits only.
#include "sem_support.hpp"

namespace zhan::sem {
namespace {

V128 iota(u8 first) {
  V128 v;
  for (u8 i = 0; i < 16; ++i) v.bytes[i] = static_cast<u8>(first + i);
  return v;
}

TEST(SemSimdMove, Splat) {
  check<Op::i8x16_splat>({{{0x1ff}, splat<u8>(0xff)}, {{7}, splat<u8>(7)}});
  check<Op::i16x8_splat>({{{0x1'ffff}, splat<u16>(0xffff)}});
  check<Op::i32x4_splat>(
      {{{0x8000'0001}, vec<u32>({0x8000'0001, 0x8000'0001, 0x8000'0001, 0x8000'0001})}});
  check<Op::i64x2_splat>({{{u64{5} << 60}, vec<u64>({u64{5} << 60, u64{5} << 60})}});
  // Neither a signalling NaN nor a negative zero may pass through arithmetic.
  const u32 nan32 = bits_of(signalling<float>());
  const u64 nan64 = bits_of(signalling<double>());
  check<Op::f32x4_splat>({{{signalling<float>()}, vec<u32>({nan32, nan32, nan32, nan32})},
                          {{-0.0f}, splat<u32>(0x8000'0000)}});
  check<Op::f64x2_splat>(
      {{{signalling<double>()}, vec<u64>({nan64, nan64})}, {{-0.0}, splat<u64>(u64{1} << 63)}});
}

TEST(SemSimdMove, ExtractLane) {
  const V128 v = iota(0x78);  // bytes 0x78 to 0x87
  check<Op::i8x16_extract_lane_s>({{{7, v}, 0x7f}, {{8, v}, 0xffff'ff80}, {{15, v}, 0xffff'ff87}});
  check<Op::i8x16_extract_lane_u>({{{0, v}, 0x78}, {{8, v}, 0x80}, {{15, v}, 0x87}});
  check<Op::i16x8_extract_lane_s>({{{0, v}, 0x7978}, {{7, v}, 0xffff'8786}});
  check<Op::i16x8_extract_lane_u>({{{0, v}, 0x7978}, {{7, v}, 0x8786}});
  check<Op::i32x4_extract_lane>({{{0, v}, 0x7b7a'7978}, {{3, v}, 0x8786'8584}});
  check<Op::i64x2_extract_lane>({{{0, v}, 0x7f7e'7d7c'7b7a'7978}, {{1, v}, 0x8786'8584'8382'8180}});
  const V128 floats = vec<float>({1, -0.0f, signalling<float>(), 4});
  check<Op::f32x4_extract_lane>({{{0, floats}, 1.0f},
                                 {{1, floats}, -0.0f},
                                 {{2, floats}, signalling<float>()},
                                 {{3, floats}, 4.0f}});
  const V128 doubles = vec<double>({-0.0, signalling<double>(true)});
  check<Op::f64x2_extract_lane>({{{0, doubles}, -0.0}, {{1, doubles}, signalling<double>(true)}});
}

TEST(SemSimdMove, ReplaceLane) {
  const V128 zero;
  check<Op::i8x16_replace_lane>({{{15, zero, 0x1ab}, vec<u64>({0, u64{0xab} << 56})}});
  check<Op::i16x8_replace_lane>({{{1, zero, 0x5'1234}, vec<u16>({0, 0x1234})}});
  check<Op::i32x4_replace_lane>({{{2, zero, 0xdead'beef}, vec<u32>({0, 0, 0xdead'beef})}});
  check<Op::i64x2_replace_lane>({{{1, zero, ~u64{0}}, vec<u64>({0, ~u64{0}})}});
  check<Op::f32x4_replace_lane>(
      {{{3, zero, signalling<float>()}, vec<u32>({0, 0, 0, bits_of(signalling<float>())})}});
  check<Op::f64x2_replace_lane>(
      {{{0, zero, signalling<double>()}, vec<u64>({bits_of(signalling<double>())})}});
}

TEST(SemSimdMove, ReplaceThenExtractGivesTheLane) {
  for (u8 lane = 0; lane < 16; ++lane) {
    const V128 v = run<Op::i8x16_replace_lane>(lane, iota(0), 0x80u + lane);
    for (u8 i = 0; i < 16; ++i)
      EXPECT_EQ(run<Op::i8x16_extract_lane_u>(i, v), i == lane ? 0x80u + lane : i);
  }
}

TEST(SemSimdMove, ShufflePicksFromBothOperands) {
  const V128 a = iota(0x10);
  const V128 b = iota(0xa0);
  EXPECT_EQ(run<Op::i8x16_shuffle>(iota(0), a, b), a);
  EXPECT_EQ(run<Op::i8x16_shuffle>(iota(16), a, b), b);
  EXPECT_EQ(run<Op::i8x16_shuffle>(iota(8), a, b),
            vec<u64>({0x1f1e'1d1c'1b1a'1918, 0xa7a6'a5a4'a3a2'a1a0}));
  for (u8 lane = 0; lane < 32; ++lane) {
    const u8 expected = lane < 16 ? a.bytes[lane] : b.bytes[lane - 16];
    EXPECT_EQ(run<Op::i8x16_shuffle>(splat(lane), a, b), splat(expected)) << +lane;
  }
}

TEST(SemSimdMove, SwizzleGivesZeroOutOfRange) {
  const V128 a = iota(0x10);
  for (u32 index = 0; index < 256; ++index) {
    const V128 expected = splat<u8>(index < 16 ? a.bytes[index] : 0);
    EXPECT_EQ(run<Op::i8x16_swizzle>(a, splat(static_cast<u8>(index))), expected) << index;
    EXPECT_EQ(run<Op::i8x16_relaxed_swizzle>(a, splat(static_cast<u8>(index))), expected) << index;
  }
  EXPECT_EQ(run<Op::i8x16_swizzle>(a, iota(1)).bytes[14], 0x1f);
}

TEST(SemSimdMove, Bits) {
  const V128 a = vec<u64>({0xff00'ff00'ff00'ff00, 0x1234'5678'9abc'def0});
  const V128 b = vec<u64>({0x0ff0'0ff0'0ff0'0ff0, ~u64{0}});
  const V128 c = vec<u64>({0xf0f0'f0f0'f0f0'f0f0, 0xffff'0000'0000'ffff});
  check<Op::v128_not>({{{a}, vec<u64>({0x00ff'00ff'00ff'00ff, 0xedcb'a987'6543'210f})}});
  check<Op::v128_and>({{{a, b}, vec<u64>({0x0f00'0f00'0f00'0f00, 0x1234'5678'9abc'def0})}});
  check<Op::v128_or>({{{a, b}, vec<u64>({0xfff0'fff0'fff0'fff0, ~u64{0}})}});
  check<Op::v128_xor>({{{a, b}, vec<u64>({0xf0f0'f0f0'f0f0'f0f0, 0xedcb'a987'6543'210f})}});
  check<Op::v128_andnot>({{{a, b}, vec<u64>({0xf000'f000'f000'f000, 0})}});
  const V128 chosen = vec<u64>({0xff00'ff00'ff00'ff00, 0x1234'ffff'ffff'def0});
  check<Op::v128_bitselect>({{{a, b, c}, chosen}});
  check<Op::i8x16_relaxed_laneselect>({{{a, b, c}, chosen}});
  check<Op::i16x8_relaxed_laneselect>({{{a, b, c}, chosen}});
  check<Op::i32x4_relaxed_laneselect>({{{a, b, c}, chosen}});
  check<Op::i64x2_relaxed_laneselect>({{{a, b, c}, chosen}});
}

/// Vectors with lane `lane` alone set to `value`.
template <class Lane>
V128 lone(u8 lane, Lane value) {
  return replace_lane<Lane>(lane, V128{}, value);
}

template <Op all_true, Op bitmask, class Lane>
void truth() {
  constexpr u8 count = lane_count<Lane>;
  constexpr Lane top = std::numeric_limits<Lane>::min();
  const V128 ones = splat<Lane>(1);
  EXPECT_EQ(run<all_true>(V128{}), 0u);
  EXPECT_EQ(run<all_true>(ones), 1u);
  EXPECT_EQ(run<bitmask>(ones), 0u);
  EXPECT_EQ(run<bitmask>(splat<Lane>(-1)), (u32{1} << count) - 1);
  for (u8 lane = 0; lane < count; ++lane) {
    EXPECT_EQ(run<all_true>(replace_lane<Lane>(lane, ones, 0)), 0u);
    EXPECT_EQ(run<bitmask>(lone<Lane>(lane, top)), u32{1} << lane);
    EXPECT_EQ(run<Op::v128_any_true>(lone<Lane>(lane, 1)), 1u);
  }
}

TEST(SemSimdMove, TruthOfLanes) {
  EXPECT_EQ(run<Op::v128_any_true>(V128{}), 0u);
  truth<Op::i8x16_all_true, Op::i8x16_bitmask, i8>();
  truth<Op::i16x8_all_true, Op::i16x8_bitmask, i16>();
  truth<Op::i32x4_all_true, Op::i32x4_bitmask, i32>();
  truth<Op::i64x2_all_true, Op::i64x2_bitmask, i64>();
}

}  // namespace
}  // namespace zhan::sem

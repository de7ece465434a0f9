// SPDX-License-Identifier: Apache-2.0
// Meanings of the conversions: the limits of truncation, rounding of large integers, NaN payloads.
#include <cmath>

#include "sem_support.hpp"

namespace zhan::sem {
namespace {

constexpr Trap overflow = Trap::integer_overflow;
constexpr Trap invalid = Trap::invalid_conversion_to_integer;
constexpr u32 min32 = 0x8000'0000;
constexpr u64 min64 = u64{1} << 63;

template <class F>
F below(F x) {
  return std::nextafter(x, -inf<F>);
}
template <class F>
F above(F x) {
  return std::nextafter(x, inf<F>);
}

TEST(SemConvert, BetweenIntegers) {
  check<Op::i32_wrap_i64>({{{u64{0x1234'5678'9abc'def0}}, 0x9abc'def0}, {{~u64{0}}, 0xffff'ffff}});
  check<Op::i64_extend_i32_s>({{{min32}, ~u64{0} << 31}, {{0x7fff'ffff}, 0x7fff'ffff}});
  check<Op::i64_extend_i32_u>({{{min32}, min32}, {{0xffff'ffff}, 0xffff'ffff}});
}

/// Truncation with its trap and its saturating twin, from a type in which `ceiling` is exact.
template <Op traps, Op saturates, class Int, class F>
void check_truncation(F ceiling) {
  using Bits = std::make_unsigned_t<Int>;
  const Bits least = static_cast<Bits>(std::numeric_limits<Int>::min());
  const Bits most = static_cast<Bits>(std::numeric_limits<Int>::max());
  const F floor = std::is_signed_v<Int> ? -ceiling : F(0);
  const F last = below(ceiling);
  const F quiet = from_bits<F>(canonical_nan<F>);
  check<traps>({{{F(0)}, 0},
                {{F(-0.0)}, 0},
                {{F(1.9)}, 1},
                {{F(-0.9)}, 0},
                {{denormal<F>}, 0},
                {{-denormal<F>}, 0},
                {{ceiling}, overflow},
                {{floor}, least},
                {{last}, static_cast<Bits>(last)},
                {{inf<F>}, overflow},
                {{-inf<F>}, overflow},
                {{quiet}, invalid},
                {{signalling<F>()}, invalid},
                {{signalling<F>(true)}, invalid}});
  check<saturates>({{{F(0)}, 0},
                    {{F(-0.0)}, 0},
                    {{F(1.9)}, 1},
                    {{F(-0.9)}, 0},
                    {{ceiling}, most},
                    {{floor}, least},
                    {{last}, static_cast<Bits>(last)},
                    {{inf<F>}, most},
                    {{-inf<F>}, least},
                    {{quiet}, 0},
                    {{signalling<F>()}, 0},
                    {{F(-1e38)}, least},
                    {{F(1e38)}, most}});
}

TEST(SemConvert, Truncations) {
  check_truncation<Op::i32_trunc_f32_s, Op::i32_trunc_sat_f32_s, i32>(0x1p31f);
  check_truncation<Op::i32_trunc_f32_u, Op::i32_trunc_sat_f32_u, u32>(0x1p32f);
  check_truncation<Op::i32_trunc_f64_s, Op::i32_trunc_sat_f64_s, i32>(0x1p31);
  check_truncation<Op::i32_trunc_f64_u, Op::i32_trunc_sat_f64_u, u32>(0x1p32);
  check_truncation<Op::i64_trunc_f32_s, Op::i64_trunc_sat_f32_s, i64>(0x1p63f);
  check_truncation<Op::i64_trunc_f32_u, Op::i64_trunc_sat_f32_u, u64>(0x1p64f);
  check_truncation<Op::i64_trunc_f64_s, Op::i64_trunc_sat_f64_s, i64>(0x1p63);
  check_truncation<Op::i64_trunc_f64_u, Op::i64_trunc_sat_f64_u, u64>(0x1p64);
}

// f64 has numbers between -2^31 - 1 and -2^31, which truncate into range; f32 has none.
TEST(SemConvert, LowerLimitsOfTruncation) {
  check<Op::i32_trunc_f64_s>({{{-0x1p31 - 0.999}, min32},
                              {{-0x1p31 - 1}, overflow},
                              {{above(-0x1p31 - 1)}, min32},
                              {{0x1p31 - 0.001}, 0x7fff'ffff}});
  check<Op::i32_trunc_f32_s>({{{-0x1p31f}, min32}, {{below(-0x1p31f)}, overflow}});
  check<Op::i64_trunc_f64_s>({{{-0x1p63}, min64}, {{below(-0x1p63)}, overflow}});
  check<Op::i64_trunc_f32_s>({{{-0x1p63f}, min64}, {{below(-0x1p63f)}, overflow}});
  check<Op::i32_trunc_f64_u>(
      {{{above(-1.0)}, 0}, {{-1.0}, overflow}, {{0x1p32 - 0.5}, 0xffff'ffff}});
  check<Op::i32_trunc_f32_u>({{{above(-1.0f)}, 0}, {{-1.0f}, overflow}});
  check<Op::i64_trunc_f64_u>({{{above(-1.0)}, 0}, {{-1.0}, overflow}});
  check<Op::i64_trunc_f32_u>({{{above(-1.0f)}, 0}, {{-1.0f}, overflow}});
  check<Op::i32_trunc_sat_f64_s>({{{-0x1p31 - 0.5}, min32}, {{-0x1p31 - 1}, min32}});
}

TEST(SemConvert, IntegersToFloatRoundToEven) {
  check<Op::f32_convert_i32_s>({{{0}, 0.0f},
                                {{u32(-1)}, -1.0f},
                                {{min32}, -0x1p31f},
                                {{0x7fff'ffff}, 0x1p31f},
                                {{16777217}, 16777216.0f},
                                {{16777219}, 16777220.0f}});
  check<Op::f32_convert_i32_u>({{{0}, 0.0f},
                                {{0xffff'ffff}, 0x1p32f},
                                {{min32}, 0x1p31f},
                                {{0xffff'ff7f}, 0x1.fffffep31f},
                                {{0xffff'ff80}, 0x1p32f}});
  check<Op::f64_convert_i32_s>({{{u32(-1)}, -1.0}, {{min32}, -0x1p31}, {{7}, 7.0}});
  check<Op::f64_convert_i32_u>({{{0xffff'ffff}, 4294967295.0}, {{min32}, 0x1p31}});
  check<Op::f32_convert_i64_s>({{{u64(-1)}, -1.0f},
                                {{min64}, -0x1p63f},
                                {{16777217}, 16777216.0f},
                                {{0x7fff'ff40'0000'0001}, 0x1.fffffep62f}});
  check<Op::f32_convert_i64_u>({{{~u64{0}}, 0x1p64f},
                                {{min64}, 0x1p63f},
                                {{16777219}, 16777220.0f},
                                {{0x8000'0080'0000'0000}, 0x1p63f},
                                {{0x8000'0080'0000'0001}, 0x1.000002p63f}});
  check<Op::f64_convert_i64_s>({{{u64(-1)}, -1.0},
                                {{min64}, -0x1p63},
                                {{0x20'0000'0000'0001}, 0x1p53},
                                {{0x20'0000'0000'0003}, 0x1.0000000000002p53}});
  check<Op::f64_convert_i64_u>({{{~u64{0}}, 0x1p64},
                                {{min64}, 0x1p63},
                                {{0x8000'0000'0000'0400}, 0x1p63},
                                {{0x8000'0000'0000'0401}, 0x1.0000000000001p63}});
}

TEST(SemConvert, DemoteAndPromote) {
  check<Op::f32_demote_f64>({{{1.5}, 1.5f},
                             {{-0.0}, -0.0f},
                             {{1e300}, inf<float>},
                             {{1e-300}, 0.0f},
                             {{0x1p-149}, 0x1p-149f},
                             {{0x1p-150}, 0.0f},
                             {{above(0x1p-150)}, 0x1p-149f},
                             {{0x1.fffffefp127}, 0x1.fffffep127f},
                             {{0x1.ffffffp127}, inf<float>},
                             {{16777217.0}, 16777216.0f}});
  check<Op::f64_promote_f32>(
      {{{1.5f}, 1.5}, {{-0.0f}, -0.0}, {{0x1p-149f}, 0x1p-149}, {{-inf<float>}, -inf<double>}});
}

TEST(SemConvert, DemoteAndPromoteQuietNaNs) {
  EXPECT_TRUE(is_canonical(run<Op::f32_demote_f64>(f64(canonical_nan<double>))));
  EXPECT_TRUE(is_canonical(run<Op::f64_promote_f32>(f32(canonical_nan<float>))));
  EXPECT_TRUE(is_arithmetic(run<Op::f32_demote_f64>(signalling<double>())));
  EXPECT_TRUE(is_arithmetic(run<Op::f32_demote_f64>(signalling<double>(true))));
  EXPECT_TRUE(is_arithmetic(run<Op::f64_promote_f32>(signalling<float>())));
  EXPECT_TRUE(is_arithmetic(run<Op::f64_promote_f32>(signalling<float>(true))));
}

TEST(SemConvert, ReinterpretKeepsAllBits) {
  check<Op::i32_reinterpret_f32>({{{signalling<float>()}, bits_of(signalling<float>())},
                                  {{-0.0f}, min32},
                                  {{1.0f}, 0x3f80'0000}});
  check<Op::i64_reinterpret_f64>(
      {{{signalling<double>()}, bits_of(signalling<double>())}, {{-0.0}, min64}});
  check<Op::f32_reinterpret_i32>({{{0x7f80'0001}, f32(0x7f80'0001)}, {{min32}, -0.0f}});
  check<Op::f64_reinterpret_i64>(
      {{{u64{0x7ff0'0000'0000'0001}}, f64(0x7ff0'0000'0000'0001)}, {{min64}, -0.0}});
}

static_assert(i32_trunc_f32_s(-0x1p31f).value == min32);
static_assert(i64_trunc_sat_f64_u(1e30) == ~u64{0});

}  // namespace
}  // namespace zhan::sem

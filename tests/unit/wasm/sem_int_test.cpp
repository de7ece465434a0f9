// SPDX-License-Identifier: Apache-2.0
// Meanings of the integer instructions.
#include "sem_support.hpp"

namespace zhan::sem {
namespace {

constexpr u32 min32 = 0x8000'0000;
constexpr u32 max32 = 0x7fff'ffff;
constexpr u32 ones32 = 0xffff'ffff;
constexpr u64 min64 = u64{1} << 63;
constexpr u64 max64 = min64 - 1;
constexpr u64 ones64 = ~u64{0};

TEST(SemInt, CountsBits) {
  check<Op::i32_clz>({{{0}, 32}, {{1}, 31}, {{min32}, 0}, {{ones32}, 0}, {{0x8000}, 16}});
  check<Op::i32_ctz>({{{0}, 32}, {{1}, 0}, {{min32}, 31}, {{ones32}, 0}, {{0x10000}, 16}});
  check<Op::i32_popcnt>({{{0}, 0}, {{1}, 1}, {{min32}, 1}, {{ones32}, 32}, {{0xdeadbeef}, 24}});
  check<Op::i64_clz>({{{0}, 64}, {{1}, 63}, {{min64}, 0}, {{ones64}, 0}, {{ones32}, 32}});
  check<Op::i64_ctz>({{{0}, 64}, {{1}, 0}, {{min64}, 63}, {{u64{1} << 32}, 32}});
  check<Op::i64_popcnt>({{{0}, 0}, {{ones64}, 64}, {{min64 | 1}, 2}, {{0xdeadbeef}, 24}});
}

TEST(SemInt, ExtendsSigns) {
  check<Op::i32_extend8_s>(
      {{{0}, 0}, {{0x7f}, 0x7f}, {{0x80}, 0xffff'ff80}, {{0x1234'5600}, 0}, {{0xff}, ones32}});
  check<Op::i32_extend16_s>(
      {{{0x7fff}, 0x7fff}, {{0x8000}, 0xffff'8000}, {{0x1234'0001}, 1}, {{0xffff}, ones32}});
  check<Op::i64_extend8_s>({{{0x7f}, 0x7f}, {{0x80}, ones64 - 0x7f}, {{0xff00}, 0}});
  check<Op::i64_extend16_s>({{{0x7fff}, 0x7fff}, {{0x8000}, ones64 - 0x7fff}, {{0xff'0000}, 0}});
  check<Op::i64_extend32_s>(
      {{{max32}, max32}, {{min32}, ones64 - max32}, {{u64{7} << 32}, 0}, {{ones32}, ones64}});
}

TEST(SemInt, ArithmeticWraps) {
  check<Op::i32_add>({{{1, 2}, 3}, {{max32, 1}, min32}, {{ones32, 1}, 0}, {{min32, min32}, 0}});
  check<Op::i32_sub>({{{1, 2}, ones32}, {{min32, 1}, max32}, {{0, min32}, min32}});
  check<Op::i32_mul>({{{3, 5}, 15},
                      {{0x10000, 0x10000}, 0},
                      {{ones32, ones32}, 1},
                      {{min32, ones32}, min32},
                      {{0x0123'4567, 0x7654'3210}, 0x358e'7470}});
  check<Op::i64_add>({{{1, 2}, 3}, {{max64, 1}, min64}, {{ones64, 1}, 0}});
  check<Op::i64_sub>({{{1, 2}, ones64}, {{min64, 1}, max64}, {{0, min64}, min64}});
  check<Op::i64_mul>({{{3, 5}, 15},
                      {{u64{1} << 32, u64{1} << 32}, 0},
                      {{ones64, ones64}, 1},
                      {{min64, ones64}, min64}});
}

TEST(SemInt, SignedDivisionTruncatesAndTraps) {
  const Trap zero = Trap::integer_divide_by_zero;
  const Trap overflow = Trap::integer_overflow;
  check<Op::i32_div_s>({{{7, 2}, 3},
                        {{u32(-7), 2}, u32(-3)},
                        {{7, u32(-2)}, u32(-3)},
                        {{min32, 1}, min32},
                        {{min32, 2}, 0xc000'0000},
                        {{max32, ones32}, u32(-i32(max32))},
                        {{1, 0}, zero},
                        {{0, 0}, zero},
                        {{min32, 0}, zero},
                        {{min32, ones32}, overflow},
                        {{min32, min32}, 1}});
  check<Op::i64_div_s>({{{7, 2}, 3},
                        {{u64(-7), 2}, u64(-3)},
                        {{7, u64(-2)}, u64(-3)},
                        {{min64, 1}, min64},
                        {{1, 0}, zero},
                        {{min64, ones64}, overflow},
                        {{min32, ones64}, u64(-i64{min32})},
                        {{min64, min64}, 1}});
}

TEST(SemInt, UnsignedDivisionTraps) {
  const Trap zero = Trap::integer_divide_by_zero;
  check<Op::i32_div_u>({{{7, 2}, 3}, {{ones32, 2}, max32}, {{min32, ones32}, 0}, {{1, 0}, zero}});
  check<Op::i64_div_u>({{{7, 2}, 3}, {{ones64, 2}, max64}, {{min64, ones64}, 0}, {{1, 0}, zero}});
  check<Op::i32_rem_u>({{{7, 2}, 1}, {{ones32, 10}, 5}, {{min32, ones32}, min32}, {{1, 0}, zero}});
  check<Op::i64_rem_u>({{{7, 2}, 1}, {{ones64, 10}, 5}, {{min64, ones64}, min64}, {{1, 0}, zero}});
}

TEST(SemInt, SignedRemainderHasTheSignOfTheDividend) {
  const Trap zero = Trap::integer_divide_by_zero;
  check<Op::i32_rem_s>({{{7, 2}, 1},
                        {{u32(-7), 2}, ones32},
                        {{7, u32(-2)}, 1},
                        {{u32(-7), u32(-2)}, ones32},
                        {{min32, ones32}, 0},
                        {{min32, 7}, u32(-2)},
                        {{5, ones32}, 0},
                        {{1, 0}, zero},
                        {{0, 0}, zero}});
  check<Op::i64_rem_s>({{{7, 2}, 1},
                        {{u64(-7), 2}, ones64},
                        {{7, u64(-2)}, 1},
                        {{min64, ones64}, 0},
                        {{min64, 7}, u64(-1)},
                        {{1, 0}, zero}});
}

TEST(SemInt, BitwiseOperations) {
  check<Op::i32_and>({{{0xff00'ff00, 0x0ff0'0ff0}, 0x0f00'0f00}, {{ones32, 0}, 0}});
  check<Op::i32_or>({{{0xff00'ff00, 0x0ff0'0ff0}, 0xfff0'fff0}, {{ones32, 0}, ones32}});
  check<Op::i32_xor>({{{0xff00'ff00, 0x0ff0'0ff0}, 0xf0f0'f0f0}, {{ones32, ones32}, 0}});
  check<Op::i64_and>({{{ones64, min64}, min64}, {{0xff00, 0x0ff0}, 0x0f00}});
  check<Op::i64_or>({{{1, min64}, min64 | 1}, {{0xff00, 0x0ff0}, 0xfff0}});
  check<Op::i64_xor>({{{ones64, min64}, max64}, {{0xff00, 0x0ff0}, 0xf0f0}});
}

TEST(SemInt, ShiftDistancesAreModuloTheWidth) {
  check<Op::i32_shl>(
      {{{1, 0}, 1}, {{1, 31}, min32}, {{1, 32}, 1}, {{1, 33}, 2}, {{1, ones32}, min32}});
  check<Op::i32_shr_s>({{{min32, 31}, ones32},
                        {{min32, 32}, min32},
                        {{max32, 30}, 1},
                        {{ones32, 5}, ones32},
                        {{min32, 33}, 0xc000'0000}});
  check<Op::i32_shr_u>({{{min32, 31}, 1}, {{min32, 32}, min32}, {{ones32, 4}, 0x0fff'ffff}});
  check<Op::i64_shl>({{{1, 63}, min64}, {{1, 64}, 1}, {{1, 65}, 2}, {{1, ones64}, min64}});
  check<Op::i64_shr_s>({{{min64, 63}, ones64}, {{min64, 64}, min64}, {{max64, 62}, 1}});
  check<Op::i64_shr_u>({{{min64, 63}, 1}, {{min64, 64}, min64}, {{ones64, 32}, ones32}});
}

TEST(SemInt, RotationsKeepAllBits) {
  check<Op::i32_rotl>({{{0x8000'0001, 1}, 3},
                       {{0x1234'5678, 8}, 0x3456'7812},
                       {{5, 32}, 5},
                       {{1, ones32}, min32},
                       {{5, 0}, 5}});
  check<Op::i32_rotr>(
      {{{1, 1}, min32}, {{0x1234'5678, 8}, 0x7812'3456}, {{5, 32}, 5}, {{5, 0}, 5}});
  check<Op::i64_rotl>({{{min64 | 1, 1}, 3}, {{5, 64}, 5}, {{1, ones64}, min64}, {{9, 0}, 9}});
  check<Op::i64_rotr>({{{1, 1}, min64}, {{0xff, 4}, (u64{0xf} << 60) | 0xf}, {{5, 64}, 5}});
}

template <Op op32, Op op64>
void check_relation(bool less, bool equal, bool greater, bool is_signed) {
  const u32 small32 = is_signed ? u32(-1) : 1;
  const u64 small64 = is_signed ? u64(-1) : 1;
  const u32 large32 = is_signed ? 1 : ones32;
  const u64 large64 = is_signed ? 1 : ones64;
  check<op32>({{{small32, large32}, less},
               {{large32, large32}, equal},
               {{large32, small32}, greater},
               {{0, 0}, equal},
               {{min32, min32}, equal}});
  check<op64>({{{small64, large64}, less},
               {{large64, large64}, equal},
               {{large64, small64}, greater},
               {{0, 0}, equal},
               {{min64, min64}, equal}});
}

TEST(SemInt, Comparisons) {
  check<Op::i32_eqz>({{{0}, 1}, {{1}, 0}, {{min32}, 0}});
  check<Op::i64_eqz>({{{0}, 1}, {{1}, 0}, {{min64}, 0}, {{u64{1} << 32}, 0}});
  check_relation<Op::i32_eq, Op::i64_eq>(false, true, false, true);
  check_relation<Op::i32_ne, Op::i64_ne>(true, false, true, true);
  check_relation<Op::i32_lt_s, Op::i64_lt_s>(true, false, false, true);
  check_relation<Op::i32_lt_u, Op::i64_lt_u>(true, false, false, false);
  check_relation<Op::i32_gt_s, Op::i64_gt_s>(false, false, true, true);
  check_relation<Op::i32_gt_u, Op::i64_gt_u>(false, false, true, false);
  check_relation<Op::i32_le_s, Op::i64_le_s>(true, true, false, true);
  check_relation<Op::i32_le_u, Op::i64_le_u>(true, true, false, false);
  check_relation<Op::i32_ge_s, Op::i64_ge_s>(false, true, true, true);
  check_relation<Op::i32_ge_u, Op::i64_ge_u>(false, true, true, false);
}

// A constant expression is what folding and global initialisers need.
static_assert(i32_add(2, 3) == 5 && i64_rotl(1, 65) == 2);
static_assert(i32_div_s(1, 0).trap == Trap::integer_divide_by_zero);
static_assert(i32_div_s(min32, ones32).trap == Trap::integer_overflow);
static_assert(i32_rem_s(min32, ones32).value == 0);

}  // namespace
}  // namespace zhan::sem

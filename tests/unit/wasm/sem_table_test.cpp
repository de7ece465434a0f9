// SPDX-License-Identifier: Apache-2.0
// The binding of rows to meanings. The proofs are made at compile time (proofs.cpp); here: what
// they see, the run-time evaluator, and that no value instruction is without a test.
#include "sem_support.hpp"

namespace zhan::sem {
namespace {

TEST(SemTable, EveryValueInstructionIsTested) {
  usize values = 0;
  for (usize i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    if (!op_info(op).is(trait::value)) continue;
    ++values;
    EXPECT_TRUE(tested_ops().contains(op)) << op_info(op).text << " is called by no test";
  }
  EXPECT_EQ(tested_ops().size(), values);
}

TEST(SemTable, EvaluatesExactlyTheValueRows) {
  for (usize i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    EXPECT_EQ(can_evaluate(op), op_info(op).is(trait::value)) << op_info(op).text;
  }
}

TEST(SemTable, EvaluateMayOverwriteItsOperands) {
  u64 slots[4] = {~u64{0}, 0, 1, 0};
  EXPECT_EQ(evaluate(Op::i64_add128, {}, slots, slots), Trap::none);
  EXPECT_EQ(slots[0], 0u);
  EXPECT_EQ(slots[1], 1u);
}

TEST(SemTable, EvaluateWritesNothingOnATrap) {
  u64 slots[2] = {7, 0};
  EXPECT_EQ(evaluate(Op::i32_div_u, {}, slots, slots), Trap::integer_divide_by_zero);
  EXPECT_EQ(slots[0], 7u);
}

TEST(SemTable, EvaluateZeroExtendsNarrowResults) {
  u64 slots[2] = {0xffff'ffff'0000'0001, 0xffff'ffff'ffff'ffff};
  EXPECT_EQ(evaluate(Op::i32_add, {}, slots, slots), Trap::none);
  EXPECT_EQ(slots[0], 0u) << "only the low halves of the operands count";
}

TEST(SemTable, CommutingInstructionsCommute) {
  const u64 values[] = {0, 1, 0x8000'0000, 0x3ff8'0000'4000'0000, ~u64{0} >> 12, u64{1} << 63};
  for (usize i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    if (!op_info(op).is(trait::commutes)) continue;
    for (const u64 a : values) {
      for (const u64 b : values) {
        const bool vectors = op_info(op).params()[0] == 'v';
        const Slots forward = vectors ? Slots{a, b, b, b} : Slots{a, b};
        const Slots backward = vectors ? Slots{b, b, a, b} : Slots{b, a};
        u64 x[2] = {};
        u64 y[2] = {};
        EXPECT_EQ(evaluate(op, {}, forward.data(), x), evaluate(op, {}, backward.data(), y));
        EXPECT_EQ(x[0], y[0]) << op_info(op).text;
        EXPECT_EQ(x[1], y[1]) << op_info(op).text;
      }
    }
  }
}

// Shapes as engines see them.
static_assert(has_meaning<Op::i32_add> && !has_meaning<Op::call> && !has_meaning<Op::i32_const>);
static_assert(ShapeOf<Op::i32_add>::matches("ii_i") && !ShapeOf<Op::i32_add>::matches("ii_I"));
static_assert(ShapeOf<Op::i8x16_extract_lane_s>::immediates == 1);
static_assert(ShapeOf<Op::i8x16_shuffle>::immediates == 1);
static_assert(ShapeOf<Op::i8x16_shuffle>::operands == 2);
static_assert(ShapeOf<Op::i64_add128>::matches("IIII_II"));
static_assert(ShapeOf<Op::i32_div_s>::Result::traps && !ShapeOf<Op::i32_add>::Result::traps);

}  // namespace
}  // namespace zhan::sem

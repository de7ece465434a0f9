// SPDX-License-Identifier: Apache-2.0
// Where generators take their choices from.
#include "support/choices.hpp"

#include <gtest/gtest.h>

#include <array>

namespace zhan::test {
namespace {

TEST(Choices, ASeedAlwaysGivesTheSame) {
  Choices first(7), again(7), other(8);
  u32 different = 0;
  for (u32 i = 0; i < 100; ++i) {
    const u32 value = first.below(1000);
    EXPECT_LT(value, 1000u);
    EXPECT_EQ(value, again.below(1000));
    different += value != other.below(1000) ? 1 : 0;
  }
  EXPECT_GT(different, 90u);
}

TEST(Choices, ASmallChoiceTakesAByte) {
  const std::array<u8, 4> bytes = {5, 9, 1, 2};
  Choices choices(bytes);
  EXPECT_EQ(choices.below(1), 0u);  // no choice, no byte
  EXPECT_EQ(choices.below(8), 5u);
  EXPECT_EQ(choices.below(8), 1u);
  EXPECT_FALSE(choices.exhausted());
  EXPECT_EQ(choices.below(0x10000), 0x102u);
  EXPECT_TRUE(choices.exhausted());
  EXPECT_EQ(choices.below(8), 0u);
  EXPECT_FALSE(choices.one_in(2));
}

TEST(Choices, BetweenHasBothEnds) {
  Choices choices(3);
  std::array<u32, 3> seen = {};
  for (u32 i = 0; i < 100; ++i) ++seen[choices.between(4, 6) - 4];
  for (const u32 count : seen) EXPECT_GT(count, 10u);
}

TEST(Choices, ACaseGoesOnAsItsFirstByteSays) {
  const std::array<u8, 3> zeros = {0x7f, 3, 4}, numbers = {0x80, 3, 4}, others = {0x80, 3, 5};
  Choices a = Choices::of_case(zeros), b = Choices::of_case(numbers), c = Choices::of_case(numbers),
          d = Choices::of_case(others);
  EXPECT_EQ(a.below(100), 3u);
  EXPECT_EQ(b.below(100), 3u);
  EXPECT_EQ(c.below(100), 3u);
  EXPECT_EQ(d.below(100), 3u);
  u32 sum = 0, different = 0;
  for (u32 i = 0; i < 50; ++i) {
    EXPECT_EQ(a.below(100), i == 0 ? 4u : 0u);
    const u32 value = b.below(100);
    EXPECT_EQ(value, c.below(100));
    different += value != d.below(100) ? 1 : 0;
    sum += value;
  }
  EXPECT_GT(sum, 1000u);
  EXPECT_GT(different, 40u);
  Choices empty = Choices::of_case({});
  EXPECT_EQ(empty.below(9), 0u);
}

}  // namespace
}  // namespace zhan::test

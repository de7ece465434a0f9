// SPDX-License-Identifier: Apache-2.0
// Quantiles of pauses from counts by steps.
#include "heap/pauses.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace zhan::heap {
namespace {

TEST(PauseCounts, AreZeroWhenNothingPaused) {
  EXPECT_EQ(PauseCounts{}.quantile(50), 0U);
  EXPECT_EQ(PauseCounts{}.quantile(100), 0U);
}

TEST(PauseCounts, TellSmallValuesExactly) {
  for (u64 value = 0; value < 32; ++value) {
    PauseCounts counts;
    counts.add(value);
    EXPECT_EQ(counts.quantile(50), value);
    EXPECT_EQ(counts.quantile(100), value);
  }
}

TEST(PauseCounts, TakeDurationsOfAnySize) {
  PauseCounts counts;
  counts.add(~u64{0});
  EXPECT_GT(counts.quantile(99), u64{10} * 60 * 1'000'000'000);
}

TEST(PauseCounts, AreNeverBelowTheTruthAndAtMostASixteenthAbove) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20; ++round) {
    PauseCounts counts;
    std::vector<u64> all;
    for (int i = 0; i < 999; ++i) {
      all.push_back(random() >> (28 + random() % 30));
      counts.add(all.back());
    }
    std::sort(all.begin(), all.end());
    for (const u32 percent : {1U, 10U, 50U, 90U, 99U, 100U}) {
      const u64 exact = all[(all.size() * percent + 99) / 100 - 1];
      const u64 found = counts.quantile(percent);
      EXPECT_GE(found, exact) << percent;
      EXPECT_LE(found, exact + exact / 16 + 1) << percent;
    }
  }
}

}  // namespace
}  // namespace zhan::heap

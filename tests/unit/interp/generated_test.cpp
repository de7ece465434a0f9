// SPDX-License-Identifier: Apache-2.0
// Generated modules on the interpreter beside the reference: what is folded, fused and kept in
// registers must not be seen.
#include <gtest/gtest.h>

#include <cstdlib>

#include "support/generated_run.hpp"

namespace zhan::test {
namespace {

/// Fewer where a sanitizer or gcc's loop of handlers takes ten times as long.
u64 seeds() {
  const char* text = std::getenv("ZHAN_GENERATED");
  return text != nullptr             ? std::strtoull(text, nullptr, 10)
         : ZHAN_EXPLICIT_CHECKS != 0 ? 250
                                     : 1000;
}

TEST(Generated, SameInBothMemoryModesAsInTheReference) {
  const std::shared_ptr<engine::Engine> engines[] = {engine_with_checks(false),
                                                     engine_with_checks(true)};
  const std::shared_ptr<engine::Engine> deterministic[] = {engine_with_checks(false, true),
                                                           engine_with_checks(true, true)};
  RunCounts counts, with_nans;
  for (u64 seed = 1; seed <= seeds(); ++seed) {
    Choices choices(seed);
    const GeneratedModule module =
        generate_module(choices, {.size = static_cast<u32>(40 + seed % 300)});
    ASSERT_EQ(compare_with_reference(engines, module, choices, counts), "") << "seed " << seed;
    if (module.canonical_nans) continue;
    ASSERT_EQ(compare_with_reference(deterministic, module, choices, with_nans), "")
        << "deterministic, seed " << seed;
  }
  EXPECT_GT(counts.calls, seeds() / 2) << "too few calls were compared";
  EXPECT_GT(counts.traps, 0u);
  EXPECT_GT(counts.exceptions, 0u);
  EXPECT_GT(with_nans.calls, 0u);
  std::printf("compared %llu calls, %llu trapped, %llu threw, %llu left out\n",
              static_cast<unsigned long long>(counts.calls),
              static_cast<unsigned long long>(counts.traps),
              static_cast<unsigned long long>(counts.exceptions),
              static_cast<unsigned long long>(counts.left_out));
}

/// Objects that are still wanted survive collections wherever one may happen.
TEST(Generated, SameWhereverGarbageIsCollected) {
  const std::shared_ptr<engine::Engine> engines[] = {engine_that_collects()};
  RunCounts counts;
  u64 modules = 0;
  for (u64 seed = 1; seed <= seeds() / 2; ++seed) {
    Choices choices(seed);
    const GeneratedModule module = generate_module(choices, {.size = 150});
    if (!module.used[static_cast<usize>(Op::struct_new)]) continue;
    ++modules;
    ASSERT_EQ(compare_with_reference(engines, module, choices, counts), "") << "seed " << seed;
  }
  EXPECT_GT(modules, seeds() / 40);
}

TEST(Generated, RoundTrips) {
  for (u64 seed = 1; seed <= seeds() / 5; ++seed) {
    Choices choices(seed);
    const GeneratedModule module = generate_module(choices, {.size = 300});
    ASSERT_EQ(compare_round_trip(module.bytes), "") << "seed " << seed;
  }
}

/// Why a row is not generated, or "".
std::string_view left_out(const OpInfo& info) {
  switch (info.feature) {
    case Feature::custom_descriptors: return "no type of a generated module has a descriptor";
    case Feature::stack_switching: return "off by default";
    default: return {};
  }
}

TEST(Generated, ReachesEveryRow) {
  std::vector<u32> used(op_count);
  for (u64 seed = 1; seed <= 4000; ++seed) {
    Choices choices(seed);
    const GeneratedModule module = generate_module(choices, {.size = 300});
    for (usize i = 0; i < op_count; ++i) used[i] += module.used[i] ? 1 : 0;
  }
  u32 reached = 0;
  for (usize i = 0; i < op_count; ++i) {
    const OpInfo& info = op_info(static_cast<Op>(i));
    reached += used[i] > 0 ? 1 : 0;
    if (left_out(info).empty())
      EXPECT_GT(used[i], 0u) << info.text;
    else
      EXPECT_EQ(used[i], 0u) << info.text << " was left out because " << left_out(info);
  }
  std::printf("%u of %zu rows generated\n", reached, op_count);
}

/// What other engines are given has only what all of them know.
TEST(Generated, OnlyFinishedFeatures) {
  for (u64 seed = 1; seed <= 500; ++seed) {
    Choices choices(seed);
    const GeneratedModule module = generate_module(choices, {.only_finished = true});
    EXPECT_TRUE(module.canonical_nans);
    for (usize i = 0; i < op_count; ++i) {
      const Feature feature = op_info(static_cast<Op>(i)).feature;
      if (module.used[i]) {
        EXPECT_EQ(feature_table[static_cast<usize>(feature)].phase, 5)
            << op_info(static_cast<Op>(i)).text;
      }
    }
  }
}

}  // namespace
}  // namespace zhan::test

// SPDX-License-Identifier: Apache-2.0
// Generated modules on the interpreter beside the reference: what is folded, fused and kept in
// registers must not be seen.
#include <gtest/gtest.h>

#include <cstdlib>

#include "support/generated_run.hpp"

namespace zhan::test {
namespace {

u64 seeds() {
  const char* text = std::getenv("ZHAN_GENERATED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1500;
}

void run_all(const char* explicit_checks, u64 first) {
  engine::Config config;
  ASSERT_TRUE(config.set("explicit-checks", explicit_checks));
  const auto engine = engine::Engine::create(std::move(config));
  ASSERT_TRUE(engine);
  RunCounts counts;
  for (u64 seed = first; seed < first + seeds(); ++seed) {
    Choices choices(seed);
    const GeneratedModule module = generate_module(choices, 40 + seed % 300);
    const std::string difference = compare_with_reference(**engine, module, choices, counts);
    ASSERT_EQ(difference, "") << "seed " << seed;
  }
  EXPECT_GT(counts.calls, seeds() / 2) << "too few calls were compared";
  EXPECT_GT(counts.traps, 0u);
  std::printf("compared %llu calls, %llu trapped, %llu left out\n",
              static_cast<unsigned long long>(counts.calls),
              static_cast<unsigned long long>(counts.traps),
              static_cast<unsigned long long>(counts.left_out));
}

TEST(Generated, GuardedAsTheReference) { run_all("off", 1); }
TEST(Generated, ExplicitAsTheReference) { run_all("on", 1'000'000); }

TEST(Generated, ReachesEveryValueRow) {
  std::vector<bool> used(op_count);
  for (u64 seed = 1; seed < 3000; ++seed) {
    Choices choices(seed);
    const GeneratedModule module = generate_module(choices, 300);
    for (usize i = 0; i < op_count; ++i) used[i] = used[i] || module.used[i];
  }
  for (usize i = 0; i < op_count; ++i) {
    const OpInfo& info = op_info(static_cast<Op>(i));
    if (info.is(trait::value)) EXPECT_TRUE(used[i]) << info.text;
  }
}

}  // namespace
}  // namespace zhan::test

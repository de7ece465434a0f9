// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/engine.hpp"

namespace zhan::engine {
namespace {

TEST(Config, EveryOptionHasItsInitialValue) {
  for (const Config::Option& option : Config::options()) {
    Config config;
    EXPECT_EQ(config.get(option.key), option.initial);
    EXPECT_TRUE(config.set(option.key, option.initial).has_value()) << option.key;
    EXPECT_FALSE(option.help.empty());
  }
}

TEST(Config, InitialValuesAreWhatTheFieldsSay) {
  Config untouched, set;
  for (const Config::Option& option : Config::options())
    ASSERT_TRUE(set.set(option.key, option.initial).has_value());
  EXPECT_EQ(set.limits.memory_bytes, untouched.limits.memory_bytes);
  EXPECT_EQ(set.limits.table_elements, untouched.limits.table_elements);
  EXPECT_EQ(set.limits.instances, untouched.limits.instances);
  EXPECT_EQ(set.limits.stack_bytes, untouched.limits.stack_bytes);
  EXPECT_EQ(set.limits.native_stack_bytes, untouched.limits.native_stack_bytes);
  EXPECT_EQ(set.mode, untouched.mode);
  EXPECT_EQ(set.signals, untouched.signals);
  EXPECT_EQ(set.lazy_validation, untouched.lazy_validation);
}

TEST(Config, SizesHaveUnits) {
  Config config;
  const auto size = [&](std::string_view text) {
    return config.set("max-memory", text) ? config.limits.memory_bytes : 0;
  };
  EXPECT_EQ(size("4096"), 4096u);
  EXPECT_EQ(size("64K"), 65'536u);
  EXPECT_EQ(size("3M"), 3u << 20);
  EXPECT_EQ(size("2GiB"), u64{2} << 30);
  EXPECT_EQ(size("1tb"), 0u);
  EXPECT_EQ(size("1TB"), u64{1} << 40);
  EXPECT_EQ(size("none"), ~u64{0});
  EXPECT_EQ(size("5x"), 0u);
  EXPECT_EQ(size(""), 0u);
  EXPECT_EQ(size("-1"), 0u);
  EXPECT_EQ(size("99999999999999999T"), 0u);
  EXPECT_EQ(config.limits.memory_bytes, ~u64{0});
}

TEST(Config, SwitchesAndChoices) {
  Config config;
  ASSERT_TRUE(config.set("fuel", "on").has_value());
  EXPECT_TRUE(config.mode.metered);
  ASSERT_TRUE(config.set("validate", "lazy").has_value());
  EXPECT_TRUE(config.lazy_validation);
  ASSERT_TRUE(config.set("signals", "off").has_value());
  EXPECT_EQ(config.signals, Config::Signals::off);
  EXPECT_EQ(config.get("signals"), "off");
  const auto bad = config.set("signals", "perhaps");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().kind(), ErrorKind::config);
  EXPECT_EQ(bad.error().message(),
            "option 'signals' cannot be 'perhaps': expected own|embedder|off");
}

TEST(Config, Features) {
  Config config;
  EXPECT_EQ(config.get("feature.simd"), "on");
  ASSERT_TRUE(config.set("feature.simd", "off").has_value());
  EXPECT_FALSE(config.features.has(Feature::simd));
  EXPECT_EQ(config.get("feature.simd"), "off");
  EXPECT_EQ(config.set("feature.smd", "on").error().message(),
            "unknown feature 'smd': did you mean 'simd'?");
  EXPECT_FALSE(config.set("feature.simd", "maybe").has_value());
}

TEST(Config, UnknownKeysNameTheNearest) {
  Config config;
  EXPECT_EQ(config.set("max-memry", "1").error().message(),
            "unknown option 'max-memry': did you mean 'max-memory'?");
  EXPECT_EQ(config.set("zzzzzzzz", "1").error().message(), "unknown option 'zzzzzzzz'");
  EXPECT_EQ(config.get("zzzzzzzz"), "");
}

}  // namespace
}  // namespace zhan::engine

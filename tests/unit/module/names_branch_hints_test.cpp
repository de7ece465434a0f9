// SPDX-License-Identifier: Apache-2.0
// Branch hints: as written, or none at all.
#include "module/branch_hints.hpp"

#include <gtest/gtest.h>

#include <string>

namespace zhan {
namespace {

BranchHints hints_of(const std::vector<u8>& payload, std::string_view name = branch_hint_section) {
  std::vector<u8> bytes(name.begin(), name.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  Module module;
  module.bytes = bytes;
  const auto size = static_cast<u32>(name.size());
  module.customs.push_back({{0, size}, {size, static_cast<u32>(payload.size())}, {}});
  return BranchHints(module);
}

TEST(BranchHints, AreFoundByFunction) {
  const BranchHints hints = hints_of({2, 3, 2, 5, 1, 0, 0x80, 1, 1, 1, 0x80, 1, 1, 9, 1, 1});
  ASSERT_EQ(hints.of(3).size(), 2u);
  EXPECT_EQ(hints.of(3)[0], (BranchHint{5, false}));
  EXPECT_EQ(hints.of(3)[1], (BranchHint{128, true}));
  ASSERT_EQ(hints.of(128).size(), 1u);
  EXPECT_EQ(hints.of(128)[0], (BranchHint{9, true}));
  EXPECT_TRUE(hints.of(0).empty());
  EXPECT_TRUE(hints.of(4).empty());
  EXPECT_TRUE(hints.of(1000).empty());
}

TEST(BranchHints, OtherSectionsAreNone) {
  EXPECT_TRUE(hints_of({1, 3, 1, 5, 1, 0}, "metadata.code.other").empty());
}

TEST(BranchHints, DamagedSectionsCountAsAbsent) {
  const std::vector<u8> good = {2, 3, 1, 5, 1, 0, 4, 1, 5, 1, 1};
  EXPECT_FALSE(hints_of(good).empty());
  for (usize size = 0; size < good.size(); ++size)
    EXPECT_TRUE(hints_of({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}).empty());
  EXPECT_TRUE(hints_of({1, 3, 1, 5, 1, 2}).empty()) << "a value of two";
  EXPECT_TRUE(hints_of({1, 3, 1, 5, 2, 0, 0}).empty()) << "a value of two bytes";
  EXPECT_TRUE(hints_of({1, 3, 2, 5, 1, 0, 5, 1, 0}).empty()) << "the same offset twice";
  EXPECT_TRUE(hints_of({2, 3, 0, 3, 0}).empty()) << "the same function twice";
  EXPECT_TRUE(hints_of({1, 3, 1, 5, 1, 0, 0}).empty()) << "a byte too many";
  EXPECT_TRUE(hints_of({0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0}).empty()) << "a huge count";
}

}  // namespace
}  // namespace zhan

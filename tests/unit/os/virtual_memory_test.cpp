// SPDX-License-Identifier: Apache-2.0
#include "os/virtual_memory.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace zhan::os {
namespace {

TEST(VirtualMemory, PageSizesArePowersOfTwo) {
  const usize page = page_size();
  EXPECT_GE(page, 4096u);
  EXPECT_EQ(page & (page - 1), 0u);
  EXPECT_EQ(round_to_pages(0), 0u);
  EXPECT_EQ(round_to_pages(1), page);
  EXPECT_EQ(round_to_pages(page), page);
  EXPECT_EQ(round_to_pages(~usize{0}), 0u);
}

TEST(VirtualMemory, ZeroedMemoryIsZeroAndWritable) {
  const Mapping map = Mapping::zeroed(100'000);
  ASSERT_TRUE(map);
  for (usize i = 0; i < 100'000; i += 1000) EXPECT_EQ(map.base()[i], 0);
  std::memset(map.base(), 0xab, 100'000);
  EXPECT_EQ(map.base()[99'999], 0xab);
}

TEST(VirtualMemory, DiscardedPagesReadAsZero) {
  const Mapping map = Mapping::zeroed(2 * page_size());
  ASSERT_TRUE(map);
  std::memset(map.base(), 1, map.size());
  discard(map.base() + page_size(), page_size());
  EXPECT_EQ(map.base()[0], 1);
  EXPECT_EQ(map.base()[page_size()], 0);
}

TEST(VirtualMemory, ReservedSpaceOpensPageByPage) {
  const Mapping map = Mapping::reserved(usize{1} << 33);
  ASSERT_TRUE(map);
  ASSERT_TRUE(set_access(map.base(), page_size(), true));
  map.base()[page_size() - 1] = 7;
  EXPECT_DEATH(map.base()[page_size()] = 7, "");
  ASSERT_TRUE(set_access(map.base(), page_size(), false));
  EXPECT_DEATH(map.base()[0] = 7, "");
}

TEST(VirtualMemory, GrowingKeepsTheBytes) {
  Mapping map = Mapping::zeroed(page_size());
  ASSERT_TRUE(map);
  std::memset(map.base(), 0x5a, page_size());
  ASSERT_TRUE(map.resize(64 * page_size()));
  EXPECT_EQ(map.size(), 64 * page_size());
  EXPECT_EQ(map.base()[0], 0x5a);
  EXPECT_EQ(map.base()[page_size() - 1], 0x5a);
  EXPECT_EQ(map.base()[page_size()], 0);
}

TEST(VirtualMemory, ImpossibleSizesAreRefused) {
  EXPECT_EQ(reserve(~usize{0}), nullptr);
  EXPECT_EQ(reserve(usize{1} << 60), nullptr);
  EXPECT_EQ(map_zeroed(0), nullptr);
  Mapping map = Mapping::zeroed(page_size());
  EXPECT_FALSE(map.resize(usize{1} << 60));
  EXPECT_EQ(map.size(), page_size());
  map.base()[0] = 1;
}

TEST(VirtualMemory, MovingAMappingLeavesOneOwner) {
  Mapping first = Mapping::zeroed(page_size());
  u8* const base = first.base();
  Mapping second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_EQ(second.base(), base);
  Mapping third;
  third = std::move(second);
  EXPECT_EQ(third.base(), base);
}

}  // namespace
}  // namespace zhan::os

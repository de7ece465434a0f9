// SPDX-License-Identifier: Apache-2.0
// StableList and SmallMap.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "base/small_map.hpp"
#include "base/stable_list.hpp"

namespace zhan {
namespace {

struct alignas(32) Aligned {
  u64 value = 0;
  u64 other = 7;
};

TEST(StableList, ItemsStayWhereTheyAre) {
  StableList<Aligned, 4> list;
  std::vector<Aligned*> items;
  for (u64 i = 0; i < 1000; ++i) items.push_back(&list.emplace_back(i));
  for (u64 i = 0; i < 1000; ++i) {
    EXPECT_EQ(items[i]->value, i);
    EXPECT_EQ(items[i]->other, 7u) << "the defaults of an aggregate";
    EXPECT_EQ(reinterpret_cast<uptr>(items[i]) % 32, 0u);
  }
}

TEST(StableList, EveryItemIsVisitedOnce) {
  StableList<u32, 3> list;
  list.for_each([](u32&) { ADD_FAILURE() << "it is empty"; });
  for (u32 i = 0; i < 10; ++i) list.emplace_back(u32{1} << i);
  u32 seen = 0;
  list.for_each([&](u32& item) {
    EXPECT_EQ(seen & item, 0u);
    seen |= item;
  });
  EXPECT_EQ(seen, (u32{1} << 10) - 1);
}

TEST(StableList, AMillionItemsEndWithoutRecursion) {
  auto list = std::make_unique<StableList<u64, 1>>();
  for (u64 i = 0; i < 1'000'000; ++i) list->emplace_back(i);
  list.reset();
}

TEST(SmallMap, FindsFewAndMany) {
  SmallMap<u32, u64> map;
  EXPECT_EQ(map.find(0), nullptr);
  for (u32 i = 0; i < 100; ++i) {
    EXPECT_EQ(map.find(i * 3), nullptr);
    EXPECT_EQ(map.add(i * 3, i), i);
    for (u32 k = 0; k <= i; ++k) {
      ASSERT_NE(map.find(k * 3), nullptr) << k << " of " << i;
      EXPECT_EQ(*map.find(k * 3), k);
    }
    EXPECT_EQ(map.find(i * 3 + 1), nullptr);
    EXPECT_EQ(map.size(), i + 1u);
  }
}

TEST(SmallMap, HoldsWhatOnlyMoves) {
  SmallMap<u32, std::unique_ptr<u32>> map;
  for (u32 i = 0; i < 40; ++i) map.add(i, std::make_unique<u32>(i));
  for (u32 i = 0; i < 40; ++i) EXPECT_EQ(**map.find(i), i);
}

}  // namespace
}  // namespace zhan

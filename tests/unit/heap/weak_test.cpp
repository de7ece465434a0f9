// SPDX-License-Identifier: Apache-2.0
// Weak handles and the identity map: what dies leaves them, what moves is found again.
#include "heap/weak.hpp"

#include "fixture.hpp"

namespace zhan::heap {
namespace {

class Weak : public HeapTest, public ::testing::WithParamInterface<MinorMode> {
 protected:
  void SetUp() override {
    HeapConfig config;
    config.mode = GetParam();
    config.poison = config.verify = true;
    config.nursery = 64u << 10;
    make(config);
  }
};

TEST_P(Weak, HandlesFollowWhatLivesAndForgetWhatDies) {
  std::vector<WeakHandles::Handle> handles;
  for (u64 i = 0; i < 5'000; ++i) {
    const Ref made = new_node(i);
    handles.push_back(heap().weak().add(made));
    if (i % 3 == 0) roots.push_back(made);
  }
  for (const bool major : {false, true, false}) {
    heap().collect(major);
    for (u64 i = 0; i < handles.size(); ++i) {
      const Ref found = heap().weak().get(handles[i]);
      if (i % 3 == 0) {
        ASSERT_EQ(found, roots[i / 3]);
        ASSERT_EQ(value_of(found), i);
      } else {
        ASSERT_EQ(found, 0U) << i;
      }
    }
  }
  roots.clear();
  heap().collect(true);
  for (const auto handle : handles) ASSERT_EQ(heap().weak().get(handle), 0U);
  EXPECT_EQ(heap().statistics().used, 0U);
}

TEST_P(Weak, OldObjectsDieInMajorCollectionsOnly) {
  const auto handle = heap().weak().add(new_node(1));
  roots.push_back(heap().weak().get(handle));
  heap().collect(false);
  roots.clear();
  heap().collect(false);
  EXPECT_EQ(value_of(heap().weak().get(handle)), 1U);
  heap().collect(true);
  EXPECT_EQ(heap().weak().get(handle), 0U);
}

TEST_P(Weak, RemovedHandlesNameNothingEver) {
  roots = {new_node(1)};
  WeakHandles& weak = heap().weak();
  const auto first = weak.add(roots[0]);
  weak.remove(first);
  weak.remove(first);
  EXPECT_EQ(weak.get(first), 0U);
  const auto second = weak.add(roots[0]);  // takes the entry again
  EXPECT_NE(first, second);
  EXPECT_EQ(weak.get(first), 0U);
  EXPECT_EQ(weak.get(second), roots[0]);
  EXPECT_EQ(weak.get(0), 0U);
  EXPECT_EQ(weak.get(~u64{0}), 0U);
}

TEST_P(Weak, TheMapFindsObjectsWhereverTheyAre) {
  std::vector<int> hosts(3'000);
  for (usize i = 0; i < hosts.size(); ++i) {
    roots.push_back(new_node(i));
    heap().identities().set(roots.back(), &hosts[i]);
  }
  EXPECT_EQ(heap().identities().get(0), nullptr);
  for (const bool major : {false, true, false}) {
    for (int i = 0; i < 10'000; ++i) (void)new_node(0);
    heap().collect(major);
    EXPECT_EQ(heap().identities().size(), hosts.size());
    for (usize i = 0; i < hosts.size(); ++i)
      ASSERT_EQ(heap().identities().get(roots[i]), &hosts[i]);
  }
  for (usize i = 0; i < hosts.size(); i += 2) heap().identities().remove(roots[i]);
  for (usize i = 0; i < hosts.size(); ++i)
    ASSERT_EQ(heap().identities().get(roots[i]), i % 2 == 0 ? nullptr : &hosts[i]);
  roots.resize(100);
  heap().collect(true);
  EXPECT_EQ(heap().identities().size(), 50U);
}

TEST_P(Weak, TheMapOfManyShortLivesStaysSmall) {
  int host = 0;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 1'000; ++i) heap().identities().set(new_node(0), &host);
    heap().collect(false);
    ASSERT_EQ(heap().identities().size(), 0U);
  }
}

constexpr MinorMode modes[] = {MinorMode::adaptive, MinorMode::in_place, MinorMode::copying};
INSTANTIATE_TEST_SUITE_P(Modes, Weak, ::testing::ValuesIn(modes));

}  // namespace
}  // namespace zhan::heap

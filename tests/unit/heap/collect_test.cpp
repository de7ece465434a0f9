// SPDX-License-Identifier: Apache-2.0
// Collections: what lives stays whole, what is dropped goes, in every mode.
#include <chrono>
#include <random>
#include <thread>

#include "fixture.hpp"

namespace zhan::heap {
namespace {

HeapConfig checked(MinorMode mode) {
  HeapConfig config;
  config.mode = mode;
  config.poison = config.verify = true;
  config.nursery = 64u << 10;
  return config;
}

class Collect : public HeapTest, public ::testing::WithParamInterface<MinorMode> {
 protected:
  void SetUp() override { make(checked(GetParam())); }

  /// A list of `length` nodes, its first node in roots.back().
  void grow_list(u64 length) {
    roots.push_back(0);
    for (u64 i = 0; i < length; ++i) {
      const Ref made = new_node(i);
      set_left(made, roots.back());
      roots.back() = made;
    }
  }
  [[nodiscard]] u64 list_length(Ref at) {
    u64 length = 0;
    for (u64 expected = value_of(at); at != 0; at = left_of(at), ++length) {
      EXPECT_EQ(value_of(at), expected);
      --expected;
    }
    return length;
  }
};

TEST_P(Collect, KeepsWhatRootsReachAndFreesTheRest) {
  grow_list(100'000);
  EXPECT_EQ(list_length(roots[0]), 100'000U);
  heap().collect(true);
  EXPECT_EQ(list_length(roots[0]), 100'000U);
  const u64 full = heap().statistics().used;
  roots.clear();
  heap().collect(true);
  EXPECT_EQ(heap().statistics().used, 0U);
  EXPECT_GT(full, 100'000U * 24);
}

TEST_P(Collect, RunsInConstantMemoryWhenAllDies) {
  for (int i = 0; i < 1'000'000; ++i) ASSERT_NE(new_node(1), 0U);
  EXPECT_LT(heap().statistics().peak, 40u << 20);
  EXPECT_GT(heap().statistics().minor, 1U);
}

TEST_P(Collect, LeavesPinnedObjectsInTheirPlaces) {
  std::vector<u64> expected;
  for (u64 i = 0; i < 500; ++i) {
    pins.push_back(new_node(i));
    for (int k = 0; k < 300; ++k) (void)new_node(0);
  }
  heap().collect(false);
  heap().collect(true);
  for (u64 i = 0; i < 500; ++i) EXPECT_EQ(value_of(pins[i]), i);
}

TEST_P(Collect, IgnoresWordsThatAreNoObjects) {
  const Ref made = new_node(5);
  pins = {made + 8, made + 1, first_offset - 8, ~u64{0}, u64{1} << 32 | made, 0x1234'5678};
  roots.push_back(made);
  heap().collect(false);
  EXPECT_EQ(value_of(roots[0]), 5U);
  roots.clear();
  pins.clear();
  heap().collect(true);
  EXPECT_EQ(heap().statistics().used, 0U);
}

TEST_P(Collect, RemembersOldObjectsThatGetYoungOnes) {
  grow_list(1);
  heap().collect(false);  // old now
  for (u64 round = 0; round < 50; ++round) {
    set_right(roots[0], new_node(round));
    for (int k = 0; k < 5'000; ++k) (void)new_node(0);  // collections in between
    ASSERT_EQ(value_of(right_of(roots[0])), round);
  }
}

TEST_P(Collect, RemembersLargeArraysByCards) {
  roots.push_back(new_array(references, 200'000));
  heap().collect(false);
  std::mt19937 random(7);
  std::vector<u32> places;
  for (u64 round = 0; round < 200; ++round) {
    const u32 index = static_cast<u32>(random() % 200'000);
    const Ref made = new_node(index);
    set_element(roots[0], index, made);
    places.push_back(index);
    for (int k = 0; k < 2'000; ++k) (void)new_node(0);
  }
  for (const u32 index : places) EXPECT_EQ(value_of(element(roots[0], index)), index);
}

TEST_P(Collect, FillsAYoungLargeArrayWithYoungObjects) {
  roots.push_back(new_array(references, 50'000));
  for (u32 i = 0; i < 50'000; ++i) set_element(roots[0], i, new_node(i));
  heap().collect(true);
  for (u32 i = 0; i < 50'000; ++i) ASSERT_EQ(value_of(element(roots[0], i)), i);
}

TEST_P(Collect, FreesLargeObjectsWhole) {
  for (int i = 0; i < 2'000; ++i) ASSERT_NE(new_array(bytes, 1u << 20), 0U);
  EXPECT_LT(heap().statistics().peak, 64u << 20);
  heap().collect(true);
  EXPECT_EQ(heap().statistics().used, 0U);
}

TEST_P(Collect, AnswersNullWhenTheLimitIsReachedAndGoesOnAfterwards) {
  HeapConfig config = checked(GetParam());
  config.limit = 4u << 20;
  make(config);
  roots.push_back(0);
  u64 made = 0;
  for (;; ++made) {
    const Ref next = new_node(made);
    if (next == 0) break;
    set_left(next, roots[0]);
    roots[0] = next;
  }
  EXPECT_GT(made * 24, 2u << 20);
  EXPECT_EQ(list_length(roots[0]), made);
  EXPECT_EQ(new_array(bytes, 8u << 20), 0U);
  EXPECT_EQ(new_array(bytes, 0xffff'ffff), 0U);
  roots[0] = 0;
  for (int i = 0; i < 200'000; ++i) ASSERT_NE(new_node(1), 0U) << i;
}

TEST_P(Collect, SurvivesAMarkingStackThatIsDeep) {
  // A tree as deep as a list both ways: the stack holds one side.
  roots.push_back(0);
  for (u64 i = 0; i < 200'000; ++i) {
    const Ref leaf = new_node(i);
    roots.push_back(leaf);
    const Ref made = new_node(i, roots[0], leaf);
    roots.pop_back();
    roots[0] = made;
  }
  heap().collect(true);
  u64 count = 0;
  for (Ref at = roots[0]; at != 0; at = left_of(at)) {
    EXPECT_EQ(value_of(right_of(at)), value_of(at));
    ++count;
  }
  EXPECT_EQ(count, 200'000U);
}

// -- Random graphs against a shadow --

/// What the heap should hold: node i's value and neighbours, by number; -1 = null.
struct Shadow {
  u64 value = 0;
  int left = -1, right = -1;
};

class Mutation : public Collect {
 protected:
  static constexpr int nodes = 400;

  void step(std::mt19937_64& random) {
    const int at = static_cast<int>(random() % nodes);
    switch (random() % 8) {
      case 0: replace(at, random()); break;
      case 1:
      case 2: link(at, pick(random), true); break;
      case 3:
      case 4: link(at, pick(random), false); break;
      case 5: (void)new_node(random()); break;
      case 6: (void)new_array(random() % 2 ? references : bytes, random() % 3'000); break;
      default:
        if (random() % 64 == 0) heap().collect(random() % 4 == 0);
    }
  }
  void check() {
    for (int i = 0; i < nodes; ++i) {
      ASSERT_EQ(value_of(roots[i]), shadow[i].value);
      ASSERT_EQ(left_of(roots[i]), ref(shadow[i].left));
      ASSERT_EQ(right_of(roots[i]), ref(shadow[i].right));
    }
  }
  void start() {
    shadow.assign(nodes, {});
    roots.assign(nodes, 0);
    for (int i = 0; i < nodes; ++i) replace(i, static_cast<u64>(i));
  }

 private:
  [[nodiscard]] u64 ref(int number) const { return number < 0 ? 0 : roots[number]; }
  static int pick(std::mt19937_64& random) { return static_cast<int>(random() % (nodes + 1)) - 1; }
  void link(int at, int to, bool left) {
    (left ? shadow[at].left : shadow[at].right) = to;
    left ? set_left(roots[at], ref(to)) : set_right(roots[at], ref(to));
  }
  /// A new node in its place; all that named the old one name the new one.
  void replace(int at, u64 value) {
    const Ref made = new_node(value);
    ASSERT_NE(made, 0U);
    shadow[at] = {value, -1, -1};
    roots[at] = made;
    for (int i = 0; i < nodes; ++i) {
      if (i != at && shadow[i].left == at) set_left(roots[i], made);
      if (i != at && shadow[i].right == at) set_right(roots[i], made);
    }
  }

 public:
  std::vector<Shadow> shadow;
};

TEST_P(Mutation, AgreesWithItsShadow) {
  for (const u64 seed : {1, 2, 3}) {
    HeapConfig config = checked(GetParam());
    config.stress = seed == 3 ? 7 : 0;
    config.stress_major = seed == 3;
    make(config);
    start();
    std::mt19937_64 random(seed);
    for (int i = 0; i < 20'000; ++i) {
      step(random);
      if (i % 1'000 == 0) check();
    }
    check();
  }
}

std::string mode_name(const ::testing::TestParamInfo<MinorMode>& info) {
  constexpr const char* names[] = {"Adaptive", "InPlace", "Copying"};
  return names[static_cast<usize>(info.param)];
}
constexpr MinorMode modes[] = {MinorMode::adaptive, MinorMode::in_place, MinorMode::copying};
INSTANTIATE_TEST_SUITE_P(Modes, Collect, ::testing::ValuesIn(modes), mode_name);
INSTANTIATE_TEST_SUITE_P(Modes, Mutation, ::testing::ValuesIn(modes), mode_name);

// -- Size of the nursery --

class Nursery : public HeapTest {
 protected:
  /// Minor collections while so many bytes are made, nothing of which lives on.
  u64 minors(u64 count) {
    const u64 before = heap().statistics().minor;
    for (u64 i = 0; i < count; ++i) EXPECT_NE(new_node(0), 0U);
    return heap().statistics().minor - before;
  }
};

TEST_F(Nursery, GrowsWhileMuchSurvivesAndShrinksAfterAPause) {
  make();
  constexpr u64 mib = 1u << 20, node_bytes = 24;
  roots.push_back(0);
  for (u64 i = 0; i < 64 * mib / node_bytes; ++i) {  // all of it lives
    const Ref made = new_node(i);
    ASSERT_NE(made, 0U);
    set_left(made, roots[0]);
    roots[0] = made;
  }
  roots.clear();
  heap().collect(true);
  // The nursery has 16 MiB now: the first collection comes then, notices the pause and halves it.
  std::this_thread::sleep_for(std::chrono::milliseconds(1'050));
  EXPECT_EQ(minors(26 * mib / node_bytes), 2U);
}

// -- Boxes --

class Boxes : public HeapTest {
 protected:
  static void note(void* data) { ++*static_cast<int*>(data); }
};

TEST_F(Boxes, HandOverTheFinalisersOfTheDeadInOrder) {
  make();
  std::vector<int> runs(100);
  for (int& run : runs) {
    const Ref box = heap().new_box(&run, note);
    if ((&run - runs.data()) % 2 == 0) roots.push_back(box);
  }
  heap().collect(false);
  const std::vector<Finaliser> dead = heap().take_dead();
  ASSERT_EQ(dead.size(), 50U);
  for (usize i = 0; i < 50; ++i) EXPECT_EQ(dead[i].data, &runs[2 * i + 1]);
  heap().collect(true);
  EXPECT_TRUE(heap().take_dead().empty());
  for (usize i = 0; i < 50; ++i) EXPECT_EQ(heap().box(roots[i])->data, &runs[2 * i]);
  roots.clear();
  const std::vector<Finaliser> rest = heap().take_all();
  ASSERT_EQ(rest.size(), 50U);
  EXPECT_EQ(rest[49].data, &runs[98]);
  EXPECT_TRUE(heap().take_all().empty());
}

}  // namespace
}  // namespace zhan::heap

// SPDX-License-Identifier: Apache-2.0
// Pools: slots, images, resetting, limits; and instances in them, guarded and explicit.
#include "runtime/pool.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <functional>
#include <thread>

#include "os/page_scan.hpp"
#include "runtime/memory.hpp"
#include "runtime/reset_costs.hpp"
#include "runtime/signals.hpp"

namespace zhan::runtime {
namespace {

// -- Slots --

class SlotTest : public testing::Test {
 public:
  std::unique_ptr<MemoryImage> image(u64 size, std::vector<std::pair<u64, std::string>> data) {
    std::vector<DataPiece> pieces;
    for (const auto& [offset, text] : data)
      pieces.push_back({offset, {reinterpret_cast<const u8*>(text.data()), text.size()}});
    return MemoryImage::create(size, pieces);
  }
  static bool holds(const u8* base, u64 offset, std::string_view text) {
    return std::memcmp(base + offset, text.data(), text.size()) == 0;
  }
  std::shared_ptr<Pool> pool = std::make_shared<Pool>(PoolConfig{});
};

TEST_F(SlotTest, AnImageIsLaidOutAndRestored) {
  const u64 size = 256u << 10;
  for (const bool large : {false, true}) {
    const std::string text(large ? 100'000 : 10, 'x');
    const auto made = image(size, {{5000, text}, {5000, "first"}});
    ASSERT_NE(made, nullptr);
    EXPECT_EQ(made->mapped(), large);
    for (const bool guarded : {true, false}) {
      Slot* const slot = pool->take(*made, guarded);
      ASSERT_NE(slot, nullptr);
      u8* const base = slot->base();
      EXPECT_TRUE(holds(base, 5000, "first" + text.substr(5)));
      EXPECT_EQ(base[4999], 0);
      EXPECT_EQ(base[size - 1], 0);
      std::memset(base, 0xaa, size);
      pool->give_back(slot, size);
      EXPECT_EQ(pool->take(*made, guarded), slot) << "the same place serves the same module";
      EXPECT_TRUE(holds(base, 5000, "first" + text.substr(5)));
      for (u64 i = 0; i < size; ++i)
        if (i < 5000 || i >= 5000 + text.size()) ASSERT_EQ(base[i], 0) << i;
      pool->give_back(slot, size);
    }
  }
}

TEST_F(SlotTest, EveryWayOfResettingIsComplete) {
  const u64 size = 192u << 10;
  const u64 page = os::page_size();
  const auto made = image(size, {{3 * page + 11, std::string(7 * page, 'd')}});
  std::vector<u8> first(size);
  Slot* slot = pool->take(*made, false);
  std::memcpy(first.data(), slot->base(), size);
  for (const auto way : {os::ScanWay::scan, os::ScanWay::pagemap, os::ScanWay::none})
    for (u64 written = 1; written <= size / page; written = written * 3 + 1)
      for (u64 round = 0; round < 3; ++round) {
        os::set_scan_way(way);
        for (u64 i = 0; i < written; ++i)
          slot->base()[(i * 5 + round) % (size / page) * page + i] ^= 0x5a;
        pool->give_back(slot, size);
        slot = pool->take(*made, false);
        ASSERT_EQ(std::memcmp(first.data(), slot->base(), size), 0) << written;
      }
  os::set_scan_way(os::ScanWay::scan);
  pool->give_back(slot, size);
}

TEST_F(SlotTest, LittleStaysResident) {
  pool = std::make_shared<Pool>(PoolConfig{.slot_resident = 64u << 10, .idle_resident = 1u << 20});
  const u64 size = 8u << 20;
  const auto made = image(size, {});
  std::vector<Slot*> slots;
  for (int i = 0; i < 8; ++i) {
    slots.push_back(pool->take(*made, false));
    std::memset(slots.back()->base(), 1, i % 2 == 0 ? size : 32u << 10);
  }
  for (Slot* const slot : slots) pool->give_back(slot, size);
  const PoolStatistics now = pool->statistics();
  EXPECT_EQ(now.idle_slots, 8u);
  EXPECT_LE(now.idle_resident, 8u * (32u << 10)) << "whoever wrote all gave it back";
  std::array<os::PageRun, 64> runs;
  for (Slot* const slot : slots) {
    const os::PageScan scan = os::written_pages(slot->base(), size, runs);
    if (!scan.known) continue;
    u64 resident = 0;
    for (usize i = 0; i < scan.runs; ++i) resident += runs[i].end - runs[i].begin;
    EXPECT_LE(resident, 64u << 10);
  }
}

TEST_F(SlotTest, IdleSlotsTogetherStayBelowTheLimit) {
  pool = std::make_shared<Pool>(PoolConfig{.idle_resident = 100u << 10});
  const auto made = image(1u << 20, {});
  std::vector<Slot*> slots;
  for (int i = 0; i < 16; ++i) {
    slots.push_back(pool->take(*made, false));
    std::memset(slots.back()->base(), 1, 40u << 10);
  }
  for (Slot* const slot : slots) pool->give_back(slot, 1u << 20);
  EXPECT_LE(pool->statistics().idle_resident, 100u << 10);
  EXPECT_EQ(pool->statistics().idle_slots, 2u);
}

TEST_F(SlotTest, GrowthIsTakenBack) {
  const auto made = image(64u << 10, {{0, "abc"}});
  for (const bool guarded : {true, false}) {
    Slot* slot = pool->take(*made, guarded);
    const u64 grown = guarded ? u64{3} << 20 : slot->reach();
    ASSERT_TRUE(slot->open_to(grown));
    std::memset(slot->base(), 0xee, grown);
    pool->give_back(slot, grown);
    ASSERT_EQ(pool->take(*made, guarded), slot);
    EXPECT_TRUE(holds(slot->base(), 0, "abc"));
    ASSERT_TRUE(slot->open_to(grown));
    for (u64 i = 3; i < grown; ++i) ASSERT_EQ(slot->base()[i], 0) << i;
    pool->give_back(slot, grown);
  }
}

TEST_F(SlotTest, AnotherImageSeesNothing) {
  Slot* used = nullptr;
  for (const char mark : {'a', 'b', 'c'}) {
    for (const bool guarded : {true, false}) {
      const auto made = image(64u << 10, {{100, std::string(30'000, mark)}});
      Slot* const slot = pool->take(*made, guarded);
      for (u64 i = 0; i < 64u << 10; ++i)
        ASSERT_EQ(slot->base()[i], i >= 100 && i < 30'100 ? mark : 0);
      std::memset(slot->base(), 'z', 64u << 10);
      pool->give_back(slot, 64u << 10);
      if (guarded) used = slot;
    }
    EXPECT_EQ(pool->statistics().idle_slots, 0u) << "the images are gone";
    Slot* const plain = pool->take(64u << 10, true);
    EXPECT_EQ(plain, used) << "their slots are not";
    for (u64 i = 0; i < 64u << 10; ++i) ASSERT_EQ(plain->base()[i], 0);
    plain->base()[17] = 'y';
    pool->give_back(plain, 64u << 10);
  }
}

TEST_F(SlotTest, AnImageOfAnotherPoolIsStillRight) {
  const auto made = image(64u << 10, {{9, "hello"}});
  pool->give_back(pool->take(*made, false), 64u << 10);
  const auto other = std::make_shared<Pool>(PoolConfig{});
  for (int round = 0; round < 3; ++round) {
    Slot* const slot = other->take(*made, false);
    EXPECT_TRUE(holds(slot->base(), 9, "hello"));
    EXPECT_EQ(slot->base()[14], 0);
    std::memset(slot->base(), 1, 64u << 10);
    other->give_back(slot, 64u << 10);
  }
  EXPECT_EQ(other->statistics().idle_slots, 0u);
  EXPECT_EQ(pool->statistics().idle_slots, 1u);
}

TEST_F(SlotTest, SizesHaveTheirKinds) {
  for (const u64 size :
       {u64{0}, u64{1}, u64{1} << 16, (u64{1} << 16) + 1, u64{3} << 20, largest_slot}) {
    Slot* const slot = pool->take(size, false);
    ASSERT_NE(slot, nullptr);
    EXPECT_GE(slot->reach(), size);
    EXPECT_LE(slot->reach(), std::max<u64>(2 * size, 64u << 10));
    if (size > 0) slot->base()[size - 1] = 1;
    pool->give_back(slot, size);
  }
}

TEST_F(SlotTest, ThreadsShareThePool) {
  const auto first = image(64u << 10, {{100, "first"}});
  const auto second = image(64u << 10, {{5000, std::string(20'000, 's')}});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < 50; ++round) {
        const MemoryImage& made = (t + round) % 2 == 0 ? *first : *second;
        Slot* const slot = pool->take(made, false);
        EXPECT_EQ(slot->base()[100], &made == first.get() ? 'f' : 0);
        EXPECT_EQ(slot->base()[5000], &made == first.get() ? 0 : 's');
        std::memset(slot->base(), t + 1, 64u << 10);
        EXPECT_EQ(slot->base()[40'000], t + 1);
        pool->give_back(slot, 64u << 10);
        pool->give_back_stack(pool->take_stack(64u << 10));
        bool used = false;
        pool->give_back_array(pool->take_array(100, used));
        (void)pool->statistics();
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(pool->statistics().idle_slots, 8u);
}

TEST_F(SlotTest, DataIsErased) {
  const auto made = image(128u << 10, {{7000, "data"}});
  Slot* const slot = pool->take(*made, false);
  slot->base()[90'000] = 1;
  made->erase(slot->base());
  EXPECT_EQ(slot->base()[7000], 0);
  EXPECT_EQ(slot->base()[90'000], 1) << "only where the image has bytes";
  pool->give_back(slot, 128u << 10);
}

TEST_F(SlotTest, StacksAndArraysComeBack) {
  os::Mapping stack = pool->take_stack(1u << 20);
  u8* const base = stack.base();
  std::memset(base, 1, 1u << 20);
  pool->give_back_stack(std::move(stack));
  EXPECT_NE(pool->take_stack(1u << 19).base(), base);
  EXPECT_EQ(pool->take_stack(1u << 20).base(), base);
  bool used = true;
  os::Mapping array = pool->take_array(5000, used);
  EXPECT_FALSE(used);
  EXPECT_EQ(array.size(), os::round_to_pages(8192));
  u8* const first = array.base();
  pool->give_back_array(std::move(array));
  array = pool->take_array(6000, used);
  EXPECT_TRUE(used);
  EXPECT_EQ(array.base(), first);
  array = pool->take_array(100u << 20, used);
  EXPECT_FALSE(used);
  EXPECT_EQ(array.size(), 100u << 20);
}

TEST(ResetCosts, AreMeasuredAndDecide) {
  (void)reset_costs();
  const ResetCosts& costs = reset_costs();
  EXPECT_GT(costs.copy, 0u);
  EXPECT_GT(costs.fault, costs.copy / 4);
  EXPECT_EQ(&costs, &reset_costs());
  EXPECT_TRUE(copying_pays({.scan = 1, .copy = 50, .discard = 700, .fault = 900}, 100));
  EXPECT_FALSE(copying_pays({.scan = 1, .copy = 500, .discard = 700, .fault = 900}, 100));
  EXPECT_TRUE(copying_pays({.scan = 1, .copy = 500, .discard = 700, .fault = 900}, 1));
}

// -- Watching --

class WatchTest : public SlotTest {
 public:
  void SetUp() override {
    if (!faults_supported()) GTEST_SKIP() << "this build uses no faults";
    ASSERT_TRUE(install_signals());
    pool = std::make_shared<Pool>(PoolConfig{.watch = true});
    made = image(size, {{0, std::string(200'000, 'i')}});
  }
  /// One use of the slot for the image.
  Slot* use(const std::function<void(u8*)>& work) {
    Slot* const slot = pool->take(*made, true);
    for (u64 i = 0; i < size; ++i)
      if (slot->base()[i] != (i < 200'000 ? 'i' : 0)) {
        ADD_FAILURE() << "not clean at " << i;
        break;
      }
    work(slot->base());
    pool->give_back(slot, size);
    return slot;
  }
  static void write(u8* base, u64 page) { const_cast<volatile u8*>(base)[page * 4096 + 1] = 'w'; }
  static constexpr u64 size = 256u << 10;
  std::unique_ptr<MemoryImage> made;
};

TEST_F(WatchTest, KnownPagesAreWrittenAnewWithoutAskingTheKernel) {
  const auto work = [](u8* base) {
    write(base, 2);
    write(base, 60);
  };
  Slot* const slot = use(work);
  EXPECT_FALSE(slot->watched()) << "not after the first use";
  use(work);
  ASSERT_TRUE(slot->watched());
  EXPECT_EQ(pool->statistics().watched_slots, 1u);
  os::set_scan_way(os::ScanWay::none);
  for (int i = 0; i < 10; ++i) use(work);
  os::set_scan_way(os::ScanWay::scan);
  EXPECT_TRUE(slot->watched());
  EXPECT_EQ(slot->resident(), 2 * os::page_size());
}

TEST_F(WatchTest, APageThatIsNewIsLearned) {
  for (int i = 0; i < 2; ++i) use([](u8* base) { write(base, 1); });
  for (u64 page = 0; page < 40; ++page) {
    Slot* const slot = use([page](u8* base) { write(base, page); });
    EXPECT_TRUE(slot->watched()) << page;
  }
  EXPECT_EQ(use([](u8*) {})->resident(), 40 * os::page_size());
}

TEST_F(WatchTest, ManyPagesEndIt) {
  const u64 pages = size / 4096;
  made = image(4 * size, {});
  for (int round = 0; round < 6; ++round) {
    Slot* const slot = pool->take(*made, true);
    for (u64 i = 0; i < 4 * size; ++i) ASSERT_EQ(slot->base()[i], 0) << round;
    for (u64 page = 0; page < (round < 3 ? 1 : 2 * pages); ++page) write(slot->base(), page);
    pool->give_back(slot, 4 * size);
    EXPECT_EQ(slot->watched(), round == 1 || round == 2) << round;
  }
  EXPECT_EQ(pool->statistics().watched_slots, 0u);
}

TEST_F(WatchTest, WhatTheKernelWritesIsOpenedBefore) {
  for (int i = 0; i < 2; ++i) use([](u8* base) { write(base, 1); });
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string text(20'000, 'k');
  ASSERT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  for (int i = 0; i < 2; ++i) {
    Slot* const slot = pool->take(*made, true);
    ASSERT_TRUE(slot->watched());
    slot->open_range(10'000, 20'000);
    if (i == 0) EXPECT_EQ(::read(ends[0], slot->base() + 10'000, text.size()), 20'000);
    pool->give_back(slot, size);
  }
  use([](u8*) {});
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(WatchTest, ExposedMemoryIsNotWatched) {
  for (int i = 0; i < 2; ++i) use([](u8* base) { write(base, 1); });
  int watched = 0;
  for (int i = 0; i < 8; ++i) {
    Slot* const slot = pool->take(*made, true);
    watched += slot->watched() ? 1 : 0;
    pool->expose(*slot);
    EXPECT_FALSE(slot->watched());
    // The kernel may write anywhere now.
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    EXPECT_EQ(::write(ends[1], "zzzz", 4), 4);
    EXPECT_EQ(::read(ends[0], slot->base() + 4096 * (i + 20), 4), 4);
    ::close(ends[0]);
    ::close(ends[1]);
    pool->give_back(slot, size);
    use([](u8*) {});
  }
  EXPECT_GT(watched, 0);
  EXPECT_LT(watched, 8) << "it does not pay for hosts that ask every time";
  EXPECT_FALSE(made->shelf(true).watchable);
}

TEST_F(WatchTest, GrowthAndWatchingGoTogether) {
  for (int i = 0; i < 6; ++i) {
    Slot* const slot = pool->take(*made, true);
    ASSERT_TRUE(slot->open_to(2 * size));
    for (u64 k = 0; k < size; ++k) ASSERT_EQ(slot->base()[size + k], 0);
    std::memset(slot->base() + size - 10, 'g', size + 10);
    pool->give_back(slot, 2 * size);
    if (i > 0) EXPECT_TRUE(slot->watched());
  }
  use([](u8*) {});
}

TEST_F(WatchTest, OtherFaultsAreNotOurs) {
  Slot* slot = nullptr;
  for (int i = 0; i < 2; ++i) slot = use([](u8* base) { write(base, 1); });
  const auto at = [&](u64 offset) { return reinterpret_cast<uptr>(slot->base()) + offset; };
  EXPECT_FALSE(open_watched(at(size))) << "behind the memory";
  EXPECT_FALSE(open_watched(at(4096 + 8))) << "known already";
  EXPECT_FALSE(open_watched(8));
  EXPECT_TRUE(open_watched(at(4096 * 9)));
  EXPECT_FALSE(open_watched(at(4096 * 9)));
}

TEST_F(WatchTest, PoolsEndWithWatchedSlots) {
  for (int i = 0; i < 3; ++i) use([](u8* base) { write(base, 1); });
  const uptr inside = reinterpret_cast<uptr>(pool->take(*made, true)->base()) + 4096 * 30;
  made.reset();
  pool.reset();
  EXPECT_FALSE(open_watched(inside));
}

}  // namespace
}  // namespace zhan::runtime

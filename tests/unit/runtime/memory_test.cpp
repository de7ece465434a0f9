// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <thread>

#include "runtime/signals.hpp"
#include "unit/runtime/fixture.hpp"

namespace zhan::runtime {
namespace {

constexpr u64 page = 65'536;

class MemoryTest : public RuntimeTest {
 public:
  static MemoryType type(u64 min, u64 max = ~u64{0}) {
    MemoryType t;
    t.limits = {min, max, max != ~u64{0}};
    return t;
  }
};

TEST_F(MemoryTest, GuardedMemoriesGrowInPlace) {
  Memory* const memory = store->new_memory(type(1, 10)).value();
  EXPECT_EQ(memory->guarded(), faults_supported());
  u8* const base = memory->state.base;
  base[0] = 42;
  EXPECT_EQ(memory->grow(2), 1u);
  EXPECT_EQ(memory->pages(), 3u);
  EXPECT_EQ(memory->bytes().size(), 3 * page);
  memory->bytes()[3 * page - 1] = 9;
  if (memory->guarded()) {
    EXPECT_EQ(memory->state.base, base);
  }
  EXPECT_EQ(memory->state.base[0], 42);
  EXPECT_EQ(memory->grow(8), ~u64{0});
  EXPECT_EQ(memory->grow(~u64{0}), ~u64{0});
  EXPECT_EQ(memory->pages(), 3u);
  EXPECT_EQ(memory->grow(0), 3u);
  EXPECT_EQ(memory->grow(7), 3u);
}

TEST_F(MemoryTest, BeyondTheSizeAGuardedMemoryFaults) {
  if (!faults_supported()) GTEST_SKIP() << "explicit checks only";
  Memory* const memory = store->new_memory(type(1)).value();
  volatile u8* const base = memory->state.base;
  EXPECT_DEATH(base[page] = 1, "");
  EXPECT_DEATH(base[(u64{6} << 30) - 1] = 1, "");
  EXPECT_EQ(memory->state.reserved, u64{6} << 30);
}

TEST_F(MemoryTest, AReusedReservationIsZeroAndClosed) {
  for (int round = 0; round < 3; ++round) {
    auto other = make_store();
    Memory* const memory = other->new_memory(type(round == 0 ? 8 : 1)).value();
    for (const u8 byte : memory->bytes()) ASSERT_EQ(byte, 0);
    std::memset(memory->state.base, 0xff, memory->bytes().size());
    volatile u8* const base = memory->state.base;
    if (memory->guarded() && round > 0) {
      EXPECT_DEATH(base[page] = 1, "");
    }
  }
}

TEST_F(MemoryTest, A32BitMemoryStopsOnePageBeforeTheEnd) {
  Memory* const memory = store->new_memory(type(0)).value();
  EXPECT_EQ(memory->grow(65'536), ~u64{0});
  EXPECT_EQ(memory->grow(65'535), 0u);
  EXPECT_EQ(memory->grow(1), ~u64{0});
  Memory* const full = store->new_memory(type(65'536)).value();
  EXPECT_EQ(full->bytes().size(), u64{1} << 32);
}

TEST_F(MemoryTest, Memory64IsExplicitAndMoves) {
  MemoryType t = type(1);
  t.is64 = true;
  Memory* const memory = store->new_memory(t).value();
  EXPECT_FALSE(memory->guarded());
  EXPECT_EQ(memory->state.reserved, 0u);
  memory->bytes()[page - 1] = 5;
  u64 expected = 1;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(memory->grow(3), expected + 3 * static_cast<u64>(i));
  EXPECT_EQ(memory->bytes()[page - 1], 5);
  EXPECT_EQ(memory->bytes().back(), 0);
  EXPECT_EQ(memory->grow(u64{1} << 47), ~u64{0});
  EXPECT_EQ(memory->pages(), 151u);
}

TEST_F(MemoryTest, PagesOfOneByte) {
  MemoryType t = type(3, 5000);
  t.page_log2 = 0;
  Memory* const memory = store->new_memory(t).value();
  EXPECT_FALSE(memory->guarded());
  EXPECT_EQ(memory->bytes().size(), 3u);
  EXPECT_EQ(memory->grow(1), 3u);
  EXPECT_EQ(memory->grow(4996), 4u);
  EXPECT_EQ(memory->grow(1), ~u64{0});
  EXPECT_EQ(memory->bytes().size(), 5000u);
}

TEST_F(MemoryTest, ASharedMemoryOfAFewBytes) {
  MemoryType t = type(2, 5);
  t.page_log2 = 0;
  t.shared = true;
  Memory* const memory = store->new_memory(t).value();
  EXPECT_EQ(memory->grow(3), 2u);
  EXPECT_EQ(memory->grow(1), ~u64{0});
  memory->bytes()[4] = 7;
  EXPECT_EQ(memory->bytes().size(), 5u);
}

TEST_F(MemoryTest, ImpossibleMemoriesAreErrors) {
  EXPECT_EQ(store->new_memory(type(65'537)).error().kind(), ErrorKind::limit);
  MemoryType t = type(u64{1} << 48);
  t.is64 = true;
  EXPECT_EQ(store->new_memory(t).error().kind(), ErrorKind::limit);
}

TEST_F(MemoryTest, TheStoreLimitCountsAllMemories) {
  StoreLimits limits;
  limits.memory_bytes = 4 * page;
  store = make_store(limits);
  Memory* const first = store->new_memory(type(1)).value();
  Memory* const second = store->new_memory(type(2)).value();
  EXPECT_EQ(first->grow(2), ~u64{0});
  EXPECT_EQ(second->grow(1), 2u);
  EXPECT_EQ(first->grow(1), ~u64{0});
  EXPECT_EQ(store->new_memory(type(1)).error().kind(), ErrorKind::limit);
  EXPECT_EQ(first->pages(), 1u);
  limits.memory_bytes = 5 * page;
  store->set_limits(limits);
  EXPECT_EQ(first->grow(1), 1u);
}

TEST_F(MemoryTest, GrowingAMovableMemoryUpdatesItsInstances) {
  MemoryType t = type(1);
  t.is64 = true;
  Memory* const memory = store->new_memory(t).value();
  constexpr const char* text = R"((module (import "m" "m" (memory i64 1))))";
  Instance* const first = instantiate(text, {memory});
  Instance* const second = instantiate(text, {memory});
  for (int i = 0; i < 10; ++i) {
    ASSERT_NE(memory->grow(100), ~u64{0});
    EXPECT_EQ(first->inst()->memory0, memory->state.base);
    EXPECT_EQ(second->inst()->memory0, memory->state.base);
    EXPECT_EQ(first->inst()->memory0_state, &memory->state);
  }
}

TEST_F(MemoryTest, SharedMemoriesNeverMoveAndServeSeveralStores) {
  MemoryType t = type(1, 100);
  t.shared = true;
  Memory* const memory = store->new_memory(t).value();
  auto other = make_store();
  ASSERT_TRUE(other->share_memory(*memory).has_value());
  u8* const base = memory->state.base;
  std::thread([&] { EXPECT_NE(memory->grow(50), ~u64{0}); }).join();
  EXPECT_EQ(memory->state.base, base);
  store.reset();
  memory->bytes()[51 * page - 1] = 3;  // the other store keeps it
  EXPECT_EQ(memory->pages(), 51u);
  Memory* const own = other->new_memory(type(1)).value();
  EXPECT_EQ(make_store()->share_memory(*own).error().kind(), ErrorKind::wrong_store);
}

TEST_F(MemoryTest, TwoThreadsGrowASharedMemory) {
  MemoryType t = type(0, 1000);
  t.shared = true;
  Memory* const memory = store->new_memory(t).value();
  const auto grow = [memory] {
    for (int i = 0; i < 400; ++i) memory->grow(1);
  };
  std::thread first(grow), second(grow);
  first.join();
  second.join();
  EXPECT_EQ(memory->pages(), 800u);
}

// -- Builtins --

class MemoryBuiltins : public MemoryTest {
 public:
  void SetUp() override {
    RuntimeTest::SetUp();
    instance = instantiate(R"((module
      (memory 1 3) (memory i64 1)
      (data "hello") (data (i32.const 10) "world")))");
    ASSERT_NE(instance, nullptr);
  }
  std::string_view text(u32 memory, u64 at, u64 size) {
    return {reinterpret_cast<const char*>(instance->memory(memory)->state.base) + at, size};
  }
  Trap call(abi::Builtin builtin, std::vector<abi::Slot> operands, u32 a = 0, u32 b = 0) {
    slots = std::move(operands);
    return run(builtin, *instance, slots, a, b);
  }
  Instance* instance = nullptr;
  std::vector<abi::Slot> slots;
  static constexpr u64 poison = 0xdead'beef'0000'0000;
};

TEST_F(MemoryBuiltins, Grow) {
  EXPECT_EQ(call(abi::builtin::memory_grow, {poison | 1}), Trap::none);
  EXPECT_EQ(slots[0], 1u);
  EXPECT_EQ(call(abi::builtin::memory_grow, {2}), Trap::none);
  EXPECT_EQ(slots[0], 0xffff'ffffu);
  EXPECT_EQ(call(abi::builtin::memory_grow, {poison | 1}, 1), Trap::none);
  EXPECT_EQ(slots[0], ~u64{0});
}

TEST_F(MemoryBuiltins, Fill) {
  EXPECT_EQ(call(abi::builtin::memory_fill, {poison | 4, 0x141, poison | 3}), Trap::none);
  EXPECT_EQ(text(0, 3, 5), std::string_view("\0AAA\0", 5));
  EXPECT_EQ(call(abi::builtin::memory_fill, {page, 1, 0}), Trap::none);
  EXPECT_EQ(call(abi::builtin::memory_fill, {page + 1, 1, 0}), Trap::out_of_bounds_memory_access);
  EXPECT_EQ(call(abi::builtin::memory_fill, {page - 1, 1, 2}), Trap::out_of_bounds_memory_access);
  EXPECT_EQ(text(0, page - 1, 1)[0], 0);
  EXPECT_EQ(call(abi::builtin::memory_fill, {~u64{0}, 1, 2}, 1), Trap::out_of_bounds_memory_access);
}

TEST_F(MemoryBuiltins, CopyOverlapsAndCrossesMemories) {
  EXPECT_EQ(call(abi::builtin::memory_copy, {12, 10, 5}), Trap::none);
  EXPECT_EQ(text(0, 10, 7), "woworld");
  EXPECT_EQ(call(abi::builtin::memory_copy, {10, 12, 5}), Trap::none);
  EXPECT_EQ(text(0, 10, 5), "world");
  EXPECT_EQ(call(abi::builtin::memory_copy, {100, 10, poison | 5}, 1, 0), Trap::none);
  EXPECT_EQ(text(1, 100, 5), "world");
  EXPECT_EQ(call(abi::builtin::memory_copy, {poison | 0, 100, 5}, 0, 1), Trap::none);
  EXPECT_EQ(text(0, 0, 5), "world");
  EXPECT_EQ(call(abi::builtin::memory_copy, {page - 1, 0, 2}), Trap::out_of_bounds_memory_access);
  EXPECT_EQ(call(abi::builtin::memory_copy, {0, page - 1, 2}), Trap::out_of_bounds_memory_access);
  EXPECT_EQ(call(abi::builtin::memory_copy, {page, page, 0}), Trap::none);
}

TEST_F(MemoryBuiltins, LargeCopiesInPiecesAreRight) {
  instance = instantiate("(module (memory 200))");
  u8* const base = instance->memory(0)->state.base;
  constexpr u64 size = 5 << 20;
  for (u64 i = 0; i < size; ++i) base[i] = static_cast<u8>(i * 7 + i / 4096);
  const std::vector<u8> before(base, base + size);
  EXPECT_EQ(call(abi::builtin::memory_copy, {1000, 0, size}), Trap::none);
  EXPECT_EQ(std::memcmp(base + 1000, before.data(), size), 0);
  EXPECT_EQ(call(abi::builtin::memory_copy, {0, 1000, size}), Trap::none);
  EXPECT_EQ(std::memcmp(base, before.data(), size), 0);
}

TEST_F(MemoryBuiltins, InitAndDrop) {
  EXPECT_EQ(call(abi::builtin::memory_init, {0, 1, 3}, 0, 0), Trap::none);
  EXPECT_EQ(text(0, 0, 4), std::string_view("ell\0", 4));
  EXPECT_EQ(call(abi::builtin::memory_init, {0, 3, 3}, 0, 0), Trap::out_of_bounds_memory_access);
  EXPECT_EQ(call(abi::builtin::memory_init, {page - 1, 0, 2}, 0, 1),
            Trap::out_of_bounds_memory_access);
  // An active segment counts as dropped.
  EXPECT_EQ(call(abi::builtin::memory_init, {0, 0, 1}, 1, 0), Trap::out_of_bounds_memory_access);
  EXPECT_EQ(call(abi::builtin::data_drop, {}, 0), Trap::none);
  EXPECT_EQ(call(abi::builtin::memory_init, {0, 0, 1}, 0, 0), Trap::out_of_bounds_memory_access);
  EXPECT_EQ(call(abi::builtin::memory_init, {0, 0, 0}, 0, 0), Trap::none);
}

TEST_F(MemoryBuiltins, ARequestEndsALongFill) {
  instance = instantiate("(module (memory 100))");
  store->interrupt_handle()->raise();
  EXPECT_EQ(call(abi::builtin::memory_fill, {0, 1, 100 * page}), Trap::interrupted);
  EXPECT_EQ(text(0, 0, 1)[0], 1);
  EXPECT_EQ(text(0, 100 * page - 1, 1)[0], 0);
  EXPECT_EQ(call(abi::builtin::memory_fill, {0, 1, 100 * page}), Trap::none);
}

}  // namespace
}  // namespace zhan::runtime

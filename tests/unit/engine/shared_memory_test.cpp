// SPDX-License-Identifier: Apache-2.0
// Shared memories and atomic instructions under several threads, each with a store of its own.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "engine/engine.hpp"

namespace zhan::engine {
namespace {

using abi::Slot;
using runtime::Instance;
using runtime::Memory;
using runtime::Store;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr u64 page = 65'536;
constexpr u64 forever = ~u64{0};  // a negative timeout
constexpr u64 no = ~u64{0};

/// The functions that threads run; memory "m" "m" is the shared one.
constexpr const char* worker = R"((module
  (memory (import "m" "m") 1 300 shared)
  (func (export "add8") (param i32 i32) (loop $l
    (drop (i32.atomic.rmw8.add_u (local.get 0) (i32.const 1)))
    (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))
  (func (export "sub16") (param i32 i32) (loop $l
    (drop (i64.atomic.rmw16.sub_u (local.get 0) (i64.const 3)))
    (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))
  (func (export "xor32") (param i32 i32) (loop $l
    (drop (i64.atomic.rmw32.xor_u (local.get 0) (i64.const 0x55)))
    (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))
  (func (export "add64") (param i32 i32) (loop $l
    (drop (i64.atomic.rmw.add (local.get 0) (i64.const 0x1_0000_0001)))
    (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))
  ;; A spin lock by cmpxchg at p, guarding a plain counter at p + 4.
  (func (export "locked") (param i32 i32) (loop $l
    (loop $spin (br_if $spin
      (i32.atomic.rmw.cmpxchg (local.get 0) (i32.const 0) (i32.const 1))))
    (i32.store offset=4 (local.get 0) (i32.add (i32.load offset=4 (local.get 0)) (i32.const 1)))
    (i32.atomic.store (local.get 0) (i32.const 0))
    (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))
  ;; Grows until it cannot, writing to the end of the memory: how many times.
  (func (export "grow all") (param i32 i32) (result i32) (local i32)
    (loop $l
      (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (return (local.get 2))))
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (i32.atomic.store (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4))
        (i32.const 7))
      (drop (i32.load (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 8))))
      (br $l))
    (unreachable))
  (func (export "wait32") (param i32 i32 i64) (result i32)
    (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "wait64") (param i32 i64 i64) (result i32)
    (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "notify") (param i32 i32) (result i32)
    (memory.atomic.notify (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.atomic.load (local.get 0)))
  ;; A semaphore at p: takes one, waiting if there is none; how often it was woken by notify.
  (func (export "take") (param i32 i32) (result i32) (local i32 i32)
    (loop $l
      (local.set 2 (i32.atomic.load (local.get 0)))
      (if (i32.eqz (local.get 2))
        (then
          (local.set 3 (i32.add (local.get 3)
            (i32.eqz (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const -1)))))
          (br $l)))
      (br_if $l (i32.ne (local.get 2)
        (i32.atomic.rmw.cmpxchg (local.get 0) (local.get 2)
          (i32.sub (local.get 2) (i32.const 1)))))
      (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 3))
  (func (export "give") (param i32 i32) (result i32) (local i32) (loop $l
    (drop (i32.atomic.rmw.add (local.get 0) (i32.const 1)))
    (local.set 2 (i32.add (local.get 2)
      (memory.atomic.notify (local.get 0) (i32.const 1))))
    (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 2))))";

/// With and without a guard behind the memory.
class SharedMemory : public testing::TestWithParam<bool> {
 public:
  void SetUp() override {
    Config config;
    ASSERT_TRUE(config.set("explicit-checks", GetParam() ? "on" : "off"));
    engine = Engine::create(std::move(config)).value();
    linker = std::make_unique<Linker>(engine);
    memory = engine->new_shared_memory(type(1, 300)).value();
    ASSERT_TRUE(linker->define_memory("m", "m", memory));
    module = compile(worker);
  }
  static MemoryType type(u64 min, u64 max) {
    MemoryType t;
    t.limits = {min, max, true};
    t.shared = true;
    return t;
  }
  Engine::ModulePtr compile(std::string_view text) {
    return engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}).value();
  }

  struct Thread {
    std::unique_ptr<Store> store;
    Instance* instance = nullptr;
    Result<u64> call(std::string_view name, std::vector<Slot> args) {
      args.resize(4);
      ZHAN_TRY_VOID(store->call_raw(instance->find_export(name)->func, args));
      return args[0];
    }
  };
  Thread thread() {
    Thread made{engine->new_store().value()};
    made.instance = linker->instantiate(*made.store, module).value();
    return made;
  }
  /// Runs a function on `count` threads at once: their results.
  std::vector<u64> at_once(u32 count, std::string_view name, std::vector<Slot> args) {
    std::vector<u64> results(count, no);
    std::vector<std::thread> threads;
    std::atomic<u32> ready{0};
    for (u32 i = 0; i < count; ++i)
      threads.emplace_back([&, i] {
        Thread t = thread();
        for (++ready; ready < count;) std::this_thread::yield();
        results[i] = t.call(name, args).value();
      });
    for (std::thread& t : threads) t.join();
    return results;
  }
  template <class T>
  T at(u64 offset) {
    return __atomic_load_n(reinterpret_cast<T*>(memory->bytes().data() + offset), __ATOMIC_SEQ_CST);
  }
  /// Until `count` threads wait at an address: as many as notify finds, then woken.
  void wake(u32 address, u32 count) {
    Thread t = thread();
    for (u32 woken = 0; woken < count;)
      woken += static_cast<u32>(t.call("notify", {address, count - woken}).value());
  }

  std::shared_ptr<Engine> engine;
  std::unique_ptr<Linker> linker;
  std::shared_ptr<Memory> memory;
  Engine::ModulePtr module;
};

INSTANTIATE_TEST_SUITE_P(Modes, SharedMemory, testing::Bool(),
                         [](const auto& info) { return info.param ? "Explicit" : "Guarded"; });

TEST_P(SharedMemory, EveryWidthIsAtomic) {
  constexpr u32 threads = 8, turns = 50'000;
  at_once(threads, "add8", {16, turns});
  at_once(threads, "sub16", {18, turns});
  at_once(threads, "xor32", {24, turns + 1});
  at_once(threads, "add64", {32, turns});
  EXPECT_EQ(at<u8>(16), static_cast<u8>(threads * turns));
  EXPECT_EQ(at<u8>(17), 0);
  EXPECT_EQ(at<u16>(18), static_cast<u16>(0 - 3 * threads * turns));
  EXPECT_EQ(at<u32>(24), 0u);
  EXPECT_EQ(at<u64>(32), u64{threads * turns} * 0x1'0000'0001);
}

TEST_P(SharedMemory, CompareAndExchangeMakesALock) {
  at_once(4, "locked", {64, 2'000});
  EXPECT_EQ(at<u32>(64), 0u);
  EXPECT_EQ(at<u32>(68), 8'000u);
}

TEST_P(SharedMemory, EightThreadsGrowAtOnce) {
  u8* const base = memory->bytes().data();
  u64 grown = 0;
  for (const u64 count : at_once(8, "grow all", {0, 0})) grown += count;
  EXPECT_EQ(grown, 299u);
  EXPECT_EQ(memory->pages(), 300u);
  EXPECT_EQ(memory->bytes().data(), base);
  EXPECT_EQ(memory->grow(1), no);
  for (u64 p = 2; p <= 300; ++p)
    EXPECT_TRUE(at<u32>(p * page - 4) == 7 || at<u32>(p * page - 4) == 0);
  EXPECT_EQ(at<u32>(300 * page - 4), 7u);
}

/// A thread that sees the new size may use it at once, again and again in new memories that lie
/// where the old ones lay.
TEST_P(SharedMemory, NewPagesAreThereForAllThreads) {
  for (int round = 0; round < 20; ++round) {
    memory = engine->new_shared_memory(type(1, 300)).value();
    linker->allow_shadowing = true;
    ASSERT_TRUE(linker->define_memory("m", "m", memory));
    u64 grown = 0;
    for (const u64 count : at_once(3, "grow all", {0, 0})) grown += count;
    ASSERT_EQ(grown, 299u);
  }
}

TEST_P(SharedMemory, WaitsEndByTimeValueOrNotify) {
  Thread t = thread();
  for (const u64 timeout : {u64{0}, u64{1}, u64{1'000}, u64{2'000'000}}) {
    const auto start = Clock::now();
    EXPECT_EQ(t.call("wait32", {8, 0, timeout}).value(), 2u) << timeout;
    EXPECT_GE(Clock::now() - start, std::chrono::nanoseconds(timeout));
  }
  for (const u64 timeout : {u64{0}, forever, ~u64{0} >> 1, u64{1} << 63}) {
    EXPECT_EQ(t.call("wait32", {8, 1, timeout}).value(), 1u);
    EXPECT_EQ(t.call("wait64", {8, 1, timeout}).value(), 1u);
    std::thread waiter(
        [&] { EXPECT_EQ(t.call("wait64", {8, 0, timeout == 0 ? forever : timeout}).value(), 0u); });
    wake(8, 1);
    waiter.join();
  }
}

TEST_P(SharedMemory, NotifyWakesTheLongestWaitingFirst) {
  std::atomic<u32> order{0};
  u32 woken_as[3] = {};
  std::vector<std::thread> waiters;
  Thread t = thread();
  std::atomic<u32> waiting{0};
  for (u32& place : woken_as) {
    waiters.emplace_back([&] {
      Thread mine = thread();
      ++waiting;
      EXPECT_EQ(mine.call("wait32", {8, 0, forever}).value(), 0u);
      place = ++order;
    });
    // Nothing tells that a thread sleeps: it is about to, so give it time.
    while (waiting < waiters.size()) std::this_thread::yield();
    std::this_thread::sleep_for(milliseconds(50));
  }
  EXPECT_EQ(t.call("notify", {12, 100}).value(), 0u) << "another address";
  EXPECT_EQ(t.call("notify", {8, 0}).value(), 0u);
  for (u32 i = 1; i <= 3; ++i) {
    EXPECT_EQ(t.call("notify", {8, 1}).value(), 1u);
    while (order < i) std::this_thread::yield();
  }
  for (std::thread& waiter : waiters) waiter.join();
  for (u32 i = 0; i < 3; ++i) EXPECT_EQ(woken_as[i], i + 1);
  EXPECT_EQ(t.call("notify", {8, 100}).value(), 0u);
}

TEST_P(SharedMemory, AStormOfNotificationsLosesNone) {
  constexpr u32 takers = 4, turns = 2'000;
  std::vector<u64> taken, given;
  std::thread take([&] { taken = at_once(takers, "take", {128, turns}); });
  given = at_once(2, "give", {128, takers * turns / 2});
  take.join();
  u64 woken = 0, notified = 0;
  for (const u64 n : taken) woken += n;
  for (const u64 n : given) notified += n;
  EXPECT_EQ(woken, notified);
  EXPECT_EQ(at<u32>(128), 0u);
}

TEST_P(SharedMemory, AnInterruptWakesAWait) {
  for (int round = 0; round < 20; ++round) {
    Thread t = thread();
    std::thread raiser([&, handle = t.store->interrupt_handle()] {
      if (round % 2 == 0) std::this_thread::sleep_for(milliseconds(2));
      handle->raise();
    });
    const auto result = t.call("wait32", {8, 0, forever});
    raiser.join();
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind(), ErrorKind::interrupt);
    EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::interrupted));
    ASSERT_EQ(result.error().info().frames.size(), 1u);
    EXPECT_EQ(t.call("notify", {8, 9}).value(), 0u) << "nobody waits any more";
  }
}

TEST_P(SharedMemory, ADeadlineWakesAWait) {
  Thread t = thread();
  t.store->set_deadline(5'000'000);
  const auto result = t.call("wait64", {8, 0, forever});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::deadline_exceeded));
  t.store->set_deadline(0);
  EXPECT_EQ(t.call("wait64", {8, 0, 1}).value(), 2u);
}

TEST_P(SharedMemory, AStopCarriesItsReason) {
  Thread t = thread();
  Error reason(ErrorKind::exit, "exit with code 7");
  reason.info().code = 7;
  reason.info().payload = std::make_shared<int>(3);
  std::thread stopper([handle = t.store->interrupt_handle(), &reason] {
    std::this_thread::sleep_for(milliseconds(5));
    handle->stop(std::move(reason));
    handle->stop(Error(ErrorKind::trap, "a later reason"));
  });
  for (int i = 0; i < 2; ++i) {  // it stays
    const auto result = t.call("wait32", {8, 0, forever});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind(), ErrorKind::exit);
    EXPECT_EQ(result.error().info().code, 7);
    EXPECT_EQ(result.error().info().payload != nullptr, i == 0) << "only one may own it";
  }
  stopper.join();
}

TEST_P(SharedMemory, TheSameAddressOfAnotherMemoryIsAnotherPlace) {
  Linker other(engine);
  const auto second = engine->new_shared_memory(type(1, 300)).value();
  ASSERT_TRUE(other.define_memory("m", "m", second));
  Thread there{engine->new_store().value()};
  there.instance = other.instantiate(*there.store, module).value();
  std::thread waiter([this] { EXPECT_EQ(thread().call("wait32", {8, 0, forever}).value(), 0u); });
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(there.call("notify", {8, 9}).value(), 0u);
  wake(8, 1);
  waiter.join();
}

TEST_P(SharedMemory, TheLastHolderFreesIt) {
  std::weak_ptr<Memory> watch = memory;
  Thread t = thread();
  linker.reset();
  memory.reset();
  EXPECT_EQ(t.call("load", {0}).value(), 0u);
  EXPECT_FALSE(watch.expired());
  t.store.reset();
  EXPECT_TRUE(watch.expired());
}

TEST_P(SharedMemory, WhatCannotBeMadeOrShared) {
  MemoryType t = type(1, 2);
  t.shared = false;
  EXPECT_EQ(engine->new_shared_memory(t).error().kind(), ErrorKind::config);
  t.shared = true;
  t.limits.has_max = false;
  EXPECT_EQ(engine->new_shared_memory(t).error().kind(), ErrorKind::config);
  const auto store = engine->new_store().value();
  MemoryType own = type(1, 2);
  own.shared = false;
  Memory* const unshared = store->new_memory(own).value();
  EXPECT_EQ(store->share_memory(*unshared).error().kind(), ErrorKind::wrong_store);
  EXPECT_EQ(linker->define_memory("m", "m", memory).error().kind(), ErrorKind::link);
  const auto small =
      linker->instantiate(*store, compile("(module (memory (import \"m\" \"m\") 1 299 shared))"));
  ASSERT_FALSE(small.has_value());
  EXPECT_EQ(small.error().message().find("incompatible import type"), 0u);
  Linker resolved(engine);
  EXPECT_TRUE(linker->prepare(*module).value()->for_any_store());
}

TEST_P(SharedMemory, AnEnormousMaximumTakesWhatThereIs) {
  MemoryType t = type(1, u64{1} << 48);
  t.is64 = true;
  const auto huge = engine->new_shared_memory(t).value();
  u8* const base = huge->bytes().data();
  EXPECT_EQ(huge->grow(100), 1u);
  EXPECT_EQ(huge->grow(u64{1} << 40), no);
  EXPECT_EQ(huge->bytes().data(), base);
  huge->bytes()[101 * page - 1] = 1;
}

TEST_P(SharedMemory, TheEnginesLimitCounts) {
  Config config;
  ASSERT_TRUE(config.set("max-memory", "1M"));
  const auto limited = Engine::create(std::move(config)).value();
  EXPECT_EQ(limited->new_shared_memory(type(17, 20)).error().kind(), ErrorKind::limit);
  const auto fits = limited->new_shared_memory(type(1, 20)).value();
  EXPECT_EQ(fits->grow(16), no);
  EXPECT_EQ(fits->grow(15), 1u);
}

}  // namespace
}  // namespace zhan::engine

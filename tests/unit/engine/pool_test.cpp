// SPDX-License-Identifier: Apache-2.0
// Instances that follow each other in the places of a pool: none sees a byte of the one before.
// Everything once with guards and once with explicit checks.
#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "engine/engine.hpp"
#include "runtime/signals.hpp"

namespace zhan::engine {
namespace {

using runtime::Extern;
using runtime::Instance;
using runtime::Store;

constexpr std::string_view guest = R"((module
  (memory (export "memory") 2 40)
  (table (export "table") 100 400 funcref)
  (table $refs (export "refs") 30 externref)
  (global (export "g") (mut i64) (i64.const 11))
  (global (export "v") (mut v128) (v128.const i64x2 5 6))
  (global (export "f") (mut funcref) (ref.func $two))
  (data (i32.const 70000) "data of the module")
  (data $passive "passive")
  (elem (i32.const 10) $one $two $three $one $two $three $one $two $three)
  (elem $later func $three)
  (type $number (func (result i32)))
  (func $one (result i32) (i32.const 1))
  (func $two (result i32) (i32.const 2))
  (func $three (result i32) (i32.const 3))
  (func (export "call") (param i32) (result i32)
    (call_indirect (type $number) (local.get 0)))
  (func (export "spoil") (local i32)
    (drop (memory.grow (i32.const 7)))
    (memory.fill (i32.const 0) (i32.const 0xee) (i32.mul (memory.size) (i32.const 65536)))
    (drop (table.grow 0 (ref.func $three) (i32.const 50)))
    (table.fill 0 (i32.const 0) (ref.func $three) (table.size 0))
    (global.set 0 (i64.const -1))
    (global.set 1 (v128.const i64x2 -1 -1))
    (global.set 2 (ref.null func))
    (data.drop $passive)
    (elem.drop $later)
    (drop (call $deep (i32.const 500))))
  (func $deep (param i32) (result i64) (local i64 i64 i64 i64 i64 i64 i64 i64)
    (local.set 1 (i64.const 0x5555555555555555)) (local.set 2 (local.get 1))
    (local.set 8 (local.get 2))
    (if (i32.eqz (local.get 0)) (then (return (local.get 8))))
    (i64.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (local.get 8)))
  (func (export "look") (param i32) (result i64) (local i64 i64 i64 i64 i64 i64 i64 i64)
    (i64.or (i64.or (i64.or (local.get 1) (local.get 2)) (i64.or (local.get 3) (local.get 4)))
            (i64.or (i64.or (local.get 5) (local.get 6)) (i64.or (local.get 7) (local.get 8)))))
  (func (export "init") (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 7))
    (table.init $later (i32.const 0) (i32.const 0) (i32.const 1)))))";

class PoolTest : public testing::TestWithParam<bool> {
 public:
  void SetUp() override { make_engine({}); }

  void make_engine(const std::vector<std::pair<std::string, std::string>>& options) {
    Config config;
    ASSERT_TRUE(config.set("explicit-checks", GetParam() ? "on" : "off"));
    for (const auto& [key, value] : options) ASSERT_TRUE(config.set(key, value)) << key;
    engine = Engine::create(std::move(config)).value();
  }
  Engine::ModulePtr compile(std::string_view text) {
    auto made = engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()});
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().to_string());
    return made.value_or(nullptr);
  }
  std::unique_ptr<Store> store() { return engine->new_store().value(); }
  static Result<u64> call(Store& store, Instance& instance, std::string_view name, u64 arg = 0) {
    abi::Slot slots[2] = {arg, 0};
    ZHAN_TRY_VOID(store.call_raw(instance.find_export(name)->func, slots));
    return slots[0];
  }
  /// Everything that the guest can see is as its module says.
  static void check_fresh(Store& store, Instance& instance) {
    const auto bytes = instance.memory(0)->bytes();
    ASSERT_EQ(bytes.size(), 2u * 65536);
    const std::string_view data = "data of the module";
    for (usize i = 0; i < bytes.size(); ++i) {
      const bool inside = i >= 70'000 && i < 70'000 + data.size();
      ASSERT_EQ(bytes[i], inside ? static_cast<u8>(data[i - 70'000]) : 0) << i;
    }
    ASSERT_EQ(instance.table(0)->state.size, 100u);
    for (u64 i = 0; i < 100; ++i) {
      const bool inside = i >= 10 && i < 19;
      const auto result = call(store, instance, "call", i);
      ASSERT_EQ(result.has_value(), inside) << i;
      if (inside) EXPECT_EQ(*result, 1 + (i - 10) % 3);
    }
    for (u64 i = 0; i < 30; ++i) ASSERT_EQ(instance.table(1)->get(i), 0u);
    EXPECT_EQ(instance.find_export("g")->global->value[0], 11u);
    EXPECT_EQ(instance.find_export("v")->global->value[1], 6u);
    EXPECT_NE(instance.find_export("f")->global->value[0], 0u);
    EXPECT_EQ(call(store, instance, "look").value(), 0u);
  }
  static void spoil(Store& store, Instance& instance) {
    ASSERT_TRUE(call(store, instance, "init").has_value()) << "segments are there";
    ASSERT_TRUE(call(store, instance, "spoil").has_value());
    EXPECT_FALSE(call(store, instance, "init").has_value());
    for (u64 i = 0; i < 30; ++i) instance.table(1)->set(i, store.new_externref(&store).value());
    EXPECT_EQ(instance.memory(0)->pages(), 9u);
    EXPECT_EQ(instance.memory(0)->bytes()[9 * 65536 - 1], 0xee);
  }

  std::shared_ptr<Engine> engine;
};

TEST_P(PoolTest, NothingOfAnInstanceReachesTheNext) {
  const auto module = compile(guest);
  for (int round = 0; round < 12; ++round) {
    const auto s = store();
    Instance* const instance = s->instantiate(module, {}).value();
    check_fresh(*s, *instance);
    spoil(*s, *instance);
  }
  EXPECT_EQ(engine->pool().statistics().reused, 10u) << "the first knows no image";
  EXPECT_EQ(engine->pool().statistics().memories, 0u);
}

TEST_P(PoolTest, NothingReachesAnotherModule) {
  const auto module = compile(guest);
  for (int round = 0; round < 3; ++round) {
    {
      const auto s = store();
      spoil(*s, *s->instantiate(module, {}).value());
    }
    const auto other = compile(R"((module (memory (export "memory") 3)
        (table (export "table") 200 funcref)))");
    const auto s = store();
    Instance* const instance = s->instantiate(other, {}).value();
    for (const u8 byte : instance->memory(0)->bytes()) ASSERT_EQ(byte, 0);
    for (u64 i = 0; i < 200; ++i) ASSERT_EQ(instance->table(0)->get(i), 0u);
    std::memset(instance->memory(0)->bytes().data(), 7, 3 * 65536);
    const runtime::Memory* const plain = s->new_memory({.limits = {2, 5, true}}).value();
    for (const u8 byte : plain->bytes()) ASSERT_EQ(byte, 0);
  }
}

TEST_P(PoolTest, InstancesOfOneStoreAreApart) {
  const auto module = compile(guest);
  const auto s = store();
  std::vector<Instance*> made;
  for (int i = 0; i < 20; ++i) {
    made.push_back(s->instantiate(module, {}).value());
    if (i % 2 == 0) spoil(*s, *made.back());
  }
  for (int i = 1; i < 20; i += 2) check_fresh(*s, *made[static_cast<usize>(i)]);
}

TEST_P(PoolTest, AFailedInstantiationLeavesItsPlaceClean) {
  const auto failing = compile(R"((module (memory 2) (table 4 funcref) (data (i32.const 0) "x")
      (func $start (memory.fill (i32.const 0) (i32.const 9) (i32.const 131072)) (unreachable))
      (elem (i32.const 0) $start) (start $start)))");
  const auto good = compile(R"((module (memory (export "memory") 2) (data (i32.const 1) "y")))");
  for (int round = 0; round < 6; ++round) {
    const auto s = store();
    EXPECT_EQ(s->instantiate(failing, {}).error().kind(), ErrorKind::trap);
    const auto bytes = s->instantiate(good, {}).value()->memory(0)->bytes();
    for (usize i = 0; i < bytes.size(); ++i) ASSERT_EQ(bytes[i], i == 1 ? 'y' : 0);
  }
}

/// Data must not be seen that was never written: an element segment traps before.
TEST_P(PoolTest, ATrapBeforeTheDataSegmentsTakesThemBack) {
  const auto host = compile(R"((module (table (export "t") 4 funcref)
      (type $peek (func (param i32) (result i32)))
      (func (export "peek") (param i32) (result i32)
        (call_indirect (type $peek) (local.get 0) (i32.const 0)))))");
  const auto failing = compile(R"((module (import "m" "t" (table 4 funcref))
      (memory 1) (data (i32.const 8) "secret")
      (func $peek (param i32) (result i32) (i32.load8_u (local.get 0)))
      (elem (i32.const 0) $peek) (elem (i32.const 3) $peek $peek)))");
  for (int round = 0; round < 3; ++round) {
    const auto s = store();
    Instance* const first = s->instantiate(host, {}).value();
    const std::vector<Extern> imports{*first->find_export("t")};
    EXPECT_EQ(s->instantiate(failing, imports).error().kind(), ErrorKind::trap);
    EXPECT_EQ(call(*s, *first, "peek", 8).value(), 0u);
  }
}

TEST_P(PoolTest, SegmentsRunInOrderWhereOneMayTrap) {
  const auto host = compile(R"((module (memory (export "m") 1) (table (export "t") 2 funcref)))");
  const auto failing = compile(R"((module (import "h" "m" (memory 1))
      (data (i32.const 0) "ab") (data (i32.const 65535) "too long") (data (i32.const 4) "c")))");
  const auto s = store();
  Instance* const first = s->instantiate(host, {}).value();
  const std::vector<Extern> imports{*first->find_export("m")};
  EXPECT_FALSE(s->instantiate(failing, imports).has_value());
  const auto bytes = first->memory(0)->bytes();
  EXPECT_EQ(bytes[0], 'a');
  EXPECT_EQ(bytes[4], 0);
  EXPECT_EQ(bytes[65535], 0);
}

TEST_P(PoolTest, OverlappingSegmentsOfDataAndElements) {
  const auto module = compile(R"((module (memory (export "memory") 1)
      (table (export "table") 8 funcref)
      (data (i32.const 0) "aaaaaaaa") (data (i32.const 2) "bb") (data (i32.const 65536) "")
      (type $n (func (result i32)))
      (func $1 (result i32) (i32.const 1)) (func $2 (result i32) (i32.const 2))
      (elem (i32.const 0) $1 $1 $1 $1) (elem (i32.const 1) $2 $2) (elem declare func $1)
      (elem (i32.const 8))
      (func (export "call") (param i32) (result i32) (call_indirect (type $n) (local.get 0)))))");
  for (int round = 0; round < 3; ++round) {
    const auto s = store();
    Instance* const instance = s->instantiate(module, {}).value();
    EXPECT_EQ(std::memcmp(instance->memory(0)->bytes().data(), "aabbaaaa", 9), 0);
    const u64 expected[] = {1, 2, 2, 1};
    for (u64 i = 0; i < 4; ++i) EXPECT_EQ(call(*s, *instance, "call", i).value(), expected[i]);
    EXPECT_FALSE(call(*s, *instance, "call", 4).has_value());
  }
}

TEST_P(PoolTest, MemoriesOfOtherKinds) {
  const auto module = compile(R"((module
      (memory $big (export "big") i64 2 80) (memory $odd (export "odd") 1000 5000 (pagesize 1))
      (data (memory $big) (i64.const 99999) "large")
      (data (memory $odd) (i32.const 990) "0123456789")
      (func (export "spoil") (result i32)
        (drop (memory.grow $big (i64.const 60))) (drop (memory.grow $odd (i32.const 3000)))
        (memory.fill $big (i64.const 0) (i32.const 1) (i64.const 4063232))
        (memory.fill $odd (i32.const 0) (i32.const 1) (i32.const 4000))
        (i32.load8_u $odd (i32.const 3999)))))");
  for (int round = 0; round < 5; ++round) {
    const auto s = store();
    Instance* const instance = s->instantiate(module, {}).value();
    const auto big = instance->memory(0)->bytes(), odd = instance->memory(1)->bytes();
    ASSERT_EQ(big.size(), 131072u);
    ASSERT_EQ(odd.size(), 1000u);
    for (usize i = 0; i < big.size(); ++i)
      ASSERT_EQ(big[i], i >= 99999 && i < 100004 ? "large"[i - 99999] : 0);
    for (usize i = 0; i < odd.size(); ++i) ASSERT_EQ(odd[i], i < 990 ? 0 : '0' + i - 990);
    EXPECT_EQ(call(*s, *instance, "spoil").value(), 1u);
    EXPECT_FALSE(instance->memory(0)->guarded());
  }
}

/// Beyond its place a memory without guard moves, with what it holds.
TEST_P(PoolTest, GrowthBeyondThePlace) {
  const auto module = compile(R"((module (memory (export "memory") 1 1000)
      (data (i32.const 5) "here")
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
      (func (export "store") (param i32) (i32.store (local.get 0) (i32.const 0x01020304)))))");
  for (int round = 0; round < 4; ++round) {
    const auto s = store();
    Instance* const instance = s->instantiate(module, {}).value();
    for (const u64 pages : {u64{1}, u64{2}, u64{30}, u64{400}}) {
      const u64 old = instance->memory(0)->pages();
      EXPECT_EQ(call(*s, *instance, "load", old * 65536 - 4).value(), old == 1 ? 0 : 0x01020304u);
      ASSERT_EQ(call(*s, *instance, "grow", pages).value(), old);
      EXPECT_EQ(call(*s, *instance, "load", 5).value(), 0x65726568u);
      EXPECT_EQ(call(*s, *instance, "load", old * 65536).value(), 0u);
      const u64 last = (old + pages) * 65536 - 4;
      ASSERT_TRUE(call(*s, *instance, "store", last).has_value());
      EXPECT_FALSE(call(*s, *instance, "store", last + 1).has_value());
    }
  }
}

TEST_P(PoolTest, AMemoryIsUsedByOtherInstances) {
  const auto owner = compile(R"((module (memory (export "m") 1) (data (i32.const 0) "o")))");
  const auto user = compile(R"((module (import "o" "m" (memory 1)) (data (i32.const 1) "u")
      (func (export "store") (param i32) (i32.store8 (local.get 0) (i32.const 1)))))");
  for (int round = 0; round < 5; ++round) {
    const auto s = store();
    Instance* const first = s->instantiate(owner, {}).value();
    const std::vector<Extern> imports{*first->find_export("m")};
    Instance* const second = s->instantiate(user, imports).value();
    const auto bytes = first->memory(0)->bytes();
    for (usize i = 0; i < bytes.size(); ++i) ASSERT_EQ(bytes[i], i == 0 ? 'o' : i == 1 ? 'u' : 0);
    for (u64 at = 0; at < 65536; at += 4096)
      ASSERT_TRUE(call(*s, *second, "store", at + 100).has_value());
  }
}

TEST_P(PoolTest, LimitsAreErrorsAndEverythingComesBack) {
  make_engine({{"pool-memories", "3"}, {"pool-tables", "4"}, {"pool-instances", "6"}});
  const auto memory = compile("(module (memory 1))");
  const auto table = compile("(module (table 1 funcref))");
  const auto nothing = compile("(module)");
  for (int round = 0; round < 3; ++round) {
    const auto a = store(), b = store();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(a->instantiate(memory, {}).has_value());
    const auto refused = b->instantiate(memory, {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind(), ErrorKind::limit);
    EXPECT_EQ(refused.error().message(), "all 3 memories of the pool are in use");
    EXPECT_FALSE(b->new_memory({.limits = {1, 0, false}}).has_value());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(b->instantiate(table, {}).has_value());
    EXPECT_EQ(b->instantiate(nothing, {}).error().message(),
              "all 6 instances of the pool are in use");
    EXPECT_TRUE(b->new_table({.element = type_funcref, .limits = {1, 0, false}}, 0).has_value());
    EXPECT_FALSE(b->new_table({.element = type_funcref, .limits = {1, 0, false}}, 0).has_value());
    const auto now = engine->pool().statistics();
    EXPECT_EQ(now.memories, 3u);
    EXPECT_EQ(now.tables, 4u);
    EXPECT_EQ(now.instances, 6u);
  }
  const auto now = engine->pool().statistics();
  EXPECT_EQ(now.memories + now.tables + now.instances, 0u);
}

TEST_P(PoolTest, ManyLiveInstances) {
  constexpr usize count = 1000;
  const auto module = compile(R"((module (memory (export "memory") 1) (data (i32.const 9) "x")
      (func (export "store") (param i32) (i32.store (i32.const 32768) (local.get 0)))))");
  for (int round = 0; round < 2; ++round) {
    std::vector<std::unique_ptr<Store>> stores;
    std::vector<Instance*> instances;
    for (usize i = 0; i < count; ++i) {
      stores.push_back(store());
      instances.push_back(stores.back()->instantiate(module, {}).value());
      ASSERT_TRUE(call(*stores.back(), *instances.back(), "store", i).has_value());
    }
    for (usize i = 0; i < count; ++i) {
      u32 value = 0;
      std::memcpy(&value, instances[i]->memory(0)->bytes().data() + 32768, 4);
      ASSERT_EQ(value, i);
    }
    EXPECT_EQ(engine->pool().statistics().memories, count);
  }
  EXPECT_EQ(engine->pool().statistics().idle_slots, count);
}

TEST_P(PoolTest, SeveralThreadsShareIt) {
  const auto module = compile(guest);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < 6; ++round) {
        const auto s = store();
        Instance* const instance = s->instantiate(module, {}).value();
        check_fresh(*s, *instance);
        if ((round + t) % 3 != 0) spoil(*s, *instance);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine->pool().statistics().memories, 0u);
  EXPECT_LE(engine->pool().statistics().idle_slots, 4u);
}

TEST_P(PoolTest, ModulesAndEnginesEndInAnyOrder) {
  auto module = compile(guest);
  auto s = store();
  Instance* const instance = s->instantiate(module, {}).value();
  module.reset();
  engine.reset();
  spoil(*s, *instance);
  s.reset();
}

/// What the same few pages of many instances hold is written anew, without a fault or a call.
TEST_P(PoolTest, WritesAreWatchedWhereFaultsMayBeUsed) {
  const auto module = compile(R"((module (memory (export "memory") 4)
      (data (i32.const 0) "begin") (data (i32.const 200000) "end")
      (func (export "store") (param i32) (i32.store (local.get 0) (i32.const -1)))
      (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
      (func (export "fill") (memory.fill (i32.const 8192) (i32.const 3) (i32.const 10000)))))");
  for (u64 round = 0; round < 60; ++round) {
    const auto s = store();
    Instance* const instance = s->instantiate(module, {}).value();
    const auto bytes = instance->memory(0)->bytes();
    for (usize i = 5; i < 200'000; ++i) ASSERT_EQ(bytes[i], 0) << i << " in round " << round;
    ASSERT_EQ(std::memcmp(bytes.data(), "begin", 5), 0);
    ASSERT_EQ(std::memcmp(bytes.data() + 200'000, "end", 3), 0);
    ASSERT_TRUE(call(*s, *instance, "store", 4096).has_value());
    ASSERT_TRUE(call(*s, *instance, "store", round * 4096 + 4094).has_value()) << "of two pages";
    ASSERT_EQ(call(*s, *instance, "load", round * 4096 + 4094).value(), 0xffffffffu);
    if (round % 5 == 4) ASSERT_TRUE(call(*s, *instance, "fill").has_value());
    EXPECT_FALSE(call(*s, *instance, "store", 4 * 65536).has_value());
  }
  EXPECT_EQ(engine->pool().statistics().watched_slots,
            !GetParam() && runtime::faults_supported() ? 1u : 0u);
}

INSTANTIATE_TEST_SUITE_P(Checks, PoolTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Explicit" : "Guarded"; });

}  // namespace
}  // namespace zhan::engine

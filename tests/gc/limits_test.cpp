// SPDX-License-Identifier: Apache-2.0
// Want of memory at every place that allocates, what is retained, many stores, several threads.
#include <array>
#include <fstream>
#include <thread>

#include "fixture.hpp"

// Sanitizers keep what is freed for a while, and take their time.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ZHAN_TEST_SANITIZED 1
#endif
#endif

namespace zhan::test {
namespace {

using Limits = Programs;

#ifdef ZHAN_TEST_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

/// Every way to make an object, each once; answers a sum over what was made.
constexpr const char* all_sites = R"((module
  (type $n (struct (field i64) (field (ref null $n))))
  (type $wide (struct (field v128) (field (mut (ref null $n)))))
  (rec (type $d (descriptor $dd) (struct (field i32)))
    (type $dd (describes $d) (struct (field i32))))
  (type $bytes (array (mut i8))) (type $refs (array (mut (ref null $n))))
  (type $funcs (array (mut funcref)))
  (tag $e (param (ref $n)))
  (data $data "abcdefgh")
  (elem $elem (ref null $n) (item (struct.new $n (i64.const 3) (ref.null $n))) (item (ref.null $n)))
  (elem $fs func $throw)
  (global $g (mut (ref null $n)) (struct.new $n (i64.const 9) (ref.null $n)))
  (func $throw (throw $e (struct.new $n (i64.const 100) (ref.null $n))))
  (func $len (param (ref array)) (result i64) (i64.extend_i32_u (array.len (local.get 0))))
  (func (export "run") (result i64)
    (local $sum i64) (local $x exnref) (local $d (ref $d))
    (local.set $sum (struct.get $n 0 (struct.new $n (i64.const 1) (ref.null $n))))
    (drop (struct.new_default $n))
    (drop (struct.new $wide (v128.const i64x2 1 2) (global.get $g)))
    (local.set $d (struct.new_desc $d (i32.const 5) (struct.new $dd (i32.const 6))))
    (drop (struct.new_default_desc $d (struct.new_default $dd)))
    (local.set $sum (i64.add (local.get $sum) (i64.add
      (call $len (array.new $bytes (i32.const 7) (i32.const 10)))
      (call $len (array.new_default $refs (i32.const 20))))))
    (local.set $sum (i64.add (local.get $sum) (i64.add
      (call $len (array.new_fixed $refs 2 (global.get $g) (global.get $g)))
      (call $len (array.new_data $bytes $data (i32.const 1) (i32.const 6))))))
    (local.set $sum (i64.add (local.get $sum) (i64.add
      (call $len (array.new_elem $refs $elem (i32.const 0) (i32.const 2)))
      (call $len (array.new_elem $funcs $fs (i32.const 0) (i32.const 1))))))
    (local.set $sum (i64.add (local.get $sum)
      (call $len (array.new_default $bytes (i32.const 100000)))))
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (call $throw)) (unreachable))
    (local.set $x)
    (block $h (result (ref $n))
      (try_table (catch $e $h) (throw_ref (local.get $x))) (unreachable))
    (struct.get $n 0)
    (i64.add (local.get $sum)))))";

TEST_F(Limits, EveryAllocationMayFailOnce) {
  constexpr u64 answer = 1 + 10 + 20 + 2 + 6 + 2 + 1 + 100'000 + 100;
  u64 failed = 0;
  for (u64 n = 1;; ++n) {
    use({{"gc-fail-at", std::to_string(n).c_str()}, {"gc-verify", "on"}, {"gc-poison", "on"}});
    auto instance = store().instantiate(compile(all_sites), {});
    if (!instance) {  // an initialiser
      EXPECT_EQ(instance.error().kind(), ErrorKind::trap);
      EXPECT_NE(instance.error().to_string().find("out of memory"), std::string::npos);
      ++failed;
      instance = store().instantiate(compile(all_sites), {});
      ASSERT_TRUE(instance.has_value());
      EXPECT_EQ(run(*instance, "run"), answer);
      continue;
    }
    const auto first = call(*instance, "run");
    if (first) {
      EXPECT_EQ(*first, answer);
      break;  // beyond the last one
    }
    EXPECT_EQ(first.error().kind(), ErrorKind::trap) << n;
    EXPECT_NE(first.error().to_string().find("out of memory"), std::string::npos) << n;
    ++failed;
    collect(true);
    EXPECT_EQ(run(*instance, "run"), answer) << n;
  }
  EXPECT_GE(failed, 18U);
}

TEST_F(Limits, HostValuesMayFailOnce) {
  use({{"gc-fail-at", "2"}});
  int value = 0;
  ASSERT_TRUE(store().new_externref(&value).has_value());
  EXPECT_EQ(store().new_externref(&value).error().kind(), ErrorKind::no_memory);
  const auto third = store().new_externref(&value);
  ASSERT_TRUE(third.has_value());
  EXPECT_EQ(store().externref_data(*third), &value);
}

// -- Retention --

constexpr const char* list = R"((module
  (import "" "collect" (func $collect))
  (type $n (struct (field i64) (field (ref null $n))))
  (global $head (mut (ref null $n)) (ref.null $n))
  (func $make (param $length i32) (result (ref null $n))
    (local $list (ref null $n))
    (loop $l
      (local.set $list (struct.new $n (i64.extend_i32_u (local.get $length)) (local.get $list)))
      (br_if $l (local.tee $length (i32.sub (local.get $length) (i32.const 1)))))
    (local.get $list))
  (func (export "make") (param i32) (global.set $head (call $make (local.get 0))))
  (func (export "drop") (global.set $head (ref.null $n)))
  ;; Dropped by a frame that goes on.
  (func (export "within") (param i32) (result i32)
    (local $list (ref null $n)) (local $noise i64) (local $more f64)
    (local.set $noise (i64.const 0x12345678))
    (local.set $more (f64.const 1.5))
    (local.set $list (call $make (local.get 0)))
    (if (ref.is_null (local.get $list)) (then (return (i32.const 1))))
    (local.set $list (ref.null $n))
    (call $collect)
    (i32.wrap_i64 (i64.add (local.get $noise) (i64.trunc_f64_s (local.get $more)))))))";

TEST_F(Limits, ADroppedListOfAMillionIsFreedEachTime) {
  const auto collect_all = [](abi::Exec* exec, void* used, const abi::FuncBody*, abi::Slot*) {
    EXPECT_TRUE(exec->store->collect(true).has_value());
    *static_cast<u64*>(used) = exec->store->heap_statistics().used;
    return abi::Status::returned;
  };
  u64 used = 0;
  const TypeId type = engine().types()->intern(FuncType{{}, {}}).value();
  auto* const m =
      instantiate(list, {runtime::Extern(store().new_host_func(type, collect_all, &used).value())});
  constexpr u64 length = 1'000'000, runs = sanitized ? 2 : 50;
  u64 freed = 0;
  for (u64 i = 0; i < runs; ++i) {
    run(m, "make", {length});
    EXPECT_GT(statistics().used, length * 16);
    run(m, "drop");
    collect(true);
    freed += statistics().used < 1u << 20 ? 1 : 0;
    run(m, "within", {length});
    freed += used < 1u << 20 ? 1 : 0;
  }
  EXPECT_EQ(freed, 2 * runs);
}

// -- Many stores, several threads --

u64 field_of_status(std::string_view name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word)
    if (word == name) {
      u64 value = 0;
      status >> value;
      return value;
    }
  return 0;
}

u64 mappings() {
  std::ifstream maps("/proc/self/maps");
  u64 count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

constexpr const char* churn = R"((module
  (type $n (struct (field i64) (field (mut (ref null $n)))))
  (type $a (array (mut (ref null $n))))
  (func (export "run") (param $steps i32) (result i64)
    (local $a (ref $a)) (local $i i32) (local $at i32) (local $sum i64) (local $n (ref null $n))
    (local.set $a (array.new_default $a (i32.const 1000)))
    (loop $l
      (local.set $at (i32.rem_u (i32.mul (local.get $i) (i32.const 7919)) (i32.const 1000)))
      (array.set $a (local.get $a) (local.get $at) (struct.new $n
        (i64.extend_i32_u (local.get $i)) (array.get $a (local.get $a)
          (i32.rem_u (local.get $i) (i32.const 1000)))))
      (if (i32.eqz (i32.rem_u (local.get $i) (i32.const 37)))
        (then (struct.set $n 1 (ref.as_non_null (array.get $a (local.get $a) (local.get $at)))
          (ref.null $n))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (local.get $steps))))
    (local.set $i (i32.const 0))
    (loop $l
      (local.set $n (array.get $a (local.get $a) (local.get $i)))
      (if (i32.eqz (ref.is_null (local.get $n)))
        (then (local.set $sum (i64.add (local.get $sum) (struct.get $n 0 (local.get $n))))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 1000))))
    (local.get $sum))))";

TEST_F(Limits, TenThousandStoresWithHeapsLeaveNothingSlow) {
  const auto module = compile(churn);
  const auto round = [&] {
    new_store();
    auto instance = store().instantiate(module, {});
    ASSERT_TRUE(instance.has_value());
    EXPECT_GT(run(*instance, "run", {2'000}), 0U);
    EXPECT_TRUE(store().new_externref(&instance).has_value());
  };
  for (int i = 0; i < 500; ++i) round();
  const u64 maps = mappings(), resident = field_of_status("VmRSS:");
  for (int i = 0; i < 9'500; ++i) round();
  EXPECT_LE(mappings(), maps + 4);
  if (!sanitized) EXPECT_LE(field_of_status("VmRSS:"), resident + 2'048);  // KiB
}

TEST_F(Limits, StoresOnThreadsShareTypesAndCode) {
  const auto module = compile(churn);
  const auto work = [&](u64& sum) {
    for (int i = 0; i < 4; ++i) {
      auto own = engine().new_store().value();
      auto instance = own->instantiate(module, {});
      ASSERT_TRUE(instance.has_value());
      std::array<abi::Slot, 4> slots = {50'000};
      ASSERT_TRUE(own->call_raw((*instance)->find_export("run")->func, slots).has_value());
      ASSERT_TRUE(own->collect(i % 2 == 0).has_value());
      sum = slots[0];
    }
  };
  std::array<u64, 3> sums{};
  std::vector<std::thread> threads;
  for (u64& sum : sums) threads.emplace_back([&work, &sum] { work(sum); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(sums[0], 0U);
  EXPECT_EQ(sums[0], sums[1]);
  EXPECT_EQ(sums[0], sums[2]);
}

// -- Types --

/// A module of `groups` groups of one struct each, no two alike in the program.
std::string module_of_types(u32 number, u32 groups) {
  std::string text = "(module";
  for (u32 i = 0; i < groups; ++i) {
    text += "(type (struct";
    for (u32 bits = number * groups + i, k = 0; k < 20; ++k, bits >>= 1)
      text += (bits & 1) != 0 ? "(field i64)" : "(field i32)";
    text += "))";
  }
  return text + ")";
}

// Entries stay while the engine lives: 64 bytes and the lists of a type each.
TEST_F(Limits, TypesOfTenThousandModulesSlow) {
  const u64 before = field_of_status("VmRSS:");
  for (u32 i = 0; i < 10'000; ++i) ASSERT_NE(compile(module_of_types(i, 100)), nullptr);
  EXPECT_EQ(engine().types()->count(), 1'000'000U);
  const u64 used = field_of_status("VmRSS:") - before;
  for (u32 i = 0; i < 1'000; ++i) ASSERT_NE(compile(module_of_types(i, 100)), nullptr);
  EXPECT_EQ(engine().types()->count(), 1'000'000U) << "equal groups are the same types";
  if (!sanitized) EXPECT_LE(used, 1'000'000U * 600 / 1'024);  // KiB; twenty fields a type
}

TEST_F(Limits, ObjectsOutliveTheirModules) {
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (func (export "make") (result anyref) (struct.new $n (i64.const 44)))))");
  const u64 object = run(m, "make");
  store().keep_reference(object);
  for (u32 i = 0; i < 50; ++i) ASSERT_NE(compile(module_of_types(i, 20)), nullptr);
  collect(true);
  auto* const reader = instantiate(R"((module (type $n (struct (field i64)))
    (func (export "read") (param anyref) (result i64)
      (struct.get $n 0 (ref.cast (ref $n) (local.get 0))))))");
  EXPECT_EQ(run(reader, "read", {object}), 44U);
}

}  // namespace
}  // namespace zhan::test

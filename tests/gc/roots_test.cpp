// SPDX-License-Identifier: Apache-2.0
// One test for each place that may hold the only reference to an object while a collection runs.
// Every allocation collects, survivors move, what is freed is overwritten.
#include <array>

#include "fixture.hpp"

namespace zhan::test {
namespace {

using abi::Exec;
using abi::FuncBody;
using abi::Slot;
using abi::Status;
using runtime::Extern;

class Roots : public Programs, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    use({{"gc-stress", "1"}, {"gc-poison", "on"}, {"gc-verify", "on"}, {"gc-mode", GetParam()}});
  }
  /// A host function (param anyref) (result anyref).
  Extern host(abi::Entry entry, void* data = nullptr) {
    const ValType any = ValType::ref(AbsHeap::any, true);
    const TypeId type = engine().types()->intern(FuncType{{any}, {any}}).value();
    return Extern(store().new_host_func(type, entry, data).value());
  }
};

TEST_P(Roots, AnArgumentOfTheHostKeptOnlyInItsSlot) {
  const auto collect_and_return = [](Exec* exec, void*, const FuncBody*, Slot*) {
    EXPECT_TRUE(exec->store->collect(false).has_value());
    EXPECT_TRUE(exec->store->collect(true).has_value());
    return Status::returned;  // what lies in the slot is the result, too
  };
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (import "" "f" (func $f (param anyref) (result anyref)))
    (func (export "run") (result i64)
      (struct.get $n 0 (ref.cast (ref $n) (call $f (struct.new $n (i64.const 77))))))))",
                              {host(collect_and_return)});
  EXPECT_EQ(run(m, "run"), 77U);
}

TEST_P(Roots, ArgumentsOfATailCallToTheHost) {
  const auto collect = [](Exec* exec, void*, const FuncBody*, Slot*) {
    EXPECT_TRUE(exec->store->collect(true).has_value());
    return Status::returned;
  };
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (import "" "f" (func $f (param anyref) (result anyref)))
    (func $g (param i64) (result anyref)
      (return_call $f (struct.new $n (local.get 0))))
    (func (export "run") (result i64)
      (struct.get $n 0 (ref.cast (ref $n) (call $g (i64.const 78)))))))",
                              {host(collect)});
  EXPECT_EQ(run(m, "run"), 78U);
}

TEST_P(Roots, ArgumentsOfACallFromTheHostThatCallsAgain) {
  struct Env {
    runtime::Instance* inner = nullptr;
  } env;
  const auto call_again = [](Exec* exec, void* data, const FuncBody*, Slot* args) {
    Slot slots[1] = {args[0]};
    auto* const inner = static_cast<Env*>(data)->inner;
    EXPECT_TRUE(exec->store->call_raw(inner->find_export("again")->func, slots).has_value());
    return Status::returned;
  };
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (import "" "f" (func $f (param anyref) (result anyref)))
    (func (export "again") (param anyref) (result anyref)
      (drop (struct.new $n (i64.const 1))) (drop (struct.new $n (i64.const 2)))
      (local.get 0))
    (func (export "run") (result i64)
      (struct.get $n 0 (ref.cast (ref $n) (call $f (struct.new $n (i64.const 79))))))))",
                              {host(call_again, &env)});
  env.inner = m;
  EXPECT_EQ(run(m, "run"), 79U);
}

TEST_P(Roots, AnElementSegmentUsedTwice) {
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (type $a (array (mut (ref null $n))))
    (table $t 4 (ref null $n))
    (elem $e (ref null $n) (item (struct.new $n (i64.const 5)))
      (item (struct.new $n (i64.const 6))))
    (func (export "run") (result i64)
      (local $x (ref $a)) (local $y (ref $a))
      (local.set $x (array.new_elem $a $e (i32.const 0) (i32.const 2)))
      (drop (struct.new $n (i64.const 1)))
      (local.set $y (array.new_elem $a $e (i32.const 0) (i32.const 2)))
      (table.init $t $e (i32.const 1) (i32.const 0) (i32.const 2))
      (drop (struct.new $n (i64.const 1)))
      (i64.add (i64.add (struct.get $n 0 (array.get $a (local.get $x) (i32.const 1)))
          (struct.get $n 0 (array.get $a (local.get $y) (i32.const 0))))
        (i64.add (struct.get $n 0 (table.get $t (i32.const 2)))
          (i64.extend_i32_u (ref.eq (array.get $a (local.get $x) (i32.const 0))
            (array.get $a (local.get $y) (i32.const 0)))))))
    (func (export "drop") (elem.drop $e))))");
  EXPECT_EQ(run(m, "run"), 6U + 5 + 6 + 1);
  collect(true);
  EXPECT_EQ(run(m, "run"), 6U + 5 + 6 + 1);
}

TEST_P(Roots, ThePayloadOfAnException) {
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (tag $e (param (ref $n) i64 (ref $n)))
    (func $throw (throw $e (struct.new $n (i64.const 10)) (i64.const 20)
      (struct.new $n (i64.const 30))))
    (func (export "values") (result i64)
      (local $a (ref $n)) (local $b (ref $n)) (local $x i64)
      (block $h (result (ref $n) i64 (ref $n))
        (try_table (catch $e $h) (call $throw)) (unreachable))
      (local.set $b) (local.set $x) (local.set $a)
      (drop (struct.new $n (i64.const 1)))
      (i64.add (local.get $x) (i64.add (struct.get $n 0 (local.get $a))
        (struct.get $n 0 (local.get $b)))))))");
  EXPECT_EQ(run(m, "values"), 60U);
}

TEST_P(Roots, AnExceptionObjectThrownAgain) {
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (tag $e (param (ref $n)))
    (func $throw (throw $e (struct.new $n (i64.const 10))))
    (func (export "run") (result i64)
      (local $r exnref) (local $i i32)
      (block $h (result exnref)
        (try_table (catch_all_ref $h) (call $throw)) (unreachable))
      (local.set $r)
      (loop $l
        (drop (struct.new $n (i64.const 1)))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5))))
      (struct.get $n 0 (block $h (result (ref $n))
        (try_table (catch $e $h) (throw_ref (local.get $r))) (unreachable))))))");
  EXPECT_EQ(run(m, "run"), 10U);
}

TEST_P(Roots, AHeapThatACalleeMakes) {
  // The first object is made below the frame that goes on to read it, in another instance.
  auto* const maker = instantiate(R"((module (type $n (struct (field i64)))
    (func (export "make") (result anyref) (struct.new $n (i64.const 5)))))");
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (import "" "make" (func $make (result anyref)))
    (func (export "run") (result i64)
      (struct.get $n 0 (ref.cast (ref $n) (call $make))))))",
                              {*maker->find_export("make")});
  EXPECT_EQ(statistics().limit, 0U) << "no heap yet";
  EXPECT_EQ(run(m, "run"), 5U);
}

TEST_P(Roots, GlobalInitialisersThatCollect) {
  auto* const m = instantiate(R"((module
    (type $n (struct (field i64) (field (ref null $n))))
    (type $a (array (ref $n)))
    (global $one (ref $n) (struct.new $n (i64.const 1) (ref.null $n)))
    (global $two (ref $n) (struct.new $n (i64.const 2) (global.get $one)))
    (global $all (ref $a) (array.new_fixed $a 3 (global.get $one) (global.get $two)
      (struct.new $n (i64.const 3) (struct.new $n (i64.const 4) (global.get $two)))))
    (func (export "run") (result i64)
      (local $last (ref $n))
      (local.set $last (array.get $a (global.get $all) (i32.const 2)))
      (i64.add (struct.get $n 0 (local.get $last))
        (i64.add (struct.get $n 0 (struct.get $n 1 (local.get $last)))
          (struct.get $n 0 (struct.get $n 1 (struct.get $n 1 (local.get $last)))))))))");
  EXPECT_EQ(run(m, "run"), 3U + 4 + 2);
}

TEST_P(Roots, OperandsOfAnAllocation) {
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (type $p (struct (field (ref $n)) (field (ref $n)) (field (ref $n))))
    (func $sum (param $p (ref $p)) (result i64)
      (i64.add (struct.get $n 0 (struct.get $p 0 (local.get $p)))
        (i64.add (struct.get $n 0 (struct.get $p 1 (local.get $p)))
          (struct.get $n 0 (struct.get $p 2 (local.get $p))))))
    (func (export "run") (result i64)
      (i64.add (i64.const 1000)
        (call $sum (struct.new $p (struct.new $n (i64.const 1)) (struct.new $n (i64.const 20))
          (struct.new $n (i64.const 300))))))))");
  EXPECT_EQ(run(m, "run"), 1321U);
}

TEST_P(Roots, ALargeArrayFilledWithYoungObjects) {
  use({{"gc-poison", "on"}, {"gc-verify", "on"}, {"gc-mode", GetParam()}, {"gc-nursery", "64K"}});
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (type $a (array (mut (ref null $n))))
    (func (export "run") (param $size i32) (result i64)
      (local $a (ref $a)) (local $i i32) (local $sum i64)
      (local.set $a (array.new_default $a (local.get $size)))
      (loop $fill
        (array.set $a (local.get $a) (local.get $i)
          (struct.new $n (i64.extend_i32_u (local.get $i))))
        (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (local.get $size))))
      (loop $look
        (local.set $i (i32.sub (local.get $i) (i32.const 1)))
        (local.set $sum (i64.add (local.get $sum)
          (struct.get $n 0 (array.get $a (local.get $a) (local.get $i)))))
        (br_if $look (local.get $i)))
      (local.get $sum))))");
  constexpr u64 size = 100'000;
  EXPECT_EQ(run(m, "run", {size}), size * (size - 1) / 2);
}

TEST_P(Roots, OneStoreIntoALargeOldArrayCostsOneCard) {
  use({{"gc-mode", GetParam()}});
  auto* const m = instantiate(R"((module (type $n (struct (field i64)))
    (type $a (array (mut (ref null $n))))
    (global $a (mut (ref null $a)) (ref.null $a))
    (func (export "make") (param i32) (global.set $a (array.new_default $a (local.get 0))))
    (func (export "set") (param i32 i64)
      (array.set $a (global.get $a) (local.get 0) (struct.new $n (local.get 1))))
    (func (export "get") (param i32) (result i64)
      (struct.get $n 0 (array.get $a (global.get $a) (local.get 0))))))");
  run(m, "make", {1u << 20});
  collect(false);
  const u64 before = statistics().cards;
  run(m, "set", {500'000, 9});
  collect(false);
  EXPECT_EQ(statistics().cards, before + 1);
  collect(false);
  EXPECT_EQ(statistics().cards, before + 1);
  EXPECT_EQ(run(m, "get", {500'000}), 9U);
}

INSTANTIATE_TEST_SUITE_P(Modes, Roots, testing::Values("adaptive", "in-place", "copying"),
                         [](const auto& info) {
                           const std::string name = info.param;
                           return name == "in-place" ? std::string("in_place") : name;
                         });

}  // namespace
}  // namespace zhan::test

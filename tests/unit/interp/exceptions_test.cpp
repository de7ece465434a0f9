// SPDX-License-Identifier: Apache-2.0
// Exceptions: what the scripts of tests/wast cannot see. Depth, hosts and instances in between,
// objects, fuel and interrupts, code, tables of handlers.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "engine/engine.hpp"
#include "interp/catch_rows.hpp"
#include "interp/interp.hpp"
#include "interp/predecode.hpp"

namespace zhan::interp {
namespace {

using abi::Exec;
using abi::FuncBody;
using abi::Slot;
using abi::Status;
using runtime::Extern;
using runtime::Instance;
using runtime::Store;

class Exceptions : public testing::Test {
 public:
  void use(const char* key, const char* value) {
    engine::Config config;
    ASSERT_TRUE(config.set(key, value).has_value());
    store.reset();
    engine = engine::Engine::create(std::move(config)).value();
    store = engine->new_store().value();
  }
  engine::Engine::ModulePtr compile(std::string_view text) {
    auto module = engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}, {}, "m");
    if (!module) ADD_FAILURE() << module.error().to_string();
    return module ? *module : nullptr;
  }
  Instance* instantiate(std::string_view text, std::vector<Extern> imports = {}) {
    auto instance = store->instantiate(compile(text), imports);
    if (!instance) ADD_FAILURE() << instance.error().to_string();
    return instance ? *instance : nullptr;
  }
  Result<u64> call(abi::Func* f, std::vector<Slot> args = {}) {
    args.resize(std::max<usize>(args.size(), 4));
    ZHAN_TRY_VOID(store->call_raw(f, args));
    return args[0];
  }
  Result<u64> call(Instance* instance, std::string_view name, std::vector<Slot> args = {}) {
    return call(instance->find_export(name)->func, std::move(args));
  }
  abi::Func* host(std::vector<ValType> params, std::vector<ValType> results, abi::Entry entry,
                  void* data = nullptr) {
    const TypeId type =
        engine->types()->intern(FuncType{std::move(params), std::move(results)}).value();
    return store->new_host_func(type, entry, data).value();
  }
  runtime::Tag* tag(std::vector<ValType> params) {
    return store->new_tag(engine->types()->intern(FuncType{std::move(params), {}}).value()).value();
  }
  static std::string names(const Error& error) {
    std::string text;
    for (const ErrorFrame& frame : error.info().frames)
      text += (text.empty() ? "" : " ") + frame.function;
    return text;
  }

  std::shared_ptr<engine::Engine> engine = engine::Engine::create().value();
  std::unique_ptr<Store> store = engine->new_store().value();
};

// -- Depth --

TEST_F(Exceptions, PassTenThousandFrames) {
  Instance* const i = instantiate(R"((module (tag $e (param i32 i64))
    (func $down (param $n i32) (param $x i64) (result i32)
      (if (i32.eqz (local.get $n)) (then (throw $e (i32.const 5) (local.get $x))))
      (i32.add (i32.const 1)
        (call $down (i32.sub (local.get $n) (i32.const 1)) (i64.add (local.get $x) (i64.const 3)))))
    (func (export "f") (param $n i32) (result i64) (local $a i32) (local $b i64)
      (block $caught (result i32 i64)
        (try_table (catch $e $caught) (drop (call $down (local.get $n) (i64.const 0))))
        (unreachable))
      (local.set $b) (local.set $a)
      (i64.add (i64.mul (local.get $b) (i64.const 100)) (i64.extend_i32_u (local.get $a))))))");
  for (const u64 depth : {0, 1, 10'000, 3, 20'000, 10'000})
    EXPECT_EQ(call(i, "f", {depth}).value(), depth * 300 + 5) << depth;
}

TEST_F(Exceptions, PassInstancesThatCallEachOther) {
  // Each calls the other through its table, a bridge a frame; the tag is the first one's.
  constexpr const char* text = R"((module
    (import "e" "tag" (tag $e (param i32))) (import "e" "table" (table $t 2 funcref))
    (tag $own (param i32)) (type $down (func (param i32 i32) (result i32)))
    (global $me (mut i32) (i32.const 0))
    (func (export "name") (param i32) (global.set $me (local.get 0)))
    (func $down (export "down") (param $n i32) (param $other i32) (result i32)
      (if (i32.eqz (local.get $n)) (then (throw $e (i32.const 7))))
      (block $mine (result i32)
        (try_table (result i32) (catch $own $mine)
          (call_indirect (type $down) (i32.sub (local.get $n) (i32.const 1))
            (i32.sub (i32.const 1) (local.get $other)) (local.get $other)))))
    (func (export "f") (param $n i32) (param $other i32) (result i32)
      (block $caught (result i32)
        (try_table (result i32) (catch $e $caught) (call $down (local.get $n) (local.get $other)))
        (drop) (i32.const -1))
      (i32.mul (global.get $me))))  )";
  TableType type;
  type.element = ValType::ref(AbsHeap::func, true);
  type.limits.min = 2;
  runtime::Table* const table = store->new_table(type, 0).value();
  runtime::Tag* const shared = tag({type_i32});
  const auto module = compile(text);
  Instance* both[2];
  for (u32 k = 0; k < 2; ++k) {
    both[k] = store->instantiate(module, std::vector<Extern>{shared, table}).value();
    table->set(k, reinterpret_cast<u64>(both[k]->find_export("down")->func));
    ASSERT_TRUE(call(both[k], "name", {k + 2}).has_value());
  }
  for (const u64 depth : {0, 1, 2, 3, 2001})  // the frame of the handler is in its own instance
    for (u32 k = 0; k < 2; ++k) EXPECT_EQ(call(both[k], "f", {depth, 1 - k}).value(), 7 * (k + 2));
}

TEST_F(Exceptions, AMillionTakeNoMemory) {
  Instance* const i = instantiate(R"((module (tag $e (param i32))
    (func $odd (param i32) (result i32)
      (if (i32.and (local.get 0) (i32.const 1)) (then (throw $e (local.get 0))))
      (local.get 0))
    (func (export "f") (param $n i32) (result i32) (local $count i32)
      (loop $l
        (block $c (result i32)
          (try_table (catch $e $c) (drop (call $odd (local.get $n))))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
          (return (local.get $count)))
        (drop)
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $count))))");
  const u8* const heap = store->exec().heap_base;
  EXPECT_EQ(call(i, "f", {2'000'000}).value(), 1'000'000u);
  EXPECT_EQ(store->exec().heap_base, heap) << "an object was made that nobody has asked for";
}

// -- Objects --

TEST_F(Exceptions, AreTheSameObjectWhenThrownAgain) {
  static std::vector<u64> seen;
  seen.clear();
  const ValType exnref = ValType::ref(AbsHeap::exn, true);
  abi::Func* const look = host({exnref}, {}, [](Exec*, void*, const FuncBody*, Slot* args) {
    seen.push_back(args[0]);
    return Status::returned;
  });
  Instance* const i = instantiate(R"((module
    (import "h" "look" (func $look (param exnref)))
    (tag $e (param i64)) (global $g (mut exnref) (ref.null exn))
    (func $again (throw_ref (global.get $g)))
    (func (export "f") (local $k i32)
      (block $first (result exnref)
        (try_table (catch_all_ref $first) (throw $e (i64.const 9)))
        (unreachable))
      (global.set $g)
      (loop $l
        (block $c (result i64 exnref)
          (try_table (catch_ref $e $c) (call $again))
          (unreachable))
        (call $look)
        (if (i64.ne (i64.const 9)) (then (unreachable)))
        (br_if $l (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 3))))
      (call $look (global.get $g)))
    (func (export "new") (block $c (result exnref)
      (try_table (catch_all_ref $c) (throw $e (i64.const 9))) (unreachable)) (call $look))))",
                                  {look});
  ASSERT_TRUE(call(i, "f").has_value());
  ASSERT_TRUE(call(i, "new").has_value());
  ASSERT_EQ(seen.size(), 5u);
  for (usize k = 1; k < 4; ++k) EXPECT_EQ(seen[k], seen[0]);
  EXPECT_NE(seen[4], seen[0]);
  const runtime::ExceptionView view = store->exception(seen[0]);
  ASSERT_NE(view.tag, nullptr);
  ASSERT_EQ(view.payload.size(), 1u);
  EXPECT_EQ(view.payload[0], 9u);
  EXPECT_EQ(store->exception(0).tag, nullptr);
}

TEST_F(Exceptions, CarryAThousandVectors) {
  std::string types, values, results;
  for (u32 i = 0; i < 1000; ++i) {
    types += " v128";
    values += "(v128.const i64x2 " + std::to_string(i) + " " + std::to_string(i * 3) + ")";
  }
  Instance* const i =
      instantiate("(module (tag $e (param" + types + "))\n(func $t (throw $e " + values +
                  "))(func (export \"f\") (param i32) (result" + types + ")\n(block $c (result" +
                  types + ") (try_table (catch $e $c) (call $t)) (unreachable))))");
  std::vector<Slot> slots(2000);
  ASSERT_TRUE(store->call_raw(i->find_export("f")->func, slots).has_value());
  for (u64 k = 0; k < 1000; ++k)
    ASSERT_EQ(std::pair(slots[2 * k], slots[2 * k + 1]), std::pair(k, k * 3));
}

// -- Hosts in between --

struct HostEnv {
  abi::Func* target = nullptr;
  runtime::Tag* tag = nullptr;
  std::string frames;
};

/// Calls the target with its argument; 1: throws on what came out, 2: another one, 3: a trap.
Status call_and_throw(Exec* exec, void* data, const FuncBody*, Slot* args) {
  auto& env = *static_cast<HostEnv*>(data);
  Store& store = *exec->store;
  std::vector<Slot> slots{args[0]};
  auto result = store.call_raw(env.target, slots);
  if (result) {
    args[0] = slots[0] + 100;
    return Status::returned;
  }
  env.frames = Exceptions::names(result.error());
  const u64 exception = result.error().info().exception;
  switch (args[0] % 4) {
    case 1: store.note_exception(exception, std::move(result.error())); return Status::threw;
    case 2: {
      const Slot value = 77;
      store.note_exception(store.new_exception(*env.tag, {&value, 1}));
      return Status::threw;
    }
    case 3: store.note_trap(Trap::unreachable); return Status::trapped;
    default: args[0] = 50; return Status::returned;
  }
}

TEST_F(Exceptions, PassTheHost) {
  HostEnv env;
  env.tag = tag({type_i32});
  abi::Func* const between = host({type_i32}, {type_i32}, call_and_throw, &env);
  Instance* const i = instantiate(R"((module
    (import "h" "tag" (tag $e (param i32)))
    (import "h" "between" (func $between (param i32) (result i32)))
    (func $inner (export "inner") (param i32) (result i32)
      (if (i32.ge_u (local.get 0) (i32.const 8)) (then (throw $e (local.get 0))))
      (local.get 0))
    (func $outer (export "outer") (param i32) (result i32)
      (i32.add (i32.const 1) (call $between (local.get 0))))
    (func $catch (export "catch") (param i32) (result i32)
      (block $c (result i32)
        (try_table (result i32) (catch $e $c) (call $outer (local.get 0)))
        (return))
      (i32.add (i32.const 1000)))
    (func (export "tail") (param i32) (result i32) (return_call $between (local.get 0)))))",
                                  {env.tag, between});
  env.target = i->find_export("inner")->func;
  EXPECT_EQ(call(i, "catch", {4}).value(), 105u);
  EXPECT_EQ(call(i, "catch", {8}).value(), 51u);    // swallowed
  EXPECT_EQ(call(i, "catch", {9}).value(), 1009u);  // thrown on
  EXPECT_EQ(env.frames, "inner outer catch");
  EXPECT_EQ(call(i, "catch", {10}).value(), 1077u);  // another one
  const auto trapped = call(i, "catch", {11});
  ASSERT_FALSE(trapped.has_value());
  EXPECT_EQ(trapped.error().kind(), ErrorKind::trap);
  for (const char* name : {"outer", "tail"}) {
    const auto uncaught = call(i, name, {9});
    ASSERT_FALSE(uncaught.has_value());
    EXPECT_EQ(uncaught.error().kind(), ErrorKind::exception);
    EXPECT_EQ(uncaught.error().message(), "uncaught exception: a tag of the host (i32 9)");
  }
  EXPECT_EQ(call(i, "catch", {9}).value(), 1009u);
}

TEST_F(Exceptions, OfHostFunctionsCalledThroughOtherInstances) {
  HostEnv env;
  env.tag = tag({type_i32});
  abi::Func* const thrower = host(
      {type_i32}, {type_i32},
      [](Exec* exec, void* data, const FuncBody*, Slot* args) {
        auto& e = *static_cast<HostEnv*>(data);
        exec->store->note_exception(exec->store->new_exception(*e.tag, {args, 1}));
        return Status::threw;
      },
      &env);
  // The host function stands in tail position behind a bridge.
  Instance* const a = instantiate(R"((module (import "h" "f" (func $f (param i32) (result i32)))
    (func (export "g") (param i32) (result i32) (return_call $f (local.get 0)))))",
                                  {thrower});
  Instance* const b = instantiate(R"((module (import "h" "tag" (tag $e (param i32)))
    (import "a" "g" (func $g (param i32) (result i32)))
    (func (export "f") (param i32) (result i32) (local $x i32)
      (local.set $x (i32.const 3000))
      (block $c (result i32)
        (try_table (result i32) (catch $e $c) (call $g (local.get 0)))
        (unreachable))
      (i32.add (local.get $x)))))",
                                  {env.tag, *a->find_export("g")});
  EXPECT_EQ(call(b, "f", {5}).value(), 3005u);
  const auto uncaught = call(a, "g", {6});
  ASSERT_FALSE(uncaught.has_value());
  EXPECT_EQ(uncaught.error().kind(), ErrorKind::exception);
}

// -- Errors --

TEST_F(Exceptions, ThatNobodyCatchesNameTagValuesAndFrames) {
  Instance* const i = instantiate(R"((module $m
    (tag $named (param i32 i64 f32 f64 v128 externref)) (tag (export "ex\tport"))
    (tag (param i32))
    (func $inner (param i32)
      (if (i32.eqz (local.get 0))
        (then (throw $named (i32.const -1) (i64.const -2) (f32.const 0.1) (f64.const nan)
          (v128.const i64x2 1 2) (ref.null extern))))
      (if (i32.eq (local.get 0) (i32.const 1)) (then (throw 1)))
      (throw 2 (i32.const 3)))
    (func $f (export "f") (param i32) (try_table (call $inner (local.get 0))))))");
  const auto text = [&](u64 which) {
    const auto result = call(i, "f", {which});
    EXPECT_FALSE(result.has_value());
    if (result) return std::string();
    EXPECT_EQ(names(result.error()), "inner f");
    EXPECT_EQ(result.error().kind(), ErrorKind::exception);
    return result.error().message();
  };
  EXPECT_EQ(text(0),
            "uncaught exception: tag $named (i32 -1, i64 -2, f32 0.1, f64 nan, "
            "v128 0x00000000000000020000000000000001, null)");
  EXPECT_EQ(text(1), "uncaught exception: tag $ex\\09port ()");
  EXPECT_EQ(text(2), "uncaught exception: tag 2 (i32 3)");
}

TEST_F(Exceptions, OfStartFunctionsEndInstantiation) {
  const auto result =
      store->instantiate(compile("(module $m (tag $e) (func $go (throw $e)) (start $go))"), {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::exception);
  EXPECT_EQ(names(result.error()), "go");
}

TEST_F(Exceptions, TagsOfTwoInstancesAreTwo) {
  constexpr const char* text = R"((module (tag $e (export "e"))
    (func (export "throw") (throw $e))))";
  Instance* const a = instantiate(text);
  Instance* const b = instantiate(text);
  constexpr const char* catcher = R"((module (import "a" "e" (tag $e)) (import "b" "f" (func $f))
    (func (export "f") (result i32)
      (block $c (try_table (catch $e $c) (call $f)) (return (i32.const 0))) (i32.const 1))))";
  Instance* const same = instantiate(catcher, {*a->find_export("e"), *a->find_export("throw")});
  Instance* const other = instantiate(catcher, {*a->find_export("e"), *b->find_export("throw")});
  EXPECT_EQ(call(same, "f").value(), 1u);
  EXPECT_FALSE(call(other, "f").has_value());
}

TEST_F(Exceptions, AStackOverflowInATryPassesAndTheStoreGoesOn) {
  Instance* const i = instantiate(R"((module (tag $e)
    (func $down (param i32) (result i32)
      (block $c
        (try_table (catch_all $c)
          (return (i32.add (i32.const 1) (call $down (i32.add (local.get 0) (i32.const 1)))))))
      (i32.const 0))
    (func (export "f") (result i32) (call $down (i32.const 0)))
    (func (export "g") (result i32)
      (block $c (try_table (catch_all $c) (throw $e))) (i32.const 4))))");
  for (u32 k = 0; k < 2; ++k) {
    const auto result = call(i, "f");
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::call_stack_exhausted));
    EXPECT_EQ(call(i, "g").value(), 4u);
  }
}

// -- Time and fuel --

/// Nothing but a throw goes back to the loop.
constexpr const char* endless = R"((module (tag $e)
  (func (export "f") (loop $l (try_table (catch_all $l) (throw $e))))
  (func (export "n") (param $n i32) (result i32) (local $k i32)
    (loop $l
      (if (i32.eqz (local.get $n)) (then (return (local.get $k))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (local.set $k (i32.add (local.get $k) (i32.const 2)))
      (try_table (catch $e $l) (throw $e)))
    (unreachable))))";

TEST_F(Exceptions, AnEndlessLoopOfThrowsIsInterrupted) {
  Instance* const i = instantiate(endless);
  const auto handle = store->interrupt_handle();
  std::thread raiser([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    handle->raise();
  });
  const auto result = call(i, "f");
  raiser.join();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::interrupted));
  EXPECT_EQ(call(i, "n", {50'000}).value(), 100'000u);
}

TEST_F(Exceptions, FuelEndsAtTheSamePlaceAgain) {
  use("fuel", "on");
  Instance* const i = instantiate(endless);
  u64 used[3];
  for (u64& one : used) {
    store->set_fuel(1'000'000);
    EXPECT_EQ(call(i, "n", {1000}).value(), 2000u);
    one = 1'000'000 - store->fuel_left();
  }
  EXPECT_EQ(used[0], used[1]);
  EXPECT_EQ(used[1], used[2]);
  EXPECT_GT(used[0], 10'000u);
  store->set_fuel(used[0]);
  EXPECT_EQ(call(i, "n", {1000}).value(), 2000u);
  EXPECT_EQ(store->fuel_left(), 0u);
  store->set_fuel(used[0] - 1);
  const auto result = call(i, "n", {1000});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::out_of_fuel));
  store->set_fuel(20'000);
  EXPECT_FALSE(call(i, "f").has_value());
  EXPECT_EQ(store->fuel_left(), 0u);
}

// -- Code and tables --

Code code_of_function(const runtime::ModuleInfo& info, u32 function) {
  const runtime::CodeModule& code = info.code({}, table());
  auto made = predecode(code, code.bodies()[function]);
  EXPECT_TRUE(made.has_value());
  return made ? std::move(*made) : Code{};
}

TEST_F(Exceptions, EnteringATryMakesNoCell) {
  const auto module = compile(R"((module (tag $e (param i32))
    (func $f (param i32) (result i32) (local.get 0))
    (func (param i32) (result i32)
      (block $c (result i32)
        (block
          (return (i32.mul (i32.const 3) (call $f (i32.add (local.get 0) (i32.const 1))))))
        (unreachable)))
    (func (param i32) (result i32)
      (block $c (result i32)
        (try_table (catch $e $c)
          (return (i32.mul (i32.const 3) (call $f (i32.add (local.get 0) (i32.const 1))))))
        (unreachable)))))");
  const Code plain = code_of_function(*module, 1), caught = code_of_function(*module, 2);
  EXPECT_TRUE(plain.catches.ranges().empty() && plain.catches.rows().empty());
  ASSERT_EQ(caught.catches.ranges().size(), 1u);
  ASSERT_EQ(caught.catches.rows().size(), 1u);
  // Up to the handler both are the same code.
  EXPECT_EQ(caught.catches.rows()[0].target, plain.cells.size());
}

/// The innermost open range around each offset, by trying all.
u32 slow_first_row(std::span<const CatchRange> ranges, u32 offset) {
  u32 best = CatchRow::none;
  for (u32 i = 0; i < ranges.size(); ++i)
    if (ranges[i].from <= offset && offset < ranges[i].to) best = i;  // later ones lie inside
  return best == CatchRow::none ? CatchRow::none : ranges[best].row;
}

TEST(CatchTables, FindTheInnermostRange) {
  std::mt19937 random(7);
  for (u32 round = 0; round < 200; ++round) {
    CatchTable table;
    std::vector<u32> open;
    u32 at = 0;
    for (u32 step = 0; step < 60; ++step) {
      at += random() % 3;  // ranges may be empty, or start where another does
      if (random() % 2 == 0 || open.empty()) {
        open.push_back(table.open(at, open.empty() ? CatchRow::none : open.back()));
        for (u32 rows = random() % 3; rows > 0; --rows) table.add(open.back(), CatchRow{});
      } else {
        table.close(open.back(), at);
        open.pop_back();
      }
    }
    for (; !open.empty(); open.pop_back()) table.close(open.back(), at + 1);
    table.finish();
    for (u32 offset = 0; offset < at + 3; ++offset)
      ASSERT_EQ(first_row(table.ranges(), offset), slow_first_row(table.ranges(), offset)) << round;
  }
}

TEST(CatchTables, LinkRowsOutwardAndWhereTheyAreSent) {
  CatchTable table;
  const u32 outer = table.open(0, CatchRow::none);
  const u32 middle = table.open(10, outer);
  const u32 bare = table.open(20, middle);
  const u32 sent = table.open(30, bare);
  const u32 in_sent = table.add(sent, {});
  table.delegate(sent, outer);
  // The older encoding knows its handlers only behind the bodies.
  const u32 m0 = table.add(middle, {}), o0 = table.add(outer, {}), m1 = table.add(middle, {});
  table.finish();
  EXPECT_EQ(table.rows()[m0].next, m1);
  EXPECT_EQ(table.rows()[m1].next, o0);
  EXPECT_EQ(table.rows()[o0].next, CatchRow::none);
  EXPECT_EQ(table.rows()[in_sent].next, o0);
  EXPECT_EQ(table.ranges()[bare].row, m0);
  EXPECT_EQ(table.ranges()[sent].row, in_sent);
  EXPECT_EQ(first_row({}, 5), CatchRow::none);
}

TEST_F(Exceptions, OfThousandsOfTriesFindTheirWay) {
  constexpr u32 count = 3000;
  std::string nested =
      "(module (tag $e) (tag $x) (func $t (throw $e))\n(func (export \"f\") "
      "(result i32) (block $c (try_table (catch $e $c) ";
  for (u32 i = 0; i < count; ++i) nested += "(block (try_table (catch $x 0)\n";
  nested += "(call $t)";
  for (u32 i = 0; i < count; ++i) nested += "))";
  nested += "(unreachable))) (i32.const 6))\n(func (export \"g\") (result i32) (local $n i32)";
  for (u32 i = 0; i < count; ++i)
    nested +=
        "(block $c (try_table (catch_all $c) (call $t)) (unreachable))\n"
        "(local.set $n (i32.add (local.get $n) (i32.const 1)))\n";
  nested += "(local.get $n)))";
  Instance* const i = instantiate(nested);
  EXPECT_EQ(call(i, "f").value(), 6u);
  EXPECT_EQ(call(i, "g").value(), count);
  EXPECT_EQ(call(i, "g").value(), count);  // more sites than a cache holds
}

TEST_F(Exceptions, ThreadsPrepareTheSameHandlers) {
  const auto module = compile(R"((module (tag $e (param i32))
    (func $t (param i32) (throw $e (local.get 0)))
    (func (export "f") (param i32) (result i32)
      (block $c (result i32) (try_table (catch $e $c) (call $t (local.get 0))) (unreachable)))))");
  for (u32 round = 0; round < 20; ++round) {
    std::atomic<u32> right{0};
    const auto fresh = round % 2 == 0 ? module : compile(R"((module (tag $e (param i32))
      (func (export "f") (param i32) (result i32)
        (block $c (result i32)
          (try_table (catch $e $c) (throw $e (local.get 0))) (unreachable)))))");
    const auto run = [&] {
      auto own = engine->new_store().value();
      Instance* const i = own->instantiate(fresh, {}).value();
      for (u64 k = 0; k < 50; ++k) {
        std::vector<Slot> slots{k};
        if (own->call_raw(i->find_export("f")->func, slots).has_value() && slots[0] == k) ++right;
      }
    };
    std::thread first(run), second(run);
    first.join();
    second.join();
    EXPECT_EQ(right, 100u);
  }
}

}  // namespace
}  // namespace zhan::interp

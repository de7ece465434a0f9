// SPDX-License-Identifier: Apache-2.0
// The first slice of CONTRACTS C12 from outside: traps across host calls, several instances and
// stores, interrupts, fuel, and that nothing is lost.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <fstream>
#include <thread>

#include "engine/engine.hpp"

namespace zhan::engine {
namespace {

using abi::Exec;
using abi::FuncBody;
using abi::Slot;
using abi::Status;
using runtime::Extern;
using runtime::Instance;
using runtime::Store;
using runtime::Value;

class Slice : public testing::Test {
 public:
  void use(Config config) {
    store.reset();
    engine = Engine::create(std::move(config)).value();
    store = engine->new_store().value();
  }
  Engine::ModulePtr compile(std::string_view text, std::string name = "m") {
    auto module = engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}, {},
                                  std::move(name));
    if (!module) ADD_FAILURE() << module.error().to_string();
    return module ? *module : nullptr;
  }
  Instance* instantiate(std::string_view text, std::vector<Extern> imports = {},
                        std::string name = "m") {
    auto instance = store->instantiate(compile(text, std::move(name)), imports);
    if (!instance) ADD_FAILURE() << instance.error().to_string();
    return instance ? *instance : nullptr;
  }
  static abi::Func* func(Instance* instance, std::string_view name) {
    return instance->find_export(name)->func;
  }
  Result<u64> call(abi::Func* f, std::vector<Slot> args = {}) {
    args.resize(std::max<usize>(args.size(), 4));
    ZHAN_TRY_VOID(store->call_raw(f, args));
    return args[0];
  }
  Result<u64> call(Instance* instance, std::string_view name, std::vector<Slot> args = {}) {
    return call(func(instance, name), std::move(args));
  }
  abi::Func* host(std::vector<ValType> params, std::vector<ValType> results, abi::Entry entry,
                  void* data = nullptr) {
    const TypeId type =
        engine->types()->intern(FuncType{std::move(params), std::move(results)}).value();
    return store->new_host_func(type, entry, data).value();
  }
  static std::string names(const Error& error) {
    std::string text;
    for (const ErrorFrame& frame : error.info().frames)
      text += (text.empty() ? "" : " ") + frame.module + "." + frame.function;
    return text;
  }

  std::shared_ptr<Engine> engine = Engine::create().value();
  std::unique_ptr<Store> store = engine->new_store().value();
  abi::Func* m_target = nullptr;
};

TEST_F(Slice, Computes) {
  Instance* const i = instantiate(R"((module
    (func (export "fac") (param i32) (result i32)
      (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (i32.const 1))
        (else (i32.mul (local.get 0) (call 0 (i32.sub (local.get 0) (i32.const 1)))))))))");
  EXPECT_EQ(call(i, "fac", {10}).value(), 3'628'800u);
}

// 1
TEST_F(Slice, EndlessRecursionIsATrapWithACutBacktrace) {
  Instance* const i = instantiate("(module (func $down (export \"f\") (call $down)))");
  const auto result = call(i, "f");
  ASSERT_FALSE(result.has_value());
  const ErrorInfo& info = result.error().info();
  EXPECT_EQ(info.message, "call stack exhausted");
  EXPECT_EQ(info.frames.size(), 64u);
  EXPECT_GT(info.frames_left_out, 1000u);
  EXPECT_EQ(info.frames_cut_at, 32u);
  EXPECT_EQ(info.frames[40].function, "down");
  EXPECT_EQ(info.frames.back().module, "m");
}

// 2
TEST_F(Slice, OutOfBoundsAccessesNameTheInstruction) {
  Instance* const i = instantiate(R"((module (memory 1)
    (func (export "load") (param i32) (result i32) (i32.load offset=4 (local.get 0)))
    (func (export "drop") (param i32) (drop (i32.load8_u (local.get 0))))
    (func (export "store") (param i32) (i64.store (local.get 0) (i64.const 1)))))");
  for (const char* name : {"load", "drop", "store"}) {
    EXPECT_TRUE(call(i, name, {100}).has_value()) << name;
    const auto result = call(i, name, {65'536});
    ASSERT_FALSE(result.has_value()) << name;
    EXPECT_EQ(result.error().kind(), ErrorKind::trap);
    EXPECT_EQ(result.error().message().find("out of bounds memory access"), 0u);
    ASSERT_EQ(result.error().info().frames.size(), 1u);
    const u64 offset = result.error().info().frames[0].offset;
    const u8 opcode = i->module()->module.bytes[offset];
    EXPECT_TRUE(opcode == 0x28 || opcode == 0x2d || opcode == 0x37) << name << " at " << offset;
    EXPECT_FALSE(call(i, name, {0xffff'ffff}).has_value());
    EXPECT_TRUE(call(i, name, {0}).has_value());  // the store goes on
  }
}

// 3
TEST_F(Slice, ATrapBelowAHostFunctionShowsTheFramesOfBothCalls) {
  struct Env {
    abi::Func* inner = nullptr;
    std::string inner_frames;
  } env;
  abi::Func* const again = host(
      {type_i32}, {type_i32},
      [](Exec* exec, void* data, const FuncBody*, Slot* args) {
        auto& e = *static_cast<Env*>(data);
        std::vector<Slot> slots{args[0], 0};
        auto result = exec->store->call_raw(e.inner, slots);
        if (result) {
          args[0] += slots[0];
          return Status::returned;
        }
        e.inner_frames = names(result.error());
        exec->store->note_error(std::move(result.error()));
        return Status::trapped;
      },
      &env);
  Instance* const i =
      instantiate(R"((module (import "h" "again" (func $again (param i32) (result i32)))
    (func $inner (export "inner") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (unreachable)))
      (i32.mul (local.get 0) (i32.const 10)))
    (func $outer (export "outer") (param i32) (result i32)
      (i32.add (i32.const 1) (call $again (local.get 0))))))",
                  {again});
  env.inner = func(i, "inner");
  EXPECT_EQ(call(i, "outer", {4}).value(), 45u);
  const auto result = call(i, "outer", {0});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message(), "unreachable");
  EXPECT_EQ(names(result.error()), "m.inner m.outer");
  EXPECT_EQ(env.inner_frames, "m.inner m.outer");
  EXPECT_EQ(call(i, "outer", {3}).value(), 34u);
}

TEST_F(Slice, HostFunctionsSeeTheirCallersMemory) {
  abi::Func* const peek =
      host({type_i32}, {type_i32}, [](Exec* exec, void*, const FuncBody*, Slot* args) {
        runtime::Memory* const memory = runtime::caller_memory(exec);
        EXPECT_NE(memory, nullptr);
        args[0] = memory == nullptr ? 0 : memory->bytes()[args[0]];
        return Status::returned;
      });
  Instance* const i =
      instantiate(R"((module (import "h" "peek" (func $peek (param i32) (result i32)))
    (memory 1) (data (i32.const 3) "A")
    (func (export "f") (result i32) (call $peek (i32.const 3)))))",
                  {peek});
  EXPECT_EQ(call(i, "f").value(), 65u);
}

// 4
TEST_F(Slice, InstancesShareCellsButNotState) {
  constexpr const char* text = R"((module
    (import "e" "m" (memory 1)) (import "e" "other" (func $other (result i32)))
    (global $g (mut i32) (i32.const 0)) (table (export "t") 1 funcref) (elem (i32.const 0) $peek)
    (func $peek (export "peek") (result i32) (i32.add (global.get $g) (i32.load (i32.const 0))))
    (func (export "set") (param i32) (global.set $g (local.get 0)))
    (func (export "both") (result i32)
      (i32.add (i32.mul (call $other) (i32.const 1000)) (call $peek)))
    (func (export "indirect") (result i32) (call_indirect (result i32) (i32.const 0)))))";
  MemoryType type;
  type.limits.min = 1;
  runtime::Memory* const guarded = store->new_memory(type).value();
  guarded->state.base[0] = 1;
  abi::Func* const seven = host({}, {type_i32}, [](Exec*, void*, const FuncBody*, Slot* args) {
    args[0] = 7;
    return Status::returned;
  });
  const auto module = compile(text);
  Instance* const a = store->instantiate(module, std::vector<Extern>{guarded, seven}).value();
  runtime::Memory* const second = store->new_memory(type).value();
  second->state.base[0] = 2;
  Instance* const b =
      store->instantiate(module, std::vector<Extern>{second, *a->find_export("peek")}).value();
  EXPECT_EQ(a->inst()->bodies, b->inst()->bodies);
  ASSERT_TRUE(call(a, "set", {10}).has_value());
  ASSERT_TRUE(call(b, "set", {20}).has_value());
  EXPECT_EQ(call(a, "both").value(), 7011u);
  EXPECT_EQ(call(b, "both").value(), 11'022u);
  EXPECT_EQ(call(b, "indirect").value(), 22u);
}

TEST_F(Slice, OneInstanceWithGuardAndOneWithout) {
  constexpr const char* text = R"((module
    (import "e" "m" (memory 1 2 shared)) (import "e" "f" (func $f (param i32) (result i32)))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "other") (param i32) (result i32) (call $f (local.get 0)))))";
  // A memory without guard: made by a store with explicit checks, shared with this one.
  runtime::StoreConfig checked = store->config();
  checked.mode.explicit_checks = true;
  const auto maker = Store::create(checked).value();
  MemoryType type;
  type.limits = {1, 2, true};
  type.shared = true;
  runtime::Memory* const plain = maker->new_memory(type).value();
  ASSERT_TRUE(store->share_memory(*plain).has_value());
  runtime::Memory* const guarded = store->new_memory(type).value();
  plain->state.base[8] = 5;
  guarded->state.base[8] = 6;
  const auto module = compile(text);
  abi::Func* const zero =
      host({type_i32}, {type_i32}, [](Exec*, void*, const FuncBody*, Slot* args) {
        args[0] = 0;
        return Status::returned;
      });
  Instance* const a = store->instantiate(module, std::vector<Extern>{plain, zero}).value();
  Instance* const b =
      store->instantiate(module, std::vector<Extern>{guarded, *a->find_export("load")}).value();
  EXPECT_FALSE(plain->guarded());
  EXPECT_EQ(call(b, "load", {8}).value(), 6u);
  EXPECT_EQ(call(b, "other", {8}).value(), 5u);
  for (Instance* const i : {a, b}) {
    const auto result = call(i, "load", {65'533});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::out_of_bounds_memory_access));
  }
  const auto across = call(b, "other", {65'533});
  ASSERT_FALSE(across.has_value());
  ASSERT_EQ(across.error().info().frames.size(), 2u);
  EXPECT_EQ(across.error().info().frames[0].instance, 1u);
  EXPECT_EQ(across.error().info().frames[1].instance, 2u);
  EXPECT_EQ(across.error().info().frames[1].function_index, 2u);
}

TEST_F(Slice, GrowingAMovableMemoryWhileItRuns) {
  Instance* const i = instantiate(R"((module (memory i64 1)
    (func (export "f") (param $n i32) (result i32) (local $a i64)
      (i32.store (i64.const 0) (i32.const 77))
      (loop $l
        (drop (memory.grow (i64.const 3)))
        (local.set $a (i64.sub (i64.mul (memory.size) (i64.const 65536)) (i64.const 4)))
        (i32.store (local.get $a) (local.get $n))
        (if (i32.ne (i32.load (local.get $a)) (local.get $n)) (then (unreachable)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (i32.load (i64.const 0)))))");
  EXPECT_EQ(call(i, "f", {60}).value(), 77u);
}

// 5
TEST_F(Slice, TenMillionTailCallsWithGrowingArgumentsTakeNoSpace) {
  struct Env {
    abi::Func* next = nullptr;
    Slot *low = nullptr, *high = nullptr;  // of the places of its arguments
    u64 calls = 0;
  } env;
  abi::Func* const pass = host(
      {type_i32, type_i64, type_i32}, {type_i64},
      [](Exec* exec, void* data, const FuncBody*, Slot* args) {
        auto& e = *static_cast<Env*>(data);
        e.low = e.calls == 0 ? args : std::min(e.low, args);
        e.high = std::max(e.high, args);
        ++e.calls;
        args[3] = args[2] + 1;
        exec->pending.tail_callee = e.next;
        return Status::tail_call;
      },
      &env);
  // 1 argument -> 2 (same instance) -> 3 (host) -> 4 (other instance) -> 11 (back) -> 2 ...
  Instance* const a = instantiate(R"((module
    (import "e" "pass" (func $pass (param i32 i64 i32) (result i64)))
    (func $two (export "two") (param $n i32) (param $sum i64) (result i64)
      (if (i32.eqz (local.get $n)) (then (return (local.get $sum))))
      (return_call $pass (i32.sub (local.get $n) (i32.const 1)) (local.get $sum)
        (local.get $n)))
    (func (export "one") (param i32) (result i64) (return_call $two (local.get 0) (i64.const 0)))
    (func (export "eleven") (param i32 i64 i32 i32 i32 i64 f64 i32 i32 v128 i32) (result i64)
      (return_call $two (local.get 0)
        (i64.add (local.get 1) (i64.extend_i32_u (i32.add (local.get 2) (local.get 10))))))))",
                                  {pass});
  Instance* const b = instantiate(R"((module
    (import "e" "eleven" (func $eleven
      (param i32 i64 i32 i32 i32 i64 f64 i32 i32 v128 i32) (result i64)))
    (func (export "four") (param i32 i64 i32 i32) (result i64)
      (return_call $eleven (local.get 0) (local.get 1) (i32.sub (local.get 3) (local.get 2))
        (i32.const 3) (i32.const 4) (i64.const 5) (f64.const 6) (i32.const 7) (i32.const 8)
        (v128.const i64x2 9 10) (local.get 2)))))",
                                  {*a->find_export("eleven")});
  env.next = func(b, "four");
  constexpr u64 rounds = 2'500'000;  // of four tail calls
  // Each round adds 1 and its n.
  EXPECT_EQ(call(a, "one", {rounds}).value(), rounds + rounds * (rounds + 1) / 2);
  EXPECT_EQ(env.calls, rounds);
  EXPECT_LT(env.high - env.low, 16);
}

TEST_F(Slice, ReturnAndTailCallsExchangeTheirOwnParameters) {
  Instance* const i = instantiate(R"((module
    (func $swap (export "swap") (param i32 i64) (result i64 i32) (local.get 1) (local.get 0)
      (return))
    (func (export "wide") (param v128 i32 v128) (result v128 i32 v128)
      (local.get 2) (local.get 1) (local.get 0))
    (func $turn (export "turn") (param $n i32) (param i64 i64 i64) (result i64)
      (if (i32.eqz (local.get $n)) (then (return (local.get 1))))
      (return_call $turn (i32.sub (local.get $n) (i32.const 1)) (local.get 2) (local.get 3)
        (local.get 1)))
    (func $exchange (export "exchange") (param v128 v128 i32) (result v128 v128)
      (if (i32.eqz (local.get 2)) (then (local.get 0) (local.get 1) (return)))
      (return_call $exchange (local.get 1) (local.get 0)
        (i32.sub (local.get 2) (i32.const 1))))
    (func (export "through") (param i64) (result i64 i32)
      (call $swap (i32.const 7) (local.get 0)))))",
                                  {});
  const auto slots = [&](std::string_view name, std::vector<Slot> values) {
    values.resize(8);
    EXPECT_TRUE(store->call_raw(func(i, name), values).has_value()) << name;
    return values;
  };
  const auto swapped = slots("swap", {3, 4});
  EXPECT_EQ(swapped[0], 4u);
  EXPECT_EQ(swapped[1], 3u);
  const auto wide = slots("wide", {1, 2, 3, 4, 5});
  EXPECT_EQ(std::vector<Slot>(wide.begin(), wide.begin() + 5), (std::vector<Slot>{4, 5, 3, 1, 2}));
  EXPECT_EQ(slots("through", {8})[0], 8u);
  EXPECT_EQ(slots("turn", {0, 5, 6, 7})[0], 5u);
  EXPECT_EQ(slots("turn", {1, 5, 6, 7})[0], 6u);
  EXPECT_EQ(slots("turn", {1'000'001, 5, 6, 7})[0], 7u);
  const auto once = slots("exchange", {1, 2, 3, 4, 1001});
  EXPECT_EQ(std::vector<Slot>(once.begin(), once.begin() + 4), (std::vector<Slot>{3, 4, 1, 2}));
}

TEST_F(Slice, TailCallsThroughHostAndInstancesTakeNoSpace) {
  abi::Func* const pass = host(
      {type_i32}, {type_i32},
      [](Exec* exec, void* data, const FuncBody*, Slot*) {
        exec->pending.tail_callee = *static_cast<abi::Func**>(data);
        return Status::tail_call;
      },
      &m_target);
  constexpr const char* text = R"((module (import "e" "next" (func $next (param i32) (result i32)))
    (func (export "f") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 5))))
      (return_call $next (i32.sub (local.get 0) (i32.const 1))))))";
  Instance* const a = instantiate(text, {pass});
  Instance* const b = instantiate(text, {*a->find_export("f")});
  m_target = func(b, "f");
  EXPECT_EQ(call(b, "f", {1'000'000}).value(), 5u);
}

// 6
TEST_F(Slice, AnotherThreadInterruptsALoopAndARecursion) {
  Instance* const i = instantiate(R"((module
    (func (export "loop") (loop $l (br $l)))
    (func $deep (param i32) (result i32)
      (if (local.get 0) (then (drop (call $deep (i32.sub (local.get 0) (i32.const 1))))))
      (i32.const 1))
    (func (export "recurse") (loop $l (drop (call $deep (i32.const 1000))) (br $l)))))");
  for (const char* name : {"loop", "recurse"}) {
    std::atomic<bool> done{false};
    std::thread raiser([&, handle = store->interrupt_handle()] {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      handle->raise();
      done = true;
    });
    const auto result = call(i, name);
    raiser.join();
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind(), ErrorKind::interrupt);
    EXPECT_EQ(result.error().message(), "interrupted");
    EXPECT_FALSE(result.error().info().frames.empty());
  }
}

TEST_F(Slice, RaisingWhileStoresAreDropped) {
  const auto module = compile(R"((module
    (func (export "loop") (loop $l (br $l)))
    (func $deep (param i32)
      (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "recurse") (loop $l (call $deep (i32.const 1000)) (br $l)))))");
  for (int round = 0; round < 60; ++round) {
    Instance* const i = store->instantiate(module, {}).value();
    std::atomic<bool> dropped{false};
    std::thread raiser([&, handle = store->interrupt_handle()] {
      while (!dropped) handle->raise();
      handle->raise();  // and once more when nothing is left of the store
    });
    const auto result = call(i, round % 2 == 0 ? "loop" : "recurse");
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind(), ErrorKind::interrupt);
    store.reset();
    dropped = true;
    raiser.join();
    store = engine->new_store().value();
  }
}

TEST_F(Slice, ADeadlineEndsALoop) {
  Instance* const i = instantiate("(module (func (export \"f\") (loop $l (br $l))))");
  store->set_deadline(10'000'000);
  const auto result = call(i, "f");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::interrupt);
  EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::deadline_exceeded));
}

TEST_F(Slice, FuelEndsAtTheSameCount) {
  Config config;
  ASSERT_TRUE(config.set("fuel", "on").has_value());
  use(config);
  constexpr const char* text = R"((module (global $g (export "g") (mut i32) (i32.const 0))
    (func (export "f") (loop $l (global.set $g (i32.add (global.get $g) (i32.const 1))) (br $l)))
    (func (export "trap") (unreachable))))";
  Instance* const i = instantiate(text);
  EXPECT_FALSE(call(i, "f").has_value());  // no fuel at all
  u64 counts[2];
  for (u64& count : counts) {
    Instance* const fresh = instantiate(text);
    store->set_fuel(100'000);
    const auto result = call(fresh, "f");
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::out_of_fuel));
    EXPECT_EQ(store->fuel_left(), 0u);
    count = fresh->find_export("g")->global->value[0];
  }
  EXPECT_EQ(counts[0], counts[1]);
  EXPECT_GT(counts[0], 10'000u);
  store->set_fuel(1000);
  EXPECT_EQ(call(i, "trap").error().message(), "unreachable");
  EXPECT_LT(store->fuel_left(), 1000u);  // a trap does not lose the count
  EXPECT_GT(store->fuel_left(), 900u);
}

// 7
TEST_F(Slice, TwoThreadsPrepareTheSameBodies) {
  // The outer body is entered by the host, the inner ones by calls between cells, all unprepared.
  constexpr const char* text = R"((module (table funcref (elem $triple))
    (type $unary (func (param i32) (result i32)))
    (func $triple (type $unary) (i32.mul (local.get 0) (i32.const 3)))
    (func $next (type $unary) (i32.add (local.get 0) (i32.const 1)))
    (func (export "f") (type $unary)
      (call_indirect (type $unary) (call $next (local.get 0)) (i32.const 0)))))";
  constexpr int rounds = 1000;
  std::vector<Engine::ModulePtr> modules;
  for (int round = 0; round < rounds; ++round) modules.push_back(compile(text));
  std::barrier together(2);
  const auto run = [&] {
    const auto own = engine->new_store().value();
    for (const Engine::ModulePtr& module : modules) {
      Instance* const i = own->instantiate(module, {}).value();
      std::vector<Slot> slots{4, 0, 0, 0};
      together.arrive_and_wait();
      EXPECT_TRUE(own->call_raw(func(i, "f"), slots).has_value());
      EXPECT_EQ(slots[0], 15u);
    }
  };
  std::thread other(run);
  run();
  other.join();
}

// 8
u64 count_mappings() {
  std::ifstream maps("/proc/self/maps");
  u64 count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

TEST_F(Slice, TenThousandStoresRunAndEnd) {
  const auto module = compile(R"((module (memory 1) (func (export "f") (param i32) (result i32)
    (i32.store (i32.const 60000) (local.get 0)) (i32.load (i32.const 60000)))))");
  const auto round = [&](u64 n) {
    auto own = engine->new_store().value();
    Instance* const i = own->instantiate(module, {}).value();
    std::vector<Slot> slots{n};
    EXPECT_TRUE(own->call_raw(func(i, "f"), slots).has_value());
    EXPECT_EQ(slots[0], n);
  };
  for (u64 n = 0; n < 200; ++n) round(n);
  const u64 before = count_mappings();
  for (u64 n = 0; n < 9'800; ++n) round(n);
  EXPECT_LE(count_mappings(), before + 4);
}

TEST_F(Slice, StoresNestAndTheInnerOneTraps) {
  static std::unique_ptr<Store> inner;
  inner = engine->new_store().value();
  static abi::Func* load = nullptr;
  const auto module = compile(R"((module (memory 1) (func (export "load") (param i32) (result i32)
    (i32.load (local.get 0)))))");
  load = func(inner->instantiate(module, {}).value(), "load");
  abi::Func* const nested =
      host({type_i32}, {type_i32}, [](Exec*, void*, const FuncBody*, Slot* args) {
        std::vector<Slot> slots{args[0]};
        args[0] = inner->call_raw(load, slots).has_value() ? 1 : 0;
        return Status::returned;
      });
  Instance* const i = instantiate(R"((module (import "e" "f" (func $f (param i32) (result i32)))
    (memory 1)
    (func (export "f") (param i32) (result i32) (call $f (local.get 0)))
    (func (export "load") (param i32) (result i32)
      (drop (call $f (i32.const -1))) (i32.load (local.get 0)))))",
                                  {nested});
  EXPECT_EQ(call(i, "f", {0}).value(), 1u);
  EXPECT_EQ(call(i, "f", {0xffff'ffff}).value(), 0u);
  EXPECT_FALSE(call(i, "load", {0xffff'ffff}).has_value());
  EXPECT_TRUE(call(i, "load", {0}).has_value());
  inner.reset();
}

TEST_F(Slice, AnInvalidBodyTrapsWhenCalledIfValidationIsLazy) {
  Config config;
  config.lazy_validation = true;
  use(config);
  Instance* const i = instantiate(R"((module (func (export "good") (result i32) (i32.const 1))
    (func (export "bad") (result i32) (i64.const 1))))");
  EXPECT_EQ(call(i, "good").value(), 1u);
  for (int k = 0; k < 2; ++k) {
    const auto result = call(i, "bad");
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind(), ErrorKind::trap);
    EXPECT_EQ(result.error().message().find("invalid function body: type mismatch"), 0u);
  }
}

// 10
TEST_F(Slice, NullWrittenOverAnUnfilledElementStaysNull) {
  Instance* const i = instantiate(R"((module (table 10 funcref)
    (func $f (result i32) (i32.const 4))
    (elem (i32.const 0) $f $f $f $f $f $f $f $f $f)
    (func (export "clear") (param i32) (table.set (local.get 0) (ref.null func)))
    (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))))");
  ASSERT_TRUE(call(i, "clear", {3}).has_value());
  EXPECT_EQ(call(i, "call", {2}).value(), 4u);
  EXPECT_EQ(call(i, "call", {3}).error().message(), "uninitialized element 3");
  EXPECT_EQ(call(i, "call", {10}).error().message(), "undefined element");
}

}  // namespace
}  // namespace zhan::engine

// SPDX-License-Identifier: Apache-2.0
// Continuations: what the scripts of tests/wast cannot see. Hosts in between, backtraces, depth,
// limits, what is freed when, fuel and interrupts, functions of very many slots.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "engine/engine.hpp"
#include "interp/body_code.hpp"
#include "interp/interp.hpp"
#include "interp/specials.hpp"

namespace zhan::interp {
namespace {

using abi::Exec;
using abi::FuncBody;
using abi::Slot;
using abi::Status;
using runtime::Extern;
using runtime::Instance;
using runtime::Store;

class Continuations : public testing::Test {
 public:
  Continuations() { use({}); }

  void use(std::vector<std::pair<const char*, const char*>> options) {
    engine::Config config;
    config.features.set(Feature::stack_switching, true);
    for (const auto& [key, value] : options) ASSERT_TRUE(config.set(key, value).has_value()) << key;
    store.reset();
    engine = engine::Engine::create(std::move(config)).value();
    store = engine->new_store().value();
  }
  Instance* instantiate(std::string_view text, std::vector<Extern> imports = {}) {
    auto module = engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}, {}, "m");
    if (!module) {
      ADD_FAILURE() << module.error().to_string();
      return nullptr;
    }
    auto instance = store->instantiate(*module, imports);
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
  std::string error_of(Instance* instance, std::string_view name, std::vector<Slot> args = {}) {
    const auto result = call(instance, name, std::move(args));
    return result ? "returned" : result.error().message();
  }
  abi::Func* host(std::vector<ValType> params, std::vector<ValType> results, abi::Entry entry,
                  void* data) {
    const TypeId type =
        engine->types()->intern(FuncType{std::move(params), std::move(results)}).value();
    return store->new_host_func(type, entry, data).value();
  }
  /// A host function (i32) -> i32 that calls what `target` names and adds 1.
  abi::Func* calls(abi::Func*& target) {
    return host(
        {type_i32}, {type_i32},
        [](Exec* exec, void* data, const FuncBody*, Slot* args) noexcept {
          std::vector<Slot> slots{args[0], 0, 0, 0};
          const auto done = exec->store->call_raw(*static_cast<abi::Func**>(data), slots);
          if (!done) {
            Error copy(done.error().kind(), done.error().message());
            copy.info() = done.error().info();
            exec->store->note_error(std::move(copy));
            return Status::trapped;
          }
          args[0] = slots[0] + 1;
          return Status::returned;
        },
        &target);
  }
  static std::string names(const Error& error) {
    std::string text;
    for (const ErrorFrame& frame : error.info().frames)
      text += (text.empty() ? "" : " ") + frame.function;
    return text;
  }
  [[nodiscard]] u64 stacks() const { return store->continuations().stacks; }

  std::shared_ptr<engine::Engine> engine;
  std::unique_ptr<Store> store;
};

// -- Hosts in between --

constexpr const char* host_in_between = R"((module
  (type $f (func (param i32) (result i32))) (type $k (cont $f))
  (type $f0 (func (result i32))) (type $k0 (cont $f0))
  (func $host (import "h" "host") (type $f))
  (tag $e) (tag $other) (tag $x (param i32))
  (func $asks (export "asks") (type $f) (suspend $e) (local.get 0))
  (func $via (type $f) (call $host (local.get 0)))
  (elem declare func $via $asks $host $deep $throws)
  (func (export "across") (type $f)
    (block $h (result (ref $k0))
      (return (resume $k (on $e $h) (local.get 0) (cont.new $k (ref.func $via)))))
    (drop) (i32.const -1))
  (func (export "direct") (type $f)
    (block $h (result (ref $k0))
      (return (resume $k (on $e $h) (local.get 0) (cont.new $k (ref.func $host)))))
    (drop) (i32.const -1))
  (func (export "nobody") (type $f)
    (block $h (result (ref $k0))
      (return (resume $k (on $other $h) (local.get 0) (cont.new $k (ref.func $via)))))
    (drop) (i32.const -1))
  ;; Handled within: suspended and resumed under the host's frame.
  (func (export "within") (type $f)
    (block $h (result (ref $k0))
      (return (resume $k (on $e $h) (local.get 0) (cont.new $k (ref.func $asks)))))
    (resume $k0))
  ;; Deeper than the stack of a new continuation, and over and over.
  (func $deep (export "deep") (type $f)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (i32.add (i32.const 2) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
  (func (export "again") (type $f)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (resume $k (i32.sub (local.get 0) (i32.const 1)) (cont.new $k (ref.func $via))))
  (func $throws (export "throws") (type $f) (throw $x (local.get 0)))
  (func (export "catches") (type $f)
    (block $h (result i32)
      (try_table (catch $x $h)
        (drop (resume $k (local.get 0) (cont.new $k (ref.func $via)))))
      (unreachable)))
  (func (export "fails") (type $f) (unreachable))))";

TEST_F(Continuations, AreNotSuspendedAcrossTheHost) {
  abi::Func* target = nullptr;
  Instance* const i = instantiate(host_in_between, {calls(target)});
  target = i->find_export("asks")->func;
  EXPECT_EQ(error_of(i, "across", {1}), "suspend across a host frame");
  EXPECT_EQ(error_of(i, "direct", {1}), "suspend across a host frame");
  EXPECT_EQ(error_of(i, "nobody", {1}), "unhandled tag");
  EXPECT_EQ(stacks(), 0);
}

TEST_F(Continuations, RunHostFunctionsThatRunContinuations) {
  abi::Func* target = nullptr;
  Instance* const i = instantiate(host_in_between, {calls(target)});
  target = i->find_export("within")->func;
  EXPECT_EQ(call(i, "across", {41}).value(), 42);
  EXPECT_EQ(call(i, "direct", {41}).value(), 42);
  target = i->find_export("deep")->func;
  EXPECT_EQ(call(i, "across", {10'000}).value(), 20'001);
  target = i->find_export("again")->func;
  EXPECT_EQ(call(i, "across", {100}).value(), 101);
  EXPECT_EQ(stacks(), 0);
}

TEST_F(Continuations, EndWithTheCallThatRunsThem) {
  abi::Func* target = nullptr;
  Instance* const i = instantiate(host_in_between, {calls(target)});
  target = i->find_export("fails")->func;
  EXPECT_EQ(error_of(i, "across", {1}), "unreachable");
  EXPECT_EQ(stacks(), 0);
  target = i->find_export("again")->func;  // the innermost call traps, all others end
  EXPECT_EQ(error_of(i, "across", {100'000}), "call stack exhausted");
  EXPECT_EQ(stacks(), 0);
}

TEST_F(Continuations, AreLeftByExceptionsOfTheHost) {
  const auto throws = host(
      {type_i32}, {type_i32},
      [](Exec* exec, void* data, const FuncBody*, Slot* args) noexcept {
        const auto* const tag = *static_cast<runtime::Tag**>(data);
        exec->store->note_exception(exec->store->new_exception(*tag, {args, 1}));
        return Status::threw;
      },
      nullptr);
  runtime::Tag* tag = nullptr;
  throws->context = &tag;
  Instance* const i = instantiate(R"((module
    (type $f (func (param i32) (result i32))) (type $k (cont $f))
    (func $host (import "h" "host") (type $f))
    (tag $x (export "x") (param i32))
    (func $via (type $f) (call $host (local.get 0)))
    (elem declare func $via $host)
    (func (export "called") (type $f)
      (block $h (result i32)
        (try_table (catch $x $h)
          (drop (resume $k (local.get 0) (cont.new $k (ref.func $via))))) (unreachable)))
    (func (export "base") (type $f)
      (block $h (result i32)
        (try_table (catch $x $h)
          (drop (resume $k (local.get 0) (cont.new $k (ref.func $host))))) (unreachable)))
    (func (export "uncaught") (type $f)
      (resume $k (local.get 0) (cont.new $k (ref.func $via))))))",
                                  {throws});
  tag = i->find_export("x")->tag;
  EXPECT_EQ(call(i, "called", {5}).value(), 5);
  EXPECT_EQ(call(i, "base", {6}).value(), 6);
  EXPECT_NE(error_of(i, "uncaught", {7}).find("uncaught exception"), std::string::npos);
  EXPECT_EQ(stacks(), 0);
}

// -- Backtraces --

TEST_F(Continuations, BacktracesGoThroughThem) {
  Instance* const i = instantiate(R"((module
    (type $f (func)) (type $k (cont $f)) (tag $e)
    (elem declare func $inner $middle)
    (func $inner (call $fails))
    (func $fails (suspend $e) (unreachable))
    (func $middle (call $resumes))
    (func $resumes (resume $k (cont.new $k (ref.func $inner))))
    (func $outer (export "f")
      (block $h (result (ref $k))
        (resume $k (on $e $h) (cont.new $k (ref.func $middle))) (return))
      (resume $k))
    (func $unhandled (export "g") (resume $k (cont.new $k (ref.func $middle))))))");
  const auto trapped = call(i, "f");
  ASSERT_FALSE(trapped);
  EXPECT_EQ(names(trapped.error()), "fails inner resumes middle outer");
  const auto suspended = call(i, "g");
  ASSERT_FALSE(suspended);
  EXPECT_EQ(suspended.error().message(), "unhandled tag");
  EXPECT_EQ(names(suspended.error()), "fails inner resumes middle unhandled");
}

TEST_F(Continuations, BacktracesGoThroughThemAndTheHost) {
  abi::Func* target = nullptr;
  Instance* const i = instantiate(host_in_between, {calls(target)});
  target = i->find_export("fails")->func;
  for (const char* name : {"across", "direct"}) {
    const auto trapped = call(i, name, {1});
    ASSERT_FALSE(trapped);
    ASSERT_EQ(trapped.error().info().frames.size(), name == std::string_view("across") ? 3 : 2);
  }
}

// -- Depth and limits --

constexpr const char* nests = R"((module
  (type $f (func (param i32) (result i32))) (type $k (cont $f)) (tag $e) (tag $x)
  (type $f0 (func (result i32))) (type $k0 (cont $f0))
  (elem declare func $down)
  (func $down (export "down") (type $f)
    (if (i32.eqz (local.get 0)) (then (suspend $e) (return (i32.const 1))))
    (i32.add (i32.const 1)
      (resume $k (i32.sub (local.get 0) (i32.const 1)) (cont.new $k (ref.func $down)))))
  (func (export "suspend") (type $f)
    (block $h (result (ref $k0))
      (return (resume $k (on $e $h) (local.get 0) (cont.new $k (ref.func $down)))))
    (resume $k0))
  (func (export "throw") (type $f)
    (block $h (result (ref $k0))
      (return (resume $k (on $e $h) (local.get 0) (cont.new $k (ref.func $down)))))
    (local.set 0 (i32.const -1))
    (block $caught (param (ref $k0))
      (try_table (param (ref $k0)) (catch $x $caught) (drop (resume_throw $k0 $x)))
      (return (local.get 0)))
    (local.get 0))
  (global $kept (mut (ref null $k0)) (ref.null $k0))
  (func (export "keep") (type $f)
    (block $h (result (ref $k0))
      (return (resume $k (on $e $h) (local.get 0) (cont.new $k (ref.func $down)))))
    (global.set $kept) (i32.const 0))
  (func (export "forget") (global.set $kept (ref.null $k0)))))";

TEST_F(Continuations, ChainsTakeNoNativeStack) {
  Instance* const i = instantiate(nests);
  EXPECT_EQ(call(i, "suspend", {200'000}).value(), 200'001);
  EXPECT_EQ(call(i, "throw", {100'000}).value(), ~u32{0});  // through all of them
  EXPECT_EQ(stacks(), 0);
  EXPECT_EQ(error_of(i, "down", {200'000}), "unhandled tag");
  EXPECT_EQ(stacks(), 0);
}

TEST_F(Continuations, AreFreedWithTheChainTheyAreIn) {
  Instance* const i = instantiate(nests);
  ASSERT_TRUE(call(i, "keep", {1'000}).has_value());
  ASSERT_TRUE(store->collect(true).has_value());
  ASSERT_TRUE(store->collect(false).has_value());
  EXPECT_EQ(stacks(), 1'001);
  ASSERT_TRUE(call(i, "keep", {10}).has_value());
  ASSERT_TRUE(store->collect(true).has_value());
  EXPECT_EQ(stacks(), 11);
  ASSERT_TRUE(call(i, "forget").has_value());
  ASSERT_TRUE(store->collect(true).has_value());
  EXPECT_EQ(stacks(), 0);
  EXPECT_EQ(store->continuations().bytes, 0);
  ASSERT_TRUE(call(i, "keep", {100}).has_value());  // the store frees the rest
}

TEST_F(Continuations, TooManyAreATrapAndAllAreFreed) {
  use({{"max-continuations", "4M"}});
  Instance* const i = instantiate(R"((module
    (type $f (func)) (type $k (cont $f)) (elem declare func $nest $recurses)
    (func $nest (export "nest") (resume $k (cont.new $k (ref.func $nest))))
    (table $t 100000 (ref null $k))
    (func $fill (export "fill") (param $n i32)
      (loop $l
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (table.set $t (local.get $n) (cont.new $k (ref.func $nest)))
        (br_if $l (local.get $n))))
    (func $recurses (call $recurses) (call $recurses))
    (func (export "grow") (resume $k (cont.new $k (ref.func $recurses))))
    (func (export "clear") (table.fill $t (i32.const 0) (ref.null $k) (i32.const 100000)))))");
  EXPECT_EQ(error_of(i, "nest"), "out of memory");
  EXPECT_EQ(stacks(), 0);
  EXPECT_EQ(error_of(i, "fill", {100'000}), "out of memory");
  EXPECT_GT(stacks(), 5'000);
  EXPECT_LE(store->continuations().bytes, 4u << 20);
  EXPECT_EQ(error_of(i, "grow"), "out of memory");  // not even one is left
  ASSERT_TRUE(call(i, "clear").has_value());
  EXPECT_EQ(error_of(i, "grow"), "call stack exhausted");
  EXPECT_EQ(stacks(), 0);
  ASSERT_TRUE(call(i, "fill", {1'000}).has_value());
}

// -- What dies and what lives --

constexpr const char* generators = R"((module
  (type $f (func)) (type $k (cont $f)) (type $f1 (func (param i32))) (type $k1 (cont $f1))
  (tag $yield (param i32))
  (type $cell (struct (field i32)))
  (elem declare func $gen)
  (func $gen (param $i i32) (local $cell (ref $cell))
    (local.set $cell (struct.new $cell (local.get $i)))
    (loop $l (suspend $yield (struct.get $cell 0 (local.get $cell))) (br $l)))
  (func $step (param $k (ref null $k)) (result i32 (ref null $k))
    (block $h (result i32 (ref $k)) (resume $k (on $yield $h) (local.get $k)) (unreachable)))
  (func $new (param $i i32) (result (ref $k))
    (cont.bind $k1 $k (local.get $i) (cont.new $k1 (ref.func $gen))))
  (table $t 200000 (ref null $k))
  (func (export "drop") (param $n i32)
    (loop $l
      (call $step (call $new (local.get $n))) (drop) (drop)
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "keep") (param $n i32) (local $k (ref null $k))
    (loop $l
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (call $step (call $new (local.get $n))) (local.set $k) (drop)
      (table.set $t (local.get $n) (local.get $k))
      (br_if $l (local.get $n))))
  (func (export "sum") (param $n i32) (result i64) (local $k (ref null $k)) (local $s i64)
    (loop $l
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (call $step (table.get $t (local.get $n))) (local.set $k)
      (local.set $s (i64.add (i64.extend_i32_u) (local.get $s)))
      (table.set $t (local.get $n) (local.get $k))
      (br_if $l (local.get $n)))
    (local.get $s))))";

TEST_F(Continuations, DroppedOnesAreCollected) {
  Instance* const i = instantiate(generators);
  ASSERT_TRUE(call(i, "drop", {1'000'000}).has_value());
  EXPECT_LT(store->continuations().bytes, 100u << 20);
  ASSERT_TRUE(store->collect(true).has_value());
  EXPECT_EQ(stacks(), 0);
}

TEST_F(Continuations, ManyAreSmall) {
  Instance* const i = instantiate(generators);
  constexpr u64 many = 100'000;
  ASSERT_TRUE(call(i, "keep", {many}).has_value());
  EXPECT_EQ(stacks(), many);
  EXPECT_LE(store->continuations().bytes, many * 1'000);
  EXPECT_EQ(call(i, "sum", {many}).value(), many * (many - 1) / 2);
  for (const bool major : {false, true, false}) {
    ASSERT_TRUE(store->collect(major).has_value());
    EXPECT_EQ(call(i, "sum", {many}).value(), many * (many - 1) / 2);
  }
  EXPECT_EQ(stacks(), many);
}

TEST_F(Continuations, KeepWhatTheyHoldInEveryMode) {
  for (const char* mode : {"in-place", "copying", "adaptive"})
    for (const char* major : {"off", "on"}) {
      use({{"gc-stress", "31"},
           {"gc-mode", mode},
           {"gc-stress-major", major},
           {"gc-verify", "on"},
           {"gc-poison", "on"}});
      Instance* const i = instantiate(generators);
      ASSERT_TRUE(call(i, "keep", {300}).has_value());
      for (int turn = 0; turn < 3; ++turn) EXPECT_EQ(call(i, "sum", {300}).value(), 300 * 299 / 2);
      ASSERT_TRUE(call(i, "drop", {200}).has_value());
      ASSERT_TRUE(store->collect(true).has_value());
      EXPECT_EQ(stacks(), 300) << mode << major;
    }
}

TEST_F(Continuations, ReferencesToThemAreNoValuesOfTheHost) {
  Instance* const i = instantiate(R"((module (type $f (func)) (type $k (cont $f))
    (func $g) (elem declare func $g)
    (func (export "f") (result (ref $k)) (cont.new $k (ref.func $g)))))");
  const u64 reference = call(i, "f").value();
  EXPECT_EQ(store->heap_type_of(reference), HeapType(AbsHeap::cont));
}

/// Sixteen places with tasks, of which one at a time is made, resumed, resumed by way of a bound
/// continuation, cancelled or dropped, as a sequence of pseudo-random numbers says. Tasks keep
/// lists, suspend deep in recursions, and run tasks of their own, whose suspensions pass through
/// them.
constexpr const char* tasks = R"((module
  (type $list (struct (field $next (ref null $list)) (field $x i32)))
  (type $f (func (param i32) (result i32))) (type $k (cont $f))
  (type $f0 (func (result i32))) (type $k0 (cont $f0))
  (tag $give (param (ref null $list)) (result i32))
  (tag $cancel (param i32))
  (global $seed (mut i32) (i32.const 12345))
  (global $sum (mut i32) (i32.const 0))
  (table $t 16 (ref null $k))
  (elem declare func $task)
  (func $random (param $below i32) (result i32)
    (global.set $seed (i32.add (i32.mul (global.get $seed) (i32.const 1103515245))
      (i32.const 12345)))
    (i32.rem_u (i32.shr_u (global.get $seed) (i32.const 8)) (local.get $below)))
  (func $note (param i32)
    (global.set $sum (i32.add (i32.mul (global.get $sum) (i32.const 31)) (local.get 0))))
  (func $dig (param $depth i32) (param $list (ref null $list)) (result i32)
    (if (local.get $depth) (then
      (return (i32.add (i32.const 1)
        (call $dig (i32.sub (local.get $depth) (i32.const 1))
          (struct.new $list (local.get $list) (local.get $depth)))))))
    (block $cancelled (result i32)
      (try_table (result i32) (catch $cancel $cancelled)
        (suspend $give (local.get $list)))))
  (func $task (type $f) (local $list (ref null $list))
    (loop $next
      (local.set $list (struct.new $list (local.get $list) (local.get 0)))
      (local.set 0 (i32.add (local.get 0)
        (call $dig (call $random (i32.const 40)) (local.get $list))))
      (if (i32.eqz (call $random (i32.const 16))) (then
        (local.set 0 (resume $k (local.get 0) (cont.new $k (ref.func $task))))))
      (br_if $next (call $random (i32.const 8))))
    (local.get 0))
  (func $take (param $list (ref null $list))
    (loop $l
      (if (ref.is_null (local.get $list)) (then (return)))
      (call $note (struct.get $list $x (local.get $list)))
      (local.set $list (struct.get $list $next (local.get $list)))
      (br $l)))
  (func $step (param $i i32) (local $k (ref null $k)) (local $what i32)
    (local.set $k (table.get $t (local.get $i)))
    (local.set $what (call $random (i32.const 10)))
    (table.set $t (local.get $i) (ref.null $k))
    (if (ref.is_null (local.get $k)) (then (local.set $k (cont.new $k (ref.func $task)))))
    (block $given (result (ref null $list) (ref $k))
      (block $thrown (result i32)
        (try_table (result i32) (catch $cancel $thrown)
          (if (i32.eqz (local.get $what)) (then (return)))
          (if (result i32) (i32.eq (local.get $what) (i32.const 1))
            (then (resume_throw $k $cancel (on $give $given) (i32.const 77) (local.get $k)))
            (else
              (if (result i32) (i32.eq (local.get $what) (i32.const 2))
                (then (resume $k0 (on $give $given)
                  (cont.bind $k $k0 (local.get $what) (local.get $k))))
                (else (resume $k (on $give $given) (local.get $what) (local.get $k))))))))
      (call $note)
      (return))
    (local.set $k)
    (table.set $t (local.get $i) (local.get $k))
    (call $take))
  (func (export "run") (param $n i32) (result i32)
    (loop $l
      (call $step (call $random (i32.const 16)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (global.get $sum))))";

TEST_F(Continuations, TasksDoTheSameInEveryMode) {
  constexpr u64 steps = 250;
  const u64 expected = call(instantiate(tasks), "run", {steps}).value();
  use({{"fuel", "on"}});
  store->set_fuel(u64{1} << 40);
  EXPECT_EQ(call(instantiate(tasks), "run", {steps}).value(), expected);
  use({{"explicit-checks", "on"}});
  EXPECT_EQ(call(instantiate(tasks), "run", {steps}).value(), expected);
  for (const char* mode : {"in-place", "copying"})
    for (const char* stress : {"1", "97"}) {
      use({{"gc-stress", stress}, {"gc-mode", mode}, {"gc-verify", "on"}, {"gc-poison", "on"}});
      EXPECT_EQ(call(instantiate(tasks), "run", {steps}).value(), expected) << mode << stress;
    }
  use({{"gc-stress", "13"}, {"gc-stress-major", "on"}, {"gc-verify", "on"}, {"gc-poison", "on"}});
  EXPECT_EQ(call(instantiate(tasks), "run", {steps}).value(), expected);
}

// -- Limits of time --

constexpr const char* endless = R"((module
  (rec (type $f (func (param (ref null $k)))) (type $k (cont $f)))
  (tag $t) (tag $y)
  (type $g (func)) (type $kg (cont $g))
  (func $ping (type $f) (loop $l (local.set 0 (switch $k $t (local.get 0))) (br $l)))
  (func $yields (loop $l (suspend $y) (br $l)))
  (func $recursive (resume $kg (cont.new $kg (ref.func $recursive))))
  (elem declare func $ping $yields $recursive)
  (func (export "switch")
    (resume $k (on $t switch) (cont.new $k (ref.func $ping)) (cont.new $k (ref.func $ping))))
  (func (export "suspend")
    (cont.new $kg (ref.func $yields))
    (loop $l (param (ref $kg)) (resume $kg (on $y $l))))
  (func (export "none"))))";

TEST_F(Continuations, AreInterrupted) {
  Instance* const i = instantiate(endless);
  for (const char* name : {"switch", "suspend"}) {
    const auto requests = store->interrupt_handle();
    std::thread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      requests->raise();
    });
    EXPECT_EQ(error_of(i, name), "interrupted") << name;
    other.join();
    EXPECT_EQ(stacks(), name == std::string_view("suspend") ? stacks() : 1);
    ASSERT_TRUE(store->collect(true).has_value());
    EXPECT_EQ(stacks(), 0);
    EXPECT_TRUE(call(i, "none").has_value());
  }
}

TEST_F(Continuations, CountFuel) {
  use({{"fuel", "on"}});
  Instance* const i = instantiate(endless);
  for (const char* name : {"switch", "suspend"}) {
    store->set_fuel(100'000);
    EXPECT_EQ(error_of(i, name), "all fuel consumed");
    EXPECT_EQ(store->fuel_left(), 0);
  }
  Instance* const g = instantiate(generators);
  u64 used[2];
  for (u64& amount : used) {
    store->set_fuel(1'000'000);
    ASSERT_TRUE(call(g, "drop", {1'000}).has_value());
    amount = 1'000'000 - store->fuel_left();
  }
  EXPECT_EQ(used[0], used[1]);
  EXPECT_GT(used[0], 10'000);
}

// -- Code --

TEST_F(Continuations, StateOfAFrameThatIsSuspended) {
  Instance* const i = instantiate(R"((module
    (type $f (func (param i32) (result i32))) (type $k (cont $f)) (tag $e (param i32) (result i32))
    (func $h (export "f") (param i32) (result i32) (local $x i64)
      (local.get 0) (i32.const 5)
      (suspend $e (local.get 0))
      (i32.add) (i32.add))))");
  const FuncBody& body = *i->find_export("f")->func->body;
  EXPECT_EQ(error_of(i, "f", {1}), "unhandled tag");
  const BodyCode& code = *code_of(body);
  const abi::Cell* at = nullptr;
  for (u32 offset = 0; offset < code.size; offset += 8) {
    const auto* const cell = skip(code.first(), offset);
    if (cell->handler == reinterpret_cast<void*>(&do_suspend)) at = cell;
  }
  ASSERT_NE(at, nullptr);
  const auto state = state_at(body, at);
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->operands.size(), 2);
  EXPECT_EQ(state->moving_slots, 1);
}

/// Functions of more slots than 16 bits reach: locals and operands are copied to and fro.
TEST_F(Continuations, OfVeryManySlots) {
  std::string locals = "(local";
  for (u32 n = 0; n < 33'000; ++n) locals += " i64";
  locals += ")";
  Instance* const i = instantiate(
      "(module (type $f (func (param i32) (result i32))) (type $k (cont $f))"
      "(tag $ask (param i32) (result i32)) (tag $x (param i32)) (elem declare func $far $tail)"
      "(func $far (type $f) " +
      locals + R"( (local $y i32)
        (local.set $y (suspend $ask (i32.add (local.get 0) (i32.const 1))))
        (block $h (result i32)
          (try_table (result i32) (catch $x $h)
            (i32.add (local.get $y) (suspend $ask (local.get $y)))))
        (i32.add (i32.const 1000)))
      (func $tail (type $f) )" +
      locals + R"( (local $y i32)
        (local.set $y (suspend $ask (i32.const 9)))
        (return_call $far (i32.add (local.get $y) (local.get 0))))
      (func $run (param $fn (ref $f)) (param $n i32) (result i32) )" +
      locals + R"(
        (local $k (ref null $k)) (local $sum i32)
        (i32.const 77)
        (block $h (result i32 (ref $k))
          (return (resume $k (on $ask $h) (local.get $n) (cont.new $k (local.get $fn)))))
        (loop $next (param i32 (ref $k)) (result i32)
          (local.set $k)
          (local.set $sum (i32.add (local.get $sum)))
          (resume $k (on $ask $next) (i32.const 7) (local.get $k)))
        (i32.add (local.get $sum)) (i32.add))
      (func (export "far") (type $f) (call $run (ref.func $far) (local.get 0)))
      (func (export "tail") (type $f) (call $run (ref.func $tail) (local.get 0)))
      (func (export "thrown") (type $f) (local $k (ref null $k))
        (block $h (result i32 (ref $k))
          (return (resume $k (on $ask $h) (local.get 0) (cont.new $k (ref.func $far)))))
        (local.set $k) (drop)
        (block $h (result i32 (ref $k))
          (return (resume $k (on $ask $h) (i32.const 1) (local.get $k))))
        (local.set $k) (drop)
        (resume_throw $k $x (local.get 0) (local.get $k)))))");
  EXPECT_EQ(call(i, "far", {5}).value(), 77 + 6 + 7 + 14 + 1000);
  EXPECT_EQ(call(i, "tail", {5}).value(), 77 + 9 + 13 + 7 + 14 + 1000);
  EXPECT_EQ(call(i, "thrown", {5}).value(), 1005);
  EXPECT_EQ(stacks(), 0);
}

}  // namespace
}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// Frames of a trap: which function each return address belongs to.
#include <gtest/gtest.h>

#include <string>

#include "engine/engine.hpp"
#include "interp/body_code.hpp"
#include "interp/interp.hpp"
#include "interp/specials.hpp"
#include "runtime/backtrace.hpp"
#include "support/module_builder.hpp"

namespace zhan::interp {
namespace {

using test::ModuleBuilder;

/// Function i calls function i + 1, the last one traps.
ModuleBuilder chain(u32 count) {
  ModuleBuilder builder;
  for (u32 i = 1; i < count; ++i) builder.func("->", "nop call " + std::to_string(i));
  builder.func("->", "unreachable");
  return builder;
}

TEST(Backtrace, FindsFunctionsByAddressAmongVeryMany) {
  constexpr u32 count = 20'000;
  const auto engine = engine::Engine::create().value();
  const auto module = engine->compile(chain(count).build(), {}, "chain").value();
  const auto store = engine->new_store().value();
  runtime::Instance* const instance = store->instantiate(module, {}).value();
  std::vector<u64> slots(2);
  const auto result = store->call_raw(instance->func(0), slots);
  ASSERT_FALSE(result);

  const ErrorInfo& info = result.error().info();
  ASSERT_EQ(info.frames.size(), 2 * runtime::frames_at_each_end);
  EXPECT_EQ(info.frames.size() + info.frames_left_out, count);
  for (u32 i = 0; i < info.frames.size(); ++i) {
    const u32 depth = i < runtime::frames_at_each_end ? i : i + info.frames_left_out;
    const u32 function = count - 1 - depth;
    EXPECT_EQ(info.frames[i].function_index, function);
    const Range body = module->module.code[function].code;
    EXPECT_EQ(info.frames[i].offset, body.offset + (depth == 0 ? 0 : 1));
  }

  // Each block of code is in the module's sorted set and knows its function: nothing is scanned.
  const runtime::CodeModule& code = *instance->func(0)->body->owner;
  for (u32 i = 0; i < count; ++i) {
    const BodyCode* const block = code_of(code.bodies()[i]);
    ASSERT_NE(block, nullptr) << i;
    ASSERT_EQ(block->defined, i);
    ASSERT_EQ(code.block_at(block), block);
    const auto* const last = reinterpret_cast<const Cell*>(
        reinterpret_cast<const u8*>(block->first()) + block->size - sizeof(Cell));
    ASSERT_EQ(table().body_of(&code, block->first()), &code.bodies()[i]);
    ASSERT_EQ(table().body_of(&code, last), &code.bodies()[i]);
    ASSERT_EQ(code_at(code, reinterpret_cast<const Cell*>(block)), nullptr);  // its head
  }
}

TEST(Backtrace, CellsOfOtherModulesBelongToNoFunction) {
  const auto engine = engine::Engine::create().value();
  const auto module = engine->compile(chain(2).build(), {}, "one").value();
  const auto other = engine->compile(chain(3).build(), {}, "other").value();
  const auto store = engine->new_store().value();
  runtime::Instance* const one = store->instantiate(module, {}).value();
  runtime::Instance* const two = store->instantiate(other, {}).value();
  const runtime::CodeModule& code = *one->func(0)->body->owner;
  EXPECT_EQ(code.block_at(&entry_call), nullptr) << "nothing is prepared yet";
  std::vector<u64> slots(2);
  EXPECT_FALSE(store->call_raw(one->func(0), slots));
  EXPECT_FALSE(store->call_raw(two->func(0), slots));
  EXPECT_EQ(table().body_of(&code, &entry_call), nullptr);
  EXPECT_EQ(table().body_of(&code, code_of(*two->func(0)->body)->first()), nullptr);
  EXPECT_NE(table().body_of(&code, code_of(*one->func(0)->body)->first()), nullptr);
}

// A host function in tail position stands where its caller stood: behind a bridge, or right above
// the host.

struct HostTails : testing::Test {
  runtime::Instance* instantiate(std::string_view text, std::vector<runtime::Extern> imports,
                                 std::string name) {
    auto module = engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}, {},
                                  std::move(name));
    if (!module) ADD_FAILURE() << module.error().to_string();
    return store->instantiate(*module, imports).value();
  }
  static runtime::Extern exported(runtime::Instance* instance, std::string_view name) {
    return *instance->find_export(name);
  }
  abi::Func* host(abi::Entry entry, void* data = nullptr) {
    const TypeId type = engine->types()->intern(FuncType{{}, {}}).value();
    return store->new_host_func(type, entry, data).value();
  }
  /// The frames of the trap that a call ends with, innermost first.
  std::string frames(abi::Func* func) {
    std::vector<u64> slots(2);
    const auto result = store->call_raw(func, slots);
    if (result) return "no trap";
    std::string text;
    for (const ErrorFrame& frame : result.error().info().frames)
      text += (text.empty() ? "" : " ") + frame.module + "." + frame.function;
    return text;
  }

  /// An outer module that calls $f of an inner one, which gives its frame to the host function.
  abi::Func* behind_a_bridge(abi::Func* callee) {
    runtime::Instance* const inner = instantiate(
        R"((module (import "h" "f" (func $host))
          (func $tail (export "f") (return_call $host))))",
        {callee}, "inner");
    runtime::Instance* const outer = instantiate(
        R"((module (import "i" "f" (func $inner))
          (func $middle (call $inner))
          (func $start (export "f") (call $middle))))",
        {exported(inner, "f")}, "outer");
    return outer->find_export("f")->func;
  }

  std::shared_ptr<engine::Engine> engine = engine::Engine::create().value();
  std::unique_ptr<runtime::Store> store = engine->new_store().value();
};

abi::Status trap(abi::Exec* exec, void*, const FuncBody*, Slot*) {
  exec->store->note_trap(Trap::unreachable);
  return abi::Status::trapped;
}

/// Calls the function at `data`, and ends as that does.
abi::Status call_on(abi::Exec* exec, void* data, const FuncBody*, Slot*) {
  std::vector<u64> slots(2);
  auto result = exec->store->call_raw(*static_cast<abi::Func**>(data), slots);
  if (result) return abi::Status::returned;
  exec->store->note_error(std::move(result.error()));
  return abi::Status::trapped;
}

TEST_F(HostTails, BehindABridgeHaveTheFramesOfTheOuterInstance) {
  EXPECT_EQ(frames(behind_a_bridge(host(trap))), "outer.middle outer.start");
}

TEST_F(HostTails, ThatCallOnShowTheFramesOfBoth) {
  runtime::Instance* const deep =
      instantiate("(module (func $trap (export \"f\") unreachable))", {}, "deep");
  abi::Func* target = deep->find_export("f")->func;
  EXPECT_EQ(frames(behind_a_bridge(host(call_on, &target))), "deep.trap outer.middle outer.start");
}

TEST_F(HostTails, OfTheOutermostFunctionLeaveNoFrame) {
  abi::Func* const callee = host(trap);
  EXPECT_EQ(frames(callee), "") << "the host calls a host function";
  runtime::Instance* const instance = instantiate(
      R"((module (import "h" "f" (func $host))
        (func $tail (export "f") (return_call $host))
        (func $frame (export "g") (call $tail))))",
      {callee}, "m");
  EXPECT_EQ(frames(exported(instance, "f").func), "");
  EXPECT_EQ(frames(exported(instance, "g").func), "m.frame");
}

TEST_F(HostTails, AfterATailCallToAnotherInstanceFromTheOutermostFunction) {
  runtime::Instance* const inner = instantiate(
      R"((module (import "h" "f" (func $host))
        (func $call (export "f") (call $host))
        (func $tail (export "g") (return_call $host))))",
      {host(trap)}, "inner");
  runtime::Instance* const outer = instantiate(
      R"((module (import "i" "f" (func $f)) (import "i" "g" (func $g))
        (func (export "f") (return_call $f))
        (func (export "g") (return_call $g))))",
      {exported(inner, "f"), exported(inner, "g")}, "outer");
  EXPECT_EQ(frames(exported(outer, "f").func), "inner.call");
  EXPECT_EQ(frames(exported(outer, "g").func), "");
}

}  // namespace
}  // namespace zhan::interp

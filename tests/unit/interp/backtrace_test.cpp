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

}  // namespace
}  // namespace zhan::interp

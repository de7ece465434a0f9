// SPDX-License-Identifier: Apache-2.0
#include "engine/convert.hpp"

#include <gtest/gtest.h>

namespace zhan::engine {
namespace {

std::span<const u8> bytes_of(std::string_view text) {
  return {reinterpret_cast<const u8*>(text.data()), text.size()};
}

TEST(Convert, ReadsSignatures) {
  const auto type = parse_signature("(param i32 v128) (param externref) (result f64 (ref func))");
  ASSERT_TRUE(type.has_value());
  EXPECT_EQ(type->params, (std::vector<ValType>{type_i32, type_v128, type_externref}));
  EXPECT_EQ(type->results, (std::vector<ValType>{type_f64, ValType::ref(AbsHeap::func, false)}));
  EXPECT_TRUE(parse_signature("").has_value());
}

TEST(Convert, SignaturesAreNothingElse) {
  for (const char* text : {"))) (memory 1) (type (func", "))(func (type 0) (type (func", ")",
                           "(local i32)", "(param i32) i32.const 1", "(type 0)"})
    EXPECT_FALSE(parse_signature(text).has_value()) << text;
  EXPECT_EQ(parse_signature("(param (ref null 0))").error().kind(), ErrorKind::type);
  const auto bad = parse_signature("(param\n  i31)");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().info().line, 2u);
  EXPECT_EQ(bad.error().info().column, 3u);
}

TEST(Convert, ChecksModulesOfBothFormats) {
  const auto engine = Engine::create();
  ASSERT_TRUE(engine.has_value());
  const auto binary = wat_to_wasm("(module (func (result i32) i32.const 1))");
  ASSERT_TRUE(binary.has_value());
  EXPECT_TRUE(check_module(**engine, *binary).has_value());
  EXPECT_TRUE(check_module(**engine, bytes_of("(module (memory 1))")).has_value());
  EXPECT_EQ(check_module(**engine, bytes_of("(module (func (result i32)))")).error().kind(),
            ErrorKind::invalid);
  EXPECT_EQ(check_module(**engine, bytes_of("nonsense")).error().kind(), ErrorKind::malformed);
  EXPECT_FALSE(wat_to_wasm("(module (func").has_value());
}

abi::Status answer(abi::Exec*, void*, const abi::FuncBody*, abi::Slot* args) {
  args[0] = 6;
  return abi::Status::returned;
}

TEST(Convert, PreparedLinkersKeepWhatTheyFound) {
  const auto engine = *Engine::create();
  const auto module =
      engine->compile(bytes_of("(module (import \"m\" \"f\" (func (result i32)))"
                               "(export \"f\" (func 0)))"));
  ASSERT_TRUE(module.has_value());
  Linker linker(engine);
  EXPECT_EQ(linker.prepare(**module).error().kind(), ErrorKind::link);
  ASSERT_TRUE(linker.define_func("m", "f", FuncType{{}, {type_i64}}, answer, nullptr));
  EXPECT_EQ(linker.prepare(**module).error().kind(), ErrorKind::link);
  linker.allow_shadowing = true;
  ASSERT_TRUE(linker.define_func("m", "f", FuncType{{}, {type_i32}}, answer, nullptr));
  const auto prepared = linker.prepare(**module);
  ASSERT_TRUE(prepared.has_value());
  ASSERT_TRUE(linker.define_func("m", "f", FuncType{{}, {type_i64}}, answer, nullptr));
  for (int i = 0; i < 2; ++i) {
    const auto store = *engine->new_store();
    const auto instance = (*prepared)->instantiate(*store, *module);
    ASSERT_TRUE(instance.has_value());
    std::vector<runtime::Value> results;
    ASSERT_TRUE(store->call((*instance)->find_export("f")->func, {}, results));
    EXPECT_EQ(results.at(0).lo, 6u);
  }
}

TEST(Convert, PreparedLinkersBelongToOneStore) {
  const auto engine = *Engine::create();
  const auto module = *engine->compile(
      bytes_of("(module (import \"m\" \"a\" (memory 0)) (import \"m\" \"b\" (memory 0)))"));
  const auto first = *engine->new_store(), second = *engine->new_store();
  Linker linker(engine);
  ASSERT_TRUE(linker.define("m", "a", *first, *first->new_memory({})));
  ASSERT_TRUE(linker.define("m", "b", *second, *second->new_memory({})));
  EXPECT_EQ(linker.prepare(*module).error().kind(), ErrorKind::wrong_store);
  linker.allow_shadowing = true;
  ASSERT_TRUE(linker.define("m", "b", *first, *first->new_memory({})));
  const auto prepared = linker.prepare(*module);
  ASSERT_TRUE(prepared.has_value());
  EXPECT_TRUE((*prepared)->instantiate(*first, module).has_value());
  EXPECT_EQ((*prepared)->instantiate(*second, module).error().kind(), ErrorKind::wrong_store);
}

}  // namespace
}  // namespace zhan::engine

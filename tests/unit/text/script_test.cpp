// SPDX-License-Identifier: Apache-2.0
// Scripts: every command and form of value, positions, independence of bad modules.
#include "text/script.hpp"

#include <gtest/gtest.h>

namespace zhan::text {
namespace {

Script good(std::string_view text) {
  auto script = parse_script(text);
  EXPECT_TRUE(script) << text << (script ? "" : script.error().to_string());
  return script ? std::move(*script) : Script();
}

Command one(std::string_view text) {
  Script script = good(text);
  EXPECT_EQ(script.commands.size(), 1u) << text;
  return script.commands.empty() ? Command() : std::move(script.commands[0]);
}

std::string error_of(std::string_view text) {
  const auto script = parse_script(text);
  EXPECT_FALSE(script) << "accepted: " << text;
  return script ? "" : script.error().to_string();
}

using Form = ModuleSource::Form;
using Value = ScriptValue::Form;

TEST(Script, Modules) {
  const Command text = one("(module $m (func))");
  EXPECT_EQ(text.kind, CommandKind::module);
  EXPECT_EQ(text.module.form, Form::text);
  EXPECT_EQ(text.id, "m");
  EXPECT_EQ(text.module.text, "(module $m (func))");
  EXPECT_TRUE(text.module.parse());

  const Command quote = one("(module quote \"(func\" \")\")");
  EXPECT_EQ(quote.module.form, Form::quote);
  EXPECT_EQ(quote.module.bytes, "(func)");
  EXPECT_TRUE(quote.module.parse());

  const Command binary = one("(module $b binary \"\\00asm\" \"\\01\\00\\00\\00\")");
  EXPECT_EQ(binary.module.form, Form::binary);
  EXPECT_EQ(binary.module.binary().size(), 8u);
  EXPECT_EQ(binary.id, "b");
}

TEST(Script, DefinitionsAndInstances) {
  const Command definition = one("(module definition $M (func))");
  EXPECT_EQ(definition.kind, CommandKind::module_definition);
  EXPECT_EQ(definition.id, "M");
  EXPECT_TRUE(definition.module.parse());
  const Command binary = one("(module definition binary \"\")");
  EXPECT_EQ(binary.kind, CommandKind::module_definition);
  EXPECT_EQ(binary.module.form, Form::binary);
  const Command instance = one("(module instance $I $M)");
  EXPECT_EQ(instance.kind, CommandKind::module_instance);
  EXPECT_EQ(instance.id, "I");
  EXPECT_EQ(instance.target, "M");
  EXPECT_EQ(one("(module instance)").target, "");
}

TEST(Script, AWholeModuleWithoutParentheses) {
  const Command command = one("(func $f) (export \"f\" (func $f))");
  EXPECT_EQ(command.kind, CommandKind::module);
  EXPECT_TRUE(command.module.parse());
}

TEST(Script, RegisterAndActions) {
  const Command reg = one("(register \"name\" $m)");
  EXPECT_EQ(reg.kind, CommandKind::register_);
  EXPECT_EQ(reg.text, "name");
  EXPECT_EQ(reg.target, "m");
  const Command invoke = one("(invoke $m \"f\\41\" (i32.const -1) (f64.const 1.5))");
  EXPECT_EQ(invoke.kind, CommandKind::action);
  EXPECT_EQ(invoke.action.form, Action::Form::invoke);
  EXPECT_EQ(invoke.action.module, "m");
  EXPECT_EQ(invoke.action.name, "fA");
  ASSERT_EQ(invoke.action.arguments.size(), 2u);
  EXPECT_EQ(invoke.action.arguments[0].bits, 0xffff'ffffu);
  EXPECT_EQ(invoke.action.arguments[1].bits, 0x3ff8'0000'0000'0000u);
  EXPECT_EQ(one("(get \"g\")").action.form, Action::Form::get);
}

TEST(Script, AssertionsWithActions) {
  const auto kind = [](std::string_view text) { return one(text).kind; };
  EXPECT_EQ(kind("(assert_return (invoke \"f\"))"), CommandKind::assert_return);
  EXPECT_EQ(kind("(assert_trap (invoke \"f\") \"x\")"), CommandKind::assert_trap);
  EXPECT_EQ(kind("(assert_exhaustion (invoke \"f\") \"x\")"), CommandKind::assert_exhaustion);
  EXPECT_EQ(kind("(assert_exception (invoke \"f\"))"), CommandKind::assert_exception);
  EXPECT_EQ(kind("(assert_suspension (invoke \"f\") \"x\")"), CommandKind::assert_suspension);
  const Command trap = one("(assert_trap (module (func)) \"unreachable\")");
  EXPECT_EQ(trap.action.form, Action::Form::none);
  EXPECT_EQ(trap.module.form, Form::text);
  EXPECT_EQ(trap.text, "unreachable");
}

TEST(Script, AssertionsWithModules) {
  for (const CommandKind kind :
       {CommandKind::assert_malformed, CommandKind::assert_invalid, CommandKind::assert_unlinkable,
        CommandKind::assert_malformed_custom, CommandKind::assert_invalid_custom}) {
    const Command command =
        one("(" + std::string(to_string(kind)) + " (module quote \"(func\") \"message\")");
    EXPECT_EQ(command.kind, kind);
    EXPECT_EQ(command.text, "message");
    EXPECT_FALSE(command.module.parse());
  }
}

TEST(Script, Results) {
  const Command command = one(
      "(assert_return (invoke \"f\") (i64.const 0xffff_ffff_ffff_ffff) (f32.const nan:canonical)"
      "(f64.const nan:arithmetic) (f32.const nan:0x200000) (ref.null) (ref.null func) (ref.func)"
      "(ref.extern 7) (ref.extern) (ref.host 3) (ref.i31) (ref.any) (ref.eq) (ref.struct)"
      "(ref.array) (ref.exn))");
  const auto& r = command.results;
  ASSERT_EQ(r.size(), 16u);
  EXPECT_EQ(r[0].bits, ~u64{0});
  EXPECT_EQ(r[1].pattern, FloatPattern::nan_canonical);
  EXPECT_EQ(r[2].pattern, FloatPattern::nan_arithmetic);
  EXPECT_EQ(r[3].pattern, FloatPattern::bits);
  EXPECT_EQ(r[3].bits, 0x7fa0'0000u);
  EXPECT_FALSE(r[4].heap);
  EXPECT_EQ(r[5].heap, HeapType(AbsHeap::func));
  EXPECT_EQ(r[6].form, Value::ref_func);
  EXPECT_EQ(r[7].bits, 7u);
  EXPECT_TRUE(r[7].has_number);
  EXPECT_FALSE(r[8].has_number);
  EXPECT_EQ(r[9].form, Value::ref_host);
  EXPECT_EQ(r[10].form, Value::ref_i31);
  EXPECT_EQ(r[15].form, Value::ref_exn);
}

TEST(Script, Vectors) {
  const Command command = one(
      "(assert_return (invoke \"f\") (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 -1)"
      "(v128.const f32x4 1 nan:canonical nan:arithmetic -0) (v128.const f64x2 nan:canonical 2))");
  const auto& r = command.results;
  ASSERT_EQ(r.size(), 3u);
  EXPECT_EQ(r[0].lane_bits, 8u);
  EXPECT_EQ(r[0].v128.bytes[15], 0xffu);
  EXPECT_FALSE(r[0].float_lanes);
  EXPECT_TRUE(r[1].float_lanes);
  EXPECT_EQ(r[1].lanes[1], FloatPattern::nan_canonical);
  EXPECT_EQ(r[1].lanes[2], FloatPattern::nan_arithmetic);
  EXPECT_EQ(r[1].v128.lanes<u32>()[3], 0x8000'0000u);
  EXPECT_EQ(r[2].lane_bits, 64u);
  EXPECT_EQ(r[2].lanes[0], FloatPattern::nan_canonical);
  EXPECT_EQ(r[2].v128.lanes<u64>()[1], 0x4000'0000'0000'0000u);
}

TEST(Script, Either) {
  const Command command =
      one("(assert_return (invoke \"f\") (either (i32.const 1) (f32.const nan:canonical)))");
  ASSERT_EQ(command.results.size(), 1u);
  EXPECT_EQ(command.results[0].form, Value::either);
  ASSERT_EQ(command.results[0].choices.size(), 2u);
  EXPECT_EQ(command.results[0].choices[1].pattern, FloatPattern::nan_canonical);
}

TEST(Script, Threads) {
  const Script script = good(
      "(thread $T (shared (module $M)) (register \"mem\" $M) (module (func)) (invoke \"f\"))"
      "(wait $T)");
  ASSERT_EQ(script.commands.size(), 2u);
  const Command& thread = script.commands[0];
  EXPECT_EQ(thread.kind, CommandKind::thread);
  EXPECT_EQ(thread.id, "T");
  ASSERT_EQ(thread.shared.size(), 1u);
  EXPECT_EQ(thread.shared[0], "M");
  EXPECT_EQ(thread.commands.size(), 3u);
  EXPECT_EQ(script.commands[1].kind, CommandKind::wait);
  EXPECT_EQ(script.commands[1].id, "T");
}

TEST(Script, BadModulesDoNotStopOthers) {
  const Script script =
      good("(module (func (i32.foo)))\n(module (func \")\" (; ) ;) ) ;; )\n)\n(invoke \"f\")");
  ASSERT_EQ(script.commands.size(), 3u);
  EXPECT_FALSE(script.commands[0].module.parse());
  EXPECT_EQ(script.commands[2].kind, CommandKind::action);
}

TEST(Script, PositionsAreTheScripts) {
  const Script script = good("\n  (module)\n(assert_invalid\n  (module\n    (foo)) \"x\")");
  ASSERT_EQ(script.commands.size(), 2u);
  EXPECT_EQ(script.commands[0].position.line, 2u);
  EXPECT_EQ(script.commands[0].position.column, 3u);
  EXPECT_EQ(script.commands[1].position.line, 3u);
  const auto parsed = script.commands[1].module.parse();
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().to_string(), "5:6: unknown operator foo");
  const Script line = good("(register \"x\") (module (foo))");
  EXPECT_EQ(line.commands[1].module.parse().error().to_string(), "1:25: unknown operator foo");
}

TEST(Script, Errors) {
  EXPECT_EQ(error_of("(assert_foo)"), "1:2: unknown operator assert_foo");
  EXPECT_EQ(error_of("(module) x"), "1:10: unknown operator x");
  EXPECT_EQ(error_of("(module) ("), "1:10: unexpected token (");
  EXPECT_EQ(error_of("(invoke \"f\" (i32.const))"), "1:23: unexpected token )");
  EXPECT_EQ(error_of("(assert_trap (invoke \"f\"))"), "1:26: unexpected token )");
  EXPECT_EQ(error_of("(invoke \"\\80\")"), "1:14: malformed UTF-8 encoding");
  EXPECT_EQ(error_of("(assert_return (invoke \"f\") (either (either)))"),
            "1:37: unexpected token (");
}

TEST(Script, NestedThreadsHaveALimit) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "(thread ";
  EXPECT_EQ(error_of(deep).substr(2), "73: nesting too deep");
}

}  // namespace
}  // namespace zhan::text

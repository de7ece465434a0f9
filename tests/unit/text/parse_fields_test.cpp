// SPDX-License-Identifier: Apache-2.0
// Fields of modules: every abbreviation, names, errors with positions.
#include "unit/text/text_support.hpp"

namespace zhan::text::test {
namespace {

/// Two texts that stand for the same module.
void same(std::string_view shorter, std::string_view longer) {
  EXPECT_EQ(hex(encoded(shorter)), hex(encoded(longer))) << shorter;
}

TEST(TextFields, EmptyModules) {
  EXPECT_EQ(hex(encoded("")), "00 61 73 6d 01 00 00 00");
  EXPECT_EQ(hex(encoded("(module)")), "00 61 73 6d 01 00 00 00");
  same("(func)", "(module (func))");
  same("(module definition (func))", "(module (func))");
}

TEST(TextFields, InlineExports) {
  same("(func (export \"a\") (export \"b\"))",
       "(func) (export \"a\" (func 0)) (export \"b\" (func 0))");
  same("(memory (export \"m\") 1)", "(memory 1) (export \"m\" (memory 0))");
  same("(table (export \"t\") 1 funcref)", "(table 1 funcref) (export \"t\" (table 0))");
  same("(global (export \"g\") i32 i32.const 0)",
       "(global i32 (i32.const 0)) (export \"g\" (global 0))");
  same("(tag (export \"e\"))", "(tag) (export \"e\" (tag 0))");
}

TEST(TextFields, InlineImports) {
  same("(func (import \"m\" \"f\") (param i32))", "(import \"m\" \"f\" (func (param i32)))");
  same("(memory (import \"m\" \"m\") 1 2)", "(import \"m\" \"m\" (memory 1 2))");
  same("(table (import \"m\" \"t\") 1 funcref)", "(import \"m\" \"t\" (table 1 funcref))");
  same("(global (import \"m\" \"g\") (mut i32))", "(import \"m\" \"g\" (global (mut i32)))");
  same("(tag (export \"x\") (import \"m\" \"e\") (param i32))",
       "(import \"m\" \"e\" (tag (param i32))) (export \"x\" (tag 0))");
}

TEST(TextFields, CompactImports) {
  const Module named = good(
      "(import \"m\" (item \"a\" (func $a)) (item \"b\" (memory 1)))"
      "(func (call $a))");
  ASSERT_EQ(named.imports.size(), 2u);
  EXPECT_EQ(named.imports[0].form, ImportForm::group_named);
  EXPECT_EQ(named.imports[0].group, named.imports[1].group);
  EXPECT_EQ(named.text(named.imports[1].name), "b");
  const Module typed = good(
      "(import \"m\" (item \"a\") (item \"b\") (global i32)) (func $f)"
      "(export \"f\" (func $f))");
  ASSERT_EQ(typed.globals.size(), 2u);
  EXPECT_EQ(typed.imports[1].form, ImportForm::group_typed);
  EXPECT_EQ(typed.imports[1].index, 1u);
  EXPECT_EQ(error_of("(import \"m\" (item \"a\" (func)) (item \"b\") (func))"),
            "1:42: unexpected token (");
}

TEST(TextFields, IdentifiersBehindListsOfImports) {
  const Module m = good("(import \"m\" (item \"a\") (item \"b\") (func $a)) (func $c) (start $c)");
  EXPECT_EQ(m.start, 2u);
}

TEST(TextFields, ExactImports) {
  EXPECT_TRUE(good("(import \"m\" \"f\" (func (exact (param i32))))").imports[0].exact);
  EXPECT_TRUE(good("(type (func)) (func (import \"m\" \"f\") (exact (type 0)))").imports[0].exact);
  EXPECT_FALSE(good("(func (import \"m\" \"f\"))").imports[0].exact);
}

TEST(TextFields, InlineElements) {
  same("(func $f) (table funcref (elem $f $f))",
       "(func $f) (table 2 2 funcref) (elem (i32.const 0) $f $f)");
  same("(func $f) (table i64 funcref (elem (ref.func $f)))",
       "(func $f) (table i64 1 1 funcref) (elem (i64.const 0) funcref (ref.func $f))");
  same("(func $f) (table (ref null func) (elem (item ref.func $f) (ref.null func)))",
       "(func $f) (table 2 2 funcref) (elem (i32.const 0) funcref (ref.func $f) (ref.null func))");
  same("(type $t (func)) (func $f) (table (ref null $t) (elem $f))",
       "(type $t (func)) (func $f) (table 1 1 (ref null $t))"
       "(elem (table 0) (i32.const 0) (ref null $t) (ref.func $f))");
}

TEST(TextFields, InlineSegmentsCount) {
  const Module m = good(
      "(table funcref (elem)) (elem $e func) (memory (data)) (data $d \"x\")"
      "(func (elem.drop $e) (data.drop $d))");
  EXPECT_EQ(hex(m.view(m.code[0].code)), "fc 0d 01 fc 09 01 0b");
}

TEST(TextFields, InlineData) {
  same("(memory (data \"ab\" \"c\"))", "(memory 1 1) (data (i32.const 0) \"abc\")");
  same("(memory i64 (data \"\"))", "(memory i64 0 0) (data (i64.const 0) \"\")");
  same("(memory (pagesize 1) (data \"abc\"))",
       "(memory 3 3 (pagesize 1)) (data (i32.const 0) \"abc\")");
}

TEST(TextFields, ElementForms) {
  const auto flags = [](std::string_view elem) {
    const Module m = good("(table 1 funcref) (table 1 funcref) (func $f)" + std::string(elem));
    return m.elements.size() == 1 ? m.elements[0].flags : 255;
  };
  EXPECT_EQ(flags("(elem (i32.const 0) $f)"), 0);
  EXPECT_EQ(flags("(elem (offset i32.const 0) func $f)"), 0);
  EXPECT_EQ(flags("(elem (i32.const 0))"), 0);
  EXPECT_EQ(flags("(elem 0 (i32.const 0) $f)"), 0);
  EXPECT_EQ(flags("(elem func $f)"), 1);
  EXPECT_EQ(flags("(elem (table 0) (i32.const 0) func $f)"), 2);
  EXPECT_EQ(flags("(elem 1 (i32.const 0) func $f)"), 2);
  EXPECT_EQ(flags("(elem declare func $f)"), 3);
  EXPECT_EQ(flags("(elem (i32.const 0) funcref (ref.func $f))"), 4);
  EXPECT_EQ(flags("(elem funcref (item ref.func $f))"), 5);
  EXPECT_EQ(flags("(elem (table 1) (offset (i32.const 0)) funcref (ref.func $f))"), 6);
  EXPECT_EQ(flags("(elem (i32.const 0) (ref func) (ref.func $f))"), 6);
  EXPECT_EQ(flags("(elem declare funcref (ref.null func))"), 7);
}

TEST(TextFields, DataForms) {
  const auto flags = [](std::string_view data) {
    return good("(memory 1) (memory 1)" + std::string(data)).data[0].flags;
  };
  EXPECT_EQ(flags("(data (i32.const 0) \"a\")"), 0);
  EXPECT_EQ(flags("(data \"a\" \"b\")"), 1);
  EXPECT_EQ(flags("(data (memory 1) (i32.const 0))"), 2);
  EXPECT_EQ(flags("(data 0 (i32.const 0))"), 0);
}

TEST(TextFields, DataCountFollowsUse) {
  EXPECT_FALSE(good("(memory 1) (data \"a\")").data_count);
  EXPECT_EQ(good("(memory 1) (data \"a\") (func (data.drop 0))").data_count, 1u);
  EXPECT_EQ(good("(data \"a\") (@zhan.data_count)").data_count, 1u);
}

TEST(TextFields, LocalsAreRuns) {
  const Module m = good("(func (param $p i32) (local i32 i32) (local $x i32) (local v128))");
  EXPECT_EQ(hex(m.view(m.code[0].body)), "02 03 7f 01 7b 0b");
  EXPECT_EQ(m.code[0].local_slots, 5u);
}

TEST(TextFields, ForwardReferences) {
  good(
      "(start $f) (export \"t\" (table $t)) (func $f (global.set $g (call $h)) (throw $e))"
      "(func $h (result i32) (i32.const 1)) (global $g (mut i32) (i32.const 0))"
      "(table $t 1 funcref) (tag $e)");
}

TEST(TextFields, QuotedIdentifiersAreTheSame) {
  good("(func $\"a\\62\") (func (call $ab) (call $\"ab\") (call $\"\\u{61}b\"))");
  EXPECT_EQ(error_of("(func $ab) (func $\"a\\62\")"), "1:18: duplicate func $ab");
}

TEST(TextFields, Errors) {
  EXPECT_EQ(error_of("(module\n  (func $f)\n  (func $f))"), "3:9: duplicate func $f");
  EXPECT_EQ(error_of("(func (param $x i32) (local $x i32))"), "1:29: duplicate local $x");
  EXPECT_EQ(error_of("(global $g i32 (i32.const 0)) (global $g i32 (i32.const 0))"),
            "1:39: duplicate global $g");
  EXPECT_EQ(error_of("(func) (import \"m\" \"f\" (func))"), "1:16: import after function");
  EXPECT_EQ(error_of("(memory 0) (func (import \"m\" \"f\"))"), "1:18: import after memory");
  EXPECT_EQ(error_of("(tag) (tag (import \"m\" \"f\"))"), "1:12: import after tag");
  EXPECT_EQ(error_of("(func $f) (start $f) (start $f)"), "1:29: multiple start sections");
  EXPECT_EQ(error_of("(export \"a\" (func $x))"), "1:19: unknown function $x");
  EXPECT_EQ(error_of("(export \"a\" (func))"), "1:18: unexpected token )");
  EXPECT_EQ(error_of("(export \"\\80\" (func 0))"), "1:9: malformed UTF-8 encoding");
  EXPECT_EQ(error_of("(func"), "1:6: unexpected token");
  EXPECT_EQ(error_of("(module) (func)"), "1:10: unexpected token (");
  EXPECT_EQ(error_of("(module))"), "1:9: unexpected token )");
  EXPECT_EQ(error_of("(foo)"), "1:2: unknown operator foo");
  EXPECT_EQ(error_of("(param)"), "1:1: unexpected token (");
  EXPECT_EQ(error_of("(start 4294967296)"), "1:8: i32 constant out of range");
  EXPECT_EQ(error_of("(start -1)"), "1:8: unexpected token -1");
  EXPECT_EQ(error_of("(start 0x)"), "1:8: unknown operator 0x");
}

TEST(TextFields, ErrorsHaveKinds) {
  const auto parsed = parse_module("(module\n (func (i32.foo)))");
  ASSERT_FALSE(parsed);
  const ErrorInfo& info = parsed.error().info();
  EXPECT_EQ(info.kind, ErrorKind::malformed);
  EXPECT_EQ(info.id, ErrorId::unknown_operator);
  EXPECT_EQ(info.line, 2u);
  EXPECT_EQ(info.column, 9u);
  EXPECT_EQ(info.message, "unknown operator i32.foo");
}

TEST(TextFields, MessagesAreShortAndPrintable) {
  const std::string error = error_of("(func (call $\"" + std::string(10'000, 'x') + "\\01\"))");
  EXPECT_LT(error.size(), 200u);
  EXPECT_TRUE(error.ends_with("...")) << error;
}

}  // namespace
}  // namespace zhan::text::test

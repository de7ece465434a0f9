// SPDX-License-Identifier: Apache-2.0
// What is wrong with a text, and where: one row a mistake.
#include "unit/text/text_support.hpp"

namespace zhan::text::test {
namespace {

struct Row {
  const char* text;
  const char* error;
};
constexpr Row rows[] = {
    {"(", "1:1: unexpected token ("},
    {")", "1:1: unexpected token )"},
    {"module", "1:1: unexpected token module"},
    {"(module", "1:8: unexpected token"},
    {"(module (func)", "1:15: unexpected token"},
    {"(module $a $b)", "1:12: unexpected token $b"},
    {"(module \"x\")", "1:9: unexpected token \"x\""},
    {"(modul)", "1:2: unknown operator modul"},
    {"(func $f $g)", "1:10: unexpected token $g"},
    {"(func \"name\")", "1:7: unexpected token \"name\""},
    {"(func (export))", "1:14: unexpected token )"},
    {"(func (export \"a\" \"b\"))", "1:19: unexpected token \"b\""},
    {"(func (export a))", "1:15: unknown operator a"},
    {"(func (import \"a\"))", "1:18: unexpected token )"},
    {"(func (import \"a\" \"b\") (nop))", "1:24: unexpected token ("},
    {"(func (import \"a\" \"b\") (local i32))", "1:24: unexpected token ("},
    {"(func (type))", "1:12: unexpected token )"},
    {"(func (type 0 1))", "1:15: unexpected token 1"},
    {"(func (type $t))", "1:13: unknown type $t"},
    {"(func (param $x))", "1:16: unexpected token )"},
    {"(func (param i32) (param $x i32 i32))", "1:33: unexpected token i32"},
    {"(func (result $r i32))", "1:15: unexpected token $r"},
    {"(func (local) (param i32))", "1:16: unexpected token param"},
    {"(func (local $x))", "1:16: unexpected token )"},
    {"(func (local i33))", "1:14: unknown operator i33"},
    {"(func nop (local i32))", "1:12: unexpected token local"},
    {"(func (result i32) (result i64) (local.get 0) (param i32))", "1:48: unexpected token param"},
    {"(import \"a\" \"b\" (func) (func))", "1:24: unexpected token ("},
    {"(import \"a\" \"b\")", "1:16: unexpected token )"},
    {"(import \"a\")", "1:12: unexpected token )"},
    {"(import \"a\" \"b\" (type 0))", "1:17: unexpected token ("},
    {"(import \"a\" (item \"b\"))", "1:23: unexpected token )"},
    {"(export \"a\")", "1:12: unexpected token )"},
    {"(export \"a\" (func 0) (func 1))", "1:22: unexpected token ("},
    {"(export \"a\" (local 0))", "1:13: unexpected token ("},
    {"(memory)", "1:8: unexpected token )"},
    {"(memory 1 2 3)", "1:13: unexpected token 3"},
    {"(memory -1)", "1:9: unexpected token -1"},
    {"(memory 1.5)", "1:9: unexpected token 1.5"},
    {"(memory i32 1 shard)", "1:15: unknown operator shard"},
    {"(memory 1 (pagesize))", "1:20: unexpected token )"},
    {"(memory 1 (pagesize 1 1))", "1:23: unexpected token 1"},
    {"(memory (data \"a\") 1)", "1:20: unexpected token 1"},
    {"(memory (data 1))", "1:15: unexpected token 1"},
    {"(table 1)", "1:9: unexpected token )"},
    {"(table funcref)", "1:15: unexpected token )"},
    {"(table 1 i32)", "1:10: unexpected token i32"},
    {"(table funcref (elem 0 (ref.func 0)))", "1:24: unexpected token ("},
    {"(table 1 2 3 funcref)", "1:12: unexpected token 3"},
    {"(global (mut i32)", "1:18: unexpected token"},
    {"(global (mut) (i32.const 0))", "1:13: unexpected token )"},
    {"(global $g (i32.const 0))", "1:12: unexpected token ("},
    {"(tag (result $x i32))", "1:14: unexpected token $x"},
    {"(start)", "1:7: unexpected token )"},
    {"(start \"f\")", "1:8: unexpected token \"f\""},
    {"(start 0 1)", "1:10: unexpected token 1"},
    {"(elem 0)", "1:8: unexpected token )"},
    {"(elem (table 0) func)", "1:17: unexpected token func"},
    {"(elem declare (i32.const 0) func)", "1:15: unexpected token ("},
    {"(elem funcref 0)", "1:15: unexpected token 0"},
    {"(elem func (ref.func 0))", "1:12: unexpected token ("},
    {"(elem (i32.const 0) i32 (ref.func 0))", "1:21: unexpected token i32"},
    {"(elem (offset) (item))", "1:16: unexpected token ("},
    {"(elem (item (i32.const 0)))", "1:7: unexpected token ("},
    {"(data (memory 0))", "1:17: unexpected token )"},
    {"(data (i32.const 0) 1)", "1:21: unexpected token 1"},
    {"(data (memory) (i32.const 0))", "1:14: unexpected token )"},
    {"(type)", "1:6: unexpected token )"},
    {"(type (foo))", "1:8: unknown operator foo"},
    {"(type $t)", "1:9: unexpected token )"},
    {"(type (func) (func))", "1:14: unexpected token ("},
    {"(type (struct field))", "1:15: unexpected token field"},
    {"(type (array))", "1:13: unexpected token )"},
    {"(type (array (mut i8 i8)))", "1:22: unexpected token i8"},
    {"(type (sub 0 1 (func)))", "1:14: unexpected token 1"},
    {"(type (sub final))", "1:17: unexpected token )"},
    {"(rec (func))", "1:6: unexpected token ("},
    {"(rec (type (func)) 1)", "1:20: unexpected token 1"},
    {"(func (block $a $b))", "1:17: unexpected token $b"},
    {"(func block (result i32) (param i32) end)", "1:27: unexpected token param"},
    {"(func if else else end)", "1:15: unexpected token else"},
    {"(func if $a else end $b)", "1:22: mismatching label $b"},
    {"(func try catch end)", "1:17: unexpected token end"},
    {"(func loop else end)", "1:12: unexpected token else"},
    {"(func br)", "1:9: unexpected token )"},
    {"(func br $x)", "1:10: unknown label $x"},
    {"(func br_table $x)", "1:16: unknown label $x"},
    {"(func call)", "1:11: unexpected token )"},
    {"(func call $f)", "1:12: unknown function $f"},
    {"(func local.get 0 1)", "1:19: unexpected token 1"},
    {"(func local.get -1)", "1:17: unexpected token -1"},
    {"(func global.get $g)", "1:18: unknown global $g"},
    {"(func i32.const)", "1:16: unexpected token )"},
    {"(func i32.const $x)", "1:17: unexpected token $x"},
    {"(func i64.const 18446744073709551616)", "1:17: constant out of range 18446744073709551616"},
    {"(func f32.const 1e39)", "1:17: constant out of range 1e39"},
    {"(func f64.const 0x1p1024)", "1:17: constant out of range 0x1p1024"},
    {"(func f32.const 0x)", "1:17: unknown operator 0x"},
    {"(func f32.const nan:0x0)", "1:17: constant out of range nan:0x0"},
    {"(func f32.const \"1\")", "1:17: unexpected token \"1\""},
    {"(func i32.load 1 1)", "1:18: unexpected token 1"},
    {"(func i32.load offset=18446744073709551616)", "1:16: i64 constant out of range"},
    {"(func i32.load align=1 align=1)", "1:24: unexpected token align=1"},
    {"(func ref.null)", "1:15: unexpected token )"},
    {"(func ref.null i32)", "1:16: unexpected token i32"},
    {"(func ref.test i32)", "1:16: unexpected token i32"},
    {"(func ref.func)", "1:15: unexpected token )"},
    {"(func ref.func $f)", "1:16: unknown function $f"},
    {"(func struct.get 0)", "1:19: unexpected token )"},
    {"(func struct.get $s 0)", "1:18: unknown type $s"},
    {"(func br_on_cast 0 anyref)", "1:26: unexpected token )"},
    {"(func memory.init)", "1:18: unexpected token )"},
    {"(func table.init)", "1:17: unexpected token )"},
    {"(func v128.load8_lane)", "1:22: unexpected token )"},
    {"(func i8x16.extract_lane_s -1)", "1:28: unexpected token -1"},
    {"(func v128.const i32x4 0 0 0 x)", "1:30: unknown operator x"},
    {"(func v128.const i9x9 0)", "1:18: unknown operator i9x9"},
    {"(func (try_table (catch)))", "1:24: unexpected token )"},
    {"(func (try_table (catch_all)))", "1:28: unexpected token )"},
    {"(func (try_table (do)))", "1:19: unexpected token do"},
    {"(func (then))", "1:8: unexpected token then"},
    {"(func (else))", "1:8: unexpected token else"},
    {"(func (if (then) (then)))", "1:18: unexpected token ("},
    {"(func (if (then) (else) (else)))", "1:25: unexpected token ("},
    {"(func (i32.add) (local i32))", "1:18: unexpected token local"},
    {"(func (call_indirect (result i32) (param i32)))", "1:36: unexpected token param"},
    {"(func (call_indirect (type $x)))", "1:28: unknown type $x"},
    {"(func (select (result)))x", "1:25: unknown operator x"},
    {"(func select (param i32))", "1:15: unexpected token param"},
    {"(func cont.new)", "1:15: unexpected token )"},
    {"(func resume 0 (on))", "1:19: unexpected token )"},
};

TEST(TextErrors, SayWhatIsWrongAndWhere) {
  for (const Row& row : rows) EXPECT_EQ(error_of(row.text), row.error) << row.text;
}

/// The same mistakes in the second line of a wrapped module are found there.
TEST(TextErrors, CountLines) {
  for (const Row& row : rows) {
    const std::string_view text(row.text);
    if (!text.starts_with("(func") || text.ends_with("x")) continue;
    const std::string expected = "2:" + std::string(row.error + 2);
    EXPECT_EQ(error_of("(module\n" + std::string(text) + ")"), expected) << text;
  }
}

/// The grammar allows empty expressions and lists.
TEST(TextErrors, EmptyExpressionsAreLeftToValidation) {
  for (const char* text : {"(global i32)", "(memory 1) (data (offset))", "(type (struct (field)))",
                           "(tag (param i32) (param))", "(table 1 funcref) (elem (offset))"})
    good(text);
}

}  // namespace
}  // namespace zhan::text::test

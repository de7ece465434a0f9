// SPDX-License-Identifier: Apache-2.0
// Printing: forms of fields and instructions, names, what must come back byte for byte.
#include "unit/text/text_support.hpp"

namespace zhan::text::test {
namespace {

/// The lines between "(module" and its ")".
std::string fields(std::string_view text, const PrintOptions& options = {}) {
  std::string out = printed(text, options);
  EXPECT_TRUE(out.starts_with("(module\n") && out.ends_with(")\n")) << out;
  return out.substr(8, out.size() - 10);
}

PrintOptions folded() {
  PrintOptions options;
  options.folded = true;
  return options;
}

TEST(TextPrint, EmptyModule) {
  EXPECT_EQ(printed(""), "(module)\n");
  EXPECT_EQ(printed("(module $m)"), "(module $m)\n");
  EXPECT_EQ(printed("(module (@name \"a b\"))"), "(module $\"a b\")\n");
}

TEST(TextPrint, Types) {
  EXPECT_EQ(fields("(type (func (param i32 (ref any)) (result funcref)))"),
            "  (type (;0;) (func (param i32 (ref any)) (result funcref)))");
  EXPECT_EQ(fields("(rec (type $a (sub (struct (field $x (mut i8)) (field i32 i64)))))"),
            "  (rec\n    (type $a (;0;) (sub (struct (field $x (mut i8)) (field i32 i64)))))");
  EXPECT_EQ(fields("(type (array (ref null (exact 0))))"),
            "  (type (;0;) (array (ref null (exact 0))))");
  EXPECT_EQ(fields("(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))"),
            "  (rec\n    (type $a (;0;) (descriptor $b) (struct))\n"
            "    (type $b (;1;) (describes $a) (struct)))");
}

TEST(TextPrint, Fields) {
  EXPECT_EQ(
      fields("(import \"a\" \"b\\00\" (memory $m i64 1 2)) (data (i64.const 0) \"\\ff\\\"x\")"),
      "  (import \"a\" \"b\\00\" (memory $m (;0;) i64 1 2))\n"
      "  (data (;0;) (i64.const 0) \"\\ff\\\"x\")");
  EXPECT_EQ(fields("(memory 1 1 shared) (memory 0 (pagesize 1)) (table 1 funcref (ref.null func))"),
            "  (table (;0;) 1 funcref (ref.null func))\n"
            "  (memory (;0;) 1 1 shared)\n  (memory (;1;) 0 (pagesize 1))");
  EXPECT_EQ(fields("(global $g (mut f32) (f32.const nan:0x200000)) (export \"g\" (global $g))"),
            "  (global $g (;0;) (mut f32) (f32.const nan:0x200000))\n"
            "  (export \"g\" (global $g))");
}

TEST(TextPrint, ConstantExpressionsOfSeveralInstructions) {
  EXPECT_EQ(fields("(memory 1) (global i32 (i32.add (i32.const 1) (i32.const 2)))"
                   "(data (offset i32.const 1 i32.const 2 i32.sub) \"\")"),
            "  (memory (;0;) 1)\n"
            "  (global (;0;) i32 i32.const 1 i32.const 2 i32.add)\n"
            "  (data (;0;) (offset i32.const 1 i32.const 2 i32.sub) \"\")");
}

TEST(TextPrint, Functions) {
  EXPECT_EQ(
      fields("(func $f (param $x i32) (param i64) (result i32) (local f32 f32) (local $y v128)"
             "local.get $x (block $b (br_if $b (local.get 0))) i32.const -1 i32.add)"),
      "  (type (;0;) (func (param i32 i64) (result i32)))\n"
      "  (func $f (;0;) (type 0) (param $x i32) (param i64) (result i32)\n"
      "    (local f32 f32) (local $y v128)\n"
      "    local.get $x\n    block $b\n      local.get $x\n      br_if $b\n    end\n"
      "    i32.const -1\n    i32.add)");
}

TEST(TextPrint, PartsOfBlocksStandAtTheirDepth) {
  EXPECT_EQ(fields("(tag) (func try nop catch 0 nop catch_all nop end try nop delegate 0"
                   " i32.const 0 if $l br $l else br $l end)"),
            "  (type (;0;) (func))\n  (tag (;0;) (type 0))\n  (func (;0;) (type 0)\n"
            "    try\n      nop\n    catch 0\n      nop\n    catch_all\n      nop\n    end\n"
            "    try\n      nop\n    delegate 0\n    i32.const 0\n    if $l\n      br $l\n"
            "    else\n      br $l\n    end)");
}

TEST(TextPrint, Folded) {
  EXPECT_EQ(fields("(func (param i32) (result i32) (i32.add (i32.mul (local.get 0) (i32.const 2))"
                   "(i32.const 1)))",
                   folded()),
            "  (type (;0;) (func (param i32) (result i32)))\n"
            "  (func (;0;) (type 0) (param i32) (result i32)\n"
            "    (i32.add\n      (i32.mul (local.get 0) (i32.const 2))\n      (i32.const 1)))");
  EXPECT_EQ(fields("(func (if (i32.const 1) (then (nop)) (else (unreachable))))", folded()),
            "  (type (;0;) (func))\n  (func (;0;) (type 0)\n    (if\n      (i32.const 1)\n"
            "      (then (nop))\n      (else (unreachable))))");
  EXPECT_EQ(fields("(func nop i32.const 1 nop drop)", folded()),
            "  (type (;0;) (func))\n  (func (;0;) (type 0)\n    (nop)\n    (i32.const 1)\n"
            "    (nop)\n    (drop))");
}

TEST(TextPrint, FoldedBlocksAndTries) {
  EXPECT_EQ(
      fields("(tag) (func (try $t (do (call 0)) (catch 0 (rethrow $t)) (catch_all)))", folded()),
      "  (type (;0;) (func))\n  (tag (;0;) (type 0))\n  (func (;0;) (type 0)\n    (try $t\n"
      "      (do (call 0))\n      (catch 0 (rethrow $t))\n      (catch_all)))");
  EXPECT_EQ(fields("(func (block (try (do (nop)) (delegate 0))))", folded()),
            "  (type (;0;) (func))\n  (func (;0;) (type 0)\n    (block\n      (try\n"
            "        (do (nop))\n        (delegate 0))))");
}

TEST(TextPrint, Offsets) {
  PrintOptions options;
  options.offsets = true;
  EXPECT_NE(fields("(func nop i32.const 1 drop)", options).find("(;@18;) i32.const 1"),
            std::string::npos);
}

TEST(TextPrint, WithoutNamesTheSectionIsKept) {
  PrintOptions options;
  options.names = false;
  EXPECT_EQ(fields("(func $f)", options),
            "  (type (;0;) (func))\n  (func (;0;) (type 0))\n"
            "  (@custom \"name\" \"\\01\\04\\01\\00\\01f\")");
}

TEST(TextPrint, NamesThatAreTakenBecomeAnnotations) {
  EXPECT_EQ(fields("(func $f) (func (@name \"f\") (local $x i32) (local (@name \"x\") i32)"
                   "(local.set 1 (local.get $x)))"),
            "  (type (;0;) (func))\n  (func $f (;0;) (type 0))\n"
            "  (func (@name \"f\") (;1;) (type 0)\n    (local $x i32) (local (@name \"x\") i32)\n"
            "    local.get $x\n    local.set 1)");
}

TEST(TextPrint, HiddenLabelsAreNumbers) {
  EXPECT_NE(fields("(func (block $a (block $a (br 1) (br 0))))").find("br 1\n        br $a"),
            std::string::npos);
}

TEST(TextPrint, CustomSectionsKeepTheirPlace) {
  EXPECT_EQ(fields("(@custom \"a\" (before first) \"x\") (@custom \"b\" (after memory) \"\\00\")"
                   "(memory 1) (export \"m\" (memory 0)) (@custom \"c\")"),
            "  (memory (;0;) 1)\n  (export \"m\" (memory 0))\n"
            "  (@custom \"a\" (before first) \"x\")\n  (@custom \"b\" (after memory) \"\\00\")\n"
            "  (@custom \"c\" \"\")");
}

TEST(TextPrint, WithoutOtherSectionsThereIsOnePlace) {
  EXPECT_EQ(fields("(@custom \"a\" (before first) \"x\") (@custom \"producers\" \"\\00\")"),
            "  (@custom \"a\" \"x\")\n  (@custom \"producers\" \"\\00\")");
}

TEST(TextPrint, NameSectionsOfOtherFormsAreKept) {
  for (const char* text :
       {"(func $f) (@custom \"name\" \"\\01\\04\\01\\09\\01f\")",       // no such function
        "(func $f) (@custom \"name\" \"\\00\\02\\01m\\00\\02\\01m\")",  // twice
        "(func $f) (@custom \"name\" (before func) \"\\01\\04\\01\\00\\01f\")",
        "(func) (@custom \"producers\") (@custom \"name\" \"\\01\\04\\01\\00\\01f\")",
        "(func) (@custom \"name\" \"\") (@custom \"name\" \"\\01\\04\\01\\00\\01f\")",
        "(func) (@custom \"name\" \"\\01\\05\\01\\00\\01\\ff\\00\")"})
    EXPECT_NE(printed(text).find("(@custom \"name\""), std::string::npos) << text;
}

TEST(TextPrint, BranchHintsStandInTheCode) {
  const std::string text = "(func i32.const 0 (@metadata.code.branch_hint \"\\01\") br_if 0)";
  EXPECT_NE(fields(text).find("(@metadata.code.branch_hint \"\\01\") br_if 0"), std::string::npos);
  EXPECT_NE(fields(text, folded()).find("(@metadata.code.branch_hint \"\\01\") (br_if 0"),
            std::string::npos);
}

TEST(TextPrint, OddBranchHintsStayASection) {
  for (const char* payload : {"\\01\\00\\01\\03\\01\\00\\00", "\\01\\00\\01\\01\\01\\00", ""})
    EXPECT_NE(printed("(func i32.const 0 br_if 0) (@custom \"metadata.code.branch_hint\" "
                      "(before code) \"" +
                      std::string(payload) + "\")")
                  .find("(@custom \"metadata.code.branch_hint\""),
              std::string::npos)
        << payload;
}

TEST(TextPrint, DataCountThatNothingUsesIsKept) {
  EXPECT_NE(printed("(data \"a\") (@zhan.data_count)").find("(@zhan.data_count)"),
            std::string::npos);
  EXPECT_EQ(printed("(data \"a\") (func (data.drop 0))").find("@zhan"), std::string::npos);
}

TEST(TextPrint, CompactImportsKeepTheirForm) {
  EXPECT_EQ(fields("(import \"m\" (item \"a\" (func)) (item \"b\" (global i32)))"
                   "(import \"n\" (item \"c\") (item \"d\") (tag))"),
            "  (type (;0;) (func))\n"
            "  (import \"m\" (item \"a\" (func (;0;) (type 0))) (item \"b\" (global (;0;) i32)))\n"
            "  (import \"n\" (item \"c\") (item \"d\") (tag (;0;) (type 0)))");
}

TEST(TextPrint, SegmentsOfEveryForm) {
  printed(
      "(table 9 funcref) (table 9 funcref) (func $f) (memory 1) (memory 1)"
      "(elem (i32.const 0) $f) (elem func $f) (elem (table 0) (i32.const 0) func)"
      "(elem (table 1) (i32.const 0) func $f) (elem declare func $f)"
      "(elem (i32.const 0) funcref (ref.func $f)) (elem funcref (ref.null func))"
      "(elem (table 0) (i32.const 0) funcref) (elem (i32.const 0) (ref func) (ref.func $f))"
      "(elem declare funcref (item (ref.func $f))) (elem anyref (item i32.const 0 ref.i31))"
      "(data \"a\") (data (i32.const 0)) (data (memory 0) (i32.const 0)) (data (memory 1) "
      "(i32.const 0))");
}

TEST(TextPrint, InstructionsOfEveryKindOfImmediate) {
  printed(
      "(type $s (struct (field $x (mut i32)))) (type $a (array (mut i32))) (type $f (func))"
      "(rec (type $d (sub (descriptor $e) (struct))) (type $e (sub (describes $d) (struct))))"
      "(type $k (cont $f)) (tag $t) (table 1 funcref) (table $u 1 funcref) (memory 1) (memory $n 1)"
      "(elem $el func) (data $da) (global $g (mut i32) (i32.const 0))"
      "(func $fn (local $l i32) unreachable global.get $g local.tee $l drop call $fn"
      " call_indirect $u (type $f) call_indirect (type $f) call_ref $f return_call $fn"
      " table.init $el table.init $u $el table.copy table.copy $u 0 elem.drop $el table.grow $u"
      " memory.init $da memory.init $n $da memory.copy memory.copy $n 0 data.drop $da memory.size "
      "$n"
      " i32.load i64.load32_u $n offset=8 align=1 v128.load16_lane 3 v128.store64_lane $n offset=1 "
      "1"
      " v128.const i64x2 1 -1 i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31"
      " f64.const -0x1.8p-1074 i64.const -1 select select (result i32) ref.null $s ref.null (exact "
      "$s)"
      " ref.test (ref $s) ref.test (ref null (exact $s)) ref.cast anyref struct.get $s $x"
      " array.new_fixed $a 3 array.new_data $a $da array.new_elem $a $el array.copy $a $a"
      " block $b br_on_cast $b anyref (ref $s) br_table $b 1 0 end"
      " try_table (result exnref) (catch $t 0) (catch_all_ref 0) end throw $t"
      " ref.cast_desc_eq (ref null $d) br_on_cast_desc_eq 0 anyref (ref $d) struct.new_desc $d"
      " cont.new $k cont.bind $k $k suspend $t resume $k (on $t 0) (on $t switch) switch $k $t"
      " resume_throw $k $t i32.atomic.rmw8.add_u atomic.fence i64.add128 f32x4.relaxed_madd)");
}

TEST(TextPrint, UnreadableBodiesEndWithAComment) {
  const std::vector<u8> bytes = {0, 'a', 's', 'm', 1, 0,  0, 0, 1, 4, 1, 0x60, 0,
                                 0, 3,   2,   1,   0, 10, 6, 1, 4, 0, 1, 0xff, 0x0b};
  EXPECT_NE(print(decoded(bytes)).find(";; illegal opcode ff"), std::string::npos);
  PrintOptions options = folded();
  EXPECT_NE(print(decoded(bytes), options).find(";; illegal opcode ff"), std::string::npos);
}

}  // namespace
}  // namespace zhan::text::test

// SPDX-License-Identifier: Apache-2.0
// Instructions: plain and folded forms, immediates, labels; every row of the table by its word.
#include <set>

#include "unit/text/text_support.hpp"
#include "wasm/ops.hpp"
#include "wasm/writer.hpp"

namespace zhan::text::test {
namespace {

void same_code(std::string_view folded, std::string_view plain) {
  EXPECT_EQ(body(folded), body(plain)) << folded;
}

TEST(TextCode, FoldedOperands) {
  same_code("(i32.add (i32.const 1) (i32.const 2)) drop", "i32.const 1 i32.const 2 i32.add drop");
  same_code("(drop (i32.mul (i32.add (i32.const 1) (i32.const 2)) (i32.const 3)))",
            "i32.const 1 i32.const 2 i32.add i32.const 3 i32.mul drop");
  same_code("i32.const 1 (drop)", "i32.const 1 drop");
}

TEST(TextCode, FoldedBlocks) {
  same_code("(block $a (br $a) nop (loop (br 1)))", "block $a br $a nop loop br 1 end end");
  same_code("(if (i32.const 1) (then nop) (else (nop) nop))",
            "i32.const 1 if nop else nop nop end");
  same_code("(if (result i32) (i32.const 1) (then (i32.const 2)) (else (i32.const 3))) drop",
            "i32.const 1 if (result i32) i32.const 2 else i32.const 3 end drop");
  same_code("i32.const 1 (if (then))", "i32.const 1 if end");
  same_code("(if (i32.const 0) (i32.const 1) (then))", "i32.const 0 i32.const 1 if end");
  same_code("(if (i32.const 0) (then) (else))", "i32.const 0 if else end");
}

TEST(TextCode, LabelOfFoldedIfCoversItsParts) {
  same_code("(if $l (i32.const 1) (then (br $l)) (else (br $l)))",
            "i32.const 1 if $l br 0 else br 0 end");
  EXPECT_EQ(error_of("(func (if $l (br_if $l (i32.const 0)) (then)))"), "1:21: unknown label $l");
}

TEST(TextCode, LabelsHideEachOther) {
  same_code("(block $a (block $b (block $a (br $a) (br $b)) (br $a)))",
            "block block block br 0 br 1 end br 1 end end");
}

TEST(TextCode, LabelsMayBeRepeatedAtTheEnd) {
  good("(func block $a end $a i32.const 0 if $b else $b end $b loop end)");
  EXPECT_EQ(error_of("(func block $a end $b)"), "1:20: mismatching label $b");
  EXPECT_EQ(error_of("(func block end $a)"), "1:17: mismatching label $a");
  EXPECT_EQ(error_of("(func i32.const 0 if $a else $b end)"), "1:30: mismatching label $b");
}

TEST(TextCode, TryTable) {
  EXPECT_EQ(body("block $l (try_table (result i32) (catch 0 $l) (catch_ref 0 0) (catch_all $l) "
                 "(catch_all_ref 0) i32.const 0) end"),
            "02 40 1f 7f 04 00 00 00 01 00 00 02 00 03 00 41 00 0b 0b 0b");
  same_code("try_table $t br $t end", "(try_table (br 0))");
}

TEST(TextCode, LegacyTry) {
  same_code("(try $t (do (br $t)) (catch 0 nop) (catch_all (rethrow $t)))",
            "try $t br $t catch 0 nop catch_all rethrow $t end");
  same_code("(block $b (try (do nop) (delegate $b)))", "block $b try nop delegate 0 end");
  same_code("(try (do))", "try end");
  EXPECT_EQ(error_of("(func (try (do) (catch_all) (catch_all)))"), "1:29: unexpected token (");
  EXPECT_EQ(error_of("(func (try (do) (catch_all) (delegate 0)))"), "1:29: unexpected token (");
  EXPECT_EQ(error_of("(func (try nop))"), "1:12: unexpected token nop");
}

TEST(TextCode, OptionalIndices) {
  EXPECT_EQ(body("memory.size memory.size 1"), "3f 00 3f 01 0b");
  EXPECT_EQ(body("memory.copy memory.copy 1 0"), "fc 0a 00 00 fc 0a 01 00 0b");
  EXPECT_EQ(body("memory.fill 1"), "fc 0b 01 0b");
  EXPECT_EQ(body("table.get table.get 1"), "25 00 25 01 0b");
  EXPECT_EQ(body("call_indirect call_indirect 1 (param i32)"), "11 00 00 11 01 01 0b");
  EXPECT_EQ(code_of("(memory 1) (memory 1) (data $d \"\") (func memory.init $d memory.init 1 $d)"),
            "fc 08 00 00 fc 08 00 01 0b");
  EXPECT_EQ(code_of("(table 1 funcref) (table 1 funcref) (elem $e func) "
                    "(func table.init $e table.init 1 $e)"),
            "fc 0c 00 00 fc 0c 00 01 0b");
}

TEST(TextCode, MemoryArguments) {
  EXPECT_EQ(body("i32.load"), "28 02 00 0b");
  EXPECT_EQ(body("i32.load offset=4 align=1"), "28 00 04 0b");
  EXPECT_EQ(body("i32.load 1 offset=0x1_0"), "28 42 01 10 0b");
  EXPECT_EQ(body("v128.load8_lane 3"), "fd 54 00 00 03 0b");
  EXPECT_EQ(body("v128.load8_lane 1 3"), "fd 54 40 01 00 03 0b");
  EXPECT_EQ(body("v128.load32_lane offset=1 align=2 3"), "fd 56 01 01 03 0b");
  EXPECT_EQ(body("v128.load32_lane 1 offset=1 3"), "fd 56 42 01 01 03 0b");
  EXPECT_EQ(error_of("(func i32.load align=3)"), "1:16: alignment must be a power of two");
  EXPECT_EQ(error_of("(func i32.load align=0)"), "1:16: alignment must be a power of two");
  EXPECT_EQ(error_of("(func i32.load align=-1)"), "1:16: unknown operator align=-1");
  EXPECT_EQ(error_of("(func i32.load offset=x)"), "1:16: unknown operator offset=x");
  EXPECT_EQ(error_of("(func i32.load align=1 offset=1)"), "1:24: unexpected token offset=1");
}

TEST(TextCode, Constants) {
  EXPECT_EQ(body("i32.const -1 i32.const 0xffff_ffff i64.const -0x8000000000000000"),
            "41 7f 41 7f 42 80 80 80 80 80 80 80 80 80 7f 0b");
  EXPECT_EQ(body("f32.const nan:0x200000 f64.const -inf"),
            "43 00 00 a0 7f 44 00 00 00 00 00 00 f0 ff 0b");
  EXPECT_EQ(error_of("(func i32.const 4294967296)"), "1:17: constant out of range 4294967296");
  EXPECT_EQ(error_of("(func i32.const 1.0)"), "1:17: unexpected token 1.0");
  EXPECT_EQ(error_of("(func i32.const 0x)"), "1:17: unknown operator 0x");
  EXPECT_EQ(error_of("(func f32.const nan:1)"), "1:17: unknown operator nan:1");
  EXPECT_EQ(error_of("(func f32.const nan:canonical)"), "1:17: unexpected token nan:canonical");
}

TEST(TextCode, Vectors) {
  EXPECT_EQ(body("v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 -1 255"),
            "fd 0c 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d ff ff 0b");
  EXPECT_EQ(body("v128.const f32x4 1 nan inf -0"),
            "fd 0c 00 00 80 3f 00 00 c0 7f 00 00 80 7f 00 00 00 80 0b");
  EXPECT_EQ(body("i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31"),
            "fd 0d 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 1f 0b");
  EXPECT_EQ(error_of("(func v128.const i32x4 0 0 0)"), "1:29: wrong number of lane literals");
  EXPECT_EQ(error_of("(func v128.const i32x4 0 0 0 0 0)"), "1:32: wrong number of lane literals");
  EXPECT_EQ(error_of("(func v128.const 0)"), "1:18: unexpected token 0");
  EXPECT_EQ(error_of("(func v128.const i8x16 256 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0)"),
            "1:24: constant out of range 256");
  EXPECT_EQ(error_of("(func i8x16.shuffle 0 1)"), "1:24: invalid lane length");
  EXPECT_EQ(error_of("(func i8x16.extract_lane_s 256)"), "1:28: i8 constant out of range");
}

TEST(TextCode, TextChoosesTheRow) {
  EXPECT_EQ(body("select select (result i32) select (result)"), "1b 1c 01 7f 1c 00 0b");
  EXPECT_EQ(body("ref.test (ref any) ref.test (ref null any) ref.test anyref"),
            "fb 14 6e fb 15 6e fb 15 6e 0b");
  EXPECT_EQ(body("ref.cast (ref eq) ref.cast eqref ref.null none"), "fb 16 6d fb 17 6d d0 71 0b");
  EXPECT_EQ(code_of("(type $s (struct)) (func ref.cast (ref (exact $s)))"), "fb 16 62 00 0b");
  EXPECT_EQ(body("block br_on_cast 0 anyref (ref eq) end"), "02 40 fb 18 01 00 6e 6d 0b 0b");
}

TEST(TextCode, FieldsByName) {
  EXPECT_EQ(
      code_of("(type $a (struct (field $x i32))) (type $b (struct (field i32) (field $x i32)))"
              "(func struct.get $a $x struct.get $b $x struct.set $b 0)"),
      "fb 02 00 00 fb 02 01 01 fb 05 01 00 0b");
  EXPECT_EQ(error_of("(type $a (struct)) (func struct.get $a $x)"), "1:40: unknown field $x");
}

TEST(TextCode, StackSwitching) {
  EXPECT_EQ(code_of("(type $f (func)) (type $c (cont $f)) (tag $e) (func block $l "
                    "resume $c (on $e $l) (on $e switch) suspend $e cont.bind $c $c end)"),
            "02 40 e3 01 02 00 00 00 01 00 e2 00 e1 01 01 0b 0b");
}

/// Words whose immediates are all numbers, or none: the parser finds the row and nothing else.
TEST(TextCode, EveryPlainRowByItsWord) {
  std::set<std::string_view> seen;
  for (usize i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    const OpInfo& info = op_info(op);
    if (!seen.insert(info.text).second) continue;
    if (info.imm != ImmKind::none && info.imm != ImmKind::memarg) continue;
    if (op == Op::end || op == Op::else_ || op == Op::catch_all) continue;
    ByteWriter expected;
    Imm imm;
    imm.memarg = {info.access, 0, 0};
    write_instruction(expected, op, imm);
    expected.op(Op::end);
    EXPECT_EQ(body(info.text), hex(expected.view())) << info.text;
  }
  EXPECT_GT(seen.size(), 500u);
}

TEST(TextCode, Malformed) {
  EXPECT_EQ(error_of("(func get_local 0)"), "1:7: unknown operator get_local");
  EXPECT_EQ(error_of("(func (drop (get_local 0)))"), "1:14: unknown operator get_local");
  EXPECT_EQ(error_of("(func end)"), "1:7: unexpected token end");
  EXPECT_EQ(error_of("(func (end))"), "1:8: unexpected token end");
  EXPECT_EQ(error_of("(func else)"), "1:7: unexpected token else");
  EXPECT_EQ(error_of("(func block)"), "1:12: unexpected token )");
  EXPECT_EQ(error_of("(func (block end))"), "1:14: unexpected token end");
  EXPECT_EQ(error_of("(func (i32.add nop))"), "1:16: unexpected token nop");
  EXPECT_EQ(error_of("(func (if (i32.const 0)))"), "1:24: unexpected token )");
  EXPECT_EQ(error_of("(func (if (i32.const 0) (then) (then)))"), "1:32: unexpected token (");
  EXPECT_EQ(error_of("(func (if (i32.const 0) (then) (else) nop))"), "1:39: unexpected token nop");
  EXPECT_EQ(error_of("(func (local.get $x))"), "1:18: unknown local $x");
  EXPECT_EQ(error_of("(func br_table)"), "1:15: unexpected token )");
  EXPECT_EQ(error_of("(func i32.const 0 \"x\")"), "1:19: unexpected token \"x\"");
}

}  // namespace
}  // namespace zhan::text::test

// SPDX-License-Identifier: Apache-2.0
// Types, type uses and the abbreviations that stand for them.
#include "unit/text/text_support.hpp"

namespace zhan::text::test {
namespace {

/// The type section's content as hex.
std::string types(std::string_view fields) {
  const std::vector<u8> bytes = encoded(fields);
  if (bytes.size() < 10 || bytes[8] != 1) return "no types";
  return hex(std::span(bytes).subspan(10, bytes[9]));
}

TEST(TextTypes, Functions) {
  EXPECT_EQ(types("(type (func))"), "01 60 00 00");
  EXPECT_EQ(types("(type $t (func (param i32 i64) (param $x f32) (result f64 v128)))"),
            "01 60 03 7f 7e 7d 02 7c 7b");
  EXPECT_EQ(types("(type (func (param) (param) (result)))"), "01 60 00 00");
}

TEST(TextTypes, ShortReferences) {
  EXPECT_EQ(types("(type (func (param funcref externref anyref eqref i31ref structref arrayref)))"),
            "01 60 07 70 6f 6e 6d 6c 6b 6a 00");
  EXPECT_EQ(types("(type (func (param exnref contref nullref nullfuncref nullexternref nullexnref "
                  "nullcontref)))"),
            "01 60 07 69 68 71 73 72 74 75 00");
}

TEST(TextTypes, LongReferences) {
  EXPECT_EQ(types("(type $t (func (param (ref any) (ref null any) (ref $t) (ref null 0))))"),
            "01 60 04 64 6e 6e 64 00 63 00 00");
  EXPECT_EQ(types("(rec (type $s (struct)) (type (func (param (ref (exact $s)) "
                  "(ref null (exact $s))))))"),
            "01 4e 02 5f 00 60 02 64 62 00 63 62 00 00");
}

TEST(TextTypes, Structs) {
  EXPECT_EQ(types("(type (struct (field i32 (mut i64)) (field $x i8) (field $y (mut i16))))"),
            "01 5f 04 7f 00 7e 01 78 00 77 01");
  EXPECT_EQ(types("(type (struct))"), "01 5f 00");
  EXPECT_EQ(types("(type (array (mut i8)))"), "01 5e 78 01");
}

TEST(TextTypes, SubtypesAndGroups) {
  EXPECT_EQ(types("(type $a (sub (struct))) (type (sub final $a (struct)))"),
            "02 50 00 5f 00 4f 01 00 5f 00");
  EXPECT_EQ(types("(type (sub final (struct)))"), "01 4f 00 5f 00");
  EXPECT_EQ(types("(rec (type $a (func (param (ref $b)))) (type $b (func (result (ref $a)))))"),
            "01 4e 02 60 01 64 01 00 60 00 01 64 00");
  EXPECT_EQ(types("(rec (type (func)))"), "01 4e 01 60 00 00");
  EXPECT_EQ(types("(rec)"), "01 4e 00");
}

TEST(TextTypes, DescriptorsAndContinuations) {
  EXPECT_EQ(types("(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))"),
            "01 4e 02 4d 01 5f 00 4c 00 5f 00");
  EXPECT_EQ(types("(type $f (func)) (type (cont $f))"), "02 60 00 00 5d 00");
}

TEST(TextTypes, UsesOfUnknownSignaturesAddTypes) {
  EXPECT_EQ(types("(func (param i32)) (func (result i64)) (func (param i32))"),
            "02 60 01 7f 00 60 00 01 7e");
  EXPECT_EQ(types("(func (result i32) (i32.const 0)) (type (func (param i64))) (func (param i64))"),
            "02 60 01 7e 00 60 00 01 7f");
}

TEST(TextTypes, UsesTakeTheFirstEqualType) {
  const Module m = good("(type (func)) (type (func)) (func) (func (type 1))");
  EXPECT_EQ(m.functions, (std::vector<u32>{0, 1}));
  EXPECT_EQ(m.types.types.size(), 2u);
}

TEST(TextTypes, OnlyPlainTypesStandForSignatures) {
  const Module open = good("(type (sub (func))) (func)");
  EXPECT_EQ(open.functions[0], 1u);
  const Module group = good("(rec (type (func)) (type (struct))) (func)");
  EXPECT_EQ(group.functions[0], 2u);
  const Module single = good("(rec (type (func))) (func)");
  EXPECT_EQ(single.functions[0], 0u);
}

TEST(TextTypes, InlineSignaturesMustAgree) {
  good(
      "(type $t (func (param i32) (result i32))) (func (type $t) (param i32) (result i32) "
      "(i32.const 0))");
  EXPECT_EQ(error_of("(type $t (func (param i32))) (func (type $t) (param i64))"),
            "1:36: inline function type");
  EXPECT_EQ(error_of("(func (type 2) (param i32))"), "1:7: unknown type 2");
  EXPECT_EQ(error_of("(type $s (struct)) (func (type $s) (param i32))"), "1:26: unknown type 0");
}

TEST(TextTypes, BlocksUseTheShortestForm) {
  EXPECT_EQ(body("block end"), "02 40 0b 0b");
  EXPECT_EQ(body("block (result i32) end"), "02 7f 0b 0b");
  EXPECT_EQ(body("block (type 0) end"), "02 00 0b 0b");
  EXPECT_EQ(body("block (param i32) (result i32) end"), "02 01 0b 0b");
  EXPECT_EQ(body("block (result i32 i64) end"), "02 01 0b 0b");
  EXPECT_EQ(body("block (result funcref) end loop (result (ref null any)) end"),
            "02 70 0b 03 6e 0b 0b");
}

TEST(TextTypes, Limits) {
  const Module m = good(
      "(memory 1) (memory i64 0x1_0 4_0) (table i32 3 funcref) (memory 1 2 shared)"
      "(memory 0 (pagesize 1))");
  EXPECT_EQ(m.memories[0].limits.min, 1u);
  EXPECT_FALSE(m.memories[0].limits.has_max);
  EXPECT_TRUE(m.memories[1].is64);
  EXPECT_EQ(m.memories[1].limits, (Limits{16, 40, true}));
  EXPECT_FALSE(m.tables[0].type.is64);
  EXPECT_TRUE(m.memories[2].shared);
  EXPECT_EQ(m.memories[3].page_log2, 0u);
  EXPECT_EQ(error_of("(memory 0 (pagesize 3))"), "1:21: invalid custom page size");
  EXPECT_EQ(error_of("(memory 0x1_0000_0000_0000_0000)"), "1:9: i64 constant out of range");
}

TEST(TextTypes, LimitsAreNarrowWithoutMemory64) {
  Features old;
  old.set(Feature::memory64, false);
  EXPECT_TRUE(parse_module("(memory 0xffff_ffff)", old));
  const auto wide = parse_module("(memory 0 0x1_0000_0000)", old);
  ASSERT_FALSE(wide);
  EXPECT_EQ(wide.error().message(), "i32 constant out of range");
}

TEST(TextTypes, ExtremeNumbersOfTypes) {
  for (const char* text : {"(func (type 4294967295))", "(func (param (ref 4294967295)))",
                           "(type (sub 4294967295 (func)))", "(func (block (type 4294967295)))"}) {
    const Module m = good(text);
    EXPECT_FALSE(binary::encode(m).empty());
  }
  EXPECT_EQ(good("(type (sub 4294967295 (func)))").types.types[0].supertype, 0xffff'feffu);
}

TEST(TextTypes, Malformed) {
  EXPECT_EQ(error_of("(type (func (result i32) (param i32)))"), "1:26: unexpected token (");
  EXPECT_EQ(error_of("(type (struct (field $x i32 i32)))"), "1:29: unexpected token i32");
  EXPECT_EQ(error_of("(type (struct (field $x i32) (field $x i32)))"), "1:37: duplicate field $x");
  EXPECT_EQ(error_of("(type (array i32 i32))"), "1:18: unexpected token i32");
  EXPECT_EQ(error_of("(type (func (param (ref i32))))"), "1:25: unexpected token i32");
  EXPECT_EQ(error_of("(type (func (param anyfunc)))"), "1:20: unknown operator anyfunc");
  EXPECT_EQ(error_of("(type $t (func)) (type $t (func))"), "1:24: duplicate type $t");
  EXPECT_EQ(error_of("(type (sub $x (func)))"), "1:12: unknown type $x");
  EXPECT_EQ(error_of("(type (descriptor 0) (describes 0) (struct))"), "1:22: unexpected token (");
  EXPECT_EQ(error_of("(func (block (param $x i32)))"), "1:21: unexpected token $x");
}

}  // namespace
}  // namespace zhan::text::test

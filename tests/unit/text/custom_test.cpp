// SPDX-License-Identifier: Apache-2.0
// Annotations: custom sections and where they go, names, branch hints.
#include "module/branch_hints.hpp"
#include "module/names.hpp"
#include "unit/text/text_support.hpp"

namespace zhan::text::test {
namespace {

/// "name@section:payload" of each custom section in order.
std::string customs(std::string_view text) {
  const Module m = good(text);
  std::string out;
  for (const CustomSection& section : m.customs) {
    if (!out.empty()) out += ' ';
    out += std::string(m.text(section.name)) + "@" +
           std::to_string(static_cast<int>(section.after)) + ":" +
           std::string(m.text(section.payload));
  }
  return out;
}

TEST(TextCustom, StandAtTheEndByDefault) {
  EXPECT_EQ(customs("(@custom \"a\" \"x\" \"y\") (func) (@custom \"b\")"), "a@10:xy b@10:");
  EXPECT_EQ(customs("(module (@custom \"a\" (after last) \"x\"))"), "a@0:x");
}

TEST(TextCustom, StandWhereTheySay) {
  EXPECT_EQ(customs("(@custom \"a\" (after func) \"1\") (@custom \"b\" (before first) \"2\")"
                    "(@custom \"c\" (before code) \"3\") (@custom \"d\" (after type) \"4\")"
                    "(memory 1) (func)"),
            "b@0:2 d@1:4 a@3:1 c@5:3");
}

TEST(TextCustom, PlacesOfAbsentSectionsAreThoseBefore) {
  EXPECT_EQ(
      customs("(@custom \"a\" (after global) \"\") (@custom \"b\" (before data) \"\") (memory 1)"),
      "a@5: b@5:");
}

TEST(TextCustom, KeepTheirOrder) {
  EXPECT_EQ(customs("(@custom \"1\" (after func)) (@custom \"2\" (after func))"
                    "(@custom \"0\" (before func)) (func)"),
            "0@1: 1@3: 2@3:");
}

TEST(TextCustom, Errors) {
  EXPECT_EQ(error_of("(@custom)"), "1:1: @custom annotation: missing section name");
  EXPECT_EQ(error_of("(@custom \"\\df\")"), "1:1: @custom annotation: malformed UTF-8 encoding");
  EXPECT_EQ(error_of("(@custom \"a\" here)"), "1:1: @custom annotation: unexpected token");
  EXPECT_EQ(error_of("(@custom \"a\" (after))"), "1:1: @custom annotation: malformed section kind");
  EXPECT_EQ(error_of("(@custom \"a\" (aft type))"), "1:1: @custom annotation: malformed placement");
  EXPECT_EQ(error_of("(func (@custom \"a\"))"), "1:7: misplaced @custom annotation");
  EXPECT_EQ(error_of("(type (@custom \"a\") (func))"), "1:7: misplaced @custom annotation");
  EXPECT_EQ(error_of("(module) (@custom \"a\")"), "1:10: misplaced @custom annotation");
}

TEST(TextCustom, AnnotationsCanBeOff) {
  Features off = all_features();
  off.set(Feature::annotations, false);
  const auto m = parse_module("(@custom 1) (func (@custom))", off);
  ASSERT_TRUE(m);
  EXPECT_TRUE(m->customs.empty());
}

TEST(TextNames, IdentifiersBecomeNames) {
  const Module m = good(
      "(module $mod (type $t (func)) (type $s (struct (field i32) (field $f i32)))"
      "(func $fn (param $p i32) (local i32) (local $l i64) (block $b) (loop (block $c)))"
      "(table $tab 1 funcref) (memory $mem 1) (global $g i32 (i32.const 0)) (tag $e)"
      "(elem $el func) (data $d))");
  const Names names(m);
  EXPECT_EQ(names.module_name(), "mod");
  EXPECT_EQ(names.get(NameKind::type, 1), "s");
  EXPECT_EQ(names.get(NameKind::field, 1, 1), "f");
  EXPECT_EQ(names.get(NameKind::field, 1, 0), "");
  EXPECT_EQ(names.get(NameKind::function, 0), "fn");
  EXPECT_EQ(names.get(NameKind::local, 0, 0), "p");
  EXPECT_EQ(names.get(NameKind::local, 0, 2), "l");
  EXPECT_EQ(names.get(NameKind::label, 0, 0), "b");
  EXPECT_EQ(names.get(NameKind::label, 0, 2), "c");
  EXPECT_EQ(names.get(NameKind::table, 0), "tab");
  EXPECT_EQ(names.get(NameKind::memory, 0), "mem");
  EXPECT_EQ(names.get(NameKind::global, 0), "g");
  EXPECT_EQ(names.get(NameKind::tag, 0), "e");
  EXPECT_EQ(names.get(NameKind::element, 0), "el");
  EXPECT_EQ(names.get(NameKind::data, 0), "d");
}

TEST(TextNames, NoIdentifiersNoSection) { EXPECT_TRUE(good("(func (block))").customs.empty()); }

TEST(TextNames, AnnotationsWin) {
  const Module m = good(
      "(module $a (@name \"M\u00fc\") (func $f (@name \"g\") (param $x (@name \"y\") i32)"
      "(local.get $x) drop) (func (@name \"g\") (call $f (i32.const 0))))");
  const Names names(m);
  EXPECT_EQ(names.module_name(), "M\u00fc");
  EXPECT_EQ(names.get(NameKind::function, 0), "g");
  EXPECT_EQ(names.get(NameKind::function, 1), "g");
  EXPECT_EQ(names.get(NameKind::local, 0, 0), "y");
}

TEST(TextNames, NamesOfImportedParameters) {
  const Module m = good("(import \"a\" \"b\" (func $f (param $x i32)))");
  EXPECT_EQ(Names(m).get(NameKind::local, 0, 0), "x");
}

TEST(TextNames, OwnSectionWins) {
  const Module m = good("(func $f) (@custom \"name\" \"\\01\\04\\01\\00\\01z\")");
  ASSERT_EQ(m.customs.size(), 1u);
  EXPECT_EQ(Names(m).get(NameKind::function, 0), "z");
}

TEST(TextNames, ComeBeforeProducers) {
  EXPECT_EQ(customs("(func $f) (@custom \"x\") (@custom \"producers\")"),
            std::string("x@10: name@10:\1\4\1\0\1f producers@10:", 34));
}

TEST(TextNames, ComeBeforeProducersBesideHints) {
  EXPECT_EQ(customs("(@custom \"producers\") (func $f i32.const 0 "
                    "(@metadata.code.branch_hint \"\\01\") br_if 0)")
                .substr(0, 29),
            "metadata.code.branch_hint@3:\1");
  EXPECT_EQ(good("(@custom \"producers\") (func $f i32.const 0 "
                 "(@metadata.code.branch_hint \"\\01\") br_if 0)")
                .customs.back()
                .name.size,
            9u);
}

TEST(TextNames, Errors) {
  EXPECT_EQ(error_of("(module (@name \"a\") (@name \"b\"))"),
            "1:21: @name annotation: multiple module");
  EXPECT_EQ(error_of("(module (func) (@name \"a\"))"), "1:16: misplaced @name annotation");
  EXPECT_EQ(error_of("(module (@name a))"), "1:9: @name annotation: unexpected token");
  EXPECT_EQ(error_of("(func (@name \"\\80\"))"), "1:7: @name annotation: malformed UTF-8 encoding");
}

TEST(TextHints, BecomeASection) {
  const Module m = good(
      "(func (@metadata.code.branch_hint \"\\01\") (if (i32.const 1) (then)))"
      "(func i32.const 0 (@metadata.code.branch_hint \"\\00\") br_if 0)");
  ASSERT_EQ(m.customs.size(), 1u);
  EXPECT_EQ(m.customs[0].after, SectionId::function);
  const BranchHints hints(m);
  ASSERT_EQ(hints.of(0).size(), 1u);
  EXPECT_EQ(hints.of(0)[0], (BranchHint{3, true}));
  ASSERT_EQ(hints.of(1).size(), 1u);
  EXPECT_EQ(hints.of(1)[0], (BranchHint{3, false}));
}

TEST(TextHints, NestedOnesAreSorted) {
  const Module m = good(
      "(func (@metadata.code.branch_hint \"\\01\") (if"
      " (if (result i32) (i32.const 1) (then (@metadata.code.branch_hint \"\\00\")"
      " (br_if 0 (i32.const 1) (i32.const 2))) (else (i32.const 0))) (then)))");
  const BranchHints hints(m);
  ASSERT_EQ(hints.of(0).size(), 2u);
  EXPECT_LT(hints.of(0)[0].offset, hints.of(0)[1].offset);
  EXPECT_FALSE(hints.of(0)[0].likely);
}

TEST(TextHints, Errors) {
  const std::string hint = "(@metadata.code.branch_hint \"\\01\")";
  EXPECT_EQ(error_of("(func i32.const 0 " + hint + hint + " if end)"),
            "1:53: @metadata.code.branch_hint annotation: duplicate annotation");
  EXPECT_EQ(error_of("(func " + hint + " nop)"),
            "1:7: @metadata.code.branch_hint annotation: invalid target");
  EXPECT_EQ(error_of(hint + "(func)"),
            "1:1: @metadata.code.branch_hint annotation: not in a function");
  EXPECT_EQ(error_of(hint + "(type (func))"),
            "1:1: @metadata.code.branch_hint annotation: not in a function");
}

}  // namespace
}  // namespace zhan::text::test

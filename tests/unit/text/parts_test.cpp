// SPDX-License-Identifier: Apache-2.0
// The parser's and printer's small parts: words, names, sections, arities, the cursor.
#include "module/arity.hpp"
#include "text/cursor.hpp"
#include "text/keywords.hpp"
#include "text/module_sections.hpp"
#include "text/name_section.hpp"
#include "text/name_table.hpp"
#include "text/outline.hpp"
#include "text/print_ids.hpp"
#include "unit/text/text_support.hpp"

namespace zhan::text::test {
namespace {

TEST(Keywords, FindsEveryInstruction) {
  for (usize i = 0; i < op_count; ++i) {
    const Op found = find_op_by_text(op_info(static_cast<Op>(i)).text);
    ASSERT_NE(found, no_op);
    EXPECT_EQ(op_info(found).text, op_info(static_cast<Op>(i)).text);
    EXPECT_LE(static_cast<usize>(found), i);
  }
  EXPECT_EQ(find_op_by_text(""), no_op);
  EXPECT_EQ(find_op_by_text("i32.ad"), no_op);
  EXPECT_EQ(find_op_by_text("i32.addx"), no_op);
}

TEST(Keywords, KnownWords) {
  for (const char* known : {"func", "i32.add", "offset=0x10", "align=3", "nan:0x1", "nan:canonical",
                            "nullexternref", "assert_return"})
    EXPECT_TRUE(is_known_word(known)) << known;
  for (const char* unknown : {"zhan", "offset=", "align=x", "nan:1", "nan:", "anyfunc", ""})
    EXPECT_FALSE(is_known_word(unknown)) << unknown;
}

TEST(NameTable, KeepsScopesApart) {
  NameTable table;
  EXPECT_EQ(table.exchange(scope_of(Space::func), "a", 1), no_index);
  EXPECT_EQ(table.exchange(scope_of(Space::local, 7), "a", 2), no_index);
  EXPECT_EQ(table.exchange(scope_of(Space::local, 8), "a", 3), no_index);
  EXPECT_EQ(table.find(scope_of(Space::func), "a"), 1u);
  EXPECT_EQ(table.find(scope_of(Space::local, 7), "a"), 2u);
  EXPECT_EQ(table.find(scope_of(Space::local, 9), "a"), no_index);
  EXPECT_EQ(table.exchange(scope_of(Space::func), "a", 4), 1u);
}

TEST(NameTable, GrowsWithoutForgetting) {
  NameTable table;
  std::vector<std::string> names;
  for (u32 i = 0; i < 5'000; ++i) names.push_back("name" + std::to_string(i));
  for (u32 i = 0; i < names.size(); ++i) table.exchange(scope_of(Space::type), names[i], i);
  for (u32 i = 0; i < names.size(); ++i) EXPECT_EQ(table.find(scope_of(Space::type), names[i]), i);
}

TEST(NameSection, WritesSortedSubsections) {
  NameSection section;
  EXPECT_TRUE(section.empty());
  section.add(NameKind::function, 0, "");
  EXPECT_TRUE(section.empty());
  section.set_module("m");
  section.add(NameKind::local, 3, 1, "y");
  section.add(NameKind::local, 2, 0, "x");
  section.add(NameKind::local, 3, 0, "z");
  section.add(NameKind::function, 5, "g");
  section.add(NameKind::function, 4, "f");
  ByteWriter out;
  section.write(out);
  EXPECT_EQ(
      hex(out.view()),
      "00 02 01 6d 01 07 02 04 01 66 05 01 67 02 0e 02 02 01 00 01 78 03 02 00 01 7a 01 01 79");
}

TEST(ModuleSections, FindsWhatIsThere) {
  const Module m = good("(import \"a\" \"b\" (memory 1)) (func) (data \"\") (func (data.drop 0))");
  EXPECT_TRUE(has_section(m, SectionId::type));
  EXPECT_TRUE(has_section(m, SectionId::import));
  EXPECT_FALSE(has_section(m, SectionId::memory));
  EXPECT_TRUE(has_section(m, SectionId::data_count));
  EXPECT_EQ(section_before_code(m), SectionId::data_count);
  EXPECT_EQ(last_section(m), SectionId::data);
  EXPECT_EQ(last_below(m, 0), SectionId::custom);
  EXPECT_EQ(section_word(SectionId::data_count), "datacount");
}

TEST(Outline, SkipsNestedText) {
  const auto rest = [](std::string_view text, u32 depth) {
    const char* end = text.data() + text.size();
    return std::string(skip_nested(text.data(), end, depth), end);
  };
  EXPECT_EQ(rest("a (b) ) c", 1), " c");
  EXPECT_EQ(rest("\")\" ) c", 1), " c");
  EXPECT_EQ(rest("\"\\\")\" ) c", 1), " c");
  EXPECT_EQ(rest(";; )\n ) c", 1), " c");
  EXPECT_EQ(rest("(; ) (; ;) ;) ) c", 1), " c");
  EXPECT_EQ(rest(")) c", 2), " c");
  EXPECT_EQ(rest("(", 1), "");
  EXPECT_EQ(rest("\"", 1), "");
  EXPECT_EQ(rest("(;", 1), "");
  EXPECT_EQ(rest("\"\\", 1), "");
  EXPECT_EQ(rest("x", 0), "x");
}

TEST(PrintIds, QuotesWhereNeeded) {
  const auto id = [](std::string_view name) {
    std::string out;
    append_id(out, name);
    return out;
  };
  EXPECT_EQ(id("plain!#'"), "$plain!#'");
  EXPECT_EQ(id("a b"), "$\"a b\"");
  EXPECT_EQ(id("a\"\n"), "$\"a\\\"\\0a\"");
  EXPECT_EQ(id("\xce\xbb"), "$\"\xce\xbb\"");
  EXPECT_FALSE(can_be_id(""));
  EXPECT_FALSE(can_be_id("\xff"));
}

TEST(PrintIds, SecondOfANameIsANumber) {
  ScopeIds ids;
  ids.add("a");
  ids.add("");
  ids.add("a");
  const auto use = [&](u32 index) {
    std::string out;
    ids.append_use(out, index);
    return out;
  };
  EXPECT_EQ(use(0), "$a");
  EXPECT_EQ(use(1), "1");
  EXPECT_EQ(use(2), "2");
  EXPECT_EQ(use(99), "99");
  std::string binder;
  EXPECT_TRUE(ids.append_binder(binder, 2));
  EXPECT_EQ(binder, " (@name \"a\")");
  EXPECT_FALSE(ids.append_binder(binder, 1));
}

TEST(Arity, OfCallsAndObjects) {
  const Module m = good(
      "(type $f (func (param i32 i64) (result f32))) (type $s (struct (field i32 i32)))"
      "(func $g (type $f) (f32.const 0)) (tag (param i32))");
  const auto arity = [&](Op op, u32 a, u32 b = 0) {
    Imm imm;
    imm.a = a;
    imm.b = b;
    const Arity found = arity_of(m, op, imm);
    return std::pair(found.operands, found.results);
  };
  using Pair = std::pair<u32, u32>;
  EXPECT_EQ(arity(Op::call, 0), Pair(2, 1));
  EXPECT_EQ(arity(Op::call, 9), Pair(0, Arity::unknown));
  EXPECT_EQ(arity(Op::call_indirect, 0), Pair(3, 1));
  EXPECT_EQ(arity(Op::call_ref, 1), Pair(0, Arity::unknown));
  EXPECT_EQ(arity(Op::return_call, 0), Pair(2, 0));
  EXPECT_EQ(arity(Op::struct_new, 1), Pair(2, 1));
  EXPECT_EQ(arity(Op::array_new_fixed, 0, 5), Pair(5, 1));
  EXPECT_EQ(arity(Op::throw_, 0), Pair(1, 0));
  EXPECT_EQ(arity(Op::i32_add, 0), Pair(2, 1));
  EXPECT_EQ(arity(Op::i32_store, 0), Pair(2, 0));
  EXPECT_EQ(arity(Op::i64_add128, 0), Pair(4, 2));
  EXPECT_EQ(block_results(m, {BlockType::Form::type, {}, 0}), 1u);
  EXPECT_EQ(block_results(m, {}), 0u);
}

TEST(Cursor, FirstErrorCountsAndEndsTheText) {
  Cursor c("(a b", false);
  EXPECT_TRUE(c.at(TokenKind::open));
  c.fail_here(ErrorId::unexpected_token, "first");
  c.fail_here(ErrorId::unknown_operator, "second");
  EXPECT_FALSE(c.ok());
  EXPECT_TRUE(c.at(TokenKind::end));
  EXPECT_EQ(c.take_error().to_string(), "1:1: unexpected token first");
}

TEST(Cursor, LooksTwoTokensAhead) {
  Cursor c("(param $x 12)", false);
  EXPECT_TRUE(c.at_open("param"));
  EXPECT_FALSE(c.at_open("result"));
  EXPECT_FALSE(c.skip_open("result"));
  EXPECT_TRUE(c.skip_open("param"));
  EXPECT_TRUE(c.at_index());
  c.take();
  EXPECT_EQ(c.u32_nat(), 12u);
  c.expect_close();
  EXPECT_TRUE(c.ok());
  EXPECT_TRUE(c.at(TokenKind::end));
}

TEST(Cursor, LexicalErrorsWaitForTheirTurn) {
  Cursor c("a b \x01", false);
  EXPECT_TRUE(c.ok());
  c.take();
  EXPECT_TRUE(c.ok());
  c.take();
  c.take();
  ASSERT_FALSE(c.ok());
  EXPECT_EQ(c.take_error().to_string(), "1:5: illegal character");
}

TEST(Cursor, UntakenAnnotationsAreMisplaced) {
  Cursor c("(@custom \"x\") a", true);
  ASSERT_NE(c.note(), nullptr);
  c.take();
  ASSERT_FALSE(c.ok());
  EXPECT_EQ(c.take_error().to_string(), "1:1: misplaced @custom annotation");
  Cursor taken("(@custom \"x\") a", true);
  EXPECT_EQ(taken.take_note().id, "custom");
  EXPECT_EQ(taken.note(), nullptr);
  taken.take();
  EXPECT_TRUE(taken.ok());
}

TEST(Cursor, NumbersHaveLimits) {
  Cursor c("5 6 0x10", false);
  EXPECT_EQ(c.nat(5, ErrorId::i8_constant_out_of_range), 5u);
  EXPECT_EQ(c.nat(5, ErrorId::i8_constant_out_of_range), 0u);
  EXPECT_EQ(c.take_error().to_string(), "1:3: i8 constant out of range");
}

}  // namespace
}  // namespace zhan::text::test

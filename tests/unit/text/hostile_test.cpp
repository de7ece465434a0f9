// SPDX-License-Identifier: Apache-2.0
// Texts made to hurt: deep nesting, many equal names and types, numbers at the edges. All end fast,
// with an error or a module.
#include "unit/text/text_support.hpp"
#include "wasm/writer.hpp"

namespace zhan::text::test {
namespace {

std::string repeat(std::string_view piece, usize count) {
  std::string out;
  out.reserve(piece.size() * count);
  for (usize i = 0; i < count; ++i) out += piece;
  return out;
}

constexpr usize many = 100'000;

TEST(TextHostile, NestedFoldedInstructions) {
  const std::string text = "(func " + repeat("(drop ", many) + repeat(")", many) + ")";
  EXPECT_EQ(good(text).code[0].code.size, many + 1);
}

TEST(TextHostile, NestedBlocks) {
  good("(func " + repeat("(block ", many) + repeat(")", many) + ")");
  good("(func " + repeat("block ", many) + repeat("end ", many) + ")");
  good("(func " + repeat("i32.const 0 (if (then ", many) + repeat("))", many) + ")");
  good("(func " + repeat("(try (do ", many) + repeat("))", many) + ")");
}

TEST(TextHostile, UnclosedNesting) {
  for (const char* piece : {"(", "((", "(func ", "(func (block ", "(drop ", "(type ", "(rec ",
                            "(ref ", "(module ", "(elem ", "(import ", "(@a ", "(;"})
    EXPECT_FALSE(parse_module(repeat(piece, many), all_features())) << piece;
  EXPECT_FALSE(parse_module("(func " + repeat("(block ", many), all_features()));
}

TEST(TextHostile, ManyEqualLabels) {
  good("(func " + repeat("(block $a ", many) + repeat("(br $a)", many) + repeat(")", many) + ")");
}

TEST(TextHostile, ManyEqualTypes) {
  const Module m = good(repeat("(type (func))", many) + repeat("(func)", many));
  EXPECT_EQ(m.functions.back(), 0u);
}

TEST(TextHostile, ManyDifferentSignatures) {
  std::string text;
  for (usize i = 0; i < 20'000; ++i) {
    text += "(func (param";
    for (usize bit = 0; bit < 15; ++bit) text += (i >> bit & 1) != 0 ? " i32" : " i64";
    text += "))";
  }
  EXPECT_EQ(good(text).types.types.size(), 20'000u);
}

TEST(TextHostile, ManyNames) {
  std::string text;
  for (usize i = 0; i < many; ++i) text += "(func $f" + std::to_string(i) + " (call $f0))";
  EXPECT_EQ(good(text).functions.size(), many);
}

TEST(TextHostile, LongTokens) {
  EXPECT_EQ(error_of("(func (i32.const " + repeat("9", many) + "))").substr(0, 4), "1:18");
  good("(func (f64.const 0." + repeat("9", many) + ") drop)");
  EXPECT_FALSE(parse_module("(func $" + repeat("a", many) + " (foo))", all_features()));
}

TEST(TextHostile, EveryPrefixOfAModuleFailsOrParses) {
  const std::string text =
      "(module $m (@name \"x\") (type $t (func (param $p i32) (result (ref null $t))))"
      "(import \"a\" \"b\" (func $i (type $t))) (rec (type $s (sub (struct (field $f (mut i8))))))"
      "(func $f (export \"f\") (local $l f64) (block $b (result i32) (br_if $b (i32.const 1)"
      "(f64.const 0x1.8p1) drop (i32.const 0)) drop) ;; comment\n (; block ;) \"\\u{41}\")"
      "(elem (i32.const 0) $f) (data \"abc\\00\") (@custom \"c\" (after type) \"d\"))";
  for (usize size = 0; size < text.size(); ++size)
    EXPECT_FALSE(size > 0 && parse_module(text.substr(0, size), all_features())) << size;
}

TEST(TextHostile, EveryByteChanged) {
  const std::string text =
      "(module (type $t (func)) (func $f (type $t) (call $f) (i32.const 1) drop)"
      "(memory 1) (data (i32.const 0) \"x\") (export \"m\" (memory 0)))";
  usize good_ones = 0;
  for (usize at = 0; at < text.size(); ++at)
    for (const char c : {'(', ')', '"', '$', '\\', ';', '@', '0', '\0', '\xff', ' '}) {
      std::string changed = text;
      changed[at] = c;
      const auto parsed = parse_module(changed, all_features());
      if (parsed)
        ++good_ones;
      else
        EXPECT_NE(parsed.error().info().line, 0u) << changed;
    }
  EXPECT_GT(good_ones, 0u);
}

TEST(TextHostile, PrintingHugeLocalsIsBounded) {
  // Eleven bytes a function declare 100,000 locals each.
  std::vector<u8> bytes = {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0};
  constexpr u32 count = 500;
  ByteWriter w(std::move(bytes));
  ByteWriter section;
  section.u32_leb(count);
  for (u32 i = 0; i < count; ++i) section.byte(0);
  w.byte(3);
  w.sized(section.view());
  section.clear();
  section.u32_leb(count);
  for (u32 i = 0; i < count; ++i) {
    const u8 body[] = {6, 1, 0xa0, 0x8d, 6, 0x7f, 0x0b};
    section.bytes(body);
  }
  w.byte(10);
  w.sized(section.view());
  const std::string text = print(decoded(w.take()));
  EXPECT_LT(text.size(), usize{80} << 20);
  EXPECT_TRUE(text.ends_with(";; output limit reached)\n")) << text.substr(text.size() - 40);
}

TEST(TextHostile, PrintingDeepCodeStaysSmall) {
  const std::string nested = repeat("block ", many) + repeat("end ", many);
  const std::vector<u8> bytes = encoded("(func " + nested + ")");
  EXPECT_LT(print(decoded(bytes)).size(), many * 2 * 100);
  PrintOptions folded;
  folded.folded = true;
  const std::string text = print(decoded(bytes), folded);
  EXPECT_LT(text.size(), many * 2 * 100);
  EXPECT_EQ(binary::encode(good(text)), bytes);
}

}  // namespace
}  // namespace zhan::text::test

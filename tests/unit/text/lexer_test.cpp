// SPDX-License-Identifier: Apache-2.0
// Tokens, comments, annotations, strings, and where errors in them stand.
#include "text/lexer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "text/string_text.hpp"

namespace zhan::text {
namespace {

/// Kinds as letters: ( ) s i k n r, then "!" and the error's text.
std::string kinds(std::string_view text) {
  static constexpr char letters[] = ".()siknr";
  Lexer lexer(text);
  std::string out;
  for (;;) {
    const Token token = lexer.next();
    if (token.kind == TokenKind::end) break;
    out += letters[static_cast<usize>(token.kind)];
  }
  if (!lexer.ok()) out += std::string("!") + error_text(lexer.error());
  return out;
}

std::vector<std::string> words(std::string_view text) {
  Lexer lexer(text);
  std::vector<std::string> out;
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next())
    out.emplace_back(token.text);
  return out;
}

/// Column of the error in a one-line text.
u32 error_column(std::string_view text) {
  Lexer lexer(text);
  while (lexer.next().kind != TokenKind::end) {}
  EXPECT_FALSE(lexer.ok()) << text;
  return lexer.ok() ? 0 : position_of(text, lexer.error_at()).column;
}

using Words = std::vector<std::string>;

TEST(Lexer, KindsOfTokens) {
  EXPECT_EQ(kinds("(func $f \"s\" 12 -1 +0x1p3 i32.add)"), "(kisnnnk)");
  EXPECT_EQ(kinds(""), "");
  EXPECT_EQ(kinds(" \t\r\n"), "");
  EXPECT_EQ(kinds("nan:0x1 inf offset=4"), "kkk");
  EXPECT_EQ(kinds("$\"quoted id\" $a!#$%&'*+-./:<=>?@\\^_`|~"), "ii");
}

TEST(Lexer, TokensKeepTheirText) {
  EXPECT_EQ(words("(a$b \"x\\\"y\" $\"q\")"), (Words{"(", "a$b", "\"x\\\"y\"", "$\"q\"", ")"}));
}

TEST(Lexer, TokensNeedSpaceBetween) {
  EXPECT_EQ(kinds("\"a\"\"b\""), "r");
  EXPECT_EQ(kinds("$l\"a\""), "r");
  EXPECT_EQ(kinds("0\"a\""), "r");
  EXPECT_EQ(kinds("$\"a\"b"), "r");
  EXPECT_EQ(kinds("a\"b\"c"), "r");
  EXPECT_EQ(kinds("(\"a\"(\"b\"))"), "(s(s))");
}

TEST(Lexer, ReservedTokens) {
  EXPECT_EQ(kinds(", ; [ ] { }"), "rrrrrr");
  EXPECT_EQ(kinds("a,b"), "r");
  EXPECT_EQ(kinds("#x Abc @x"), "rrr");
}

TEST(Lexer, Comments) {
  EXPECT_EQ(kinds(";; a ( \" comment\nx"), "k");
  EXPECT_EQ(kinds(";; ends with a return\rx"), "k");
  EXPECT_EQ(kinds("x;;y"), "k");
  EXPECT_EQ(kinds("a(;b;)c"), "kk");
  EXPECT_EQ(kinds("(; a (; nested ;) \" ;; ;) x"), "k");
  EXPECT_EQ(kinds(";;"), "");
  EXPECT_EQ(kinds("(;;)(;)(;;);)"), "");
}

TEST(Lexer, CommentErrors) {
  EXPECT_EQ(kinds("(; a (; b ;)"), "!unclosed comment");
  EXPECT_EQ(kinds("x (;"), "k!unclosed comment");
  EXPECT_EQ(kinds(";; \x80\nx"), "!malformed UTF-8 encoding");
  EXPECT_EQ(kinds("(; \xc0\x80 ;)"), "!malformed UTF-8 encoding");
  EXPECT_EQ(kinds(";; \xc3\xa9\nx"), "k");
}

TEST(Lexer, DeepCommentsDoNotRecurse) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "(;";
  EXPECT_EQ(kinds(deep), "!unclosed comment");
  for (int i = 0; i < 100'000; ++i) deep += ";)";
  EXPECT_EQ(kinds(deep + "x"), "k");
}

TEST(Lexer, Strings) {
  EXPECT_EQ(kinds(R"("\t\n\r\"\'\\\00\fF\u{1F600}")"), "s");
  EXPECT_EQ(kinds("\"\xe2\x82\xac\""), "s");
  EXPECT_EQ(kinds("\"open"), "!unclosed string literal");
  EXPECT_EQ(kinds("\"line\nbreak\""), "!unclosed string literal");
  EXPECT_EQ(kinds("\"tab\there\""), "!illegal control character in string literal");
  EXPECT_EQ(kinds("\"\x7f\""), "!illegal control character in string literal");
  EXPECT_EQ(kinds("\"\x80\""), "!malformed UTF-8 encoding");
}

TEST(Lexer, StringEscapes) {
  for (const char* bad : {R"("\q")", R"("\0")", R"("\0g")", R"("\u")", R"("\u{}")", R"("\u{d800}")",
                          R"("\u{110000}")", R"("\u{41")", R"("\x41")"})
    EXPECT_EQ(kinds(bad), "!illegal escape") << bad;
}

TEST(Lexer, Identifiers) {
  EXPECT_EQ(kinds("$"), "!empty identifier");
  EXPECT_EQ(kinds("$ a"), "!empty identifier");
  EXPECT_EQ(kinds("$\"\""), "!empty identifier");
  EXPECT_EQ(kinds("$\"a\nb\""), "!empty identifier");
  EXPECT_EQ(kinds("$(@a)"), "!empty identifier");
}

TEST(Lexer, IllegalCharacters) {
  EXPECT_EQ(kinds("a \x01"), "k!illegal character");
  EXPECT_EQ(kinds("\xc3\xa9"), "!illegal character");
  EXPECT_EQ(kinds("\xff"), "!malformed UTF-8 encoding");
  EXPECT_EQ(kinds(std::string_view("a\0b", 3)), "k!illegal character");
}

TEST(Lexer, AnnotationsArePassedOver) {
  EXPECT_EQ(kinds("(@a) x (@b (c) \")\" ;; )\n ) y"), "kk");
  EXPECT_EQ(kinds("(@\"quoted id\" x)"), "");
  EXPECT_EQ(kinds("((@a) module (@a))"), "(k)");
  EXPECT_EQ(kinds("( @a)"), "(r)");
  EXPECT_EQ(kinds("(@a , ; ] [ }} }x{ ({) ,{{};}] ;)"), "");
}

TEST(Lexer, AnnotationErrors) {
  EXPECT_EQ(kinds("(@)"), "!empty annotation id");
  EXPECT_EQ(kinds("(@ x)"), "!empty annotation id");
  EXPECT_EQ(kinds("(@\"\")"), "!empty annotation id");
  EXPECT_EQ(kinds("(@x (y)"), "!unclosed annotation");
  EXPECT_EQ(kinds("(@x \")"), "!unclosed string literal");
  EXPECT_EQ(kinds("(@x \x01)"), "!illegal character");
  EXPECT_EQ(kinds("(@\"\\ef\")"), "!malformed UTF-8 encoding");
}

TEST(Lexer, CollectsKnownAnnotationsOnly) {
  Lexer lexer("(@other) (@custom \"a\" (b)) x (@name \"n\")", true);
  const Token token = lexer.next();
  EXPECT_EQ(token.text, "x");
  EXPECT_EQ(token.notes, 1u);
  EXPECT_EQ(lexer.next().notes, 2u);
  ASSERT_EQ(lexer.notes().size(), 2u);
  EXPECT_EQ(lexer.notes()[0].id, "custom");
  EXPECT_EQ(lexer.notes()[0].body, " \"a\" (b)");
  EXPECT_EQ(lexer.notes()[1].id, "name");
}

TEST(Lexer, ErrorsStandWhereTheyAre) {
  EXPECT_EQ(error_column("abc \x01"), 5u);
  EXPECT_EQ(error_column("\"ab\\q\""), 4u);
  EXPECT_EQ(error_column("a \"open"), 3u);
  EXPECT_EQ(error_column("\"\xe2\x82\xac\x80\""), 3u);
}

TEST(Lexer, PositionsCountLinesAndCharacters) {
  const std::string_view text = "a\nb\r\nc\rd \xc3\xa9x";
  const auto at = [&](usize offset) { return position_of(text, text.data() + offset); };
  EXPECT_EQ(at(0).line, 1u);
  EXPECT_EQ(at(2).line, 2u);
  EXPECT_EQ(at(5).line, 3u);
  EXPECT_EQ(at(7).line, 4u);
  EXPECT_EQ(at(7).column, 1u);
  EXPECT_EQ(at(11).column, 4u);
}

std::string decode(std::string_view inside) {
  std::string out;
  append_string(out, inside);
  return out;
}

TEST(StringText, DecodesEscapes) {
  EXPECT_EQ(decode("a\\t\\n\\r\\\"\\'\\\\z"), "a\t\n\r\"'\\z");
  EXPECT_EQ(decode("\\41\\c3\\A9"), "A\xc3\xa9");
  EXPECT_EQ(decode("\\u{41}\\u{e9}\\u{20ac}\\u{1_f600}"), "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(decode("\\00"), std::string(1, '\0'));
}

TEST(StringText, QuotesAndDecodesToTheSame) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (const bool keep : {false, true}) {
    std::string quoted;
    append_quoted(quoted, all, keep);
    EXPECT_EQ(decode(string_inside(quoted)), all);
    EXPECT_EQ(kinds(quoted), "s");
  }
}

TEST(StringText, KeepsReadableText) {
  std::string quoted;
  append_quoted(quoted, "h\xc3\xa9 \"\\\n", true);
  EXPECT_EQ(quoted, "\"h\xc3\xa9 \\\"\\\\\\0a\"");
  quoted.clear();
  append_quoted(quoted, "\xc3\xa9", false);
  EXPECT_EQ(quoted, "\"\\c3\\a9\"");
}

}  // namespace
}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
// Prefixes, encoding and escaping of UTF-8.
#include <gtest/gtest.h>

#include <string>

#include "base/utf8.hpp"

namespace zhan {
namespace {

std::string encoding(u32 code) {
  std::string text;
  append_utf8(text, code);
  return text;
}

TEST(Utf8Text, EncodesAtTheEdgesOfEveryLength) {
  EXPECT_EQ(encoding(0), std::string(1, '\0'));
  EXPECT_EQ(encoding(0x7f), "\x7f");
  EXPECT_EQ(encoding(0x80), "\xc2\x80");
  EXPECT_EQ(encoding(0x7ff), "\xdf\xbf");
  EXPECT_EQ(encoding(0x800), "\xe0\xa0\x80");
  EXPECT_EQ(encoding(0xd7ff), "\xed\x9f\xbf");
  EXPECT_EQ(encoding(0xe000), "\xee\x80\x80");
  EXPECT_EQ(encoding(0xffff), "\xef\xbf\xbf");
  EXPECT_EQ(encoding(0x10000), "\xf0\x90\x80\x80");
  EXPECT_EQ(encoding(0x10ffff), "\xf4\x8f\xbf\xbf");
}

TEST(Utf8Text, EveryEncodingIsValid) {
  for (u32 code = 0; code < 0x110000; code += code < 0x3000 ? 1 : 97)
    if (is_scalar_value(code)) EXPECT_TRUE(is_utf8(encoding(code))) << code;
}

TEST(Utf8Text, ScalarValues) {
  EXPECT_TRUE(is_scalar_value(0));
  EXPECT_TRUE(is_scalar_value(0xd7ff));
  EXPECT_FALSE(is_scalar_value(0xd800));
  EXPECT_FALSE(is_scalar_value(0xdfff));
  EXPECT_TRUE(is_scalar_value(0xe000));
  EXPECT_TRUE(is_scalar_value(0x10ffff));
  EXPECT_FALSE(is_scalar_value(0x110000));
}

TEST(Utf8Text, PrefixEndsAtTheFirstBrokenCharacter) {
  EXPECT_EQ(valid_utf8_prefix(""), 0u);
  EXPECT_EQ(valid_utf8_prefix("abc"), 3u);
  EXPECT_EQ(valid_utf8_prefix("ab\x80"), 2u);
  EXPECT_EQ(valid_utf8_prefix("\xc3\xa9\xc3"), 2u);
  EXPECT_EQ(valid_utf8_prefix("12345678\xed\xa0\x80"), 8u);
  EXPECT_EQ(valid_utf8_prefix("1234567\xe2\x82\xac\xff"), 10u);
}

TEST(Utf8Text, EscapesWhatWouldSpoilAMessage) {
  EXPECT_EQ(escaped("plain \xc3\xa9"), "plain \xc3\xa9");
  EXPECT_EQ(escaped("a\nb\x1b[0m\x7f"), "a\\0ab\\1b[0m\\7f");
  EXPECT_EQ(escaped("\xff\xc3"), "\\ff\\c3");
}

TEST(Utf8Text, EscapedTextIsShort) {
  EXPECT_EQ(escaped(std::string(500, 'x'), 20), std::string(17, 'x') + "...");
  EXPECT_LE(escaped(std::string(500, '\1')).size(), 123u);
  EXPECT_TRUE(is_utf8(escaped(std::string(100, 'x') + "\xe2\x82\xac\xe2\x82\xac", 104)));
}

}  // namespace
}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
// UTF-8: all sequences at the edges of what is allowed.
#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace zhan {
namespace {

TEST(Utf8, PlainText) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("a"));
  EXPECT_TRUE(is_utf8("sixteen letters!"));
  EXPECT_TRUE(is_utf8(std::string_view("\0\x7f", 2)));
}

TEST(Utf8, EdgesOfEveryLength) {
  for (const char* good : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(good));
  for (const char* bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
                          "\xc2\x7f", "\xc2\xc0", "\xe1\x80\xc0", "\xf1\x80\x80\x00"})
    EXPECT_FALSE(is_utf8(bad));
}

TEST(Utf8, CutSequences) {
  const std::string_view text = "\xf0\x9f\x98\x80";
  for (usize size = 1; size < text.size(); ++size) EXPECT_FALSE(is_utf8(text.substr(0, size)));
}

// The fast path takes eight bytes at a time: an error must be seen wherever it stands.
TEST(Utf8, ErrorsAtEveryPlace) {
  for (usize at = 0; at < 40; ++at) {
    std::string text(40, 'x');
    text[at] = '\xff';
    EXPECT_FALSE(is_utf8(text)) << at;
    text[at] = '\xc3';
    EXPECT_FALSE(is_utf8(text)) << at;
    if (at + 1 < text.size()) {
      text[at + 1] = '\xa4';
      EXPECT_TRUE(is_utf8(text)) << at;
    }
  }
}

}  // namespace
}  // namespace zhan

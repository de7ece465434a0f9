// SPDX-License-Identifier: Apache-2.0
#include "base/nearest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace zhan {
namespace {

std::string_view guess(std::string_view word, std::vector<std::string_view> known) {
  return nearest(word, known);
}

TEST(Nearest, PrefersFewEdits) {
  const std::vector<std::string_view> known = {"fd_read", "fd_write", "path_open"};
  EXPECT_EQ(guess("fd_wrte", known), "fd_write");
  EXPECT_EQ(guess("path_opne", known), "path_open");
  EXPECT_EQ(guess("fd_red", known), "fd_read");
  EXPECT_EQ(guess("fd_read", known), "fd_read");
}

TEST(Nearest, AllowsOneEditInShortWords) {
  EXPECT_EQ(guess("ad", {"sub", "add"}), "add");
  EXPECT_EQ(guess("dd", {"sub", "abd"}), "");  // two edits
  EXPECT_EQ(guess("ix", {"io"}), "io");
  EXPECT_EQ(guess("f", {"ff", "g"}), "ff");
}

TEST(Nearest, CountsExchangedNeighboursOnce) {
  EXPECT_EQ(guess("rnu", {"print", "run"}), "run");
  EXPECT_EQ(guess("ab", {"ba"}), "ba");
}

TEST(Nearest, NeedsSomethingInCommon) {
  EXPECT_EQ(guess("f", {"g", "h"}), "");
  EXPECT_EQ(guess("", {"g", ""}), "");
  EXPECT_EQ(guess("x", {"fd_read"}), "");
  EXPECT_EQ(guess("x", {}), "");
}

TEST(Nearest, TheFirstOfEquals) {
  EXPECT_EQ(guess("cat", {"cut", "bat"}), "cut");
  EXPECT_EQ(guess("cat", {"bat", "cut"}), "bat");
}

TEST(Nearest, LongWordsAreNotCompared) {
  const std::string most(64, 'f'), more(65, 'f'), almost = most.substr(1);
  EXPECT_EQ(guess(most, {almost}), almost);
  EXPECT_EQ(guess(almost, {most}), most);
  EXPECT_EQ(guess(most, {more}), "");
  EXPECT_EQ(guess(more, {most}), "");
  EXPECT_EQ(guess(std::string(100'000, 'f'), {most}), "");
}

}  // namespace
}  // namespace zhan

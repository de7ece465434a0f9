// SPDX-License-Identifier: Apache-2.0
// tests/golden/text/*.wat printed plain (.plain) and folded (.folded); ZHAN_BLESS=1 writes them
// anew.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/text/text_support.hpp"

namespace zhan::text::test {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void compare(const fs::path& source, const char* suffix, bool folded) {
  PrintOptions options;
  options.folded = folded;
  const std::string text = printed(contents(source), options);
  const fs::path expected = fs::path(source).replace_extension(suffix);
  if (std::getenv("ZHAN_BLESS") != nullptr) std::ofstream(expected, std::ios::binary) << text;
  EXPECT_EQ(text, contents(expected)) << expected;
  EXPECT_EQ(printed(text, options), text) << "printing is not stable: " << source;
}

TEST(TextGolden, PrintedForms) {
  usize count = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(ZHAN_SOURCE_DIR) / "tests/golden/text")) {
    if (entry.path().extension() != ".wat") continue;
    ++count;
    compare(entry.path(), ".plain", false);
    compare(entry.path(), ".folded", true);
  }
  EXPECT_GE(count, 5u);
}

}  // namespace
}  // namespace zhan::text::test

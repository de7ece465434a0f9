// SPDX-License-Identifier: Apache-2.0
// Modules that compilers made, in ZHAN_GUESTS (see docs/testing.md; skipped when that is not set):
// printed plain and folded, parsed and encoded they are the same modules.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/text/canonical.hpp"
#include "unit/text/text_support.hpp"

namespace zhan::text::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::vector<fs::path> modules() {
  std::vector<fs::path> found;
  const char* folder = std::getenv("ZHAN_GUESTS");
  if (folder == nullptr || !fs::is_directory(folder)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".wasm")
      found.push_back(entry.path());
  return found;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Prints and parses; says how fast, in MB of text a second.
void round_trip(const fs::path& file, const Module& module, bool folded) {
  PrintOptions options;
  options.folded = folded;
  const auto start = Clock::now();
  const std::string text = print(module, options);
  const double printing = seconds_since(start);
  const auto middle = Clock::now();
  const auto again = parse_module(text, all_features());
  const double parsing = seconds_since(middle);
  ASSERT_TRUE(again) << file << ": " << again.error().to_string();
  EXPECT_TRUE(Canonical(*again).bytes() == Canonical(module).bytes()) << file;
  const double size = static_cast<double>(text.size()) / 1e6;
  std::printf("%s%s: %.1f MB of text, print %.0f MB/s, parse %.0f MB/s\n", file.filename().c_str(),
              folded ? " folded" : "", size, size / printing, size / parsing);
}

TEST(TextRealModules, ComeBackThroughTextSlow) {
  const auto files = modules();
  if (files.empty()) GTEST_SKIP() << "ZHAN_GUESTS names no folder with modules";
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::vector<u8> bytes(std::istreambuf_iterator<char>(in), {});
    if (!binary::is_binary(bytes) || bytes.size() > (usize{30} << 20) || bytes[6] != 0) continue;
    const Module module = decoded(std::move(bytes));
    round_trip(file, module, false);
    round_trip(file, module, true);
  }
}

}  // namespace
}  // namespace zhan::text::test

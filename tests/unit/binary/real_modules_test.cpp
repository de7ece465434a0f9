// SPDX-License-Identifier: Apache-2.0
// Modules that compilers made: read, written, compared. They lie in ZHAN_GUESTS (see
// docs/testing.md); skipped when that is not set.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "module/names.hpp"
#include "unit/binary/hex.hpp"

namespace zhan::binary::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> modules() {
  std::vector<fs::path> found;
  const char* folder = std::getenv("ZHAN_GUESTS");
  if (folder == nullptr || !fs::is_directory(folder)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".wasm")
      found.push_back(entry.path());
  return found;
}

Bytes contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

// Toolchains pad sizes that they patch later; one more round shows that only their form changed.
TEST(RealModules, ComeBack) {
  const auto files = modules();
  if (files.empty()) GTEST_SKIP() << "ZHAN_GUESTS names no folder with modules";
  usize identical = 0;
  for (const fs::path& file : files) {
    const Bytes input = contents(file);
    if (!is_binary(input) || input.size() < 8 || input[6] != 0) continue;  // a component
    const auto start = std::chrono::steady_clock::now();
    auto module = try_decode(input);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    ASSERT_TRUE(module) << file << ": " << module.error().to_string();
    const Bytes once = encode(*module);
    EXPECT_LE(once.size(), input.size()) << file;
    EXPECT_TRUE(encode(good(once)) == once) << file;
    if (once == input) ++identical;
    const Names names(*module);
    std::cout << file.filename() << ": " << input.size() << " bytes, " << module->functions.size()
              << " functions, " << took.count() << " ms" << (once == input ? "" : ", not canonical")
              << '\n';
  }
  std::cout << files.size() << " modules, " << identical << " identical\n";
}

}  // namespace
}  // namespace zhan::binary::test

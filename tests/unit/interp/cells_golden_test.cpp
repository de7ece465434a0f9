// SPDX-License-Identifier: Apache-2.0
// tests/golden/cells/*.wat with the cells of their functions beside (.cells), as `zhan cells`
// prints them; ZHAN_BLESS=1 writes them anew. A change there is a change of the code that runs.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/engine.hpp"
#include "interp/interp.hpp"

namespace zhan::interp {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Lines without the spaces that pad columns at their ends.
std::string trimmed(const std::string& text) {
  std::string out;
  for (usize at = 0; at < text.size();) {
    const usize end = text.find('\n', at);
    const usize last = text.find_last_not_of(' ', end - 1);
    if (last != std::string::npos && last >= at) out += text.substr(at, last + 1 - at);
    out += '\n';
    at = end + 1;
  }
  return out;
}

std::string listing(const std::string& source, std::string_view mode) {
  engine::Config config;
  config.features.set(Feature::stack_switching, true);
  EXPECT_TRUE(config.set(mode, "on"));
  const auto engine = engine::Engine::create(std::move(config)).value();
  const auto module = engine->compile({reinterpret_cast<const u8*>(source.data()), source.size()});
  if (!module) return module.error().to_string() + "\n";
  const runtime::CodeModule code(**module, engine->config().mode, engine->table());
  std::string text;
  for (u32 i = 0; i < code.body_count(); ++i) {
    const u32 function = code.module().imported_functions + i;
    text += fmt::format("function {} {}: {}\n", function,
                        (*module)->names().get(NameKind::function, function),
                        list_cells(code, i).value());
  }
  return trimmed(text);
}

void compare(const fs::path& source, const char* suffix, std::string_view mode) {
  const std::string text = listing(contents(source), mode);
  const fs::path expected = fs::path(source).replace_extension(suffix);
  if (std::getenv("ZHAN_BLESS") != nullptr) std::ofstream(expected, std::ios::binary) << text;
  EXPECT_EQ(text, contents(expected)) << expected;
}

TEST(CellsGolden, Listings) {
  if (ZHAN_EXPLICIT_CHECKS != 0) GTEST_SKIP() << "other cells where every access is compared";
  usize count = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(ZHAN_SOURCE_DIR) / "tests/golden/cells")) {
    if (entry.path().extension() != ".wat") continue;
    ++count;
    compare(entry.path(), ".cells", "feature.multi-memory");
  }
  EXPECT_GE(count, 6u);
  const fs::path memory = fs::path(ZHAN_SOURCE_DIR) / "tests/golden/cells/memory.wat";
  compare(memory, ".explicit", "explicit-checks");
  compare(memory, ".metered", "fuel");
}

}  // namespace
}  // namespace zhan::interp

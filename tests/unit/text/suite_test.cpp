// SPDX-License-Identifier: Apache-2.0
// The official test suite ($ZHAN_TESTSUITE or ../shared/testsuite; skipped when absent): all
// scripts parse, all text modules do, malformed ones fail in the expected words, and every module
// is the same after decode, print, parse and encode, plain and folded.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "text/script.hpp"
#include "unit/text/canonical.hpp"
#include "unit/text/text_support.hpp"

namespace zhan::text::test {
namespace {

namespace fs = std::filesystem;

fs::path suite_path() {
  if (const char* set = std::getenv("ZHAN_TESTSUITE")) return set;
  return fs::path(ZHAN_SOURCE_DIR).parent_path() / "shared" / "testsuite";
}

struct Counts {
  usize files = 0, modules = 0, malformed = 0, exact = 0, equal = 0, unreadable = 0;
};

class SuiteFile {
 public:
  SuiteFile(const fs::path& file, Counts& counts) : m_name(file.filename()), m_counts(counts) {
    std::ifstream in(file, std::ios::binary);
    m_text.assign(std::istreambuf_iterator<char>(in), {});
    m_features = all_features();
    // Its tests were written before limits had 64 bits.
    if (file.parent_path().filename() == "threads") m_features.set(Feature::memory64, false);
  }

  void run() {
    ++m_counts.files;
    const auto script = parse_script(m_text);
    ASSERT_TRUE(script) << m_name << ": " << script.error().to_string();
    for (const Command& command : script->commands) check(command);
  }

 private:
  std::string where(const Command& command) const {
    return m_name + ":" + std::to_string(command.position.line);
  }

  void check(const Command& command) {
    const ModuleSource& source = command.module;
    if (source.form == ModuleSource::Form::none) return;
    if (source.form == ModuleSource::Form::binary)
      return round_trip(command, {source.bytes.begin(), source.bytes.end()});
    const auto module = source.parse(m_features);
    const bool malformed = command.kind == CommandKind::assert_malformed ||
                           command.kind == CommandKind::assert_malformed_custom ||
                           command.kind == CommandKind::assert_invalid_custom;
    if (malformed) return check_malformed(command, module);
    ++m_counts.modules;
    ASSERT_TRUE(module) << where(command) << ": " << module.error().to_string();
    round_trip(command, binary::encode(*module));
  }

  void check_malformed(const Command& command, const Result<Module>& module) {
    ++m_counts.malformed;
    ASSERT_FALSE(module) << where(command) << ": accepted, expected " << command.text;
    EXPECT_EQ(module.error().message().substr(0, command.text.size()), command.text)
        << where(command) << ": " << module.error().to_string();
    EXPECT_NE(module.error().info().line, 0u) << where(command);
  }

  void round_trip(const Command& command, std::vector<u8> bytes) {
    auto owner = std::make_shared<const std::vector<u8>>(std::move(bytes));
    const auto module = binary::decode(*owner, owner, m_features);
    if (!module) return;
    const auto canonical = Canonical(*module).bytes();
    // What validation would reject as malformed can be printed, no more.
    if (!canonical || command.kind == CommandKind::assert_malformed) {
      ++m_counts.unreadable;
      (void)print(*module);
      return;
    }
    for (const bool folded : {false, true}) {
      PrintOptions options;
      options.folded = folded;
      const std::string text = print(*module, options);
      const auto again = parse_module(text, m_features);
      ASSERT_TRUE(again) << where(command) << ": " << again.error().to_string() << "\n" << text;
      const std::vector<u8> encoded = binary::encode(*again);
      if (encoded == *owner) {
        ++m_counts.exact;
      } else {
        ++m_counts.equal;
        EXPECT_EQ(Canonical(*again).bytes(), canonical) << where(command) << "\n" << text;
      }
    }
  }

  std::string m_name;
  Counts& m_counts;
  std::string m_text;
  Features m_features;
};

TEST(TextSuite, ScriptsModulesAndRoundTrips) {
  const fs::path suite = suite_path();
  if (!fs::is_directory(suite)) GTEST_SKIP() << "no test suite at " << suite;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(suite))
    if (entry.path().extension() == ".wast") files.push_back(entry.path());
  Counts counts;
  for (const fs::path& file : files) SuiteFile(file, counts).run();
  std::printf(
      "%zu files, %zu text modules, %zu malformed; printed and parsed: %zu to the same bytes, "
      "%zu to equal modules; %zu with unreadable bodies\n",
      counts.files, counts.modules, counts.malformed, counts.exact, counts.equal,
      counts.unreadable);
  EXPECT_GE(counts.files, 280u);
  EXPECT_GE(counts.malformed, 1'000u);
  EXPECT_GE(counts.exact, 10'000u);
  EXPECT_LE(counts.equal, 300u);
}

}  // namespace
}  // namespace zhan::text::test

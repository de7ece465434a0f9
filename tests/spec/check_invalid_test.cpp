// SPDX-License-Identifier: Apache-2.0
// Every module of the official suite through parser, encoder, decoder and validator, nothing
// executed: good ones are accepted, assert_malformed and assert_invalid are rejected with the
// expected text. The suite lies beside the repository or in $ZHAN_TESTSUITE; without it this test
// is skipped.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "text/script.hpp"
#include "validate/validate.hpp"

namespace zhan {
namespace {

namespace fs = std::filesystem;

fs::path suite_path() {
  if (const char* set = std::getenv("ZHAN_TESTSUITE")) return set;
  return fs::path(ZHAN_SOURCE_DIR).parent_path() / "shared" / "testsuite";
}

/// The files of a proposal contradict those of the others where it changes what was an error.
Features features_of(const std::string& file) {
  Features features;
  if (!file.starts_with("proposals/custom-descriptors"))
    features.set(Feature::custom_descriptors, false);
  if (file.starts_with("proposals/threads")) {
    features.set(Feature::multi_memory, false);
    features.set(Feature::reference_types, false);
    features.set(Feature::memory64, false);
  }
  return features;
}

class Checker {
 public:
  explicit Checker(std::string file) : m_file(std::move(file)), m_features(features_of(m_file)) {}

  void run(const text::Script& script) {
    for (const text::Command& command : script.commands) check(command);
  }

  usize good = 0, invalid = 0, malformed = 0, failures = 0;

 private:
  /// All the way of one module; the error of the first step that has one.
  Result<void> verdict(const text::ModuleSource& source) {
    if (source.form == text::ModuleSource::Form::binary) return binary(source.binary());
    ZHAN_TRY(const Module parsed, source.parse(m_features));
    const std::vector<u8> bytes = binary::encode(parsed);
    return binary(bytes);
  }

  Result<void> binary(std::span<const u8> bytes) {
    ZHAN_TRY(Module module, binary::decode(bytes, nullptr, m_features));
    TypeInterner types(1 << 16);
    return validate::validate(module, types, m_features);
  }

  void check(const text::Command& command) {
    switch (command.kind) {
      case text::CommandKind::assert_malformed: return expect(command, ErrorKind::malformed);
      case text::CommandKind::assert_invalid: return expect(command, ErrorKind::invalid);
      case text::CommandKind::thread:
        for (const text::Command& inner : command.commands) check(inner);
        return;
      case text::CommandKind::assert_malformed_custom:
      case text::CommandKind::assert_invalid_custom: return;  // about custom sections
      default: break;
    }
    if (command.module.form == text::ModuleSource::Form::none) return;
    ++good;
    if (const Result<void> result = verdict(command.module); !result)
      report(command, "", result.error().to_string());
  }

  void expect(const text::Command& command, ErrorKind kind) {
    ++(kind == ErrorKind::invalid ? invalid : malformed);
    const Result<void> result = verdict(command.module);
    if (result) return report(command, command.text, "accepted");
    const Error& error = result.error();
    if (error.kind() != kind)
      return report(command, command.text, "wrong kind: " + error.to_string());
    if (!error.message().starts_with(command.text))
      report(command, command.text, error.to_string());
  }

  void report(const text::Command& command, const std::string& wanted, const std::string& got) {
    ++failures;
    std::printf("%s:%u: wanted \"%s\", got %s\n", m_file.c_str(), command.position.line,
                wanted.c_str(), got.c_str());
  }

  std::string m_file;
  Features m_features;
};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> suite_files(const fs::path& suite) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(suite))
    if (entry.path().extension() == ".wast")
      files.push_back(fs::relative(entry.path(), suite).string());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Suite, ModulesAreAcceptedOrRejectedAsExpected) {
  const fs::path suite = suite_path();
  if (!fs::is_directory(suite)) GTEST_SKIP() << "OFFICIAL SUITE ABSENT: " << suite << " not found";
  usize files = 0, good = 0, invalid = 0, malformed = 0, failures = 0;
  for (const std::string& file : suite_files(suite)) {
    ++files;
    const std::string text = read_file(suite / file);
    const auto script = text::parse_script(text);
    if (!script) {
      std::printf("%s: %s\n", file.c_str(), script.error().to_string().c_str());
      ++failures;
      continue;
    }
    Checker checker(file);
    checker.run(*script);
    good += checker.good;
    invalid += checker.invalid;
    malformed += checker.malformed;
    failures += checker.failures;
  }
  std::printf("%zu files: %zu modules, %zu assert_invalid, %zu assert_malformed; %zu failures\n",
              files, good, invalid, malformed, failures);
  EXPECT_GT(files, 200u);
  EXPECT_EQ(failures, 0u);
}

}  // namespace
}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
// Good modules with a few bytes changed: generated ones, those of the tree's scripts and of the
// official suite. Whatever comes out, decoding, validating and printing it ends with a result or an
// error that has a place; what still is valid prints to text that makes a module again. Run under
// the sanitizers, this is the fuzzing that needs no fuzzer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "support/module_generator.hpp"
#include "text/parse.hpp"
#include "text/print.hpp"
#include "text/script.hpp"
#include "validate/validate.hpp"

namespace zhan::test {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<u8>;

constexpr u8 interesting[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x40, 0x0b, 0xfb, 0xfc, 0xfd, 0xfe};

void mutate_once(Bytes& bytes, Choices& choices) {
  const u32 at = choices.below(static_cast<u32>(bytes.size()));
  const auto place = bytes.begin() + at;
  const u32 length = std::min<u32>(choices.between(1, 12), static_cast<u32>(bytes.size()) - at);
  switch (choices.below(14)) {  // mostly of the same size: then sections still fit
    case 0: *place ^= static_cast<u8>(1u << choices.below(8)); return;
    case 1: *place = interesting[choices.below(std::size(interesting))]; return;
    case 2: *place = static_cast<u8>(choices.below(256)); return;
    case 3:
      if (length < bytes.size()) bytes.erase(place, place + length);
      return;
    case 4: {
      const Bytes piece(place, place + length);
      bytes.insert(bytes.begin() + choices.below(static_cast<u32>(bytes.size())), piece.begin(),
                   piece.end());
      return;
    }
    case 5: bytes.insert(place, interesting[choices.below(std::size(interesting))]); return;
    default:
      if (choices.one_in(32)) return bytes.resize(std::max<u32>(at, 1));  // truncated
      *place += static_cast<u8>(choices.between(1, 3));
  }
}

Bytes mutated(Bytes bytes, Choices& choices) {
  for (u32 n = choices.between(1, 4); n > 0 && !bytes.empty(); --n) mutate_once(bytes, choices);
  return bytes;
}

struct Counts {
  u32 tried = 0, decoded = 0, valid = 0;
};

void expect_error_inside(const Error& error, usize size) {
  EXPECT_FALSE(error.message().empty());
  const u64 offset = error.info().offset;
  EXPECT_TRUE(offset == no_offset || offset <= size) << error.to_string();
}

/// Memory of exactly the module's size, so that a sanitizer sees the first byte read too many.
void survive(const Bytes& given, Counts& counts) {
  ++counts.tried;
  const auto bytes = std::make_shared<Bytes>(given);
  bytes->shrink_to_fit();
  auto module = binary::decode(*bytes, bytes, {});
  if (!module) return expect_error_inside(module.error(), bytes->size());
  ++counts.decoded;
  const Bytes encoded = binary::encode(*module);
  TypeInterner types(1 << 16);
  const Result<void> checked = validate::validate(*module, types, {});
  if (!checked) expect_error_inside(checked.error(), bytes->size());
  text::PrintOptions options;
  options.folded = counts.tried % 2 == 0;
  const std::string printed = text::print(*module, options);
  if (!checked) return;
  ++counts.valid;
  const auto parsed = text::parse_module(printed);
  ASSERT_TRUE(parsed) << parsed.error().to_string() << "\n" << printed.substr(0, 4000);
  EXPECT_TRUE(binary::decode(binary::encode(*parsed), nullptr, {}));
}

void survive_mutations(const Bytes& good, u32 times, Choices& choices, Counts& counts) {
  for (u32 i = 0; i < times && !good.empty(); ++i) survive(mutated(good, choices), counts);
}

/// All modules of a script that can be had as bytes.
std::vector<Bytes> modules_of(const std::string& script) {
  std::vector<Bytes> modules;
  const auto parsed = text::parse_script(script);
  if (!parsed) return modules;
  for (const text::Command& command : parsed->commands) {
    const auto& source = command.module;
    if (source.form == text::ModuleSource::Form::binary) {
      modules.emplace_back(source.binary().begin(), source.binary().end());
    } else if (source.form != text::ModuleSource::Form::none) {
      if (const auto module = source.parse()) modules.push_back(binary::encode(*module));
    }
  }
  return modules;
}

std::vector<fs::path> scripts_below(const fs::path& folder) {
  std::vector<fs::path> files;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".wast") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

fs::path suite() {
  if (const char* set = std::getenv("ZHAN_TESTSUITE")) return set;
  return fs::path(ZHAN_SOURCE_DIR).parent_path() / "shared" / "testsuite";
}

/// At most `most` modules of each script, spread over it.
void survive_scripts(const fs::path& folder, u32 most, Counts& counts) {
  Choices choices(7);
  for (const fs::path& file : scripts_below(folder)) {
    const auto modules = modules_of(contents(file));
    const usize step = 1 + modules.size() / most;
    for (usize i = 0; i < modules.size(); i += step)
      survive_mutations(modules[i], 20, choices, counts);
  }
}

void survive_texts(const fs::path& folder, u32& tried) {
  Choices choices(11);
  for (const fs::path& file : scripts_below(folder)) {
    const std::string text = contents(file).substr(0, 20'000);
    for (u32 i = 0; i < 3; ++i, ++tried) {
      const Bytes changed = mutated({text.begin(), text.end()}, choices);
      (void)modules_of({changed.begin(), changed.end()});
    }
  }
}

void expect_some_of_each(const Counts& counts) {
  EXPECT_GT(counts.decoded, counts.tried / 50);
  EXPECT_GT(counts.valid, 0u);
  EXPECT_LT(counts.valid, counts.tried);
  std::printf("%u mutated, %u decoded, %u valid\n", counts.tried, counts.decoded, counts.valid);
}

TEST(Mutated, GeneratedModules) {
  Counts counts;
  for (u64 seed = 1; seed <= 400; ++seed) {
    Choices choices(seed);
    survive_mutations(generate_module(choices, {.size = 60}).bytes, 20, choices, counts);
  }
  expect_some_of_each(counts);
}

TEST(Mutated, ScriptsOfTheTree) {
  Counts counts;
  survive_scripts(fs::path(ZHAN_SOURCE_DIR) / "tests" / "wast", 10, counts);
  expect_some_of_each(counts);
}

TEST(Mutated, TextOfTheTree) {
  u32 tried = 0;
  survive_texts(fs::path(ZHAN_SOURCE_DIR) / "tests" / "wast", tried);
  EXPECT_GT(tried, 0u);
}

TEST(Mutated, OfficialSuite) {
  if (!fs::exists(suite())) GTEST_SKIP() << "no test suite at " << suite();
  Counts counts;
  survive_scripts(suite(), 12, counts);
  expect_some_of_each(counts);
}

TEST(Mutated, TextOfTheOfficialSuite) {
  if (!fs::exists(suite())) GTEST_SKIP() << "no test suite at " << suite();
  u32 tried = 0;
  survive_texts(suite(), tried);
  EXPECT_GT(tried, 500u);
}

}  // namespace
}  // namespace zhan::test

// SPDX-License-Identifier: Apache-2.0
// docs/instructions.md is written from ops.def. The test fails when the page is stale; with
// ZHAN_BLESS=1 it writes the page anew.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "wasm/features.hpp"
#include "wasm/ops.hpp"

namespace zhan {
namespace {

constexpr std::string_view immediate_names[] = {
#define ZHAN_OP(id, prefix, code, text, imm, sig, access, feature, traits) #imm,
#include "wasm/ops.def"
#undef ZHAN_OP
};
constexpr std::string_view trait_words[] = {
#define ZHAN_OP(id, prefix, code, text, imm, sig, access, feature, traits) #traits,
#include "wasm/ops.def"
#undef ZHAN_OP
};

std::string type_list(std::string_view letters) {
  std::string out;
  for (const char letter : letters) {
    if (!out.empty()) out += ' ';
    switch (letter) {
      case 'i': out += "i32"; break;
      case 'I': out += "i64"; break;
      case 'f': out += "f32"; break;
      case 'F': out += "f64"; break;
      case 'v': out += "v128"; break;
      case 'a': out += "address"; break;
      default: ADD_FAILURE() << "unknown signature letter " << letter;
    }
  }
  return out;
}

std::string type_text(const OpInfo& op) {
  if (op.special()) return "by context";
  std::string text = type_list(op.params()) + " → " + type_list(op.results());
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string code_text(const OpInfo& op) {
  return op.prefix == 0 ? fmt::format("{:02x}", op.code)
                        : fmt::format("{:02x} {:02x}", op.prefix, op.code);
}

/// "value | konst" as "value, konst".
std::string trait_text(std::string_view traits) {
  std::string out;
  for (const char c : traits) {
    if (c == '|') {
      out.back() = ',';
    } else {
      out += c;
    }
  }
  return out == "0" ? "" : out;
}

std::string row_text(usize index) {
  const OpInfo& op = op_info(static_cast<Op>(index));
  const std::string imm =
      immediate_names[index] == "none" ? "" : std::string(immediate_names[index]);
  return fmt::format("| `{}` | `{}` | {} | {} | {} | {} |\n", code_text(op), op.text, imm,
                     type_text(op), feature_table[static_cast<usize>(op.feature)].name,
                     trait_text(trait_words[index]));
}

/// The rows of one prefix in the order of their codes.
std::string space_text(u8 prefix, std::string_view title) {
  std::vector<usize> rows;
  for (usize i = 0; i < op_count; ++i)
    if (op_info(static_cast<Op>(i)).prefix == prefix) rows.push_back(i);
  std::ranges::sort(rows, {}, [](usize i) { return op_info(static_cast<Op>(i)).code; });
  std::string out = fmt::format("\n## {}: {}\n\n", title, rows.size());
  out +=
      "| code | instruction | immediate | type | feature | traits |\n|---|---|---|---|---|---|\n";
  for (const usize i : rows) out += row_text(i);
  return out;
}

std::string feature_summary() {
  std::string out =
      "\n## By feature\n\n| feature | instructions | phase | default |\n|---|---|---|---|\n";
  for (usize f = 0; f < feature_count; ++f) {
    usize count = 0;
    for (usize i = 0; i < op_count; ++i)
      count += op_info(static_cast<Op>(i)).feature == static_cast<Feature>(f);
    const FeatureInfo& info = feature_table[f];
    if (count > 0)
      out += fmt::format("| {} | {} | {} | {} |\n", info.name, count, info.phase,
                         info.on ? "on" : "off");
  }
  return out;
}

std::string document() {
  usize values = 0;
  for (usize i = 0; i < op_count; ++i) values += op_info(static_cast<Op>(i)).is(trait::value);
  std::string out =
      "# Instructions\n\n<!-- Written by instructions_golden_test.cpp from src/wasm/ops.def; "
      "`tools/dev bless` writes it anew. -->\n\n";
  out += fmt::format(
      "{} instructions; {} of them (`value`) only compute, and their meaning is one function of "
      "`src/wasm/sem*.hpp`.\n"
      "The code is in hexadecimal, after the prefix byte a LEB128 number. `address` is i32 or i64, "
      "as the memory is.\n"
      "\"By context\" means that the types follow from the immediate or from the stack. The other "
      "traits are named in\n"
      "`src/wasm/ops.hpp`; [add-an-instruction.md](add-an-instruction.md) says how a row is "
      "added.\n",
      op_count, values);
  out += space_text(0, "One byte");
  out += space_text(0xfb, "Prefix fb, garbage-collected objects");
  out += space_text(0xfc, "Prefix fc, saturating truncation, bulk memory, tables, wide arithmetic");
  out += space_text(0xfd, "Prefix fd, vectors");
  out += space_text(0xfe, "Prefix fe, atomics");
  return out + feature_summary();
}

TEST(InstructionsGolden, PageIsCurrent) {
  const std::string path = ZHAN_SOURCE_DIR "/docs/instructions.md";
  if (std::getenv("ZHAN_BLESS") != nullptr) std::ofstream(path) << document();
  std::stringstream page;
  page << std::ifstream(path).rdbuf();
  EXPECT_TRUE(page.str() == document())
      << "docs/instructions.md is stale; tools/dev bless writes it anew";
}

}  // namespace
}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
#include "support/row_index.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace zhan::test {
namespace {

constexpr std::string_view letters = "iIfFv";

bool is_finished(const OpInfo& info) noexcept {
  const Feature f = info.feature;
  return f == Feature::mvp || f == Feature::sign_extension || f == Feature::saturating_float ||
         f == Feature::simd;
}

bool is_memory_access(const OpInfo& info) noexcept {
  return info.imm == ImmKind::memarg || info.imm == ImmKind::memarg_lane;
}

/// Whether the generator can write the row's immediates.
bool is_plain(const OpInfo& info) noexcept {
  return info.imm == ImmKind::none || info.imm == ImmKind::lane || info.imm == ImmKind::shuffle;
}

bool belongs(const OpInfo& info, RowKind kind, char letter) noexcept {
  if (info.special()) return false;
  const bool alone = info.results().size() == 1 && info.results()[0] == letter;
  switch (kind) {
    case RowKind::value: return info.is(trait::value) && is_plain(info) && alone;
    case RowKind::load: return info.is(trait::load) && is_memory_access(info) && alone;
    case RowKind::store:
      return info.is(trait::store) && is_memory_access(info) && info.results().empty() &&
             info.params().size() == 2 && info.params()[1] == letter;
    case RowKind::several:
      return info.is(trait::value) && is_plain(info) && info.results().size() > 1;
    case RowKind::atomic:
      return info.is(trait::atomic) && !info.is(trait::load) && is_memory_access(info) && alone;
  }
  return false;
}

using Table = std::array<std::array<std::array<std::vector<Op>, 2>, 5>, 5>;

Table make_table() {
  Table table;
  for (u32 kind = 0; kind < table.size(); ++kind)
    for (usize l = 0; l < letters.size(); ++l)
      for (usize i = 0; i < op_count; ++i) {
        const OpInfo& info = op_info(static_cast<Op>(i));
        if (!belongs(info, static_cast<RowKind>(kind), letters[l])) continue;
        table[kind][l][0].push_back(static_cast<Op>(i));
        if (is_finished(info)) table[kind][l][1].push_back(static_cast<Op>(i));
      }
  return table;
}

}  // namespace

const std::vector<Op>& rows(RowKind kind, char letter, bool only_finished) {
  static const Table table = make_table();
  const usize index = letters.find(letter);
  ZHAN_ASSERT(index < letters.size(), "only numbers and vectors have rows");
  return table[static_cast<usize>(kind)][index][only_finished ? 1 : 0];
}

u32 lanes_of(const OpInfo& info) noexcept {
  if (info.imm == ImmKind::memarg_lane) return 16u >> info.access;
  const std::string_view shape = info.text.substr(0, 5);
  return shape == "i8x16" ? 16 : shape == "i16x8" ? 8 : shape.ends_with("32x4") ? 4 : 2;
}

char nan_lanes(const OpInfo& info) noexcept {
  constexpr std::string_view bitwise[] = {"abs", "neg", "copysign", "pmin", "pmax", "splat",
                                          "eq",  "ne",  "lt",       "gt",   "le",   "ge"};
  const std::string_view name = info.text.substr(info.text.find('.') + 1);
  if (std::find(std::begin(bitwise), std::end(bitwise), name) != std::end(bitwise)) return 0;
  if (name.find("lane") != std::string_view::npos || name.starts_with("reinterpret")) return 0;
  if (info.results() == "f" || info.results() == "F") return info.results()[0];
  if (info.results() != "v") return 0;
  return info.text.starts_with("f32x4") ? 'f' : info.text.starts_with("f64x2") ? 'F' : 0;
}

}  // namespace zhan::test

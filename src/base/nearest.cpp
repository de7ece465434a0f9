// SPDX-License-Identifier: Apache-2.0
#include "base/nearest.hpp"

#include <algorithm>
#include <array>

#include "base/ints.hpp"

namespace zhan {
namespace {

constexpr usize longest_word = 64;
using Row = std::array<usize, longest_word + 1>;

/// Edits that make b of a, neighbours exchanged being one: the table of prefixes, of which three
/// rows are kept.
usize distance(std::string_view a, std::string_view b) noexcept {
  Row before{}, above{}, row{};
  for (usize j = 0; j <= b.size(); ++j) row[j] = j;
  for (usize i = 1; i <= a.size(); ++i) {
    before = above;
    above = row;
    row[0] = i;
    for (usize j = 1; j <= b.size(); ++j) {
      const usize replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > longest_word) return {};
  std::string_view best;
  usize fewest = std::max<usize>(1, (word.size() + 1) / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > longest_word) continue;
    const usize edits = distance(word, candidate);
    if (edits >= fewest || edits >= std::max(word.size(), candidate.size())) continue;
    fewest = edits;
    best = candidate;
  }
  return best;
}

}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
#include "engine/nearest.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/ints.hpp"

namespace zhan::engine {
namespace {

constexpr usize longest_word = 64;

/// Levenshtein distance, one row at a time.
usize distance(std::string_view a, std::string_view b) {
  std::vector<usize> row(b.size() + 1);
  for (usize j = 0; j <= b.size(); ++j) row[j] = j;
  for (usize i = 1; i <= a.size(); ++i) {
    usize diagonal = std::exchange(row[0], i);
    for (usize j = 1; j <= b.size(); ++j) {
      const usize replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > longest_word) return {};
  std::string_view best;
  usize fewest = (word.size() + 1) / 2;
  for (const std::string_view candidate : candidates) {
    const usize edits = distance(word, candidate);
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

}  // namespace zhan::engine

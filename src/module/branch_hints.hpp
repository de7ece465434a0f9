// SPDX-License-Identifier: Apache-2.0
// Branch hints (custom section "metadata.code.branch_hint") as data.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "module/module.hpp"

namespace zhan {

inline constexpr std::string_view branch_hint_section = "metadata.code.branch_hint";

struct BranchHint {
  u32 offset = 0;  // of the branch (`if`, `br_if`), from the start of the function's body
  bool likely = false;
  bool operator==(const BranchHint&) const noexcept = default;
};

/// All hints of a module. As the section is custom, one that is malformed or not in order counts as
/// absent as a whole. Holds nothing of the module. Immutable, so thread-safe.
class BranchHints {
 public:
  explicit BranchHints(const Module& module);

  /// Hints of a function (index with imports), sorted by offset; empty if there are none.
  [[nodiscard]] std::span<const BranchHint> of(u32 function) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return m_functions.empty(); }

 private:
  struct Entry {
    u32 function, first, count;
  };
  [[nodiscard]] bool read(std::span<const u8> payload);

  std::vector<Entry> m_functions;  // sorted
  std::vector<BranchHint> m_hints;
};

}  // namespace zhan

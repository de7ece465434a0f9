// SPDX-License-Identifier: Apache-2.0
// The name section (specification appendix, "Name Section" and the extended name section proposal).
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "module/module.hpp"

namespace zhan {

/// Subsections of the name section.
enum class NameKind : u8 {
  module = 0,
  function = 1,
  local = 2,
  label = 3,
  type = 4,
  table = 5,
  memory = 6,
  global = 7,
  element = 8,
  data = 9,
  field = 10,
  tag = 11,
};

/// All names of a module; a malformed section or subsection is ignored from the error on, as the
/// specification asks. Views into the module's bytes. Immutable, so thread-safe.
class Names {
 public:
  explicit Names(const Module& module);

  /// "" if there is none.
  [[nodiscard]] std::string_view module_name() const noexcept { return m_module; }
  [[nodiscard]] std::string_view get(NameKind kind, u32 index) const noexcept;
  /// Names of locals, labels (inside a function) and fields (inside a type).
  [[nodiscard]] std::string_view get(NameKind kind, u32 outer, u32 index) const noexcept;

 private:
  struct Entry {
    u64 key;  // outer << 32 | index
    std::string_view name;
  };
  std::string_view m_module;
  std::vector<Entry> m_entries[12];  // sorted by key
  friend class NameReader;
};

}  // namespace zhan

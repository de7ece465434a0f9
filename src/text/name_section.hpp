// SPDX-License-Identifier: Apache-2.0
// Collects names and writes the payload of a name section (module/names.hpp reads it).
#pragma once

#include <vector>

#include "module/names.hpp"
#include "wasm/writer.hpp"

namespace zhan::text {

/// Names are views that must outlive the collector; "" is not added.
class NameSection {
 public:
  void set_module(std::string_view name) noexcept { m_module = name; }
  [[nodiscard]] bool has_module() const noexcept { return !m_module.empty(); }
  void add(NameKind kind, u32 index, std::string_view name) { add(kind, 0, index, name); }
  /// Of locals, labels (`outer` = function) and fields (`outer` = type).
  void add(NameKind kind, u32 outer, u32 index, std::string_view name) {
    if (!name.empty()) m_entries[static_cast<usize>(kind)].push_back({outer, index, name});
  }
  [[nodiscard]] bool empty() const noexcept;
  /// Writes all subsections; sorts the entries.
  void write(ByteWriter& out);

 private:
  struct Entry {
    u32 outer;
    u32 index;
    std::string_view name;
  };
  std::string_view m_module;
  std::vector<Entry> m_entries[12];
};

}  // namespace zhan::text

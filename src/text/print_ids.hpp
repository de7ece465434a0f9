// SPDX-License-Identifier: Apache-2.0
// Identifiers for a module's items, from its name section.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "module/names.hpp"
#include "text/name_section.hpp"
#include "wasm/imm.hpp"

namespace zhan::text {

/// Appends "$name", quoted where needed.
void append_id(std::string& out, std::string_view name);

/// True if the name can be an identifier at all: not empty, UTF-8.
[[nodiscard]] bool can_be_id(std::string_view name) noexcept;

/// Names of one index space (or of one function's locals, one type's fields): which may stand as
/// identifiers because no earlier item has the same.
class ScopeIds {
 public:
  /// Adds the name of the next item, "" for none.
  void add(std::string_view name) {
    const bool fits = can_be_id(name);
    m_items.push_back({fits ? name : std::string_view(), fits && m_used.insert(name).second});
  }
  void clear() {
    m_items.clear();
    m_used.clear();
  }
  /// A reference: the identifier, or the number.
  void append_use(std::string& out, u32 index) const;
  /// After the keyword of a definition: " $id", or " (@name ...)" if the name is taken; then
  /// nothing. True if something was written.
  bool append_binder(std::string& out, u32 index) const;
  [[nodiscard]] std::string_view name(u32 index) const noexcept {
    return index < m_items.size() ? m_items[index].name : std::string_view();
  }

 private:
  struct Item {
    std::string_view name;
    bool unique;
  };
  std::vector<Item> m_items;
  std::unordered_set<std::string_view> m_used;
};

/// Identifiers of all spaces of a module. Collects what was printed as a name section, for
/// comparing with the one the module has.
class ModuleIds {
 public:
  ModuleIds(const Module& module, bool use_names);

  [[nodiscard]] const Names& names() const noexcept { return m_names; }
  [[nodiscard]] bool use_names() const noexcept { return m_use; }
  [[nodiscard]] std::string_view local(u32 function, u32 index) const noexcept {
    return m_use ? m_names.get(NameKind::local, function, index) : std::string_view();
  }
  [[nodiscard]] std::string_view label(u32 function, u32 number) const noexcept {
    return m_use ? m_names.get(NameKind::label, function, number) : std::string_view();
  }
  [[nodiscard]] std::string_view field(u32 type, u32 index) const noexcept {
    return m_use ? m_names.get(NameKind::field, type, index) : std::string_view();
  }
  [[nodiscard]] const ScopeIds& of(Space space) const noexcept {
    return m_scopes[static_cast<usize>(space)];
  }
  /// Fields of the type, set up for append_use().
  [[nodiscard]] const ScopeIds& fields(u32 type);

  [[nodiscard]] NameSection& printed() noexcept { return m_printed; }

 private:
  const Module& m;
  Names m_names;
  bool m_use;
  ScopeIds m_scopes[8];  // type, func, table, memory, global, tag, elem, data
  ScopeIds m_fields;     // of the type asked for last
  u32 m_fields_of = no_index;
  NameSection m_printed;
};

/// Kind of names of a space that a module has one of.
[[nodiscard]] NameKind name_kind(Space space) noexcept;

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
#include "text/print_ids.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "text/chars.hpp"
#include "text/string_text.hpp"

namespace zhan::text {
namespace {

/// The most fields that names are looked up for; types may have more.
constexpr u32 max_named_fields = 10'000;

u32 items_of(const Module& m, Space space) noexcept {
  const usize sizes[] = {m.types.types.size(), m.functions.size(), m.tables.size(),
                         m.memories.size(),    m.globals.size(),   m.tags.size(),
                         m.elements.size(),    m.data.size()};
  return static_cast<u32>(sizes[static_cast<usize>(space)]);
}

}  // namespace

NameKind name_kind(Space space) noexcept {
  static constexpr NameKind kinds[] = {NameKind::type,    NameKind::function, NameKind::table,
                                       NameKind::memory,  NameKind::global,   NameKind::tag,
                                       NameKind::element, NameKind::data,     NameKind::local,
                                       NameKind::label,   NameKind::field};
  return kinds[static_cast<usize>(space)];
}

bool can_be_id(std::string_view name) noexcept { return !name.empty() && is_utf8(name); }

void append_id(std::string& out, std::string_view name) {
  ZHAN_ASSERT(can_be_id(name), "an identifier has a name in UTF-8");
  out += '$';
  if (std::ranges::all_of(name, is_id_char))
    out += name;
  else
    append_quoted(out, name, true);
}

void ScopeIds::append_use(std::string& out, u32 index) const {
  if (index < m_items.size() && m_items[index].unique)
    append_id(out, m_items[index].name);
  else
    out += std::to_string(index);
}

bool ScopeIds::append_binder(std::string& out, u32 index) const {
  if (name(index).empty()) return false;
  out += ' ';
  if (m_items[index].unique) {
    append_id(out, m_items[index].name);
  } else {
    out += "(@name ";
    append_quoted(out, m_items[index].name, true);
    out += ')';
  }
  return true;
}

ModuleIds::ModuleIds(const Module& module, bool use_names)
    : m(module), m_names(module), m_use(use_names) {
  if (!m_use) return;
  for (usize i = 0; i < std::size(m_scopes); ++i) {
    const Space space = static_cast<Space>(i);
    const NameKind kind = name_kind(space);
    for (u32 index = 0; index < items_of(m, space); ++index)
      m_scopes[i].add(m_names.get(kind, index));
  }
}

const ScopeIds& ModuleIds::fields(u32 type) {
  if (type == m_fields_of) return m_fields;
  m_fields_of = type;
  m_fields.clear();
  if (type >= m.types.types.size() || m.types.types[type].kind != CompositeKind::struct_)
    return m_fields;
  const u32 count = std::min(m.types.types[type].count, max_named_fields);
  for (u32 i = 0; i < count; ++i) m_fields.add(field(type, i));
  return m_fields;
}

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
#include "text/module_sections.hpp"

namespace zhan::text {

std::string_view section_word(SectionId id) noexcept {
  static constexpr std::string_view words[] = {"custom", "type",   "import",    "func",  "table",
                                               "memory", "global", "export",    "start", "elem",
                                               "code",   "data",   "datacount", "tag"};
  return words[static_cast<usize>(id)];
}

bool has_section(const Module& m, SectionId id) noexcept {
  switch (id) {
    case SectionId::custom: return false;
    case SectionId::type: return !m.types.types.empty();
    case SectionId::import: return !m.imports.empty();
    case SectionId::function:
    case SectionId::code: return !m.code.empty();
    case SectionId::table: return m.tables.size() > m.imported_tables;
    case SectionId::memory: return m.memories.size() > m.imported_memories;
    case SectionId::tag: return m.tags.size() > m.imported_tags;
    case SectionId::global: return m.globals.size() > m.imported_globals;
    case SectionId::export_: return !m.exports.empty();
    case SectionId::start: return m.start.has_value();
    case SectionId::element: return !m.elements.empty();
    case SectionId::data_count: return m.data_count.has_value();
    case SectionId::data: return !m.data.empty();
  }
  return false;
}

SectionId last_below(const Module& m, u32 rank) noexcept {
  SectionId last = SectionId::custom;
  for (u32 i = 1; i < section_count && i < rank; ++i)
    if (has_section(m, section_order[i])) last = section_order[i];
  return last;
}

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
// Names and order of the sections (specification §5.5.2).
#pragma once

#include "module/module.hpp"

namespace zhan::binary {

inline constexpr u8 section_count = 14;
inline constexpr u8 binary_magic[] = {0x00, 0x61, 0x73, 0x6d};
inline constexpr u8 binary_version[] = {0x01, 0x00, 0x00, 0x00};

/// Sections as they must follow each other; custom ones (first here) stand anywhere.
inline constexpr SectionId section_order[] = {
    SectionId::custom,  SectionId::type,   SectionId::import,  SectionId::function,
    SectionId::table,   SectionId::memory, SectionId::tag,     SectionId::global,
    SectionId::export_, SectionId::start,  SectionId::element, SectionId::data_count,
    SectionId::code,    SectionId::data,
};
static_assert(sizeof(section_order) == section_count);

[[nodiscard]] constexpr u8 section_rank(SectionId id) noexcept {
  for (u8 rank = 0; rank < section_count; ++rank)
    if (section_order[rank] == id) return rank;
  return section_count;
}

[[nodiscard]] constexpr const char* section_name(SectionId id) noexcept {
  constexpr const char* names[] = {"custom", "type",   "import",     "function", "table",
                                   "memory", "global", "export",     "start",    "element",
                                   "code",   "data",   "data count", "tag"};
  return names[static_cast<u8>(id)];
}

// Encodings that decoder and encoder share.
enum class ImportMark : u8 { shared_type = 0x7e, shared_module = 0x7f };
inline constexpr u8 exact_func = 0x20;  // kind of an exact function import
inline constexpr u8 table_with_init = 0x40;
inline constexpr u8 rec_form = 0x4e, sub_final_form = 0x4f, sub_form = 0x50;
inline constexpr u8 describes_form = 0x4c, descriptor_form = 0x4d;
inline constexpr u8 func_form = 0x60, struct_form = 0x5f, array_form = 0x5e, cont_form = 0x5d;
inline constexpr u8 limit_max = 1, limit_shared = 2, limit_64 = 4, limit_page = 8;
inline constexpr u8 element_passive = 1, element_explicit = 2, element_exprs = 4;
inline constexpr u8 default_page_log2 = 16;

}  // namespace zhan::binary

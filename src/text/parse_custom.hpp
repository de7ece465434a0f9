// SPDX-License-Identifier: Apache-2.0
// Annotations between fields and the custom sections of a text module.
#pragma once

#include "text/context.hpp"

namespace zhan::text {

/// Sections in the order of the binary format; `custom` stands for the module's start.
inline constexpr SectionId section_order[] = {
    SectionId::custom, SectionId::type,   SectionId::import, SectionId::function,
    SectionId::table,  SectionId::memory, SectionId::tag,    SectionId::global,
    SectionId::export_, SectionId::start, SectionId::element, SectionId::data_count,
    SectionId::code,   SectionId::data,
};
inline constexpr u32 section_count = sizeof(section_order) / sizeof(section_order[0]);

/// Word of a section in "(after func)".
[[nodiscard]] std::string_view section_word(SectionId id) noexcept;

/// True if the binary format of the module has this section.
[[nodiscard]] bool has_section(const Module& m, SectionId id) noexcept;

/// Takes the annotations that stand between two fields.
void parse_module_notes(Context& x);

/// "(module $id (@name "..."))": the name of the module.
void parse_module_name(Context& x);

/// After all fields: puts custom sections into the module, with names and branch hints.
void finish_customs(Context& x);

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
// Which sections a module has in the binary format, and where custom ones stand among them.
#pragma once

#include <string_view>

#include "module/module.hpp"

namespace zhan::text {

/// Sections in the order of the binary format; `custom` stands for the module's start.
inline constexpr SectionId section_order[] = {
    SectionId::custom,  SectionId::type,   SectionId::import,  SectionId::function,
    SectionId::table,   SectionId::memory, SectionId::tag,     SectionId::global,
    SectionId::export_, SectionId::start,  SectionId::element, SectionId::data_count,
    SectionId::code,    SectionId::data,
};
inline constexpr u32 section_count = sizeof(section_order) / sizeof(section_order[0]);

/// Place of a section in that order.
[[nodiscard]] constexpr u32 rank_of(SectionId id) noexcept {
  u32 rank = 0;
  while (section_order[rank] != id) ++rank;
  return rank;
}

static_assert(section_count == 14, "all sections of the binary format");
static_assert(rank_of(SectionId::custom) == 0 && rank_of(SectionId::data) == section_count - 1);
static_assert(rank_of(SectionId::data_count) + 1 == rank_of(SectionId::code));

/// Word of a section in "(after func)".
[[nodiscard]] std::string_view section_word(SectionId id) noexcept;

/// True if the binary format of the module has this section.
[[nodiscard]] bool has_section(const Module& m, SectionId id) noexcept;

/// The last section the module has with a rank below `rank`; `custom` if none.
[[nodiscard]] SectionId last_below(const Module& m, u32 rank) noexcept;

[[nodiscard]] inline SectionId last_section(const Module& m) noexcept {
  return last_below(m, section_count);
}
[[nodiscard]] inline SectionId section_before_code(const Module& m) noexcept {
  return last_below(m, rank_of(SectionId::code));
}

/// Tools expect the names before these, which end a module.
[[nodiscard]] inline bool is_trailer(std::string_view custom) noexcept {
  return custom == "producers" || custom == "target_features";
}

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
#include "text/name_section.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace zhan::text {
namespace {

/// Kinds with a map of maps (specification appendix, "Name Section").
constexpr bool is_indirect(NameKind kind) noexcept {
  return kind == NameKind::local || kind == NameKind::label || kind == NameKind::field;
}

template <class Entries>
void write_map(ByteWriter& out, Entries entries) {
  out.u32_leb(static_cast<u32>(entries.size()));
  for (const auto& entry : entries) {
    out.u32_leb(entry.index);
    out.name(entry.name);
  }
}

/// Calls f for each run of entries with the same outer number.
template <class Entries, class F>
void each_outer(const Entries& entries, F f) {
  for (usize i = 0; i < entries.size();) {
    usize end = i;
    while (end < entries.size() && entries[end].outer == entries[i].outer) ++end;
    f(std::span(entries).subspan(i, end - i));
    i = end;
  }
}

template <class Entries>
void write_indirect_map(ByteWriter& out, const Entries& entries) {
  ZHAN_ASSERT(!entries.empty(), "empty subsections are left out");
  u32 count = 0;
  each_outer(entries, [&](auto) { ++count; });
  out.u32_leb(count);
  each_outer(entries, [&](auto run) {
    out.u32_leb(run[0].outer);
    write_map(out, run);
  });
}

}  // namespace

bool NameSection::empty() const noexcept {
  return m_module.empty() &&
         std::ranges::all_of(m_entries, [](const auto& entries) { return entries.empty(); });
}

void NameSection::write(ByteWriter& out) {
  ByteWriter part;
  const auto flush = [&](NameKind kind) {
    out.byte(static_cast<u8>(kind));
    out.sized(part.view());
    part.clear();
  };
  if (!m_module.empty()) {
    part.name(m_module);
    flush(NameKind::module);
  }
  for (usize i = 1; i < std::size(m_entries); ++i) {
    auto& entries = m_entries[i];
    if (entries.empty()) continue;
    const NameKind kind = static_cast<NameKind>(i);
    std::ranges::sort(entries, {}, [](const Entry& entry) {
      return static_cast<u64>(entry.outer) << 32 | entry.index;
    });
    if (is_indirect(kind))
      write_indirect_map(part, entries);
    else
      write_map(part, std::span(entries));
    flush(kind);
  }
}

}  // namespace zhan::text

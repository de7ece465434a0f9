// SPDX-License-Identifier: Apache-2.0
#include "module/branch_hints.hpp"

#include <algorithm>

#include "wasm/reader.hpp"

namespace zhan {
namespace {

/// One hint: offset, size of its value (1), value. False if it is not one or not behind `before`.
bool read_hint(ByteReader& r, const BranchHint* before, BranchHint& hint) noexcept {
  hint.offset = r.u32_leb();
  const u32 size = r.u32_leb();
  const u8 value = r.byte();
  hint.likely = value == 1;
  return r.ok() && size == 1 && value <= 1 && (before == nullptr || before->offset < hint.offset);
}

}  // namespace

BranchHints::BranchHints(const Module& module) {
  const auto section = std::ranges::find_if(module.customs, [&](const CustomSection& custom) {
    return module.text(custom.name) == branch_hint_section;
  });
  if (section == module.customs.end() || read(module.view(section->payload))) return;
  m_functions.clear();
  m_hints.clear();
}

bool BranchHints::read(std::span<const u8> payload) {
  ByteReader r(payload);
  for (u32 functions = r.count(2); functions > 0; --functions) {
    Entry entry{r.u32_leb(), static_cast<u32>(m_hints.size()), 0};
    entry.count = r.count(3);
    if (!r.ok() || (!m_functions.empty() && m_functions.back().function >= entry.function))
      return false;
    for (u32 i = 0; i < entry.count; ++i) {
      BranchHint hint;
      if (!read_hint(r, i == 0 ? nullptr : &m_hints.back(), hint)) return false;
      m_hints.push_back(hint);
    }
    m_functions.push_back(entry);
  }
  return r.ok() && r.at_end();
}

std::span<const BranchHint> BranchHints::of(u32 function) const noexcept {
  const auto found = std::ranges::lower_bound(m_functions, function, {}, &Entry::function);
  if (found == m_functions.end() || found->function != function) return {};
  return std::span(m_hints).subspan(found->first, found->count);
}

}  // namespace zhan

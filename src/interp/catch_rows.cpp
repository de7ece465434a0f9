// SPDX-License-Identifier: Apache-2.0
#include "interp/catch_rows.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace zhan::interp {

u32 first_row(std::span<const CatchRange> ranges, u32 offset) noexcept {
  const auto after = std::partition_point(ranges.begin(), ranges.end(),
                                          [&](const CatchRange& r) { return r.from <= offset; });
  u32 at = after == ranges.begin() ? CatchRow::none : static_cast<u32>(after - ranges.begin() - 1);
  // The last range that starts before: itself, or one around it, or none.
  while (at != CatchRow::none && offset >= ranges[at].to) at = ranges[at].parent;
  return at == CatchRow::none ? CatchRow::none : ranges[at].row;
}

u32 CatchTable::open(u32 from, u32 outer) {
  ZHAN_ASSERT(m_ranges.empty() || m_ranges.back().from <= from,
              "tries are opened in the order of the code, for first_row() to bisect them");
  ZHAN_ASSERT(outer == CatchRow::none || outer < m_ranges.size(), "the try around it is open");
  const u32 range = static_cast<u32>(m_ranges.size());
  m_ranges.push_back({from, from, outer, CatchRow::none});
  m_tries.push_back({outer});
  return range;
}

u32 CatchTable::add(u32 range, const CatchRow& row) {
  ZHAN_ASSERT(range < m_tries.size(), "a clause belongs to a try that has been opened");
  const u32 index = static_cast<u32>(m_rows.size());
  m_rows.push_back(row);
  Try& owner = m_tries[range];
  if (owner.last == CatchRow::none)
    owner.first = index;
  else
    m_rows[owner.last].next = index;
  owner.last = index;
  return index;
}

void CatchTable::finish() noexcept {
  for (usize i = 0; i < m_ranges.size(); ++i) {
    const Try& owner = m_tries[i];
    ZHAN_ASSERT(owner.outer == CatchRow::none || owner.outer < i,
                "what a try does not catch goes to one that was opened before");
    const u32 beyond = owner.outer == CatchRow::none ? CatchRow::none : m_ranges[owner.outer].row;
    if (owner.last != CatchRow::none) m_rows[owner.last].next = beyond;
    m_ranges[i].row = owner.first == CatchRow::none ? beyond : owner.first;
  }
}

}  // namespace zhan::interp

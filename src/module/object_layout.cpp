// SPDX-License-Identifier: Apache-2.0
#include "module/object_layout.hpp"

#include <bit>

#include "base/assert.hpp"

namespace zhan {

u32 ObjectLayout::place(u32 bytes) noexcept {
  ZHAN_ASSERT(std::has_single_bit(bytes) && bytes <= 16, "fields are of 1, 2, 4, 8 or 16 bytes");
  const u32 align = bytes < 8 ? bytes : 8;
  for (u32 i = static_cast<u32>(std::countr_zero(align)); i < m_holes.size(); ++i) {
    if (m_holes[i] == 0) continue;
    const u32 at = m_holes[i];
    m_holes[i] = 0;
    // What is left of a larger hole: its second half, quarter, ...
    for (u32 k = static_cast<u32>(std::countr_zero(align)); k < i; ++k) m_holes[k] = at + (1u << k);
    return at;
  }
  while (m_end % align != 0) {
    const u32 gap = 1u << std::countr_zero(m_end);
    m_holes[static_cast<u32>(std::countr_zero(gap))] = m_end;
    m_end += gap;
  }
  const u32 at = m_end;
  m_end += bytes;
  return at;
}

}  // namespace zhan

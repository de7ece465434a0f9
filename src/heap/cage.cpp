// SPDX-License-Identifier: Apache-2.0
#include "heap/cage.hpp"

#include <memory>

#include "base/assert.hpp"

namespace zhan::heap {

u8* empty_base() noexcept {
  static u8* const base = os::reserve(64u << 10);
  return base;
}

Cage::Cage() noexcept : m_space(os::Mapping::reserved(space_size)) {}

u64 Cage::allocate(u64 size) noexcept {
  ZHAN_ASSERT(size % 8 == 0 && size <= chunk_size, "objects are multiples of 8 bytes, small ones");
  if (m_next + size > m_end) {
    if (!m_space || m_end + chunk_size > space_size) return 0;
    if (!os::set_access(base() + m_end, chunk_size, true)) return 0;
    m_end += chunk_size;
  }
  return std::exchange(m_next, m_next + size);
}

Ref Cage::new_box(void* data, void (*finaliser)(void*)) noexcept {
  const u64 at = allocate(sizeof(Box));
  if (at == 0) return 0;
  std::construct_at(reinterpret_cast<Box*>(base() + at), Header{.type = box_kind}, data, finaliser);
  return at;
}

const Box* Cage::box(Ref ref) const noexcept {
  if (ref < first_offset || ref >= m_next || ref % 8 != 0) return nullptr;
  const auto* const found = reinterpret_cast<const Box*>(base() + ref);
  return found->header.type == box_kind ? found : nullptr;
}

}  // namespace zhan::heap

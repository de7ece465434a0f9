// SPDX-License-Identifier: Apache-2.0
#include "heap/cage.hpp"

#include <algorithm>
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

Ref Cage::new_exception(const void* tag, TypeId type, std::span<const abi::Slot> payload) noexcept {
  const u64 at = allocate(sizeof(Exception) + payload.size_bytes());
  if (at == 0) return 0;
  auto* const made =
      std::construct_at(reinterpret_cast<Exception*>(base() + at), Header{.type = exception_kind},
                        type, static_cast<u32>(payload.size()), tag);
  std::copy(payload.begin(), payload.end(), reinterpret_cast<abi::Slot*>(made + 1));
  return at;
}

template <class T>
const T* Cage::find(Ref ref, u32 kind) const noexcept {
  if (ref < first_offset || ref >= m_next || ref % 8 != 0) return nullptr;
  const auto* const found = reinterpret_cast<const T*>(base() + ref);
  return found->header.type == kind ? found : nullptr;
}

const Box* Cage::box(Ref ref) const noexcept { return find<Box>(ref, box_kind); }

const Exception* Cage::exception(Ref ref) const noexcept {
  return find<Exception>(ref, exception_kind);
}

}  // namespace zhan::heap

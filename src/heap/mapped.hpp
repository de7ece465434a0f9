// SPDX-License-Identifier: Apache-2.0
// Lists whose room is reserved once and touched on demand: a collection may append to them although
// it must not allocate (HEAP.md §9).
#pragma once

#include <span>

#include "base/assert.hpp"
#include "os/virtual_memory.hpp"

namespace zhan::heap {

template <class T>
class MappedList {
 public:
  MappedList() noexcept = default;
  /// False if there is no address space.
  [[nodiscard]] bool reserve(u64 capacity) noexcept {
    m_space = os::Mapping::zeroed(capacity * sizeof(T));
    m_capacity = m_space ? capacity : 0;
    return static_cast<bool>(m_space);
  }
  [[nodiscard]] bool full() const noexcept { return m_size == m_capacity; }
  void push(T item) noexcept {
    ZHAN_ASSERT(!full(), "the room was reserved for the worst case");
    data()[m_size++] = item;
    if (m_size > m_most) m_most = m_size;
  }
  T pop() noexcept { return data()[--m_size]; }
  [[nodiscard]] bool empty() const noexcept { return m_size == 0; }
  [[nodiscard]] u64 size() const noexcept { return m_size; }
  /// Empties it; pages beyond the first `kept_bytes` go back to the system.
  void clear(u64 kept_bytes = 1u << 20) noexcept {
    const u64 used = os::round_to_pages(m_most * sizeof(T));
    if (used > kept_bytes) os::discard(m_space.base() + kept_bytes, used - kept_bytes);
    m_size = m_most = 0;
  }
  [[nodiscard]] std::span<T> items() noexcept { return {data(), static_cast<usize>(m_size)}; }
  T& operator[](u64 i) noexcept { return data()[i]; }

 private:
  T* data() noexcept { return reinterpret_cast<T*>(m_space.base()); }
  os::Mapping m_space;
  u64 m_capacity = 0;
  u64 m_size = 0;
  u64 m_most = 0;  // since the last clear()
};

}  // namespace zhan::heap

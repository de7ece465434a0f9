// SPDX-License-Identifier: Apache-2.0
// Address space by the page: reservations, access, and giving pages back. All functions are
// thread-safe; sizes are in bytes and rounded up to whole pages.
#pragma once

#include <utility>

#include "base/ints.hpp"

namespace zhan::os {

[[nodiscard]] usize page_size() noexcept;
/// The next multiple of the page size; 0 if that overflows.
[[nodiscard]] usize round_to_pages(usize size) noexcept;

/// Address space that faults at every access; null if there is none left.
[[nodiscard]] u8* reserve(usize size) noexcept;
/// Readable and writable zero pages, touched on demand and not charged before; null on failure.
[[nodiscard]] u8* map_zeroed(usize size) noexcept;
/// Makes whole pages readable and writable (true), or faulting (false: set_access(..., false)).
[[nodiscard]] bool set_access(u8* at, usize size, bool accessible) noexcept;
/// Makes whole pages readable and no more (true: writable again); false: nothing has changed.
[[nodiscard]] bool set_writable(u8* at, usize size, bool writable) noexcept;
/// Puts new pages in place of what is mapped there: zero when `accessible`, else faulting.
[[nodiscard]] bool map_anew(u8* at, usize size, bool accessible) noexcept;
/// Gives the pages back; they read as zero afterwards, access stays.
void discard(u8* at, usize size) noexcept;
/// Ends a mapping or a part of one.
void unmap(u8* at, usize size) noexcept;
/// Changes the size of a mapping made by map_zeroed; it may move. Null: nothing has changed.
[[nodiscard]] u8* remap(u8* at, usize old_size, usize new_size) noexcept;

/// Owner of one mapping.
class Mapping {
 public:
  Mapping() noexcept = default;
  Mapping(u8* base, usize size) noexcept : m_base(base), m_size(size) {}
  Mapping(Mapping&& other) noexcept
      : m_base(std::exchange(other.m_base, nullptr)), m_size(std::exchange(other.m_size, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(m_base, other.m_base);
    std::swap(m_size, other.m_size);
    return *this;
  }
  ~Mapping() {
    if (m_base != nullptr) unmap(m_base, m_size);
  }
  /// Takes what reserve() or map_zeroed() answers; check base().
  [[nodiscard]] static Mapping reserved(usize size) noexcept { return {reserve(size), size}; }
  [[nodiscard]] static Mapping zeroed(usize size) noexcept { return {map_zeroed(size), size}; }

  [[nodiscard]] u8* base() const noexcept { return m_base; }
  [[nodiscard]] usize size() const noexcept { return m_size; }
  [[nodiscard]] explicit operator bool() const noexcept { return m_base != nullptr; }
  /// remap() on the owned mapping: false and unchanged if that fails.
  [[nodiscard]] bool resize(usize size) noexcept {
    u8* const moved = remap(m_base, m_size, size);
    if (moved == nullptr) return false;
    m_base = moved;
    m_size = size;
    return true;
  }

 private:
  u8* m_base = nullptr;
  usize m_size = 0;
};

}  // namespace zhan::os

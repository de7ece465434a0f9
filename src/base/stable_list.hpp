// SPDX-License-Identifier: Apache-2.0
// A list that grows and whose items never move: chunks, none while it is empty.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "base/ints.hpp"

namespace zhan {

/// Not thread-safe. Items live as long as the list.
template <class T, usize chunk_items = 8>
class StableList {
  static_assert(std::is_trivially_destructible_v<T>, "items end with their chunk");

 public:
  StableList() noexcept = default;
  StableList(const StableList&) = delete;
  StableList& operator=(const StableList&) = delete;
  ~StableList() {
    while (m_last != nullptr) m_last = std::move(m_last->previous);  // no recursion
  }

  template <class... Args>
  T& emplace_back(Args&&... args) {
    if (m_last == nullptr || m_last->count == chunk_items) {
      auto chunk = std::make_unique_for_overwrite<Chunk>();
      chunk->previous = std::move(m_last);
      m_last = std::move(chunk);
    }
    return *std::construct_at(m_last->item(m_last->count++), T{std::forward<Args>(args)...});
  }
  /// Calls f with every item, the newest chunk first.
  template <class F>
  void for_each(F&& f) {
    for (Chunk* chunk = m_last.get(); chunk != nullptr; chunk = chunk->previous.get())
      for (usize i = 0; i < chunk->count; ++i) f(*chunk->item(i));
  }

 private:
  // Aligned by hand: memory of more than the usual alignment costs ten times as much to get.
  static constexpr usize spare = alignof(T) > alignof(std::max_align_t) ? alignof(T) : 0;
  struct Chunk {
    [[nodiscard]] T* item(usize i) noexcept {
      uptr at = reinterpret_cast<uptr>(bytes);
      if constexpr (spare != 0) at = (at + alignof(T) - 1) / alignof(T) * alignof(T);
      return reinterpret_cast<T*>(at) + i;
    }
    std::unique_ptr<Chunk> previous;
    usize count = 0;
    alignas(std::max_align_t) u8 bytes[chunk_items * sizeof(T) + spare];
  };
  std::unique_ptr<Chunk> m_last;
};

}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
// One collection's way through the objects: pins first, then everything reachable, moved or marked
// in place (HEAP.md §7).
#pragma once

#include "heap/heap.hpp"

namespace zhan::heap {

/// Lives for one collection.
class Marker {
 public:
  Marker(Heap& heap, bool major, bool copying) noexcept
      : m_heap(heap), m_space(heap.m_space), m_major(major), m_copying(copying) {}

  [[nodiscard]] bool major() const noexcept { return m_major; }
  /// A word that may be a reference: its object, if it is one, stays where it is. Before any
  /// update().
  void pin(u64 word) noexcept {
    if (m_space.contains(word) && word % 8 == 0) pin_candidate(word);
  }
  void pin(const u64* begin, const u64* end) noexcept {
    m_heap.m_statistics.words += static_cast<u64>(end - begin);
    for (; begin < end; ++begin) pin(*begin);
  }
  /// A slot or field that holds a reference: written anew if its object moves.
  void update(u64& slot) noexcept {
    u32 ref = static_cast<u32>(slot);
    visit(ref);
    if (ref != slot) slot = ref;  // untouched pages stay so
  }
  /// The same for elements of a table.
  void update(u64* begin, u64* end) noexcept {
    m_heap.m_statistics.elements += static_cast<u64>(end - begin);
    for (; begin < end; ++begin) update(*begin);
  }
  void visit(u32& field) noexcept;
  /// The references of an old object whose fields have changed.
  void trace(Ref object) noexcept;
  /// Follows everything found so far.
  void drain() noexcept;
  void end_copying() noexcept;
  /// Whether an object is alive, after drain(); its place now.
  [[nodiscard]] bool survives(u32& ref) const noexcept;

 private:
  void pin_candidate(u64 word) noexcept;
  [[nodiscard]] bool is_object(u64 position) noexcept;
  void list_run(u64 position) noexcept;
  void mark(u64 position) noexcept;
  void mark_lines(u64 position, u64 bytes, u8 bits) noexcept;
  [[nodiscard]] bool move(u64 position, u32& field) noexcept;
  [[nodiscard]] u64 promote(u64 bytes) noexcept;
  [[nodiscard]] bool next_hole() noexcept;
  void push(Ref ref) noexcept;
  void trace_marked() noexcept;

  Heap& m_heap;
  Space& m_space;
  const bool m_major;
  bool m_copying;
  bool m_overflowed = false;
  // Where survivors are copied to; positions.
  u64 m_to = 0, m_to_end = 0;
  u32 m_hole_block = 0, m_hole_line = 0;
};

}  // namespace zhan::heap

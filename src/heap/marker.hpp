// SPDX-License-Identifier: Apache-2.0
// One collection's way through the objects: pins first, then everything reachable, moved or marked
// in place (HEAP.md §7).
#pragma once

#include <array>

#include "heap/heap.hpp"

namespace zhan::heap {

/// Lives for one collection.
class Marker {
 public:
  Marker(Heap& heap, bool major, bool copying) noexcept
      : m_heap(heap), m_space(heap.m_space), m_major(major), m_copying(copying) {}

  [[nodiscard]] bool major() const noexcept { return m_major; }
  /// A word that may be a reference: its object, if it is one, stays where it is. Before any
  /// update(), if the collection is a minor one.
  void pin(u64 word) noexcept {
    if (m_space.contains(word) && word % 8 == 0) pin_candidate(word);
  }
  void pin(const u64* begin, const u64* end) noexcept {
    m_heap.m_statistics.words += static_cast<u64>(end - begin);
    for (; begin < end; ++begin) pin(*begin);
  }
  /// A slot or field that holds a reference: written anew, by the end of drain(), if its object
  /// moves.
  void update(u64& slot) noexcept {
    ZHAN_ASSERT(slot >> 32 == 0, "a reference has 32 bits");
    visit(reinterpret_cast<u32&>(slot));
  }
  /// The same for elements of a table.
  void update(u64* begin, u64* end) noexcept {
    m_heap.m_statistics.elements += static_cast<u64>(end - begin);
    for (; begin < end; ++begin) update(*begin);
  }
  void visit(u32& field) noexcept {
    const u32 ref = field;
    if (ref == 0 || abi::is_i31(ref)) return;
    ZHAN_ASSERT(m_space.contains(ref), "a reference lies in the cage");
    if (m_space.marks.test(ref - first_offset)) return;
    __builtin_prefetch(m_space.at(ref - first_offset), 1);
    if (m_last - m_first == ring) reach(*m_waiting[m_first++ % ring]);
    m_waiting[m_last++ % ring] = &field;
  }
  /// The references of an old object whose fields have changed.
  void trace(Ref object) noexcept;
  /// Follows everything found so far.
  void drain() noexcept;
  void end_copying() noexcept;
  /// Whether an object is alive, after drain(); its place now.
  [[nodiscard]] bool survives(u32& ref) const noexcept;

 private:
  /// Fields wait here, in the order they were visited, while their objects come into the cache.
  static constexpr u32 ring = 16;

  void reach(u32& field) noexcept;
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
  void trace_stacks(const abi::Continuation& continuation) noexcept;

  Heap& m_heap;
  Space& m_space;
  const bool m_major;
  bool m_copying;
  bool m_overflowed = false;
  u32 m_first = 0, m_last = 0;  // counts: left, entered
  std::array<u32*, ring> m_waiting{};
  // Where survivors are copied to; positions.
  u64 m_to = 0, m_to_end = 0;
  u32 m_hole_block = 0, m_hole_line = 0;
};

}  // namespace zhan::heap

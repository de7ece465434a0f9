// SPDX-License-Identifier: Apache-2.0
// The stacks of a store's continuations (HEAP.md §8): made, grown by moving, freed when their
// object dies. Private to runtime/.
#pragma once

#include "abi/fiber.hpp"
#include "heap/marker.hpp"

namespace zhan::runtime {

/// Used by the thread that runs the store.
class Fibers {
 public:
  explicit Fibers(abi::Exec& exec) noexcept;
  ~Fibers();  // frees all: nothing runs any more
  Fibers(const Fibers&) = delete;
  Fibers& operator=(const Fibers&) = delete;

  /// A new one with room for `slots` values from `args` on, behind the header of its first frame,
  /// suspended by itself. Null: no memory.
  [[nodiscard]] abi::Fiber* make(const abi::Func* start, u64 slots) noexcept;
  /// From the innermost on to the parent before `end`.
  void drop(abi::Fiber* innermost, const abi::Fiber* end) noexcept;
  /// Moves the slots of a fiber to where at least `slots` fit: false if there is no memory. Links
  /// between frames, from `newest` down, are rewritten.
  [[nodiscard]] bool grow(abi::Fiber& fiber, abi::Slot* newest, u64 slots, i64& shift) noexcept;
  /// What a stack of at least `slots` takes.
  [[nodiscard]] static u64 bytes_for(u64 slots) noexcept;

  /// Bytes of all of them.
  [[nodiscard]] u64 bytes() const noexcept { return m_bytes; }
  [[nodiscard]] u64 count() const noexcept { return m_count; }
  /// When a collection should find out what has been dropped: continuations are small objects, and
  /// the heap does not see what hangs on them.
  [[nodiscard]] bool collection_due(u64 more) const noexcept { return m_bytes + more > m_due; }

  // For collections.
  /// Pins what the fibers with young references hold; those of suspended ones are the objects'
  /// business in major ones.
  void pin_recent(heap::Marker& marker) const noexcept;
  /// The running fiber and those that wait for it.
  static void pin_chain(heap::Marker& marker, const abi::Fiber* fiber) noexcept;
  /// Frees the fibers whose objects have died, and follows those that have moved.
  void settle(heap::Marker& marker) noexcept;

 private:
  void free(abi::Fiber* fiber) noexcept;
  void sort(heap::Marker& marker, abi::FiberLink& list, abi::Fiber*& dead) noexcept;

  abi::Exec& m_exec;
  abi::FiberLink m_recent;  // ran, or were given values, since the last collection
  abi::FiberLink m_old;
  u64 m_bytes = 0;
  u64 m_count = 0;
  u64 m_due;
};

}  // namespace zhan::runtime

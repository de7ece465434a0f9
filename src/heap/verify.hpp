// SPDX-License-Identifier: Apache-2.0
// Checks of the heap's invariants around a collection (HEAP.md §10); a broken one ends the program.
#pragma once

#include "heap/heap.hpp"

namespace zhan::heap {

class Verifier {
 public:
  explicit Verifier(Heap& heap) noexcept : m_heap(heap) {}
  /// Young runs can be walked; no old object names a young one unless it is logged or its card is
  /// dirty.
  void check_before() noexcept;
  /// Every marked object is whole, lies on old lines, and names marked objects of the right types;
  /// the counts agree.
  void check_after() noexcept;

 private:
  template <class Visit>
  void each_old(const Visit& visit) noexcept;
  void check_runs() noexcept;
  void check_unlogged(u64 position) noexcept;
  void check_object(u64 position) noexcept;
  void check_fields(u64 position, u32 type) noexcept;
  void check_target(u32 ref, ValType type) noexcept;

  Heap& m_heap;
};

}  // namespace zhan::heap

// SPDX-License-Identifier: Apache-2.0
// The garbage-collected heap of a store (HEAP.md): bump allocation in free blocks, minor
// collections that copy survivors into holes of old blocks or mark them in place, major ones that
// mark all in place. One thread, stop-the-world; collections happen only inside allocations that
// may collect and in collect().
#pragma once

#include <utility>
#include <vector>

#include "heap/config.hpp"
#include "heap/mapped.hpp"
#include "heap/pauses.hpp"
#include "heap/space.hpp"
#include "heap/weak.hpp"

namespace zhan::heap {

class Marker;

/// Boxes may stand for much more than their bytes: so many new ones are worth a collection.
inline constexpr usize many_boxes = 10'000;

/// What lives outside the heap and names objects in it.
class RootSource {
 public:
  virtual ~RootSource() = default;
  /// Words that may be references and are never rewritten: Marker::pin for each.
  virtual void pin_roots(Marker& marker) noexcept = 0;
  /// Slots that hold references and follow objects that move: Marker::update for each.
  virtual void update_roots(Marker& marker) noexcept = 0;
  /// After everything alive has been reached: Marker::survives tells of each object whether it is,
  /// and where.
  virtual void settle(Marker& marker) noexcept { (void)marker; }
};

struct Finaliser {
  void (*run)(void*);
  void* data;
};

/// Not thread-safe: used by the thread that runs the store.
class Heap {
 public:
  /// Without address space it allocates nothing: check ok(). `exec` gets the window; `types` are
  /// the engine's.
  Heap(const HeapConfig& config, const TypeInterner& types, abi::Exec& exec, RootSource& roots);
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  [[nodiscard]] bool ok() const noexcept { return m_space.ok() && m_ok; }
  [[nodiscard]] u8* base() const noexcept { return m_space.base(); }

  /// A new object of `bytes` (a multiple of 8) with its header written, or 0: out of memory. All of
  /// its fields must be written before the next allocation. A safepoint: words of pinned roots
  /// stay, everything else may move.
  [[nodiscard]] Ref allocate(u32 type, u64 bytes) noexcept {
    const u64 at = m_exec.heap_cur;
    if (bytes > m_exec.heap_end - at) return allocate_slowly(type, bytes, true);
    m_exec.heap_cur = at + bytes;
    abi::header(base(), at) = {.type = type};
    return at;
  }
  /// The same without a collection: for the host, which holds references that are no roots yet.
  [[nodiscard]] Ref allocate_for_host(u32 type, u64 bytes) noexcept {
    return allocate_slowly(type, bytes, false);
  }
  /// For the host, between allocations of its own: whether enough has been made since the last
  /// collection that it is time for one (of all objects, if `major` is set to true).
  [[nodiscard]] bool is_due(bool& major) const noexcept;
  /// A box; `finaliser` (may be null) runs once, after the box was found dead or at the end.
  [[nodiscard]] Ref new_box(void* data, void (*finaliser)(void*)) noexcept;
  /// The box of a reference, or null for null, i31 and other objects.
  [[nodiscard]] Box* box(Ref ref) noexcept;
  /// A new exception, or 0: out of memory. May collect: references in the payload are in slots that
  /// are pinned roots.
  [[nodiscard]] Ref new_exception(const void* tag, TypeId type,
                                  std::span<const abi::Slot> payload) noexcept;
  /// The exception of a reference, or null for null, i31 and other objects.
  [[nodiscard]] const Exception* exception(Ref ref) noexcept;
  /// The type of an object: an id, or one of the special kinds. `ref` is one.
  [[nodiscard]] u32 type_of(Ref ref) const noexcept { return abi::header(base(), ref).type; }

  /// Before a reference is stored at `offset` of an object (CONTRACTS C8).
  void before_store(Ref object, u64 offset) noexcept {
    if (abi::header(base(), object).flags != 0) record_store(object, offset);
  }
  /// The same for `bytes` from `offset` on.
  void before_stores(Ref object, u64 offset, u64 bytes) noexcept;
  void record_store(Ref object, u64 offset) noexcept;

  /// Now. Nothing but roots may hold references.
  void collect(bool major) noexcept;

  /// Takes the finalisers of boxes found dead, in order of creation.
  [[nodiscard]] std::vector<Finaliser> take_dead() noexcept { return std::exchange(m_dead, {}); }
  /// Those of all boxes, for the end of the store.
  [[nodiscard]] std::vector<Finaliser> take_all() noexcept;

  /// What names objects without keeping them: looked through in every collection.
  [[nodiscard]] WeakHandles& weak() noexcept { return m_weak; }
  [[nodiscard]] IdentityMap& identities() noexcept { return m_identities; }

  [[nodiscard]] HeapStatistics statistics() const noexcept;
  [[nodiscard]] const HeapConfig& config() const noexcept { return m_config; }
  void set_limit(u64 bytes) noexcept;

 private:
  friend class Marker;
  friend class Verifier;

  // heap.cpp
  [[nodiscard]] bool is(Ref ref, u32 kind) const noexcept;
  [[nodiscard]] Ref allocate_slowly(u32 type, u64 bytes, bool may_collect) noexcept;
  [[nodiscard]] Ref bump(u32 type, u64 bytes) noexcept;
  [[nodiscard]] Ref allocate_large(u32 type, u64 bytes, bool may_collect) noexcept;
  void collect_if_due(bool may_collect) noexcept;
  [[nodiscard]] bool open_window(u64 bytes, bool may_collect) noexcept;
  [[nodiscard]] bool open_block() noexcept;
  [[nodiscard]] bool open_hole(u64 bytes) noexcept;
  void open(u64 position, u64 bytes) noexcept;
  void retire_window() noexcept;
  /// Whether every allocation goes the slow way.
  [[nodiscard]] bool hides_window() const noexcept {
    return m_config.stress != 0 || m_config.fail_at != 0;
  }
  void hide_window() noexcept;
  void show_window() noexcept;
  [[nodiscard]] bool fits(u64 blocks) const noexcept {
    return m_space.used_blocks() + blocks <= m_limit_blocks;
  }

  // collect.cpp
  void minor_roots(Marker& marker) noexcept;
  void scan_cards(Marker& marker) noexcept;
  void scan_array(Marker& marker, u8* object, const u8* cards) noexcept;
  void sort_boxes(const Marker& marker) noexcept;
  void sweep(bool major) noexcept;
  [[nodiscard]] u32 sweep_block(u32 index, bool major) noexcept;
  void sweep_large(bool major) noexcept;
  void plan_next(u32 freed_blocks) noexcept;
  [[nodiscard]] bool choose_copying() const noexcept;
  [[nodiscard]] bool is_major_due() const noexcept;
  void adapt(u64 young, u64 in_place, u64 copied, u64 start) noexcept;

  HeapConfig m_config;
  const TypeInterner& m_types;
  abi::Exec& m_exec;
  RootSource& m_roots;
  Space m_space;
  bool m_ok = true;
  u32 m_limit_blocks = 0;

  // Young objects.
  MappedList<u32> m_young;  // blocks with young lines
  u64 m_young_bytes = 0;
  u64 m_nursery = 0;
  u64 m_window = 0, m_window_end = 0;  // kept here instead of in Exec under stress
  u64 m_allocations = 0;
  u64 m_attempts = 0;    // of allocation, for HeapConfig::fail_at
  u32 m_hole_block = 0;  // where the search for holes goes on

  // Old ones.
  u64 m_live_bytes = 0;  // lines and large objects after the last collection
  u64 m_major_at = 0;    // bytes that make the next collection a major one
  MappedList<u32> m_log;
  bool m_log_lost = false;
  std::vector<u32> m_large;                 // first blocks
  std::vector<u32> m_boxes;                 // in order of creation; with finalisers only
  usize m_old_boxes = 0;                    // of these, how many survived a collection
  usize m_boxes_major_at = 2 * many_boxes;  // old ones that make the next collection a major one
  std::vector<Finaliser> m_dead;
  WeakHandles m_weak;
  IdentityMap m_identities;

  MappedList<u32> m_marking;  // the marker's stack
  u32 m_futile = 0;           // majors in a row that freed next to nothing
  u32 m_copy_next = 0;        // minors that copy, after one in place that left many holes
  bool m_dense = false;       // many survived the last minor collection
  u64 m_survivor_bytes = 0;   // of objects marked in place by the collection under way
  u64 m_last_end = 0;         // when the last collection ended
  HeapStatistics m_statistics;
  PauseCounts m_pauses;
};

}  // namespace zhan::heap

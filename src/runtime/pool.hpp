// SPDX-License-Identifier: Apache-2.0
// What instances use again and again: places for memories, arrays of tables, value stacks. One pool
// an engine, so that making and dropping stores costs few system calls and no address space.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "os/virtual_memory.hpp"
#include "runtime/quota.hpp"
#include "runtime/slot.hpp"

namespace zhan::runtime {

inline constexpr u64 guard_reach = u64{4} << 30;  // what a 32-bit index can name
inline constexpr u64 guard_size = u64{2} << 30;   // behind it, for static offsets
inline constexpr u64 guarded_reservation = guard_reach + guard_size;
inline constexpr u64 largest_slot = u64{16} << 20;  // of memories without guard

/// Limits are of all stores together; reaching one is an error of what is being made.
struct PoolConfig {
  u64 memories = ~u64{0};
  u64 tables = ~u64{0};
  u64 instances = ~u64{0};
  u64 slot_resident = u64{1} << 20;    // bytes that an idle slot keeps
  u64 idle_resident = u64{256} << 20;  // all idle slots together
  bool watch = false;                  // faults may be used to learn which pages are written
};

struct PoolStatistics {
  u64 memories = 0, tables = 0, instances = 0;  // alive
  u64 idle_slots = 0;                           // laid out, waiting for an instance
  u64 idle_resident = 0;                        // bytes
  u64 watched_slots = 0;                        // alive and idle
  u64 reused = 0;                               // memories made from an idle slot
};

/// Thread-safe. Held by shared_ptr: memories outlive stores.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(const PoolConfig& config) noexcept;
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  /// For stores that were given none.
  [[nodiscard]] static const std::shared_ptr<Pool>& of_process();

  /// A slot that holds the image and is accessible up to its size. Null: no address space.
  [[nodiscard]] Slot* take(const MemoryImage& image, bool guarded) noexcept;
  /// One with `size` zero bytes, for memories that no module describes.
  [[nodiscard]] Slot* take(u64 size, bool guarded) noexcept;
  /// Its memory was `used` bytes large at the end. What is in it will not be seen again.
  void give_back(Slot* slot, u64 used) noexcept;
  /// The image of a shelf ends.
  void clear(Shelf& shelf) noexcept;
  /// Somebody outside has the address of a watched memory.
  void expose(Slot& slot) noexcept;

  /// `size` accessible bytes for a value stack, with any content; an empty mapping on failure.
  [[nodiscard]] os::Mapping take_stack(usize size) noexcept;
  void give_back_stack(os::Mapping stack) noexcept;
  /// At least `size` bytes for a table; an empty mapping on failure. `used`: with any content, else
  /// zero.
  [[nodiscard]] os::Mapping take_array(usize size, bool& used) noexcept;
  void give_back_array(os::Mapping array) noexcept;

  Quota memories, tables, instances;
  [[nodiscard]] PoolStatistics statistics() noexcept;

 private:
  struct Slab;
  // Kinds of slots: guarded, then those of 64 KiB, 128 KiB, … largest_slot.
  static constexpr usize kinds = 10;
  [[nodiscard]] static usize kind_of(u64 size, bool guarded) noexcept;
  [[nodiscard]] Slot* idle_slot(Shelf& shelf) noexcept;
  [[nodiscard]] Slot* blank_slot(usize kind) noexcept;
  [[nodiscard]] bool add_slab(usize kind) noexcept;
  [[nodiscard]] Slot* stolen_slot(usize kind) noexcept;
  [[nodiscard]] bool room_for(u64 resident) noexcept;
  void recount(Slot& slot) noexcept;
  void shelve(Slot* slot) noexcept;
  void retire(Slot* slot) noexcept;

  const PoolConfig m_config;
  std::mutex m_mutex;  // guards what follows, and shelves
  std::vector<std::unique_ptr<Slab>> m_slabs;
  std::array<usize, kinds> m_next_slab{};  // slots of the next one
  std::array<std::vector<Slot*>, kinds> m_blank;
  std::vector<Shelf*> m_shelves;
  std::vector<os::Mapping> m_stacks;
  std::vector<os::Mapping> m_arrays;
  u64 m_stacks_taken_back = 0;
  u64 m_idle_resident = 0;
  u64 m_watched = 0;
  u64 m_reused = 0;
};

/// A write at the address has faulted: true if it was into a watched slot, and may be tried again.
/// From a signal handler.
[[nodiscard]] bool open_watched(uptr address) noexcept;

}  // namespace zhan::runtime

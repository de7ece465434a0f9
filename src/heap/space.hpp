// SPDX-License-Identifier: Apache-2.0
// The cage of a store (HEAP.md §3): its address space, blocks and lines, and the side tables that
// say what lies where. References are offsets from base(); nothing here knows how objects are
// found or why they live.
#pragma once

#include "heap/object.hpp"
#include "os/virtual_memory.hpp"

namespace zhan::heap {

inline constexpr u32 block_bytes = 32u << 10;
inline constexpr u32 line_bytes = 128;
inline constexpr u32 card_bytes = 512;
inline constexpr u32 lines_in_block = block_bytes / line_bytes;
/// Larger objects lie in whole blocks of their own.
inline constexpr u32 large_bytes = 8u << 10;
/// Offset of the first block. Away from small numbers: few stack words then look like references.
inline constexpr u64 first_offset = 0x1000'0000;

/// Bits of a line's byte; 0 = free.
namespace line {
inline constexpr u8 old = 1;
inline constexpr u8 young = 2;
inline constexpr u8 run_start = 4;  // allocation began here: objects follow each other from here on
inline constexpr u8 listed = 8;     // (with run_start) the starts of the run's objects are noted
inline constexpr u8 marked = 16;    // something on it has been reached in this collection
}  // namespace line

enum class BlockState : u8 { free, small, large_head, large_tail };

struct BlockEntry {
  BlockState state = BlockState::free;
  bool young = false;   // small: given out whole since the last collection; large: born since then
  bool holes = false;   // small: young objects lie in holes between old ones
  bool traced = false;  // large: has references
  u16 free_lines = 0;   // at the last sweep
  u8 spare[2] = {};
  u32 blocks = 0;  // large_head: how many; large_tail: distance from the head
  u32 idle = 0;    // free: major collections since it was used
};
static_assert(sizeof(BlockEntry) == 16);

/// One bit for each 8 bytes of the space.
class Bitmap {
 public:
  Bitmap() noexcept = default;
  explicit Bitmap(u64* words) noexcept : m_words(words) {}
  [[nodiscard]] bool test(u64 at) const noexcept { return (word(at) >> bit(at) & 1) != 0; }
  /// True if it was not set.
  bool set(u64 at) noexcept {
    u64& w = m_words[at / 512];
    const u64 mask = u64{1} << bit(at);
    const bool is_new = (w & mask) == 0;
    w |= mask;
    return is_new;
  }
  /// `bytes` is a multiple of 512.
  void clear_range(u64 at, u64 bytes) noexcept;
  void clear_line(u64 at) noexcept;
  /// Calls visit(position) for each one set in [at, at + bytes), whole 512-byte steps.
  template <class Visit>
  void each_set(u64 at, u64 bytes, const Visit& visit) const {
    for (u64 i = at / 512; i < (at + bytes) / 512; ++i)
      for (u64 bits = m_words[i]; bits != 0; bits &= bits - 1)
        visit(i * 512 + 8 * static_cast<u64>(std::countr_zero(bits)));
  }

 private:
  [[nodiscard]] u64 word(u64 at) const noexcept { return m_words[at / 512]; }
  static u64 bit(u64 at) noexcept { return at / 8 % 64; }
  u64* m_words = nullptr;
};

/// Not thread-safe. Positions are offsets from the first block, references are those plus
/// first_offset.
class Space {
 public:
  /// Room for `bytes` of blocks at most; empty if no address space is left: check ok().
  explicit Space(u64 bytes) noexcept;
  [[nodiscard]] bool ok() const noexcept { return m_cage && m_tables; }
  [[nodiscard]] u8* base() const noexcept { return m_cage.base(); }
  [[nodiscard]] u32 blocks() const noexcept { return m_blocks; }
  [[nodiscard]] u32 used_blocks() const noexcept { return m_used; }
  /// One past the highest small block ever used; large ones lie from lowest_large() on.
  [[nodiscard]] u32 small_end() const noexcept { return m_small_end; }
  [[nodiscard]] u32 lowest_large() const noexcept { return m_lowest_large; }

  /// Whether a number may name an object at all.
  [[nodiscard]] bool contains(u64 ref) const noexcept {
    return ref - first_offset < u64{m_blocks} * block_bytes;
  }
  [[nodiscard]] u8* at(u64 position) const noexcept { return base() + first_offset + position; }
  [[nodiscard]] BlockEntry& block(u32 index) noexcept { return m_entries[index]; }
  [[nodiscard]] BlockEntry& block_of(u64 position) noexcept {
    return m_entries[position / block_bytes];
  }
  [[nodiscard]] u8* lines(u32 block) noexcept { return m_lines + u64{block} * lines_in_block; }
  [[nodiscard]] u8& line_of(u64 position) noexcept { return m_lines[position / line_bytes]; }
  [[nodiscard]] u8* cards() noexcept { return m_cards; }

  /// A free block, the lowest known; no_block if none. It becomes small.
  static constexpr u32 no_block = ~u32{0};
  [[nodiscard]] u32 take_block() noexcept;
  /// `count` free blocks in a row from the top downwards: the first one, now large.
  [[nodiscard]] u32 take_large(u32 count) noexcept;
  /// Gives back a small block, or all of a large object from its head on.
  void free_block(u32 index) noexcept;
  /// Returns the pages of blocks that were free at `idle` major collections in a row.
  void discard_idle(u32 idle) noexcept;

  Bitmap marks;   // objects that survived a collection, or were reached in this one
  Bitmap starts;  // during a collection: objects in young runs that have been listed; in a major
                  // one also those that were old before it
  /// At the start of a major collection: marks become starts, and no mark is set.
  void swap_bitmaps() noexcept;

 private:
  [[nodiscard]] bool is_free(u32 index) const noexcept {
    return m_entries[index].state == BlockState::free;
  }
  /// The highest run of `count` free blocks that begins in [from, end).
  [[nodiscard]] u32 find_run(u32 from, u32 end, u32 count) const noexcept;

  u32 m_blocks = 0;
  u32 m_used = 0;
  u32 m_small_end = 0;
  u32 m_lowest_large = 0;
  u32 m_cursor = 0;        // no free block lies below it
  u32 m_large_cursor = 0;  // large objects are looked for below it first
  os::Mapping m_cage;
  os::Mapping m_tables;
  BlockEntry* m_entries = nullptr;
  u8* m_lines = nullptr;
  u8* m_cards = nullptr;
};

}  // namespace zhan::heap

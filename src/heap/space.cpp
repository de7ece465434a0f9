// SPDX-License-Identifier: Apache-2.0
#include "heap/space.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace zhan::heap {

void Bitmap::clear_range(u64 at, u64 bytes) noexcept {
  ZHAN_ASSERT(at % 512 == 0 && bytes % 512 == 0, "whole words of bits");
  std::fill_n(m_words + at / 512, bytes / 512, u64{0});
}

void Bitmap::clear_line(u64 at) noexcept {
  static_assert(line_bytes / 8 == 16, "a line has 16 bits");
  m_words[at / 512] &= ~(u64{0xffff} << (at / line_bytes % 4 * 16));
}

Space::Space(u64 bytes) noexcept : m_blocks(static_cast<u32>(bytes / block_bytes)) {
  const u64 size = u64{m_blocks} * block_bytes;
  m_cage = os::Mapping::reserved(first_offset + size);
  const u64 bitmap = size / 64, lines = size / line_bytes, cards = size / card_bytes;
  const u64 entries = m_blocks * sizeof(BlockEntry);
  m_tables = os::Mapping::zeroed(2 * bitmap + lines + cards + entries);
  if (!m_tables || !m_cage || !os::set_access(base() + first_offset, size, true)) {
    m_tables = {};
    return;
  }
  u8* table = m_tables.base();
  const auto take = [&table](u64 length) { return std::exchange(table, table + length); };
  marks = Bitmap(reinterpret_cast<u64*>(take(bitmap)));
  starts = Bitmap(reinterpret_cast<u64*>(take(bitmap)));
  m_entries = reinterpret_cast<BlockEntry*>(take(entries));
  m_lines = take(lines);
  m_cards = take(cards);
  m_lowest_large = m_large_cursor = m_blocks;
}

u32 Space::take_block() noexcept {
  while (m_cursor < m_blocks && !is_free(m_cursor)) ++m_cursor;
  if (m_cursor == m_blocks) return no_block;
  const u32 index = m_cursor++;
  m_entries[index] = {.state = BlockState::small};
  ++m_used;
  m_small_end = std::max(m_small_end, index + 1);
  return index;
}

u32 Space::find_run(u32 from, u32 end, u32 count) const noexcept {
  u32 run = 0;
  for (u32 index = end; index-- > from;) {
    const BlockEntry& entry = m_entries[index];
    if (entry.state == BlockState::free) {
      if (++run == count) return index;
      continue;
    }
    if (entry.state == BlockState::large_tail) index -= entry.blocks;  // on to its head
    run = 0;
  }
  return no_block;
}

u32 Space::take_large(u32 count) noexcept {
  ZHAN_ASSERT(count > 0, "an object has a size");
  u32 index = find_run(m_cursor, std::max(m_large_cursor, m_cursor), count);
  if (index == no_block) index = find_run(m_cursor, m_blocks, count);
  if (index == no_block) return no_block;
  m_entries[index] = {.state = BlockState::large_head, .blocks = count};
  for (u32 i = 1; i < count; ++i)
    m_entries[index + i] = {.state = BlockState::large_tail, .blocks = i};
  m_used += count;
  m_lowest_large = std::min(m_lowest_large, index);
  m_large_cursor = index;
  return index;
}

void Space::free_block(u32 index) noexcept {
  BlockEntry& entry = m_entries[index];
  ZHAN_ASSERT(entry.state == BlockState::small || entry.state == BlockState::large_head,
              "what is given back has been given out");
  const u32 count = entry.state == BlockState::large_head ? entry.blocks : 1;
  for (u32 i = 0; i < count; ++i) m_entries[index + i] = {};
  std::fill_n(lines(index), u64{count} * lines_in_block, u8{0});
  m_used -= count;
  m_cursor = std::min(m_cursor, index);
  m_large_cursor = std::max(m_large_cursor, index + count);
}

void Space::discard_idle(u32 idle) noexcept {
  u32 run = 0;
  const auto flush = [&](u32 end) {
    if (run > 0) os::discard(at(u64{end - run} * block_bytes), u64{run} * block_bytes);
    run = 0;
  };
  const auto step = [&](u32 index) {
    BlockEntry& entry = m_entries[index];
    const bool gives = entry.state == BlockState::free && ++entry.idle == idle;
    if (gives)
      ++run;
    else
      flush(index);
  };
  for (u32 i = 0; i < m_small_end; ++i) step(i);
  flush(m_small_end);
  for (u32 i = std::max(m_lowest_large, m_small_end); i < m_blocks; ++i) step(i);
  flush(m_blocks);
}

void Space::swap_bitmaps() noexcept {
  std::swap(marks, starts);
  const auto clear = [this](u32 first, u32 end) {
    if (first < end) marks.clear_range(u64{first} * block_bytes, u64{end - first} * block_bytes);
  };
  clear(0, m_small_end);
  clear(std::max(m_lowest_large, m_small_end), m_blocks);
}

}  // namespace zhan::heap

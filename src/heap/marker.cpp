// SPDX-License-Identifier: Apache-2.0
#include "heap/marker.hpp"

#include <algorithm>

namespace zhan::heap {

// -- Candidates --

void Marker::pin_candidate(u64 word) noexcept {
  const u64 position = word - first_offset;
  if (!is_object(position)) return;
  if (m_space.marks.test(position)) return;
  ++m_heap.m_statistics.pinned;
  mark(position);
}

/// Whether an object begins there.
bool Marker::is_object(u64 position) noexcept {
  const BlockEntry& entry = m_space.block_of(position);
  if (entry.state == BlockState::large_head) return position % block_bytes == 0;
  if (entry.state != BlockState::small) return false;
  const u8 line = m_space.line_of(position);
  if ((line & line::young) != 0) {
    list_run(position);
    return m_space.starts.test(position);
  }
  // In a major collection the old marks are the starts; what this one has marked is in `marks`.
  return (line & line::old) != 0 &&
         (m_space.marks.test(position) || (m_major && m_space.starts.test(position)));
}

/// Notes where the objects of a young run begin, by walking it once.
void Marker::list_run(u64 position) noexcept {
  const u64 block_end = (position / block_bytes + 1) * block_bytes;
  u64 at = position / line_bytes * line_bytes;
  while ((m_space.line_of(at) & line::run_start) == 0) at -= line_bytes;
  u8& first = m_space.line_of(at);
  if ((first & line::listed) != 0) return;
  first |= line::listed;
  u64 end = at + line_bytes;
  m_space.starts.clear_line(at);
  for (; end < block_end; end += line_bytes) {
    if ((m_space.line_of(end) & (line::young | line::run_start)) != line::young) break;
    m_space.starts.clear_line(end);
  }
  const TypeEntry* const types = m_heap.m_types.entries();
  while (at < end) {
    const Header& header = *reinterpret_cast<const Header*>(m_space.at(at));
    if (header.type != abi::filler_kind) m_space.starts.set(at);
    at += object_bytes(types, header);
  }
  ZHAN_ASSERT(at == end, "a run is walked to its end");
}

// -- Marking and moving --

void Marker::push(Ref ref) noexcept {
  if (m_heap.m_marking.full())
    m_overflowed = true;
  else
    m_heap.m_marking.push(static_cast<u32>(ref));
}

void Marker::mark_lines(u64 position, u64 bytes, u8 bits) noexcept {
  u8* const first = &m_space.line_of(position);
  u8* const last = &m_space.line_of(position + bytes - 1);
  for (u8* line = first; line <= last; ++line) *line |= bits;
}

void Marker::mark(u64 position) noexcept {
  if (!m_space.marks.set(position)) return;
  Header& header = *reinterpret_cast<Header*>(m_space.at(position));
  const BlockEntry& entry = m_space.block_of(position);
  if (entry.state == BlockState::small) {
    const u64 bytes = object_bytes(m_heap.m_types.entries(), header);
    mark_lines(position, bytes, line::marked);
    m_heap.m_survivor_bytes += bytes;
    header.flags |= abi::flag::unlogged;
  }
  push(first_offset + position);
}

/// The object of a field is marked or moved now.
void Marker::reach(u32& field) noexcept {
  const u64 position = field - first_offset;
  if (m_space.marks.test(position)) return;
  const u32 type = reinterpret_cast<const Header*>(m_space.at(position))->type;
  if ((type & forwarded) != 0) {
    field = type << 3;
    return;
  }
  if (m_copying && m_space.block_of(position).young && move(position, field)) return;
  mark(position);
}

/// Copies an object of a young block; false if there is no room for it.
bool Marker::move(u64 position, u32& field) noexcept {
  const BlockEntry& entry = m_space.block_of(position);
  if (entry.state != BlockState::small) return false;
  Header& header = *reinterpret_cast<Header*>(m_space.at(position));
  const u64 bytes = object_bytes(m_heap.m_types.entries(), header);
  const u64 to = promote(bytes);
  if (to == ~u64{0}) {
    m_copying = false;
    return false;
  }
  std::memcpy(m_space.at(to), &header, bytes);
  Header& copy = *reinterpret_cast<Header*>(m_space.at(to));
  copy.flags = abi::flag::unlogged;
  m_space.marks.set(to);
  mark_lines(to, bytes, m_major ? line::old | line::marked : line::old);
  const u64 ref = first_offset + to;
  header.type = forwarded | static_cast<u32>(ref >> 3);
  field = static_cast<u32>(ref);
  m_heap.m_statistics.copied += bytes;
  push(ref);
  return true;
}

/// Room among the old objects: holes of at least two lines, else a free block.
u64 Marker::promote(u64 bytes) noexcept {
  constexpr int most_holes = 8;
  for (int tries = 0; bytes > m_to_end - m_to; ++tries) {
    const bool found = tries < most_holes && bytes <= 16 * line_bytes && next_hole();
    if (found) continue;
    if (!m_heap.fits(1)) return ~u64{0};
    const u32 index = m_space.take_block();
    if (index == Space::no_block) return ~u64{0};
    m_to = u64{index} * block_bytes;
    m_to_end = m_to + block_bytes;
  }
  return std::exchange(m_to, m_to + bytes);
}

/// What is left of the last block is found again by the next collection.
void Marker::end_copying() noexcept {
  if (m_to_end % block_bytes != 0 || m_to_end == 0) return;
  BlockEntry& entry = m_space.block_of(m_to_end - 1);
  entry.free_lines = static_cast<u16>((m_to_end - m_to) / line_bytes);
}

bool Marker::next_hole() noexcept {
  constexpr u32 least_lines = 2;
  for (; m_hole_block < m_space.small_end(); ++m_hole_block, m_hole_line = 0) {
    BlockEntry& entry = m_space.block(m_hole_block);
    if (entry.state != BlockState::small || entry.young || entry.free_lines < least_lines) continue;
    const u8* const lines = m_space.lines(m_hole_block);
    while (m_hole_line < lines_in_block) {
      const u32 start = m_hole_line;
      while (m_hole_line < lines_in_block && lines[m_hole_line] == 0) ++m_hole_line;
      const u32 run = m_hole_line - start;
      if (run == 0) ++m_hole_line;
      if (run < least_lines) continue;
      m_to = u64{m_hole_block} * block_bytes + u64{start} * line_bytes;
      m_to_end = m_to + u64{run} * line_bytes;
      return true;
    }
    entry.free_lines = 0;  // what is left is counted again by the next sweep
  }
  return false;
}

// -- Following --

void Marker::trace(Ref object) noexcept {
  u8* const at = m_space.at(object - first_offset);
  const u32 type = reinterpret_cast<const Header*>(at)->type;
  if (type == abi::box_kind) return;
  if (type == abi::cont_kind) return trace_stacks(*reinterpret_cast<abi::Continuation*>(at));
  if (type == abi::exn_kind) {
    each_slot(m_heap.m_types, *reinterpret_cast<Exception*>(at),
              [this](u64& slot) { update(slot); });
    return;
  }
  each_reference(m_heap.m_types.entries()[type], at, [this](u32& field) { visit(field); });
}

/// Nothing moves in a major collection, so that words may be pinned when they are met. In a minor
/// one the stacks with young references have been pinned before, as roots.
void Marker::trace_stacks(const abi::Continuation& continuation) noexcept {
  if (!m_major || continuation.fiber == nullptr) return;
  const abi::Fiber* const outermost = continuation.fiber->outermost;
  for (const abi::Fiber* fiber = continuation.fiber;; fiber = fiber->parent) {
    pin(fiber->stack.base, fiber->top);
    if (fiber == outermost) return;
  }
}

void Marker::drain() noexcept {
  do {
    while (true) {
      while (!m_heap.m_marking.empty()) trace(m_heap.m_marking.pop());
      if (m_first == m_last) break;
      reach(*m_waiting[m_first++ % ring]);
    }
    if (!std::exchange(m_overflowed, false)) return;
    trace_marked();
  } while (true);
}

/// The stack was too small once: everything marked is looked at again.
void Marker::trace_marked() noexcept {
  const auto blocks = [this](u32 first, u32 end) {
    for (u32 i = first; i < end; ++i) {
      if (m_space.block(i).state == BlockState::free) continue;
      m_space.marks.each_set(u64{i} * block_bytes, block_bytes,
                             [this](u64 position) { trace(first_offset + position); });
    }
  };
  blocks(0, m_space.small_end());
  blocks(std::max(m_space.small_end(), m_space.lowest_large()), m_space.blocks());
}

bool Marker::survives(u32& ref) const noexcept {
  const u64 position = ref - first_offset;
  const u32 type = reinterpret_cast<const Header*>(m_space.at(position))->type;
  if ((type & forwarded) != 0) {
    ref = type << 3;
    return true;
  }
  return m_space.marks.test(position);
}

}  // namespace zhan::heap

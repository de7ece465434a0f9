// SPDX-License-Identifier: Apache-2.0
// A collection from its roots to the sweep (HEAP.md §7).
#include <algorithm>

#include "heap/marker.hpp"
#include "heap/verify.hpp"
#include "os/clock.hpp"

namespace zhan::heap {
namespace {

constexpr u64 most_nursery = 16u << 20;
constexpr u64 least_major = 16u << 20;
constexpr u32 copies_after_sparse = 16;
constexpr u32 idle_majors = 2;
constexpr u8 poison_byte = 0xdb;
constexpr u64 shortest_interval = 5'000'000;  // nanoseconds between minor collections
constexpr u64 idle_interval = 1'000'000'000;

}  // namespace

void Heap::collect(bool major) noexcept {
  const u64 start = os::monotonic_ns();
  retire_window();
  if (m_config.verify) Verifier(*this).check_before();
  major = major || m_log_lost;
  const bool copying = !major && choose_copying();
  const u64 young = m_young_bytes;
  const u64 copied = m_statistics.copied;
  m_survivor_bytes = 0;
  m_statistics.peak = std::max(m_statistics.peak, u64{m_space.used_blocks()} * block_bytes);
  if (major) m_space.swap_bitmaps();

  Marker marker(*this, major, copying);
  m_roots.pin_roots(marker);
  if (!major) minor_roots(marker);
  m_roots.update_roots(marker);
  marker.drain();
  marker.end_copying();
  sort_boxes(marker);
  m_weak.after_marking(marker);
  m_identities.after_marking(marker);
  m_roots.settle(marker);
  m_live_bytes += m_statistics.copied - copied;
  sweep(major);

  m_log.clear();
  m_log_lost = false;
  m_hole_block = 0;
  ++(major ? m_statistics.major : m_statistics.minor);
  if (!major && !copying) ++m_statistics.in_place;
  const u64 end = os::monotonic_ns();
  if (!major) adapt(young, m_survivor_bytes, m_statistics.copied - copied, start);
  m_last_end = end;
  m_statistics.pause_total += end - start;
  m_statistics.pause_longest = std::max(m_statistics.pause_longest, end - start);
  m_pauses.add(end - start);
  if (m_config.verify) Verifier(*this).check_after();
}

/// Old objects that may name young ones: those on the log, and dirty cards of large ones.
void Heap::minor_roots(Marker& marker) noexcept {
  m_statistics.logged += m_log.size();
  for (const u32 object : m_log.items()) {
    marker.trace(object);
    abi::header(base(), object).flags |= abi::flag::unlogged;
  }
  scan_cards(marker);
}

void Heap::scan_cards(Marker& marker) noexcept {
  for (const u32 index : m_large) {
    const BlockEntry& entry = m_space.block(index);
    if (entry.young || !entry.traced) continue;
    const u64 position = u64{index} * block_bytes;
    u8* const object = m_space.at(position);
    u8* const cards = m_space.cards() + position / card_bytes;
    const u64 count = u64{entry.blocks} * block_bytes / card_bytes;
    // Large objects with references are arrays of them, or structs of thousands of fields: those
    // are looked at whole.
    const auto& type = m_types.entries()[reinterpret_cast<const Header*>(object)->type];
    const u8* const dirty = std::find(cards, cards + count, u8{1});
    if (dirty == cards + count) continue;
    if (type.kind != CompositeKind::array)
      marker.trace(first_offset + position);
    else
      scan_array(marker, object, cards);
    std::fill_n(cards, count, u8{0});
  }
}

void Heap::scan_array(Marker& marker, u8* object, const u8* cards) noexcept {
  const u64 length = *reinterpret_cast<const u32*>(object + array_length_offset);
  const u64 end = narrow_elements_offset + 4 * length;
  for (u64 card = 0; card * card_bytes < end; ++card) {
    if (cards[card] == 0) continue;
    ++m_statistics.cards;
    const u64 from = std::max<u64>(card * card_bytes, narrow_elements_offset);
    const u64 to = std::min<u64>((card + 1) * card_bytes, end);
    for (u64 at = from; at < to; at += 4) marker.visit(*reinterpret_cast<u32*>(object + at));
  }
}

/// Boxes that died hand over their finalisers.
void Heap::sort_boxes(const Marker& marker) noexcept {
  usize kept = marker.major() ? 0 : m_old_boxes;
  for (usize i = kept; i < m_boxes.size(); ++i) {
    u32 ref = m_boxes[i];
    const Box dead = abi::field<Box>(base(), ref, 0);
    if (marker.survives(ref))
      m_boxes[kept++] = ref;
    else
      m_dead.push_back({dead.finaliser, dead.data});
  }
  m_boxes.resize(kept);
  m_old_boxes = kept;
}

// -- Sweep --

/// Lines that nothing reached become free; the number of lines still in use.
u32 Heap::sweep_block(u32 index, bool major) noexcept {
  u8* const lines = m_space.lines(index);
  u32 used = 0;
  for (u32 i = 0; i < lines_in_block; ++i) {
    const u8 byte = lines[i];
    const bool stays = (byte & line::marked) != 0 || (!major && (byte & line::old) != 0);
    if (!stays && m_config.poison)
      std::fill_n(m_space.at(u64{index} * block_bytes + u64{i} * line_bytes), line_bytes,
                  poison_byte);
    lines[i] = stays ? line::old : 0;
    used += stays ? 1 : 0;
  }
  BlockEntry& entry = m_space.block(index);
  if (used == 0) {
    m_space.free_block(index);
    return 0;
  }
  entry.young = entry.holes = false;
  entry.free_lines = static_cast<u16>(lines_in_block - used);
  return used;
}

void Heap::sweep_large(bool major) noexcept {
  usize kept = 0;
  for (const u32 index : m_large) {
    BlockEntry& entry = m_space.block(index);
    const bool considered = major || entry.young;
    if (considered && !m_space.marks.test(u64{index} * block_bytes)) {
      m_space.free_block(index);
      continue;
    }
    m_live_bytes += major || entry.young ? u64{entry.blocks} * block_bytes : 0;
    if (entry.young && entry.traced)
      std::fill_n(m_space.cards() + u64{index} * block_bytes / card_bytes,
                  u64{entry.blocks} * block_bytes / card_bytes, u8{0});
    entry.young = false;
    m_large[kept++] = index;
  }
  m_large.resize(kept);
}

void Heap::sweep(bool major) noexcept {
  const u32 before = m_space.used_blocks();
  u64 lines = 0;
  if (major) {
    m_live_bytes = 0;
    for (u32 i = 0; i < m_space.small_end(); ++i)
      if (m_space.block(i).state == BlockState::small) lines += sweep_block(i, true);
  } else {
    for (const u32 index : m_young.items()) lines += sweep_block(index, false);
    m_statistics.survived += lines * line_bytes;
    // Survivors in place that leave much of their lines empty: the next ones are copied.
    if (m_survivor_bytes * 5 < lines * line_bytes * 4) m_copy_next = copies_after_sparse;
  }
  m_live_bytes += lines * line_bytes;
  sweep_large(major);
  m_young.clear();
  m_young_bytes = 0;
  if (!major) return;
  m_space.discard_idle(idle_majors);
  plan_next(before - m_space.used_blocks());
}

void Heap::plan_next(u32 freed_blocks) noexcept {
  m_major_at = std::max(least_major, 2 * m_live_bytes);
  m_boxes_major_at = 2 * std::max(many_boxes, m_boxes.size());
  const u64 limit = u64{m_limit_blocks} * block_bytes;
  if (m_live_bytes > limit / 2) m_major_at = std::min(m_major_at, m_live_bytes + m_live_bytes / 2);
  // Collecting for the last few free blocks again and again would take for ever.
  const bool futile =
      freed_blocks < m_limit_blocks / 20 && m_space.used_blocks() > m_limit_blocks / 20 * 19;
  m_futile = futile ? m_futile + 1 : 0;
}

// -- Choices --

bool Heap::choose_copying() const noexcept {
  if (m_config.mode != MinorMode::adaptive) return m_config.mode == MinorMode::copying;
  return !m_dense || m_copy_next > 0;
}

/// Bytes: born since the last collection, of these marked in place, of these copied.
void Heap::adapt(u64 young, u64 in_place, u64 copied, u64 start) noexcept {
  const u64 kept = in_place + copied;
  m_dense = kept * 10 >= young * 3;
  if (m_copy_next > 0) --m_copy_next;
  const u64 interval = start - m_last_end;
  if (interval > idle_interval) {
    m_nursery = std::max(m_nursery / 2, std::min(m_nursery, m_config.nursery));
    return;
  }
  const bool often = interval < shortest_interval;
  if ((kept * 20 > young || often) && m_nursery < most_nursery && m_config.stress == 0)
    m_nursery = std::min(2 * m_nursery, u64{m_limit_blocks} * block_bytes / 4);
}

}  // namespace zhan::heap

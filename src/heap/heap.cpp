// SPDX-License-Identifier: Apache-2.0
// Allocation and barrier (HEAP.md §5, §6).
#include "heap/heap.hpp"

#include <algorithm>
#include <memory>

namespace zhan::heap {
namespace {

constexpr u64 largest_cage = (u64{4} << 30) - first_offset;
constexpr u64 smallest_cage = 1u << 20;
constexpr u64 log_entries = 1u << 20;
constexpr u32 most_futile = 3;

/// Address space for a limit: a quarter more, so that large objects find room in a row.
u64 cage_bytes(u64 limit) noexcept {
  if (limit >= largest_cage) return largest_cage;
  const u64 wanted = std::max(limit, smallest_cage) * 5 / 4;
  return std::min(largest_cage, (wanted + (1u << 20) - 1) & ~u64{(1u << 20) - 1});
}

}  // namespace

Heap::Heap(const HeapConfig& config, const TypeInterner& types, abi::Exec& exec, RootSource& roots)
    : m_config(config),
      m_types(types),
      m_exec(exec),
      m_roots(roots),
      m_space(cage_bytes(config.limit)),
      m_nursery(std::max<u64>(config.nursery, block_bytes)),
      m_major_at(16u << 20) {
  if (!m_space.ok()) return;
  m_ok = m_young.reserve(m_space.blocks()) && m_log.reserve(log_entries) &&
         m_marking.reserve(u64{m_space.blocks()} * block_bytes / 64);
  set_limit(config.limit);
}

void Heap::set_limit(u64 bytes) noexcept {
  const u64 limit = std::min(bytes, u64{m_space.blocks()} * block_bytes);
  m_limit_blocks = static_cast<u32>(limit / block_bytes);
  m_nursery = std::max<u64>(std::min(m_nursery, limit / 4), block_bytes);
}

// -- Windows --

void Heap::open(u64 position, u64 bytes) noexcept {
  u8* const lines = &m_space.line_of(position);
  std::fill_n(lines, bytes / line_bytes, line::young);
  lines[0] |= line::run_start;
  m_exec.heap_cur = first_offset + position;
  m_exec.heap_end = m_exec.heap_cur + bytes;
  m_young_bytes += bytes;
  m_statistics.allocated += bytes;
}

bool Heap::open_block() noexcept {
  if (!fits(1)) return false;
  const u32 index = m_space.take_block();
  if (index == Space::no_block) return false;
  m_space.block(index).young = true;
  m_young.push(index);
  open(u64{index} * block_bytes, block_bytes);
  return true;
}

/// Room between old objects; for when there are no free blocks.
bool Heap::open_hole(u64 bytes) noexcept {
  const u32 wanted = static_cast<u32>((bytes + line_bytes - 1) / line_bytes);
  for (; m_hole_block < m_space.small_end(); ++m_hole_block) {
    BlockEntry& entry = m_space.block(m_hole_block);
    if (entry.state != BlockState::small || entry.young || entry.free_lines < wanted) continue;
    const u8* const lines = m_space.lines(m_hole_block);
    u32 run = 0;
    for (u32 i = 0; i < lines_in_block; ++i) {
      run = lines[i] == 0 ? run + 1 : 0;
      const bool ends = run >= wanted && (i + 1 == lines_in_block || lines[i + 1] != 0);
      if (!ends) continue;
      if (!entry.holes) m_young.push(m_hole_block);
      entry.holes = true;
      entry.free_lines = static_cast<u16>(entry.free_lines - run);
      open(u64{m_hole_block} * block_bytes + u64{i + 1 - run} * line_bytes, u64{run} * line_bytes);
      return true;
    }
  }
  return false;
}

void Heap::retire_window() noexcept {
  const auto retire = [this](u64& cur, u64& end) {
    if (cur < end) abi::header(base(), cur) = filler(static_cast<u32>(end - cur));
    cur = end = 0;
  };
  retire(m_exec.heap_cur, m_exec.heap_end);
  retire(m_window, m_window_end);
}

void Heap::hide_window() noexcept {
  m_window = std::exchange(m_exec.heap_cur, 0);
  m_window_end = std::exchange(m_exec.heap_end, 0);
}

void Heap::show_window() noexcept {
  m_exec.heap_cur = std::exchange(m_window, 0);
  m_exec.heap_end = std::exchange(m_window_end, 0);
}

// -- Allocation --

void Heap::collect_if_due(bool may_collect) noexcept {
  ++m_allocations;
  if (!may_collect) return;
  const bool stress = m_config.stress != 0 && m_allocations % m_config.stress == 0;
  if (m_young_bytes < m_nursery && !stress && !m_log_lost) return;
  collect((stress && m_config.stress_major) || is_major_due());
}

bool Heap::open_window(u64 bytes, bool may_collect) noexcept {
  retire_window();
  if (open_block()) return true;
  if (may_collect && m_futile < most_futile) {
    collect(true);
    if (open_block()) return true;
  }
  return open_hole(bytes);
}

Ref Heap::bump(u32 type, u64 bytes) noexcept {
  const u64 at = m_exec.heap_cur;
  m_exec.heap_cur += bytes;
  abi::header(base(), at) = {.type = type};
  return at;
}

Ref Heap::allocate_slowly(u32 type, u64 bytes, bool may_collect) noexcept {
  ZHAN_ASSERT(bytes % 8 == 0 && bytes >= sizeof(Header), "objects are multiples of 8 bytes");
  if (m_config.fail_at != 0 && ++m_attempts == m_config.fail_at) return 0;
  if (hides_window()) show_window();
  Ref made = 0;
  if (bytes > large_bytes) {
    made = allocate_large(type, bytes, may_collect);
  } else {
    const bool room = bytes <= m_exec.heap_end - m_exec.heap_cur;
    if (!room || m_config.stress != 0) collect_if_due(may_collect);
    if (bytes <= m_exec.heap_end - m_exec.heap_cur || open_window(bytes, may_collect))
      made = bump(type, bytes);
  }
  if (hides_window()) hide_window();
  if (made == 0) m_futile = 0;  // what runs next may have dropped much
  return made;
}

Ref Heap::allocate_large(u32 type, u64 bytes, bool may_collect) noexcept {
  const u64 count = (bytes + block_bytes - 1) / block_bytes;
  if (count > m_limit_blocks) return 0;
  collect_if_due(may_collect);
  u32 index = fits(count) ? m_space.take_large(static_cast<u32>(count)) : Space::no_block;
  if (index == Space::no_block && may_collect && m_futile < most_futile) {
    collect(true);
    if (fits(count)) index = m_space.take_large(static_cast<u32>(count));
  }
  if (index == Space::no_block) return 0;
  BlockEntry& entry = m_space.block(index);
  entry.young = true;
  entry.traced = type < abi::first_special_kind && m_types.entries()[type].map != 0;
  m_large.push_back(index);
  m_young_bytes += count * block_bytes;
  m_statistics.allocated += count * block_bytes;
  const Ref at = first_offset + u64{index} * block_bytes;
  abi::header(base(), at) = {.type = type, .flags = entry.traced ? abi::flag::carded : u8{0}};
  return at;
}

// -- Boxes --

Ref Heap::new_box(void* data, void (*finaliser)(void*)) noexcept {
  const Ref at = allocate_for_host(abi::box_kind, sizeof(Box));
  if (at == 0) return 0;
  std::construct_at(&abi::field<Box>(base(), at, 0), Header{.type = abi::box_kind}, data,
                    finaliser);
  if (finaliser != nullptr) {
    m_boxes.push_back(static_cast<u32>(at));
    m_dead.reserve(m_boxes.size());  // a collection allocates nothing
  }
  return at;
}

bool Heap::is_due(bool& major) const noexcept {
  major = is_major_due();
  const usize young_boxes = m_boxes.size() - m_old_boxes;
  return m_young_bytes >= m_nursery || young_boxes >= many_boxes;
}

bool Heap::is_major_due() const noexcept {
  return m_live_bytes > m_major_at || m_old_boxes > m_boxes_major_at;
}

bool Heap::is(Ref ref, u32 kind) const noexcept {
  return ref != 0 && !abi::is_i31(ref) && m_space.contains(ref) && ref % 8 == 0 &&
         type_of(ref) == kind;
}

Box* Heap::box(Ref ref) noexcept {
  return is(ref, abi::box_kind) ? &abi::field<Box>(base(), ref, 0) : nullptr;
}

Ref Heap::new_exception(const void* tag, TypeId type, std::span<const abi::Slot> payload) noexcept {
  const Ref at = allocate(abi::exn_kind, sizeof(Exception) + payload.size_bytes());
  if (at == 0) return 0;
  auto* const made =
      std::construct_at(&abi::field<Exception>(base(), at, 0), Header{.type = abi::exn_kind}, type,
                        static_cast<u32>(payload.size()), tag);
  std::copy(payload.begin(), payload.end(), reinterpret_cast<abi::Slot*>(made + 1));
  return at;
}

const Exception* Heap::exception(Ref ref) noexcept {
  return is(ref, abi::exn_kind) ? &abi::field<Exception>(base(), ref, 0) : nullptr;
}

std::vector<Finaliser> Heap::take_all() noexcept {
  std::vector<Finaliser> all = take_dead();
  for (const u32 ref : m_boxes) {
    const Box& box = abi::field<Box>(base(), ref, 0);
    all.push_back({box.finaliser, box.data});
  }
  m_boxes.clear();
  m_old_boxes = 0;
  return all;
}

// -- The barrier --

void Heap::record_store(Ref object, u64 offset) noexcept {
  Header& header = abi::header(base(), object);
  if ((header.flags & abi::flag::carded) != 0) {
    m_space.cards()[(object - first_offset + offset) / card_bytes] = 1;
    return;
  }
  header.flags = static_cast<u8>(header.flags & ~abi::flag::unlogged);
  if (m_log.full())
    m_log_lost = true;
  else
    m_log.push(static_cast<u32>(object));
}

void Heap::before_stores(Ref object, u64 offset, u64 bytes) noexcept {
  const u8 flags = abi::header(base(), object).flags;
  if (flags == 0 || bytes == 0) return;
  if ((flags & abi::flag::carded) == 0) return record_store(object, offset);
  const u64 first = (object - first_offset + offset) / card_bytes;
  const u64 last = (object - first_offset + offset + bytes - 1) / card_bytes;
  std::fill_n(m_space.cards() + first, last - first + 1, u8{1});
}

HeapStatistics Heap::statistics() const noexcept {
  HeapStatistics all = m_statistics;
  all.used = u64{m_space.used_blocks()} * block_bytes;
  all.peak = std::max(all.peak, all.used);
  all.limit = u64{m_limit_blocks} * block_bytes;
  all.pause_p50 = std::min(m_pauses.quantile(50), all.pause_longest);
  all.pause_p99 = std::min(m_pauses.quantile(99), all.pause_longest);
  return all;
}

}  // namespace zhan::heap

// SPDX-License-Identifier: Apache-2.0
#include "runtime/slot.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/assert.hpp"
#include "runtime/reset_costs.hpp"

namespace zhan::runtime {
namespace {

constexpr usize most_runs = 64;
/// Beyond that even looking for the written pages takes longer than giving all back.
constexpr u64 most_scanned = 16'384;

/// Calls f with each run of set bits as bytes.
template <class F>
void for_each_run(const u64 (&bits)[4], F&& f) noexcept {
  const usize page = os::page_size();
  for (usize word = 0; word < 4; ++word)
    for (u64 left = bits[word]; left != 0;) {
      const auto first = static_cast<usize>(std::countr_zero(left));
      const auto count = static_cast<usize>(std::countr_one(left >> first));
      const usize begin = (word * 64 + first) * page;
      f(os::PageRun{begin, begin + count * page});
      left &= count + first == 64 ? 0 : ~u64{0} << (first + count);
    }
}

u64 count_bits(const u64 (&bits)[4]) noexcept {
  u64 count = 0;
  for (const u64 word : bits) count += static_cast<u64>(std::popcount(word));
  return count;
}

}  // namespace

Slot::Slot(u8* base, u64 reach, bool guarded) noexcept
    : m_base(base), m_reach(reach), m_guarded(guarded), m_open(guarded ? 0 : reach) {}

bool Slot::open_to(u64 size) noexcept {
  ZHAN_ASSERT(size <= m_reach, "a memory stays inside its slot");
  if (!m_guarded) return true;
  const u64 wanted = os::round_to_pages(size);
  if (wanted > m_open && !os::set_access(m_base + m_open, wanted - m_open, true)) return false;
  if (wanted < m_open && !os::set_access(m_base + wanted, m_open - wanted, false)) return false;
  m_open = wanted;
  return true;
}

bool Slot::lay_out(const MemoryImage& image) noexcept {
  m_mapped = image.mapped();
  return open_to(image.size()) && image.lay_out(m_base);
}

bool Slot::wipe() noexcept {
  m_watch.store(false, std::memory_order_relaxed);
  shelf = nullptr;
  uses = 0;
  m_resident = 0;
  if (!m_guarded && !m_mapped) {
    os::discard(m_base, m_reach);
    return true;
  }
  m_mapped = false;
  if (!os::map_anew(m_base, m_open, !m_guarded)) return false;
  if (m_guarded) m_open = 0;
  return true;
}

bool Slot::reset(const MemoryImage& image, u64 used, u64 most_resident) noexcept {
  ++uses;
  const u64 first = os::round_to_pages(image.size()), last = os::round_to_pages(used);
  if (last > first) {
    os::discard(m_base + first, last - first);
    if (!open_to(first)) return false;
  }
  return watched() ? reset_known(image) : reset_unknown(image, most_resident);
}

bool Slot::reset_known(const MemoryImage& image) noexcept {
  u64 known[4];
  for (usize i = 0; i < 4; ++i) known[i] = m_known[i].load(std::memory_order_relaxed);
  for_each_run(known, [&](os::PageRun run) { image.restore(m_base, run); });
  const u64 count = count_bits(known);
  m_resident = count * os::page_size();
  if (count > most_known) {
    stop_watching();
    shelf->watchable.store(false, std::memory_order_relaxed);
  }
  return true;
}

bool Slot::reset_unknown(const MemoryImage& image, u64 most_resident) noexcept {
  const u64 size = os::round_to_pages(image.size()), pages = image.pages();
  if (size == 0) return true;
  std::array<os::PageRun, most_runs> found;
  os::PageScan scan;
  if (pages <= most_scanned) scan = os::written_pages(m_base, size, found);
  u64 written = 0;
  for (usize i = 0; i < scan.runs; ++i) written += found[i].end - found[i].begin;
  const u64 page = os::page_size();
  if (scan.known && scan.all && written <= most_resident &&
      copying_pays(reset_costs(), written / page)) {
    const std::span<const os::PageRun> runs(found.data(), scan.runs);
    for (const os::PageRun run : runs) image.restore(m_base, run);
    m_resident = written;
    note_written(runs);
    return true;
  }
  os::discard(m_base, size);
  m_resident = image.copied();
  note_written({});
  image.lay_out_again(m_base);
  return true;
}

/// What a watch would begin with; nothing if it is too much.
void Slot::note_written(std::span<const os::PageRun> runs) noexcept {
  u64 known[4] = {};
  const u64 page = os::page_size();
  for (const os::PageRun run : runs)
    for (u64 i = run.begin / page; i < std::min(run.end / page, most_watched); ++i)
      known[i / 64] |= u64{1} << i % 64;
  for (usize i = 0; i < 4; ++i) m_known[i].store(known[i], std::memory_order_relaxed);
}

bool Slot::watch(const MemoryImage& image, u64 (&hot)[4]) noexcept {
  if (watched() || !m_guarded || image.pages() > most_watched || image.pages() == 0) return false;
  u64 known[4];
  for (usize i = 0; i < 4; ++i) known[i] = hot[i] |= m_known[i].load(std::memory_order_relaxed);
  if (count_bits(known) > most_known_first) return false;
  m_watched_bytes = image.pages() * os::page_size();
  u64 at = 0;
  bool ok = true;
  for_each_run(known, [&](os::PageRun run) {
    if (run.begin > at) ok = ok && os::set_writable(m_base + at, run.begin - at, false);
    at = run.end;
  });
  if (at < m_watched_bytes) ok = ok && os::set_writable(m_base + at, m_watched_bytes - at, false);
  for (usize i = 0; i < 4; ++i) m_known[i].store(known[i], std::memory_order_relaxed);
  m_watch.store(true, std::memory_order_relaxed);
  if (!ok) stop_watching();
  return ok;
}

bool Slot::on_fault(u64 offset) noexcept {
  if (!watched() || offset >= m_watched_bytes) return false;
  const u64 page = os::page_size();
  const u64 number = offset / page;
  const u64 bit = u64{1} << number % 64;
  // Known already: the access is forbidden for another reason.
  if ((m_known[number / 64].fetch_or(bit, std::memory_order_relaxed) & bit) != 0) return false;
  if (!os::set_writable(m_base + number * page, page, true)) stop_watching();
  return true;
}

void Slot::open_range(u64 offset, u64 size) noexcept {
  if (!watched() || size == 0) return;
  const u64 page = os::page_size();
  const u64 end = std::min(m_watched_bytes, offset + size);
  for (u64 at = offset / page * page; at < end && watched(); at += page) (void)on_fault(at);
}

void Slot::stop_watching() noexcept {
  if (!watched()) return;
  m_watch.store(false, std::memory_order_relaxed);
  const bool ok = os::set_writable(m_base, m_watched_bytes, true);
  ZHAN_CHECK(ok, "joining pages of one access takes no memory");
}

}  // namespace zhan::runtime

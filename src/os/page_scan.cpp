// SPDX-License-Identifier: Apache-2.0
#include "os/page_scan.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "base/assert.hpp"
#include "os/virtual_memory.hpp"

namespace zhan::os {
namespace {

// The kernel's interface (Documentation/admin-guide/mm/pagemap.rst), which older headers lack.
struct Region {
  u64 start, end, categories;
};
struct ScanArguments {
  u64 size = sizeof(ScanArguments);
  u64 flags = 0;
  u64 start = 0, end = 0;
  u64 walk_end = 0;  // out: where the kernel stopped
  u64 regions = 0, region_count = 0;
  u64 max_pages = 0;
  u64 inverted = 0, required = 0, any_of = 0, reported = 0;
};
static_assert(sizeof(ScanArguments) == 96);
static_assert(sizeof(PageRun) == 16);
constexpr unsigned long scan_call = _IOWR('f', 16, ScanArguments);
constexpr u64 of_file = 4, present = 8, swapped = 16, zero = 32;  // categories

constexpr u64 entry_present = u64{1} << 63, entry_swapped = u64{1} << 62,
              entry_of_file = u64{1} << 61;

constexpr usize regions_a_call = 64;

std::atomic<ScanWay> scan_way{ScanWay::scan};

/// -1 where /proc is not there.
int pagemap() noexcept {
  static const int fd = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  return fd;
}

/// Collects runs in ascending order and joins those that touch.
class Runs {
 public:
  Runs(const u8* base, std::span<PageRun> out) noexcept
      : m_base(reinterpret_cast<uptr>(base)), m_out(out) {}
  /// False: no room.
  bool add(uptr begin, uptr end) noexcept {
    const PageRun run{begin - m_base, end - m_base};
    if (m_count > 0 && m_out[m_count - 1].end == run.begin) {
      m_out[m_count - 1].end = run.end;
      return true;
    }
    if (m_count == m_out.size()) return false;
    m_out[m_count++] = run;
    return true;
  }
  [[nodiscard]] usize count() const noexcept { return m_count; }

 private:
  uptr m_base;
  std::span<PageRun> m_out;
  usize m_count = 0;
};

PageScan by_scan(const u8* at, usize size, std::span<PageRun> out) noexcept {
  std::array<Region, regions_a_call> regions;
  ScanArguments arguments;
  arguments.start = reinterpret_cast<uptr>(at);
  arguments.end = arguments.start + size;
  arguments.regions = reinterpret_cast<uptr>(regions.data());
  arguments.region_count = regions.size();
  arguments.inverted = arguments.required = of_file | zero;
  arguments.any_of = present | swapped;
  arguments.reported = present;
  Runs runs(at, out);
  // One call may stop before the end, with all its regions used.
  while (arguments.start < arguments.end) {
    const int found = ::ioctl(pagemap(), scan_call, &arguments);
    if (found < 0) return {};
    for (int i = 0; i < found; ++i)
      if (!runs.add(regions[static_cast<usize>(i)].start, regions[static_cast<usize>(i)].end))
        return {true, false, runs.count()};
    ZHAN_CHECK(arguments.walk_end > arguments.start, "a scan goes on");
    arguments.start = arguments.walk_end;
  }
  return {true, true, runs.count()};
}

PageScan by_pagemap(const u8* at, usize size, std::span<PageRun> out) noexcept {
  std::array<u64, 512> entries;
  Runs runs(at, out);
  const usize page = page_size();
  const uptr start = reinterpret_cast<uptr>(at);
  for (usize done = 0; done < size;) {
    const usize pages = std::min((size - done) / page, entries.size());
    const auto from = static_cast<off_t>((start + done) / page * sizeof(u64));
    const auto wanted = static_cast<ssize_t>(pages * sizeof(u64));
    if (::pread(pagemap(), entries.data(), static_cast<usize>(wanted), from) != wanted) return {};
    for (usize i = 0; i < pages; ++i, done += page) {
      const u64 entry = entries[i];
      if ((entry & (entry_present | entry_swapped)) == 0 || (entry & entry_of_file) != 0) continue;
      if (!runs.add(start + done, start + done + page)) return {true, false, runs.count()};
    }
  }
  return {true, true, runs.count()};
}

}  // namespace

void set_scan_way(ScanWay way) noexcept { scan_way.store(way, std::memory_order_relaxed); }

PageScan written_pages(const u8* at, usize size, std::span<PageRun> out) noexcept {
  ZHAN_ASSERT(reinterpret_cast<uptr>(at) % page_size() == 0, "pages are looked at whole");
  size = round_to_pages(size);
  if (pagemap() < 0) return {};
  if (scan_way.load(std::memory_order_relaxed) == ScanWay::scan) {
    const PageScan scan = by_scan(at, size, out);
    if (scan.known) return scan;
    set_scan_way(ScanWay::pagemap);  // the kernel has no such call
  }
  if (scan_way.load(std::memory_order_relaxed) == ScanWay::none) return {};
  return by_pagemap(at, size, out);
}

}  // namespace zhan::os

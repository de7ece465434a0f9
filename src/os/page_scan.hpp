// SPDX-License-Identifier: Apache-2.0
// Which pages of a private mapping have been written: asked of the kernel, by the PAGEMAP_SCAN call
// where it has that (Linux 6.7), else by reading /proc/self/pagemap.
#pragma once

#include <span>

#include "base/ints.hpp"

namespace zhan::os {

/// Bytes [begin, end) from some base, whole pages.
struct PageRun {
  usize begin = 0;
  usize end = 0;
  bool operator==(const PageRun&) const noexcept = default;
};

struct PageScan {
  bool known = false;  // false: the kernel does not say; everything may have been written
  bool all = false;    // false: there are more runs than room for them
  usize runs = 0;      // written to `out`, ascending, apart from each other
};

/// The pages of [at, at + size) that are the process's own: written since they were mapped or
/// discarded. Pages of a file that were only read are not, nor, where the kernel tells, those that
/// were read before they were written. `at` is the beginning of a page.
/// Thread-safe.
[[nodiscard]] PageScan written_pages(const u8* at, usize size, std::span<PageRun> out) noexcept;

/// Makes written_pages use the older way, or neither, from now on: for tests.
enum class ScanWay : u8 { scan, pagemap, none };
void set_scan_way(ScanWay way) noexcept;

}  // namespace zhan::os

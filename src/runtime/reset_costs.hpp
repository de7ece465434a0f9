// SPDX-License-Identifier: Apache-2.0
// What it costs here to make memory clean again: measured, not assumed (HEAP.md §1).
#pragma once

#include "base/ints.hpp"

namespace zhan::runtime {

/// In nanoseconds.
struct ResetCosts {
  u64 scan = 1000;    // to ask the kernel for the written pages of a small memory
  u64 copy = 60;      // a page that is in the cache
  u64 discard = 800;  // a call that gives pages back
  u64 fault = 1000;   // to touch a page that was given back
};

/// Measured at the second call in the process; before, what is usual. Thread-safe.
[[nodiscard]] const ResetCosts& reset_costs() noexcept;

/// Whether to write `pages` again rather than give them back: the next instance touches a part of
/// them.
[[nodiscard]] bool copying_pays(const ResetCosts& costs, u64 pages) noexcept;

}  // namespace zhan::runtime

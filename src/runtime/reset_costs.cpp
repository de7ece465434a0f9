// SPDX-License-Identifier: Apache-2.0
#include "runtime/reset_costs.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "os/clock.hpp"
#include "os/page_scan.hpp"
#include "os/virtual_memory.hpp"

namespace zhan::runtime {
namespace {

constexpr u64 pages_tried = 16;
constexpr int rounds = 5;

/// Of every four pages that an instance has written the next one writes one.
constexpr u64 written_again = 4;

template <class F>
u64 time_of(F&& work) noexcept {
  const u64 start = os::monotonic_ns();
  work();
  return os::monotonic_ns() - start;
}

ResetCosts measure() noexcept {
  const usize page = os::page_size();
  const os::Mapping to = os::Mapping::zeroed(pages_tried * page);
  const os::Mapping from = os::Mapping::zeroed(pages_tried * page);
  if (!to || !from) return {};
  ResetCosts best{~u64{0}, ~u64{0}, ~u64{0}, ~u64{0}};
  std::memset(from.base(), 1, from.size());
  const auto touch = [&] {
    for (u64 i = 0; i < pages_tried; ++i) const_cast<volatile u8*>(to.base())[i * page] = 1;
  };
  const auto copy = [&] { std::memcpy(to.base(), from.base(), to.size()); };
  std::array<os::PageRun, 4> runs;
  for (int round = 0; round < rounds; ++round) {
    best.fault = std::min(best.fault, time_of(touch) / pages_tried);
    copy();
    best.copy = std::min(best.copy, time_of(copy) / pages_tried);
    const auto scan = [&] { (void)os::written_pages(to.base(), to.size(), runs); };
    best.scan = std::min(best.scan, time_of(scan));
    const auto discard = [&] { os::discard(to.base(), to.size()); };
    best.discard = std::min(best.discard, time_of(discard));
  }
  best.copy = std::max<u64>(best.copy, 1);
  return best;
}

}  // namespace

const ResetCosts& reset_costs() noexcept {
  static const ResetCosts usual;
  static std::atomic<bool> asked{false};
  // A process that makes one instance need not pay for the measurement.
  if (!asked.exchange(true, std::memory_order_relaxed)) return usual;
  static const ResetCosts measured = measure();
  return measured;
}

bool copying_pays(const ResetCosts& costs, u64 pages) noexcept {
  return pages * costs.copy <= costs.discard + pages * costs.fault / written_again;
}

}  // namespace zhan::runtime

// SPDX-License-Identifier: Apache-2.0
// How long collections held the program up, counted in steps: quantiles without a list of pauses.
#pragma once

#include <array>
#include <bit>

#include "base/ints.hpp"

namespace zhan::heap {

/// Counts of durations in nanoseconds. A step is 1/16 of its power of two: quantiles are at most
/// 6.3 % above the truth. Not thread-safe.
class PauseCounts {
 public:
  void add(u64 nanoseconds) noexcept {
    ++m_counts[step_of(nanoseconds)];
    ++m_total;
  }
  /// The upper end of the step in which the `percent`-th hundredth lies; 0 if nothing was added.
  [[nodiscard]] u64 quantile(u32 percent) const noexcept {
    const u64 rank = (m_total * percent + 99) / 100;  // at least so many are not longer
    u64 seen = 0;
    for (u32 i = 0; i < m_counts.size(); ++i)
      if ((seen += m_counts[i]) >= rank && seen != 0) return end_of(i);
    return 0;
  }

 private:
  static constexpr u32 fine_bits = 4;
  static constexpr u32 fine = 1u << fine_bits;
  static constexpr u32 powers = 40;  // the last step takes all from 18 minutes on

  static u32 step_of(u64 value) noexcept {
    const u32 width = static_cast<u32>(std::bit_width(value | (fine - 1)));  // at least fine_bits
    const u32 power = width - fine_bits;
    if (power >= powers) return powers * fine - 1;
    const u32 low = static_cast<u32>(power == 0 ? value : value >> (power - 1) & (fine - 1));
    return power * fine + low;
  }
  /// The largest value of a step.
  static u64 end_of(u32 step) noexcept {
    const u32 power = step / fine, low = step % fine;
    if (power == 0) return low;
    return ((u64{fine} + low + 1) << (power - 1)) - 1;
  }

  std::array<u32, u64{powers} * fine> m_counts{};
  u64 m_total = 0;
};

}  // namespace zhan::heap

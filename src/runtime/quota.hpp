// SPDX-License-Identifier: Apache-2.0
// A count of something that may not exceed a limit: bytes of memories, elements of tables.
#pragma once

#include <atomic>

#include "base/ints.hpp"

namespace zhan::runtime {

/// Thread-safe; shared memories outlive the store that pays for them.
class Quota {
 public:
  explicit Quota(u64 limit) noexcept : m_limit(limit) {}
  /// False, and nothing taken, if that would exceed the limit.
  [[nodiscard]] bool take(u64 amount) noexcept {
    u64 used = m_used.load(std::memory_order_relaxed);
    do {
      const u64 limit = m_limit.load(std::memory_order_relaxed);
      if (used > limit || amount > limit - used) return false;
    } while (!m_used.compare_exchange_weak(used, used + amount, std::memory_order_relaxed));
    return true;
  }
  void give_back(u64 amount) noexcept { m_used.fetch_sub(amount, std::memory_order_relaxed); }
  void set_limit(u64 limit) noexcept { m_limit.store(limit, std::memory_order_relaxed); }
  [[nodiscard]] u64 limit() const noexcept { return m_limit.load(std::memory_order_relaxed); }
  [[nodiscard]] u64 used() const noexcept { return m_used.load(std::memory_order_relaxed); }

 private:
  std::atomic<u64> m_limit;
  std::atomic<u64> m_used{0};
};

}  // namespace zhan::runtime

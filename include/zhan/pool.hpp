// SPDX-License-Identifier: Apache-2.0
// The pool of an engine; part of zhan.hpp. Its limits are options of the configuration.
#pragma once

#include "zhan.hpp"

namespace zhan {
inline namespace api {

/// Limits of what all stores of an engine may have at one time; 0 = none.
struct PoolLimits {
  uint64_t memories = 0;
  uint64_t tables = 0;
  uint64_t instances = 0;
  uint64_t resident = 0;  ///< bytes that a memory keeps while it waits for the next instance
  uint64_t idle = 0;      ///< bytes that all waiting memories keep
};

/// Sets those that are not 0. Errors: none but those of memory.
inline Result<void> set_pool(Config& config, const PoolLimits& limits) {
  const std::pair<std::string_view, uint64_t> rows[] = {{"pool-memories", limits.memories},
                                                        {"pool-tables", limits.tables},
                                                        {"pool-instances", limits.instances},
                                                        {"pool-resident", limits.resident},
                                                        {"pool-idle", limits.idle}};
  for (const auto& [key, value] : rows) {
    if (value == 0) continue;
    Result<void> set = config.set(key, std::to_string(value));
    if (!set) return set;
  }
  return {};
}

/// What the pool holds now. Any thread.
[[nodiscard]] inline zhan_pool_stats_t pool_stats(const Engine& engine) noexcept {
  zhan_pool_stats_t now;
  zhan_engine_pool_stats(engine.get(), &now);
  return now;
}

}  // namespace api
}  // namespace zhan

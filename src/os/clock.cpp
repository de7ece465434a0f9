// SPDX-License-Identifier: Apache-2.0
#include "os/clock.hpp"

#include <ctime>

namespace zhan::os {
namespace {

u64 now(clockid_t clock) noexcept {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<u64>(time.tv_sec) * 1'000'000'000u + static_cast<u64>(time.tv_nsec);
}

}  // namespace

u64 monotonic_ns() noexcept { return now(CLOCK_MONOTONIC); }
u64 realtime_ns() noexcept { return now(CLOCK_REALTIME); }

}  // namespace zhan::os

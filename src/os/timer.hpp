// SPDX-License-Identifier: Apache-2.0
// One thread of the process that calls back at given times; started when first needed.
#pragma once

#include <memory>

#include "base/ints.hpp"

namespace zhan::os {

using TimerId = u64;  // 0 = none

/// Calls `fire(context.get())` on the timer thread at `when` (monotonic_ns) or soon after. The
/// callback must be short and must not call the functions below. Thread-safe.
[[nodiscard]] TimerId start_timer(u64 when, std::shared_ptr<void> context, void (*fire)(void*));
/// A timer that has fired, or 0, is ignored. The callback may still be running afterwards.
void cancel_timer(TimerId id) noexcept;

}  // namespace zhan::os

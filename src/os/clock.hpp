// SPDX-License-Identifier: Apache-2.0
// Clocks in nanoseconds. Thread-safe, cannot fail.
#pragma once

#include "base/ints.hpp"

namespace zhan::os {

/// Since an arbitrary point; never goes back.
[[nodiscard]] u64 monotonic_ns() noexcept;
/// Since 1970-01-01 UTC.
[[nodiscard]] u64 realtime_ns() noexcept;

}  // namespace zhan::os

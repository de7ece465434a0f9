// SPDX-License-Identifier: Apache-2.0
// Facts about the calling thread.
#pragma once

#include "base/ints.hpp"

namespace zhan::os {

/// The native stack of the calling thread: [low, high), the guard page left out. It grows down.
struct StackBounds {
  uptr low = 0;
  uptr high = 0;
};

/// Asked of the system once a thread, then remembered; the main thread's follows its stack limit.
[[nodiscard]] StackBounds stack_bounds() noexcept;

/// The stack pointer of the caller, within a few hundred bytes.
[[nodiscard]] uptr stack_pointer() noexcept;

/// A number of the calling thread, never 0, never reused.
[[nodiscard]] u64 thread_number() noexcept;

/// Shown by debuggers and `top`; cut to 15 characters.
void set_thread_name(const char* name) noexcept;

/// Whether rounding is to nearest and denormal numbers are kept, as WebAssembly demands.
[[nodiscard]] bool float_environment_is_default() noexcept;

}  // namespace zhan::os

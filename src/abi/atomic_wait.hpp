// SPDX-License-Identifier: Apache-2.0
// The waiting instructions of the threads proposal, as code of every engine calls them. Bodies are
// in runtime/atomic_wait.cpp.
#pragma once

#include "abi/abi.hpp"

namespace zhan::abi::builtin {

/// What memory.atomic.wait answers.
enum class Woken : u32 { notified = 0, not_equal = 1, timed_out = 2 };

/// Puts the store's thread to sleep at `address` if the value there (1 << log2 bytes, 4 or 8) is
/// still `expected`; `timeout` in nanoseconds, negative = none. The address is aligned and within
/// the memory; that the memory is shared is tested here. False: a trap has been noted, also when
/// another thread asked the store to stop. May be called by several stores at once.
[[nodiscard]] bool atomic_wait(Exec* exec, Memory* memory, u64 address, u32 log2, u64 expected,
                               i64 timeout, Woken& woken) noexcept;

/// Wakes at most `count` of those who wait at `address`, the longest waiting first: how many.
[[nodiscard]] u32 atomic_notify(Memory* memory, u64 address, u32 count) noexcept;

}  // namespace zhan::abi::builtin

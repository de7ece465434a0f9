// SPDX-License-Identifier: Apache-2.0
// Handlers for faults, put before what the program had installed and passing on to it.
#pragma once

#include <csignal>

#include "base/ints.hpp"

namespace zhan::os {

/// The signals of CONTRACTS C6.
inline constexpr int fault_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};

/// True if the signal was ours and has been dealt with (the context may have been changed).
using FaultHandler = bool (*)(int signal, siginfo_t* info, void* context);

/// Installs `handler` before the present ones, once for the process; later calls do nothing. False
/// if the system refuses. What it does not take goes to the earlier handlers. Thread-safe.
bool install_fault_handler(FaultHandler handler) noexcept;

/// Whether the calling thread blocks one of the fault signals: the kernel would end the process.
[[nodiscard]] bool fault_signals_blocked() noexcept;

}  // namespace zhan::os

// SPDX-License-Identifier: Apache-2.0
// Out-of-bounds accesses that arrive as faults (CONTRACTS C6).
#pragma once

#include <csignal>

namespace zhan::runtime {

/// Whether this build and machine turn faults into traps; otherwise all checks are explicit.
[[nodiscard]] bool faults_supported() noexcept;

/// Takes a fault signal: if it is an access of wasm code of this thread beyond its memory, notes
/// the trap and changes the context so that the call ends with it. False: the signal is somebody
/// else's. Allocates nothing, locks nothing. For programs with handlers of their own.
bool handle_fault(int signal, siginfo_t* info, void* context) noexcept;

/// Puts handle_fault before the program's handlers, once for the process. False if the system
/// refuses.
bool install_signals() noexcept;

}  // namespace zhan::runtime

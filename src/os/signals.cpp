// SPDX-License-Identifier: Apache-2.0
#include "os/signals.hpp"

#include <pthread.h>

#include <atomic>
#include <mutex>

#include "base/assert.hpp"

namespace zhan::os {
namespace {

constexpr usize signal_count = sizeof(fault_signals) / sizeof(fault_signals[0]);

struct Chain {
  FaultHandler handler = nullptr;
  struct sigaction previous[signal_count] = {};
};
Chain chain;  // written once, before the handlers are installed

struct sigaction& previous_of(int signal) noexcept {
  usize i = 0;
  while (i + 1 < signal_count && fault_signals[i] != signal) ++i;
  ZHAN_ASSERT(fault_signals[i] == signal, "only fault signals are handled");
  return chain.previous[i];
}

/// Restores the default and returns, so that the instruction faults again and ends the process with
/// the right signal; one sent by kill() is sent again.
void fall_to_default(int signal, const siginfo_t* info) noexcept {
  ::signal(signal, SIG_DFL);
  if (info->si_code <= 0) ::raise(signal);
}

void pass_on(int signal, siginfo_t* info, void* context) noexcept {
  const struct sigaction& previous = previous_of(signal);
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler == SIG_DFL) {
    fall_to_default(signal, info);
  } else if (previous.sa_handler == SIG_IGN) {
    if (info->si_code > 0) fall_to_default(signal, info);  // a real fault cannot be ignored
  } else {
    previous.sa_handler(signal);
  }
}

void on_fault(int signal, siginfo_t* info, void* context) {
  if (!chain.handler(signal, info, context)) pass_on(signal, info, context);
}

bool install_all() noexcept {
  struct sigaction action{};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  bool ok = true;
  for (usize i = 0; i < signal_count; ++i) {
    ok = ::sigaction(fault_signals[i], nullptr, &chain.previous[i]) == 0 && ok;
    ok = ::sigaction(fault_signals[i], &action, nullptr) == 0 && ok;
  }
  return ok;
}

}  // namespace

bool install_fault_handler(FaultHandler handler) noexcept {
  static std::mutex mutex;
  static bool ok = false;
  const std::lock_guard lock(mutex);
  if (chain.handler == nullptr) {
    chain.handler = handler;
    ok = install_all();
  }
  return ok;
}

bool fault_signals_blocked() noexcept {
  sigset_t blocked;
  sigemptyset(&blocked);
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  for (const int signal : fault_signals)
    if (sigismember(&blocked, signal) == 1) return true;
  return false;
}

}  // namespace zhan::os

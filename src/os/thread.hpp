// SPDX-License-Identifier: Apache-2.0
// Facts about the calling thread, and threads that are joined.
#pragma once

#include <pthread.h>

#include <functional>
#include <utility>

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

/// A thread of the system; the owner joins it before it ends the object.
class Thread {
 public:
  Thread() noexcept = default;
  Thread(Thread&& other) noexcept
      : m_handle(other.m_handle), m_running(std::exchange(other.m_running, false)) {}
  Thread& operator=(Thread&& other) noexcept {
    std::swap(m_handle, other.m_handle);
    std::swap(m_running, other.m_running);
    return *this;
  }
  ~Thread();
  /// Runs `work` on a native stack of at least `stack_bytes`. False if the system has no more
  /// threads: then `work` is gone without having run.
  [[nodiscard]] bool start(std::function<void()> work, usize stack_bytes);
  void join() noexcept;

 private:
  pthread_t m_handle{};
  bool m_running = false;
};

}  // namespace zhan::os

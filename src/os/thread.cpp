// SPDX-License-Identifier: Apache-2.0
#include "os/thread.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>

#include "base/assert.hpp"

namespace zhan::os {
namespace {

StackBounds ask_bounds() noexcept {
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return {};
  void* low = nullptr;
  usize size = 0, guard = 0;
  ::pthread_attr_getstack(&attributes, &low, &size);
  ::pthread_attr_getguardsize(&attributes, &guard);
  ::pthread_attr_destroy(&attributes);
  const auto start = reinterpret_cast<uptr>(low);
  return {start + guard, start + size};
}

}  // namespace

StackBounds stack_bounds() noexcept {
  static thread_local const StackBounds bounds = ask_bounds();
  ZHAN_ASSERT(bounds.low <= bounds.high, "a stack has a positive size");
  return bounds;
}

uptr stack_pointer() noexcept { return reinterpret_cast<uptr>(__builtin_frame_address(0)); }

u64 thread_number() noexcept {
  static std::atomic<u64> last{0};
  static thread_local const u64 number = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return number;
}

void set_thread_name(const char* name) noexcept {
  char text[16] = {};
  std::memcpy(text, name, std::min(std::strlen(name), sizeof(text) - 1));
  ::pthread_setname_np(::pthread_self(), text);
}

Thread::~Thread() { ZHAN_CHECK(!m_running, "a thread is joined before its object ends"); }

bool Thread::start(std::function<void()> work, usize stack_bytes) {
  ZHAN_ASSERT(!m_running, "one object is one thread");
  auto owned = std::make_unique<std::function<void()>>(std::move(work));
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return false;
  ::pthread_attr_setstacksize(&attributes, stack_bytes);
  const auto run = [](void* raw) -> void* {
    const std::unique_ptr<std::function<void()>> mine(static_cast<std::function<void()>*>(raw));
    (*mine)();
    return nullptr;
  };
  m_running = ::pthread_create(&m_handle, &attributes, run, owned.get()) == 0;
  ::pthread_attr_destroy(&attributes);
  if (m_running) static_cast<void>(owned.release());
  return m_running;
}

void Thread::join() noexcept {
  if (std::exchange(m_running, false)) ::pthread_join(m_handle, nullptr);
}

bool float_environment_is_default() noexcept {
#if defined(__x86_64__)
  constexpr u32 daz = 1u << 6, rounding = 3u << 13, ftz = 1u << 15;
  return (__builtin_ia32_stmxcsr() & (daz | rounding | ftz)) == 0;
#elif defined(__aarch64__)
  u64 control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  constexpr u64 rounding = 3u << 22, ftz = 1u << 24;
  return (control & (rounding | ftz)) == 0;
#else
  return true;
#endif
}

}  // namespace zhan::os

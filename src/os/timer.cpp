// SPDX-License-Identifier: Apache-2.0
#include "os/timer.hpp"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "os/clock.hpp"
#include "os/thread.hpp"

namespace zhan::os {
namespace {

class TimerThread {
 public:
  TimerId start(u64 when, std::shared_ptr<void> context, void (*fire)(void*)) {
    const std::lock_guard lock(m_mutex);
    if (!m_running) {
      m_running = true;
      std::thread([this] { run(); }).detach();
    }
    const TimerId id = ++m_last;
    m_queue.emplace(when, Timer{id, std::move(context), fire});
    m_changed.notify_one();
    return id;
  }

  void cancel(TimerId id) noexcept {
    std::shared_ptr<void> dropped;  // its destructor runs without the lock
    const std::lock_guard lock(m_mutex);
    for (auto it = m_queue.begin(); it != m_queue.end(); ++it) {
      if (it->second.id != id) continue;
      dropped = std::move(it->second.context);
      m_queue.erase(it);
      return;
    }
  }

 private:
  struct Timer {
    TimerId id;
    std::shared_ptr<void> context;
    void (*fire)(void*);
  };

  [[noreturn]] void run() {
    set_thread_name("zhan-timer");
    std::unique_lock lock(m_mutex);
    for (;;) {
      if (m_queue.empty()) {
        m_changed.wait(lock);
        continue;
      }
      const u64 first = m_queue.begin()->first;
      const u64 now = monotonic_ns();
      if (first > now) {
        m_changed.wait_for(lock, std::chrono::nanoseconds(first - now));
        continue;
      }
      Timer timer = std::move(m_queue.begin()->second);
      m_queue.erase(m_queue.begin());
      lock.unlock();
      timer.fire(timer.context.get());
      timer.context.reset();
      lock.lock();
    }
  }

  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::multimap<u64, Timer> m_queue;
  TimerId m_last = 0;
  bool m_running = false;
};

/// Never destroyed: its thread runs until the process ends.
TimerThread& timers() {
  static TimerThread* const instance = std::make_unique<TimerThread>().release();
  return *instance;
}

}  // namespace

TimerId start_timer(u64 when, std::shared_ptr<void> context, void (*fire)(void*)) {
  return timers().start(when, std::move(context), fire);
}

void cancel_timer(TimerId id) noexcept {
  if (id != 0) timers().cancel(id);
}

}  // namespace zhan::os

// SPDX-License-Identifier: Apache-2.0
// Interrupts and deadlines (CONTRACTS C5, C9): words that other threads set, and what they lead to.
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "abi/builtins.hpp"
#include "os/clock.hpp"
#include "runtime/store_impl.hpp"

namespace zhan::runtime {
namespace {

void make_readable(int descriptor) noexcept {
  const u64 one = 1;
  if (descriptor >= 0) {
    [[maybe_unused]] const ssize_t written = ::write(descriptor, &one, sizeof(one));
  }
}

void raise_deadline(void* requests) {
  static_cast<Requests*>(requests)->raise(abi::request::deadline);
}

}  // namespace

Requests::~Requests() {
  if (const int fd = m_descriptor.load(); fd >= 0) ::close(fd);
}

void Requests::raise(u32 bit) noexcept {
  bits.fetch_or(bit, std::memory_order_release);
  const std::lock_guard lock(m_mutex);
  m_raised.notify_all();
  make_readable(m_descriptor.load(std::memory_order_acquire));
}

void Requests::stop(std::optional<Error> reason) noexcept {
  {
    const std::lock_guard lock(m_mutex);
    if (!m_reason) m_reason = std::move(reason);
  }
  raise(abi::request::stop);
}

std::optional<Error> Requests::stop_reason() noexcept {
  const std::lock_guard lock(m_mutex);
  if (!m_reason) return std::nullopt;
  Error copy(m_reason->kind(), {});
  copy.info() = m_reason->info();
  m_reason->info().payload.reset();
  return copy;
}

bool Requests::sleep(u64 nanoseconds) {
  std::unique_lock lock(m_mutex);
  const auto raised = [this] { return bits.load(std::memory_order_acquire) != 0; };
  constexpr u64 longest = u64{1} << 60;  // what the clock can add to the present
  return m_raised.wait_for(lock, std::chrono::nanoseconds(std::min(nanoseconds, longest)), raised);
}

void Requests::sleep_until(u64 end, const std::atomic<bool>& woken) {
  std::unique_lock lock(m_mutex);
  const auto done = [&] {
    return woken.load(std::memory_order_acquire) || bits.load(std::memory_order_acquire) != 0;
  };
  constexpr u64 latest = ~u64{0} >> 1;  // of the clock's representation
  if (end > latest) return m_raised.wait(lock, done);
  const std::chrono::steady_clock::time_point until{std::chrono::nanoseconds(end)};
  m_raised.wait_until(lock, until, done);
}

void Requests::wake() noexcept {
  const std::lock_guard lock(m_mutex);
  m_raised.notify_all();
}

int Requests::descriptor() noexcept {
  const std::lock_guard lock(m_mutex);
  int fd = m_descriptor.load();
  if (fd >= 0) return fd;
  fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  m_descriptor.store(fd, std::memory_order_release);
  if (bits.load(std::memory_order_acquire) != 0) make_readable(fd);
  return fd;
}

void Store::set_deadline(u64 nanoseconds) {
  os::cancel_timer(std::exchange(m_impl->timer, 0));
  m_impl->requests->bits.fetch_and(~abi::request::deadline, std::memory_order_relaxed);
  if (nanoseconds == 0) return;
  const u64 now = os::monotonic_ns();
  const u64 when = nanoseconds > ~u64{0} - now ? ~u64{0} : now + nanoseconds;
  m_impl->timer = os::start_timer(when, m_impl->requests, raise_deadline);
}

std::shared_ptr<Requests> Store::interrupt_handle() const noexcept { return m_impl->requests; }

void Store::set_fuel(u64 fuel) noexcept {
  abi::Exec& e = m_impl->exec;
  if (!e.metered) return;
  e.fuel = fuel;
  e.budget = 0;
}

u64 Store::fuel_left() const noexcept {
  const abi::Exec& e = m_impl->exec;
  return e.metered ? e.fuel + e.budget : 0;
}

bool Store::note_requests() noexcept {
  std::atomic<u32>& bits = m_impl->requests->bits;
  const u32 set = bits.load(std::memory_order_acquire);
  if (set == 0) return false;
  if ((set & abi::request::deadline) != 0) {
    note_trap(Trap::deadline_exceeded);  // stays until a new deadline is set
    return true;
  }
  std::optional<Error> reason;
  if ((set & abi::request::stop) != 0) reason = m_impl->requests->stop_reason();
  if (reason) {
    note_error(std::move(*reason));
  } else {
    // An interrupt ends one call; a store that goes away ends all.
    bits.fetch_and(~abi::request::interrupt, std::memory_order_relaxed);
    note_trap(Trap::interrupted);
  }
  return true;
}

}  // namespace zhan::runtime

namespace zhan::abi::builtin {

bool poll(Exec* exec, u64& budget) noexcept {
  if (exec->metered) {
    // fuel + budget is what is left; the subtraction that led here may have made the sum negative.
    const u64 left = exec->fuel + budget;
    const bool spent = static_cast<i64>(budget) < 0 && exec->fuel < u64{0} - budget;
    budget = spent ? 0 : std::min(left, budget_period);
    exec->fuel = spent ? 0 : left - budget;
    if (spent) {
      exec->store->note_trap(Trap::out_of_fuel);
      return false;
    }
  } else {
    budget = budget_period;
  }
  const bool requested = exec->requests->load(std::memory_order_relaxed) != 0;
  return !requested || !exec->store->note_requests();
}

}  // namespace zhan::abi::builtin

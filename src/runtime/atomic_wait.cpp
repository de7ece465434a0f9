// SPDX-License-Identifier: Apache-2.0
// memory.atomic.wait and notify: a parking lot of the process, keyed by memory and address, so that
// stores that know nothing of each other meet there. A waiter sleeps on its store's Requests:
// whatever stops the store wakes it too (CONTRACTS C5).
#include "abi/atomic_wait.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "os/clock.hpp"
#include "runtime/instance.hpp"

namespace zhan::runtime {
namespace {

/// One sleeping thread; lies on its stack, linked into a bucket while it waits.
struct Waiter {
  const abi::Memory* memory;
  u64 address;
  Requests& requests;
  std::atomic<bool> woken{false};  // written under the bucket's lock; the waker has unlinked it
  Waiter* previous = nullptr;
  Waiter* next = nullptr;
};

/// The threads that wait for the addresses of one hash, the longest waiting first.
class Bucket {
 public:
  std::mutex mutex;

  void append(Waiter& waiter) noexcept {
    waiter.previous = m_last;
    (m_last == nullptr ? m_first : m_last->next) = &waiter;
    m_last = &waiter;
  }
  void remove(Waiter& waiter) noexcept {
    (waiter.previous == nullptr ? m_first : waiter.previous->next) = waiter.next;
    (waiter.next == nullptr ? m_last : waiter.next->previous) = waiter.previous;
  }
  /// Unlinks and wakes. The waiter cannot leave before the lock is free, so it is still there when
  /// its Requests are touched.
  u32 wake(const abi::Memory* memory, u64 address, u32 most) noexcept {
    u32 count = 0;
    for (Waiter* at = m_first; at != nullptr && count < most;) {
      Waiter& waiter = *at;
      at = waiter.next;
      if (waiter.memory != memory || waiter.address != address) continue;
      remove(waiter);
      waiter.woken.store(true, std::memory_order_release);
      waiter.requests.wake();
      ++count;
    }
    return count;
  }

 private:
  Waiter* m_first = nullptr;
  Waiter* m_last = nullptr;
};

Bucket& bucket_of(const abi::Memory* memory, u64 address) noexcept {
  static std::array<Bucket, 64> buckets;
  // Memories lie far apart and addresses are multiples of four: the high half of a product by an
  // odd constant mixes both.
  const u64 mixed = (reinterpret_cast<uptr>(memory) + address) * 0x9e3779b97f4a7c15;
  return buckets[mixed >> 58];
}

u64 read_value(const abi::Memory* memory, u64 address, u32 log2) noexcept {
  const u8* const at = memory->base + address;
  return log2 == 2 ? __atomic_load_n(reinterpret_cast<const u32*>(at), __ATOMIC_SEQ_CST)
                   : __atomic_load_n(reinterpret_cast<const u64*>(at), __ATOMIC_SEQ_CST);
}

bool is_shared(const abi::Inst* inst, const abi::Memory* memory) noexcept {
  const auto& memories = impl_of(inst).memories;
  const auto found = std::find_if(memories.begin(), memories.end(),
                                  [&](const Memory* m) { return &m->state == memory; });
  ZHAN_ASSERT(found != memories.end(), "the memory is one of the instance's");
  return (*found)->type.shared;
}

/// The clock's time when a wait ends; ~0 = never.
u64 end_of_wait(i64 timeout) noexcept {
  if (timeout < 0) return ~u64{0};
  const u64 now = os::monotonic_ns();
  const u64 end = now + static_cast<u64>(timeout);
  return end < now ? ~u64{0} : end;
}

}  // namespace
}  // namespace zhan::runtime

namespace zhan::abi::builtin {

bool atomic_wait(Exec* exec, Memory* memory, u64 address, u32 log2, u64 expected, i64 timeout,
                 Woken& woken) noexcept {
  namespace rt = zhan::runtime;
  rt::Store& store = *exec->store;
  if (!rt::is_shared(exec->inst, memory)) {
    store.note_trap(Trap::expected_shared_memory);
    return false;
  }
  const u64 end = rt::end_of_wait(timeout);
  rt::Bucket& bucket = rt::bucket_of(memory, address);
  rt::Requests& requests = *store.impl().requests;
  rt::Waiter waiter{memory, address, requests};
  {
    const std::lock_guard lock(bucket.mutex);
    if (rt::read_value(memory, address, log2) != expected) {
      woken = Woken::not_equal;
      return true;
    }
    bucket.append(waiter);
  }
  requests.sleep_until(end, waiter.woken);
  const std::lock_guard lock(bucket.mutex);
  if (waiter.woken.load(std::memory_order_acquire)) {
    woken = Woken::notified;
    return true;
  }
  bucket.remove(waiter);
  woken = Woken::timed_out;
  return !store.note_requests();
}

u32 atomic_notify(Memory* memory, u64 address, u32 count) noexcept {
  zhan::runtime::Bucket& bucket = zhan::runtime::bucket_of(memory, address);
  const std::lock_guard lock(bucket.mutex);
  return bucket.wake(memory, address, count);
}

}  // namespace zhan::abi::builtin

// SPDX-License-Identifier: Apache-2.0
// Shared objects of the API: a count in the object, the last drop ends it.
#pragma once

#include <atomic>
#include <memory>

#include "base/assert.hpp"
#include "base/ints.hpp"

namespace zhan::capi {

/// Starts with one count. Thread-safe.
template <class T>
class Counted {
 public:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  T* keep() noexcept {
    m_count.fetch_add(1, std::memory_order_relaxed);
    return static_cast<T*>(this);
  }
  void drop() noexcept {
    const u64 before = m_count.fetch_sub(1, std::memory_order_acq_rel);
    ZHAN_ASSERT(before != 0, "a count is dropped once");
    if (before == 1) std::default_delete<T>()(static_cast<T*>(this));
  }

 protected:
  ~Counted() = default;

 private:
  std::atomic<u64> m_count{1};
};

template <class T>
T* keep(T* object) noexcept {
  return object == nullptr ? nullptr : object->keep();
}
template <class T>
void drop(T* object) noexcept {
  if (object != nullptr) object->drop();
}

/// One count of a shared object.
template <class T>
struct Drop {
  void operator()(T* object) const noexcept { object->drop(); }
};
template <class T>
using Kept = std::unique_ptr<T, Drop<T>>;

}  // namespace zhan::capi

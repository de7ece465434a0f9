// SPDX-License-Identifier: Apache-2.0
// Owned references: entries of a counted table that outlives its store, so that a finalizer of
// another language may drop them on any thread at any time.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "capi/counted.hpp"
#include "zhan/zhan.h"

namespace zhan::capi {

/// zhan_ref_t is {address of the Roots, entry << 32 | raw reference}; entry 0 = lent. Thread-safe.
/// Counts: one for the store, one an entry.
class Roots final : public Counted<Roots> {
 public:
  /// An owned reference; null for 0.
  [[nodiscard]] zhan_ref_t own(u64 raw);
  /// A lent one, without an entry.
  [[nodiscard]] zhan_ref_t lend(u64 raw) noexcept;
  /// Whether the reference is of this store; null is of every store.
  [[nodiscard]] bool owns(zhan_ref_t ref) const noexcept {
    return ref.root == 0 || ref.root == reinterpret_cast<u64>(this);
  }
  /// Whether an owned reference of this store has not been dropped; lent ones are trusted.
  [[nodiscard]] bool lives(zhan_ref_t ref) noexcept;
  [[nodiscard]] static u64 raw(zhan_ref_t ref) noexcept { return static_cast<u32>(ref.item); }
  [[nodiscard]] static Roots* of(zhan_ref_t ref) noexcept {
    return reinterpret_cast<Roots*>(ref.root);
  }
  /// Calls take(raw) for every owned reference: the collector keeps these objects in their places.
  void each(const std::function<void(u64)>& take);
  /// Ends an owned reference; others are ignored.
  static void end(zhan_ref_t ref) noexcept;

 private:
  std::mutex m_mutex;          // guards what follows
  std::vector<u32> m_entries;  // raw references; 0 = free
  std::vector<u32> m_free;     // room for every entry
};

}  // namespace zhan::capi

// SPDX-License-Identifier: Apache-2.0
// What names objects without keeping them alive (HEAP.md §8): weak handles, and a map from objects
// to what the host has for them. Both lie outside the heap; after marking, entries of dead objects
// go and those of moved ones are entered anew.
#pragma once

#include <vector>

#include "abi/object.hpp"

namespace zhan::heap {

class Marker;

/// Handles to objects. Not thread-safe.
class WeakHandles {
 public:
  /// Number of an entry and its generation; never 0.
  using Handle = u64;

  /// A handle to an object (not null, not i31).
  [[nodiscard]] Handle add(abi::Ref object);
  /// The object now, 0 once it has died or the handle has been removed.
  [[nodiscard]] abi::Ref get(Handle handle) const noexcept;
  void remove(Handle handle) noexcept;
  void after_marking(const Marker& marker) noexcept;

 private:
  struct Entry {
    u32 ref = 0;
    u32 generation = 1;
    bool used = false;
  };
  [[nodiscard]] const Entry* find(Handle handle) const noexcept;

  std::vector<Entry> m_entries;
  std::vector<u32> m_free;
};

/// From objects to pointers of the host, by identity. Not thread-safe.
class IdentityMap {
 public:
  /// Enters an object (not null, not i31), or changes what stands for it. `host` is not null.
  void set(abi::Ref object, void* host);
  /// Null if the object has not been entered.
  [[nodiscard]] void* get(abi::Ref object) const noexcept;
  void remove(abi::Ref object) noexcept;
  [[nodiscard]] usize size() const noexcept { return m_size; }
  /// Enters all that live into room that is there already: a collection allocates nothing.
  void after_marking(const Marker& marker) noexcept;

 private:
  struct Entry {
    u32 ref = 0;  // 0 = free
    void* host = nullptr;
  };
  [[nodiscard]] static usize place_of(const std::vector<Entry>& table, u32 ref) noexcept;
  void grow();

  std::vector<Entry> m_table;  // a power of two, at most half full; linear probing
  std::vector<Entry> m_spare;  // of the same size
  usize m_size = 0;
};

}  // namespace zhan::heap

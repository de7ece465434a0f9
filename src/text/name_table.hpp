// SPDX-License-Identifier: Apache-2.0
// Identifiers to numbers: one open hash table for all index spaces, keyed by a scope and a name.
#pragma once

#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "wasm/imm.hpp"

namespace zhan::text {

/// A scope: an index space, and for locals and fields the function or type they belong to.
[[nodiscard]] constexpr u64 scope_of(Space space, u32 outer = 0) noexcept {
  return static_cast<u64>(space) << 32 | outer;
}

/// Values are u32; no_index means absent. Names are views that must outlive the table.
class NameTable {
 public:
  NameTable() : m_slots(64) {}

  [[nodiscard]] u32 find(u64 scope, std::string_view name) const noexcept {
    return m_slots[slot_of(scope, name)].value;
  }
  /// Sets the value and returns the one before.
  u32 exchange(u64 scope, std::string_view name, u32 value) {
    ZHAN_ASSERT(name.data() != nullptr, "a slot without a name is free");
    if ((m_used + 1) * 2 > m_slots.size()) grow();
    Slot& slot = m_slots[slot_of(scope, name)];
    if (slot.name.data() == nullptr) {
      ++m_used;
      slot.scope = scope;
      slot.name = name;
    }
    const u32 before = slot.value;
    slot.value = value;
    return before;
  }

 private:
  struct Slot {
    u64 scope = 0;
    std::string_view name;
    u32 value = no_index;
  };

  /// Starts from the table's address, so that a text cannot be made to collide on purpose.
  [[nodiscard]] u64 hash_of(u64 scope, std::string_view name) const noexcept {
    u64 hash = (scope + m_seed) * 0x9e3779b97f4a7c15u + name.size();
    for (const char c : name) hash = (hash ^ static_cast<u8>(c)) * 0x100000001b3u;
    return hash ^ hash >> 29;
  }
  [[nodiscard]] usize slot_of(u64 scope, std::string_view name) const noexcept {
    ZHAN_ASSERT(m_used < m_slots.size(), "a free slot ends every search");
    const usize mask = m_slots.size() - 1;
    usize at = hash_of(scope, name) & mask;
    while (m_slots[at].name.data() != nullptr &&
           (m_slots[at].scope != scope || m_slots[at].name != name))
      at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<Slot> old(m_slots.size() * 2);
    old.swap(m_slots);
    for (const Slot& slot : old)
      if (slot.name.data() != nullptr) m_slots[slot_of(slot.scope, slot.name)] = slot;
  }

  std::vector<Slot> m_slots;
  usize m_used = 0;
  u64 m_seed = reinterpret_cast<uptr>(this) >> 4;
};

}  // namespace zhan::text

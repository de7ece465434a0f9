// SPDX-License-Identifier: Apache-2.0
#include "heap/weak.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "heap/marker.hpp"

namespace zhan::heap {

// -- Handles --

WeakHandles::Handle WeakHandles::add(abi::Ref object) {
  ZHAN_ASSERT(object != 0 && !abi::is_i31(object), "only objects die");
  if (m_free.empty()) {
    m_free.reserve(m_entries.size() + 1);  // remove() allocates nothing
    m_entries.emplace_back();
    m_free.push_back(static_cast<u32>(m_entries.size() - 1));
  }
  const u32 index = m_free.back();
  m_free.pop_back();
  Entry& entry = m_entries[index];
  entry.ref = static_cast<u32>(object);
  entry.used = true;
  return u64{index} << 32 | entry.generation;
}

const WeakHandles::Entry* WeakHandles::find(Handle handle) const noexcept {
  const u64 index = handle >> 32;
  if (index >= m_entries.size()) return nullptr;
  const Entry& entry = m_entries[index];
  return entry.used && entry.generation == static_cast<u32>(handle) ? &entry : nullptr;
}

abi::Ref WeakHandles::get(Handle handle) const noexcept {
  const Entry* const entry = find(handle);
  return entry == nullptr ? 0 : entry->ref;
}

void WeakHandles::remove(Handle handle) noexcept {
  if (find(handle) == nullptr) return;
  const u32 index = static_cast<u32>(handle >> 32);
  Entry& entry = m_entries[index];
  entry.used = false;
  entry.ref = 0;
  if (++entry.generation == 0) return;  // every number of this entry has been used: it rests
  m_free.push_back(index);
}

void WeakHandles::after_marking(const Marker& marker) noexcept {
  for (Entry& entry : m_entries)
    if (entry.ref != 0 && !marker.survives(entry.ref)) entry.ref = 0;
}

// -- The map --

/// Of the object, or of the free entry where it would go.
usize IdentityMap::place_of(const std::vector<Entry>& table, u32 ref) noexcept {
  const usize mask = table.size() - 1;
  usize i = (ref >> 3) * u64{0x9e37'79b9'7f4a'7c15} >> 20 & mask;
  while (table[i].ref != 0 && table[i].ref != ref) i = (i + 1) & mask;
  return i;
}

void IdentityMap::grow() {
  std::vector<Entry> bigger(std::max<usize>(16, 2 * m_table.size()));
  m_spare.assign(bigger.size(), {});
  for (const Entry& entry : m_table)
    if (entry.ref != 0) bigger[place_of(bigger, entry.ref)] = entry;
  m_table = std::move(bigger);
}

void IdentityMap::set(abi::Ref object, void* host) {
  ZHAN_ASSERT(object != 0 && !abi::is_i31(object), "only objects have an identity");
  ZHAN_ASSERT(host != nullptr, "null stands for no entry");
  if (2 * (m_size + 1) > m_table.size()) grow();
  const auto ref = static_cast<u32>(object);
  Entry& entry = m_table[place_of(m_table, ref)];
  m_size += entry.ref == 0 ? 1 : 0;
  entry = {ref, host};
}

void* IdentityMap::get(abi::Ref object) const noexcept {
  if (m_table.empty() || object == 0) return nullptr;
  return m_table[place_of(m_table, static_cast<u32>(object))].host;
}

void IdentityMap::remove(abi::Ref object) noexcept {
  if (m_table.empty() || object == 0) return;
  const usize mask = m_table.size() - 1;
  usize hole = place_of(m_table, static_cast<u32>(object));
  if (m_table[hole].ref == 0) return;
  m_table[hole] = {};
  --m_size;
  // What was pushed on by probing is entered again, up to the next free entry.
  for (usize i = (hole + 1) & mask; m_table[i].ref != 0; i = (i + 1) & mask) {
    const Entry moved = m_table[i];
    m_table[i] = {};
    m_table[place_of(m_table, moved.ref)] = moved;
  }
}

void IdentityMap::after_marking(const Marker& marker) noexcept {
  if (m_size == 0) return;
  m_size = 0;
  for (Entry& entry : m_table) {
    if (entry.ref == 0) continue;
    if (marker.survives(entry.ref)) {
      m_spare[place_of(m_spare, entry.ref)] = entry;
      ++m_size;
    }
    entry = {};
  }
  m_table.swap(m_spare);
}

}  // namespace zhan::heap

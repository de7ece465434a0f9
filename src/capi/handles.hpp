// SPDX-License-Identifier: Apache-2.0
// Handles of one kind: {id of the store, item}, where item - 1 is an index here.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "base/assert.hpp"
#include "base/ints.hpp"

namespace zhan::capi {

/// Pointers of one store by item, and back: one object has one item. Not thread-safe.
template <class T>
class HandleTable {
 public:
  /// The object's item, made when it is first asked for; 0 for null.
  [[nodiscard]] u64 item_of(T* object) {
    if (object == nullptr) return 0;
    if (m_items == nullptr) {
      for (usize i = 0; i < m_objects.size(); ++i)
        if (m_objects[i] == object) return i + 1;
      m_objects.push_back(object);
      if (m_objects.size() > few) make_index();
      return m_objects.size();
    }
    const auto [at, is_new] = m_items->try_emplace(object, m_objects.size() + 1);
    if (is_new) m_objects.push_back(object);
    ZHAN_ASSERT(m_objects.size() == m_items->size(), "one item for each object");
    return at->second;
  }
  /// Null for an item that was never handed out.
  [[nodiscard]] T* find(u64 item) const noexcept {
    return item - 1 < m_objects.size() ? m_objects[item - 1] : nullptr;
  }

 private:
  static constexpr usize few = 12;  // are looked through faster than a map is made

  void make_index() {
    m_items = std::make_unique<std::unordered_map<T*, u64>>();
    for (usize i = 0; i < m_objects.size(); ++i) m_items->emplace(m_objects[i], i + 1);
  }

  std::vector<T*> m_objects;
  std::unique_ptr<std::unordered_map<T*, u64>> m_items;  // null while there are few
};

}  // namespace zhan::capi

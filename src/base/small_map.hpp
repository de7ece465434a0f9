// SPDX-License-Identifier: Apache-2.0
// A map that is a list while it has few entries: made often, mostly small.
#pragma once

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ints.hpp"

namespace zhan {

/// Not thread-safe. Values may move when entries are added.
template <class Key, class Value>
class SmallMap {
 public:
  /// Null if there is none.
  [[nodiscard]] Value* find(const Key& key) noexcept {
    if (m_index == nullptr) {
      for (auto& entry : m_entries)
        if (entry.first == key) return &entry.second;
      return nullptr;
    }
    const auto found = m_index->find(key);
    return found == m_index->end() ? nullptr : &m_entries[found->second].second;
  }
  /// The key must not be there. Returns the value in its place.
  Value& add(const Key& key, Value value) {
    m_entries.emplace_back(key, std::move(value));
    if (m_entries.size() > few) index_last(key);
    return m_entries.back().second;
  }
  [[nodiscard]] usize size() const noexcept { return m_entries.size(); }

 private:
  void index_last(const Key& key) {
    if (m_index == nullptr) {
      m_index = std::make_unique<std::unordered_map<Key, usize>>();
      for (usize i = 0; i + 1 < m_entries.size(); ++i) m_index->emplace(m_entries[i].first, i);
    }
    m_index->emplace(key, m_entries.size() - 1);
  }

  static constexpr usize few = 12;
  std::vector<std::pair<Key, Value>> m_entries;
  std::unique_ptr<std::unordered_map<Key, usize>> m_index;  // of all entries, once there are many
};

}  // namespace zhan

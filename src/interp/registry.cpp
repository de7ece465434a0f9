// SPDX-License-Identifier: Apache-2.0
#include "interp/registry.hpp"

#include <memory>

#include "base/assert.hpp"
#include "interp/families.hpp"

namespace zhan::interp {
namespace {

const Family* const families[] = {
    &int32_family,      &int64_family,          &float_family,       &convert_family,
    &plain_family,      &branch_family,         &explicit_loads,     &explicit_stores,
    &fused_int32,       &fused_int64,           &fused_float,        &fused_branch,
    &fused_move,        &explicit_indexed_load,
#if ZHAN_EXPLICIT_CHECKS
    &explicit_load_use, &explicit_load_binary,  &explicit_store_use,
#else
    &guarded_loads,       &guarded_stores,        &guarded_indexed_load, &guarded_load_use,
    &guarded_load_binary, &guarded_store_use,
#endif
};

/// Open addressing over all keys, filled once; an entry is family << 16 | place + 1.
class Table {
 public:
  Table() noexcept {
    for (const Family* family : families) m_count += family->keys.size();
    usize size = 1;
    while (size < 2 * m_count) size *= 2;
    m_mask = size - 1;
    m_entries = std::make_unique<u32[]>(size);
    for (u32 f = 0; f < std::size(families); ++f)
      for (u32 i = 0; i < families[f]->keys.size(); ++i) insert(f << 16 | (i + 1));
  }
  [[nodiscard]] Handler find(const Key& key) const noexcept {
    for (usize at = key.hash() & m_mask;; at = (at + 1) & m_mask) {
      const u32 entry = m_entries[at];
      if (entry == 0) return nullptr;
      if (key_at(entry) == key) return handler_at(entry);
    }
  }
  [[nodiscard]] usize count() const noexcept { return m_count; }
  [[nodiscard]] Key key_with(const void* handler) const noexcept {
    for (usize at = 0; at <= m_mask; ++at)
      if (m_entries[at] != 0 && reinterpret_cast<const void*>(handler_at(m_entries[at])) == handler)
        return key_at(m_entries[at]);
    return {};
  }

 private:
  static const Key& key_at(u32 entry) noexcept {
    return families[entry >> 16]->keys[(entry & 0xffff) - 1];
  }
  static Handler handler_at(u32 entry) noexcept {
    return families[entry >> 16]->handlers[(entry & 0xffff) - 1];
  }
  void insert(u32 entry) noexcept {
    const Key& key = key_at(entry);
    usize at = key.hash() & m_mask;
    while (m_entries[at] != 0) {
      ZHAN_CHECK(key_at(m_entries[at]) != key, "two families serve one key");
      at = (at + 1) & m_mask;
    }
    m_entries[at] = entry;
  }

  std::unique_ptr<u32[]> m_entries;
  usize m_mask = 0;
  usize m_count = 0;
};

const Table& table() noexcept {
  static const Table instance;
  return instance;
}

}  // namespace

std::span<const Family* const> all_families() noexcept { return families; }
Handler find_handler(const Key& key) noexcept { return table().find(key); }
usize handler_count() noexcept { return table().count(); }
Key key_of_handler(const void* handler) noexcept { return table().key_with(handler); }

}  // namespace zhan::interp

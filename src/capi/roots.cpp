// SPDX-License-Identifier: Apache-2.0
#include "capi/roots.hpp"

#include <memory>
#include <utility>

#include "base/assert.hpp"
#include "capi/error.hpp"
#include "capi/store.hpp"

namespace zhan::capi {

zhan_ref_t Roots::lend(u64 raw) noexcept {
  ZHAN_ASSERT(raw >> 32 == 0, "a reference has 32 bits");
  return raw == 0 ? zhan_ref_t{} : zhan_ref_t{reinterpret_cast<u64>(this), raw};
}

zhan_ref_t Roots::own(u64 raw) {
  if (raw == 0) return {};
  ZHAN_ASSERT(raw >> 32 == 0, "a reference has 32 bits");
  u64 entry = 0;
  {
    const std::lock_guard lock(m_mutex);
    if (m_free.empty()) {
      m_free.reserve(m_entries.size() + 1);  // so that drop() need not allocate
      m_entries.push_back(0);
      m_free.push_back(static_cast<u32>(m_entries.size()));
    }
    entry = m_free.back();
    m_free.pop_back();
    m_entries[entry - 1] = static_cast<u32>(raw);
  }
  keep();
  return {reinterpret_cast<u64>(this), entry << 32 | raw};
}

bool Roots::lives(zhan_ref_t ref) noexcept {
  const u64 entry = ref.item >> 32;
  if (entry == 0) return true;
  const std::lock_guard lock(m_mutex);
  return entry <= m_entries.size() && m_entries[entry - 1] == raw(ref);
}

void Roots::each(const std::function<void(u64)>& take) {
  const std::lock_guard lock(m_mutex);
  for (const u32 raw : m_entries)
    if (raw != 0) take(raw);
}

void Roots::end(zhan_ref_t ref) noexcept {
  Roots* const roots = of(ref);
  const u64 entry = ref.item >> 32;
  if (roots == nullptr || entry == 0) return;
  {
    const std::lock_guard lock(roots->m_mutex);
    if (entry > roots->m_entries.size()) return;
    if (std::exchange(roots->m_entries[entry - 1], 0) == 0) return;  // dropped before
    roots->m_free.push_back(static_cast<u32>(entry));
  }
  roots->drop();
}

}  // namespace zhan::capi

using namespace zhan::capi;

zhan_ref_t zhan_ref_keep(zhan_ref_t ref) {
  Roots* const roots = Roots::of(ref);
  if (roots == nullptr) return {};
  return guarded_or(zhan_ref_t{}, [&] { return roots->own(Roots::raw(ref)); });
}

void zhan_ref_drop(zhan_ref_t ref) { Roots::end(ref); }

bool zhan_ref_same(zhan_ref_t a, zhan_ref_t b) {
  return a.root == b.root && Roots::raw(a) == Roots::raw(b);
}

zhan_error_t* zhan_externref_new(zhan_store_t* store, void* data, zhan_finalizer_t finalizer,
                                 zhan_ref_t* out) {
  *out = {};
  Owned owned(data, finalizer);
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    if (auto done = store->runtime().collect_when_due(); !done)
      return to_api(std::move(done.error()), store);
    auto raw = store->runtime().new_externref(data, finalizer);
    if (!raw && store->runtime().collect(true))  // the references that count are owned or in slots
      raw = store->runtime().new_externref(data, finalizer);
    if (!raw) return to_api(std::move(raw.error()), store);
    owned.release();
    *out = store->roots().own(*raw);
    return nullptr;
  });
}

void* zhan_externref_data(zhan_store_t* store, zhan_ref_t ref) {
  if (store == nullptr || !store->usable() || !store->roots().owns(ref)) return nullptr;
  return store->runtime().externref_data(Roots::raw(ref));
}

void zhan_vals_drop(zhan_val_t* vals, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (vals[i].kind < ZHAN_EXTERN || vals[i].kind > ZHAN_EXN) continue;
    Roots::end(vals[i].of.ref);
    vals[i].of.ref = {};
  }
}

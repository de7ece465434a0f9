// SPDX-License-Identifier: Apache-2.0
// The store of the API: a runtime store with its handles, owned references and WASI context.
#pragma once

#include <array>

#include "capi/handles.hpp"
#include "capi/objects.hpp"
#include "capi/roots.hpp"
#include "engine/engine.hpp"
#include "wasi/context.hpp"
#include "wasi/threads.hpp"

struct zhan_store {
  using Runtime = zhan::runtime::Store;

  /// The runtime store's user_data becomes this.
  zhan_store(std::shared_ptr<zhan::engine::Engine> engine, std::unique_ptr<Runtime> store);
  ~zhan_store();
  zhan_store(const zhan_store&) = delete;
  zhan_store& operator=(const zhan_store&) = delete;

  [[nodiscard]] Runtime& runtime() noexcept { return *m_store; }
  [[nodiscard]] const std::shared_ptr<zhan::engine::Engine>& engine() const noexcept {
    return m_engine;
  }
  [[nodiscard]] zhan::capi::Roots& roots() noexcept { return *m_roots; }
  [[nodiscard]] zhan::u64 id() const noexcept { return m_id; }
  [[nodiscard]] bool usable() const { return m_store->check_usable().has_value(); }

  // Handles of objects (none for null), and back (null if it is not of this store).
  [[nodiscard]] zhan_func_t handle(zhan::abi::Func* func) {
    return make<zhan_func_t>(m_funcs, func);
  }
  [[nodiscard]] zhan_memory_t handle(zhan::runtime::Memory* memory) {
    return make<zhan_memory_t>(m_memories, memory);
  }
  [[nodiscard]] zhan_table_t handle(zhan::runtime::Table* table) {
    return make<zhan_table_t>(m_tables, table);
  }
  [[nodiscard]] zhan_global_t handle(zhan::runtime::Global* global) {
    return make<zhan_global_t>(m_globals, global);
  }
  [[nodiscard]] zhan_tag_t handle(zhan::runtime::Tag* tag) { return make<zhan_tag_t>(m_tags, tag); }
  [[nodiscard]] zhan_instance_t handle(zhan::runtime::Instance* instance) {
    return make<zhan_instance_t>(m_instances, instance);
  }
  [[nodiscard]] zhan_extern_t handle(const zhan::runtime::Extern& item);
  [[nodiscard]] auto* find(zhan_func_t h) const noexcept { return get(m_funcs, h); }
  [[nodiscard]] auto* find(zhan_memory_t h) const noexcept { return get(m_memories, h); }
  [[nodiscard]] auto* find(zhan_table_t h) const noexcept { return get(m_tables, h); }
  [[nodiscard]] auto* find(zhan_global_t h) const noexcept { return get(m_globals, h); }
  [[nodiscard]] auto* find(zhan_tag_t h) const noexcept { return get(m_tags, h); }
  [[nodiscard]] auto* find(zhan_instance_t h) const noexcept { return get(m_instances, h); }
  [[nodiscard]] std::optional<zhan::runtime::Extern> find(zhan_extern_t item) const noexcept;
  /// The error for a handle that find() does not know.
  [[nodiscard]] zhan_error_t* wrong(const char* what) const;

  /// The module object of an instance, made when first asked for.
  [[nodiscard]] zhan_module_t* module_of(zhan::runtime::Instance& instance);

  void* data = nullptr;
  zhan_finalizer_t finalizer = nullptr;
  std::shared_ptr<zhan::wasi::Context> wasi;
  /// The guest's threads, of which this store is one; the first one's store ends them all.
  std::shared_ptr<zhan::wasi::ThreadGroup> threads;
  bool owns_threads = false;
  void stop_threads() noexcept;
  zhan::u64 fuel_set = 0;

 private:
  template <class Handle, class T>
  [[nodiscard]] Handle make(zhan::capi::HandleTable<T>& table, T* object) {
    return object == nullptr ? Handle{} : Handle{m_id, table.item_of(object)};
  }
  template <class Handle, class T>
  [[nodiscard]] T* get(const zhan::capi::HandleTable<T>& table, Handle h) const noexcept {
    return h.store == m_id ? table.find(h.item) : nullptr;
  }

  std::shared_ptr<zhan::engine::Engine> m_engine;
  std::unique_ptr<Runtime> m_store;
  zhan::u64 m_id;
  zhan::capi::Kept<zhan::capi::Roots> m_roots;
  zhan::capi::HandleTable<zhan::abi::Func> m_funcs;
  zhan::capi::HandleTable<zhan::runtime::Memory> m_memories;
  zhan::capi::HandleTable<zhan::runtime::Table> m_tables;
  zhan::capi::HandleTable<zhan::runtime::Global> m_globals;
  zhan::capi::HandleTable<zhan::runtime::Tag> m_tags;
  zhan::capi::HandleTable<zhan::runtime::Instance> m_instances;
  // Made when first asked for.
  std::unique_ptr<std::unordered_map<const void*, zhan::capi::Kept<zhan_module_t>>> m_modules;
};

namespace zhan::capi {

/// NULL, or why the store cannot be used now: config (NULL), busy, poisoned.
[[nodiscard]] zhan_error_t* check_store(zhan_store_t* store);
/// The store of the API that a runtime store belongs to.
[[nodiscard]] inline zhan_store_t& store_of(runtime::Store& store) noexcept {
  return *static_cast<zhan_store_t*>(store.user_data);
}

}  // namespace zhan::capi

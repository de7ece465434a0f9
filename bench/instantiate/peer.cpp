// SPDX-License-Identifier: Apache-2.0
#include "peer.hpp"

#include <dlfcn.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace bench {
namespace {

// Handles of that API are passed by address; these are at least as large as its structures.
struct alignas(16) Handle {
  uint64_t words[8] = {};
};

/// A kind byte, then a union from the eighth byte on.
void* value_of(Handle& item) { return &item.words[1]; }

class Wasmtime final : public Peer {
 public:
  explicit Wasmtime(void* library) : m_library(library) {}

  bool load_all() {
    return load(config_new, "wasm_config_new") &&
           load(pooling_new, "wasmtime_pooling_allocation_config_new") &&
           load(pooling_instances, "wasmtime_pooling_allocation_config_total_core_instances_set") &&
           load(pooling_memories, "wasmtime_pooling_allocation_config_total_memories_set") &&
           load(pooling_tables, "wasmtime_pooling_allocation_config_total_tables_set") &&
           load(pooling_resident,
                "wasmtime_pooling_allocation_config_linear_memory_keep_resident_set") &&
           load(pooling_table_resident,
                "wasmtime_pooling_allocation_config_table_keep_resident_set") &&
           load(pooling_set, "wasmtime_pooling_allocation_strategy_set") &&
           load(engine_new, "wasm_engine_new_with_config") &&
           load(module_new, "wasmtime_module_new") && load(linker_new, "wasmtime_linker_new") &&
           load(instantiate_pre, "wasmtime_linker_instantiate_pre") &&
           load(store_new, "wasmtime_store_new") && load(context_of, "wasmtime_store_context") &&
           load(store_delete, "wasmtime_store_delete") &&
           load(pre_instantiate, "wasmtime_instance_pre_instantiate") &&
           load(export_get, "wasmtime_instance_export_get") &&
           load(func_call, "wasmtime_func_call");
  }

  bool use(std::span<const unsigned char> wasm) override {
    if (m_engine == nullptr) make_engine();
    void* module = nullptr;
    void* linker = linker_new(m_engine);
    return module_new(m_engine, wasm.data(), wasm.size(), &module) == nullptr &&
           instantiate_pre(linker, module, &m_pre) == nullptr;
  }

  bool cycle(bool call) override {
    void* const store = store_new(m_engine, nullptr, nullptr);
    void* const context = context_of(store);
    Handle instance;
    void* trap = nullptr;
    bool ok = pre_instantiate(m_pre, context, &instance, &trap) == nullptr && trap == nullptr;
    if (ok && call) {
      Handle run;
      ok = export_get(context, &instance, "run", 3, &run) &&
           func_call(context, value_of(run), nullptr, 0, nullptr, 0, &trap) == nullptr &&
           trap == nullptr;
    }
    store_delete(store);
    return ok;
  }

  bool instance_in(void*& store) override {
    if (store == nullptr) store = store_new(m_engine, nullptr, nullptr);
    Handle instance;
    void* trap = nullptr;
    return pre_instantiate(m_pre, context_of(store), &instance, &trap) == nullptr &&
           trap == nullptr;
  }
  void end(void* store) override { store_delete(store); }

 private:
  template <class F>
  bool load(F*& function, const char* name) {
    function = reinterpret_cast<F*>(dlsym(m_library, name));
    return function != nullptr;
  }

  void make_engine() {
    void* const config = config_new();
    void* const pooling = pooling_new();
    pooling_instances(pooling, 20'000);
    pooling_memories(pooling, 1'000);
    pooling_tables(pooling, 20'000);
    // As much as zhan's pool keeps.
    pooling_resident(pooling, 1u << 20);
    pooling_table_resident(pooling, 1u << 16);
    pooling_set(config, pooling);
    m_engine = engine_new(config);
  }

  void* m_library;
  void* m_engine = nullptr;
  void* m_pre = nullptr;

  void* (*config_new)() = nullptr;
  void* (*pooling_new)() = nullptr;
  void (*pooling_instances)(void*, uint32_t) = nullptr;
  void (*pooling_memories)(void*, uint32_t) = nullptr;
  void (*pooling_tables)(void*, uint32_t) = nullptr;
  void (*pooling_resident)(void*, size_t) = nullptr;
  void (*pooling_table_resident)(void*, size_t) = nullptr;
  void (*pooling_set)(void*, const void*) = nullptr;
  void* (*engine_new)(void*) = nullptr;
  void* (*module_new)(void*, const unsigned char*, size_t, void**) = nullptr;
  void* (*linker_new)(void*) = nullptr;
  void* (*instantiate_pre)(void*, void*, void**) = nullptr;
  void* (*store_new)(void*, void*, void (*)(void*)) = nullptr;
  void* (*context_of)(void*) = nullptr;
  void (*store_delete)(void*) = nullptr;
  void* (*pre_instantiate)(void*, void*, void*, void**) = nullptr;
  bool (*export_get)(void*, const void*, const char*, size_t, void*) = nullptr;
  void* (*func_call)(void*, const void*, const void*, size_t, void*, size_t, void**) = nullptr;
};

}  // namespace

std::unique_ptr<Peer> Peer::load() {
  const char* const path = std::getenv("ZHAN_WASMTIME");
  void* const library = path == nullptr ? nullptr : dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
  auto made = std::make_unique<Wasmtime>(library);
  return made->load_all() ? std::move(made) : nullptr;
}

}  // namespace bench

// SPDX-License-Identifier: Apache-2.0
// Shared memories, and the threads of wasi-threads.
#include "wasi/threads.hpp"

#include <fmt/format.h>

#include "capi/store.hpp"

using namespace zhan::capi;
using zhan::ErrorKind;
using zhan::Result;
using zhan::wasi::ThreadGroup;
using zhan::wasi::ThreadSetup;

namespace {

/// What the store of a new thread takes over from that of the first.
struct Inherited {
  std::shared_ptr<zhan::engine::Engine> engine;
  std::shared_ptr<zhan::wasi::Context> wasi;
  zhan::runtime::StoreLimits limits;
  void* data;
};

/// Half of the fuel left to `from`: all threads together never use more than the first was given.
void share_fuel(zhan::runtime::Store& from, zhan_store& to) {
  if (!from.config().mode.metered) return;
  const zhan::u64 left = from.fuel_left();
  to.fuel_set = left / 2;
  to.runtime().set_fuel(left / 2);
  from.set_fuel(left - left / 2);
}

Result<ThreadSetup::StorePtr> make_store(const Inherited& from, std::shared_ptr<ThreadGroup> group,
                                         zhan::runtime::Store& parent) {
  ZHAN_TRY(auto store, from.engine->new_store());
  store->set_limits(from.limits);
  const auto made = std::make_shared<zhan_store>(from.engine, std::move(store));
  made->wasi = from.wasi;
  made->data = from.data;
  made->threads = std::move(group);
  share_fuel(parent, *made);
  return ThreadSetup::StorePtr(made, &made->runtime());
}

}  // namespace

zhan_error_t* zhan_shared_memory_new(zhan_engine_t* engine, const zhan_limits_t* limits,
                                     zhan_shared_memory_t** out) {
  *out = nullptr;
  return guarded([&]() -> zhan_error_t* {
    auto type = memory_type(*limits);
    if (!type) return to_api(std::move(type.error()), nullptr);
    auto memory = engine->engine->new_shared_memory(*type);
    if (!memory) return to_api(std::move(memory.error()), nullptr);
    *out = std::make_unique<zhan_shared_memory>(engine->engine, std::move(*memory)).release();
    return nullptr;
  });
}

zhan_shared_memory_t* zhan_shared_memory_keep(zhan_shared_memory_t* memory) { return keep(memory); }
void zhan_shared_memory_drop(zhan_shared_memory_t* memory) { drop(memory); }

zhan_error_t* zhan_memory_of_shared(zhan_store_t* store, zhan_shared_memory_t* shared,
                                    zhan_memory_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    if (store->engine() != shared->engine)
      return make_error(ErrorKind::wrong_store, "the store is of another engine than the memory");
    auto memory = store->runtime().share_memory(*shared->memory);
    if (!memory) return to_api(std::move(memory.error()), store);
    *out = store->handle(*memory);
    return nullptr;
  });
}

zhan_error_t* zhan_linker_define_shared_memory(zhan_linker_t* linker, zhan_str_t module,
                                               zhan_str_t name, zhan_shared_memory_t* shared) {
  return guarded([&]() -> zhan_error_t* {
    if (linker->engine != shared->engine)
      return make_error(ErrorKind::wrong_store, "the linker is of another engine than the memory");
    ZHAN_API_TRY(linker->linker.define_memory(view(module), view(name), shared->memory), nullptr);
    return nullptr;
  });
}

zhan_error_t* zhan_store_set_threads(zhan_store_t* store, zhan_pre_t* pre, uint32_t most) {
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    if (store->runtime().running() || store->threads != nullptr)
      return make_error(ErrorKind::busy, "the store is running, or it has threads already");
    if (store->engine() != pre->engine)
      return make_error(ErrorKind::wrong_store, "the store is of another engine than the module");
    const Inherited inherited{store->engine(), store->wasi, store->runtime().limits(), store->data};
    ThreadSetup setup{
        pre->module, pre->linker,
        [inherited](std::shared_ptr<ThreadGroup> group, zhan::runtime::Store& parent) {
          return make_store(inherited, std::move(group), parent);
        }};
    if (most != 0) setup.most = most;
    auto group = ThreadGroup::create(std::move(setup), store->runtime());
    if (!group) return to_api(std::move(group.error()), store);
    store->threads = std::move(*group);
    store->owns_threads = true;
    return nullptr;
  });
}

void zhan_store_stop_threads(zhan_store_t* store) {
  if (store != nullptr) store->stop_threads();
}

// SPDX-License-Identifier: Apache-2.0
#include "wasi/linker.hpp"

#include "capi/host.hpp"
#include "capi/store.hpp"

using namespace zhan::capi;
using zhan::ErrorKind;
using Unknown = zhan::engine::Linker::Unknown;

namespace {

/// Takes env. Exactly one of the callbacks is not null.
zhan_error_t* define(zhan_linker_t& linker, zhan_str_t module, zhan_str_t name,
                     const zhan_functype_t& type, zhan_callback_t typed, zhan_raw_callback_t raw,
                     void* env, zhan_finalizer_t finalizer) {
  Owned owned(env, finalizer);
  return guarded([&]() -> zhan_error_t* {
    if (typed == nullptr && raw == nullptr)
      return make_error(ErrorKind::type, "a host function needs a callback");
    if (raw != nullptr && has_references(type.type))
      return make_error(ErrorKind::type, "a raw host function cannot take or return references");
    auto id = id_in(type, linker.engine->types());
    if (!id) return to_api(std::move(id.error()), nullptr);
    auto function = std::make_shared<HostFunction>(type.type, typed, raw, env, finalizer);
    owned.release();
    ZHAN_API_TRY(linker.linker.define_func(view(module), view(name), *id, call_host, function),
                 nullptr);
    return nullptr;
  });
}

}  // namespace

zhan_linker_t* zhan_linker_new(zhan_engine_t* engine, uint32_t flags) {
  zhan_linker_t* const none = nullptr;
  return guarded_or(none, [&] {
    auto made = std::make_unique<zhan_linker>(engine->engine);
    made->linker.allow_shadowing = (flags & ZHAN_LINKER_SHADOWING) != 0;
    return made.release();
  });
}

void zhan_linker_drop(zhan_linker_t* linker) {
  if (linker != nullptr) std::default_delete<zhan_linker>()(linker);
}

zhan_error_t* zhan_linker_define(zhan_linker_t* linker, zhan_store_t* store, zhan_str_t module,
                                 zhan_str_t name, zhan_extern_t item) {
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    const auto found = store->find(item);
    if (!found) return store->wrong("extern");
    ZHAN_API_TRY(linker->linker.define(view(module), view(name), store->runtime(), *found), store);
    return nullptr;
  });
}

zhan_error_t* zhan_linker_define_func(zhan_linker_t* linker, zhan_str_t module, zhan_str_t name,
                                      const zhan_functype_t* type, zhan_callback_t callback,
                                      void* env, zhan_finalizer_t finalizer) {
  return define(*linker, module, name, *type, callback, nullptr, env, finalizer);
}

zhan_error_t* zhan_linker_define_raw(zhan_linker_t* linker, zhan_str_t module, zhan_str_t name,
                                     const zhan_functype_t* type, zhan_raw_callback_t callback,
                                     void* env, zhan_finalizer_t finalizer) {
  return define(*linker, module, name, *type, nullptr, callback, env, finalizer);
}

zhan_error_t* zhan_linker_define_instance(zhan_linker_t* linker, zhan_store_t* store,
                                          zhan_str_t module, zhan_instance_t handle) {
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    zhan::runtime::Instance* const instance = store->find(handle);
    if (instance == nullptr) return store->wrong("instance");
    ZHAN_API_TRY(linker->linker.define_instance(view(module), *instance), store);
    return nullptr;
  });
}

zhan_error_t* zhan_linker_define_wasi(zhan_linker_t* linker, uint32_t worlds) {
  return guarded([&]() -> zhan_error_t* {
    if ((worlds & ~uint32_t{ZHAN_WORLD_PREVIEW1 | ZHAN_WORLD_THREADS}) != 0)
      return make_error(ErrorKind::unsupported,
                        "this build has only the WASI worlds preview 1 and threads");
    namespace wasi = zhan::wasi;
    const auto context = [](zhan::runtime::Store& store) { return store_of(store).wasi.get(); };
    const auto threads = [](zhan::runtime::Store& store) { return store_of(store).threads; };
    if ((worlds & ZHAN_WORLD_PREVIEW1) != 0)
      ZHAN_API_TRY(wasi::add_to_linker(linker->linker, wasi::ContextFinder(context)), nullptr);
    if ((worlds & ZHAN_WORLD_THREADS) != 0)
      ZHAN_API_TRY(wasi::add_threads_to_linker(linker->linker, threads), nullptr);
    return nullptr;
  });
}

zhan_error_t* zhan_linker_define_unknown(zhan_linker_t* linker, zhan_unknown_t how) {
  return guarded([&]() -> zhan_error_t* {
    switch (how) {
      case ZHAN_UNKNOWN_ERROR: linker->linker.unknown = Unknown::error; return nullptr;
      case ZHAN_UNKNOWN_TRAP: linker->linker.unknown = Unknown::trap; return nullptr;
      case ZHAN_UNKNOWN_DEFAULTS: linker->linker.unknown = Unknown::default_values; return nullptr;
      default: return make_error(ErrorKind::config, "not a way to define unknown imports");
    }
  });
}

zhan_error_t* zhan_linker_resolve(zhan_linker_t* linker, zhan_module_t* module, zhan_pre_t** out) {
  *out = nullptr;
  return guarded([&]() -> zhan_error_t* {
    if (module->info->types != linker->engine->types())
      return make_error(ErrorKind::link, "the module is of another engine than the linker");
    auto linked = linker->linker.prepare(*module->info);
    if (!linked) return to_api(std::move(linked.error()), nullptr);
    auto made = std::make_unique<zhan_pre>();
    made->engine = linker->engine;
    made->module = module->info;
    made->linker = std::move(*linked);
    *out = made.release();
    return nullptr;
  });
}

zhan_error_t* zhan_pre_instantiate(zhan_pre_t* pre, zhan_store_t* store, zhan_instance_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    if (store->engine() != pre->engine)
      return make_error(ErrorKind::wrong_store, "the store is of another engine than the module");
    auto instance = pre->linker->instantiate(store->runtime(), pre->module);
    if (!instance) return to_api(std::move(instance.error()), store);
    *out = store->handle(*instance);
    return nullptr;
  });
}

zhan_pre_t* zhan_pre_keep(zhan_pre_t* pre) { return keep(pre); }
void zhan_pre_drop(zhan_pre_t* pre) { drop(pre); }

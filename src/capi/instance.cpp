// SPDX-License-Identifier: Apache-2.0
// Instances and what they export.
#include <fmt/format.h>

#include <algorithm>

#include "capi/store.hpp"

using namespace zhan::capi;
using zhan::ErrorKind;
using zhan::ExternKind;
using zhan::runtime::Extern;

namespace {

/// Null if the handle is not of the store, or the store is in use.
zhan::runtime::Instance* find_instance(zhan_store_t* store, zhan_instance_t handle) {
  return store == nullptr || !store->usable() ? nullptr : store->find(handle);
}

zhan_error_t* collect(zhan_store_t& store, const zhan_extern_t* imports, size_t count,
                      std::vector<Extern>& out) {
  for (size_t i = 0; i < count; ++i) {
    const auto found = store.find(imports[i]);
    if (!found) return store.wrong(fmt::format("import {}", i + 1).c_str());
    out.push_back(*found);
  }
  return nullptr;
}

zhan_externtype_t type_of(zhan_store_t& store, const Extern& item) {
  const auto& types = store.engine()->types();
  zhan_externtype_t made{};
  made.kind = to_api(item.kind);
  switch (item.kind) {
    case ExternKind::func: made.func = functype_of(types, item.func->type).release(); break;
    case ExternKind::tag: made.func = functype_of(types, item.tag->type).release(); break;
    case ExternKind::memory: made.limits = to_api(item.memory->type, item.memory->pages()); break;
    case ExternKind::table:
      made.value = to_api(item.table->type.element, types.get());
      made.limits = to_api(item.table->type, item.table->state.size);
      break;
    case ExternKind::global:
      made.value = to_api(item.global->type.type, types.get());
      made.is_mutable = item.global->type.mutable_;
      break;
  }
  return made;
}

}  // namespace

zhan_error_t* zhan_instance_new(zhan_store_t* store, zhan_module_t* module,
                                const zhan_extern_t* imports, size_t import_count,
                                zhan_instance_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    if (module->info->types != store->engine()->types())
      return make_error(ErrorKind::wrong_store, "the module is of another engine than the store");
    std::vector<Extern> externs;
    if (zhan_error_t* const error = collect(*store, imports, import_count, externs)) return error;
    auto instance = store->runtime().instantiate(module->info, externs);
    if (!instance) return to_api(std::move(instance.error()), store);
    *out = store->handle(*instance);
    return nullptr;
  });
}

zhan_extern_t zhan_instance_export(zhan_store_t* store, zhan_instance_t handle, zhan_str_t name) {
  return guarded_or(zhan_extern_t{}, [&] {
    zhan::runtime::Instance* const instance = find_instance(store, handle);
    const Extern* const found = instance == nullptr ? nullptr : instance->find_export(view(name));
    return found == nullptr ? zhan_extern_t{} : store->handle(*found);
  });
}

size_t zhan_instance_exports(zhan_store_t* store, zhan_instance_t handle, zhan_extern_t* out,
                             size_t capacity) {
  return guarded_or(size_t{0}, [&]() -> size_t {
    zhan::runtime::Instance* const instance = find_instance(store, handle);
    if (instance == nullptr) return 0;
    const auto exports = instance->exports();
    for (size_t i = 0; i < std::min(capacity, exports.size()); ++i)
      out[i] = store->handle(exports[i]);
    return exports.size();
  });
}

zhan_module_t* zhan_instance_module(zhan_store_t* store, zhan_instance_t handle) {
  zhan_module_t* const none = nullptr;
  return guarded_or(none, [&] {
    zhan::runtime::Instance* const instance = find_instance(store, handle);
    return instance == nullptr ? nullptr : store->module_of(*instance);
  });
}

zhan_error_t* zhan_extern_type(zhan_store_t* store, zhan_extern_t item, zhan_externtype_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    const auto found = store->find(item);
    if (!found) return store->wrong("extern");
    *out = type_of(*store, *found);
    return nullptr;
  });
}

bool zhan_extern_same(zhan_extern_t a, zhan_extern_t b) {
  // All handles of the union have one layout.
  return a.kind == b.kind && a.of.func.store == b.of.func.store && a.of.func.item == b.of.func.item;
}

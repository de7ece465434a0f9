// SPDX-License-Identifier: Apache-2.0
// Globals and tags.
#include "capi/values.hpp"

using namespace zhan::capi;
using zhan::ErrorKind;
using zhan::runtime::Global;

zhan_error_t* zhan_global_new(zhan_store_t* store, zhan_valtype_t type, bool is_mutable,
                              const zhan_val_t* value, zhan_global_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    auto content = from_api(type, store->engine()->types().get());
    if (!content) return to_api(std::move(content.error()), store);
    auto slots = to_slots(*store, *content, *value);
    if (!slots) return to_api(std::move(slots.error()), store);
    auto global =
        store->runtime().new_global({*content, is_mutable}, {*content, slots->lo, slots->hi});
    if (!global) return to_api(std::move(global.error()), store);
    *out = store->handle(*global);
    return nullptr;
  });
}

zhan_error_t* zhan_global_get(zhan_store_t* store, zhan_global_t handle, zhan_val_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    Global* const global = store->find(handle);
    if (global == nullptr) return store->wrong("global");
    from_slots(*store, {&global->type.type, 1}, global->value, out, true);
    return nullptr;
  });
}

zhan_error_t* zhan_global_set(zhan_store_t* store, zhan_global_t handle, const zhan_val_t* value) {
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    Global* const global = store->find(handle);
    if (global == nullptr) return store->wrong("global");
    if (!global->type.mutable_) return make_error(ErrorKind::type, "the global is not mutable");
    auto slots = to_slots(*store, global->type.type, *value);
    if (!slots) return to_api(std::move(slots.error()), store);
    global->value[0] = slots->lo;
    if (global->type.type.slots() == 2) global->value[1] = slots->hi;
    return nullptr;
  });
}

zhan_error_t* zhan_tag_new(zhan_store_t* store, const zhan_functype_t* type, zhan_tag_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    if (!type->type.results.empty()) return make_error(ErrorKind::type, "a tag has no results");
    auto id = id_in(*type, store->engine()->types());
    if (!id) return to_api(std::move(id.error()), store);
    auto tag = store->runtime().new_tag(*id);
    if (!tag) return to_api(std::move(tag.error()), store);
    *out = store->handle(*tag);
    return nullptr;
  });
}

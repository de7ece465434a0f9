// SPDX-License-Identifier: Apache-2.0
// Tables.
#include <fmt/format.h>

#include "capi/values.hpp"

using namespace zhan::capi;
using zhan::ErrorKind;
using zhan::runtime::Table;

namespace {

zhan_error_t* locate(zhan_store_t* store, zhan_table_t handle, Table*& table) {
  if (zhan_error_t* const error = check_store(store)) return error;
  table = store->find(handle);
  return table == nullptr ? store->wrong("table") : nullptr;
}

zhan_error_t* locate(zhan_store_t* store, zhan_table_t handle, uint64_t index, Table*& table) {
  if (zhan_error_t* const error = locate(store, handle, table)) return error;
  if (index < table->state.size) return nullptr;
  return make_error(ErrorKind::bounds, fmt::format("element {} is outside of a table of {}", index,
                                                   table->state.size));
}

}  // namespace

zhan_error_t* zhan_table_new(zhan_store_t* store, zhan_valtype_t element,
                             const zhan_limits_t* limits, const zhan_val_t* init,
                             zhan_table_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    auto item = from_api(element, store->engine()->types().get());
    if (!item) return to_api(std::move(item.error()), store);
    if (!item->is_ref()) return make_error(ErrorKind::type, "elements of a table are references");
    auto type = table_type(*limits, *item);
    if (!type) return to_api(std::move(type.error()), store);
    auto slots = to_slots(*store, *item, *init);
    if (!slots) return to_api(std::move(slots.error()), store);
    auto table = store->runtime().new_table(*type, slots->lo);
    if (!table) return to_api(std::move(table.error()), store);
    *out = store->handle(*table);
    return nullptr;
  });
}

uint64_t zhan_table_size(zhan_store_t* store, zhan_table_t handle) {
  return guarded_or(uint64_t{0}, [&]() -> uint64_t {
    Table* const table = store == nullptr || !store->usable() ? nullptr : store->find(handle);
    return table == nullptr ? 0 : table->state.size;
  });
}

zhan_error_t* zhan_table_get(zhan_store_t* store, zhan_table_t handle, uint64_t index,
                             zhan_val_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    Table* table = nullptr;
    if (zhan_error_t* const error = locate(store, handle, index, table)) return error;
    *out = from_slots(*store, table->type.element, {table->get(index), 0}, true);
    return nullptr;
  });
}

zhan_error_t* zhan_table_set(zhan_store_t* store, zhan_table_t handle, uint64_t index,
                             const zhan_val_t* value) {
  return guarded([&]() -> zhan_error_t* {
    Table* table = nullptr;
    if (zhan_error_t* const error = locate(store, handle, index, table)) return error;
    auto slots = to_slots(*store, table->type.element, *value);
    if (!slots) return to_api(std::move(slots.error()), store);
    table->set(index, slots->lo);
    return nullptr;
  });
}

zhan_error_t* zhan_table_grow(zhan_store_t* store, zhan_table_t handle, uint64_t count,
                              const zhan_val_t* init, uint64_t* old) {
  if (old != nullptr) *old = 0;
  return guarded([&]() -> zhan_error_t* {
    Table* table = nullptr;
    if (zhan_error_t* const error = locate(store, handle, table)) return error;
    auto slots = to_slots(*store, table->type.element, *init);
    if (!slots) return to_api(std::move(slots.error()), store);
    const zhan::u64 before = table->grow(count, slots->lo);
    if (before == ~zhan::u64{0})
      return make_error(ErrorKind::limit, fmt::format("a table of {} elements cannot grow by {}",
                                                      table->state.size, count));
    if (old != nullptr) *old = before;
    return nullptr;
  });
}

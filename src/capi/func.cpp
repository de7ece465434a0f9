// SPDX-License-Identifier: Apache-2.0
// Making and calling functions.
#include <fmt/format.h>

#include <algorithm>

#include "capi/host.hpp"
#include "capi/values.hpp"

using namespace zhan::capi;
using zhan::ErrorKind;
using zhan::FuncType;

namespace {

constexpr zhan::usize few = 16;  // slots of a call without an allocation

zhan_error_t* wrong_count(const char* what, size_t wanted, size_t given) {
  return make_error(
      ErrorKind::type,
      fmt::format("wrong number of {}: the function has {}, given {}", what, wanted, given));
}

void end_host_function(void* function) {
  std::default_delete<HostFunction>()(static_cast<HostFunction*>(function));
}

zhan_error_t* call(zhan_store_t& store, zhan::abi::Func* func, const zhan_val_t* args,
                   zhan_val_t* results) {
  const FuncType& type = store.runtime().type_of(func);
  const zhan::usize widest = std::max(func->body->param_slots, func->body->result_slots);
  Room<zhan::abi::Slot, few> slots(widest);
  ZHAN_API_TRY(to_slots(store, type.params, args, slots.data(), "argument"), &store);
  ZHAN_API_TRY(store.runtime().call_raw(func, {slots.data(), widest}), &store);
  from_slots(store, type.results, slots.data(), results, true);
  return nullptr;
}

}  // namespace

zhan_error_t* zhan_func_new(zhan_store_t* store, const zhan_functype_t* type,
                            zhan_callback_t callback, void* env, zhan_finalizer_t finalizer,
                            zhan_func_t* out) {
  *out = {};
  Owned owned(env, finalizer);
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    if (callback == nullptr) return make_error(ErrorKind::type, "a host function needs a callback");
    auto id = id_in(*type, store->engine()->types());
    if (!id) return to_api(std::move(id.error()), store);
    auto function = std::make_unique<HostFunction>(type->type, callback, nullptr, env, finalizer);
    owned.release();
    auto func = store->runtime().new_host_func(*id, call_host, function.get(), end_host_function);
    if (!func) return to_api(std::move(func.error()), store);
    static_cast<void>(function.release());
    *out = store->handle(*func);
    return nullptr;
  });
}

zhan_error_t* zhan_func_call(zhan_store_t* store, zhan_func_t handle, const zhan_val_t* args,
                             size_t arg_count, zhan_val_t* results, size_t result_count) {
  if (results != nullptr) std::fill_n(results, result_count, zhan_val_t{});
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    zhan::abi::Func* const func = store->find(handle);
    if (func == nullptr) return store->wrong("function");
    const FuncType& type = store->runtime().type_of(func);
    if (arg_count != type.params.size())
      return wrong_count("arguments", type.params.size(), arg_count);
    if (result_count != type.results.size())
      return wrong_count("results", type.results.size(), result_count);
    return call(*store, func, args, results);
  });
}

zhan_error_t* zhan_func_call_raw(zhan_store_t* store, zhan_func_t handle, zhan_slot_t* slots,
                                 size_t slot_count) {
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    zhan::abi::Func* const func = store->find(handle);
    if (func == nullptr) return store->wrong("function");
    const FuncType& type = store->runtime().type_of(func);
    const zhan::usize widest = std::max(func->body->param_slots, func->body->result_slots);
    if (slot_count < widest) return wrong_count("slots", widest, slot_count);
    if (has_references(type))
      return make_error(ErrorKind::type, "a raw call cannot pass references");
    auto* const raw = reinterpret_cast<zhan::abi::Slot*>(slots);
    zero_extend(type.params, raw);
    ZHAN_API_TRY(store->runtime().call_raw(func, {raw, widest}), store);
    return nullptr;
  });
}

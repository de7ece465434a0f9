// SPDX-License-Identifier: Apache-2.0
#include "capi/host.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "capi/values.hpp"

namespace zhan::capi {
namespace {

constexpr usize few = 8;  // values of a call without an allocation

abi::Status trapped(zhan_store_t& store, Error error) {
  store.runtime().note_error(std::move(error));
  return abi::Status::trapped;
}

/// The callback has returned an exception; takes it.
abi::Status throw_exception(zhan_caller& caller, zhan_error_t* error) {
  const zhan_ref_t object = error->thrown.object;
  if (!caller.store.roots().owns(object)) {
    zhan_error_drop(error);
    return trapped(caller.store,
                   Error(ErrorKind::wrong_store, "the exception thrown is of another store"));
  }
  caller.store.runtime().note_exception(Roots::raw(object), carry(error));
  return abi::Status::threw;
}

/// What the callback returned, after its results have been dealt with; takes the error.
abi::Status finish(zhan_caller& caller, zhan_error_t* error) {
  if (error == nullptr) return abi::Status::returned;
  if (error->thrown.is_there()) return throw_exception(caller, error);
  if (error != tail_call_mark()) return trapped(caller.store, carry(error));
  if (caller.callee == nullptr)
    return trapped(caller.store, Error(ErrorKind::host, "no tail call has been asked for"));
  std::copy(caller.callee_args.begin(), caller.callee_args.end(), caller.args);
  caller.exec.pending.tail_callee = caller.callee;
  return abi::Status::tail_call;
}

/// Writes the results of a typed callback to the slots; the references in them have been given to
/// us.
Result<void> take_results(zhan_caller& caller, zhan_val_t* results) {
  const std::vector<ValType>& types = caller.function.type.results;
  auto taken = to_slots(caller.store, types, results, caller.args, "result");
  zhan_vals_drop(results, types.size());
  return taken;
}

abi::Status call_typed(zhan_caller& caller) {
  const FuncType& type = caller.function.type;
  Room<zhan_val_t, few> args(type.params.size()), results(type.results.size());
  from_slots(caller.store, type.params, caller.args, args.data(), false);
  for (usize i = 0; i < type.results.size(); ++i)
    results.data()[i].kind =
        static_cast<u8>(kind_of(type.results[i], &caller.store.runtime().types()));
  zhan_error_t* const error =
      caller.function.typed(caller.function.owned.get(), &caller, args.data(), results.data());
  if (error != nullptr) {
    zhan_vals_drop(results.data(), type.results.size());
    return finish(caller, error);
  }
  auto taken = take_results(caller, results.data());
  return taken ? abi::Status::returned : trapped(caller.store, std::move(taken.error()));
}

static_assert(sizeof(zhan_slot_t) == sizeof(abi::Slot), "a slot is a slot");

abi::Status call_raw(zhan_caller& caller) {
  auto* const slots = reinterpret_cast<zhan_slot_t*>(caller.args);
  zhan_error_t* const error = caller.function.raw(caller.function.owned.get(), &caller, slots);
  if (error != nullptr) return finish(caller, error);
  zero_extend(caller.function.type.results, caller.args);
  return abi::Status::returned;
}

}  // namespace

namespace {

/// Wasm frames cannot be unwound: the end, with a word on what to do instead.
[[noreturn]] void end_program(const char* what) noexcept {
  std::fprintf(stderr,
               "zhan: a host function threw a C++ exception through WebAssembly frames (%s); "
               "callbacks must catch and return a zhan_error_t\n",
               what);
  std::abort();
}

}  // namespace

abi::Status call_host(abi::Exec* exec, void* context, const abi::FuncBody*,
                      abi::Slot* args) noexcept {
  const auto& function = *static_cast<const HostFunction*>(context);
  zhan_caller caller{store_of(*exec->store), *exec, function, args, nullptr, {}};
  try {
    return function.typed != nullptr ? call_typed(caller) : call_raw(caller);
  } catch (const std::exception& e) {
    end_program(e.what());
  } catch (...) {
    end_program("of a type of its own");
  }
}

namespace {

/// Room for the callee's header, arguments and results at the callback's own arguments.
bool fits(const zhan_caller& caller, const abi::FuncBody& body) noexcept {
  const auto room = static_cast<u64>(caller.exec.value_limit - caller.args);
  return room >= std::max(body.param_slots, body.result_slots);
}

Result<void> prepare_tail_call(zhan_caller& caller, const abi::Func& callee, const zhan_val_t* args,
                               size_t count) {
  runtime::Store& store = caller.store.runtime();
  const FuncType& type = store.type_of(&callee);
  if (count != type.params.size())
    return fail(ErrorKind::type, "wrong number of arguments of a tail call");
  if (type.results.size() != caller.function.type.results.size())
    return fail(ErrorKind::type, "a tail call must have the results of its caller");
  for (usize i = 0; i < type.results.size(); ++i)
    if (!store.types().matches(type.results[i], caller.function.type.results[i]))
      return fail(ErrorKind::type, "a tail call must have the results of its caller");
  if (!fits(caller, *callee.body)) {
    Error error(ErrorKind::trap, trap_text(Trap::call_stack_exhausted));
    error.info().code = static_cast<i32>(Trap::call_stack_exhausted);
    return fail(std::move(error));
  }
  caller.callee_args.resize(slot_count(type.params));
  return to_slots(caller.store, type.params, args, caller.callee_args.data(), "argument");
}

}  // namespace
}  // namespace zhan::capi

using namespace zhan::capi;

zhan_store_t* zhan_caller_store(zhan_caller_t* caller) { return &caller->store; }

zhan_instance_t zhan_caller_instance(zhan_caller_t* caller) {
  return guarded_or(zhan_instance_t{}, [&] {
    return caller->store.handle(zhan::runtime::caller_instance(&caller->exec));
  });
}

zhan_extern_t zhan_caller_export(zhan_caller_t* caller, zhan_str_t name) {
  return guarded_or(zhan_extern_t{}, [&] {
    zhan::runtime::Instance* const instance = zhan::runtime::caller_instance(&caller->exec);
    const auto* const found = instance == nullptr ? nullptr : instance->find_export(view(name));
    return found == nullptr ? zhan_extern_t{} : caller->store.handle(*found);
  });
}

zhan_error_t* zhan_caller_tail_call(zhan_caller_t* caller, zhan_func_t func, const zhan_val_t* args,
                                    size_t arg_count) {
  return guarded([&]() -> zhan_error_t* {
    caller->callee = nullptr;
    const zhan::abi::Func* const callee = caller->store.find(func);
    if (callee == nullptr) return caller->store.wrong("function");
    ZHAN_API_TRY(prepare_tail_call(*caller, *callee, args, arg_count), nullptr);
    caller->callee = callee;
    return tail_call_mark();
  });
}

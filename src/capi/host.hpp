// SPDX-License-Identifier: Apache-2.0
// Host functions of the API above the slot convention (CONTRACTS C2), and what they may ask of
// their caller.
#pragma once

#include "capi/store.hpp"

namespace zhan::capi {

/// What the embedder gave for one host function; shared by all stores that use it, never changed.
struct HostFunction {
  HostFunction(FuncType t, zhan_callback_t typed_callback, zhan_raw_callback_t raw_callback,
               void* env, zhan_finalizer_t finalizer)
      : type(std::move(t)), typed(typed_callback), raw(raw_callback), owned(env, finalizer) {}

  const FuncType type;  // references by canonical ids
  const zhan_callback_t typed;
  const zhan_raw_callback_t raw;  // if typed is null
  const Owned owned;
};

/// abi::Entry of every host function; `context` is its HostFunction.
abi::Status call_host(abi::Exec* exec, void* context, const abi::FuncBody* body,
                      abi::Slot* args) noexcept;

}  // namespace zhan::capi

/// Lives while one callback runs.
struct zhan_caller {
  zhan_store_t& store;
  zhan::abi::Exec& exec;
  const zhan::capi::HostFunction& function;
  zhan::abi::Slot* args;
  // Set by zhan_caller_tail_call; written to `args` when the callback has returned.
  const zhan::abi::Func* callee = nullptr;
  std::vector<zhan::abi::Slot> callee_args;
};

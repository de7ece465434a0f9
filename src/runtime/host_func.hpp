// SPDX-License-Identifier: Apache-2.0
// A host function as wasm sees it: immutable, so one may serve several stores of an engine.
#pragma once

#include <memory>
#include <string>

#include "abi/abi.hpp"
#include "module/type_interner.hpp"

namespace zhan::runtime {

struct HostFunc {
  abi::FuncBody body;
  abi::Func func;
  std::string name;
  std::shared_ptr<void> data;  // what `context` points to, if it is to be kept

  /// `entry` gets `context`; it is called on the threads of all stores that use it.
  HostFunc(const TypeInterner& types, const abi::EngineTable& engine, TypeId type, abi::Entry entry,
           void* context, std::string function_name);
  HostFunc(const HostFunc&) = delete;
  HostFunc& operator=(const HostFunc&) = delete;
};

}  // namespace zhan::runtime

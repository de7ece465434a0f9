// SPDX-License-Identifier: Apache-2.0
// Stores with an engine that runs C++ lambdas in place of wasm bodies, and modules from text: the
// runtime is tested without any interpreter.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "abi/builtins.hpp"
#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "runtime/store.hpp"
#include "text/parse.hpp"
#include "validate/validate.hpp"

namespace zhan::runtime {

/// What a function of a module does, by its index: set by a test.
using Script = std::function<abi::Status(abi::Exec*, abi::Inst*, abi::Slot* args)>;
inline std::map<u32, Script>& scripts() {
  static std::map<u32, Script> map;
  return map;
}

inline const abi::EngineTable& scripted_engine() {
  static const abi::Cell static_cell{nullptr};
  static const abi::EngineTable table = [] {
    abi::EngineTable t;
    t.prepare = &static_cell;
    t.call_host = &static_cell;
    t.call = [](abi::Exec* exec, const abi::Func* func, abi::Slot* args) {
      return scripts().at(func->body->function)(exec, static_cast<abi::Inst*>(func->context), args);
    };
    return t;
  }();
  return table;
}

class RuntimeTest : public testing::Test {
 public:
  void SetUp() override {
    scripts().clear();
    store = make_store();
  }

  std::unique_ptr<Store> make_store(StoreLimits limits = {}, Mode mode = {}) {
    StoreConfig config;
    config.types = types;
    config.engine = &scripted_engine();
    config.limits = limits;
    config.mode = mode;
    auto made = Store::create(config);
    EXPECT_TRUE(made.has_value());
    return made ? std::move(*made) : nullptr;
  }

  std::shared_ptr<const ModuleInfo> module(std::string_view text) {
    auto parsed = text::parse_module(text);
    if (!parsed) {
      ADD_FAILURE() << parsed.error().to_string();
      return nullptr;
    }
    const auto bytes = std::make_shared<std::vector<u8>>(binary::encode(*parsed));
    auto decoded = binary::decode(*bytes, bytes, {});
    if (!decoded) {
      ADD_FAILURE() << decoded.error().to_string();
      return nullptr;
    }
    if (const auto valid = validate::validate(*decoded, *types, {}); !valid) {
      ADD_FAILURE() << valid.error().to_string();
      return nullptr;
    }
    auto info = make_module_info(std::move(*decoded), types, {}, "test");
    EXPECT_TRUE(info.has_value());
    return *info;
  }

  Instance* instantiate(std::string_view text, std::vector<Extern> imports = {}) {
    return instantiate_in(*store, text, std::move(imports));
  }
  Instance* instantiate_in(Store& s, std::string_view text, std::vector<Extern> imports = {}) {
    const auto info = module(text);
    if (info == nullptr) return nullptr;
    auto instance = s.instantiate(info, imports);
    if (!instance) ADD_FAILURE() << instance.error().to_string();
    return instance ? *instance : nullptr;
  }
  /// The error of an instantiation that must fail.
  Error refusal(std::string_view text, std::vector<Extern> imports = {}) {
    const auto info = module(text);
    if (info == nullptr) return {ErrorKind::host, "no module"};
    auto instance = store->instantiate(info, imports);
    EXPECT_FALSE(instance.has_value());
    return instance ? Error(ErrorKind::host, "") : std::move(instance.error());
  }
  TypeId func_type(std::vector<ValType> params, std::vector<ValType> results) {
    return types->intern(FuncType{std::move(params), std::move(results)}).value();
  }
  abi::Func* host(std::vector<ValType> params, std::vector<ValType> results, abi::Entry entry,
                  void* data = nullptr) {
    return store->new_host_func(func_type(std::move(params), std::move(results)), entry, data)
        .value();
  }
  u64 global_value(Instance& instance, std::string_view name) {
    const Extern* const item = instance.find_export(name);
    return item == nullptr ? ~u64{0} : item->global->value[0];
  }
  /// Runs a builtin on operands; the trap it noted, or none.
  Trap run(abi::Builtin builtin, Instance& instance, std::vector<abi::Slot>& operands, u32 a = 0,
           u32 b = 0) {
    abi::Exec& exec = store->exec();
    exec.pending.trap = Trap::none;
    const abi::Status status = builtin(&exec, instance.inst(), operands.data(), a, b);
    EXPECT_EQ(status == abi::Status::trapped, exec.pending.trap != Trap::none);
    return exec.pending.trap;
  }

  std::shared_ptr<TypeInterner> types = std::make_shared<TypeInterner>();
  std::unique_ptr<Store> store;
};

}  // namespace zhan::runtime

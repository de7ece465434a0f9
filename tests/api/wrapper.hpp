// SPDX-License-Identifier: Apache-2.0
// What the tests of the C++ wrapper share.
#pragma once

#include <gtest/gtest.h>

#include <zhan/zhan.hpp>

using zhan::Caller;
using zhan::Engine;
using zhan::Func;
using zhan::Instance;
using zhan::Linker;
using zhan::Module;
using zhan::Ref;
using zhan::Result;
using zhan::Store;
using zhan::value_or_throw;

struct Wrapper : testing::Test {
  Engine engine = value_or_throw(Engine::make());
  Store store = value_or_throw(Store::make(engine));

  Module load(std::string_view text) { return value_or_throw(Module::make(engine, text)); }
  Instance instantiate(std::string_view text) {
    return value_or_throw(Instance::make(store, load(text)));
  }
};

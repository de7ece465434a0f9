// SPDX-License-Identifier: Apache-2.0
// A store of the engine with programs in text, for tests of the collector under real code.
#pragma once

#include <gtest/gtest.h>

#include "engine/engine.hpp"

namespace zhan::test {

class Programs : public testing::Test {
 protected:
  using Options = std::vector<std::pair<const char*, const char*>>;

  /// A new engine with these options and a new store.
  void use(const Options& options) {
    engine::Config config;
    for (const auto& [key, value] : options) ASSERT_TRUE(config.set(key, value).has_value()) << key;
    m_store.reset();
    m_engine = engine::Engine::create(std::move(config)).value();
    m_store = m_engine->new_store().value();
  }
  [[nodiscard]] engine::Engine& engine() { return *m_engine; }
  [[nodiscard]] runtime::Store& store() { return *m_store; }
  void new_store() { m_store = m_engine->new_store().value(); }
  void drop_store() { m_store.reset(); }

  engine::Engine::ModulePtr compile(std::string_view text) {
    auto module =
        m_engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}, {}, "m");
    if (!module) ADD_FAILURE() << module.error().to_string();
    return module ? *module : nullptr;
  }
  runtime::Instance* instantiate(std::string_view text, std::vector<runtime::Extern> imports = {}) {
    auto instance = m_store->instantiate(compile(text), imports);
    if (!instance) ADD_FAILURE() << instance.error().to_string();
    return instance ? *instance : nullptr;
  }
  Result<u64> call(runtime::Instance* instance, std::string_view name,
                   std::vector<abi::Slot> args = {}) {
    args.resize(std::max<usize>(args.size(), 4));
    ZHAN_TRY_VOID(m_store->call_raw(instance->find_export(name)->func, args));
    return args[0];
  }
  /// The same where it must succeed.
  u64 run(runtime::Instance* instance, std::string_view name, std::vector<abi::Slot> args = {}) {
    auto result = call(instance, name, std::move(args));
    if (!result) ADD_FAILURE() << name << ": " << result.error().to_string();
    return result ? *result : ~u64{0};
  }
  void collect(bool major) { ASSERT_TRUE(m_store->collect(major).has_value()); }
  [[nodiscard]] heap::HeapStatistics statistics() { return m_store->heap_statistics(); }

 private:
  std::shared_ptr<engine::Engine> m_engine = engine::Engine::create().value();
  std::unique_ptr<runtime::Store> m_store = m_engine->new_store().value();
};

}  // namespace zhan::test

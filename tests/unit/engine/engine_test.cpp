// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace zhan::engine {
namespace {

std::span<const u8> bytes_of(std::string_view text) {
  return {reinterpret_cast<const u8*>(text.data()), text.size()};
}

class EngineTest : public testing::Test {
 public:
  Engine::ModulePtr compile(std::string_view text) {
    auto module = engine->compile(bytes_of(text), {}, "test");
    if (!module) ADD_FAILURE() << module.error().to_string();
    return module ? *module : nullptr;
  }
  Error compile_error(std::string_view text) {
    auto module = engine->compile(bytes_of(text));
    EXPECT_FALSE(module.has_value());
    return module ? Error(ErrorKind::host, "") : std::move(module.error());
  }
  abi::Func* host_func(runtime::Store& store) {
    const TypeId type = engine->types()->intern(FuncType{}).value();
    return store.new_host_func(type, nop, nullptr).value();
  }
  static abi::Status nop(abi::Exec*, void*, const abi::FuncBody*, abi::Slot*) {
    return abi::Status::returned;
  }

  std::shared_ptr<Engine> engine = Engine::create().value();
};

TEST_F(EngineTest, CompilesTextAndBinary) {
  EXPECT_NE(compile("(module (func))"), nullptr);
  EXPECT_NE(compile(std::string_view("\0asm\1\0\0\0", 8)), nullptr);
  EXPECT_EQ(engine->compile(bytes_of("(module)"), {}, "", false).error().kind(),
            ErrorKind::malformed);
}

TEST_F(EngineTest, CopiesBytesThatNobodyOwns) {
  std::vector<u8> bytes{0, 'a', 's', 'm', 1, 0, 0, 0, 0, 5, 1, 'n', 1, 2, 3};
  const auto module = engine->compile(bytes).value();
  std::fill(bytes.begin(), bytes.end(), u8{0xff});
  ASSERT_EQ(module->module.customs.size(), 1u);
  EXPECT_EQ(module->module.text(module->module.customs[0].name), "n");
}

TEST_F(EngineTest, ErrorsHaveAPosition) {
  const Error text = compile_error("(module\n  (func i32.bogus))");
  EXPECT_EQ(text.kind(), ErrorKind::malformed);
  EXPECT_EQ(text.info().line, 2u);
  const Error binary = compile_error(std::string_view("\0asm\1\0\0\0\x01", 9));
  EXPECT_EQ(binary.kind(), ErrorKind::malformed);
  EXPECT_NE(binary.info().offset, no_offset);
  const Error invalid = compile_error("(module (func (result i32)))");
  EXPECT_EQ(invalid.kind(), ErrorKind::invalid);
  EXPECT_EQ(compile_error("").kind(), ErrorKind::malformed);
  EXPECT_EQ(compile_error("neither").kind(), ErrorKind::malformed);
}

TEST_F(EngineTest, LazyValidationKeepsBodiesForLater) {
  Config config;
  config.lazy_validation = true;
  engine = Engine::create(config).value();
  const auto module = compile("(module (func) (func (result i32)))");
  ASSERT_NE(module->check_body, nullptr);
  EXPECT_TRUE(module->check_body(*module, 0).has_value());
  EXPECT_EQ(module->check_body(*module, 1).error().kind(), ErrorKind::invalid);
}

TEST_F(EngineTest, FeaturesAreObeyed) {
  Config config;
  config.features.set(Feature::simd, false);
  engine = Engine::create(config).value();
  const Error error = compile_error("(module (func (local v128)))");
  EXPECT_EQ(error.kind(), ErrorKind::unsupported);
}

TEST_F(EngineTest, CompilesFiles) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("zhan-engine-" + std::to_string(::getpid()) + ".wat");
  std::ofstream(path) << "(module (func) (export \"f\" (func 0)))";
  const auto module = engine->compile_file(path.string());
  std::ofstream(path) << "(module (bogus))";
  const auto bad = engine->compile_file(path.string());
  std::filesystem::remove(path);
  ASSERT_TRUE(module.has_value());
  EXPECT_EQ((*module)->name, path.filename().string());
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().to_string().find(path.string() + ":1:"), 0u);
  EXPECT_EQ(engine->compile_file("/no/such.wasm").error().kind(), ErrorKind::io);
  EXPECT_EQ(engine->compile_file("/").error().kind(), ErrorKind::io);
}

TEST_F(EngineTest, StoresKeepTheirEngine) {
  auto store = engine->new_store().value();
  const std::weak_ptr<Engine> weak = engine;
  engine.reset();
  EXPECT_FALSE(weak.expired());
  store.reset();
  EXPECT_TRUE(weak.expired());
}

TEST_F(EngineTest, SignalsOffMeansExplicitChecks) {
  Config config;
  config.signals = Config::Signals::off;
  engine = Engine::create(config).value();
  auto store = engine->new_store().value();
  EXPECT_TRUE(store->config().mode.explicit_checks);
  MemoryType type;
  EXPECT_FALSE(store->new_memory(type).value()->guarded());
}

// -- Linker --

class LinkerTest : public EngineTest {
 public:
  Error link_error(std::string_view text) {
    auto instance = linker.instantiate(*store, compile(text));
    EXPECT_FALSE(instance.has_value());
    return instance ? Error(ErrorKind::host, "") : std::move(instance.error());
  }
  runtime::Instance* link(std::string_view text) {
    auto instance = linker.instantiate(*store, compile(text));
    if (!instance) ADD_FAILURE() << instance.error().to_string();
    return instance ? *instance : nullptr;
  }

  std::unique_ptr<runtime::Store> store = engine->new_store().value();
  Linker linker{engine};
};

TEST_F(LinkerTest, ResolvesByName) {
  abi::Func* const func = host_func(*store);
  ASSERT_TRUE(linker.define("env", "f", *store, func).has_value());
  const auto module = compile(R"((module (import "env" "f" (func))))");
  const auto imports = linker.resolve(*store, *module).value();
  ASSERT_EQ(imports.size(), 1u);
  EXPECT_EQ(imports[0], runtime::Extern(func));
  EXPECT_EQ(linker.find(*store, "env", "f"), runtime::Extern(func));
  EXPECT_EQ(linker.find(*store, "env", "g"), std::nullopt);
}

TEST_F(LinkerTest, NamesAreTakenOnce) {
  abi::Func* const func = host_func(*store);
  ASSERT_TRUE(linker.define("env", "f", *store, func).has_value());
  const auto again = linker.define("env", "f", *store, host_func(*store));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().message(), "\"env\" \"f\" is defined already");
  EXPECT_EQ(linker.find(*store, "env", "f"), runtime::Extern(func));
  linker.allow_shadowing = true;
  abi::Func* const newer = host_func(*store);
  ASSERT_TRUE(linker.define("env", "f", *store, newer).has_value());
  EXPECT_EQ(linker.find(*store, "env", "f"), runtime::Extern(newer));
}

TEST_F(LinkerTest, UnknownImportsSayWhatWasWanted) {
  EXPECT_EQ(link_error(R"((module (import "env" "f" (func (param i32)))))").message(),
            "unknown import: \"env\" \"f\": wanted (func (param i32)); "
            "nothing is defined for module \"env\"");
  ASSERT_TRUE(linker.define("env", "fd_write", *store, host_func(*store)).has_value());
  EXPECT_EQ(link_error(R"((module (import "env" "fd_wrte" (func))))").message(),
            "unknown import: \"env\" \"fd_wrte\": wanted (func); did you mean \"fd_write\"?");
  EXPECT_EQ(link_error(R"((module (import "env" "fd_write" (memory 1))))").message(),
            "incompatible import type: \"env\" \"fd_write\": wanted (memory 1), found (func)");
}

TEST_F(LinkerTest, HostFunctionsServeEveryStore) {
  const auto env = std::make_shared<int>(0);
  const abi::Entry count = [](abi::Exec*, void* data, const abi::FuncBody*, abi::Slot*) {
    ++*static_cast<int*>(data);
    return abi::Status::returned;
  };
  ASSERT_TRUE(linker.define_func("env", "count", FuncType{}, count, env).has_value());
  auto other = engine->new_store().value();
  for (runtime::Store* s : {store.get(), store.get(), other.get()}) {
    const auto item = linker.find(*s, "env", "count");
    ASSERT_TRUE(item.has_value());
    EXPECT_EQ(item, linker.find(*s, "env", "count"));
    EXPECT_TRUE(s->call_raw(item->func, {}).has_value());
  }
  EXPECT_EQ(*env, 3);
}

TEST_F(LinkerTest, TheEnvironmentLivesWhileSomeoneUsesIt) {
  auto env = std::make_shared<int>(0);
  const std::weak_ptr<int> weak = env;
  auto temporary = std::make_unique<Linker>(engine);
  ASSERT_TRUE(temporary->define_func("env", "f", FuncType{}, nop, std::move(env)).has_value());
  ASSERT_TRUE(temporary->find(*store, "env", "f").has_value());
  temporary.reset();
  EXPECT_FALSE(weak.expired());
  store.reset();
  EXPECT_TRUE(weak.expired());
}

TEST_F(LinkerTest, ItemsOfOtherStoresAreRefused) {
  auto other = engine->new_store().value();
  ASSERT_TRUE(linker.define("env", "f", *other, host_func(*other)).has_value());
  EXPECT_EQ(link_error(R"((module (import "env" "f" (func))))").kind(), ErrorKind::wrong_store);
}

TEST_F(LinkerTest, InstancesExportToOthers) {
  runtime::Instance* const first =
      link(R"((module (memory (export "m") 1) (global (export "g") i32 (i32.const 3))))");
  ASSERT_TRUE(linker.define_instance("first", *first).has_value());
  runtime::Instance* const second = link(R"((module (import "first" "m" (memory 1))
      (import "first" "g" (global i32)) (export "again" (global 0))))");
  EXPECT_EQ(second->memory(0), first->memory(0));
  EXPECT_EQ(second->find_export("again")->global->value[0], 3u);
  EXPECT_FALSE(linker.define_instance("first", *first).has_value());
}

TEST_F(LinkerTest, UnknownFunctionsMayTrapWhenCalled) {
  constexpr const char* text =
      R"((module (import "env" "f" (func (result i32))) (export "f" (func 0))))";
  linker.unknown = Linker::Unknown::trap;
  runtime::Instance* const instance = link(text);
  std::vector<runtime::Value> results;
  const auto called = store->call(instance->find_export("f")->func, {}, results);
  ASSERT_FALSE(called.has_value());
  EXPECT_EQ(called.error().message(), "unknown import called: \"env\" \"f\"");
  EXPECT_EQ(link_error(R"((module (import "env" "m" (memory 1))))").kind(), ErrorKind::link);
}

TEST_F(LinkerTest, UnknownFunctionsMayAnswerZero) {
  linker.unknown = Linker::Unknown::default_values;
  runtime::Instance* const instance =
      link(R"((module (import "env" "f" (func (param i32) (result i64 v128 externref)))
              (import "env" "g" (func (result (ref func))))
              (export "f" (func 0)) (export "g" (func 1))))");
  std::vector<runtime::Value> results;
  ASSERT_TRUE(store
                  ->call(instance->find_export("f")->func,
                         std::vector<runtime::Value>{{type_i32, 5}}, results)
                  .has_value());
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].lo | results[1].lo | results[1].hi | results[2].lo, 0u);
  EXPECT_FALSE(store->call(instance->find_export("g")->func, {}, results).has_value());
}

}  // namespace
}  // namespace zhan::engine

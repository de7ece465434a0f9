// SPDX-License-Identifier: Apache-2.0
// The functions as a wasm module imports them.
#include "wasi/linker.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace zhan::wasi {
namespace {

class LinkerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    engine = engine::Engine::create().value();
    linker = std::make_unique<engine::Linker>(engine);
    store = engine->new_store().value();
    context->set_output(1, out);
    ASSERT_TRUE(add_to_linker(*linker, context));
  }
  /// Instantiates a text module and calls its export `run`.
  Result<i32> run(std::string_view text) {
    std::span bytes(reinterpret_cast<const u8*>(text.data()), text.size());
    ZHAN_TRY(auto module, engine->compile(bytes));
    ZHAN_TRY(auto* instance, linker->instantiate(*store, module));
    const runtime::Extern* item = instance->find_export("run");
    std::vector<runtime::Value> results;
    ZHAN_TRY_VOID(store->call(item->func, {}, results));
    return results.empty() ? 0 : static_cast<i32>(results[0].lo);
  }

  std::shared_ptr<engine::Engine> engine;
  std::unique_ptr<engine::Linker> linker;
  std::unique_ptr<runtime::Store> store;
  std::shared_ptr<Context> context = std::make_shared<Context>();
  std::shared_ptr<OutputBuffer> out = std::make_shared<OutputBuffer>();
};

TEST_F(LinkerTest, Hello) {
  auto result = run(R"((module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 8) "\10\00\00\00\06\00\00\00hello\0a")
    (func (export "run") (result i32)
      (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0)))))");
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(*result, 0);
  EXPECT_EQ(out->bytes, "hello\n");
}

TEST_F(LinkerTest, AllFunctionsLink) {
  std::string text = "(module";
  auto add = [&](std::string name, std::string_view params) {
    text += "(import \"wasi_snapshot_preview1\" \"" + name + "\" (func (param";
    for (char letter : params) text += letter == 'I' ? " i64" : " i32";
    text += name == "proc_exit" ? ")))" : ") (result i32)))";
  };
#define ZHAN_WASI(name, params) add(#name, params);
#include "wasi/functions.def"
#undef ZHAN_WASI
  auto result = run(text + "(func (export \"run\")))");
  EXPECT_TRUE(result) << result.error().to_string();
}

TEST_F(LinkerTest, NamesAreTakenOnce) {
  auto again = add_to_linker(*linker, context);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), ErrorKind::link);
  linker->allow_shadowing = true;
  EXPECT_TRUE(add_to_linker(*linker, context));
}

TEST_F(LinkerTest, WrongTypeDoesNotLink) {
  auto result = run(R"((module
    (import "wasi_snapshot_preview1" "proc_exit" (func (param i64)))
    (func (export "run"))))");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::link);
}

TEST_F(LinkerTest, ExitIsAnError) {
  auto result = run(R"((module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory 1)
    (func (export "run") (call $exit (i32.const 33)) (unreachable))))");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::exit);
  EXPECT_EQ(result.error().info().code, 33);
}

TEST_F(LinkerTest, WithoutMemoryPointersAreBad) {
  auto result = run(R"((module
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (func (export "run") (result i32) (call $random (i32.const 0) (i32.const 8)))))");
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(*result, static_cast<i32>(Errno::fault));
}

TEST_F(LinkerTest, EachStoreHasItsContext) {
  linker->allow_shadowing = true;
  runtime::Store* mine = store.get();
  ASSERT_TRUE(add_to_linker(*linker, [this, mine](runtime::Store& asked) -> Context* {
    return &asked == mine ? context.get() : nullptr;
  }));
  constexpr std::string_view text = R"((module
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
    (func (export "run") (result i32) (call $yield))))";
  EXPECT_EQ(run(text).value(), 0);
  store = engine->new_store().value();
  auto result = run(text);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::host);
}

/// Without end but for the request: the wait is a guest's of an hour.
TEST_F(LinkerTest, SleepIsInterrupted) {
  auto handle = store->interrupt_handle();
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    handle->raise();
  });
  auto begin = std::chrono::steady_clock::now();
  auto result = run(R"((module
    (import "wasi_snapshot_preview1" "poll_oneoff"
      (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory 1)
    (func (export "run") (result i32)
      (i32.store (i32.const 16) (i32.const 1))
      (i64.store (i32.const 24) (i64.const 3600000000000))
      (call $poll (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200)))))");
  other.join();
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().to_string().find("interrupted"), std::string::npos)
      << result.error().to_string();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(LinkerTest, SleepEndsAtTheDeadline) {
  store->set_deadline(30'000'000);
  auto result = run(R"((module
    (import "wasi_snapshot_preview1" "poll_oneoff"
      (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory 1)
    (func (export "run") (result i32)
      (i32.store (i32.const 16) (i32.const 1))
      (i64.store (i32.const 24) (i64.const 3600000000000))
      (call $poll (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200)))))");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().to_string().find("deadline"), std::string::npos)
      << result.error().to_string();
}

}  // namespace
}  // namespace zhan::wasi

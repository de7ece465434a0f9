// SPDX-License-Identifier: Apache-2.0
// Groups of threads: limits, numbers, how they end, and what they share.
#include "wasi/threads.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "wasi/linker.hpp"

namespace zhan::wasi {
namespace {

using Clock = std::chrono::steady_clock;

/// What every module of these tests begins with.
constexpr std::string_view head = R"((module
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "env" "memory" (memory 1 10 shared))
  (export "memory" (memory 0))
  ;; Never ends, each in its way.
  (func $block (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))
  (func $busy (loop (br 0)))
  (global $at (mut i32) (i32.const 1000))  ;; of each thread's own
  (func $own (param i32) (result i32) (i32.add (global.get $at) (local.get 0)))
  (func $sleep  ;; an hour, by poll_oneoff
    (i32.store offset=16 (global.get $at) (i32.const 1))
    (i64.store offset=24 (global.get $at) (i64.const 3_600_000_000_000))
    (drop (call $poll (global.get $at) (call $own (i32.const 100)) (i32.const 1)
      (call $own (i32.const 200)))))
  (func $input
    (i32.store offset=300 (global.get $at) (call $own (i32.const 400)))
    (i32.store offset=304 (global.get $at) (i32.const 1))
    (drop (call $read (i32.const 0) (call $own (i32.const 300)) (i32.const 1)
      (call $own (i32.const 320))))
    (unreachable))
  (func $wait_for (param i32)  ;; until the word at 4 has reached it
    (loop $l (if (i32.lt_u (i32.atomic.load (i32.const 4)) (local.get 0)) (then
      (drop (call $yield)) (br $l)))))
  (func $arrive (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1))))
)";

class ThreadsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::pipe(m_pipe), 0);
    ASSERT_TRUE(context->lend_fd(0, m_pipe[0]));
    context->set_output(1, out);
    start();
  }
  void TearDown() override {
    if (group != nullptr) group->stop();
    ::close(m_pipe[0]);
    ::close(m_pipe[1]);
  }
  void start() {
    ASSERT_TRUE(add_to_linker(*linker, context));
    ASSERT_TRUE(add_threads_to_linker(*linker, [this](runtime::Store&) { return group; }));
    make_memory();
  }
  void make_memory() {
    MemoryType type;
    type.limits = {1, 10, true};
    type.shared = true;
    memory = engine->new_shared_memory(type).value();
    ASSERT_TRUE(linker->define_memory("env", "memory", memory));
  }
  /// Another program on the same engine.
  void start_again() {
    if (group != nullptr) group->stop();
    group.reset();
    store = engine->new_store().value();
    linker->allow_shadowing = true;
    make_memory();
  }
  Result<void> load(std::string_view body, u32 most = 100) {
    const std::string text = std::string(head) + std::string(body) + ")";
    ZHAN_TRY(auto module, engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}));
    ThreadSetup setup;
    setup.module = module;
    ZHAN_TRY(setup.linker, linker->prepare(*module));
    setup.most = most;
    setup.make_store = [this](std::shared_ptr<ThreadGroup>,
                              runtime::Store&) -> Result<ThreadSetup::StorePtr> {
      if (refuse_stores) return fail(ErrorKind::no_memory, "no store for a thread");
      ++stores;
      ZHAN_TRY(auto made, engine->new_store());
      return ThreadSetup::StorePtr(std::move(made));
    };
    ZHAN_TRY(group, ThreadGroup::create(std::move(setup), *store));
    ZHAN_TRY(m_instance, linker->instantiate(*store, module));
    return {};
  }
  Result<i32> call(std::string_view name, u32 argument = 0) {
    abi::Slot slots[] = {argument};
    ZHAN_TRY_VOID(store->call_raw(m_instance->find_export(name)->func, slots));
    return static_cast<i32>(slots[0]);
  }
  Result<i32> run(std::string_view body, u32 most = 100) {
    ZHAN_TRY_VOID(load(body, most));
    return call("run");
  }
  u32 word(u32 at) {
    return __atomic_load_n(reinterpret_cast<u32*>(memory->bytes().data() + at), __ATOMIC_SEQ_CST);
  }

  std::shared_ptr<engine::Engine> engine = engine::Engine::create().value();
  std::unique_ptr<engine::Linker> linker = std::make_unique<engine::Linker>(engine);
  std::unique_ptr<runtime::Store> store = engine->new_store().value();
  std::shared_ptr<Context> context = std::make_shared<Context>();
  std::shared_ptr<OutputBuffer> out = std::make_shared<OutputBuffer>();
  std::shared_ptr<runtime::Memory> memory;
  std::shared_ptr<ThreadGroup> group;
  std::atomic<bool> refuse_stores{false};
  std::atomic<u32> stores{0};

 private:
  runtime::Instance* m_instance = nullptr;
  int m_pipe[2] = {-1, -1};
};

TEST_F(ThreadsTest, AThreadGetsItsNumberAndArgument) {
  const auto result = run(R"(
    (func (export "wasi_thread_start") (param i32 i32)
      (i32.store (i32.const 8) (local.get 0))
      (i32.store (i32.const 12) (local.get 1))
      (call $arrive))
    (func (export "run") (result i32) (local i32)
      (local.set 0 (call $spawn (i32.const 12345)))
      (call $wait_for (i32.const 1))
      (i32.eq (local.get 0) (i32.load (i32.const 8)))))");
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(*result, 1);
  EXPECT_EQ(word(12), 12345u);
  EXPECT_GE(word(8), 1u);
  EXPECT_LT(word(8), 1u << 29);
}

constexpr const char* many = R"(
    (func (export "wasi_thread_start") (param i32 i32) (call $arrive)
      (if (local.get 1) (then (call $block))))
    ;; As many threads as there may be: how many there were; then the last answer.
    (func (export "run") (result i32) (local i32)
      (loop $l (if (i32.gt_s (call $spawn (i32.const 1)) (i32.const 0)) (then
        (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $l))))
      (call $wait_for (local.get 0))
      (local.get 0))
    (func (export "spawn") (param i32) (result i32) (call $spawn (local.get 0))))";

TEST_F(ThreadsTest, ASpawnBombMeetsTheLimit) {
  const auto result = run(many, 20);
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(*result, 20);
  EXPECT_EQ(call("spawn").value(), -static_cast<i32>(Errno::again));
  EXPECT_EQ(stores, 20u);
  group->stop();
  EXPECT_EQ(call("spawn").value(), -static_cast<i32>(Errno::again)) << "the group has ended";
  group->stop();
}

TEST_F(ThreadsTest, PlacesAreGivenBack) {
  ASSERT_TRUE(load(many, 2));
  for (int i = 0; i < 300; ++i) {
    i32 number = 0;
    do {
      number = call("spawn", 0).value();
    } while (number == -static_cast<i32>(Errno::again));
    ASSERT_GT(number, 0);
  }
  group->stop();
  EXPECT_EQ(word(4), 300u);
}

TEST_F(ThreadsTest, WithoutAStoreThereIsNoThread) {
  ASSERT_TRUE(load(many));
  refuse_stores = true;
  EXPECT_EQ(call("spawn").value(), -static_cast<i32>(Errno::again));
  refuse_stores = false;
  EXPECT_GT(call("spawn").value(), 0);
}

/// Threads that wait in every way, and one that ends them all.
std::string crowd(std::string_view end) {
  return R"((func (export "wasi_thread_start") (param i32 i32)
      (global.set $at (i32.add (i32.const 2000) (i32.mul (local.get 1) (i32.const 500))))
      (call $arrive)
      (if (i32.eq (local.get 1) (i32.const 0)) (then (call $block)))
      (if (i32.eq (local.get 1) (i32.const 1)) (then (call $busy)))
      (if (i32.eq (local.get 1) (i32.const 2)) (then (call $sleep)))
      (if (i32.eq (local.get 1) (i32.const 3)) (then (call $input)))
      (if (i32.eq (local.get 1) (i32.const 4)) (then (call $wait_for (i32.const 7)) )" +
         std::string(end) + R"()))
    (func $crowd (local i32)
      (loop $l (drop (call $spawn (local.get 0)))
        (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 5))))
      (call $wait_for (i32.const 5)))
    (func (export "block") (call $crowd) (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 2)))
      (call $block))
    (func (export "busy") (call $crowd) (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 2)))
      (call $busy))
    (func (export "sleep") (call $crowd) (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 2)))
      (call $sleep))
    (func (export "input") (call $crowd) (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 2)))
      (call $input))
    (func (export "leave") (result i32) (call $crowd) (i32.const 9)))";
}

class WaysTest : public ThreadsTest, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(First, WaysTest, testing::Values("block", "busy", "sleep", "input"),
                         [](const auto& info) { return info.param; });

TEST_P(WaysTest, AnExitOfAThreadEndsAll) {
  ASSERT_TRUE(load(crowd("(call $exit (i32.const 99))")));
  const auto result = call(GetParam());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::exit);
  EXPECT_EQ(result.error().info().code, 99);
  const auto start = Clock::now();
  group->stop();
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(20));
  const auto again = call("leave");
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().info().code, 99) << "the program has ended";
}

TEST_P(WaysTest, ATrapOfAThreadEndsAll) {
  ASSERT_TRUE(load(crowd("(drop (i32.load (i32.const -4)))")));
  const auto result = call(GetParam());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::trap);
  EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::out_of_bounds_memory_access));
  ASSERT_FALSE(result.error().info().frames.empty()) << "those of the thread";
  group->stop();
}

TEST_F(ThreadsTest, AnInterruptOfTheFirstLeavesTheOthers) {
  ASSERT_TRUE(load(crowd("")));
  std::thread raiser([this, handle = store->interrupt_handle()] {
    while (word(4) < 7) std::this_thread::yield();
    handle->raise();
  });
  const auto result = call("block");
  raiser.join();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::interrupt);
  group->stop();
}

TEST_F(ThreadsTest, TheFirstMayLeaveTheOthersBehind) {
  ASSERT_TRUE(load(crowd("")));
  EXPECT_EQ(call("leave").value(), 9);
  group->stop();
}

TEST_F(ThreadsTest, ManyTrapsAtOnceGiveOneError) {
  for (int round = 0; round < 10; ++round) {
    start_again();
    ASSERT_TRUE(load(R"(
      (func (export "wasi_thread_start") (param i32 i32)
        (call $arrive) (call $wait_for (i32.const 8)) (unreachable))
      (func (export "run") (local i32)
        (loop $l (drop (call $spawn (i32.const 0)))
          (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 8))))
        (call $block)))"));
    const auto result = call("run");
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::unreachable));
    group->stop();
  }
}

TEST_F(ThreadsTest, ThreadsStartThreads) {
  ASSERT_TRUE(load(R"(
    (func (export "wasi_thread_start") (param i32 i32)
      (if (local.get 1) (then
        (drop (call $spawn (i32.sub (local.get 1) (i32.const 1))))
        (drop (call $spawn (i32.sub (local.get 1) (i32.const 1))))))
      (call $arrive))
    (func (export "run") (result i32)
      (drop (call $spawn (i32.const 5)))
      (call $wait_for (i32.const 63))
      (i32.atomic.load (i32.const 4))))"));
  EXPECT_EQ(call("run").value(), 63);
}

TEST_F(ThreadsTest, AnExceptionThatNobodyCatchesEndsTheProgram) {
  const auto result = run(R"(
    (tag $e (param i32))
    (func (export "wasi_thread_start") (param i32 i32) (throw $e (i32.const 3)))
    (func (export "run") (drop (call $spawn (i32.const 0))) (call $block)))");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::exception);
  EXPECT_EQ(result.error().info().exception, 0u) << "the object was of another store";
  EXPECT_EQ(result.error().message().find("uncaught exception"), 0u);
}

TEST_F(ThreadsTest, AFailingStartFunctionEndsTheProgram) {
  // Each instance counts; the second one's start function traps.
  const auto result = run(R"(
    (func $first (if (i32.atomic.rmw.add (i32.const 20) (i32.const 1)) (then (unreachable))))
    (start $first)
    (func (export "wasi_thread_start") (param i32 i32))
    (func (export "run") (drop (call $spawn (i32.const 0))) (call $block)))");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::unreachable));
}

TEST_F(ThreadsTest, WhatAGroupNeeds) {
  EXPECT_EQ(load("").error().kind(), ErrorKind::link);
  EXPECT_EQ(load("(func (export \"wasi_thread_start\") (param i32))").error().kind(),
            ErrorKind::link);
  EXPECT_EQ(load("(global (export \"wasi_thread_start\") i32 (i32.const 0))").error().kind(),
            ErrorKind::link);
  EXPECT_EQ(group, nullptr);
  MemoryType own;
  own.limits = {1, 1, true};
  ASSERT_TRUE(linker->define("own", "m", *store, store->new_memory(own).value()));
  // Imports stand first, so this module is written out.
  constexpr std::string_view text = R"((module (import "own" "m" (memory 1 1))
    (func (export "wasi_thread_start") (param i32 i32))))";
  auto module = engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}).value();
  const auto made = ThreadGroup::create({module, linker->prepare(*module).value(), {}}, *store);
  ASSERT_FALSE(made.has_value());
  EXPECT_NE(made.error().message().find("for one store only"), std::string::npos);
}

TEST_F(ThreadsTest, WithoutAGroupACallIsAnError) {
  ASSERT_TRUE(load(many));
  group.reset();
  const auto result = call("spawn");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::host);
}

TEST_F(ThreadsTest, OutputOfAllThreadsIsWhole) {
  const auto result = run(R"(
    (data $line "0123456789\0a")  ;; passive: threads do not write it again
    (func (export "wasi_thread_start") (param i32 i32) (local i32)
      (loop $l
        (drop (call $write (i32.const 1) (i32.const 700) (i32.const 1)
          (i32.add (i32.const 2000) (i32.mul (local.get 1) (i32.const 8)))))
        (br_if $l (i32.lt_u (local.tee 2 (i32.add (local.get 2) (i32.const 1))) (i32.const 100))))
      (call $arrive))
    (func (export "run") (result i32) (local i32)
      (memory.init $line (i32.const 600) (i32.const 0) (i32.const 11))
      (i32.store (i32.const 700) (i32.const 600))
      (i32.store (i32.const 704) (i32.const 11))
      (loop $l (drop (call $spawn (local.get 0)))
        (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 4))))
      (call $wait_for (i32.const 4)) (i32.const 0)))");
  ASSERT_TRUE(result) << result.error().to_string();
  group->stop();
  ASSERT_EQ(out->bytes.size(), 4400u);
  for (usize at = 0; at < out->bytes.size(); at += 11)
    ASSERT_EQ(out->bytes.substr(at, 11), "0123456789\n");
}

/// The table alone: numbers come and go on eight threads, files stay open while they are used.
TEST(FdTableTest, IsSafeForThreads) {
  FdTable table;
  std::vector<std::thread> threads;
  std::atomic<u32> opened{0}, closed{0};
  for (u32 t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (u32 i = 0; i < 500; ++i) {
        Descriptor made;
        made.fd = HostFd(::dup(1));
        const auto fd = table.insert(std::move(made), t % 3);
        ASSERT_TRUE(fd.has_value());
        ++opened;
        const DescriptorPtr used = table.find(i % 16);
        if (used != nullptr) {
          used->flags |= fdflag::append;
          used->base = i;
        }
        const u32 to = (i + t) % 16;
        const bool moves = i % 5 == 0 && to != *fd;
        if (moves) closed += table.renumber(*fd, to) == Errno::success;
        if (!moves) closed += table.close(i % 3 == 0 ? to : *fd) == Errno::success;
        if (used != nullptr) {
          EXPECT_TRUE(used->fd.valid());
        }
      }
    });
  for (std::thread& t : threads) t.join();
  u32 left = 0;
  for (u32 fd = 0; fd < 4096; ++fd) left += table.find(fd) != nullptr;
  EXPECT_EQ(opened - closed, left);
  EXPECT_FALSE(table.full());
}

}  // namespace
}  // namespace zhan::wasi

// SPDX-License-Identifier: Apache-2.0
// The C++ wrapper: WASI, shared memories and threads, by a header that may stand alone.
#include <zhan/wasi.hpp>

#include "wrapper.hpp"

namespace {

TEST_F(Wrapper, RunsWasiPrograms) {
  std::string output;
  zhan::Wasi wasi;
  value_or_throw(wasi.argument("program"));
  value_or_throw(wasi.variable("KEY", "value"));
  value_or_throw(wasi.output(1, [&output](std::string_view text) { output += text; }));
  value_or_throw(store.set_wasi(std::move(wasi)));
  Linker linker(engine);
  value_or_throw(linker.define_wasi());
  const Instance instance = value_or_throw(linker.instantiate(store, load(R"((module
    (import "wasi_snapshot_preview1" "fd_write"
      (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\03\00\00\00hi\n")
    (func (export "_start")
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
      (call $exit (i32.const 4)))))")));
  const Result<void> result = value_or_throw(instance.func<void()>(store, "_start"))();
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().is_exit());
  EXPECT_EQ(result.error().code(), 4);
  EXPECT_EQ(output, "hi\n");
}

TEST_F(Wrapper, SharesMemoriesAndStartsThreads) {
  const auto memory = value_or_throw(zhan::SharedMemory::make(engine, 1, 2));
  Linker linker(engine);
  value_or_throw(linker.define_wasi(ZHAN_WORLD_THREADS));
  value_or_throw(linker.define("env", "memory", memory));
  const Module module = load(R"((module
    (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
    (memory (import "env" "memory") 1 2 shared)
    (func (export "wasi_thread_start") (param i32 i32)
      (i32.atomic.store (i32.const 8) (local.get 1))
      (drop (memory.atomic.notify (i32.const 8) (i32.const 1))))
    (func (export "run") (param i32) (result i32)
      (if (i32.lt_s (call $spawn (local.get 0)) (i32.const 1)) (then (unreachable)))
      (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1)))
      (i32.atomic.load (i32.const 8)))))");
  const auto pre = value_or_throw(linker.resolve(module));
  value_or_throw(store.set_threads(pre, 3));
  EXPECT_EQ(store.set_threads(pre).error().kind(), ZHAN_ERROR_BUSY);
  const Instance instance = value_or_throw(pre.instantiate(store));
  const auto run = value_or_throw(instance.func<int32_t(int32_t)>(store, "run"));
  EXPECT_EQ(value_or_throw(run(77)), 77);
  store.stop_threads();
  Store other = value_or_throw(Store::make(engine));
  EXPECT_EQ(value_or_throw(memory.in(other)).span(other)[8], 77);
}

}  // namespace

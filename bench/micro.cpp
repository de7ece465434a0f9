// SPDX-License-Identifier: Apache-2.0
// What an embedder pays for the small things, by Google Benchmark: zhan-micro [--benchmark_...].
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <zhan/zhan.hpp>

namespace {

constexpr std::string_view guest = R"((module
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table 16 funcref)
  (func (export "nothing"))
  (func (export "one") (param i32) (result i32) (local.get 0))
  (func (export "call_host") (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (call $add (local.get $sum) (local.get $n)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "grow") (result i32) (memory.grow (i32.const 1)))))";

template <class T>
T must(zhan::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "zhan-micro: unexpected error\n");
    std::abort();
  }
  return std::move(*result);
}

struct World {
  zhan::Engine engine = must(zhan::Engine::make());
  zhan::Module module = must(zhan::Module::make(engine, guest));
  zhan::Store store = must(zhan::Store::make(engine));
  zhan::Linker linker{engine};

  World() {
    if (!linker.define("host", "add", [](int32_t a, int32_t b) { return a + b; })) std::abort();
  }
};

void call_nothing(benchmark::State& state) {
  World world;
  const zhan::Instance instance = must(world.linker.instantiate(world.store, world.module));
  const auto function = must(instance.func<void()>(world.store, "nothing"));
  for (auto _ : state) benchmark::DoNotOptimize(function().has_value());
}
BENCHMARK(call_nothing);

void call_with_a_value(benchmark::State& state) {
  World world;
  const zhan::Instance instance = must(world.linker.instantiate(world.store, world.module));
  const auto function = must(instance.func<int32_t(int32_t)>(world.store, "one"));
  for (auto _ : state) benchmark::DoNotOptimize(must(function(7)));
}
BENCHMARK(call_with_a_value);

/// A thousand calls from wasm to the host for each entry, so that entering counts little.
void call_the_host(benchmark::State& state) {
  constexpr int32_t calls = 1000;
  World world;
  const zhan::Instance instance = must(world.linker.instantiate(world.store, world.module));
  const auto function = must(instance.func<int32_t(int32_t)>(world.store, "call_host"));
  for (auto _ : state) benchmark::DoNotOptimize(must(function(calls)));
  state.SetItemsProcessed(state.iterations() * calls);
}
BENCHMARK(call_the_host);

void instantiate(benchmark::State& state) {
  World world;
  for (auto _ : state) {
    zhan::Store store = must(zhan::Store::make(world.engine));
    benchmark::DoNotOptimize(must(world.linker.instantiate(store, world.module)));
  }
}
BENCHMARK(instantiate);

/// One page at a time; a new instance after each 1,000 pages, which is not timed.
void grow_memory(benchmark::State& state) {
  World world;
  int pages = 0;
  zhan::Store store = must(zhan::Store::make(world.engine));
  zhan::Instance instance = must(world.linker.instantiate(store, world.module));
  auto function = must(instance.func<int32_t()>(store, "grow"));
  for (auto _ : state) {
    if (must(function()) < 0) state.SkipWithError("memory did not grow");
    if (++pages < 1000) continue;
    state.PauseTiming();
    pages = 0;
    store = must(zhan::Store::make(world.engine));
    instance = must(world.linker.instantiate(store, world.module));
    function = must(instance.func<int32_t()>(store, "grow"));
    state.ResumeTiming();
  }
}
BENCHMARK(grow_memory);

std::string many_functions(int count) {
  std::string text = "(module\n";
  for (int i = 0; i < count; ++i)
    text += "(func (param i32) (result i32) (i32.mul (i32.add (local.get 0) (i32.const " +
            std::to_string(i) + ")) (local.get 0)))\n";
  return text + ")";
}

/// Text to checked module, in bytes of text.
void read_text(benchmark::State& state) {
  const zhan::Engine engine = must(zhan::Engine::make());
  const std::string text = many_functions(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(must(zhan::Module::make(engine, text)));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(read_text)->Arg(1000);

}  // namespace

BENCHMARK_MAIN();

// SPDX-License-Identifier: Apache-2.0
// What an instance costs, beside Wasmtime where ZHAN_WASMTIME names its library:
// zhan-instantiate [--benchmark_...]. A cycle is: store, instance, a call that writes to so many
// pages of 4 KiB, end of the store. Every part is in the time, making memory clean included.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "guest.hpp"
#include "peer.hpp"
#include "zhan/zhan.h"

namespace {

void must(zhan_error_t* error) {
  if (error == nullptr) return;
  const zhan_str_t text = zhan_error_message(error);
  std::fprintf(stderr, "zhan-instantiate: %.*s\n", static_cast<int>(text.size), text.data);
  std::abort();
}

zhan_str_t str(const std::string& text) { return {text.data(), text.size()}; }

/// One module, resolved.
class World {
 public:
  explicit World(const std::string& text, const char* checks = "off") {
    zhan_config_t* const config = zhan_config_new();
    must(zhan_config_set(config, ZHAN_STR("explicit-checks"), str(checks)));
    must(zhan_engine_new(config, &engine));
    zhan_module_t* module = nullptr;
    must(zhan_module_new(engine, text.data(), text.size(), ZHAN_STR("bench"), &module));
    zhan_linker_t* const linker = zhan_linker_new(engine, 0);
    must(zhan_linker_resolve(linker, module, &pre));
    zhan_linker_drop(linker);
    zhan_module_drop(module);
  }
  ~World() {
    zhan_pre_drop(pre);
    zhan_engine_drop(engine);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] zhan_store_t* store() const {
    zhan_store_t* made = nullptr;
    must(zhan_store_new(engine, nullptr, nullptr, &made));
    return made;
  }
  [[nodiscard]] zhan_instance_t instantiate(zhan_store_t* store) const {
    zhan_instance_t made;
    must(zhan_pre_instantiate(pre, store, &made));
    return made;
  }

  zhan_engine_t* engine = nullptr;
  zhan_pre_t* pre = nullptr;
};

void run(zhan_store_t* store, zhan_instance_t instance) {
  const zhan_extern_t function = zhan_instance_export(store, instance, ZHAN_STR("run"));
  must(zhan_func_call_raw(store, function.of.func, nullptr, 0));
}

// -- One at a time --

void cycles(benchmark::State& state, const World& world, bool call) {
  for (auto _ : state) {
    zhan_store_t* const store = world.store();
    const zhan_instance_t instance = world.instantiate(store);
    if (call) run(store, instance);
    zhan_store_drop(store);
  }
}

/// The argument: pages that the call writes to.
void cycle(benchmark::State& state) {
  cycles(state, World(bench::full_module(static_cast<int>(state.range(0)))), true);
}
BENCHMARK(cycle)->Arg(0)->Arg(1)->Arg(4)->Arg(16);

void cycle_explicit(benchmark::State& state) {
  cycles(state, World(bench::full_module(static_cast<int>(state.range(0))), "on"), true);
}
BENCHMARK(cycle_explicit)->Arg(4);

void cycle_without_call(benchmark::State& state) {
  cycles(state, World(bench::full_module(4)), false);
}
BENCHMARK(cycle_without_call);

void store_alone(benchmark::State& state) {
  const World world(bench::small_module());
  for (auto _ : state) zhan_store_drop(world.store());
}
BENCHMARK(store_alone);

/// Instances alone, of four pages written each: stores and their ends are not timed.
void instance_alone(benchmark::State& state) {
  const World world(bench::full_module(4));
  constexpr int a_store = 64;
  zhan_store_t* store = nullptr;
  std::vector<zhan_instance_t> made;
  for (auto _ : state) {
    if (made.size() % a_store == 0) {
      state.PauseTiming();
      for (const zhan_instance_t& instance : made) run(store, instance);
      made.clear();
      zhan_store_drop(store);
      store = world.store();
      state.ResumeTiming();
    }
    made.push_back(world.instantiate(store));
  }
  zhan_store_drop(store);
}
BENCHMARK(instance_alone);

/// Where no slot has the image yet: all stores live on.
void cold(benchmark::State& state) {
  const World world(bench::full_module(0));
  zhan_store_t* const first = world.store();
  (void)world.instantiate(first);
  std::vector<zhan_store_t*> stores{first};
  for (auto _ : state) {
    stores.push_back(world.store());
    benchmark::DoNotOptimize(world.instantiate(stores.back()));
  }
  for (zhan_store_t* const store : stores) zhan_store_drop(store);
}
BENCHMARK(cold)->Iterations(1000);

// -- Many at once --

/// Bytes of the process that are resident, and in page tables.
double memory_of_process() {
  std::FILE* const file = std::fopen("/proc/self/status", "r");
  char line[256];
  double sum = 0;
  while (file != nullptr && std::fgets(line, sizeof(line), file) != nullptr) {
    unsigned long kib = 0;
    if (std::sscanf(line, "VmRSS: %lu", &kib) == 1 || std::sscanf(line, "VmPTE: %lu", &kib) == 1)
      sum += static_cast<double>(kib) * 1024;
  }
  if (file != nullptr) std::fclose(file);
  return sum;
}

void many(benchmark::State& state, const char* checks) {
  const World world(bench::small_module(), checks);
  const auto count = static_cast<size_t>(state.range(0));
  double before = 0, held = 0;
  for (auto _ : state) {
    std::vector<zhan_store_t*> stores;
    before = memory_of_process();
    for (size_t i = 0; i < count; ++i) {
      stores.push_back(world.store());
      run(stores.back(), world.instantiate(stores.back()));
    }
    held = memory_of_process();
    for (zhan_store_t* const store : stores) zhan_store_drop(store);
  }
  state.counters["bytes_an_instance"] = (held - before) / static_cast<double>(count);
  state.counters["bytes_left"] = (memory_of_process() - before) / static_cast<double>(count);
}

void many_live(benchmark::State& state) { many(state, "off"); }
BENCHMARK(many_live)->Arg(10'000)->Iterations(1)->Unit(benchmark::kMillisecond);
void many_live_explicit(benchmark::State& state) { many(state, "on"); }
BENCHMARK(many_live_explicit)->Arg(10'000)->Iterations(1)->Unit(benchmark::kMillisecond);

// -- The peer --

std::vector<unsigned char> encode(const std::string& text) {
  zhan_bytes_t bytes;
  must(zhan_wat_to_wasm(str(text), &bytes));
  std::vector<unsigned char> copy(bytes.data, bytes.data + bytes.size);
  zhan_bytes_drop(&bytes);
  return copy;
}

/// One for all: each would reserve the address space of its pool.
bench::Peer* the_peer() {
  static const std::unique_ptr<bench::Peer> peer = bench::Peer::load();
  return peer.get();
}

void peer_cycles(benchmark::State& state, const std::string& text, bool call) {
  bench::Peer* const peer = the_peer();
  if (peer == nullptr || !peer->use(encode(text))) return state.SkipWithError("no library");
  for (auto _ : state)
    if (!peer->cycle(call)) return state.SkipWithError("an instance could not be made");
}

void peer_cycle(benchmark::State& state) {
  peer_cycles(state, bench::full_module(static_cast<int>(state.range(0))), true);
}
void peer_cycle_without_call(benchmark::State& state) {
  peer_cycles(state, bench::full_module(4), false);
}

void peer_instance_alone(benchmark::State& state) {
  bench::Peer* const peer = the_peer();
  if (peer == nullptr || !peer->use(encode(bench::full_module(4))))
    return state.SkipWithError("no library");
  constexpr int a_store = 64;
  void* store = nullptr;
  int made = 0;
  for (auto _ : state) {
    if (++made % a_store == 0) {
      state.PauseTiming();
      peer->end(store);
      store = nullptr;
      state.ResumeTiming();
    }
    if (!peer->instance_in(store)) return state.SkipWithError("an instance could not be made");
  }
  if (store != nullptr) peer->end(store);
}

}  // namespace

int main(int argc, char** argv) {
  if (std::getenv("ZHAN_WASMTIME") != nullptr) {
    benchmark::RegisterBenchmark("wasmtime_cycle", peer_cycle)->Arg(0)->Arg(1)->Arg(4)->Arg(16);
    benchmark::RegisterBenchmark("wasmtime_cycle_without_call", peer_cycle_without_call);
    benchmark::RegisterBenchmark("wasmtime_instance_alone", peer_instance_alone);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "interp/stats.hpp"

#if ZHAN_STATS

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <unordered_map>

#include "interp/cell_writer.hpp"
#include "interp/key_text.hpp"
#include "interp/op_counts.hpp"
#include "interp/registry.hpp"

namespace zhan::interp::stats {
namespace {

struct Counts {
  std::mutex mutex;
  OpCounts ops;
  std::unordered_map<const void*, u32> instructions;  // of each cell
  std::map<std::pair<const void*, const void*>, u64> pairs;
  std::unordered_map<const void*, u64> handlers;
  u64 dispatches = 0;
  u64 wasm_instructions = 0;
  const void* last = nullptr;

  Counts() { (void)handler_count(); }  // the registry must outlive this
  ~Counts() {
    print();
    ops.write();
  }
  void print() const;
};

std::string name_of(const void* handler) {
  const Key key = key_of_handler(handler);
  return key == Key{} ? fmt::format("special {}", handler) : key_text(key);
}

template <class Map, class Name>
void print_most(const Map& counts, u64 total, usize rows, Name name) {
  std::vector<typename Map::const_iterator> sorted;
  for (auto it = counts.begin(); it != counts.end(); ++it) sorted.push_back(it);
  std::sort(sorted.begin(), sorted.end(), [](auto a, auto b) { return a->second > b->second; });
  for (usize i = 0; i < std::min(rows, sorted.size()); ++i)
    fmt::print(stderr, "{:6.2f} %  {}\n",
               100.0 * static_cast<double>(sorted[i]->second) / static_cast<double>(total),
               name(sorted[i]->first));
}

void Counts::print() const {
  if (dispatches == 0) return;
  fmt::print(stderr, "dispatches {} wasm instructions {} ratio {:.3f}\n", dispatches,
             wasm_instructions,
             static_cast<double>(dispatches) / static_cast<double>(wasm_instructions));
  print_most(handlers, dispatches, 30, name_of);
  fmt::print(stderr, "pairs\n");
  print_most(pairs, dispatches, 60, [](const auto& pair) {
    return name_of(pair.first) + "  ->  " + name_of(pair.second);
  });
}

Counts& counts() {
  static Counts instance;
  return instance;
}

}  // namespace

void count(const abi::Cell* cell) noexcept {
  Counts& c = counts();
  const std::lock_guard lock(c.mutex);
  c.ops.ran(cell);
  ++c.dispatches;
  if (const auto found = c.instructions.find(cell); found != c.instructions.end())
    c.wasm_instructions += found->second;
  ++c.handlers[cell->handler];
  ++c.pairs[{c.last, cell->handler}];
  c.last = cell->handler;
}

void add_code(const abi::FuncBody& body, const abi::Cell* first, const MapEntry* entries,
              usize entry_count) {
  const std::lock_guard lock(counts().mutex);
  counts().ops.add_code(body, first, entries, entry_count);
  for (usize i = 0; i < entry_count; ++i)
    counts().instructions[reinterpret_cast<const u8*>(first) + entries[i].cell] =
        entries[i].instructions;
}

}  // namespace zhan::interp::stats

#endif

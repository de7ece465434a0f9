// SPDX-License-Identifier: Apache-2.0
// Accesses outside memory, handler by handler (CONTRACTS C6, C12.2): the trap names the cell whose
// access it was, whatever the handler does before and after.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <sys/mman.h>

#include <unistd.h>
#include <csignal>

#include "interp/key_text.hpp"
#include "support/generated_run.hpp"
#include "support/module_builder.hpp"
#include "unit/interp/cell_bench.hpp"

namespace zhan::test {
namespace {

using namespace interp;

constexpr u64 outside = 0xffff'0000;  // of a memory of one page, whatever is added below 64 KiB
constexpr u64 edge = 0xfe80;          // only with the larger one of two static offsets
constexpr u32 tag_step = 0x100;

/// Static offsets tell the accesses of a cell apart.
struct Tags {
  u32 first, step;
  [[nodiscard]] u32 of(u32 access) const noexcept { return first + step * access; }
};
constexpr Tags ascending{tag_step, tag_step}, descending{2 * tag_step, 0u - tag_step};

u32 accesses_of(const Key& key) {
  u32 count = 0;
  for (usize i = 0; i < key.size(); ++i) count += is_memory(key[i]);
  return count;
}

/// A cell of the key whose leaves hold 0 or `bad`, by the bits of `choice`.
class Trial {
 public:
  Trial(const Key& key, u32 choice, u64 bad, const Tags& tags) : m_bad(bad), m_tags(tags) {
    for (usize i = 0; i < key.size(); ++i) m_action.push(key[i], field(key[i], i, choice), 0);
  }
  static u32 leaves(const Key& key) {
    u32 count = 2;  // accumulator and pinned local
    for (usize i = 0; i < key.size(); ++i) count += is_leaf(key[i]);
    return count;
  }
  [[nodiscard]] const Action& action() const noexcept { return m_action; }
  [[nodiscard]] std::array<u64, CellBench::slots> slots(u32 choice) const {
    std::array<u64, CellBench::slots> values = m_slots;
    values[0] = (choice & 1) != 0 ? m_bad : 0;
    values[1] = (choice & 2) != 0 ? m_bad : 0;
    return values;
  }

 private:
  u64 field(Token token, usize at, u32 choice) {
    if (is_memory(token)) return m_tags.of(m_accesses++);
    if (!is_leaf(token)) return CellBench::slots - 1;
    const u64 value = (choice >> m_leaf++ & 1) != 0 ? m_bad : 0;
    if (token != tok::slot) return value;
    m_slots[4 + at] = value;
    return 4 + at;
  }

  u64 m_bad;
  Tags m_tags;
  Action m_action;
  u32 m_leaf = 2;
  u32 m_accesses = 0;
  std::array<u64, CellBench::slots> m_slots{};
};

/// Words that are themselves addresses outside, at every offset that a cell reads.
void fill(std::span<u8> memory) {
  constexpr u32 word = outside;
  for (u32 at = 0; at < 0x400; at += 4) std::memcpy(memory.data() + at, &word, sizeof(word));
}

/// Runs a cell of the key with every choice of leaves; which of its accesses have trapped.
u32 traps_with(CellBench& bench, const Key& key, u64 bad, const Tags& tags) {
  u32 seen = 0;
  for (u32 choice = 0; choice >> Trial::leaves(key) == 0; ++choice) {
    const Trial trial(key, choice, bad, tags);
    fill(bench.memory());
    bench.begin();
    Action accumulator;
    accumulator.push(tok::val_acc, 0, 0);
    accumulator.push(tok::slot, 1, 0);
    bench.add(accumulator);
    const abi::Cell* const cell = bench.add(trial.action());
    if (bench.run(trial.slots(choice)) != abi::Status::trapped) continue;
    const abi::Exec& exec = bench.exec();
    EXPECT_EQ(exec.pc, cell) << key_text(key) << ", choice " << choice;
    if (exec.pending.trap != Trap::out_of_bounds_memory_access) continue;
    const u64 offset = (exec.pending.address - bad) & 0xffff;
    for (u32 i = 0; i < accesses_of(key); ++i)
      if (offset == tags.of(i)) seen |= 1u << i;
  }
  return seen;
}

void try_key(CellBench& bench, const Key& key) {
  const u32 all = (1u << accesses_of(key)) - 1;
  u32 seen = traps_with(bench, key, outside, ascending);
  if (seen != all) seen |= traps_with(bench, key, edge, ascending);
  if (seen != all) seen |= traps_with(bench, key, edge, descending);
  EXPECT_EQ(seen, all) << "not all accesses trapped: " << key_text(key);
}

TEST(Faults, EveryAccessOfEveryHandlerNamesItsCell) {
  CellBench bench;
  u32 keys = 0;
  for (const Family* family : all_families())
    for (const Key& key : family->keys)
      if (accesses_of(key) > 0) {
        try_key(bench, key);
        if (testing::Test::HasFailure()) return;
        ++keys;
      }
  EXPECT_GT(keys, 2000u);
}

template <class C>
void try_special(CellBench& bench, C cell, Handler handler, std::string_view name) {
  if (handler == nullptr) return;
  cell.dst = 20;
  cell.address = 2;
  cell.value = 4;
  cell.offset = tag_step;
  for (const u64 address : {u64{0}, outside}) {
    std::array<u64, CellBench::slots> slots{};
    slots[2] = address;
    bench.begin();
    const abi::Cell* const at = bench.add_special(cell, handler);
    const bool traps = bench.run(slots) == abi::Status::trapped;
    ASSERT_EQ(traps, address == outside) << name;
    if (!traps) continue;
    EXPECT_EQ(bench.exec().pc, at) << name;
    EXPECT_EQ(bench.exec().pending.address, outside + tag_step) << name;
  }
}

TEST(Faults, AccessesThatAreNoTokensToo) {
  CellBench bench;
  u32 handlers = 0;
  for (usize i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    const OpInfo& info = op_info(op);
    if (!info.is(trait::load | trait::store) || info.is(trait::atomic)) continue;
    const VectorHandlers of = special_handlers(op);
    try_special(bench, VectorMemoryCell{}, of.guarded, info.text);
    try_special(bench, VectorMemoryCell{}, of.explicit_, info.text);
    FarMemoryCell far{};
    far.memory = bench.layout().memory(0);
    try_special(bench, far, of.far, info.text);
    handlers += (of.guarded != nullptr) + (of.explicit_ != nullptr) + (of.far != nullptr);
  }
  EXPECT_GT(handlers, 60u);
}

// Each form of address with each form of use, by the exact offset that the reference gives.

constexpr std::string_view addresses[] = {
    "local.get 0",
    "local.get 1",
    "local.get 0 local.get 1 i32.add",
    "local.get 0 i32.const 2 i32.shl local.get 1 i32.add",
    "local.get 1 i32.const 8 i32.add",
    "local.get 0 i32.load 2 0",
    "local.get 0 local.get 1 i32.load8_u 0 3 i32.xor",
    "local.get 0 i32.const 1 i32.add local.tee 1",
    "i32.const 65533",
    "i32.const 70000",
};

std::string value_of(char letter) {
  static constexpr std::string_view sources[] = {"2", "3", "4", "5", "6"};
  static constexpr std::string_view classes = "iIfFv";
  return "local.get " + std::string(sources[classes.find(letter)]);
}

/// What may follow a load.
std::vector<std::string> uses_of(char letter) {
  const std::string local(value_of(letter).substr(10));
  std::vector<std::string> uses = {"drop", "local.set " + local, "local.tee " + local + " drop"};
  if (letter == 'i')
    for (const char* use : {"local.get 0 i32.add local.set 2", "i32.eqz if void nop end",
                            "local.get 1 i32.lt_u if void nop end",
                            "local.set 1 local.get 0 i32.load 2 1 local.set 0"})
      uses.emplace_back(use);
  if (letter == 'I') uses.emplace_back("local.get 3 i64.xor local.set 3");
  if (letter == 'F') uses.emplace_back("local.get 5 f64.mul local.get 5 f64.add local.set 5");
  return uses;
}

class Matrix {
 public:
  GeneratedModule build() {
    m_builder.raw_memory(join({{1}, leb(1), leb(1)}));
    for (usize i = 0; i < op_count; ++i) {
      const OpInfo& info = op_info(static_cast<Op>(i));
      if (!info.is(trait::load | trait::store) || info.is(trait::atomic)) continue;
      if (info.signature.find('v') != std::string_view::npos && info.access != 4) continue;
      for (const std::string_view address : addresses) add_uses(info, std::string(address));
    }
    m_result.refill = m_builder.func("", "nop");
    m_result.bytes = m_builder.build();
    return std::move(m_result);
  }

 private:
  void add_uses(const OpInfo& info, const std::string& address) {
    const std::string access = fmt::format("{} 0 4", info.text);
    if (info.is(trait::store)) {
      const char letter = info.params()[1];
      add(fmt::format("{} {} {}", address, value_of(letter), access));
      if (letter == 'i') add(fmt::format("{} i32.const 7 {}", address, access));
      if (letter == 'i') add(fmt::format("{} local.get 0 i32.load 2 0 {}", address, access));
      return;
    }
    for (const std::string& use : uses_of(info.results()[0]))
      add(fmt::format("{} {} {}", address, access, use));
  }
  void add(const std::string& code) {
    m_builder.func("i32 i32 i32 i64 f32 f64 v128", code);
    ++m_result.functions;
  }

  ModuleBuilder m_builder;
  GeneratedModule m_result;
};

void run_matrix(bool checks) {
  const std::shared_ptr<engine::Engine> engines[] = {engine_with_checks(checks)};
  const GeneratedModule module = Matrix().build();
  RunCounts counts;
  for (u64 seed = 1; seed < 8; ++seed) {
    Choices choices(seed);
    ASSERT_EQ(compare_with_reference(engines, module, choices, counts), "") << "seed " << seed;
  }
  EXPECT_GT(counts.traps, u64{module.functions} * 3);
}

TEST(Faults, OffsetsAreExactWithGuard) { run_matrix(false); }
TEST(Faults, OffsetsAreExactWithChecks) { run_matrix(true); }

// A fault that is not the guest's.

[[noreturn]] void fault_in_a_host_function() {
  struct sigaction action{};
  action.sa_handler = [](int) { _exit(42); };
  sigaction(SIGSEGV, &action, nullptr);
  const auto engine = engine::Engine::create().value();
  const auto store = engine->new_store().value();
  static void* const nobody = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const TypeId type = engine->types()->intern(FuncType{{}, {}}).value();
  abi::Func* const host = store
                              ->new_host_func(
                                  type,
                                  [](abi::Exec*, void*, const abi::FuncBody*, abi::Slot*) {
                                    (void)*static_cast<volatile char*>(nobody);
                                    return abi::Status::returned;
                                  },
                                  nullptr)
                              .value();
  constexpr std::string_view text = R"((module (import "h" "f" (func)) (memory 1)
    (func (export "f") (param i32) (drop (i32.load (local.get 0))) (call 0))))";
  const auto module =
      engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}).value();
  const runtime::Extern imports[] = {host};
  runtime::Instance* const instance = store->instantiate(module, imports).value();
  u64 slots[1] = {outside};
  if (store->call_raw(instance->find_export("f")->func, slots)) _exit(1);  // ours: a trap
  slots[0] = 0;
  (void)store->call_raw(instance->find_export("f")->func, slots);
  _exit(2);
}

TEST(Faults, AForeignFaultReachesTheHandlerBefore) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a new process: no handler of ours yet
  EXPECT_EXIT(fault_in_a_host_function(), testing::ExitedWithCode(42), "");
}

}  // namespace
}  // namespace zhan::test

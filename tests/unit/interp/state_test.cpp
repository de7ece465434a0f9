// SPDX-License-Identifier: Apache-2.0
// state_at at every cell that runs (CONTRACTS C11, C12.9): each handler of a function is replaced
// by one that notes locals and operands and goes on; the notes are held against a reference that
// executes instruction by instruction.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "engine/engine.hpp"
#include "interp/body_code.hpp"
#include "interp/interp.hpp"
#include "interp/specials.hpp"
#include "support/module_builder.hpp"
#include "support/module_generator.hpp"
#include "support/reference.hpp"

namespace zhan::interp {
namespace {

using test::Choices;
using test::GeneratedModule;
using test::join;
using test::ModuleBuilder;
using test::Moment;
using test::Reference;

/// What a cell was about to do.
struct Note {
  const Cell* cell;
  i32 first;  // slot of frame[0], from the frame pointer
  std::vector<Slot> frame;
  u64 acc, acc_f, acc_d;

  [[nodiscard]] bool has(i32 slot) const noexcept {
    return slot >= first && slot < first + static_cast<i32>(frame.size());
  }
  [[nodiscard]] Slot at(i32 slot) const { return frame.at(static_cast<usize>(slot - first)); }
};

/// The cells of one body with their own handlers; code runs on one thread. Of a far function are
/// left out: the cell that moves the frame pointer up, and all but the last locals.
class Probe {
 public:
  static Probe* active;

  explicit Probe(const FuncBody& body) {
    PredecodeOptions options;
    options.with_map = true;
    const Code code = predecode(*body.owner, body, options).value();
    const i32 base = static_cast<i32>(code.far_base);
    const i32 first_slot = base == 0 ? 0 : static_cast<i32>(code.local_slots) - last_locals - base;
    const i32 end_slot = static_cast<i32>(code.entry.frame_slots) - base;
    auto* const first = const_cast<BodyCode*>(code_of(body))->first();
    bool leaves = false;
    for (const MapEntry& entry : code.map) {
      Cell* const cell = reinterpret_cast<Cell*>(reinterpret_cast<u8*>(first) + entry.cell);
      const bool left = std::exchange(leaves, is_leave(cell));
      if (base != 0 && entry.cell == 0) continue;
      const auto handler = reinterpret_cast<Handler>(cell->handler);
      m_probed[cell] = left ? Probed{handler, 0, static_cast<i32>(as<TailCallCell>(cell).count) + 1}
                            : Probed{handler, first_slot, end_slot};
      cell->handler = reinterpret_cast<void*>(&on_cell);
    }
    active = this;
  }
  ~Probe() {
    for (const auto& [cell, probed] : m_probed)
      cell->handler = reinterpret_cast<void*>(probed.handler);
    active = nullptr;
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  std::vector<Note> notes;

 private:
  static bool is_leave(const Cell* cell) noexcept {
    return cell->handler == reinterpret_cast<void*>(&do_far_leave);
  }
  ZHAN_CC static Status on_cell(ZHAN_PARAMS);
  [[gnu::noinline]] Handler note(const Regs& r) {
    const Probed& probed = m_probed.find(const_cast<Cell*>(r.pc))->second;
    notes.push_back({r.pc,
                     probed.first,
                     {r.fp + probed.first, r.fp + probed.end},
                     r.acc,
                     std::bit_cast<u32>(r.acc_f),
                     std::bit_cast<u64>(r.acc_d)});
    return probed.handler;
  }

  static constexpr i32 last_locals = 64;
  struct Probed {
    Handler handler;
    i32 first, end;  // slots that are noted, from the frame pointer
  };
  std::map<Cell*, Probed> m_probed;
};
Probe* Probe::active = nullptr;

ZHAN_CC Status Probe::on_cell(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const Handler handler = active->note(r);
  ZHAN_JUMP(handler);
}

/// A moment of the reference, copied.
struct Step {
  u32 offset;
  std::vector<u64> locals;
  std::vector<u64> operands;
};

/// A module on both machines, with the last function under the probe.
class Comparison {
 public:
  explicit Comparison(const GeneratedModule& generated, bool deterministic = false)
      : m_engine(engine(deterministic)),
        m_module(m_engine.compile(generated.bytes, {}, "generated", false).value()),
        m_store(m_engine.new_store().value()),
        m_instance(m_store->instantiate(m_module, {}).value()),
        m_function(generated.functions - 1),
        m_refill(generated.refill),
        m_reference(m_module->module) {
    for (u32 i = 0; i < m_module->module.functions.size(); ++i)
      m_functions[reinterpret_cast<u64>(m_instance->func(i))] = i + u64{1};
  }

  /// Calls the last function with these slots; a difference, or "". Nothing is compared where the
  /// function calls itself or the reference gives up.
  std::string run(std::vector<u64> args) {
    abi::Func* const func = m_instance->func(m_function);
    const FuncBody& body = *func->body;
    args.resize(body.param_slots);
    std::vector<Step> steps;
    for (u32 round = 0; round < 2; ++round) {  // prepared by the first call
      steps.clear();
      if (!call_reference(m_refill, {}, nullptr) || !call_reference(m_function, args, &steps))
        return {};
      call(m_instance->func(m_refill), {});
      if (round == 0) call(func, args);
    }
    if (code_of(body) == nullptr) return "the body is not prepared";
    Probe probe(body);
    call(func, args);
    return compare(body, probe.notes, steps);
  }

  u64 compared = 0;  // operands
  u64 cells = 0;
  u64 in_registers = 0;  // operands
  u64 folded = 0;        // operands that are locals or constants
  u64 given_up = 0;      // cells that ran without the frame's locals: far tail calls

  [[nodiscard]] const FuncBody& body() const { return *m_instance->func(m_function)->body; }

 private:
  static engine::Engine& engine(bool deterministic) {
    static const auto plain = engine::Engine::create().value();
    static const auto canonical = [] {
      engine::Config config;
      EXPECT_TRUE(config.set("deterministic", "on"));
      return engine::Engine::create(std::move(config)).value();
    }();
    return deterministic ? *canonical : *plain;
  }

  void call(abi::Func* func, const std::vector<u64>& args) {
    std::vector<u64> slots = args;
    slots.resize(std::max<usize>(args.size(), 8));
    (void)m_store->call_raw(func, slots);
  }

  /// False if it gave up, met a NaN or ran the function that is looked at more than once.
  bool call_reference(u32 function, std::vector<u64> args, std::vector<Step>* steps) {
    u64 activation = 0;
    bool once = true;
    m_reference.observer = [&](const Moment& m) {
      if (m.function != m_function) return;
      once &= activation == 0 || activation == m.activation;
      activation = m.activation;
      if (steps != nullptr)
        steps->push_back(
            {m.offset, {m.locals.begin(), m.locals.end()}, {m.operands.begin(), m.operands.end()}});
    };
    const auto end = m_reference.call(function, args);
    m_reference.observer = nullptr;
    return end != Reference::End::gave_up && !m_reference.saw_nan() && once;
  }

  /// Function references are numbers of functions in the reference.
  [[nodiscard]] u64 seen(u64 value) const {
    const auto found = m_functions.find(value);
    return found == m_functions.end() ? value : found->second;
  }

  const FrameState& state_of(const FuncBody& body, const Cell* cell) {
    auto found = m_states.find(cell);
    if (found == m_states.end()) found = m_states.emplace(cell, state_at(body, cell).value()).first;
    return found->second;
  }

  /// Each note belongs to the first step from the last one on that has its offset; a cell that
  /// comes again belongs to a later one.
  std::string compare(const FuncBody& body, const std::vector<Note>& notes,
                      const std::vector<Step>& steps) {
    usize at = 0;
    std::set<const Cell*> seen;
    for (const Note& note : notes) {
      const FrameState& state = state_of(body, note.cell);
      if (seen.contains(note.cell)) ++at, seen.clear();
      while (at < steps.size() && steps[at].offset != state.wasm_offset) ++at, seen.clear();
      if (at == steps.size() && returns_what_is_caught(body, state, note, notes)) return {};
      if (at == steps.size())
        return fmt::format("the cell {} of 0x{:x} ran, the instruction did not\n{}",
                           offset_of(body, note.cell), state.wasm_offset,
                           list_cells(*body.owner, m_function).value());
      seen.insert(note.cell);
      ++cells;
      given_up += state.gone_slots != 0 || (state.local_slots == 0 && !steps[at].locals.empty());
      std::string difference = compare_locals(body, state, note, steps[at]);
      if (difference.empty()) difference = compare_operands(state, note, steps[at]);
      if (!difference.empty())
        return fmt::format("at 0x{:x}, cell {}: {}\n{}", state.wasm_offset,
                           offset_of(body, note.cell), difference,
                           list_cells(*body.owner, m_function).value());
    }
    return {};
  }

  /// A clause whose label is the function's own: a cell at its `end`, which does not run.
  static bool returns_what_is_caught(const FuncBody& body, const FrameState& state,
                                     const Note& note, const std::vector<Note>& notes) {
    return &note == &notes.back() && state.wasm_offset == body.code_end - 1 &&
           state.operands.empty() && state.moving_slots == body.result_slots &&
           !code_of(body)->catch_ranges().empty();
  }

  static u64 offset_of(const FuncBody& body, const Cell* cell) {
    return static_cast<u64>(reinterpret_cast<const u8*>(cell) -
                            reinterpret_cast<const u8*>(code_of(body)->first()));
  }

  std::string compare_locals(const FuncBody& body, const FrameState& state, const Note& note,
                             const Step& step) const {
    const abi::EntryData& entry = code_of(body)->entry;
    for (u32 slot = 0; slot < std::min<usize>(step.locals.size(), state.local_slots); ++slot) {
      const bool cleared = slot < body.param_slots ||
                           (slot >= entry.zero_first && slot < entry.zero_first + entry.zero_count);
      // A local that is always set before it is read holds anything until then.
      if (!cleared && step.locals[slot] == 0) continue;
      const i32 at = state.first_local + static_cast<i32>(slot);
      if (!note.has(at)) continue;
      if (seen(note.at(at)) != step.locals[slot])
        return fmt::format("slot {} of the locals is 0x{:x}, expected 0x{:x}", slot, note.at(at),
                           step.locals[slot]);
    }
    return {};
  }

  std::string compare_operands(const FrameState& state, const Note& note, const Step& step) {
    usize at = state.gone_slots;
    for (const OperandState& operand : state.operands) {
      const u32 width = operand.letter == 'v' ? 2 : 1;
      for (u32 i = 0; i < width; ++i, ++at) {
        if (at >= step.operands.size()) return "more operands than expected";
        const u64 value = seen(value_of(operand, i, note));
        if (value != step.operands[at])
          return fmt::format("operand slot {} is 0x{:x}, expected 0x{:x} ({})", at, value,
                             step.operands[at], static_cast<int>(operand.in));
        ++compared;
      }
    }
    return at + state.moving_slots == step.operands.size() ? "" : "fewer operands than expected";
  }

  u64 value_of(const OperandState& operand, u32 half, const Note& note) {
    switch (operand.in) {
      case OperandState::In::konst:
        ++folded;
        return operand.letter == 'i' ? static_cast<u32>(operand.value) : operand.value;
      case OperandState::In::acc:
        ++in_registers;
        return operand.letter == 'f' ? note.acc_f : operand.letter == 'F' ? note.acc_d : note.acc;
      case OperandState::In::local: ++folded; [[fallthrough]];
      case OperandState::In::slot: break;
    }
    return note.at(operand.slot + static_cast<i32>(half));
  }

  engine::Engine& m_engine;
  engine::Engine::ModulePtr m_module;
  std::unique_ptr<runtime::Store> m_store;
  runtime::Instance* m_instance;
  u32 m_function;
  u32 m_refill;
  Reference m_reference;
  std::map<u64, u64> m_functions;  // by address: index and 1
  std::map<const Cell*, FrameState> m_states;
};

u64 seeds() {
  const char* text = std::getenv("ZHAN_GENERATED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 500;
}

struct Totals {
  u64 compared = 0, cells = 0, in_registers = 0, folded = 0;
};

Totals compare_all(u64 count, test::GeneratorOptions options, bool deterministic = false) {
  Totals totals;
  const char* const from = std::getenv("ZHAN_GENERATED_FROM");
  for (u64 seed = from != nullptr ? std::strtoull(from, nullptr, 10) : 1; seed <= count; ++seed) {
    Choices choices(seed);
    options.size = static_cast<u32>(40 + seed % 200);
    options.opaque = false;
    const GeneratedModule module = test::generate_module(choices, options);
    Comparison comparison(module, deterministic);
    std::vector<u64> args;
    args.reserve(8);
    for (u32 i = 0; i < 8; ++i) args.push_back(choices.below(3));
    const std::string difference = comparison.run(args);
    EXPECT_EQ(difference, "") << "seed " << seed;
    if (!difference.empty()) break;
    totals.compared += comparison.compared;
    totals.cells += comparison.cells;
    totals.in_registers += comparison.in_registers;
    totals.folded += comparison.folded;
  }
  return totals;
}

TEST(StateAt, IsRightAtEveryCellThatRuns) {
  const Totals totals = compare_all(seeds(), {});
  EXPECT_GT(totals.cells, 10'000u);
  EXPECT_GT(totals.compared, 10'000u);
  EXPECT_GT(totals.folded, 1000u);
  EXPECT_GT(totals.in_registers, 1000u);
}

TEST(StateAt, IsRightWhereNaNsBecomeCanonical) {
  const Totals totals = compare_all(seeds() / 2, {}, true);
  EXPECT_GT(totals.cells, 5000u);
}

TEST(StateAt, IsRightInFunctionsOfVeryManySlots) {
  const Totals totals = compare_all(seeds() / 20, {.unused_locals = 33'000});
  EXPECT_GT(totals.cells, 1000u);
  EXPECT_GT(totals.compared, 1000u);
}

/// A function that is called with `args`; before it stand one that does nothing and the others.
Comparison made(const ModuleBuilder& builder, u32 functions) {
  return Comparison({.bytes = builder.build(), .functions = functions, .refill = 0, .used = {}});
}

TEST(StateAt, KnowsThatAMoveOfABranchStandsInAnEarlierCell) {
  ModuleBuilder builder;
  builder.func("->", "nop");
  builder.func("-> i32", "i32.const 5");
  // The label's slot holds the first result of a call; `br` writes 255 there in the cell of
  // `local.set`, and only then jumps.
  builder.func("i32 i32 i32 -> i32", R"(
      block i32 call 1 local.get 2 local.set 1 i32.const 255 br 0 end
      local.get 0 i32.add local.get 0 i32.add local.get 0 i32.add)");
  Comparison comparison = made(builder, 3);
  EXPECT_EQ(comparison.run({1, 2, 3}), "");
  const FuncBody& body = comparison.body();
  const Code code = predecode(*body.owner, body, {.with_map = true}).value();
  const auto jump = std::find_if(code.map.begin(), code.map.end(), [](const MapEntry& entry) {
    return entry.action.size == 1 && entry.action.key[0] == tok::br;
  });
  ASSERT_NE(jump, code.map.end());
  ASSERT_NE(jump, code.map.begin());
  const Action& before = jump[-1].action;
  EXPECT_NE(before.where[0], jump->action.where[0]) << "the move has a cell of its own";
  EXPECT_EQ(before.where[before.size - 1u], jump->action.where[0]);
}

TEST(StateAt, ABranchOnADescriptorHasUsedItUp) {
  constexpr std::string_view text = R"((module
    (rec (type $a (descriptor $d) (struct)) (type $d (describes $a) (struct)))
    (func (param anyref (ref $d)) (result anyref)
      (local.get 0)
      (block $is (param anyref) (result anyref)
        (br_on_cast_desc_eq $is anyref (ref null $a) (local.get 1))))))";
  const auto engine = engine::Engine::create().value();
  const auto module =
      engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}, {}, "desc");
  ASSERT_TRUE(module) << module.error().to_string();
  const auto store = engine->new_store().value();
  runtime::Instance* const instance = store->instantiate(*module, {}).value();
  std::vector<Slot> slots(4);
  (void)store->call_raw(instance->func(0), slots);  // prepares it
  const FuncBody& body = *instance->func(0)->body;
  const Code code = predecode(*body.owner, body, {.with_map = true}).value();
  const auto at = [&](const MapEntry& entry) {
    return reinterpret_cast<const Cell*>(reinterpret_cast<const u8*>(code_of(body)->first()) +
                                         entry.cell);
  };
  const auto test = std::find_if(code.map.begin(), code.map.end(), [&](const MapEntry& entry) {
    return at(entry)->handler == reinterpret_cast<void*>(&do_test_descriptor);
  });
  ASSERT_NE(test, code.map.end());
  const FrameState before = state_at(body, at(*test)).value();
  EXPECT_EQ(before.operands.size(), 2u);
  EXPECT_EQ(before.moving_slots, 0u);
  const FrameState after = state_at(body, at(test[1])).value();
  EXPECT_EQ(after.wasm_offset, before.wasm_offset);
  EXPECT_EQ(after.operands.size(), 1u);  // the reference; over the descriptor lies a condition
  EXPECT_EQ(after.moving_slots, 1u);
}

TEST(StateAt, OfAFarTailCallKnowsWhatTheCalleeGets) {
  ModuleBuilder builder;
  builder.func("->", "nop");
  const u32 type = builder.type("i64 v128 i32 -> i64");
  builder.raw_func(type, join({test::assemble("local.get 0"), {0x0b}}));
  builder.table("funcref", 2);
  builder.raw_elem(join({{0}, test::assemble("i32.const 1 end"), test::leb(1), test::leb(1)}));
  const auto locals = join({test::leb(1), test::leb(40'000), test::value_type("i64")});
  builder.raw_func(builder.type("i32 -> i64"),
                   join({test::assemble(R"(
      i32.const 77 i64.const 78
      i64.const 1 i64.const 2 i64x2.splat i32.const 3 local.get 0 return_call_indirect )" +
                                        std::to_string(type) + " 0"),
                         {0x0b}}),
                   locals);
  for (const u64 index : {1, 0, 9}) {  // the function, null, outside
    Comparison comparison = made(builder, 3);
    EXPECT_EQ(comparison.run({index}), "");
    EXPECT_EQ(comparison.given_up, 1u);
    EXPECT_GT(comparison.compared, 5u);
  }
  Comparison comparison = made(builder, 3);
  ASSERT_EQ(comparison.run({1}), "");
  const FuncBody& body = comparison.body();
  const Code code = predecode(*body.owner, body, {.with_map = true}).value();
  const auto* const cell = reinterpret_cast<const Cell*>(
      reinterpret_cast<const u8*>(code_of(body)->first()) + code.map.back().cell);
  const FrameState state = state_at(body, cell).value();
  EXPECT_EQ(state.local_slots, 0u);
  EXPECT_EQ(state.gone_slots, 2u);
  ASSERT_EQ(state.operands.size(), 4u);
  EXPECT_EQ(state.operands[0].slot, 0);
  EXPECT_EQ(state.operands[1].slot, 1);
  EXPECT_EQ(state.operands[2].slot, 3);
  EXPECT_EQ(state.operands[3].slot, 4);  // which function
}

}  // namespace
}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// state_at at every cell that runs (CONTRACTS C11, C12.9): each handler of a function is replaced
// by one that notes locals and operands and goes on; the notes are held against a reference that
// executes instruction by instruction.
#include <gtest/gtest.h>

#include <fmt/format.h>

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
/// left out: cells before the frame pointer has moved up and after it has moved down, and all but
/// the last locals.
class Probe {
 public:
  static Probe* active;

  explicit Probe(const FuncBody& body) {
    PredecodeOptions options;
    options.with_map = true;
    const Code code = predecode(*body.owner, body, options).value();
    const i32 base = static_cast<i32>(code.far_base);
    m_first = base == 0 ? 0 : static_cast<i32>(code.local_slots) - last_locals - base;
    m_last = static_cast<i32>(code.entry.frame_slots) - base;
    auto* const first = const_cast<BodyCode*>(code_of(body))->first();
    bool leaves = false;
    for (const MapEntry& entry : code.map) {
      Cell* const cell = reinterpret_cast<Cell*>(reinterpret_cast<u8*>(first) + entry.cell);
      const bool left = std::exchange(leaves, is_leave(cell));
      if (left) EXPECT_FALSE(state_at(body, cell)) << "a tail call has begun";
      if (left || (base != 0 && entry.cell == 0)) continue;
      m_handlers[cell] = reinterpret_cast<Handler>(cell->handler);
      cell->handler = reinterpret_cast<void*>(&on_cell);
    }
    active = this;
  }
  ~Probe() {
    for (const auto& [cell, handler] : m_handlers) cell->handler = reinterpret_cast<void*>(handler);
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
    notes.push_back({r.pc,
                     m_first,
                     {r.fp + m_first, r.fp + m_last},
                     r.acc,
                     std::bit_cast<u32>(r.acc_f),
                     std::bit_cast<u64>(r.acc_d)});
    return m_handlers.find(const_cast<Cell*>(r.pc))->second;
  }

  static constexpr i32 last_locals = 64;
  i32 m_first = 0, m_last = 0;
  std::map<Cell*, Handler> m_handlers;
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
  explicit Comparison(const GeneratedModule& generated)
      : m_module(engine().compile(generated.bytes, {}, "generated", false).value()),
        m_store(engine().new_store().value()),
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

 private:
  static engine::Engine& engine() {
    static const auto instance = engine::Engine::create().value();
    return *instance;
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
      if (at == steps.size())
        return fmt::format("the cell of 0x{:x} ran, the instruction did not", state.wasm_offset);
      seen.insert(note.cell);
      ++cells;
      std::string difference = compare_locals(body, state, note, steps[at]);
      if (difference.empty()) difference = compare_operands(state, note, steps[at]);
      if (!difference.empty())
        return fmt::format("at 0x{:x}, cell {}: {}\n{}", state.wasm_offset,
                           offset_of(body, note.cell), difference,
                           list_cells(*body.owner, m_function).value());
    }
    return {};
  }

  static u64 offset_of(const FuncBody& body, const Cell* cell) {
    return static_cast<u64>(reinterpret_cast<const u8*>(cell) -
                            reinterpret_cast<const u8*>(code_of(body)->first()));
  }

  std::string compare_locals(const FuncBody& body, const FrameState& state, const Note& note,
                             const Step& step) const {
    const abi::EntryData& entry = code_of(body)->entry;
    for (u32 slot = 0; slot < step.locals.size(); ++slot) {
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
    usize at = 0;
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

Totals compare_all(u64 count, test::GeneratorOptions options) {
  Totals totals;
  for (u64 seed = 1; seed <= count; ++seed) {
    Choices choices(seed);
    options.size = static_cast<u32>(40 + seed % 200);
    options.opaque = false;
    const GeneratedModule module = test::generate_module(choices, options);
    Comparison comparison(module);
    std::vector<u64> args;
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

TEST(StateAt, IsRightInFunctionsOfVeryManySlots) {
  const Totals totals = compare_all(seeds() / 20, {.unused_locals = 33'000});
  EXPECT_GT(totals.cells, 1000u);
  EXPECT_GT(totals.compared, 1000u);
}

}  // namespace
}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
#include "support/generated_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "base/assert.hpp"
#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "support/reference.hpp"
#include "text/parse.hpp"
#include "text/print.hpp"

namespace zhan::test {
namespace {

/// The module in one engine.
class Machine {
 public:
  /// What failed, or "".
  std::string make(engine::Engine& engine, const GeneratedModule& generated) {
    auto module = engine.compile(generated.bytes, {}, "generated", false);
    if (!module) return "not valid: " + module.error().to_string();
    m_module = *module;
    auto store = engine.new_store();
    if (!store) return store.error().to_string();
    m_store = std::move(*store);
    const auto instance = m_store->instantiate(m_module, {});
    if (!instance) return instance.error().to_string();
    m_instance = *instance;
    for (u32 i = 0; i < m_module->module.functions.size(); ++i)
      m_functions[reinterpret_cast<u64>(m_instance->func(i))] = i + u64{1};
    return {};
  }

  [[nodiscard]] const Module& module() const { return m_module->module; }
  [[nodiscard]] const FuncType& type_of(u32 function) {
    return m_store->type_of(m_instance->func(function));
  }

  /// Calls and compares with what the reference has just done.
  std::string call(u32 function, std::span<const runtime::Value> arguments,
                   const Reference& reference, Reference::End end, std::span<const u64> expected) {
    std::vector<runtime::Value> results;
    const auto done = m_store->call(m_instance->func(function), arguments, results);
    std::string difference = end == Reference::End::trapped ? compare_trap(done, reference)
                             : end == Reference::End::threw
                                 ? compare_throw(done)
                                 : compare_results(done, results, expected);
    if (difference.empty()) difference = compare_globals(reference);
    for (u32 i = 0; i < module().memories.size() && difference.empty(); ++i)
      difference = compare_memory(i, reference.memory(i));
    for (u32 i = 0; i < module().tables.size() && difference.empty(); ++i)
      difference = compare_table(i, reference.table(i));
    return difference;
  }

  /// Calls what takes and gives nothing.
  bool call_plain(u32 function) {
    std::vector<runtime::Value> results;
    return m_store->call(m_instance->func(function), {}, results).has_value();
  }

 private:
  /// Whether a value is what the reference has. Of exceptions and objects only whether they are
  /// null counts; code looks into them.
  [[nodiscard]] bool same(ValType type, u64 have, u64 expected) const {
    if (!type.is_ref() || have == 0 || expected == 0) return have == expected;
    if (const auto found = m_functions.find(have); found != m_functions.end())
      return found->second == expected;
    if (type == ValType::ref(AbsHeap::exn, true)) return true;
    const bool i31 = (have & 1) != 0;
    return type != type_funcref && (i31 ? have == expected : (expected & 1) == 0);
  }

  static std::string compare_trap(const Result<void>& done, const Reference& reference) {
    const Trap trap = reference.trap();
    if (done) return fmt::format("returned, expected the trap \"{}\"", trap_text(trap));
    const ErrorInfo& info = done.error().info();
    if (info.code != static_cast<i32>(trap))
      return fmt::format("\"{}\", expected \"{}\"", done.error().to_string(), trap_text(trap));
    const u64 offset = info.frames.empty() ? 0 : info.frames[0].offset;
    if (offset == reference.trap_offset()) return {};
    return fmt::format("\"{}\" at offset 0x{:x}, expected 0x{:x}", done.error().to_string(), offset,
                       reference.trap_offset());
  }

  static std::string compare_throw(const Result<void>& done) {
    if (done) return "returned, expected an exception";
    if (done.error().kind() == ErrorKind::exception) return {};
    return fmt::format("\"{}\", expected an exception", done.error().to_string());
  }

  std::string compare_results(const Result<void>& done, std::span<const runtime::Value> results,
                              std::span<const u64> expected) const {
    if (!done) return fmt::format("\"{}\", expected to return", done.error().to_string());
    usize at = 0;
    for (const runtime::Value& value : results) {
      const bool wide = value.type == type_v128;
      if (!same(value.type, value.lo, expected[at]) || (wide && value.hi != expected[at + 1]))
        return fmt::format("result {} is 0x{:x}, expected 0x{:x}", to_string(value.type), value.lo,
                           expected[at]);
      at += wide ? 2 : 1;
    }
    return at == expected.size() ? "" : "another number of results";
  }

  std::string compare_globals(const Reference& reference) {
    for (u32 i = 0; i < module().globals.size(); ++i) {
      const abi::Slot* value = m_instance->global(i)->value;
      const u64* expected = &reference.globals()[2 * i];
      const ValType type = module().globals[i].type.type;
      const bool wide = type == type_v128;
      if (!same(type, value[0], expected[0]) || (wide && value[1] != expected[1]))
        return fmt::format("global {} is 0x{:x}, expected 0x{:x}; upper half 0x{:x}, 0x{:x}", i,
                           value[0], expected[0], wide ? value[1] : 0, wide ? expected[1] : 0);
    }
    return {};
  }

  std::string compare_memory(u32 index, std::span<const u8> want) const {
    const auto have = m_instance->memory(index)->bytes();
    if (have.size() != want.size())
      return fmt::format("memory {} of {} bytes, expected {}", index, have.size(), want.size());
    if (std::memcmp(have.data(), want.data(), want.size()) == 0) return {};
    const auto [at, other] = std::ranges::mismatch(have, want);
    return fmt::format("byte 0x{:x} of memory {} is {}, expected {}", at - have.begin(), index, *at,
                       *other);
  }

  std::string compare_table(u32 index, std::span<const u64> want) const {
    runtime::Table& table = *m_instance->table(index);
    if (table.state.size != want.size())
      return fmt::format("table {} of {}, expected {}", index, table.state.size, want.size());
    const ValType type = module().tables[index].type.element;
    for (usize i = 0; i < want.size(); ++i)
      if (const u64 have = table.get(i); !same(type, have, want[i]))
        return fmt::format("element {} of table {} is {}, expected {}", i, index, have, want[i]);
    return {};
  }

  engine::Engine::ModulePtr m_module;
  std::unique_ptr<runtime::Store> m_store;
  runtime::Instance* m_instance = nullptr;
  std::unordered_map<u64, u64> m_functions;  // by address: index and 1
};

/// All machines and the reference after the same calls.
class Race {
 public:
  std::string make(std::span<const std::shared_ptr<engine::Engine>> engines,
                   const GeneratedModule& generated) {
    m_machines.resize(engines.size());
    for (usize i = 0; i < engines.size(); ++i)
      if (std::string failed = m_machines[i].make(*engines[i], generated); !failed.empty())
        return failed;
    m_reference.emplace(m_machines[0].module());
    m_reference->canonical_nans = engines[0]->config().mode.deterministic;
    m_refill = generated.refill;
    m_canonical_nans = generated.canonical_nans;
    return {};
  }

  [[nodiscard]] bool usable() const { return m_usable; }

  /// Calls a function everywhere; a difference, or "".
  std::string call(u32 function, Choices& choices, RunCounts& counts) {
    if (!refill()) return "refilling failed";
    const auto arguments = arguments_for(m_machines[0].type_of(function), choices);
    std::vector<u64> slots;
    for (const runtime::Value& value : arguments) {
      slots.push_back(value.lo);
      if (value.type == type_v128) slots.push_back(value.hi);
    }
    const auto end = m_reference->call(function, slots);
    counts.steps += m_reference->steps();
    if (end == Reference::End::gave_up || (m_reference->saw_nan() && !m_canonical_nans)) {
      ++counts.left_out;
      m_usable = false;
      return {};
    }
    ++counts.calls;
    counts.traps += end == Reference::End::trapped;
    counts.exceptions += end == Reference::End::threw;
    for (usize i = 0; i < m_machines.size(); ++i) {
      const std::string difference =
          m_machines[i].call(function, arguments, *m_reference, end, slots);
      if (!difference.empty())
        return fmt::format("engine {}, function {}: {}", i, function, difference);
    }
    return {};
  }

 private:
  static std::vector<runtime::Value> arguments_for(const FuncType& type, Choices& choices) {
    std::vector<runtime::Value> values;
    for (const ValType& t : type.params) {
      runtime::Value value{t, generated_argument(t, choices), 0};
      if (t == type_v128) value.hi = generated_argument(type_i64, choices);
      values.push_back(value);
    }
    return values;
  }

  bool refill() {
    std::vector<u64> slots;
    bool done = m_reference->call(m_refill, slots) == Reference::End::returned;
    for (Machine& machine : m_machines) done = machine.call_plain(m_refill) && done;
    return done;
  }

  std::vector<Machine> m_machines;
  u32 m_refill = 0;
  bool m_canonical_nans = false;
  std::optional<Reference> m_reference;
  bool m_usable = true;
};

using Options = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::shared_ptr<engine::Engine> engine_with(Options options) {
  engine::Config config;
  for (const auto& [key, value] : options) ZHAN_CHECK(config.set(key, value), "the option exists");
  auto engine = engine::Engine::create(std::move(config));
  ZHAN_CHECK(engine, "an engine can be made");
  return *engine;
}

}  // namespace

u64 generated_argument(ValType type, Choices& choices) {
  static constexpr u64 words[] = {0,    1,           2,           5,       0x40,
                                  0xff, 0x7fff'ffff, 0x8000'0000, ~u64{0}, 0x123'4567'89ab'cdef};
  const u64 word = words[choices.below(std::size(words))];
  if (type == type_f32) return std::bit_cast<u32>(static_cast<float>(static_cast<i64>(word)) / 4);
  if (type == type_f64) return std::bit_cast<u64>(static_cast<double>(static_cast<i64>(word)) / 4);
  if (type.is_ref()) return 0;
  return type == type_i32 ? static_cast<u32>(word) : word;
}

std::shared_ptr<engine::Engine> engine_with_checks(bool on, bool deterministic) {
  return engine_with(
      {{"deterministic", deterministic ? "on" : "off"}, {"explicit-checks", on ? "on" : "off"}});
}

std::shared_ptr<engine::Engine> engine_that_collects() {
  return engine_with({{"gc-stress", "3"}, {"gc-poison", "on"}, {"gc-verify", "on"}});
}

std::string compare_with_reference(std::span<const std::shared_ptr<engine::Engine>> engines,
                                   const GeneratedModule& generated, Choices& arguments,
                                   RunCounts& counts) {
  Race race;
  if (std::string failed = race.make(engines, generated); !failed.empty()) return failed;
  for (u32 round = 0; round < 2; ++round)
    for (u32 f = 0; f < generated.functions && race.usable(); ++f)
      if (std::string difference = race.call(f, arguments, counts); !difference.empty())
        return difference;
  return {};
}

std::string compare_round_trip(std::span<const u8> bytes) {
  const Features features;
  const auto decoded = binary::decode(bytes, nullptr, features);
  if (!decoded) return "decoding: " + decoded.error().to_string();
  const std::vector<u8> encoded = binary::encode(*decoded);
  if (!std::ranges::equal(encoded, bytes)) return "encoded to other bytes";
  for (const bool folded : {false, true}) {
    text::PrintOptions options;
    options.folded = folded;
    const auto parsed = text::parse_module(text::print(*decoded, options), features);
    if (!parsed) return "parsing what was printed: " + parsed.error().to_string();
    if (binary::encode(*parsed) != encoded) return "printed text parses to other bytes";
  }
  return {};
}

}  // namespace zhan::test

// SPDX-License-Identifier: Apache-2.0
#include "support/generated_run.hpp"

#include <fmt/format.h>

#include <cstring>

#include "support/reference.hpp"

namespace zhan::test {
namespace {

/// Both machines after the same calls.
class Pair {
 public:
  Pair(runtime::Store& store, runtime::Instance& instance, const Module& module)
      : m_store(store), m_instance(instance), m_module(module), m_reference(module) {}

  /// Calls function `index` in both; a difference, or "". `usable` becomes false where comparing
  /// ends.
  std::string call(u32 index, Choices& choices, RunCounts& counts, bool& usable) {
    const abi::Func* func = m_instance.func(index);
    const FuncType& type = m_store.type_of(func);
    std::vector<runtime::Value> values;
    std::vector<u64> slots;
    for (const ValType& t : type.params) {
      runtime::Value value{t, argument(t, choices), 0};
      if (t == type_v128) value.hi = argument(type_i64, choices);
      values.push_back(value);
      slots.push_back(value.lo);
      if (t == type_v128) slots.push_back(value.hi);
    }
    const auto end = m_reference.call(index, slots);
    if (end == Reference::End::gave_up) {
      ++counts.left_out;
      usable = false;
      return {};
    }
    std::vector<runtime::Value> results;
    const auto result = m_store.call(func, values, results);
    if (m_reference.saw_nan()) {
      ++counts.left_out;
      usable = false;
      return {};
    }
    ++counts.calls;
    counts.traps += end == Reference::End::trapped;
    const std::string difference = compare_end(end, result, results, slots);
    return difference.empty() ? compare_state() : difference;
  }

 private:
  static u64 argument(ValType type, Choices& choices) {
    static constexpr u64 words[] = {0,    1,           2,           5,       0x40,
                                    0xff, 0x7fff'ffff, 0x8000'0000, ~u64{0}, 0x123'4567'89ab'cdef};
    const u64 word = words[choices.below(std::size(words))];
    if (type == type_f32) return std::bit_cast<u32>(static_cast<float>(static_cast<i64>(word)) / 4);
    if (type == type_f64)
      return std::bit_cast<u64>(static_cast<double>(static_cast<i64>(word)) / 4);
    return type == type_i32 ? static_cast<u32>(word) : word;
  }

  std::string compare_end(Reference::End end, const Result<void>& result,
                          const std::vector<runtime::Value>& results,
                          const std::vector<u64>& slots) const {
    if (end == Reference::End::trapped) {
      if (result)
        return fmt::format("returned, expected the trap \"{}\"", trap_text(m_reference.trap()));
      if (result.error().info().code != static_cast<i32>(m_reference.trap()))
        return fmt::format("\"{}\", expected \"{}\"", result.error().to_string(),
                           trap_text(m_reference.trap()));
      return {};
    }
    if (!result) return fmt::format("\"{}\", expected to return", result.error().to_string());
    usize at = 0;
    for (const runtime::Value& value : results) {
      const bool wide = value.type == type_v128;
      if (value.lo != slots[at] || (wide && value.hi != slots[at + 1]))
        return fmt::format("result {} is 0x{:x}, expected 0x{:x}", to_string(value.type), value.lo,
                           slots[at]);
      at += wide ? 2 : 1;
    }
    return at == slots.size() ? "" : "another number of results";
  }

  std::string compare_state() {
    for (u32 i = 0; i < m_module.globals.size(); ++i) {
      const abi::Slot* value = m_instance.global(i)->value;
      const bool wide = m_module.globals[i].type.type == type_v128;
      if (value[0] != m_reference.globals()[2 * i] ||
          (wide && value[1] != m_reference.globals()[2 * i + 1]))
        return fmt::format("global {} is 0x{:x}, expected 0x{:x}", i, value[0],
                           m_reference.globals()[2 * i]);
    }
    const auto have = m_instance.memory(0)->bytes();
    const auto want = m_reference.memory();
    if (have.size() != want.size())
      return fmt::format("memory of {} bytes, expected {}", have.size(), want.size());
    for (usize i = 0; i < have.size(); ++i)
      if (have[i] != want[i])
        return fmt::format("byte 0x{:x} of memory is {}, expected {}", i, have[i], want[i]);
    return {};
  }

  runtime::Store& m_store;
  runtime::Instance& m_instance;
  const Module& m_module;
  Reference m_reference;
};

}  // namespace

std::string compare_with_reference(engine::Engine& engine, const GeneratedModule& generated,
                                   Choices& arguments, RunCounts& counts) {
  const auto module = engine.compile(generated.bytes, {}, "generated", false);
  if (!module) return "not valid: " + module.error().to_string();
  const auto store = engine.new_store();
  if (!store) return store.error().to_string();
  const auto instance = (*store)->instantiate(*module, {});
  if (!instance) return instance.error().to_string();
  Pair pair(**store, **instance, (*module)->module);
  bool usable = true;
  for (u32 round = 0; round < 2 && usable; ++round)
    for (u32 f = 0; f < generated.functions && usable; ++f)
      if (std::string difference = pair.call(f, arguments, counts, usable); !difference.empty())
        return fmt::format("function {}: {}", f, difference);
  return {};
}

}  // namespace zhan::test

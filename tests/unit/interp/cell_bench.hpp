// SPDX-License-Identifier: Apache-2.0
// Runs cells that a test makes itself, in a frame of 24 slots of an instance with one page of
// memory.
#pragma once

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "interp/action.hpp"
#include "interp/interp.hpp"
#include "interp/registry.hpp"
#include "interp/specials.hpp"

namespace zhan::test {

class CellBench {
 public:
  static constexpr u32 slots = 24;

  CellBench() {
    std::string text = "(module (memory 1 1) (func (export \"f\") (param";
    for (u32 i = 0; i < slots; ++i) text += " i64";
    text += ")))";
    const auto module =
        m_engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}).value();
    m_instance = m_store->instantiate(module, {}).value();
    m_func = m_instance->find_export("f")->func;
    m_memory = m_instance->memory(0);
  }
  ~CellBench() { m_func->body->cells = m_engine->table().prepare; }
  CellBench(const CellBench&) = delete;
  CellBench& operator=(const CellBench&) = delete;

  /// Starts new code; slot 0 is the pinned local.
  void begin() {
    m_code.clear();
    abi::EntryData entry;
    entry.frame_slots = slots + 8;
    add(&entry, sizeof(entry));
  }
  /// Appends a cell of tokens; branches go to the cell behind it.
  const abi::Cell* add(interp::Action action) {
    const interp::Layout layout = interp::layout_of(action.key);
    for (usize i = 0; i < action.size; ++i)
      if (interp::is_branch(action.key[i])) action.value[i] = layout.size;
    u8 bytes[64];
    action.write(bytes, reinterpret_cast<const void*>(interp::find_handler(action.key)));
    return add(bytes, layout.size);
  }
  template <class C>
  const abi::Cell* add_special(C cell, interp::Handler handler) {
    cell.handler = reinterpret_cast<void*>(handler);
    return add(&cell, (sizeof(C) + 7) / 8 * 8);
  }
  /// Appends a return and runs the code from its first cell with these slots.
  abi::Status run(const std::array<u64, slots>& values) {
    add_special(abi::Cell{}, interp::do_return);
    abi::Exec& exec = m_store->exec();
    exec.pending = {.address = ~u64{0}};
    exec.budget = abi::budget_period;
    abi::Slot* const args = exec.vsp + abi::header_slots;
    std::copy(values.begin(), values.end(), args);
    m_func->body->cells = reinterpret_cast<const abi::Cell*>(m_code.data()) + 2;
    return m_engine->table().call(&exec, m_func, args);
  }
  [[nodiscard]] abi::Exec& exec() noexcept { return m_store->exec(); }
  [[nodiscard]] std::span<u8> memory() noexcept { return m_memory->bytes(); }
  [[nodiscard]] const abi::InstLayout& layout() const noexcept {
    return m_instance->module()->layout;
  }

 private:
  const abi::Cell* add(const void* bytes, usize size) {
    const usize at = m_code.size();
    EXPECT_LE(at + size / 8, capacity);
    m_code.resize(at + size / 8);
    std::memcpy(m_code.data() + at, bytes, size);
    return reinterpret_cast<const abi::Cell*>(m_code.data() + at);
  }

  static constexpr usize capacity = 128;
  std::shared_ptr<engine::Engine> m_engine = engine::Engine::create().value();
  std::unique_ptr<runtime::Store> m_store = m_engine->new_store().value();
  runtime::Instance* m_instance = nullptr;
  abi::Func* m_func = nullptr;
  runtime::Memory* m_memory = nullptr;
  std::vector<u64> m_code = [] {
    std::vector<u64> code;
    code.reserve(capacity);  // cells keep their addresses
    return code;
  }();
};

}  // namespace zhan::test

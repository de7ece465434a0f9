// SPDX-License-Identifier: Apache-2.0
// Continuations (CONTRACTS C10). At a cell that may leave the stack every operand lies in its slot:
// the values that are handed over are copied from there, and what comes back goes there.
#include <algorithm>
#include <cstddef>

#include "interp/predecoder.hpp"
#include "module/arity.hpp"

namespace zhan::interp {

std::span<const ValType> Predecoder::continuation_params(u32 type) const noexcept {
  return m_module.types.params(m_module.types.types[m_module.types.types[type].element]);
}

std::span<const ValType> Predecoder::continuation_results(u32 type) const noexcept {
  return m_module.types.results(m_module.types.types[m_module.types.types[type].element]);
}

void Predecoder::decode_continuation(Op op) {
  switch (op) {
    case Op::cont_new: return builtin(abi::builtin::cont_new, 0, 0, "I", 'I');
    case Op::cont_bind: {
      const u32 values = arity_of(m_module, op, m_imm).operands - 1;
      const u32 slots = m_stack.top().slot - m_stack.top(values).slot;
      return builtin(abi::builtin::cont_bind, slots, 0, std::string(values + 1, 'I'), 'I');
    }
    case Op::resume: return resume(op, do_resume);
    case Op::resume_throw: return resume(op, do_resume_throw);
    case Op::resume_throw_ref: return resume(op, do_resume_throw_ref);
    case Op::suspend: return suspend(op, do_suspend);
    case Op::switch_: return suspend(op, do_switch);
    default: return unsupported(op);
  }
}

/// Says where the values and the continuation lie, and pops them.
template <class C>
void Predecoder::place_values(C& cell, Op op) {
  const u32 operands = arity_of(m_module, op, m_imm).operands;
  m_stack.keep_all();
  const u32 base = operands == 0 ? m_stack.next_slot() : m_stack.top(operands - 1).slot;
  const u32 end = op == Op::suspend ? m_stack.next_slot() : m_stack.top().slot;
  cell.result = static_cast<i16>(base);
  cell.index = static_cast<i16>(end);
  cell.count = end - base;
  cell.pinned = static_cast<i16>(m_pinned_slot);
  m_stack.need(m_stack.next_slot());
  for (u32 i = 0; i < operands; ++i) (void)m_stack.pop();
  m_stack.forget_accumulators();
}

void Predecoder::resume(Op op, Handler handler) {
  const Letters results{continuation_results(m_imm.a)};
  ResumeCell cell{};
  if (op == Op::resume_throw) cell.tag = tag_offset(m_imm.b);
  place_values(cell, op);
  cell.results = results.slots();
  cell.rows = static_cast<u32>(m_imm.handlers.size());
  m_stack.need(m_stack.next_slot() + cell.results);
  add_handlers(m_writer.emit_special(cell, handler, m_stack.where));
  push_results(results);
}

/// A label gets the values of the tag and, behind them, the continuation.
void Predecoder::add_handlers(u32 cell) {
  std::vector<HandlerRow> rows;
  rows.reserve(m_imm.handlers.size());
  for (const zhan::Handler& clause : m_imm.handlers) {
    HandlerRow& row = rows.emplace_back();
    row.tag = tag_offset(clause.tag);
    row.is_switch = clause.is_switch ? 1 : 0;
    if (clause.is_switch) continue;
    Control& target = label(clause.label);
    row.slot = static_cast<i32>(target.slot);
    m_stack.need(target.slot + Letters{tag_params(clause.tag)}.slots() + 1);
    if (target.op == Op::loop)
      row.target = static_cast<i32>(target.loop_cell - cell);
    else
      add_fix(target, cell,
              m_writer.size() + static_cast<u32>(reinterpret_cast<u8*>(&row.target) -
                                                 reinterpret_cast<u8*>(rows.data())));
  }
  m_writer.append_raw(rows.data(), rows.size() * sizeof(HandlerRow));
}

/// What it is resumed with is there when it goes on.
void Predecoder::suspend(Op op, Handler handler) {
  SuspendCell cell{};
  cell.tag = tag_offset(op == Op::suspend ? m_imm.a : m_imm.b);
  Letters values{};
  if (op == Op::suspend) {
    const SubType& type = m_module.types.types[m_module.tags[m_imm.a].type];
    values = {m_module.types.results(type)};
  } else {
    const ValType own = continuation_params(m_imm.a).back();
    values = {continuation_params(own.heap.number())};
  }
  place_values(cell, op);
  m_stack.need(m_stack.next_slot() + values.slots());
  m_writer.emit_special(cell, handler, m_stack.where);
  push_results(values);
}

}  // namespace zhan::interp

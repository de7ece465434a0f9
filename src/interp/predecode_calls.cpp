// SPDX-License-Identifier: Apache-2.0
// Calls and builtins. Arguments go two slots above their own place, over the callee's header (C1).
#include "interp/predecoder.hpp"
#include "module/arity.hpp"

namespace zhan::interp {
namespace {

[[nodiscard]] u32 slots_of(std::span<const ValType> types) noexcept {
  u32 slots = 0;
  for (const ValType& type : types) slots += type.slots();
  return slots;
}

[[nodiscard]] bool is_import_call(const Module& module, Op op, u32 function) noexcept {
  return (op == Op::call || op == Op::return_call) && function < module.imported_functions;
}

}  // namespace

Predecoder::Callee Predecoder::callee_of(Op op) const noexcept {
  const bool direct = op == Op::call || op == Op::return_call;
  const u32 type = direct ? m_module.functions[m_imm.a] : m_imm.a;
  const SubType& sub = m_module.types.types[type];
  return {m_module.types.params(sub), m_module.types.results(sub)};
}

/// Moves the arguments on top of the stack to where the callee's frame has them and pops them; the
/// first slot of the call's region (header, then arguments; later the results).
u32 Predecoder::place_arguments(const Callee& callee) {
  const u32 count = static_cast<u32>(callee.params.size());
  ZHAN_ASSERT(count <= m_stack.size(), "a call finds its arguments on the stack");
  const u32 base = count == 0 ? m_stack.next_slot() : m_stack.top(count - 1).slot;
  const u32 shift = abi::header_slots;
  u32 left = count;
  // The last argument is often just being made: then it is made where it has to be.
  if (count > 0 && m_stack.retarget_top(m_stack.top().slot + shift, false)) --left;
  m_stack.keep_all(m_stack.size() - left);
  for (; left > 0; --left) {  // from the top down, over what has moved already
    m_stack.emit_move(m_stack.top(), m_stack.top().slot + shift);
    (void)m_stack.pop();
  }
  const u32 params = slots_of(callee.params), results = slots_of(callee.results);
  m_stack.need(base + shift + std::max(params, results));
  return base;
}

u32 Predecoder::moving_arguments(Op op) const noexcept {
  if (op_info(op).is(trait::cont)) return arity_of(m_module, op, m_imm).operands;
  if (op != Op::call && op != Op::call_indirect && op != Op::call_ref) return 0;
  return static_cast<u32>(callee_of(op).params.size()) + (op != Op::call);
}

void Predecoder::call(Op op) {
  const Callee callee = callee_of(op);
  CallCell cell{};
  Handler handler = do_call;
  const bool by_operand = op == Op::call_indirect || op == Op::call_ref;
  if (by_operand) {
    const Operand index = m_stack.top();
    const bool in_acc = m_stack.in_acc(index) && op == Op::call_indirect;
    if (!in_acc) {
      // Its own slot may be overwritten by arguments on their way up.
      const u32 safe = index.slot + abi::header_slots;
      m_stack.need(safe + 1);
      if (index.in == Operand::In::local)
        cell.index = static_cast<i16>(index.local);
      else
        m_stack.emit_move(index, safe), cell.index = static_cast<i16>(safe);
    }
    (void)m_stack.pop();
    handler = op == Op::call_ref ? do_call_ref : in_acc ? do_call_indirect_acc : do_call_indirect;
    if (op == Op::call_indirect) {
      cell.type = m_module.canonical[m_imm.a];
      cell.table = m_layout.table(m_imm.b);
    }
  } else if (is_import_call(m_module, op, m_imm.a)) {
    handler = do_call_import;
    cell.import = m_layout.function(m_imm.a);
  } else {
    cell.body = &m_code.bodies()[m_imm.a - m_module.imported_functions];
  }
  const u32 base = place_arguments(callee);
  cell.callee_fp = static_cast<i16>(base + abi::header_slots);
  cell.pinned = static_cast<i16>(m_pinned_slot);
  cell.result = static_cast<i16>(base);
  m_stack.forget_accumulators();
  const u32 at = m_writer.emit_special(cell, handler, m_stack.where);
  for (const ValType& type : callee.results) m_stack.push_slot(letter_of_type(type));
  if (callee.results.size() == 1 && callee.results[0].slots() == 1)
    note_special(at, field_of(cell, cell.result), base, true);
}

void Predecoder::tail_call(Op op) {
  const Callee callee = callee_of(op);
  TailCallCell cell{};
  Handler handler = do_return_call;
  if (op == Op::return_call_indirect || op == Op::return_call_ref) {
    cell.index = slot_operand(0);
    (void)m_stack.pop();
    handler = op == Op::return_call_ref ? do_return_call_ref : do_return_call_indirect;
    if (op == Op::return_call_indirect) {
      cell.type = m_module.canonical[m_imm.a];
      cell.table = m_layout.table(m_imm.b);
    }
  } else if (is_import_call(m_module, op, m_imm.a)) {
    handler = do_return_call_import;
    cell.import = m_layout.function(m_imm.a);
  } else {
    cell.body = &m_code.bodies()[m_imm.a - m_module.imported_functions];
  }
  const u32 count = static_cast<u32>(callee.params.size());
  for (u32 i = m_stack.size() - count; i < m_stack.size(); ++i) m_stack.keep(i);
  cell.first = static_cast<i16>(count == 0 ? m_stack.next_slot() : m_stack.top(count - 1).slot);
  cell.count = slots_of(callee.params);
  m_stack.need(std::max(cell.count, slots_of(callee.results)) + abi::header_slots);
  if (m_far_base != 0) far_leave(cell.count + (op == Op::return_call ? 0 : 1));
  m_writer.emit_special(cell, handler, m_stack.where);
  m_dead = true;
}

void Predecoder::builtin(abi::Builtin function, u32 a, u32 b, std::string_view in, char out) {
  const u32 n = static_cast<u32>(in.size());
  ZHAN_ASSERT(n <= m_stack.size(), "a builtin finds its operands on the stack");
  m_stack.keep_all();
  BuiltinCell cell{};
  cell.a = a;
  cell.b = b;
  cell.function = function;
  const u32 base = n == 0 ? m_stack.next_slot() : m_stack.top(n - 1).slot;
  cell.operands = static_cast<i16>(base);
  // Room for what a builtin leaves, which may be more than it takes.
  cell.slots = std::max<u32>(4, m_stack.next_slot() - base);
  m_stack.need(base + cell.slots);
  for (u32 i = 0; i < n; ++i) (void)m_stack.pop();
  m_stack.forget_accumulators();
  m_writer.emit_special(cell, do_builtin, m_stack.where);
  if (out != 0) m_stack.push_slot(out);
}

void Predecoder::decode_builtin(Op op) {
  const auto memory = [&](u32 i) { return m_module.memories[i].is64 ? 'I' : 'i'; };
  const auto table = [&](u32 i) { return m_module.tables[i].type.is64 ? 'I' : 'i'; };
  const u32 a = m_imm.a, b = m_imm.b;
  const auto run = [&](abi::Builtin function, std::string_view in, char out) {
    builtin(function, a, b, in, out);
  };
  namespace bodies = abi::builtin;
  switch (op) {  // letters of operands only count: classes do not matter once they are in slots
    case Op::memory_grow: return run(bodies::memory_grow, "I", memory(a));
    case Op::memory_fill: return run(bodies::memory_fill, "III", 0);
    case Op::memory_copy: return run(bodies::memory_copy, "III", 0);
    case Op::memory_init: return run(bodies::memory_init, "III", 0);
    case Op::data_drop: return run(bodies::data_drop, "", 0);
    case Op::table_get: return run(bodies::table_get, "I", 'I');
    case Op::table_set: return run(bodies::table_set, "II", 0);
    case Op::table_grow: return run(bodies::table_grow, "II", table(a));
    case Op::table_size: return run(bodies::table_size, "", table(a));
    case Op::table_fill: return run(bodies::table_fill, "III", 0);
    case Op::table_copy: return run(bodies::table_copy, "III", 0);
    case Op::table_init: return run(bodies::table_init, "III", 0);
    case Op::elem_drop: return run(bodies::elem_drop, "", 0);
    case Op::ref_func: return run(bodies::ref_func, "", 'I');
    default: return unsupported(op);
  }
}

}  // namespace zhan::interp

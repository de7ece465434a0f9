// SPDX-License-Identifier: Apache-2.0
// Functions of more slots than 16 bits reach. Their first cell moves the frame pointer up over all
// locals and operands, with a copy of the header below it, so that the frame can be walked as any
// other. What lies below is far: its slots are negative numbers of 32 bits, and only copied.
// Each instruction copies its operands to near slots, from 0 on, is decoded there as everywhere
// else, and its results are copied back. Slow; but no other cell has to know.
#include "interp/predecoder.hpp"
#include "module/arity.hpp"

namespace zhan::interp {

// -- The operand stack of a far function --

void OperandStack::emit_far_move(u32 to, u32 from, u32 count) {
  FarMoveCell cell{};
  cell.dst = static_cast<i32>(to);
  cell.src = static_cast<i32>(from);
  cell.count = count;
  m_writer.emit_special(cell, do_far_move, where);
}

bool OperandStack::emit_far_moves(u32 to, u32 first, u32 count) {
  if (count == 0 || m_operands[first].in != Operand::In::far) return false;
  const Operand& last = m_operands[first + count - 1];
  const u32 from = m_operands[first].slot;
  emit_far_move(to, from, last.slot + width(last.letter) - from);
  return true;
}

u32 OperandStack::bring_slots(u32 from, u32 count) {
  need(count);
  if (count > 0) emit_far_move(0, from, count);
  return 0;
}

void OperandStack::bring(u32 count) {
  if (!m_far) return;
  ZHAN_ASSERT(!m_near && count <= size(), "operands are brought once, and they are there");
  m_near = true;
  m_first_near = size() - count;
  m_home = count == 0 ? m_next : m_operands[m_first_near].slot;
  for (u32 i = m_first_near; i < size(); ++i) {
    m_operands[i].in = Operand::In::slot;
    m_operands[i].slot -= m_home;
  }
  m_next -= m_home;
  need(m_next);
  if (m_next > 0) emit_far_move(0, m_home, m_next);
}

void OperandStack::settle() {
  if (!m_near) return;
  for (u32 i = m_first_near; i < size(); ++i) keep(i);
  if (m_next > 0) emit_far_move(m_home, 0, m_next);
  abandon();
}

void OperandStack::abandon() {
  if (!m_near) return;
  for (u32 i = m_first_near; i < size(); ++i) {
    m_operands[i].in = Operand::In::far;
    m_operands[i].slot += m_home;
  }
  m_next += m_home;
  m_near = false;
  m_pending.clear();
  for (Acc& acc : m_acc) acc.slot = none, acc.unsaved = false;
  m_writer.barrier();
  m_kept = size();
}

// -- Instructions --

void Predecoder::decode_far(Op op) {
  if (op == Op::local_get || op == Op::local_set || op == Op::local_tee) return far_local(op);
  const OpInfo& info = op_info(op);
  const u32 operands = arity_of(m_module, op, m_imm).operands;
  // Blocks and branches leave operands where they are, but for a condition or index.
  const bool stays = info.is(trait::control) && !info.is(trait::call | trait::cont) &&
                     op != Op::throw_ && operands == 0;
  if (!stays) m_stack.bring(operands);
  decode_op(op);
  if (m_dead)
    m_stack.abandon();
  else
    m_stack.settle();
}

void Predecoder::far_local(Op op) {
  const u32 slot = m_locals.slot[m_imm.a];
  const char letter = m_locals.letter[m_imm.a];
  const u32 width = OperandStack::width(letter);
  if (op == Op::local_get)
    return m_stack.emit_far_move(m_stack.push_slot(letter).slot, slot, width);
  m_stack.emit_far_move(slot, m_stack.top().slot, width);
  if (op == Op::local_set) (void)m_stack.pop();
}

/// The frame pointer goes back to where the caller made the frame; the arguments of a tail call,
/// and the operand that names its callee, keep their numbers.
void Predecoder::far_leave(u32 count) {
  m_writer.emit_special(FarLeaveCell{{}, m_far_base, count}, do_far_leave, m_stack.where);
}

}  // namespace zhan::interp

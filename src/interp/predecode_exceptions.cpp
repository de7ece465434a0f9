// SPDX-License-Identifier: Apache-2.0
// Exceptions (CONTRACTS C10). Entering a try makes no cell: its clauses become rows of a table that
// a throw reads. Both encodings, try_table and the legacy try, make the same rows.
#include "interp/predecoder.hpp"

namespace zhan::interp {

std::span<const ValType> Predecoder::tag_params(u32 tag) const noexcept {
  return m_module.types.params(m_module.types.types[m_module.tags[tag].type]);
}

void Predecoder::decode_exception(Op op) {
  switch (op) {
    case Op::try_table: return open_try_table();
    case Op::try_: return open_try();
    case Op::catch_:
    case Op::catch_all: return catch_branch(op, true);
    case Op::delegate: return delegate(true);
    case Op::throw_: return throw_values();
    case Op::throw_ref: return throw_reference(static_cast<u32>(slot_operand(0)));
    case Op::rethrow: return rethrow(static_cast<u32>(label(m_imm.a).hidden));
    default: return unsupported(op);
  }
}

// -- Throwing --

void Predecoder::throw_values() {
  const Letters values{tag_params(m_imm.a)};
  const u32 count = static_cast<u32>(values.types.size());
  for (u32 i = m_stack.size() - count; i < m_stack.size(); ++i) m_stack.keep(i);
  ThrowCell cell{};
  cell.first = static_cast<i16>(count == 0 ? m_stack.next_slot() : m_stack.top(count - 1).slot);
  cell.count = values.slots();
  cell.tag = tag_offset(m_imm.a);
  m_writer.emit_special(cell, do_throw, m_stack.where);
  m_dead = true;
}

void Predecoder::throw_reference(u32 slot) {
  ThrowCell cell{};
  cell.first = static_cast<i16>(slot);
  m_writer.emit_special(cell, do_throw_ref, m_stack.where);
  m_dead = true;
}

void Predecoder::rethrow(u32 hidden) {
  ZHAN_ASSERT(hidden != static_cast<u32>(CatchRow::no_slot),
              "the scan has found who rethrows, so the try keeps what it catches");
  throw_reference(m_far_base == 0 ? hidden : m_stack.bring_slots(hidden, 1));
}

// -- try_table --

void Predecoder::open_try_table() {
  const u32 range = m_catches.open(m_writer.special_end(), m_controls.back().catching);
  for (const Catch& clause : m_imm.catches) add_clause(range, clause);
  open_block(Op::try_table);
  m_controls.back().catching = m_controls.back().own_range = range;
}

/// Labels count from outside the try_table, which is not open yet.
void Predecoder::add_clause(u32 range, const Catch& clause) {
  ZHAN_ASSERT(clause.label < m_controls.size(), "a clause goes to a label that is open");
  Control& target = label(clause.label);
  CatchRow row;
  row.payload = static_cast<i32>(target.slot);
  u32 slot = target.slot;
  if (clause.has_tag()) {
    row.tag = tag_offset(clause.tag);
    slot += Letters{tag_params(clause.tag)}.slots();
  }
  if (clause.has_ref()) row.reference = static_cast<i32>(slot++);
  m_stack.need(slot);
  if (target.op == Op::loop) row.target = target.loop_cell;
  const u32 index = m_catches.add(range, row);
  if (target.op != Op::loop) add_fix(target, index, row_fix);
}

/// The end of the body of a try without handlers behind it.
void Predecoder::end_try(Control& control) {
  const bool open = control.own_range != CatchRow::none && control.catching == control.own_range;
  if (open) m_catches.close(control.own_range, m_writer.special_end());
}

/// Clauses whose label is the function's: they return what they caught.
void Predecoder::bind_returns(const Control& function) {
  if (function.fixes == no_fix) return;
  bind(function.fixes);
  ReturnCell cell{};
  cell.count = label_types(function).slots();
  const u32 first =
      m_far_base == 0 ? function.slot : m_stack.bring_slots(function.slot, cell.count);
  cell.first = static_cast<i16>(first);
  m_writer.emit_special(cell, do_return_many, m_stack.where);
  // Behind dead code nothing else is at the function's end.
  if (m_stack.where == m_options.snapshot_at && !m_snapshot.found)
    m_snapshot = {.found = true, .operands = {}, .moving_slots = cell.count};
}

// -- The legacy try --

void Predecoder::open_try() {
  ZHAN_ASSERT(m_try_index < m_scan.hidden.size(), "the scan has seen each legacy try");
  const u32 hidden = m_scan.hidden[m_try_index++];
  const u32 range = m_catches.open(m_writer.special_end(), m_controls.back().catching);
  open_block(Op::try_);
  Control& control = m_controls.back();
  control.catching = control.own_range = range;
  if (hidden != Prescan::none)
    control.hidden = static_cast<i32>(m_first_hidden + hidden - m_far_base);
}

/// Ends the body or the handler before it, and begins a handler.
void Predecoder::catch_branch(Op op, bool reachable) {
  Control& control = m_controls.back();
  ZHAN_ASSERT(control.op == Op::try_ && control.own_range != CatchRow::none,
              "only a legacy try has handlers inside");
  end_try(control);
  control.catching = m_catches.outer(control.own_range);
  end_part(control, reachable);
  bind(no_fix);
  CatchRow row;
  row.target = m_writer.size();
  row.payload = static_cast<i32>(control.slot);
  row.reference = control.hidden;
  if (op == Op::catch_) {
    row.tag = tag_offset(m_imm.a);
    push_results({tag_params(m_imm.a)});
  }
  m_catches.add(control.own_range, row);
}

/// The end of a try whose exceptions go to the handlers of another one. Its own label does not
/// count.
void Predecoder::delegate(bool reachable) {
  ZHAN_ASSERT(m_controls.back().op == Op::try_, "only a legacy try is delegated");
  const u32 to = label(m_imm.a + 1).catching;
  m_catches.delegate(m_controls.back().own_range, to);
  end_block(reachable);
}

}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// Blocks, labels, branches. At a label every live value is in its own slot and nothing is known of
// the accumulators (CONTRACTS C1); code that cannot be reached is skipped.
#include "interp/compares.hpp"
#include "interp/predecoder.hpp"

namespace zhan::interp {

// -- Types of blocks --

u32 Predecoder::Letters::slots() const noexcept {
  u32 slots = 0;
  for (const ValType& type : types) slots += type.slots();
  return slots;
}

Predecoder::Letters Predecoder::params_of(const Control& control) const noexcept {
  if (control.type.form != BlockType::Form::type) return {};
  return {m_module.types.params(m_module.types.types[control.type.type])};
}

Predecoder::Letters Predecoder::results_of(const Control& control) const noexcept {
  if (control.type.form == BlockType::Form::value) return {{&control.type.value, 1}};
  if (control.type.form != BlockType::Form::type) return {};
  return {m_module.types.results(m_module.types.types[control.type.type])};
}

Predecoder::Letters Predecoder::label_types(const Control& control) const noexcept {
  return control.op == Op::loop ? params_of(control) : results_of(control);
}

// -- Labels --

void Predecoder::add_fix(Control& control, u32 cell, u32 field) {
  u32 index = m_free_fixes;
  if (index == no_fix) {
    index = static_cast<u32>(m_fixes.size());
    m_fixes.push_back({});
  } else {
    m_free_fixes = m_fixes[index].next;
  }
  m_fixes[index] = {cell, field, control.fixes};
  control.fixes = index;
}

void Predecoder::bind(u32 fixes) {
  const u32 here = m_writer.size();
  m_special.end = ~u32{0};  // its result is only one of those that arrive here
  while (fixes != no_fix) {
    Fix& fix = m_fixes[fixes];
    ZHAN_ASSERT(fix.field == row_fix || fix.cell < here, "a branch that waits goes forward");
    if (fix.field == row_fix)
      m_catches.set_target(fix.cell, here);
    else
      m_writer.patch(fix.field, static_cast<i32>(here - fix.cell));
    const u32 next = fix.next;
    fix.next = m_free_fixes;
    m_free_fixes = fixes;
    fixes = next;
  }
}

void Predecoder::push_results(Letters letters) {
  for (const ValType& type : letters.types) m_stack.push_slot(letter_of_type(type));
}

void Predecoder::emit_branch(Action action, Control& control) {
  const bool back = control.op == Op::loop;
  if (back) action.key.set(0, static_cast<Token>(action.key[0] + 1));
  const Place place = m_stack.emit_tracked(action);
  const u32 field = place.cell + layout_of(m_writer.last()->key).offset[place.root];
  ZHAN_ASSERT(!back || control.loop_cell <= place.cell, "the label of a loop lies behind");
  if (back)
    m_writer.patch(field, static_cast<i32>(control.loop_cell - place.cell));
  else
    add_fix(control, place.cell, field);
  m_writer.barrier();
}

void Predecoder::jump_to(Control& control) {
  Action jump;
  jump.push(tok::br, 0, m_stack.where);
  emit_branch(jump, control);
}

// -- Blocks --

void Predecoder::open_block(Op op) {
  Control control;
  control.op = op;
  control.type = m_imm.block;
  control.catching = m_controls.back().catching;
  m_stack.keep_all();
  const u32 params = static_cast<u32>(params_of(control).types.size());
  ZHAN_ASSERT(params <= m_stack.size(), "a block finds its parameters on the stack");
  control.height = m_stack.size() - params;
  control.slot = params == 0 ? m_stack.next_slot() : m_stack.top(params - 1).slot;
  if (op == Op::loop) {
    m_stack.forget_accumulators();
    control.loop_cell = m_writer.size();
    m_special.end = ~u32{0};
    if (m_code.mode().metered) charge(m_scan.loop_costs[m_loop_index]);
    ++m_loop_index;
  }
  m_controls.push_back(control);
}

void Predecoder::open_if() {
  Action action = condition(tok::br_unless, tok::br_if);
  m_stack.settle();
  open_block(Op::if_);
  Control& control = m_controls.back();
  const u32 before = control.fixes;
  emit_branch(action, control);
  control.else_fix = control.fixes;  // waits for the else, or the end
  control.fixes = before;
}

/// Ends the first part of a block with several: its results go where the block's are, and the next
/// part begins with nothing but the operands below.
void Predecoder::end_part(Control& control, bool reachable) {
  if (reachable) {
    place_results(control);
    jump_to(control);
  }
  ZHAN_ASSERT(m_stack.size() >= control.height, "a block leaves alone what lies below it");
  m_stack.truncate(control.height);
  m_stack.forget_accumulators();
}

void Predecoder::else_branch(bool reachable) {
  Control& control = m_controls.back();
  ZHAN_ASSERT(control.op == Op::if_ && control.else_fix != no_fix, "an if has one else at most");
  end_part(control, reachable);
  bind(control.else_fix);
  control.else_fix = no_fix;
  push_results(params_of(control));
}

void Predecoder::end_block(bool reachable) {
  Control control = m_controls.back();
  end_try(control);
  m_controls.pop_back();
  const bool joined = control.fixes != no_fix || control.else_fix != no_fix;
  ZHAN_ASSERT(control.function == m_controls.empty(), "the function is the outermost label");
  if (control.function) {  // branches to it have been returns
    if (reachable) return_values();
    return bind_returns(control);
  }
  if (reachable && !joined) return;  // no label: the code goes straight on
  if (reachable) place_results(control);
  m_dead = !joined;
  m_stack.truncate(control.height);
  if (m_dead) return;
  m_stack.forget_accumulators();
  bind(control.fixes);
  bind(control.else_fix);
  push_results(results_of(control));
}

void Predecoder::skip_dead_code() {
  for (u32 depth = 0;;) {
    m_stack.where = static_cast<u32>(m_reader.offset());
    const Op op = m_reader.op();
    if (!m_reader.ok()) return;
    read_imm(m_reader, op_info(op), m_imm);
    switch (op) {
      case Op::loop:
        ++m_loop_index;
        ++depth;
        break;
      case Op::try_: ++m_try_index; [[fallthrough]];
      case Op::block:
      case Op::if_:
      case Op::try_table: ++depth; break;
      case Op::else_:
        if (depth > 0) break;
        m_dead = false;
        return else_branch(false);
      case Op::end:
        if (depth-- > 0) break;
        m_dead = false;
        return end_block(false);
      case Op::catch_:
      case Op::catch_all:
        if (depth > 0) break;
        m_dead = false;
        return catch_branch(op, false);
      case Op::delegate:
        if (depth-- > 0) break;
        m_dead = false;
        return delegate(false);
      default: break;
    }
  }
}

// -- Branches --

bool Predecoder::results_in_place(const Control& control) const noexcept {
  const u32 count = static_cast<u32>(label_types(control).types.size());
  return count == 0 || m_stack.at(m_stack.size() - count).slot == control.slot;
}

/// Puts what a branch carries into the label's slots; the operands are not used after it.
void Predecoder::place_results(const Control& control) {
  const u32 count = static_cast<u32>(label_types(control).types.size());
  ZHAN_ASSERT(count <= m_stack.size(), "a branch finds what it carries on the stack");
  const u32 first = m_stack.size() - count;
  if (results_in_place(control)) {
    for (u32 i = first; i < m_stack.size(); ++i) m_stack.keep(i);
    return;
  }
  if (m_stack.emit_far_moves(control.slot, first, count)) return;
  u32 to = control.slot;
  ZHAN_ASSERT(count == 0 || static_cast<i32>(to) < static_cast<i32>(m_stack.at(first).slot),
              "results move down");
  for (u32 i = first; i < m_stack.size(); ++i) {  // ascending: sources lie above
    m_stack.emit_move(m_stack.at(i), to);
    to += OperandStack::width(m_stack.at(i).letter);
  }
}

void Predecoder::br(u32 depth) {
  Control& control = label(depth);
  m_dead = true;
  if (control.function) return return_values();
  place_results(control);
  jump_to(control);
}

Action Predecoder::condition(Token root, Token inverse_root) {
  Action action;
  const Operand operand = m_stack.top();
  if (m_stack.is_last_result(operand)) {
    action.push(root, 0, m_stack.where);
    const bool fits = m_stack.append_last_tree(action);
    const Op inverse = fits && is_op(action.key[1]) && !is_memory(action.key[1])
                           ? inverse_compare(op_of(action.key[1]))
                           : no_op;
    Action turned = action;
    if (inverse != no_op) {
      turned.key.set(0, inverse_root);
      turned.key.set(1, tok::of(inverse));
    }
    const bool whole = fits && CellWriter::served(action);
    const bool inverted = fits && inverse != no_op && CellWriter::served(turned);
    if (whole || inverted) {
      (void)m_stack.take_last_tree();
      (void)m_stack.pop();
      return whole ? action : turned;
    }
    action = {};
  }
  // The result of something earlier, or a tree that no branch is served with. A constant is not
  // worth a family of its own: the compiler of the module has folded such branches.
  Leaf leaf;
  if (operand.in == Operand::In::konst) m_stack.keep(m_stack.size() - 1);
  (void)m_stack.leaf(m_stack.top(), 'i', leaf);
  action.push(root, 0, m_stack.where);
  action.push(leaf.token, leaf.field, m_stack.where);
  (void)m_stack.pop();
  return action;
}

/// A branch to `depth` if the condition on top holds for `root`.
void Predecoder::conditional(u32 depth, Token root, Token inverse_root) {
  Control& control = label(depth);
  const u32 count = static_cast<u32>(label_types(control).types.size());
  const bool direct = !control.function && m_stack.size() - 1 >= count &&
                      (count == 0 || m_stack.at(m_stack.size() - 1 - count).slot == control.slot);
  Action action = direct ? condition(root, inverse_root) : condition(inverse_root, root);
  m_stack.settle();
  for (u32 i = m_stack.size() - count; i < m_stack.size(); ++i) m_stack.keep(i);
  if (direct) return emit_branch(action, control);
  // Around the moves: the values below stay where they are if the branch is not taken.
  Control around;
  around.op = Op::block;
  emit_branch(action, around);
  if (control.function) {
    return_values_from(count);
  } else {
    emit_moves_to(control.slot, m_stack.size() - count, count);
    jump_to(control);
  }
  bind(around.fixes);
  m_writer.barrier();
}

/// Copies kept operands without changing what is known of them.
void Predecoder::emit_moves_to(u32 to, u32 first, u32 count) {
  if (m_stack.emit_far_moves(to, first, count)) return;
  for (u32 i = first; i < first + count; ++i) {
    m_stack.emit_move(m_stack.at(i), to);
    to += OperandStack::width(m_stack.at(i).letter);
  }
}

void Predecoder::br_on_null(bool non_null) {
  const u32 depth = m_imm.a;
  m_imm_field = 0;
  const u32 top = m_stack.size() - 1;
  m_stack.keep(top);
  const u32 slot = m_stack.at(top).slot;
  if (!non_null) {
    (void)m_stack.pop();
    m_stack.need(slot + 1);
    push_null_test(slot);
    conditional(depth, tok::br_if, tok::br_unless);
    m_stack.push_slot('I');
    return;
  }
  push_null_test(slot);  // the reference stays below, as the last value the branch carries
  conditional(depth, tok::br_unless, tok::br_if);
  (void)m_stack.pop();
}

/// Pushes slot == null as a condition.
void Predecoder::push_null_test(u32 slot) {
  Action tree;
  tree.push(tok::of(Op::i64_eq), 0, m_stack.where);
  tree.push(tok::slot, slot, m_stack.where);
  tree.push(tok::konst, 0, m_stack.where);
  m_stack.emit_value(tree, 'i');
}

void Predecoder::br_table() {
  const Operand index = m_stack.top();
  BrTableCell cell{};
  if (index.in == Operand::In::konst) m_stack.keep(m_stack.size() - 1);
  const bool in_acc = m_stack.in_acc(index);
  if (!in_acc) cell.index = slot_operand(0);
  (void)m_stack.pop();
  m_stack.settle();
  ZHAN_ASSERT(!m_imm.labels.empty(), "a br_table has at least its default");
  const u32 carried = static_cast<u32>(label_types(label(m_imm.labels.back())).types.size());
  for (u32 i = m_stack.size() - carried; i < m_stack.size(); ++i) m_stack.keep(i);
  cell.count = static_cast<u32>(m_imm.labels.size());
  const u32 at = m_writer.emit_special(cell, in_acc ? do_br_table_acc : do_br_table, m_stack.where);
  // An even number of displacements: the next cell is aligned to 8 bytes again.
  const std::vector<i32> blank((cell.count + 1) / 2 * 2);
  m_writer.append_raw(blank.data(), blank.size() * sizeof(i32));
  ++m_table_epoch;
  if (m_stubs.size() < m_controls.size()) m_stubs.resize(m_controls.size());
  for (u32 i = 0; i < cell.count && !failed(); ++i)
    br_table_target(at, at + static_cast<u32>(sizeof(BrTableCell)) + 4 * i, m_imm.labels[i]);
  m_dead = true;
}

/// One entry of the table: straight to the label, or to a stub that moves values or counts down.
void Predecoder::br_table_target(u32 cell, u32 field, u32 depth) {
  Control& control = label(depth);
  const bool direct = !control.function && control.op != Op::loop && results_in_place(control);
  if (direct) return add_fix(control, cell, field);
  Stub& stub = m_stubs[depth];
  if (stub.epoch != m_table_epoch) {
    stub = {m_table_epoch, m_writer.size()};
    const u32 count = static_cast<u32>(label_types(control).types.size());
    if (control.function) {
      return_values_from(count);
    } else {
      if (!results_in_place(control)) emit_moves_to(control.slot, m_stack.size() - count, count);
      jump_to(control);
    }
    m_writer.barrier();
    check_size();
  }
  m_writer.patch(field, static_cast<i32>(stub.cell - cell));
}

// -- Returns --

void Predecoder::return_values() {
  const u32 count = static_cast<u32>(label_types(m_function).types.size());
  ZHAN_ASSERT(count <= m_stack.size(), "a function returns what is on its stack");
  m_dead = true;
  if (count == 1 && label_types(m_function).slots() == 1) {
    m_stack.bring(1);
    m_stack.emit_root_of_top(tok::ret, 0);
    m_writer.barrier();
    return;
  }
  for (u32 i = m_stack.size() - count; i < m_stack.size(); ++i) m_stack.keep(i);
  return_values_from(count);
}

/// Returns the `count` operands on top, which have been kept.
void Predecoder::return_values_from(u32 count) {
  if (count == 0) {
    m_writer.emit_special(Cell{}, do_return, m_stack.where);
    return;
  }
  m_stack.bring(count);
  ReturnCell cell{};
  cell.first = static_cast<i16>(m_stack.top(count - 1).slot);
  cell.count = label_types(m_function).slots();
  m_writer.emit_special(cell, do_return_many, m_stack.where);
  m_stack.abandon();
}

void Predecoder::charge(u64 cost) {
  ChargeCell cell{};
  cell.cost = cost;
  m_writer.emit_special(cell, do_charge, m_stack.where);
}

}  // namespace zhan::interp

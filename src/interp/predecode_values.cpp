// SPDX-License-Identifier: Apache-2.0
// Values: arithmetic, locals, globals, select, references.
#include "interp/compares.hpp"
#include "interp/predecoder.hpp"

namespace zhan::interp {
namespace {

/// Operands are put in this order where an instruction commutes.
[[nodiscard]] u32 rank(Token leaf) noexcept {
  switch (leaf) {
    case tok::acc: return 0;
    case tok::local: return 1;
    case tok::slot: return 2;
    default: return 3;
  }
}

[[nodiscard]] bool root_served(Token root, const Action& tree) noexcept {
  Action action;
  action.push(root, 0, 0);
  return action.append(tree) && CellWriter::served(action);
}

}  // namespace

/// Always true: an operand that has been kept can be read from its slot.
bool Predecoder::force_leaf(u32 index, char want, Leaf& leaf) {
  if (m_stack.leaf(m_stack.at(index), want, leaf)) return true;
  m_stack.keep(index);
  return m_stack.leaf(m_stack.at(index), want, leaf);
}

/// With the tree of the last action in place of the operand it made, if such a cell is served.
/// `reversed`: the operands are taken from the top down.
bool Predecoder::try_trees(Token token, std::string_view letters, char result, bool reversed) {
  const u32 n = static_cast<u32>(letters.size());
  ZHAN_ASSERT(n <= m_stack.size(), "an instruction finds its operands on the stack");
  const u32 base = m_stack.size() - n;
  const auto index = [&](u32 i) { return base + (reversed ? n - 1 - i : i); };
  for (u32 nested = 0; nested < n; ++nested) {
    if (!m_stack.is_last_result(m_stack.at(index(nested)))) continue;
    Action tree;
    tree.push(token, m_imm_field, m_stack.where);
    bool fits = true;
    for (u32 i = 0; i < n && fits; ++i) {
      Leaf leaf;
      if (i == nested) {
        fits = m_stack.append_last_tree(tree);
      } else {
        fits = tree.size < max_tokens && m_stack.leaf(m_stack.at(index(i)), letters[i], leaf);
        if (fits) tree.push(leaf.token, leaf.field, m_stack.where);
      }
    }
    const bool is_action = is_root(token);
    if (!fits || !(is_action ? CellWriter::served(tree) : root_served(tok::val_acc, tree)))
      continue;
    (void)m_stack.take_last_tree();
    for (u32 i = 0; i < n; ++i) (void)m_stack.pop();
    if (is_action)
      m_stack.emit(tree);
    else
      m_stack.emit_value(tree, result);
    return true;
  }
  return false;
}

void Predecoder::value_op(Op op) {
  const OpInfo& info = op_info(op);
  if (info.imm != ImmKind::none || info.signature.find('v') != std::string_view::npos)
    return vector_op(op);
  if (info.results().size() != 1) return wide(op);
  if (op == Op::i32_eqz) return compare_zero(Op::i32_eq);
  if (op == Op::i64_eqz) return compare_zero(Op::i64_eq);
  m_imm_field = 0;
  const std::string_view letters = info.params();
  if (letters.size() == 1) return unary(tok::of(op), letters[0], info.results()[0]);
  const Op swapped = info.is(trait::compare)    ? swapped_compare(op)
                     : info.is(trait::commutes) ? op
                                                : no_op;
  binary(tok::of(op), letters[0], info.results()[0], swapped);
}

void Predecoder::unary(Token token, char letter, char result) {
  const char letters[] = {letter};
  if (try_trees(token, {letters, 1}, result)) return;
  Leaf leaf;
  const u32 index = m_stack.size() - 1;
  (void)force_leaf(index, letter, leaf);
  Action tree;
  const auto build = [&] {
    tree = {};
    tree.push(token, m_imm_field, m_stack.where);
    tree.push(leaf.token, leaf.field, m_stack.where);
  };
  build();
  if (!root_served(tok::val_acc, tree)) {
    m_stack.keep(index);
    leaf = {tok::slot, m_stack.slot_of(m_stack.at(index))};
    build();
  }
  (void)m_stack.pop();
  m_stack.emit_value(tree, result);
}

void Predecoder::binary(Token token, char letter, char result, Op swapped) {
  const char letters[] = {letter, letter};
  const bool commutes = swapped != no_op;
  if (try_trees(token, {letters, 2}, result)) return;
  if (commutes && try_trees(tok::of(swapped), {letters, 2}, result, true)) return;
  u32 first = m_stack.size() - 2, second = first + 1;
  Leaf x, y;
  (void)force_leaf(first, letter, x);
  (void)force_leaf(second, letter, y);
  const auto as_slot = [&](u32 index) -> Leaf {
    m_stack.keep_value(index);
    return {tok::slot, m_stack.slot_of(m_stack.at(index))};
  };
  // One register cannot stand on both sides, and two constants on neither: the families have no
  // handlers for x + x or 1 + 2 that compilers of modules would not have folded.
  if (x.token == y.token && (x.token == tok::acc || x.token == tok::local)) y = as_slot(second);
  if (rank(x.token) == 3 && rank(y.token) == 3) x = as_slot(first);
  if (commutes && rank(x.token) > rank(y.token)) {
    std::swap(x, y);
    std::swap(first, second);
    token = tok::of(swapped);
  }
  Action tree;
  const auto build = [&] {
    tree = {};
    tree.push(token, 0, m_stack.where);
    tree.push(x.token, x.field, m_stack.where);
    tree.push(y.token, y.field, m_stack.where);
  };
  build();
  if (!root_served(tok::val_acc, tree)) {
    x = as_slot(first);
    y = as_slot(second);
    build();
  }
  (void)m_stack.pop();
  (void)m_stack.pop();
  m_stack.emit_value(tree, result);
}

/// x == 0 as a compare with a constant; of a compare, the opposite compare.
void Predecoder::compare_zero(Op equal) {
  m_imm_field = 0;
  if (equal == Op::i32_eq && m_stack.is_last_result(m_stack.top())) {
    const Action* last = m_stack.writer_last();
    const usize root = m_stack.root_of_last();
    const Token compare = last->key[root + 1];
    const Op inverse =
        is_op(compare) && !is_memory(compare) ? inverse_compare(op_of(compare)) : no_op;
    Action opposite;
    if (inverse != no_op && m_stack.append_last_tree(opposite)) {
      opposite.key.set(0, tok::of(inverse));
      if (root_served(tok::val_acc, opposite)) {
        (void)m_stack.take_last_tree();
        (void)m_stack.pop();
        return m_stack.emit_value(opposite, 'i');
      }
    }
  }
  const char letter = equal == Op::i32_eq ? 'i' : 'I';
  m_stack.push_konst(letter, 0);
  binary(tok::of(equal), letter, 'i', equal);
}

void Predecoder::local_get(u32 local) {
  ZHAN_ASSERT(local < m_locals.slot.size(), "validated code names locals that there are");
  m_stack.push_local(m_locals.letter[local], m_locals.slot[local]);
}

void Predecoder::local_set(u32 local, bool tee) {
  const u32 slot = m_locals.slot[local];
  const char letter = m_locals.letter[local];
  const Operand operand = m_stack.top();
  ZHAN_ASSERT(OperandStack::width(operand.letter) == OperandStack::width(letter),
              "a local is set to a value of its type");
  if (operand.in == Operand::In::local && operand.local == slot) {  // to what it is already
    if (!tee) (void)m_stack.pop();
    return;
  }
  // Best of all the instruction that made the value writes it to the local; not if an operand below
  // still is the old value of that local.
  const bool read_later = m_stack.is_read_later(slot);
  if (!read_later && retarget_special(operand, slot)) {
    (void)m_stack.pop();
    m_stack.slot_written(slot);
  } else if (read_later || !m_stack.retarget_top(slot, true)) {
    m_stack.local_changes(slot);
    m_stack.move_top_to_local(slot);
  }
  if (tee) m_stack.push_local(letter, slot);
}

u32 Predecoder::global_offset(u32 global) const noexcept { return m_layout.global(global); }

char Predecoder::letter_of_global(u32 global) const noexcept {
  ZHAN_ASSERT(global < m_module.globals.size(), "validated code names globals that there are");
  return letter_of_type(m_module.globals[global].type.type);
}

void Predecoder::global_get(u32 global) {
  const char letter = letter_of_global(global);
  const bool imported = global < m_module.imported_globals;
  if (letter == 'v') {
    VectorMemoryCell cell{};
    cell.offset = global_offset(global);
    cell.dst = static_cast<i16>(m_stack.push_slot('v').slot);
    m_writer.emit_special(cell, imported ? do_vector_get_global_far : do_vector_get_global,
                          m_stack.where);
    return;
  }
  Action tree;
  const Token near = letter == 'f'   ? tok::get_global_f
                     : letter == 'F' ? tok::get_global_d
                                     : tok::get_global;
  tree.push(imported ? tok::get_global_far : near, global_offset(global), m_stack.where);
  if (!imported || letter == 'i' || letter == 'I') return m_stack.emit_value(tree, letter);
  m_stack.emit_value(tree, 'I');  // a float of another instance goes through a slot
  m_stack.reinterpret_top(letter);
}

void Predecoder::global_set(u32 global) {
  const bool imported = global < m_module.imported_globals;
  const u32 offset = global_offset(global);
  if (letter_of_global(global) == 'v') {
    VectorMemoryCell cell{};
    cell.offset = offset;
    cell.value = slot_operand(0);
    (void)m_stack.pop();
    m_writer.emit_special(cell, imported ? do_vector_set_global_far : do_vector_set_global,
                          m_stack.where);
    return;
  }
  const Token root = imported ? tok::set_global_far : tok::set_global;
  m_stack.emit_root_of_top(root, offset);
}

void Predecoder::select(char letter) {
  if (letter == 'v') {
    VectorCell cell{};
    cell.a = slot_operand(2);
    cell.b = slot_operand(1);
    cell.c = slot_operand(0);
    for (u32 i = 0; i < 3; ++i) (void)m_stack.pop();
    cell.dst = static_cast<i16>(m_stack.push_slot('v').slot);
    m_writer.emit_special(cell, do_vector_select, m_stack.where);
    return;
  }
  const Token token = letter == 'f'   ? tok::select_f
                      : letter == 'F' ? tok::select_d
                      : letter == 'i' ? tok::select_w
                                      : tok::select_i;
  const char letters[] = {letter, letter, 'i'};
  m_imm_field = 0;
  if (try_trees(token, {letters, 3}, letter)) return;
  const u32 base = m_stack.size() - 3;
  Action tree;
  tree.push(token, 0, m_stack.where);
  Leaf condition;
  (void)force_leaf(base + 2, 'i', condition);
  if (rank(condition.token) == 3)
    m_stack.keep(base + 2), condition = {tok::slot, m_stack.at(base + 2).slot};
  for (u32 i = 0; i < 2; ++i) {
    Leaf leaf;
    (void)force_leaf(base + i, letter, leaf);
    // The accumulator of integers may be the condition; a constant of floats has no short form.
    const bool is_float = letter == 'f' || letter == 'F';
    if ((leaf.token == tok::acc && !is_float) || (leaf.token == tok::konst && is_float) ||
        leaf.token == tok::konst8) {
      m_stack.keep_value(base + i);
      leaf = {tok::slot, m_stack.slot_of(m_stack.at(base + i))};
    }
    tree.push(leaf.token, leaf.field, m_stack.where);
  }
  tree.push(condition.token, condition.field, m_stack.where);
  for (u32 i = 0; i < 3; ++i) (void)m_stack.pop();
  m_stack.emit_value(tree, letter);
}

void Predecoder::own_unary(Token token, char letter, char result) {
  m_imm_field = 0;
  unary(token, letter, result);
}

}  // namespace zhan::interp

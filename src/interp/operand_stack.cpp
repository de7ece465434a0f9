// SPDX-License-Identifier: Apache-2.0
#include "interp/operand_stack.hpp"

#include <bit>

#include "interp/specials.hpp"

namespace zhan::interp {

// -- Pushing and popping --

void OperandStack::push(const Operand& operand) {
  m_operands.push_back(operand);
  m_operands.back().slot = m_next;
  if (m_far && !m_near) m_operands.back().in = Operand::In::far;
  m_next += width(operand.letter);
  need(m_next);
}

Operand& OperandStack::push_slot(char letter) {
  push({Operand::In::slot, letter});
  slot_written(top().slot);
  if (m_kept == size() - 1) ++m_kept;
  return top();
}

void OperandStack::push_konst(char letter, u64 value) {
  push({Operand::In::konst, letter, 0, 0, value});
}

void OperandStack::push_local(char letter, u32 slot) {
  // A bound on what local_changes() has to look through, whatever a module does.
  if (m_pending.size() == max_pending) keep(m_pending.front());
  m_pending.push_back(size());
  push({Operand::In::local, letter, 0, slot});
}

Operand OperandStack::pop() {
  ZHAN_ASSERT(!m_operands.empty(), "validation leaves an operand to pop");
  const Operand operand = m_operands.back();
  ZHAN_ASSERT(!m_near || size() > m_first_near, "an instruction pops what it has brought");
  if (operand.in == Operand::In::local) {
    ZHAN_ASSERT(!m_pending.empty() && m_pending.back() == size() - 1,
                "pending locals are in order");
    m_pending.pop_back();
  } else if (operand.in == Operand::In::slot) {
    for (Acc& acc : m_acc)
      if (acc.slot == operand.slot) acc.slot = none, acc.unsaved = false;
  }
  m_operands.pop_back();
  m_next = operand.slot;
  if (m_kept > size()) m_kept = size();
  return operand;
}

void OperandStack::truncate(u32 size) {
  ZHAN_ASSERT(size <= this->size(), "a label leaves operands, it adds none");
  while (this->size() > size) (void)pop();
}

// -- Where values lie --

namespace {

/// The slot an operand can be read from, if any.
[[nodiscard]] u32 readable_slot(const Operand& operand) noexcept {
  return operand.in == Operand::In::local ? operand.local : operand.slot;
}

/// A constant as a 32-bit field, if it survives that.
[[nodiscard]] bool small_konst(const Operand& operand, char want, u64& field) noexcept {
  if (want == 'f') return field = operand.value, true;
  if (want == 'F') {
    const double value = std::bit_cast<double>(operand.value);
    const float narrow = static_cast<float>(value);
    field = std::bit_cast<u32>(narrow);
    return std::bit_cast<u64>(static_cast<double>(narrow)) == operand.value;
  }
  field = static_cast<u32>(operand.value);
  if (operand.letter == 'i') return true;
  return static_cast<i64>(operand.value) == static_cast<i32>(operand.value);
}

}  // namespace

bool OperandStack::in_acc(const Operand& operand) const noexcept {
  return operand.in != Operand::In::konst &&
         m_acc[acc_class(operand.letter)].slot == readable_slot(operand);
}

bool OperandStack::unsaved(const Operand& operand) const noexcept {
  const Acc& acc = m_acc[acc_class(operand.letter)];
  return operand.in == Operand::In::slot && acc.slot == operand.slot && acc.unsaved;
}

bool OperandStack::is_last_result(const Operand& operand) const noexcept {
  if (!unsaved(operand)) return false;
  const Acc& acc = m_acc[acc_class(operand.letter)];
  const Action* last = m_writer.last();
  if (last == nullptr || m_writer.last_cell() != acc.cell) return false;
  return subtree_end(last->key, acc.root) == last->size;
}

bool OperandStack::leaf(const Operand& operand, char want, Leaf& leaf) const noexcept {
  if (operand.in == Operand::In::konst) {
    leaf.token = tok::konst;
    if (small_konst(operand, want, leaf.field)) return true;
    leaf = {tok::konst8, operand.value};
    return true;
  }
  const u32 slot = readable_slot(operand);
  if (operand.in == Operand::In::local && is_pinned(slot)) {
    leaf = {tok::local, 0};
  } else if (in_acc(operand)) {
    leaf = {tok::acc, 0};
  } else {
    leaf = {tok::slot, slot};
  }
  return true;
}

Leaf OperandStack::raw_leaf(const Operand& operand) const noexcept {
  if (operand.in == Operand::In::konst) {
    const bool small = static_cast<i64>(operand.value) == static_cast<i32>(operand.value);
    return small ? Leaf{tok::konst, static_cast<u32>(operand.value)}
                 : Leaf{tok::konst8, operand.value};
  }
  if (operand.in == Operand::In::local && is_pinned(operand.local)) return {tok::local, 0};
  static constexpr Token accs[] = {tok::acc, tok::acc_f, tok::acc_d};
  if (in_acc(operand)) return {accs[acc_class(operand.letter)], 0};
  return {tok::slot, readable_slot(operand)};
}

// -- Putting values into slots --

void OperandStack::save(Acc& acc) {
  ZHAN_ASSERT(acc.unsaved, "only a value that is nowhere else is saved");
  acc.action.key.set(acc.root, tok::val_slot);
  acc.action.value[acc.root] = acc.slot;
  m_writer.rewrite_root(acc.cell, acc.action, acc.root);
  acc.unsaved = false;
  for (Acc& other : m_acc)
    if (&other != &acc && other.unsaved && other.cell == acc.cell) other.action = acc.action;
}

void OperandStack::keep(u32 index) {
  Operand& operand = m_operands[index];
  if (operand.in == Operand::In::far) return;
  if (operand.in == Operand::In::slot) {
    if (unsaved(operand)) save(m_acc[acc_class(operand.letter)]);
    return;
  }
  emit_move(operand, operand.slot);
  if (operand.in == Operand::In::local) std::erase(m_pending, index);
  operand.in = Operand::In::slot;
  slot_written(operand.slot);
}

void OperandStack::keep_all(u32 end) {
  for (u32 i = m_kept; i < end; ++i) keep(i);
  if (end > m_kept) m_kept = end;
}

void OperandStack::local_changes(u32 slot) {
  for (usize i = 0; i < m_pending.size();) {
    const u32 index = m_pending[i];
    if (m_operands[index].local == slot)
      keep(index);
    else
      ++i;
  }
}

bool OperandStack::is_read_later(u32 local_slot) const noexcept {
  for (u32 index : m_pending)
    if (m_operands[index].local == local_slot) return true;
  return false;
}

// -- Emission --

Place OperandStack::emit_tracked(const Action& action) {
  const u32 before = m_writer.last_cell();
  const Place place = m_writer.emit(action);
  if (place.cell == before)  // merged: the cell of an unsaved value has become a longer one
    for (Acc& acc : m_acc)
      if (acc.unsaved && acc.cell == before) acc.action = *m_writer.last();
  return place;
}

void OperandStack::emit_value(const Action& tree, char letter) {
  Acc& acc = m_acc[acc_class(letter)];
  if (acc.unsaved) save(acc);  // the new value takes its register
  Action action;
  action.push(tok::val_acc, 0, where);
  const bool fits = action.append(tree);
  ZHAN_CHECK(fits, "a tree that is served leaves room for its root");
  const Place place = emit_tracked(action);
  push({Operand::In::slot, letter});
  for (Acc& other : m_acc)
    if (other.slot == top().slot) other.slot = none;
  acc.slot = top().slot;
  acc.unsaved = true;
  acc.cell = place.cell;
  acc.root = place.root;
  acc.action = *m_writer.last();
}

void OperandStack::emit_move(const Operand& operand, u32 to) {
  if (operand.in == Operand::In::far) return emit_far_move(to, operand.slot, width(operand.letter));
  if (operand.letter == 'v') {
    VectorCell cell{};
    cell.dst = static_cast<i16>(to);
    cell.a = static_cast<i16>(readable_slot(operand));
    m_writer.emit_special(cell, do_vector_move, where);
    return;
  }
  const Leaf source = raw_leaf(operand);
  Action action;
  action.push(tok::move, to, where);
  action.push(source.token, source.field, where);
  emit_tracked(action);
}

bool OperandStack::retarget_top(u32 slot, bool is_local) {
  const Operand operand = top();
  if (!is_last_result(operand)) return false;
  Acc& acc = m_acc[acc_class(operand.letter)];
  Action action = *m_writer.last();
  const bool to_pinned = is_local && is_pinned(slot);
  action.key.set(acc.root, to_pinned ? tok::val_local : tok::val_slot);
  action.value[acc.root] = slot;
  if (!CellWriter::served(action)) return false;
  const u32 cell = m_writer.last_cell();
  (void)pop();
  const Place place = m_writer.replace_last(action);
  for (Acc& other : m_acc)
    if (other.unsaved && (other.cell == cell || other.cell == place.cell))
      other.action = *m_writer.last(), other.cell = place.cell;
  slot_written(slot);
  if (!to_pinned) acc.slot = slot;
  return true;
}

usize OperandStack::root_of_last() const noexcept {
  const Action& whole = *m_writer.last();
  usize at = 0;
  for (usize next = 0; next < whole.size; next = subtree_end(whole.key, next)) at = next;
  return at;
}

void OperandStack::emit_root_of_top(Token root, u64 field) {
  Action action;
  action.push(root, field, where);
  if (is_last_result(top())) {
    Action with_tree = action;
    if (append_last_tree(with_tree) && CellWriter::served(with_tree)) {
      (void)take_last_tree();
      (void)pop();
      emit_tracked(with_tree);
      return;
    }
  }
  const Leaf leaf = raw_leaf(top());
  action.push(leaf.token, leaf.field, where);
  (void)pop();
  emit_tracked(action);
}

void OperandStack::move_top_to_local(u32 slot) {
  const Operand operand = top();
  if (operand.letter == 'v') {
    keep_value(size() - 1);
    emit_move(top(), slot);
    (void)pop();
    return;
  }
  const u32 cls = acc_class(operand.letter);
  const bool from_acc = in_acc(operand);
  emit_root_of_top(is_pinned(slot) ? tok::val_local : tok::move, slot);
  slot_written(slot);
  if (from_acc && !is_pinned(slot)) m_acc[cls].slot = slot;
}

void OperandStack::reinterpret_top(char letter) {
  ZHAN_ASSERT(width(top().letter) == width(letter), "the bits stay in their slot");
  keep(size() - 1);
  slot_written(top().slot);
  top().letter = letter;
}

Action OperandStack::take_last_tree() {
  const Action whole = *m_writer.last();
  const Acc* acc = nullptr;
  for (const Acc& candidate : m_acc)
    if (candidate.unsaved && candidate.cell == m_writer.last_cell() &&
        subtree_end(whole.key, candidate.root) == whole.size)
      acc = &candidate;
  ZHAN_CHECK(acc != nullptr, "the last action made an unsaved value");
  const u8 root = acc->root;
  ZHAN_ASSERT(is_root(whole.key[root]), "a value hangs on the root that says where it goes");
  Action tree;
  (void)tree.append(whole, root + usize{1}, whole.size);
  (void)m_writer.take_last();
  if (root > 0) {  // other actions of the merged cell stay
    Action rest;
    (void)rest.append(whole, 0, root);
    const Place place = m_writer.emit(rest);
    for (Acc& other : m_acc)
      if (other.unsaved && &other != acc && other.cell == place.cell)
        other.action = *m_writer.last();
  }
  return tree;
}

void OperandStack::forget_accumulators() noexcept {
  for (Acc& acc : m_acc) {
    ZHAN_ASSERT(!acc.unsaved, "values are kept before a label");
    acc.slot = none;
  }
  m_writer.barrier();
}

void OperandStack::slot_written(u32 slot) noexcept {
  for (Acc& acc : m_acc)
    if (acc.slot == slot) acc.slot = none, acc.unsaved = false;
}

}  // namespace zhan::interp

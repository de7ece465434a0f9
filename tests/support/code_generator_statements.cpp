// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "support/code_generator.hpp"

namespace zhan::test {

void CodeGenerator::statement() {
  const Deeper deeper(m_depth);
  if (m_left == 0) return;
  switch (m_choices.below(small() ? 5 : 19)) {
    case 0:
    case 1:
    case 2: return set_local();
    case 3: return store();
    case 4: return set_global();
    case 5: return several_results();
    case 6: return counted_loop();
    case 7:
    case 8: {
      const std::string results = some_letters(2);
      structure(m_choices.one_in(2) ? results : some_letters(2), results);
      return consume(results);
    }
    case 9: return nest_of_branches();
    case 10:
    case 11: return branch_if();
    case 12: return branch_on_null();
    case 13: return bulk_memory();
    case 14: return bulk_table();
    case 17: return has('a') ? object_statement() : set_local();
    case 15: return try_table();
    case 16: return m_choices.one_in(2) ? delegated_try() : legacy_try();
    default: {
      if (m_leaf) return set_local();
      const u32 function = m_choices.below(m_shape.generated());
      call(function);
      return consume(m_shape.signature(function).results);
    }
  }
}

void CodeGenerator::statements(u32 most) {
  for (u32 n = m_choices.between(1, most); n > 0; --n) statement();
}

/// Takes the values off the stack, the last first.
void CodeGenerator::consume(std::string letters) {
  for (usize i = letters.size(); i > 0; --i) {
    if (!has(letters[i - 1]) || m_choices.one_in(6))
      emit(Op::drop);
    else
      emit(Op::local_set, local_of(letters[i - 1]));
  }
}

void CodeGenerator::set_local() {
  const char letter = any_letter();
  expression(letter);
  emit(Op::local_set, local_of(letter));
}

void CodeGenerator::set_global() {
  const u32 global = any_index(m_shape.globals);
  if (global == fuel_global) return emit(m_shape.only_finished ? Op::nop : Op::atomic_fence);
  if (!m_shape.globals[global].is_mutable) return emit(Op::nop);
  expression(m_shape.globals[global].letter);
  emit(Op::global_set, global);
}

void CodeGenerator::store() {
  const char letter = any_letter();
  if (is_reference(letter)) return bulk_table();
  const auto& list = rows(RowKind::store, letter, m_shape.only_finished);
  const Op op = list[any_index(list)];
  const OpInfo& info = op_info(op);
  const u32 memory = any_index(m_shape.memories);
  address(m_shape.memories[memory], info.is(trait::atomic));
  expression(letter);
  memarg(info, memory);
  if (info.imm == ImmKind::memarg_lane)
    m_imm.lane = static_cast<u8>(m_choices.below(lanes_of(info)));
  emit_imm(op);
}

void CodeGenerator::several_results() {
  const auto& list = rows(RowKind::several, 'i', m_shape.only_finished);
  if (list.empty()) return set_local();
  const OpInfo& info = op_info(list[any_index(list)]);
  const Op op = find_op(info.prefix, info.code);
  expressions(std::string(info.params()));
  emit(op);
  consume(std::string(info.results()));
}

// -- Structure --

void CodeGenerator::open(Op op, const std::string& params, const std::string& results,
                         Label label) {
  const BlockType type = block_type(params, results);
  m_imm = {};
  m_imm.block = type;
  emit_imm(op);
  m_labels.push_back(std::move(label));
}

void CodeGenerator::close() {
  emit(Op::end);
  m_labels.pop_back();
}

void CodeGenerator::counted_loop() {
  if (m_free_counters == 0) return;
  const u32 counter = m_counters + --m_free_counters;
  number('i', m_choices.between(1, 5));
  emit(Op::local_set, counter);
  open(Op::loop, "", "", {"", false});
  statements(3);
  emit(Op::local_get, counter);
  number('i', 1);
  emit(Op::i32_sub);
  emit(Op::local_tee, counter);
  emit(Op::br_if, 0);
  close();
  ++m_free_counters;
}

/// A block, loop or if; what it takes is pushed here, what it gives stays on the stack.
void CodeGenerator::structure(const std::string& params, const std::string& results) {
  const u32 kind = m_choices.below(m_leaf ? 2 : 3);
  expressions(params);
  if (kind == 1) expression('i');
  const Op op = kind == 0 ? Op::block : kind == 1 ? Op::if_ : Op::loop;
  open(op, params, results, {op == Op::loop ? params : results});
  if (op == Op::loop) burn_fuel();
  arm(params, results);
  if (op == Op::if_ && (params != results || m_choices.one_in(2))) {
    emit(Op::else_);
    arm(params, results);
  }
  close();
}

/// The inside of a block from the values it takes to those it gives.
void CodeGenerator::arm(const std::string& params, const std::string& results) {
  const bool pass_on = params == results && m_choices.one_in(3);
  if (!pass_on) consume(params);
  statements(3);
  if (!pass_on) finish(results);
}

/// Ends a block: with its results, or by leaving it for another place.
void CodeGenerator::finish(const std::string& results) {
  if (m_choices.one_in(5) && terminator()) {
    if (!m_choices.one_in(4)) return;
    statement();  // which never runs
  }
  expressions(results);
}

/// Chooses a label that may be branched to.
bool CodeGenerator::find_label(u32& depth) {
  const u32 count = static_cast<u32>(m_labels.size());
  depth = m_choices.below(count);
  return m_labels[count - 1 - depth].branchable;
}

/// An instruction after which nothing is reached; false if there was none to make.
bool CodeGenerator::terminator() {
  u32 depth = 0;
  switch (m_choices.below(10)) {
    case 0:
    case 1:
    case 2:
      if (!find_label(depth)) return false;
      expressions(m_labels[m_labels.size() - 1 - depth].types);
      emit(Op::br, depth);
      return true;
    case 3:
    case 4: expressions(m_results); return emit(Op::return_), true;
    case 5:
    case 6: return tail_call();
    case 7:
    case 8: return throw_something();
    default:
      if (!m_choices.one_in(4)) return false;
      return emit(Op::unreachable), true;
  }
}

bool CodeGenerator::tail_call() {
  if (m_leaf) return false;
  const u32 function = m_choices.below(m_shape.generated());
  const Signature signature = m_shape.signature(function);
  if (signature.results != m_results) return false;
  expressions(signature.params);
  const u32 form = m_choices.below(m_shape.only_finished ? 2 : 3);
  if (form == 0) return emit(Op::return_call, function), true;
  if (form == 1) return through_a_table(function, Op::return_call_indirect), true;
  emit(Op::ref_func, function);
  return emit(Op::return_call_ref, m_shape.functions[function]), true;
}

/// Blocks in each other that a br_table chooses from, all with the same values.
void CodeGenerator::nest_of_branches() {
  const std::string carried = some_letters(2);
  const u32 blocks = m_choices.between(1, 4);
  for (u32 i = 0; i < blocks; ++i) open(Op::block, "", carried, {carried});
  statements(1);
  expressions(carried);
  expression('i');
  m_imm = {};
  for (u32 n = m_choices.between(1, 5); n > 0; --n) m_imm.labels.push_back(m_choices.below(blocks));
  emit_imm(Op::br_table);
  for (u32 i = 0; i < blocks; ++i) {
    close();
    if (i + 1 == blocks) break;
    consume(carried);
    statement();
    expressions(carried);
  }
  consume(carried);
}

void CodeGenerator::branch_if() {
  u32 depth = 0;
  if (!find_label(depth)) return set_local();
  const std::string carried = m_labels[m_labels.size() - 1 - depth].types;
  expressions(carried);
  expression('i');
  emit(Op::br_if, depth);
  consume(carried);
}

void CodeGenerator::branch_on_null() {
  u32 depth = 0;
  if (!has('t') || !find_label(depth)) return branch_if();
  std::string carried = m_labels[m_labels.size() - 1 - depth].types;
  if (!carried.empty() && is_reference(carried.back())) {
    expressions(carried);
    carried.pop_back();
    emit(Op::br_on_non_null, depth);
    return consume(carried);
  }
  expressions(carried);
  expression(m_choices.letter_of(has('e') ? "rxte" : "rxt"));
  emit(Op::br_on_null, depth);
  emit(Op::drop);
  consume(carried);
}

// -- Bulk instructions --

void CodeGenerator::bulk_memory() {
  const u32 memory = any_index(m_shape.memories);
  const char letter = m_shape.memories[memory].address();
  const u32 form = m_choices.below(m_shape.data.empty() ? 2 : 4);
  if (form == 3) {
    if (!m_choices.one_in(3)) return set_local();
    return emit(Op::data_drop, any_index(m_shape.data));
  }
  address(m_shape.memories[memory]);
  if (form == 0) {
    expression('i');
    index(letter, 80);
    return emit(Op::memory_fill, memory);
  }
  if (form == 1) {
    const u32 from = any_index(m_shape.memories);
    const bool wide = letter == 'I' && m_shape.memories[from].is64;
    address(m_shape.memories[from]);
    index(wide ? 'I' : 'i', 80);
    return emit(Op::memory_copy, memory, from);
  }
  const u32 segment = any_index(m_shape.data);
  index('i', m_shape.data[segment] + 1);
  index('i', m_shape.data[segment] / 2 + 1);
  emit(Op::memory_init, segment, memory);
}

void CodeGenerator::bulk_table() {
  const u32 table = any_index(m_shape.tables);
  const Shape::Table& shape = m_shape.tables[table];
  const char letter = shape.address();
  const u32 form = m_choices.below(5);
  if (form == 4) {
    const u32 segment = any_index(m_shape.elements);
    if (m_choices.one_in(6)) return emit(Op::elem_drop, segment);
    if (m_shape.elements[segment] != shape.element) return set_local();
    index(letter, shape.min / 2);
    index('i', 2);
    index('i', 3);
    return emit(Op::table_init, segment, table);
  }
  index(letter, form < 2 ? shape.min : shape.min / 2);
  if (form == 3) {
    const u32 from = shape.element == 'r' && has('t') && m_choices.one_in(3) ? 2 : table;
    const bool both = shape.is64 && m_shape.tables[from].is64;
    index(m_shape.tables[from].address(), m_shape.tables[from].min / 2);
    index(both ? 'I' : 'i', 4);
    return emit(Op::table_copy, table, from);
  }
  expression(shape.element);
  if (form < 2) return emit(Op::table_set, table);
  index(letter, 4);
  emit(Op::table_fill, table);
}

}  // namespace zhan::test

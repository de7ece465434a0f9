// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "support/code_generator.hpp"

namespace zhan::test {

void CodeGenerator::expression(char letter) {
  const Deeper deeper(m_depth);
  if (small() || !has(letter)) return leaf(letter);
  switch (m_choices.below(16)) {
    case 0:
    case 1:
    case 2: return leaf(letter);
    case 3: return tee(letter);
    case 4: return get_global(letter);
    case 5: return select(letter);
    case 6: return block_value(letter);
    case 7: return call_value(letter);
    default: return is_reference(letter) ? reference(letter) : computed(letter);
  }
}

/// By value: what it came from may move while types are added.
void CodeGenerator::expressions(std::string letters) {
  for (char letter : letters) expression(letter);
}

void CodeGenerator::leaf(char letter) {
  if (has(letter) && !m_choices.one_in(2)) return emit(Op::local_get, local_of(letter));
  if (is_object(letter) && !m_choices.one_in(4)) return new_default(letter);
  const bool function = letter == 'r' || letter == 't';
  if (!function || m_choices.one_in(3)) return constant(letter);
  emit(Op::ref_func,
       letter == 't' ? m_shape.typed_function(m_choices) : m_choices.below(m_shape.generated()));
}

void CodeGenerator::tee(char letter) {
  expression(letter);
  emit(Op::local_tee, local_of(letter));
}

void CodeGenerator::get_global(char letter) {
  for (u32 i = any_index(m_shape.globals); i < m_shape.globals.size(); ++i)
    if (m_shape.globals[i].letter == letter && i != fuel_global) return emit(Op::global_get, i);
  leaf(letter);
}

void CodeGenerator::select(char letter) {
  expressions({letter, letter, 'i'});
  if (!is_reference(letter) && m_choices.one_in(2)) return emit(Op::select);
  m_imm = {};
  m_imm.types = {type_of(letter)};
  emit_imm(Op::select_t);
}

// -- Numbers and vectors --

void CodeGenerator::computed(char letter) {
  switch (m_choices.below(10)) {
    case 0:
    case 1: return load(letter);
    case 2:
      if (letter == 'i' || letter == 'I') return size_or_grow(letter);
      return operation(letter);
    case 3:
      if (letter == 'i') return test_of_reference();
      return operation(letter);
    case 4:
      if (m_choices.one_in(2)) return atomic(letter);
      return operation(letter);
    case 5:
    case 6:
      if (has('a')) return of_an_object(letter);
      return operation(letter);
    default: return operation(letter);
  }
}

void CodeGenerator::operation(char letter) {
  const auto& list = rows(RowKind::value, letter, m_shape.only_finished);
  Op op = list[any_index(list)];
  if (op_info(op).is(trait::traps) && !m_choices.one_in(3)) op = list[any_index(list)];
  const OpInfo& info = op_info(op);
  const std::string params(info.params());
  if (!has('v') && params.find('v') != std::string::npos) return leaf(letter);
  expressions(params);
  const bool divides = info.is(trait::traps) && params.size() == 2;
  if (divides && !m_choices.one_in(4)) {  // mostly not by zero
    number(params[1], 1);
    emit(params[1] == 'i' ? Op::i32_or : Op::i64_or);
  }
  m_imm = {};
  if (info.imm == ImmKind::lane) m_imm.lane = static_cast<u8>(m_choices.below(lanes_of(info)));
  if (info.imm == ImmKind::shuffle)
    for (u8& byte : m_imm.v128.bytes) byte = static_cast<u8>(m_choices.below(32));
  emit_imm(op);
  canonical_nan(info);
}

/// An address that is mostly inside the memory's first part, and a multiple of 8 if `aligned`.
void CodeGenerator::address(const Shape::Memory& memory, bool aligned) {
  const char letter = memory.address();
  expression(letter);
  if (m_choices.one_in(24)) return;
  number(letter, (memory.bytes() > 0x1000 ? 0xfff : 0x7f) & (aligned ? ~7u : ~0u));
  emit(letter == 'I' ? Op::i64_and : Op::i32_and);
}

void CodeGenerator::memarg(const OpInfo& info, u32 memory) {
  m_imm = {};
  m_imm.memarg.align_log2 = m_choices.below(info.access + 1u);
  m_imm.memarg.memory = memory;
  m_imm.memarg.offset = m_choices.below(m_shape.memories[memory].bytes() > 0x1000 ? 300 : 100);
  if (info.is(trait::atomic)) {
    m_imm.memarg.align_log2 = info.access;
    if (!m_choices.one_in(16)) m_imm.memarg.offset &= ~u64{7};
  }
  if (!m_choices.one_in(100)) return;
  m_imm.memarg.offset = 0xffff'0000u + m_choices.below(0x10000);
  if (m_shape.memories[memory].is64 && m_choices.one_in(2)) m_imm.memarg.offset <<= 31;
}

void CodeGenerator::load(char letter) {
  const auto& list = rows(RowKind::load, letter, m_shape.only_finished);
  const Op op = list[any_index(list)];
  const OpInfo& info = op_info(op);
  const u32 memory = any_index(m_shape.memories);
  address(m_shape.memories[memory], info.is(trait::atomic));
  for (char operand : info.params().substr(1)) expression(operand);
  memarg(info, memory);
  if (info.imm == ImmKind::memarg_lane)
    m_imm.lane = static_cast<u8>(m_choices.below(lanes_of(info)));
  emit_imm(op);
}

void CodeGenerator::atomic(char letter) {
  const auto& list = rows(RowKind::atomic, letter, m_shape.only_finished);
  if (list.empty()) return operation(letter);
  const Op op = list[any_index(list)];
  const OpInfo& info = op_info(op);
  const u32 memory = any_index(m_shape.memories);
  address(m_shape.memories[memory], true);
  expression(info.params()[1]);
  const bool waits = op == Op::memory_atomic_wait32 || op == Op::memory_atomic_wait64;
  if (waits)
    number('I', m_choices.below(3));  // nanoseconds: nobody will come to wake
  else if (info.params().size() > 2)
    expression(info.params()[2]);
  memarg(info, memory);
  emit_imm(op);
}

/// A size or a growth of a memory or table whose addresses are of the letter.
void CodeGenerator::size_or_grow(char letter) {
  const bool grow = m_choices.one_in(2);
  if (m_choices.one_in(2)) {
    const u32 table = any_index(m_shape.tables);
    if (m_shape.tables[table].address() != letter) return leaf(letter);
    if (!grow) return emit(Op::table_size, table);
    expression(m_shape.tables[table].element);
    index(letter, 3);
    return emit(Op::table_grow, table);
  }
  const u32 memory = any_index(m_shape.memories);
  const Shape::Memory& shape = m_shape.memories[memory];
  if (shape.address() != letter) return leaf(letter);
  if (!grow) return emit(Op::memory_size, memory);
  index(letter, shape.page_log2 == 0 ? 100 : 3);
  emit(Op::memory_grow, memory);
}

/// Mostly a number below the limit.
void CodeGenerator::index(char letter, u32 limit) {
  if (m_choices.one_in(30)) return expression(letter);
  number(letter, m_choices.below(limit));
}

void CodeGenerator::test_of_reference() {
  if (!has('r')) return leaf('i');
  if (!m_shape.only_finished && m_choices.one_in(3)) {
    expression('i');
    emit(Op::ref_i31);
    if (m_choices.one_in(3)) {
      emit(Op::extern_convert_any);
      return emit(Op::ref_is_null);
    }
    return emit(m_choices.one_in(2) ? Op::i31_get_s : Op::i31_get_u);
  }
  expression(m_choices.one_in(2) ? 'x' : 'r');
  emit(Op::ref_is_null);
}

// -- References --

void CodeGenerator::reference(char letter) {
  if (is_object(letter)) return object(letter);
  if (letter == 'x' && !m_shape.only_finished && m_choices.one_in(3)) {
    if (has('a') && m_choices.one_in(2)) {
      expression('a');
      return emit(Op::extern_convert_any);
    }
    expression('i');
    emit(Op::ref_i31);
    emit(Op::extern_convert_any);
    if (!m_choices.one_in(3)) return;
    emit(Op::any_convert_extern);
    return emit(Op::extern_convert_any);
  }
  if (!m_shape.only_finished && m_choices.one_in(16)) {
    expression(letter);
    return emit(Op::ref_as_non_null);
  }
  for (u32 i = any_index(m_shape.tables); i < m_shape.tables.size(); ++i) {
    if (m_shape.tables[i].element != letter) continue;
    index(m_shape.tables[i].address(), m_shape.tables[i].min);
    return emit(Op::table_get, i);
  }
  leaf(letter);
}

// -- Blocks and calls --

void CodeGenerator::block_value(char letter) {
  const std::string more = some_letters(1);
  structure(m_choices.one_in(3) ? some_letters(2) : "", letter + more);
  consume(more);
}

void CodeGenerator::call_value(char letter) {
  for (u32 f = m_choices.below(m_shape.generated()); !m_leaf && f < m_shape.generated(); ++f) {
    const std::string results = m_shape.signature(f).results;
    if (results.empty() || results[0] != letter) continue;
    call(f);
    return consume(results.substr(1));
  }
  is_reference(letter) ? leaf(letter) : computed(letter);
}

/// Its arguments, then one of the calls; the results stay on the stack.
void CodeGenerator::call(u32 function) {
  expressions(m_shape.signature(function).params);
  const u32 form = m_choices.below(4);
  if (form < 2) return emit(Op::call, function);
  if (form == 2 || m_shape.only_finished) return through_a_table(function, Op::call_indirect);
  if (m_shape.functions[function] == 0 && has('t') && m_choices.one_in(2))
    expression('t');
  else
    emit(Op::ref_func, function);
  emit(Op::call_ref, m_shape.functions[function]);
}

/// Through table 0, where the function is unless code has written there.
void CodeGenerator::through_a_table(u32 function, Op op) {
  const auto& tables = m_shape.tables;
  const auto typed = std::ranges::find(tables, 't', &Shape::Table::element);
  if (typed != tables.end() && m_shape.functions[function] == 0 && m_choices.one_in(3)) {
    index(typed->address(), 3);
    return emit(op, 0, static_cast<u32>(typed - tables.begin()));
  }
  const u32 wanted = m_choices.one_in(10) ? m_choices.below(12) : function;
  if (m_choices.one_in(12))
    expression('i');
  else
    number('i', wanted);
  emit(op, m_shape.functions[function], 0);
}

}  // namespace zhan::test

// SPDX-License-Identifier: Apache-2.0
// Structs, arrays and casts in generated code.
#include "support/code_generator.hpp"

namespace zhan::test {

/// Most locals start with an object instead of null.
void CodeGenerator::new_objects() {
  for (u32 i = 0; i < m_locals.size(); ++i) {
    if (!is_object(m_locals[i]) || m_choices.one_in(4)) continue;
    new_default(m_locals[i]);
    emit(Op::local_set, i);
  }
}

void CodeGenerator::new_default(char letter) {
  if (letter == 's') return emit(Op::struct_new_default, m_choices.between(1, 2));
  number('i', m_choices.between(2, 6));
  if (letter == 'a') return emit(Op::ref_i31);
  emit(Op::array_new_default, array_type(letter));
}

void CodeGenerator::object(char letter) {
  const u32 form = m_choices.below(6);
  if (letter == 'a') {
    if (form == 0 && has('x')) {
      expression('x');
      return emit(Op::any_convert_extern);
    }
    if (form > 1) return expression(m_choices.letter_of("syz"));
    expression('i');
    return emit(Op::ref_i31);
  }
  if (form == 0) return cast(letter == 's' ? m_choices.between(1, 2) : array_type(letter));
  if (form == 1 && field_of(letter)) return;
  letter == 's' ? new_struct(m_choices.between(1, 2)) : new_array(letter);
}

void CodeGenerator::new_struct(u32 type) {
  for (const Shape::Field& field : m_shape.fields[type - 1]) expression(field.letter());
  emit(Op::struct_new, type);
}

/// Lengths are small constants.
void CodeGenerator::new_array(char letter) {
  const u32 type = array_type(letter), length = m_choices.below(7);
  switch (m_choices.below(4)) {
    case 0:
      for (u32 i = 0; i < length; ++i) expression(element(letter).letter());
      return emit(Op::array_new_fixed, type, length);
    case 1:
      if (letter == 'y' && m_shape.data.empty()) return new_default(letter);
      number('i', m_choices.below(3));
      number('i', m_choices.below(4));
      if (letter == 'z')
        return emit(Op::array_new_elem, type, static_cast<u32>(m_shape.elements.size()) - 1);
      return emit(Op::array_new_data, type, any_index(m_shape.data));
    default:
      expression(element(letter).letter());
      number('i', length);
      return emit(Op::array_new, type);
  }
}

void CodeGenerator::cast(u32 type) {
  expression('a');
  m_imm = {};
  m_imm.ref = ValType::ref(HeapType::defined(type), true);
  emit_imm(m_choices.one_in(4) ? Op::ref_cast : Op::ref_cast_null);
}

/// A struct of exactly this type or of a subtype.
void CodeGenerator::struct_operand(u32 type) {
  if (type == 1) return expression('s');
  m_choices.one_in(4) ? cast(2) : new_struct(2);
}

/// Reads a field of the letter if a struct has one.
bool CodeGenerator::field_of(char letter) {
  const u32 type = m_choices.between(1, 2);
  const auto& fields = m_shape.fields[type - 1];
  for (u32 i = fields.empty() ? 0 : any_index(fields); i < fields.size(); ++i) {
    if (fields[i].letter() != letter) continue;
    struct_operand(type);
    const Op packed = m_choices.one_in(2) ? Op::struct_get_s : Op::struct_get_u;
    emit(fields[i].packed() ? packed : Op::struct_get, type, i);
    return true;
  }
  return false;
}

/// A number that an object holds or tells.
void CodeGenerator::of_an_object(char letter) {
  if (letter == 'i' && m_choices.one_in(3)) return test_of_object();
  if (m_choices.one_in(2) && field_of(letter)) return;
  if (element('y').letter() != letter) return operation(letter);
  expression('y');
  index('i', 3);
  const Op packed = m_choices.one_in(2) ? Op::array_get_s : Op::array_get_u;
  emit(element('y').packed() ? packed : Op::array_get, array_type('y'));
}

void CodeGenerator::test_of_object() {
  switch (m_choices.below(3)) {
    case 0: expression(m_choices.letter_of("yz")); return emit(Op::array_len);
    case 1:
      expression('s');
      expression(m_choices.letter_of("syz"));
      return emit(Op::ref_eq);
    default: break;
  }
  static constexpr HeapType heaps[] = {AbsHeap::any,     AbsHeap::eq,    AbsHeap::i31,
                                       AbsHeap::struct_, AbsHeap::array, AbsHeap::none};
  expression('a');
  m_imm = {};
  const u32 chosen = m_choices.below(10);
  m_imm.ref = ValType::ref(chosen < 6 ? heaps[chosen] : HeapType::defined(chosen - 5), true);
  emit_imm(m_choices.one_in(2) ? Op::ref_test : Op::ref_test_null);
}

// -- Statements --

void CodeGenerator::object_statement() {
  switch (m_choices.below(4)) {
    case 0: return cast_branch();
    case 1: return write_struct();
    case 2: return write_array();
    default: return write_items();
  }
}

void CodeGenerator::cast_branch() {
  const char letter = m_choices.letter_of("syz");
  const bool fail = m_choices.one_in(2);
  const std::string carried(1, fail ? 'a' : letter);
  open(Op::block, "", carried, {carried});
  expression('a');
  m_imm = {};
  m_imm.from = type_of('a');
  m_imm.ref = type_of(letter);
  m_imm.ref.nullable = m_choices.one_in(2);
  emit_imm(fail ? Op::br_on_cast_fail : Op::br_on_cast);
  consume(std::string(1, fail ? letter : 'a'));
  expression(carried[0]);
  close();
  consume(carried);
}

void CodeGenerator::write_struct() {
  const u32 type = m_choices.between(1, 2);
  const auto& fields = m_shape.fields[type - 1];
  const u32 field = fields.empty() ? 0 : any_index(fields);
  if (fields.empty() || !fields[field].is_mutable) return set_local();
  struct_operand(type);
  expression(fields[field].letter());
  emit(Op::struct_set, type, field);
}

void CodeGenerator::write_array() {
  const char letter = m_choices.letter_of("yz");
  expression(letter);
  index('i', 3);
  const bool fill = m_choices.one_in(3);
  expression(element(letter).letter());
  if (fill) index('i', 3);
  emit(fill ? Op::array_fill : Op::array_set, array_type(letter));
}

/// From another array or a segment.
void CodeGenerator::write_items() {
  const char letter = m_choices.letter_of("yz");
  const u32 type = array_type(letter);
  const bool copy = m_choices.one_in(2) || (letter == 'y' && m_shape.data.empty());
  expression(letter);
  index('i', 2);
  if (copy) expression(letter);
  index('i', 2);
  index('i', 3);
  if (copy) return emit(Op::array_copy, type, type);
  if (letter == 'y') return emit(Op::array_init_data, type, any_index(m_shape.data));
  emit(Op::array_init_elem, type, static_cast<u32>(m_shape.elements.size()) - 1);
}

}  // namespace zhan::test

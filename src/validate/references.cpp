// SPDX-License-Identifier: Apache-2.0
// References, structs, arrays, casts, descriptors (specification §3.4.2, custom descriptors).
#include <algorithm>

#include "validate/body.hpp"

namespace zhan::validate {
namespace {

constexpr ValType type_eqref = ValType::ref(AbsHeap::eq, true);
constexpr ValType type_i31ref = ValType::ref(AbsHeap::i31, true);
constexpr ValType type_anyref = ValType::ref(AbsHeap::any, true);
constexpr ValType type_arrayref = ValType::ref(AbsHeap::array, true);

}  // namespace

bool Body::on_ref_null() { return value_type(m_imm.ref) && push(m_imm.ref); }

bool Body::on_ref_is_null() {
  ValType ignored;
  return pop_ref(ignored) && push(type_i32);
}

bool Body::on_ref_as_non_null() {
  ValType found;
  if (!pop_ref(found)) return false;
  found.nullable = false;
  return push(found);
}

/// Outside bodies the function becomes declared, inside it must have been.
bool Body::on_ref_func() {
  const u32 index = m_imm.a;
  if (index >= m_module.functions.size()) return raise_index(ErrorId::unknown_function, index);
  if (m_const == nullptr && !m_module.declared_functions[index])
    return raise_index(ErrorId::undeclared_function, index);
  if (m_const != nullptr && m_const->declared != nullptr) (*m_const->declared)[index] = true;
  ZHAN_ASSERT(m_module.declared_functions.size() == m_module.functions.size(),
              "declared functions are known before bodies");
  const bool imported = index < m_module.imported_functions;
  const bool exact =
      !imported || (!m_module.exact_imports.empty() && m_module.exact_imports[index]);
  return push(ref_to(m_module.canonical[m_module.functions[index]], false, exact));
}

bool Body::on_ref_eq() { return pop(type_eqref) && pop(type_eqref) && push(type_i32); }

/// Continuations do not know their types at run time: no instruction casts them.
bool Body::cast_target(ValType& type) {
  if (!value_type(type)) return false;
  return m_types.top(type.heap) != AbsHeap::cont || raise(ErrorId::invalid_cast);
}

bool Body::on_ref_test() {
  if (!cast_target(m_imm.ref)) return false;
  return pop(ValType::ref(m_types.top(m_imm.ref.heap), true)) && push(type_i32);
}

bool Body::on_ref_cast() {
  if (!cast_target(m_imm.ref)) return false;
  m_imm.ref.nullable = m_op == Op::ref_cast_null;
  return pop(ValType::ref(m_types.top(m_imm.ref.heap), true)) && push(m_imm.ref);
}

bool Body::on_any_convert_extern() {
  const bool null = m_top != m_floor && m_top[-1].nullable;
  return pop(type_externref) && push(ValType::ref(AbsHeap::any, null));
}

bool Body::on_extern_convert_any() {
  const bool null = m_top != m_floor && m_top[-1].nullable;
  return pop(type_anyref) && push(ValType::ref(AbsHeap::extern_, null));
}

bool Body::on_ref_i31() { return pop(type_i32) && push(ValType::ref(AbsHeap::i31, false)); }

bool Body::on_i31_get() { return pop(type_i31ref) && push(type_i32); }

// Structs
// -------------------------------------------------------------------------------------------

bool Body::struct_field(u32 type, u32 field, TypeId& id, FieldType& found) {
  if (!type_of_kind(type, CompositeKind::struct_, id)) return false;
  const std::span<const FieldType> fields = m_types.fields(id);
  if (field >= fields.size()) return raise_index(ErrorId::unknown_field, field);
  found = fields[field];
  return true;
}

/// struct.new in its four forms: a type with a descriptor is allocated with one, others without.
bool Body::new_struct(bool described, bool defaults) {
  TypeId id = no_type;
  if (!type_of_kind(m_imm.a, CompositeKind::struct_, id)) return false;
  const TypeId descriptor = m_types.entries()[id].descriptor;
  if (described != (descriptor != no_type))
    return raise(described ? ErrorId::non_descriptor_allocation : ErrorId::descriptor_allocation);
  if (described && !pop(ref_to(descriptor, true, true))) return false;
  const std::span<const FieldType> fields = m_types.fields(id);
  for (usize i = fields.size(); i-- > 0;) {
    const ValType type = fields[i].type;
    if (defaults && !type.is_defaultable()) return raise(ErrorId::not_defaultable);
    if (!defaults && !pop(type.unpacked())) return false;
    if (!defaults && here() == 0 && m_controls.back().unreachable) break;  // all others are bottom
  }
  return push(ref_to(id, false, true));
}

bool Body::on_struct_new() {
  const bool described = m_op == Op::struct_new_desc || m_op == Op::struct_new_default_desc;
  const bool defaults = m_op == Op::struct_new_default || m_op == Op::struct_new_default_desc;
  return new_struct(described, defaults);
}

bool Body::on_struct_get() {
  TypeId id = no_type;
  FieldType field;
  if (!struct_field(m_imm.a, m_imm.b, id, field)) return false;
  const bool extends = m_op != Op::struct_get;
  if (field.type.is_packed() != extends)
    return raise(extends ? ErrorId::field_not_packed : ErrorId::field_packed);
  return pop(ref_to(id, true)) && push(field.type.unpacked());
}

bool Body::on_struct_set() {
  TypeId id = no_type;
  FieldType field;
  if (!struct_field(m_imm.a, m_imm.b, id, field)) return false;
  if (!field.mutable_) return raise(ErrorId::immutable_field);
  return pop(field.type.unpacked()) && pop(ref_to(id, true));
}

// Arrays
// --------------------------------------------------------------------------------------------

bool Body::array_type(u32 type, TypeId& id, FieldType& found) {
  if (!type_of_kind(type, CompositeKind::array, id)) return false;
  ZHAN_ASSERT(m_types.fields(id).size() == 1, "an array has one element type");
  found = m_types.fields(id)[0];
  return true;
}

bool Body::on_array_new() {
  TypeId id = no_type;
  FieldType element;
  return array_type(m_imm.a, id, element) && pop(type_i32) && pop(element.type.unpacked()) &&
         push(ref_to(id, false, true));
}

bool Body::on_array_new_default() {
  TypeId id = no_type;
  FieldType element;
  if (!array_type(m_imm.a, id, element)) return false;
  if (!element.type.is_defaultable()) return raise(ErrorId::not_defaultable);
  return pop(type_i32) && push(ref_to(id, false, true));
}

bool Body::on_array_new_fixed() {
  TypeId id = no_type;
  FieldType element;
  if (!array_type(m_imm.a, id, element)) return false;
  if (m_imm.b > max_fields) return raise(ErrorId::too_many_items, " of array.new_fixed");
  for (u32 i = 0; i < m_imm.b; ++i) {
    if (!pop(element.type.unpacked())) return false;
    if (here() == 0 && m_controls.back().unreachable) break;
  }
  return push(ref_to(id, false, true));
}

bool Body::on_array_new_data() {
  TypeId id = no_type;
  FieldType element;
  if (!array_type(m_imm.a, id, element)) return false;
  if (element.type.is_ref()) return raise(ErrorId::array_not_numeric);
  return data(m_imm.b) && pop(type_i32) && pop(type_i32) && push(ref_to(id, false, true));
}

bool Body::on_array_new_elem() {
  TypeId id = no_type;
  FieldType element;
  ValType segment;
  if (!array_type(m_imm.a, id, element) || !elem(m_imm.b, segment)) return false;
  if (!fits(segment, element.type)) return wrong_type(segment, element.type);
  return pop(type_i32) && pop(type_i32) && push(ref_to(id, false, true));
}

bool Body::on_array_get() {
  TypeId id = no_type;
  FieldType element;
  if (!array_type(m_imm.a, id, element)) return false;
  const bool extends = m_op != Op::array_get;
  if (element.type.is_packed() != extends)
    return raise(extends ? ErrorId::field_not_packed : ErrorId::field_packed);
  return pop(type_i32) && pop(ref_to(id, true)) && push(element.type.unpacked());
}

bool Body::on_array_set() {
  TypeId id = no_type;
  FieldType element;
  if (!array_type(m_imm.a, id, element)) return false;
  if (!element.mutable_) return raise(ErrorId::immutable_array);
  return pop(element.type.unpacked()) && pop(type_i32) && pop(ref_to(id, true));
}

bool Body::on_array_len() { return pop(type_arrayref) && push(type_i32); }

bool Body::on_array_fill() {
  TypeId id = no_type;
  FieldType element;
  if (!array_type(m_imm.a, id, element)) return false;
  if (!element.mutable_) return raise(ErrorId::immutable_array);
  return pop(type_i32) && pop(element.type.unpacked()) && pop(type_i32) && pop(ref_to(id, true));
}

bool Body::on_array_copy() {
  TypeId to = no_type, from = no_type;
  FieldType target, source;
  if (!array_type(m_imm.a, to, target) || !array_type(m_imm.b, from, source)) return false;
  if (!target.mutable_) return raise(ErrorId::immutable_array);
  if (!fits(source.type, target.type)) return raise(ErrorId::array_types_do_not_match);
  return pop(type_i32) && pop(type_i32) && pop(ref_to(from, true)) && pop(type_i32) &&
         pop(ref_to(to, true));
}

bool Body::on_array_init_data() {
  TypeId id = no_type;
  FieldType element;
  if (!array_type(m_imm.a, id, element)) return false;
  if (!element.mutable_) return raise(ErrorId::immutable_array);
  if (element.type.is_ref()) return raise(ErrorId::array_not_numeric);
  return data(m_imm.b) && pop(type_i32) && pop(type_i32) && pop(type_i32) && pop(ref_to(id, true));
}

bool Body::on_array_init_elem() {
  TypeId id = no_type;
  FieldType element;
  ValType segment;
  if (!array_type(m_imm.a, id, element)) return false;
  if (!element.mutable_) return raise(ErrorId::immutable_array);
  if (!elem(m_imm.b, segment)) return false;
  if (!fits(segment, element.type)) return wrong_type(segment, element.type);
  return pop(type_i32) && pop(type_i32) && pop(type_i32) && pop(ref_to(id, true));
}

// Descriptors
// ---------------------------------------------------------------------------------------

/// The descriptor that a cast to `target` takes from the stack; exact if the target is.
bool Body::descriptor_operand(ValType target) {
  const HeapType heap = target.heap;
  const TypeId descriptor =
      heap.is_defined() ? m_types.entries()[heap.number()].descriptor : no_type;
  if (descriptor == no_type)
    return raise(ErrorId::no_descriptor,
                 " " + show(m_module, heap) + " does not have a descriptor");
  return pop(ref_to(descriptor, true, target.exact));
}

/// Only an exact operand tells the exact type of its descriptor.
bool Body::on_ref_get_desc() {
  TypeId id = no_type;
  if (!type_index(m_imm.a, id)) return false;
  const TypeId descriptor = m_types.entries()[id].descriptor;
  if (descriptor == no_type) return raise(ErrorId::type_without_descriptor);
  const bool exact = m_top == m_floor || fits(m_top[-1], ref_to(id, true, true));
  return pop(ref_to(id, true)) && push(ref_to(descriptor, false, exact));
}

bool Body::on_ref_cast_desc() {
  if (!value_type(m_imm.ref)) return false;
  m_imm.ref.nullable = m_op == Op::ref_cast_desc_eq_null;
  return descriptor_operand(m_imm.ref) && pop(type_anyref) && push(m_imm.ref);
}

}  // namespace zhan::validate

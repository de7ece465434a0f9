// SPDX-License-Identifier: Apache-2.0
// Calls, variables, tables, memories (specification §3.4.3 to §3.4.7), and the index spaces.
#include <algorithm>

#include "validate/body.hpp"
#include "validate/fields.hpp"

namespace zhan::validate {

// Index spaces
// --------------------------------------------------------------------------------------

bool Body::type_index(u32 index, TypeId& id) {
  if (index >= m_module.canonical.size()) return raise_index(ErrorId::unknown_type, index);
  id = m_module.canonical[index];
  return true;
}

bool Body::type_of_kind(u32 index, CompositeKind kind, TypeId& id) {
  static constexpr ErrorId errors[] = {ErrorId::not_a_function_type, ErrorId::not_a_struct_type,
                                       ErrorId::not_an_array_type,
                                       ErrorId::not_a_continuation_type};
  TypeId found = no_type;
  if (!type_index(index, found)) return false;
  if (m_types.entries()[found].kind != kind)
    return raise_index(errors[static_cast<usize>(kind)], index);
  id = found;
  return true;
}

bool Body::table(u32 index, const TableType*& type) {
  if (index >= m_module.tables.size()) return raise_index(ErrorId::unknown_table, index);
  type = &m_module.tables[index].type;
  return true;
}

bool Body::memory(u32 index, const MemoryType*& type) {
  if (index >= m_module.memories.size()) return raise_index(ErrorId::unknown_memory, index);
  type = &m_module.memories[index];
  return true;
}

bool Body::tag(u32 index, Signature& signature) {
  if (index >= m_module.tags.size()) return raise_index(ErrorId::unknown_tag, index);
  ZHAN_ASSERT(m_module.tags[index].type < m_module.canonical.size(), "tags were validated");
  signature = m_types.func_type(m_module.canonical[m_module.tags[index].type]);
  return true;
}

bool Body::elem(u32 index, ValType& type) {
  if (index >= m_module.elements.size()) return raise_index(ErrorId::unknown_elem_segment, index);
  type = segment_type(m_module, m_module.elements[index]);
  return true;
}

bool Body::data(u32 index) {
  if (!m_module.data_count) return raise(ErrorId::data_count_section_required);
  return index < *m_module.data_count || raise_index(ErrorId::unknown_data_segment, index);
}

/// Checks a type as written and makes it canonical.
bool Body::value_type(ValType& type) {
  const Feature feature = feature_of(type);
  if (off(feature)) return refuse_feature(feature, to_string(type));
  if (!type.is_ref() || !type.heap.is_defined()) return true;
  TypeId id = no_type;
  if (!type_index(type.heap.number(), id)) return false;
  type.heap = HeapType::defined(id);
  return true;
}

// Parametric and variable
// ---------------------------------------------------------------------------

bool Body::on_drop() {
  ValType ignored;
  return pop_any(ignored);
}

bool Body::on_select() {
  ValType second, first;
  if (!pop(type_i32) || !pop_any(second) || !pop_any(first)) return false;
  if (first.is_ref() || second.is_ref())
    return raise(ErrorId::type_mismatch, ": select without a type takes no references");
  if (first != second && first != type_bottom && second != type_bottom)
    return wrong_type(second, first);
  return push(first == type_bottom ? second : first);
}

bool Body::on_select_t() {
  if (m_imm.types.size() != 1) return raise(ErrorId::invalid_result_arity);
  ValType type = m_imm.types[0];
  const ValType operands[] = {type, type, type_i32};
  if (!type.is_ref()) return pop_list(operands) && push(type);
  return value_type(type) && pop(type_i32) && pop(type) && pop(type) && push(type);
}

bool Body::local_type(u32 index, ValType& type) {
  if (index < m_quick_count) {
    type = m_quick[index];
    return true;
  }
  if (index >= m_local_count) return raise_index(ErrorId::unknown_local, index);
  if (index < m_param_count) {
    type = params(m_controls.front())[index];
    return true;
  }
  const auto group = std::upper_bound(m_groups.begin(), m_groups.end(), index,
                                      [](u32 i, const Locals& g) { return i < g.end; });
  ZHAN_ASSERT(group != m_groups.end(), "the groups cover all declared locals");
  type = group->type;
  return true;
}

bool Body::on_local_get() {
  const u32 index = m_reader->u32_leb();
  if (index < m_quick_count && m_quick[index].is_defaultable()) return push(m_quick[index]);
  ValType type;
  if (!local_type(index, type)) return false;
  if (!type.is_defaultable() && index >= m_param_count &&
      (index >= m_init_epoch.size() || m_init_epoch[index] != m_epoch))
    return raise_index(ErrorId::uninitialized_local, index);
  return push(type);
}

/// A local without default counts as set from its first write to the end of the block.
bool Body::set_local(u32 index, ValType& type) {
  if (!local_type(index, type) || !pop(type)) return false;
  if (type.is_defaultable() || index < m_param_count) return true;
  if (index >= m_init_epoch.size()) m_init_epoch.resize(index + usize{1});
  if (m_init_epoch[index] != m_epoch) {
    m_init_epoch[index] = m_epoch;
    m_inits.push_back(index);
  }
  return true;
}

bool Body::on_local_set() {
  ValType ignored;
  return set_local(m_reader->u32_leb(), ignored);
}

bool Body::on_local_tee() {
  ValType type;
  return set_local(m_reader->u32_leb(), type) && push(type);
}

bool Body::on_global_get() {
  const u32 index = m_reader->u32_leb();
  const usize visible = m_const != nullptr ? m_const->globals : m_module.globals.size();
  if (index >= visible) return raise_index(ErrorId::unknown_global, index);
  const GlobalType& global = m_module.globals[index].type;
  if (m_const != nullptr && global.mutable_) return raise(ErrorId::constant_expression_required);
  return push(m_module.canonical_type(global.type));
}

bool Body::on_global_set() {
  if (m_imm.a >= m_module.globals.size()) return raise_index(ErrorId::unknown_global, m_imm.a);
  const GlobalType& global = m_module.globals[m_imm.a].type;
  if (!global.mutable_) return raise_index(ErrorId::immutable_global, m_imm.a);
  return pop(m_module.canonical_type(global.type));
}

// Calls
// ---------------------------------------------------------------------------------------------

bool Body::call_signature(Signature signature) {
  return pop_list(signature.params) && push_list(signature.results);
}

/// A tail call leaves its results to our caller.
bool Body::return_types(std::span<const ValType> types) {
  const std::span<const ValType> own = results(m_controls.front());
  if (fits(types, own)) return true;
  return raise(ErrorId::type_mismatch, ": callee returns " + show(m_module, types) +
                                           " but the function " + show(m_module, own));
}

bool Body::tail_signature(Signature signature) {
  return return_types(signature.results) && pop_list(signature.params) && unreachable();
}

bool Body::callee(u32 function, Signature& signature) {
  if (function >= m_module.functions.size())
    return raise_index(ErrorId::unknown_function, function);
  ZHAN_ASSERT(m_module.functions[function] < m_module.canonical.size(), "functions were validated");
  signature = m_types.func_type(m_module.canonical[m_module.functions[function]]);
  return true;
}

bool Body::indirect_callee(Signature& signature) {
  const TableType* type = nullptr;
  TypeId id = no_type;
  if (!table(m_imm.b, type) || !type_of_kind(m_imm.a, CompositeKind::func, id)) return false;
  if (const ValType element = m_module.canonical_type(type->element); !fits(element, type_funcref))
    return wrong_type(element, type_funcref);
  signature = m_types.func_type(id);
  return pop(type->address());
}

bool Body::reference_callee(Signature& signature) {
  TypeId id = no_type;
  if (!type_of_kind(m_imm.a, CompositeKind::func, id)) return false;
  signature = m_types.func_type(id);
  return pop(ref_to(id, true));
}

bool Body::on_call() {
  Signature signature;
  return callee(m_reader->u32_leb(), signature) && call_signature(signature);
}

bool Body::on_call_indirect() {
  Signature signature;
  return indirect_callee(signature) && call_signature(signature);
}

bool Body::on_call_ref() {
  Signature signature;
  return reference_callee(signature) && call_signature(signature);
}

bool Body::on_return_call() {
  Signature signature;
  return callee(m_imm.a, signature) && tail_signature(signature);
}

bool Body::on_return_call_indirect() {
  Signature signature;
  return indirect_callee(signature) && tail_signature(signature);
}

bool Body::on_return_call_ref() {
  Signature signature;
  return reference_callee(signature) && tail_signature(signature);
}

// Tables and memories
// -------------------------------------------------------------------------------

bool Body::on_table_get() {
  const TableType* type = nullptr;
  return table(m_imm.a, type) && pop(type->address()) &&
         push(m_module.canonical_type(type->element));
}

bool Body::on_table_set() {
  const TableType* type = nullptr;
  return table(m_imm.a, type) && pop(m_module.canonical_type(type->element)) &&
         pop(type->address());
}

bool Body::on_table_size() {
  const TableType* type = nullptr;
  return table(m_imm.a, type) && push(type->address());
}

bool Body::on_table_grow() {
  const TableType* type = nullptr;
  return table(m_imm.a, type) && pop(type->address()) &&
         pop(m_module.canonical_type(type->element)) && push(type->address());
}

bool Body::on_table_fill() {
  const TableType* type = nullptr;
  return table(m_imm.a, type) && pop(type->address()) &&
         pop(m_module.canonical_type(type->element)) && pop(type->address());
}

bool Body::on_table_init() {
  const TableType* type = nullptr;
  ValType segment;
  if (!table(m_imm.b, type) || !elem(m_imm.a, segment)) return false;
  const ValType element = m_module.canonical_type(type->element);
  if (!fits(segment, element)) return wrong_type(segment, element);
  return pop(type_i32) && pop(type_i32) && pop(type->address());
}

/// The length has the smaller of the two address types.
bool Body::on_table_copy() {
  const TableType *to = nullptr, *from = nullptr;
  if (!table(m_imm.a, to) || !table(m_imm.b, from)) return false;
  const ValType source = m_module.canonical_type(from->element);
  const ValType target = m_module.canonical_type(to->element);
  if (!fits(source, target)) return wrong_type(source, target);
  const ValType size = to->is64 && from->is64 ? type_i64 : type_i32;
  return pop(size) && pop(from->address()) && pop(to->address());
}

bool Body::on_memory_copy() {
  const MemoryType *to = nullptr, *from = nullptr;
  if (!memory(m_imm.a, to) || !memory(m_imm.b, from)) return false;
  const ValType size = to->is64 && from->is64 ? type_i64 : type_i32;
  return pop(size) && pop(from->address()) && pop(to->address());
}

}  // namespace zhan::validate

// SPDX-License-Identifier: Apache-2.0
// The type section (specification §5.3.4 - §5.3.9, §5.5.4).
#include "base/assert.hpp"
#include "binary/decoder.hpp"
#include "binary/sections.hpp"

namespace zhan::binary {

void Decoder::type_section() {
  const u32 n = count(m_limits.types, 2);
  m_module.types.groups.reserve(n);
  m_module.types.types.reserve(n);
  for (u32 i = 0; i < n && m_r.ok(); ++i) rec_group();
}

void Decoder::rec_group() {
  TypeSection& section = m_module.types;
  RecGroup group{static_cast<u32>(section.types.size()), 1, m_r.peek() == rec_form};
  at("type", group.first);
  if (group.explicit_rec) {
    need(Feature::gc);
    m_r.byte();
    group.count = count(m_limits.types, 2);
  }
  for (u32 i = 0; i < group.count && m_r.ok(); ++i) sub_type();
  section.groups.push_back(group);
}

void Decoder::sub_type() {
  TypeSection& section = m_module.types;
  at("type", section.types.size());
  if (section.types.size() >= m_limits.types) m_r.fail(ErrorId::too_many_items);
  SubType type;
  if (m_r.peek() == sub_form || m_r.peek() == sub_final_form) {
    need(Feature::gc);
    type.explicit_sub = true;
    type.final = m_r.byte() == sub_final_form;
    supertypes(type);
  }
  descriptor_clauses(type);
  composite(type);
  section.types.push_back(type);
}

// 2^32 - 1 stands for none in the module; one less is unknown as well.
u32 Decoder::type_number() { return std::min(m_r.u32_leb(), no_index - 1); }

// The format has a list, validation (specification §3.2.10) allows one.
void Decoder::supertypes(SubType& type) {
  const u64 start = m_r.offset();
  const u32 n = count(m_limits.types, 1);
  if (n > 1) m_r.fail_at(ErrorId::too_many_supertypes, start);
  if (n == 1) type.supertype = type_number();
}

void Decoder::descriptor_clauses(SubType& type) {
  const auto clause = [this](u8 form, u32& number) {
    if (m_r.peek() != form) return;
    need(Feature::custom_descriptors);
    m_r.byte();
    number = type_number();
  };
  clause(describes_form, type.describes);
  clause(descriptor_form, type.descriptor);
}

void Decoder::composite(SubType& type) {
  const u64 start = m_r.offset();
  const u8 form = m_r.byte();
  if (form == struct_form || form == array_form) need(Feature::gc, start);
  if (form == cont_form) need(Feature::stack_switching, start);
  switch (form) {
    case func_form: return func_type(type);
    case struct_form: return struct_type(type);
    case array_form:
      type.kind = CompositeKind::array;
      type.first = static_cast<u32>(m_module.types.fields.size());
      type.count = 1;
      return field();
    case cont_form: return cont_type(type);
    default:  // forms are s7: a continuation bit makes a number too long
      m_r.fail_at((form & 0x80) != 0 ? ErrorId::integer_representation_too_long
                                     : ErrorId::malformed_definition_type,
                  start);
  }
}

void Decoder::func_type(SubType& type) {
  auto& values = m_module.types.values;
  type.first = static_cast<u32>(values.size());
  type.param_count = count(m_limits.params, 1);
  for (u32 i = 0; i < type.param_count && m_r.ok(); ++i) values.push_back(value_type());
  const u64 results_at = m_r.offset();
  const u32 results = count(m_limits.results, 1);
  if (results > 1) need(Feature::multi_value, results_at);
  for (u32 i = 0; i < results && m_r.ok(); ++i) values.push_back(value_type());
  type.count = type.param_count + results;
}

void Decoder::struct_type(SubType& type) {
  type.kind = CompositeKind::struct_;
  type.first = static_cast<u32>(m_module.types.fields.size());
  type.count = count(m_limits.fields, 2);
  for (u32 i = 0; i < type.count && m_r.ok(); ++i) field();
}

void Decoder::cont_type(SubType& type) {
  type.kind = CompositeKind::cont;
  const u64 start = m_r.offset();
  const i64 number = m_r.s33_leb();
  if (m_r.ok() && number < 0) m_r.fail_at(ErrorId::malformed_heap_type, start);
  type.element = static_cast<u32>(number);
}

void Decoder::field() {
  FieldType field;
  field.type = storage_type();
  field.mutable_ = mutability();
  m_module.types.fields.push_back(field);
}

}  // namespace zhan::binary

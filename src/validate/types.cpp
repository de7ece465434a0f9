// SPDX-License-Identifier: Apache-2.0
// The type section (specification §3.2, custom descriptors): the structure of a group first, then
// it is interned, then supertypes are compared by canonical ids.
#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "validate/fields.hpp"
#include "validate/messages.hpp"

namespace zhan::validate {
namespace {

class TypeChecker {
 public:
  TypeChecker(Module& module, TypeInterner& types, const Features& features)
      : m_module(module), m_section(module.types), m_types(types), m_features(features) {}

  Result<void> run();

 private:
  Result<void> structure(const RecGroup& group);
  Result<void> type_structure(u32 index, const RecGroup& group);
  Result<void> lists(u32 index, const SubType& type, usize end);
  Result<void> supertype(u32 index, const SubType& type);
  Result<void> described(u32 index, const SubType& type, const RecGroup& group);
  Result<void> descriptor(u32 index, const SubType& type, const RecGroup& group);
  Result<void> match(u32 index, const SubType& type) const;
  [[nodiscard]] bool composite_matches(TypeId sub, TypeId super) const;
  [[nodiscard]] bool field_matches(const FieldType& sub, const FieldType& super) const;
  [[nodiscard]] bool lists_match(std::span<const ValType> sub,
                                 std::span<const ValType> super) const;
  [[nodiscard]] bool declared_subtype(u32 sub, u32 super) const {
    return is_subtype(m_types.entries(), m_module.canonical[sub], m_module.canonical[super]);
  }
  [[nodiscard]] std::unexpected<Error> error(ErrorId id, u32 index,
                                             std::string_view detail = {}) const {
    return std::unexpected(make_error(id, no_offset, detail, fmt::format("type {}", index)));
  }
  [[nodiscard]] std::unexpected<Error> no_match(u32 index, u32 super) const {
    return error(ErrorId::sub_type, index,
                 fmt::format(" {} does not match super type {}", index, super));
  }
  Result<void> need(Feature feature, u32 index, const char* what) const {
    if (m_features.has(feature)) return {};
    return std::unexpected(feature_error(feature, what, no_offset, fmt::format("type {}", index)));
  }

  Module& m_module;
  const TypeSection& m_section;
  TypeInterner& m_types;
  const Features& m_features;
  std::vector<u8> m_depth;
};

Result<void> TypeChecker::supertype(u32 index, const SubType& type) {
  const u32 super = type.supertype;
  if (super == no_index) return {};
  if (super >= m_section.types.size())
    return error(ErrorId::unknown_type, index, fmt::format(" {}", super));
  if (super >= index) return error(ErrorId::unknown_type, index, fmt::format(" {}", super));
  const SubType& parent = m_section.types[super];
  ZHAN_ASSERT(m_depth.size() == m_section.types.size(), "a depth for every type");
  if (parent.final || parent.kind != type.kind) return no_match(index, super);
  if (m_depth[super] >= max_type_depth) return error(ErrorId::subtype_too_deep, index);
  m_depth[index] = static_cast<u8>(m_depth[super] + 1);
  return {};
}

Result<void> TypeChecker::descriptor(u32 index, const SubType& type, const RecGroup& group) {
  if (type.descriptor == no_index) return {};
  if (type.kind != CompositeKind::struct_) return error(ErrorId::descriptor_not_struct, index);
  if (type.descriptor - group.first >= group.count)
    return error(ErrorId::descriptor_outside_group, index);
  if (m_section.types[type.descriptor].describes != index)
    return error(ErrorId::not_described_by_descriptor, index);
  return {};
}

Result<void> TypeChecker::described(u32 index, const SubType& type, const RecGroup& group) {
  if (type.describes == no_index) return {};
  if (type.kind != CompositeKind::struct_) return error(ErrorId::described_not_struct, index);
  if (type.describes - group.first >= group.count)
    return error(ErrorId::described_outside_group, index);
  if (type.describes >= index) return error(ErrorId::forward_described, index);
  if (m_section.types[type.describes].descriptor != index)
    return error(ErrorId::described_not_described, index);
  return {};
}

Result<void> TypeChecker::lists(u32 index, const SubType& type, usize end) {
  if (type.kind == CompositeKind::func) {
    if (type.param_count > max_params || type.count - type.param_count > max_params)
      return error(ErrorId::too_many_items, index, " of a function type");
    if (type.count - type.param_count > 1)
      ZHAN_TRY_VOID(need(Feature::multi_value, index, "a list of results"));
    for (const ValType& value : std::span(m_section.values).subspan(type.first, type.count))
      ZHAN_TRY_VOID(check_type(value, end, m_features, "type", index));
  } else if (type.kind == CompositeKind::cont) {
    if (type.element >= end)
      return error(ErrorId::unknown_type, index, fmt::format(" {}", type.element));
    if (m_section.types[type.element].kind != CompositeKind::func)
      return error(ErrorId::not_a_function_type, index, fmt::format(" {}", type.element));
  } else {
    if (type.count > max_fields) return error(ErrorId::too_many_items, index, " of a struct type");
    for (const FieldType& field : m_section.fields_of(type))
      ZHAN_TRY_VOID(check_type(field.type, end, m_features, "type", index));
  }
  return {};
}

Result<void> TypeChecker::type_structure(u32 index, const RecGroup& group) {
  const SubType& type = m_section.types[index];
  const bool cont = type.kind == CompositeKind::cont;
  if (cont) ZHAN_TRY_VOID(need(Feature::stack_switching, index, "a continuation type"));
  if (!cont && type.kind != CompositeKind::func)
    ZHAN_TRY_VOID(need(Feature::gc, index, "a struct or array type"));
  if (type.supertype != no_index || !type.final || group.count > 1)
    ZHAN_TRY_VOID(need(Feature::gc, index, "a subtype or recursion group"));
  if (type.descriptor != no_index || type.describes != no_index)
    ZHAN_TRY_VOID(need(Feature::custom_descriptors, index, "a descriptor"));
  ZHAN_TRY_VOID(lists(index, type, usize{group.first} + group.count));
  ZHAN_TRY_VOID(supertype(index, type));
  ZHAN_TRY_VOID(descriptor(index, type, group));
  return described(index, type, group);
}

Result<void> TypeChecker::structure(const RecGroup& group) {
  ZHAN_ASSERT(group.first + group.count <= m_section.types.size(), "groups lie in the section");
  for (u32 i = group.first; i < group.first + group.count; ++i)
    ZHAN_TRY_VOID(type_structure(i, group));
  return {};
}

bool TypeChecker::lists_match(std::span<const ValType> sub, std::span<const ValType> super) const {
  return std::equal(sub.begin(), sub.end(), super.begin(), super.end(),
                    [&](ValType a, ValType b) { return m_types.matches(a, b); });
}

bool TypeChecker::field_matches(const FieldType& sub, const FieldType& super) const {
  if (sub.mutable_ != super.mutable_) return false;
  return sub.type == super.type || (!sub.mutable_ && m_types.matches(sub.type, super.type));
}

/// Functions are contravariant in parameters; mutable fields are invariant, structs may get longer.
bool TypeChecker::composite_matches(TypeId sub, TypeId super) const {
  switch (m_types.entries()[sub].kind) {
    case CompositeKind::func: {
      const Signature a = m_types.func_type(sub), b = m_types.func_type(super);
      return lists_match(b.params, a.params) && lists_match(a.results, b.results);
    }
    case CompositeKind::cont:
      return is_subtype(m_types.entries(), m_types.cont_func(sub), m_types.cont_func(super));
    case CompositeKind::struct_:
    case CompositeKind::array: break;
  }
  const std::span<const FieldType> a = m_types.fields(sub), b = m_types.fields(super);
  return a.size() >= b.size() &&
         std::equal(b.begin(), b.end(), a.begin(),
                    [&](const FieldType& y, const FieldType& x) { return field_matches(x, y); });
}

/// A subtype keeps the descriptor of its supertype and its role as a descriptor (custom
/// descriptors).
Result<void> TypeChecker::match(u32 index, const SubType& type) const {
  const u32 super = type.supertype;
  if (super == no_index) return {};
  ZHAN_ASSERT(super < index, "supertypes come first");
  const SubType& parent = m_section.types[super];
  const bool lost_descriptor = parent.descriptor != no_index && type.descriptor == no_index;
  const bool other_role = (parent.describes == no_index) != (type.describes == no_index);
  if (lost_descriptor || other_role ||
      !composite_matches(m_module.canonical[index], m_module.canonical[super]))
    return no_match(index, super);
  if (parent.descriptor != no_index && !declared_subtype(type.descriptor, parent.descriptor))
    return error(ErrorId::descriptor_type_mismatch, index,
                 fmt::format(" {} does not match", type.descriptor));
  if (type.describes != no_index && !declared_subtype(type.describes, parent.describes))
    return error(ErrorId::described_type_mismatch, index,
                 fmt::format(" {} does not match", type.describes));
  return {};
}

Result<void> TypeChecker::run() {
  m_depth.resize(m_section.types.size());
  for (const RecGroup& group : m_section.groups) ZHAN_TRY_VOID(structure(group));
  m_module.canonical.clear();
  m_module.canonical.reserve(m_section.types.size());
  ZHAN_TRY_VOID(m_types.intern(m_section, 0, m_module.canonical));
  for (u32 i = 0; i < m_section.types.size(); ++i) ZHAN_TRY_VOID(match(i, m_section.types[i]));
  return {};
}

}  // namespace

Result<void> check_type(ValType type, usize types, const Features& features, const char* place,
                        u64 index) {
  if (!type.is_ref() && type.kind != TypeKind::v128) return {};
  const Feature feature = feature_of(type);
  if (!features.has(feature))
    return std::unexpected(
        feature_error(feature, to_string(type), no_offset, fmt::format("{} {}", place, index)));
  if (type.is_ref() && type.heap.is_defined() && type.heap.number() >= types)
    return std::unexpected(make_error(ErrorId::unknown_type, no_offset,
                                      fmt::format(" {}", type.heap.number()),
                                      fmt::format("{} {}", place, index)));
  return {};
}

Result<void> check_type_section(Module& module, TypeInterner& types, const Features& features) {
  return TypeChecker(module, types, features).run();
}

}  // namespace zhan::validate

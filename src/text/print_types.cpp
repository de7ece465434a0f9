// SPDX-License-Identifier: Apache-2.0
// Types and their uses.
#include "text/printer.hpp"

#include "base/assert.hpp"

namespace zhan::text {

void Printer::heap(HeapType heap, bool exact) {
  if (exact) out += "(exact ";
  if (heap.is_defined())
    use(Space::type, heap.number());
  else
    out += to_string(heap);
  if (exact) out += ')';
}

void Printer::type(ValType type) {
  const bool short_form = !type.is_ref() || (type.nullable && !type.heap.is_defined());
  if (short_form) {
    out += to_string(type);
    return;
  }
  out += type.nullable ? "(ref null " : "(ref ";
  heap(type.heap, type.exact);
  out += ')';
}

void Printer::types() {
  for (const RecGroup& group : m.types.groups) {
    if (full()) return;
    if (group.explicit_rec) {
      new_line(1);
      out += "(rec";
    }
    for (u32 i = 0; i < group.count && !full(); ++i) {
      new_line(group.explicit_rec ? 2 : 1);
      sub_type(group.first + i);
    }
    if (group.explicit_rec) out += ')';
  }
}

/// (type $id (sub final? super? (describes ..)? (descriptor ..)? composite))
void Printer::sub_type(u32 number) {
  ZHAN_ASSERT(number < m.types.types.size(), "groups cover the types");
  const SubType& sub = m.types.types[number];
  binder("type", Space::type, number);
  out += ' ';
  const bool with_sub = sub.explicit_sub || !sub.final || sub.supertype != no_index;
  if (with_sub) {
    out += sub.final ? "(sub final " : "(sub ";
    if (sub.supertype != no_index) {
      use(Space::type, sub.supertype);
      out += ' ';
    }
  }
  const auto clause = [&](const char* word, u32 other) {
    if (other == no_index) return;
    out += word;
    use(Space::type, other);
    out += ") ";
  };
  clause("(describes ", sub.describes);
  clause("(descriptor ", sub.descriptor);
  composite(number);
  out += with_sub ? "))" : ")";
}

void Printer::composite(u32 number) {
  const SubType& sub = m.types.types[number];
  switch (sub.kind) {
    case CompositeKind::func:
      out += "(func";
      value_list("param", m.types.params(sub));
      value_list("result", m.types.results(sub));
      break;
    case CompositeKind::struct_:
      out += "(struct";
      struct_fields(number);
      break;
    case CompositeKind::array:
      ZHAN_ASSERT(sub.count == 1, "an array has one kind of element");
      out += "(array ";
      field_type(m.types.fields_of(sub)[0]);
      break;
    case CompositeKind::cont:
      out += "(cont ";
      use(Space::type, sub.element);
      break;
  }
  out += ')';
}

void Printer::struct_fields(u32 number) {
  const auto fields = m.types.fields_of(m.types.types[number]);
  const ScopeIds& scope = ids.fields(number);
  bool open = false;
  for (u32 i = 0; i < fields.size(); ++i) {
    const bool named = !scope.name(i).empty();
    if (open && named) out += ')';
    if (!open || named) out += " (field";
    if (named) {
      scope.append_binder(out, i);
      ids.printed().add(NameKind::field, number, i, scope.name(i));
    }
    out += ' ';
    field_type(fields[i]);
    if (named) out += ')';
    open = !named;
  }
  if (open) out += ')';
}

void Printer::field_type(const FieldType& field) {
  if (field.mutable_) out += "(mut ";
  type(field.type);
  if (field.mutable_) out += ')';
}

void Printer::value_list(const char* word, std::span<const ValType> types) {
  if (types.empty()) return;
  out += " (";
  out += word;
  for (const ValType value : types) {
    out += ' ';
    type(value);
  }
  out += ')';
}

void Printer::limits(const Limits& limits) {
  out += std::to_string(limits.min);
  if (limits.has_max) out += ' ' + std::to_string(limits.max);
}

void Printer::table_type(const TableType& table) {
  if (table.is64) out += "i64 ";
  limits(table.limits);
  out += ' ';
  type(table.element);
}

void Printer::memory_type(const MemoryType& memory) {
  if (memory.is64) out += "i64 ";
  limits(memory.limits);
  if (memory.shared) out += " shared";
  if (memory.has_page_size) out += " (pagesize " + std::to_string(u64{1} << memory.page_log2) + ")";
}

void Printer::global_type(const GlobalType& global) {
  if (global.mutable_) out += "(mut ";
  type(global.type);
  if (global.mutable_) out += ')';
}

const SubType* Printer::function_type(u32 number) const noexcept {
  if (number >= m.types.types.size()) return nullptr;
  const SubType& type = m.types.types[number];
  return type.kind == CompositeKind::func ? &type : nullptr;
}

void Printer::type_use(u32 number, const ScopeIds* names) {
  out += "(type ";
  use(Space::type, number);
  out += ')';
  const SubType* type = function_type(number);
  if (type == nullptr) return;
  params(m.types.params(*type), names);
  value_list("result", m.types.results(*type));
}

/// Named parameters one by one, the others together.
void Printer::params(std::span<const ValType> types, const ScopeIds* names) {
  if (names == nullptr) return value_list("param", types);
  bool open = false;
  for (u32 i = 0; i < types.size(); ++i) {
    const bool named = !names->name(i).empty();
    if (open && named) out += ')';
    if (!open || named) out += " (param";
    if (named) names->append_binder(out, i);
    out += ' ';
    type(types[i]);
    if (named) out += ')';
    open = !named;
  }
  if (open) out += ')';
}

void Printer::block_type(const BlockType& block) {
  if (block.form == BlockType::Form::value) {
    out += " (result ";
    type(block.value);
    out += ')';
  } else if (block.form == BlockType::Form::type) {
    out += ' ';
    type_use(block.type, nullptr);
  }
}

}  // namespace zhan::text

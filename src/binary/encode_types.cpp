// SPDX-License-Identifier: Apache-2.0
// The type section; forms follow what the module says was written.
#include "base/assert.hpp"
#include "binary/encoder.hpp"
#include "binary/sections.hpp"

namespace zhan::binary {

void Encoder::types() {
  const TypeSection& section = m.types;
  if (!count(section.groups.size())) return;
  for (const RecGroup& group : section.groups) {
    ZHAN_ASSERT(group.explicit_rec || group.count == 1, "only an explicit group has several types");
    if (group.explicit_rec) {
      w.byte(rec_form);
      w.u32_leb(group.count);
    }
    for (u32 i = 0; i < group.count; ++i) sub_type(section.types[group.first + i]);
  }
}

void Encoder::sub_type(const SubType& type) {
  if (type.explicit_sub || !type.final || type.supertype != no_index) {
    w.byte(type.final ? sub_final_form : sub_form);
    w.u32_leb(type.supertype == no_index ? 0 : 1);
    if (type.supertype != no_index) w.u32_leb(type.supertype);
  }
  if (type.describes != no_index) {
    w.byte(describes_form);
    w.u32_leb(type.describes);
  }
  if (type.descriptor != no_index) {
    w.byte(descriptor_form);
    w.u32_leb(type.descriptor);
  }
  composite(type);
}

void Encoder::composite(const SubType& type) {
  const auto list = [this](std::span<const ValType> values) {
    w.u32_leb(static_cast<u32>(values.size()));
    for (const ValType& value : values) w.value_type(value);
  };
  switch (type.kind) {
    case CompositeKind::func:
      w.byte(func_form);
      list(m.types.params(type));
      return list(m.types.results(type));
    case CompositeKind::struct_:
      w.byte(struct_form);
      w.u32_leb(type.count);
      for (const FieldType& f : m.types.fields_of(type)) field(f);
      return;
    case CompositeKind::array: w.byte(array_form); return field(m.types.fields_of(type).front());
    case CompositeKind::cont: w.byte(cont_form); return w.type_index(type.element);
  }
}

void Encoder::field(const FieldType& field) {
  w.value_type(field.type);
  w.byte(field.mutable_ ? 1 : 0);
}

}  // namespace zhan::binary

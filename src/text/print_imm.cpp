// SPDX-License-Identifier: Apache-2.0
#include "text/print_imm.hpp"

#include <algorithm>

#include "base/float_text.hpp"

namespace zhan::text {
namespace {

/// How far inner labels are searched for the same name; beyond, a label is printed as a number.
constexpr u32 max_search = 256;

std::string hex_lane(u32 value) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text = "0x";
  for (i32 shift = 28; shift >= 0; shift -= 4) text += digits[value >> shift & 15];
  return text;
}

/// Indices that the text format leaves out where they are 0.
bool may_omit(ImmKind kind, Space space) noexcept {
  switch (kind) {
    case ImmKind::table:
    case ImmKind::memory: return true;
    case ImmKind::call_indirect:
    case ImmKind::table_init: return space == Space::table;
    case ImmKind::memory_init: return space == Space::memory;
    default: return false;
  }
}

}  // namespace

void LabelNames::append_use(std::string& out, u32 label) const {
  const usize depth = m_names.size();
  const std::string_view name =
      label < depth && label < max_search ? m_names[depth - 1 - label] : std::string_view();
  bool hidden = name.empty();
  for (u32 inner = 0; inner < label && !hidden; ++inner)
    hidden = m_names[depth - 1 - inner] == name;
  if (hidden)
    out += std::to_string(label);
  else
    append_id(out, name);
}

void ImmPrinter::index(Space space, u32& number) {
  const ImmKind kind = op_info(m_op).imm;
  if (space == Space::label) return label(number);
  if (space == Space::data) p.uses_data = true;
  if (space == Space::type && kind == ImmKind::call_indirect) {
    p.out += ' ';
    p.type_use(number, nullptr);
    return;
  }
  if (number == 0 && may_omit(kind, space)) return;
  if (space == Space::type) m_type = number;
  p.out += ' ';
  if (space == Space::local)
    m_locals.append_use(p.out, number);
  else if (space == Space::field)
    p.ids.fields(m_type).append_use(p.out, number);
  else
    p.use(space, number);
}

void ImmPrinter::lanes(V128& v) {
  for (u8& lane_index : v.bytes) lane(lane_index);
}

void ImmPrinter::const_f32(u64& bits) { word(f32_text(static_cast<u32>(bits))); }
void ImmPrinter::const_f64(u64& bits) { word(f64_text(bits)); }

void ImmPrinter::const_v128(V128& v) {
  word("i32x4");
  for (const u32 lane_bits : v.lanes<u32>()) word(hex_lane(lane_bits));
}

void ImmPrinter::heap_type(ValType& type) {
  p.out += ' ';
  if (m_op == Op::ref_null) return p.heap(type.heap, type.exact);
  const bool nullable =
      m_op == Op::ref_test_null || m_op == Op::ref_cast_null || m_op == Op::ref_cast_desc_eq_null;
  p.type(ValType::ref(type.heap, nullable, type.exact));
}

void ImmPrinter::memarg(MemArg& arg, u32 access) {
  if (arg.memory != 0) {
    p.out += ' ';
    p.use(Space::memory, arg.memory);
  }
  if (arg.offset != 0) word("offset=" + std::to_string(arg.offset));
  if (arg.align_log2 != access) word("align=" + std::to_string(u64{1} << (arg.align_log2 & 63)));
}

void ImmPrinter::labels(std::vector<u32>& list) {
  for (const u32 number : list) {
    if (p.full()) return;
    label(number);
  }
}

void ImmPrinter::types(std::vector<ValType>& list) {
  p.out += " (result";
  for (const ValType type : list) {
    p.out += ' ';
    p.type(type);
  }
  p.out += ')';
}

void ImmPrinter::cast_branch(u32& number, ValType& from, ValType& to) {
  label(number);
  p.out += ' ';
  p.type(from);
  p.out += ' ';
  p.type(to);
}

void ImmPrinter::catches(std::vector<Catch>& list) {
  static constexpr const char* words[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
  for (const Catch& clause : list) {
    p.out += " (";
    p.out += words[static_cast<usize>(clause.form)];
    if (clause.has_tag()) {
      p.out += ' ';
      p.use(Space::tag, clause.tag);
    }
    label(clause.label);
    p.out += ')';
  }
}

void ImmPrinter::handlers(std::vector<Handler>& list) {
  for (const Handler& handler : list) {
    p.out += " (on ";
    p.use(Space::tag, handler.tag);
    if (handler.is_switch)
      p.out += " switch";
    else
      label(handler.label);
    p.out += ')';
  }
}

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
// Heap objects: allocations are safepoints, so every live value is in its slot (CONTRACTS C8).
#include "interp/predecoder.hpp"
#include "module/object_layout.hpp"

namespace zhan::interp {
namespace {

/// Structs with more slots of fields are made by the builtin.
constexpr usize most_places = 64;

[[nodiscard]] bool is_signed(Op op) noexcept {
  return op == Op::struct_get_s || op == Op::array_get_s;
}

[[nodiscard]] abi::CastTarget::Kind abstract_target(AbsHeap heap) noexcept {
  using Kind = abi::CastTarget::Kind;
  switch (heap) {
    case AbsHeap::any:
    case AbsHeap::extern_:
    case AbsHeap::func:
    case AbsHeap::exn:
    case AbsHeap::cont: return Kind::any_object;
    case AbsHeap::eq: return Kind::eq;
    case AbsHeap::i31: return Kind::i31;
    case AbsHeap::struct_: return Kind::struct_;
    case AbsHeap::array: return Kind::array;
    default: return Kind::nothing;
  }
}

[[nodiscard]] abi::CastTarget cast_target(const TypeInterner& types, ValType type) noexcept {
  using Kind = abi::CastTarget::Kind;
  abi::CastTarget target{.nullable = type.nullable, .exact = type.exact};
  if (!type.heap.is_defined()) {
    target.kind = abstract_target(type.heap.abs());
    return target;
  }
  target.type = type.heap.number();
  target.kind = types.is_function(type) ? Kind::function : Kind::defined;
  return target;
}

}  // namespace

void Predecoder::decode_object(Op op) {
  if (decode_access(op) || decode_new(op) || decode_array_bulk(op)) return;
  decode_cast(op);
}

bool Predecoder::decode_access(Op op) {
  const u32 a = m_imm.a;
  switch (op) {
    case Op::struct_get:
    case Op::struct_get_s:
    case Op::struct_get_u: return get_field(canonical(a), m_imm.b, is_signed(op)), true;
    case Op::struct_set: return set_field(canonical(a), m_imm.b), true;
    case Op::array_get:
    case Op::array_get_s:
    case Op::array_get_u: return get_element(canonical(a), is_signed(op)), true;
    case Op::array_set: return set_element(canonical(a)), true;
    case Op::array_len: return array_length(), true;
    case Op::ref_get_desc: return get_descriptor(canonical(a)), true;
    default: return false;
  }
}

// -- Allocation --

std::string Predecoder::field_letters(TypeId type) const {
  std::string letters;
  for (const FieldType& field : types().fields(type))
    letters += letter_of_type(field.type.unpacked());
  return letters;
}

bool Predecoder::decode_new(Op op) {
  namespace bodies = abi::builtin;
  const TypeId type = m_imm.a < m_module.canonical.size() ? canonical(m_imm.a) : no_type;
  const auto run = [&](abi::Builtin function, std::string_view in, u32 b = 0) {
    builtin(function, type, b, in, 'I');
    return true;
  };
  switch (op) {
    case Op::struct_new: return new_struct(type), true;
    case Op::struct_new_desc: return run(bodies::struct_new_desc, field_letters(type) + 'I');
    case Op::struct_new_default: return run(bodies::struct_new_default, "");
    case Op::struct_new_default_desc: return run(bodies::struct_new_default_desc, "I");
    case Op::array_new: return run(bodies::array_new, field_letters(type) + 'i');
    case Op::array_new_default: return run(bodies::array_new_default, "i");
    case Op::array_new_fixed: {
      const std::string letters(m_imm.b, field_letters(type)[0]);
      return run(bodies::array_new_fixed, letters, m_imm.b);
    }
    case Op::array_new_data: return run(bodies::array_new_data, "ii", m_imm.b);
    case Op::array_new_elem: return run(bodies::array_new_elem, "ii", m_imm.b);
    default: return false;
  }
}

void Predecoder::new_struct(TypeId type) {
  const std::span<const FieldType> fields = types().fields(type);
  const std::span<const u32> offsets = types().field_offsets(type);
  std::vector<FieldPlace> places;
  for (usize i = 0; i < fields.size() && places.size() <= most_places; ++i) {
    const ValType stored = fields[i].type;
    const u32 bytes = storage_bytes(stored, types().is_function(stored));
    places.push_back({offsets[i], bytes >= 8 ? 3u : bytes / 2});
    if (bytes == 16) places.push_back({offsets[i] + 8, 3});
  }
  if (places.size() > most_places)
    return builtin(abi::builtin::struct_new, type, 0, field_letters(type), 'I');
  m_stack.keep_all();
  NewStructCell cell{};
  const u32 n = static_cast<u32>(fields.size());
  const u32 base = n == 0 ? m_stack.next_slot() : m_stack.top(n - 1).slot;
  cell.operands = cell.result = static_cast<i16>(base);
  cell.slots = static_cast<u16>(m_stack.next_slot() - base);
  cell.count = static_cast<u16>(places.size());
  cell.type = type;
  cell.bytes = types().entries()[type].size;
  for (u32 i = 0; i < n; ++i) (void)m_stack.pop();
  m_stack.forget_accumulators();
  const u32 at = m_writer.emit_special(cell, do_new_struct, m_stack.where);
  places.resize((places.size() + 1) / 2 * 2);
  m_writer.append_raw(places.data(), places.size() * sizeof(FieldPlace));
  m_stack.push_slot('I');
  note_special(at, field_of(cell, cell.result), base, false);
}

bool Predecoder::decode_array_bulk(Op op) {
  namespace bodies = abi::builtin;
  const auto run = [&](abi::Builtin function, u32 b, std::string_view in) {
    builtin(function, canonical(m_imm.a), b, in, 0);
    return true;
  };
  switch (op) {
    case Op::array_fill:
      return run(bodies::array_fill, 0, "Ii" + field_letters(canonical(m_imm.a)) + 'i');
    case Op::array_copy: return run(bodies::array_copy, canonical(m_imm.b), "IiIii");
    case Op::array_init_data: return run(bodies::array_init_data, m_imm.b, "Iiii");
    case Op::array_init_elem: return run(bodies::array_init_elem, m_imm.b, "Iiii");
    default: return false;
  }
}

// -- Fields and elements --

void Predecoder::get_field(TypeId type, u32 field, bool is_signed) {
  ZHAN_ASSERT(field < types().fields(type).size(), "validated code names fields that there are");
  const ValType stored = types().fields(type)[field].type;
  FieldCell cell{};
  cell.offset = types().field_offsets(type)[field];
  pop_to({&cell.object}, 1);
  const u32 bytes = storage_bytes(stored, types().is_function(stored));
  emit_result(cell, &FieldCell::value, field_reader(bytes, is_signed),
              letter_of_type(stored.unpacked()));
}

void Predecoder::get_descriptor(TypeId type) {
  FieldCell cell{};
  cell.offset = types().descriptor_offset(type);
  pop_to({&cell.object}, 1);
  emit_result(cell, &FieldCell::value, do_get_descriptor, 'I');
}

void Predecoder::set_field(TypeId type, u32 field) {
  const ValType stored = types().fields(type)[field].type;
  const bool function = types().is_function(stored);
  FieldCell cell{};
  cell.offset = types().field_offsets(type)[field];
  pop_to({&cell.object, &cell.value}, 2);
  const Handler handler =
      field_writer(storage_bytes(stored, function), is_traced(stored, function));
  m_writer.emit_special(cell, handler, m_stack.where);
}

void Predecoder::get_element(TypeId type, bool is_signed) {
  ZHAN_ASSERT(types().fields(type).size() == 1, "an array has one type of elements");
  const ValType stored = types().fields(type)[0].type;
  ElementCell cell{};
  pop_to({&cell.array, &cell.index}, 2);
  const u32 bytes = types().entries()[type].size;
  emit_result(cell, &ElementCell::value, element_reader(bytes, is_signed),
              letter_of_type(stored.unpacked()));
}

void Predecoder::set_element(TypeId type) {
  const TypeEntry& entry = types().entries()[type];
  ElementCell cell{};
  pop_to({&cell.array, &cell.index, &cell.value}, 3);
  m_writer.emit_special(cell, element_writer(entry.size, entry.map != 0), m_stack.where);
}

void Predecoder::array_length() {
  ElementCell cell{};
  pop_to({&cell.array}, 1);
  emit_result(cell, &ElementCell::value, do_array_len, 'i');
}

// -- Casts --

/// Operands popped: the reference, and for the _desc_eq forms the descriptor above it.
CastCell Predecoder::cast_cell(Op op) {
  const bool described = op == Op::ref_cast_desc_eq || op == Op::ref_cast_desc_eq_null ||
                         op == Op::br_on_cast_desc_eq || op == Op::br_on_cast_desc_eq_fail;
  CastCell cell{};
  if (described) {
    cell.descriptor = slot_operand(0);
    (void)m_stack.pop();
    cell.offset = types().descriptor_offset(canonical(m_imm.ref.heap.number()));
  }
  cell.object = slot_operand(0);
  cell.target = cast_target(types(), m_module.canonical_type(m_imm.ref));
  return cell;
}

void Predecoder::decode_cast(Op op) {
  Handler handler = do_ref_cast;
  switch (op) {
    case Op::ref_test:
    case Op::ref_test_null: handler = do_ref_test; break;
    case Op::ref_cast:
    case Op::ref_cast_null: break;
    case Op::ref_cast_desc_eq:
    case Op::ref_cast_desc_eq_null: handler = do_cast_descriptor; break;
    case Op::br_on_cast:
    case Op::br_on_cast_fail:
    case Op::br_on_cast_desc_eq:
    case Op::br_on_cast_desc_eq_fail: return branch_on_cast(op);
    default: return unsupported(op);
  }
  m_imm.ref.nullable =
      op == Op::ref_test_null || op == Op::ref_cast_null || op == Op::ref_cast_desc_eq_null;
  CastCell cell = cast_cell(op);
  (void)m_stack.pop();
  emit_result(cell, &CastCell::result, handler, handler == do_ref_test ? 'i' : 'I');
}

/// The reference stays where it is; the test's result above it is the branch's condition.
void Predecoder::branch_on_cast(Op op) {
  const bool fails = op == Op::br_on_cast_fail || op == Op::br_on_cast_desc_eq_fail;
  const bool described = op == Op::br_on_cast_desc_eq || op == Op::br_on_cast_desc_eq_fail;
  CastCell cell = cast_cell(op);
  const u32 slot = m_stack.push_slot('i').slot;
  cell.result = static_cast<i16>(slot);
  m_writer.emit_special(cell, described ? do_test_descriptor : do_ref_test, m_stack.where);
  if (fails)
    conditional(m_imm.a, tok::br_unless, tok::br_if);
  else
    conditional(m_imm.a, tok::br_if, tok::br_unless);
}

}  // namespace zhan::interp

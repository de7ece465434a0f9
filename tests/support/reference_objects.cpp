// SPDX-License-Identifier: Apache-2.0
// Structs, arrays and casts of the reference interpreter. Objects are never freed.
#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "support/reference_frame.hpp"

namespace zhan::test {
namespace {

using Words = std::pair<u64, u64>;

/// Bits of a storage type that are not references.
u32 bits_of(ValType type) noexcept {
  switch (type.kind) {
    case TypeKind::i8: return 8;
    case TypeKind::i16: return 16;
    case TypeKind::i64:
    case TypeKind::f64: return 64;
    case TypeKind::v128: return 128;
    default: return 32;
  }
}

bool fits(u64 at, u64 count, u64 size) noexcept { return at <= size && count <= size - at; }

}  // namespace

/// Takes a value of a storage type off the stack.
static Words pop_storage(std::vector<u64>& stack, std::vector<bool>& wide, ValType type) {
  Words words = {0, 0};
  if (type == type_v128) {
    words.second = stack.back();
    stack.pop_back();
  }
  words.first = stack.back();
  stack.pop_back();
  wide.pop_back();
  if (type.is_packed()) words.first &= (u64{1} << bits_of(type)) - 1;
  return words;
}

bool Reference::push_object(Frame& frame, u32 type, std::vector<Words> fields) {
  m_objects.push_back({type, std::move(fields)});
  return frame.push(2 * m_objects.size()), true;
}

bool Reference::matches(u64 value, ValType type) const {
  if (value == 0) return type.nullable;
  const bool i31 = (value & 1) != 0;
  if (type.heap == HeapType(AbsHeap::any) || type.heap == HeapType(AbsHeap::eq)) return true;
  if (type.heap == HeapType(AbsHeap::i31)) return i31;
  if (i31 || type.heap == HeapType(AbsHeap::none)) return false;
  u32 have = m_objects[value / 2 - 1].type;
  const bool is_struct = m_module.types.types[have].kind == CompositeKind::struct_;
  if (type.heap == HeapType(AbsHeap::struct_)) return is_struct;
  if (type.heap == HeapType(AbsHeap::array)) return !is_struct;
  const TypeId wanted = m_module.canonical[type.heap.number()];
  for (; have != no_index; have = m_module.types.types[have].supertype)
    if (m_module.canonical[have] == wanted) return true;
  return false;
}

bool Reference::branch_on_cast(Frame& frame, Op op, const Imm& imm) {
  if (matches(frame.stack.back(), imm.ref) == (op == Op::br_on_cast)) branch(frame, imm.a);
  return true;
}

bool Reference::object_op(Frame& frame, Op op, const Imm& imm) {
  ValType type = imm.ref;
  type.nullable = op == Op::ref_test_null || op == Op::ref_cast_null;
  switch (op) {
    case Op::ref_test:
    case Op::ref_test_null: return frame.push(matches(frame.pop(), type) ? 1 : 0), true;
    case Op::ref_cast:
    case Op::ref_cast_null: return matches(frame.stack.back(), type) || fail(Trap::cast_failure);
    case Op::struct_new:
    case Op::struct_new_default:
    case Op::struct_get:
    case Op::struct_get_s:
    case Op::struct_get_u:
    case Op::struct_set: return struct_op(frame, op, imm);
    case Op::array_new:
    case Op::array_new_default:
    case Op::array_new_fixed:
    case Op::array_new_data:
    case Op::array_new_elem: return new_array(frame, op, imm);
    case Op::array_get:
    case Op::array_get_s:
    case Op::array_get_u:
    case Op::array_set:
    case Op::array_len: return array_op(frame, op, imm);
    default: return array_items(frame, op, imm);
  }
}

/// Pushes a field, packed ones extended.
static void push_storage(std::vector<u64>& stack, std::vector<bool>& wide, ValType type,
                         Words words, bool is_signed) {
  const u32 shift = 32 - std::min(32u, bits_of(type));
  if (is_signed)
    words.first = static_cast<u32>(static_cast<i32>(static_cast<u32>(words.first) << shift) >>
                                   static_cast<i32>(shift));
  stack.push_back(words.first);
  if (type == type_v128) stack.push_back(words.second);
  wide.push_back(type == type_v128);
}

bool Reference::struct_op(Frame& frame, Op op, const Imm& imm) {
  const SubType& type = m_module.types.types[imm.a];
  const FieldType* const fields = m_module.types.fields.data() + type.first;
  if (op == Op::struct_new || op == Op::struct_new_default) {
    std::vector<Words> words(type.count);
    for (u32 i = type.count; i > 0 && op == Op::struct_new; --i)
      words[i - 1] = pop_storage(frame.stack, frame.wide, fields[i - 1].type);
    return push_object(frame, imm.a, std::move(words));
  }
  const ValType field = fields[imm.b].type;
  Words words = {0, 0};
  if (op == Op::struct_set) words = pop_storage(frame.stack, frame.wide, field);
  const u64 value = frame.pop();
  if (value == 0) return fail(Trap::null_structure_reference);
  Words& place = m_objects[value / 2 - 1].fields[imm.b];
  if (op == Op::struct_set) return place = words, true;
  push_storage(frame.stack, frame.wide, field, place, op == Op::struct_get_s);
  return true;
}

bool Reference::read_items(Op op, const Imm& imm, u64 from, u64 count, std::vector<Words>& items) {
  const SubType& type = m_module.types.types[imm.a];
  if (op == Op::array_new_elem || op == Op::array_init_elem) {
    const auto& values = m_elements[imm.b];
    if (!fits(from, count, values.size())) return fail(Trap::out_of_bounds_table_access);
    for (u64 i = from; i < from + count; ++i) items.emplace_back(values[i], 0);
    return true;
  }
  const u64 size = bits_of(m_module.types.fields[type.first].type) / 8;
  if (!fits(from, count * size, m_data[imm.b].size()))
    return fail(Trap::out_of_bounds_memory_access);
  for (u64 i = 0; i < count; ++i) {
    Words words = {0, 0};
    std::memcpy(&words.first, m_data[imm.b].data() + from + i * size, size);
    items.push_back(words);
  }
  return true;
}

bool Reference::new_array(Frame& frame, Op op, const Imm& imm) {
  const ValType type = m_module.types.fields[m_module.types.types[imm.a].first].type;
  std::vector<Words> items;
  if (op == Op::array_new_fixed) {
    items.resize(imm.b);
    for (u32 i = imm.b; i > 0; --i) items[i - 1] = pop_storage(frame.stack, frame.wide, type);
    return push_object(frame, imm.a, std::move(items));
  }
  const u32 count = frame.pop32();
  if (op == Op::array_new_data || op == Op::array_new_elem) {
    if (!read_items(op, imm, frame.pop32(), count, items)) return false;
  } else {
    const bool given = op == Op::array_new;
    items.resize(count, given ? pop_storage(frame.stack, frame.wide, type) : Words{0, 0});
  }
  return push_object(frame, imm.a, std::move(items));
}

bool Reference::array_op(Frame& frame, Op op, const Imm& imm) {
  if (op == Op::array_len) {
    const u64 value = frame.pop();
    if (value == 0) return fail(Trap::null_array_reference);
    return frame.push(m_objects[value / 2 - 1].fields.size()), true;
  }
  const ValType type = m_module.types.fields[m_module.types.types[imm.a].first].type;
  Words words = {0, 0};
  if (op == Op::array_set) words = pop_storage(frame.stack, frame.wide, type);
  const u32 index = frame.pop32();
  const u64 value = frame.pop();
  if (value == 0) return fail(Trap::null_array_reference);
  auto& items = m_objects[value / 2 - 1].fields;
  if (index >= items.size()) return fail(Trap::out_of_bounds_array_access);
  if (op == Op::array_set) return items[index] = words, true;
  push_storage(frame.stack, frame.wide, type, items[index], op == Op::array_get_s);
  return true;
}

/// array.fill, copy, init_data, init_elem.
bool Reference::array_items(Frame& frame, Op op, const Imm& imm) {
  const ValType type = m_module.types.fields[m_module.types.types[imm.a].first].type;
  const u32 count = frame.pop32();
  std::vector<Words> items;
  u32 from = 0;
  u64 source = 0;
  if (op == Op::array_fill)
    items.assign(std::min(count, 1000u), pop_storage(frame.stack, frame.wide, type));
  else
    from = frame.pop32();
  if (op == Op::array_copy) source = frame.pop();
  const u32 at = frame.pop32();
  const u64 target = frame.pop();
  if (target == 0 || (op == Op::array_copy && source == 0)) return fail(Trap::null_array_reference);
  auto& fields = m_objects[target / 2 - 1].fields;
  if (!fits(at, count, fields.size())) return fail(Trap::out_of_bounds_array_access);
  if (op == Op::array_copy) {
    const auto& others = m_objects[source / 2 - 1].fields;
    if (!fits(from, count, others.size())) return fail(Trap::out_of_bounds_array_access);
    items.assign(others.begin() + from, others.begin() + from + count);
  } else if (op != Op::array_fill && !read_items(op, imm, from, count, items)) {
    return false;
  }
  return std::copy_n(items.begin(), count, fields.begin() + at), true;
}

}  // namespace zhan::test

// SPDX-License-Identifier: Apache-2.0
#include "wasm/writer.hpp"

namespace zhan {
namespace {

constexpr u8 exact_heap = 0x62;
constexpr u8 ref_null_form = 0x63;
constexpr u8 ref_form = 0x64;
constexpr u8 empty_block = 0x40;
constexpr u32 memory_index_flag = 0x40;

}  // namespace

void ByteWriter::u64_leb(u64 value) {
  while (value >= 0x80) {
    byte(static_cast<u8>(value | 0x80));
    value >>= 7;
  }
  byte(static_cast<u8>(value));
}

void ByteWriter::s64_leb(i64 value) {
  // Done when bit 6 and all above it equal the sign.
  while (value < -0x40 || value >= 0x40) {
    byte(static_cast<u8>(value | 0x80));
    value >>= 7;
  }
  byte(static_cast<u8>(value & 0x7f));
}

void ByteWriter::fixed(u64 value, u32 size) {
  for (u32 i = 0; i < size; ++i) byte(static_cast<u8>(value >> (8 * i)));
}

void ByteWriter::patch_u32(usize place, u32 value) noexcept {
  ZHAN_ASSERT(place + padded_size <= m_bytes.size(), "the place was reserved before");
  for (usize i = 0; i < padded_size; ++i) {
    const u8 more = i + 1 < padded_size ? 0x80 : 0;
    m_bytes[place + i] = static_cast<u8>((value >> (7 * i) & 0x7f) | more);
  }
}

void ByteWriter::patch_u32_short(usize place, u32 value) {
  patch_u32(place, value);
  const usize size = leb_size(value);
  m_bytes[place + size - 1] &= 0x7f;
  const auto gap = m_bytes.begin() + static_cast<std::ptrdiff_t>(place);
  m_bytes.erase(gap + static_cast<std::ptrdiff_t>(size), gap + padded_size);
}

void ByteWriter::heap_type(HeapType heap, bool exact) {
  if (exact) {
    ZHAN_ASSERT(heap.is_defined(), "only defined types have an exact form");
    byte(exact_heap);
  }
  if (heap.is_defined()) return type_index(heap.number());
  byte(static_cast<u8>(heap.abs()));
}

void ByteWriter::value_type(ValType type) {
  ZHAN_ASSERT(type != type_bottom, "the bottom type has no binary form");
  if (!type.is_ref()) return byte(static_cast<u8>(type.kind));
  const bool short_form = type.nullable && !type.heap.is_defined();
  if (!short_form) byte(type.nullable ? ref_null_form : ref_form);
  heap_type(type.heap, type.exact);
}

void ByteWriter::block_type(const BlockType& type) {
  switch (type.form) {
    case BlockType::Form::empty: return byte(empty_block);
    case BlockType::Form::value: return value_type(type.value);
    case BlockType::Form::type: return type_index(type.type);
  }
}

void ByteWriter::op(Op op) {
  const OpInfo& info = op_info(op);
  if (info.prefix == 0) return byte(static_cast<u8>(info.code));
  byte(info.prefix);
  u32_leb(info.code);
}

void ImmWriter::memarg(MemArg& x, u32) {
  ZHAN_ASSERT(x.align_log2 < memory_index_flag, "an alignment fits its bits");
  w.u32_leb(x.memory == 0 ? x.align_log2 : x.align_log2 | memory_index_flag);
  if (x.memory != 0) w.u32_leb(x.memory);
  w.u64_leb(x.offset);
}

void ImmWriter::labels(std::vector<u32>& x) {
  ZHAN_ASSERT(!x.empty(), "a branch table has a default");
  w.u32_leb(static_cast<u32>(x.size() - 1));
  for (const u32 label : x) w.u32_leb(label);
}

void ImmWriter::types(std::vector<ValType>& x) {
  w.u32_leb(static_cast<u32>(x.size()));
  for (const ValType& type : x) w.value_type(type);
}

void ImmWriter::cast_branch(u32& label, ValType& from, ValType& to) {
  w.byte(static_cast<u8>((from.nullable ? 1 : 0) | (to.nullable ? 2 : 0)));
  w.u32_leb(label);
  w.heap_type(from.heap, from.exact);
  w.heap_type(to.heap, to.exact);
}

void ImmWriter::catches(std::vector<Catch>& x) {
  w.u32_leb(static_cast<u32>(x.size()));
  for (const Catch& clause : x) {
    w.byte(static_cast<u8>(clause.form));
    if (clause.has_tag()) w.u32_leb(clause.tag);
    w.u32_leb(clause.label);
  }
}

void ImmWriter::handlers(std::vector<Handler>& x) {
  w.u32_leb(static_cast<u32>(x.size()));
  for (const Handler& handler : x) {
    w.byte(handler.is_switch ? 1 : 0);
    w.u32_leb(handler.tag);
    if (!handler.is_switch) w.u32_leb(handler.label);
  }
}

void write_instruction(ByteWriter& writer, Op op, Imm& imm) {
  writer.op(op);
  ImmWriter stream(writer);
  visit(stream, op_info(op), imm);
}

}  // namespace zhan

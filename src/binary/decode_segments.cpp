// SPDX-License-Identifier: Apache-2.0
// Element and data segments, code entries (specification §5.5.12 - §5.5.14).
#include "base/assert.hpp"
#include "binary/decoder.hpp"
#include "binary/sections.hpp"

namespace zhan::binary {
namespace {

constexpr u8 end_byte = 0x0b;

SegmentMode element_mode(u8 flags) noexcept {
  if ((flags & element_passive) == 0) return SegmentMode::active;
  return (flags & element_explicit) != 0 ? SegmentMode::declarative : SegmentMode::passive;
}

}  // namespace

void Decoder::element_section() {
  const u32 n = count(m_limits.elements, 2);
  m_module.elements.reserve(n);
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    at("segment", i);
    element();
  }
}

void Decoder::element() {
  const u64 start = m_r.offset();
  const u32 flags = m_r.u32_leb();
  if (flags > 7) m_r.fail_at(ErrorId::malformed_elements_segment, start);
  if (flags != 0) need(Feature::bulk_memory, start);
  Element e;
  e.flags = static_cast<u8>(flags & 7);
  e.mode = element_mode(e.flags);
  e.uses_exprs = (flags & element_exprs) != 0;
  if (e.mode == SegmentMode::active) {
    if ((flags & element_explicit) != 0) e.table = m_r.u32_leb();
    e.offset = expression();
  }
  e.type = e.uses_exprs ? type_funcref : ValType::ref(AbsHeap::func, false);
  if ((flags & (element_passive | element_explicit)) != 0) {
    const u64 kind_at = m_r.offset();
    if (e.uses_exprs)
      e.type = reference_type();
    else if (m_r.byte() != 0)
      m_r.fail_at(ErrorId::malformed_element_kind, kind_at);
  }
  element_items(e);
  if (m_r.ok()) m_module.elements.push_back(e);
}

void Decoder::element_items(Element& e) {
  auto& exprs = m_module.element_exprs;
  auto& funcs = m_module.element_funcs;
  const usize before = e.uses_exprs ? exprs.size() : funcs.size();
  e.first = static_cast<u32>(before);
  e.count = count(m_limits.elements - before, 1);
  if (e.uses_exprs) {
    for (u32 i = 0; i < e.count && m_r.ok(); ++i) exprs.push_back(expression());
  } else {
    make_room(funcs, e.count);
    for (u32 i = 0; i < e.count && m_r.ok(); ++i) funcs.push_back(m_r.u32_leb());
  }
}

void Decoder::data_section() {
  m_data_offset = m_r.offset();
  const u32 n = count(m_limits.data, 2);
  m_module.data.reserve(n);
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    at("segment", i);
    data();
  }
}

void Decoder::data() {
  const u64 start = m_r.offset();
  const u32 flags = m_r.u32_leb();
  if (flags > 2) m_r.fail_at(ErrorId::malformed_data_segment, start);
  if (flags != 0) need(Feature::bulk_memory, start);
  Data d;
  d.flags = static_cast<u8>(flags & 3);
  d.mode = flags == 1 ? SegmentMode::passive : SegmentMode::active;
  if (flags == 2) d.memory = m_r.u32_leb();
  if (d.mode == SegmentMode::active) d.offset = expression();
  const u32 size = m_r.u32_leb();
  const u64 bytes_at = m_r.offset();
  m_r.bytes(size);
  d.bytes = range_from(bytes_at);
  if (m_r.ok()) m_module.data.push_back(d);
}

void Decoder::code_section() {
  m_code_offset = m_r.offset();
  const u32 n = count(m_limits.functions, 2);
  m_module.code.reserve(n);
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    at("function", m_module.imported_functions + usize{i});
    code_entry();
  }
}

void Decoder::code_entry() {
  const u64 size_at = m_r.offset();
  const u32 size = m_r.u32_leb();
  if (size > m_r.left()) m_r.fail_at(ErrorId::length_out_of_bounds, size_at);
  if (!m_r.ok()) return;
  const u64 start = m_r.offset();
  const u64 end = start + size;
  Code code;
  code.body = {static_cast<u32>(start), size};
  code.local_slots = locals();
  const u64 code_at = m_r.offset();
  if (m_r.ok()) body_end(end);
  if (!m_r.ok()) return;
  ZHAN_ASSERT(code_at < end, "code has its end at least");
  code.code = {static_cast<u32>(code_at), static_cast<u32>(end - code_at)};
  m_r.seek(end);
  m_module.code.push_back(code);
}

// Groups of up to 2^32 - 1: the sums are 64-bit and checked before anything is multiplied (C13).
u32 Decoder::locals() {
  constexpr u64 most = ~u32{0};
  const u64 start = m_r.offset();
  u64 number = 0, slots = 0;
  const u32 groups = count(most, 2);
  for (u32 i = 0; i < groups && m_r.ok(); ++i) {
    const u64 group = m_r.u32_leb();
    const ValType type = value_type();
    number += group;
    slots += group * type.slots();
    if (number > most) m_r.fail_at(ErrorId::too_many_locals, start);
  }
  if (slots > m_limits.local_slots) m_r.fail_at(ErrorId::locals_too_large, start);
  return m_r.ok() ? static_cast<u32>(slots) : 0;
}

// Instructions are the validator's. Only a body that cannot be right, for its last byte is no
// `end`, is read, to say why: something in it is malformed, or it ends elsewhere than its size
// says.
void Decoder::body_end(u64 end) {
  if (m_r.offset() < end && m_bytes[end - 1] == end_byte) return;
  (void)expression();
  m_r.fail_at(ErrorId::section_size_mismatch, end);
}

}  // namespace zhan::binary

// SPDX-License-Identifier: Apache-2.0
#include "wasm/reader.hpp"

#include <fmt/format.h>

namespace zhan {
namespace {

constexpr bool is_abs_heap(u8 byte) noexcept { return byte >= 0x68 && byte <= 0x75; }
constexpr u8 exact_heap = 0x62;
constexpr u8 ref_null_form = 0x63;
constexpr u8 ref_form = 0x64;
constexpr u8 empty_block = 0x40;
constexpr u32 memory_index_flag = 0x40;

}  // namespace

Error ByteReader::error() const {
  Error error(m_error, m_error_offset);
  if (m_error != ErrorId::illegal_opcode) return error;
  const u8* at = m_begin + (m_error_offset - m_base);
  error.info().message += fmt::format(" {:02x}", *at);
  if (is_prefix(*at)) {
    ByteReader code({at + 1, m_end});
    error.info().message += fmt::format(" {:02x}", code.u32_leb());
  }
  return error;
}

u64 ByteReader::unsigned_leb(u32 bits) noexcept {
  const u64 start = offset();
  u64 value = 0;
  for (u32 shift = 0;; shift += 7) {
    if (m_at == m_end) return fail(ErrorId::unexpected_end), 0;
    const u8 next = *m_at++;
    const u32 room = bits - shift;
    if (room < 7 && (next & 0x7f) >> room != 0) {
      fail_at((next & 0x80) != 0 ? ErrorId::integer_representation_too_long
                                 : ErrorId::integer_too_large,
              start);
      return 0;
    }
    value |= static_cast<u64>(next & 0x7f) << shift;
    if ((next & 0x80) == 0) return value;
    if (room <= 7) return fail_at(ErrorId::integer_representation_too_long, start), 0;
  }
}

i64 ByteReader::signed_leb(u32 bits) noexcept {
  const u64 start = offset();
  u64 value = 0;
  for (u32 shift = 0;; shift += 7) {
    if (m_at == m_end) return fail(ErrorId::unexpected_end), 0;
    const u8 next = *m_at++;
    const u32 room = bits - shift;
    if (room <= 7 && (next & 0x80) != 0)
      return fail_at(ErrorId::integer_representation_too_long, start), 0;
    if (room < 7) {  // the bits beyond the number repeat its sign
      const i8 rest = static_cast<i8>(static_cast<i8>(next << 1) >> 1) >> (room - 1);
      if (rest != 0 && rest != -1) return fail_at(ErrorId::integer_too_large, start), 0;
    }
    value |= static_cast<u64>(next & 0x7f) << shift;
    if ((next & 0x80) == 0) {
      const u32 used = shift + 7;
      return used >= 64 ? static_cast<i64>(value)
                        : static_cast<i64>(value << (64 - used)) >> (64 - used);
    }
  }
}

Op ByteReader::op_slow() noexcept {
  const u64 start = offset();
  const u8 first = byte();
  if (!ok()) return no_op;
  if (!is_prefix(first)) return fail_at(ErrorId::illegal_opcode, start), no_op;
  const u32 code = u32_leb();
  if (!ok()) return no_op;
  const Op found = find_op(first, code);
  if (found == no_op) fail_at(ErrorId::illegal_opcode, start);
  return found;
}

HeapType ByteReader::heap_type(bool& exact) noexcept {
  exact = false;
  if (is_abs_heap(peek())) return static_cast<AbsHeap>(byte());
  const u64 start = offset();
  if (peek() == exact_heap) {
    exact = true;
    byte();
  }
  const i64 number = s33_leb();
  if (ok() && number < 0) fail_at(ErrorId::malformed_heap_type, start);
  return ok() ? HeapType::defined(static_cast<u32>(number)) : HeapType();
}

ValType ByteReader::reference_type() noexcept {
  const u8 first = peek();
  if (is_abs_heap(first)) return ValType::ref(static_cast<AbsHeap>(byte()), true);
  if (first == ref_form || first == ref_null_form) {
    byte();
    bool exact = false;
    const HeapType heap = heap_type(exact);
    return ValType::ref(heap, first == ref_null_form, exact);
  }
  if (at_end()) fail(ErrorId::unexpected_end);
  fail(ErrorId::malformed_reference_type);
  return {};
}

ValType ByteReader::value_type() noexcept {
  const u8 first = peek();
  if (first >= static_cast<u8>(TypeKind::v128) && first <= static_cast<u8>(TypeKind::i32))
    return static_cast<TypeKind>(byte());
  if (is_abs_heap(first) || first == ref_form || first == ref_null_form) return reference_type();
  if (at_end()) fail(ErrorId::unexpected_end);
  fail(ErrorId::malformed_value_type);
  return {};
}

ValType ByteReader::storage_type() noexcept {
  if (peek() == static_cast<u8>(TypeKind::i8) || peek() == static_cast<u8>(TypeKind::i16))
    return static_cast<TypeKind>(byte());
  const u64 start = offset();
  const ValType type = value_type();
  // Whatever part of it is wrong, the reference calls it a storage type.
  if (m_error >= ErrorId::malformed_reference_type && m_error <= ErrorId::malformed_heap_type) {
    m_error = ErrorId::malformed_storage_type;
    m_error_offset = start;
  }
  return type;
}

BlockType ByteReader::block_type() noexcept {
  const u8 first = peek();
  if (first == empty_block) {
    byte();
    return {};
  }
  // One byte with bit 6 set is a negative s33: a value type, not an index.
  if ((first & 0xc0) == 0x40) return {BlockType::Form::value, value_type(), 0};
  const u64 start = offset();
  const i64 number = s33_leb();
  if (ok() && number < 0) fail_at(ErrorId::malformed_block_type, start);
  return {BlockType::Form::type, {}, static_cast<u32>(number)};
}

void ImmReader::const_v128(V128& x) noexcept {
  if (const auto taken = r.bytes(16); !taken.empty()) std::memcpy(x.bytes.data(), taken.data(), 16);
}

void ImmReader::heap_type(ValType& x) noexcept {
  bool exact = false;
  const HeapType heap = r.heap_type(exact);
  x = ValType::ref(heap, true, exact);
}

void ImmReader::memarg(MemArg& x, u32) noexcept {
  const u64 start = r.offset();
  const u32 flags = r.u32_leb();
  if (flags >= 2 * memory_index_flag) r.fail_at(ErrorId::malformed_memop_flags, start);
  x.align_log2 = flags & (memory_index_flag - 1);
  x.memory = (flags & memory_index_flag) != 0 ? r.u32_leb() : 0;
  x.offset = r.u64_leb();
}

void ImmReader::labels(std::vector<u32>& x) {
  const u32 n = r.count();
  x.clear();
  x.reserve(n + usize{1});
  for (u32 i = 0; i < n; ++i) x.push_back(r.u32_leb());
  x.push_back(r.u32_leb());
}

void ImmReader::types(std::vector<ValType>& x) {
  const u32 n = r.count();
  x.clear();
  for (u32 i = 0; i < n && r.ok(); ++i) x.push_back(r.value_type());
}

void ImmReader::cast_branch(u32& label, ValType& from, ValType& to) noexcept {
  const u64 start = r.offset();
  const u8 flags = r.byte();
  if (flags > 3) r.fail_at(ErrorId::malformed_cast_flags, start);
  label = r.u32_leb();
  bool exact = false;
  const HeapType source = r.heap_type(exact);
  from = ValType::ref(source, (flags & 1) != 0, exact);
  const HeapType target = r.heap_type(exact);
  to = ValType::ref(target, (flags & 2) != 0, exact);
}

void ImmReader::catches(std::vector<Catch>& x) {
  const u32 n = r.count(2);
  x.clear();
  for (u32 i = 0; i < n && r.ok(); ++i) {
    Catch c;
    const u64 start = r.offset();
    const u8 form = r.byte();
    if (form > 3) r.fail_at(ErrorId::malformed_catch_clause, start);
    c.form = static_cast<Catch::Form>(form & 3);
    if (c.has_tag()) c.tag = r.u32_leb();
    c.label = r.u32_leb();
    x.push_back(c);
  }
}

void ImmReader::handlers(std::vector<Handler>& x) {
  const u32 n = r.count(2);
  x.clear();
  for (u32 i = 0; i < n && r.ok(); ++i) {
    Handler h;
    const u64 start = r.offset();
    const u8 form = r.byte();
    if (form > 1) r.fail_at(ErrorId::malformed_catch_clause, start);
    h.is_switch = form == 1;
    h.tag = r.u32_leb();
    if (!h.is_switch) h.label = r.u32_leb();
    x.push_back(h);
  }
}

void ImmReader::fence() noexcept {
  const u64 start = r.offset();
  if (r.byte() != 0) r.fail_at(ErrorId::zero_byte_expected, start);
}

}  // namespace zhan

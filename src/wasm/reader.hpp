// SPDX-License-Identifier: Apache-2.0
// Bounded reading of the binary format (specification §5.2): numbers, types, instructions. The
// first error sticks and moves the cursor to the end, so that loops stop by themselves; later reads
// give 0.
#pragma once

#include <cstring>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "wasm/imm.hpp"

namespace zhan {

class ByteReader {
 public:
  /// `base` is the offset of bytes[0] in the module, for positions in errors.
  explicit ByteReader(std::span<const u8> bytes, u64 base = 0) noexcept
      : m_at(bytes.data()),
        m_begin(bytes.data()),
        m_end(bytes.data() + bytes.size()),
        m_base(base) {}

  [[nodiscard]] bool ok() const noexcept { return m_error == ErrorId::custom; }
  [[nodiscard]] bool at_end() const noexcept { return m_at == m_end; }
  [[nodiscard]] usize left() const noexcept { return static_cast<usize>(m_end - m_at); }
  [[nodiscard]] const u8* cursor() const noexcept { return m_at; }
  /// Offset of the cursor from the module's start.
  [[nodiscard]] u64 offset() const noexcept { return m_base + static_cast<u64>(m_at - m_begin); }
  [[nodiscard]] ErrorId error_id() const noexcept { return m_error; }
  [[nodiscard]] u64 error_offset() const noexcept { return m_error_offset; }
  /// The first error; that of an illegal opcode names its bytes.
  [[nodiscard]] Error error() const;

  /// Notes an error at the cursor (the first one counts) and ends the reading.
  void fail(ErrorId id) noexcept { fail_at(id, offset()); }
  void fail_at(ErrorId id, u64 offset) noexcept {
    if (ok()) {
      m_error = id;
      m_error_offset = offset;
    }
    m_at = m_end;
  }

  [[nodiscard]] u8 peek() const noexcept { return m_at == m_end ? 0 : *m_at; }
  u8 byte() noexcept {
    if (m_at == m_end) {
      fail(ErrorId::unexpected_end);
      return 0;
    }
    return *m_at++;
  }
  u32 u32_leb() noexcept {
    if (m_at != m_end && *m_at < 0x80) return *m_at++;
    return static_cast<u32>(unsigned_leb(32));
  }
  u64 u64_leb() noexcept {
    if (m_at != m_end && *m_at < 0x80) return *m_at++;
    return unsigned_leb(64);
  }
  i32 s32_leb() noexcept {
    if (m_at != m_end && *m_at < 0x80)
      return static_cast<i32>(static_cast<u32>(*m_at++) << 25) >> 25;
    return static_cast<i32>(signed_leb(32));
  }
  i64 s33_leb() noexcept { return signed_leb(33); }
  i64 s64_leb() noexcept { return signed_leb(64); }
  u32 fixed_u32() noexcept { return fixed<u32>(); }
  u64 fixed_u64() noexcept { return fixed<u64>(); }
  std::span<const u8> bytes(usize size) noexcept {
    if (size > left()) {
      fail(ErrorId::unexpected_end);
      return {};
    }
    const std::span<const u8> taken(m_at, size);
    m_at += size;
    return taken;
  }
  /// A count of items that take at least `smallest` bytes each: never more than could follow.
  u32 count(usize smallest = 1) noexcept {
    const u64 at = offset();
    const u32 n = u32_leb();
    if (n > left() / smallest) {
      fail_at(ErrorId::length_out_of_bounds, at);
      return 0;
    }
    return n;
  }
  /// Moves to another place of the same bytes; only for callers that know it is inside.
  void seek(u64 offset) noexcept { m_at = m_begin + (offset - m_base); }

  // Types (specification §5.3).
  ValType value_type() noexcept;
  /// Value type or i8 / i16.
  ValType storage_type() noexcept;
  /// Reference type only.
  ValType reference_type() noexcept;
  /// Heap type, `exact` set if the exact form was used (its index is an s33 like any other here).
  HeapType heap_type(bool& exact) noexcept;
  BlockType block_type() noexcept;

  /// Reads an opcode with its prefix; no_op after an error.
  Op op() noexcept {
    if (m_at != m_end && *m_at < 0xfb) {
      const Op found = detail::plain_codes[*m_at];
      if (found != no_op) {
        ++m_at;
        return found;
      }
    }
    return op_slow();
  }

 private:
  template <class T>
  T fixed() noexcept {
    T value = 0;
    if (const auto taken = bytes(sizeof(T)); !taken.empty())
      std::memcpy(&value, taken.data(), sizeof(T));
    return value;
  }
  u64 unsigned_leb(u32 bits) noexcept;
  i64 signed_leb(u32 bits) noexcept;
  Op op_slow() noexcept;

  const u8* m_at;
  const u8* m_begin;
  const u8* m_end;
  u64 m_base;
  u64 m_error_offset = 0;
  ErrorId m_error = ErrorId::custom;
};

/// The Stream that reads immediates in the binary format; see visit() in imm.hpp.
class ImmReader {
 public:
  static constexpr bool text_order = false;
  explicit ImmReader(ByteReader& reader) noexcept : r(reader) {}

  void index(Space, u32& x) noexcept { x = r.u32_leb(); }
  void count(u32& x) noexcept { x = r.u32_leb(); }
  void lane(u8& x) noexcept { x = r.byte(); }
  void lanes(V128& x) noexcept { const_v128(x); }
  void const_i32(u64& x) noexcept { x = static_cast<u32>(r.s32_leb()); }
  void const_i64(u64& x) noexcept { x = static_cast<u64>(r.s64_leb()); }
  void const_f32(u64& x) noexcept { x = r.fixed_u32(); }
  void const_f64(u64& x) noexcept { x = r.fixed_u64(); }
  void const_v128(V128& x) noexcept;
  void block_type(BlockType& x) noexcept { x = r.block_type(); }
  void heap_type(ValType& x) noexcept;
  void memarg(MemArg& x, u32 access) noexcept;
  void labels(std::vector<u32>& x);
  void types(std::vector<ValType>& x);
  void cast_branch(u32& label, ValType& from, ValType& to) noexcept;
  void catches(std::vector<Catch>& x);
  void handlers(std::vector<Handler>& x);
  void fence() noexcept;

 private:
  ByteReader& r;
};

/// Reads one instruction's immediates into `imm`.
inline void read_imm(ByteReader& reader, const OpInfo& op, Imm& imm) {
  ImmReader stream(reader);
  visit(stream, op, imm);
}

}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
// Writing of the binary format (specification §5.2): the inverse of wasm/reader.hpp. Numbers and
// types take their shortest form, so what was written once is read and written again unchanged.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "wasm/imm.hpp"

namespace zhan {

/// Bytes of the shortest unsigned LEB128 form of `value`.
[[nodiscard]] constexpr usize leb_size(u64 value) noexcept {
  usize size = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++size;
  }
  return size;
}

/// Appends to a vector that it owns. Not thread-safe.
class ByteWriter {
 public:
  ByteWriter() = default;
  /// Continues behind `bytes`; their memory is used again.
  explicit ByteWriter(std::vector<u8> bytes) noexcept : m_bytes(std::move(bytes)) {}

  [[nodiscard]] usize size() const noexcept { return m_bytes.size(); }
  [[nodiscard]] std::span<const u8> view() const noexcept { return m_bytes; }
  /// Hands the bytes over and leaves the writer empty.
  [[nodiscard]] std::vector<u8> take() noexcept { return std::exchange(m_bytes, {}); }
  void clear() noexcept { m_bytes.clear(); }
  void reserve(usize size) { m_bytes.reserve(size); }
  /// Drops what was written behind the first `size` bytes.
  void truncate(usize size) {
    ZHAN_ASSERT(size <= m_bytes.size(), "truncation only shortens");
    m_bytes.resize(size);
  }

  void byte(u8 value) { m_bytes.push_back(value); }
  void bytes(std::span<const u8> data) { m_bytes.insert(m_bytes.end(), data.begin(), data.end()); }
  void bytes(std::string_view text) {
    bytes(std::span(reinterpret_cast<const u8*>(text.data()), text.size()));
  }
  /// Length, then the bytes: a name or a vector of bytes.
  void name(std::string_view text) {
    u32_leb(static_cast<u32>(text.size()));
    bytes(text);
  }
  /// Length, then the bytes: a section or a function body.
  void sized(std::span<const u8> data) {
    u32_leb(static_cast<u32>(data.size()));
    bytes(data);
  }

  void u32_leb(u32 value) { u64_leb(value); }
  void u64_leb(u64 value);
  void s32_leb(i32 value) { s64_leb(value); }
  /// An s33 that is not negative: the number of a type.
  void type_index(u32 number) { s64_leb(number); }
  void s64_leb(i64 value);
  void fixed_u32(u32 value) { fixed(value, 4); }
  void fixed_u64(u64 value) { fixed(value, 8); }

  /// Leaves room for a u32 that is not known yet (five bytes); patch_u32() fills it.
  [[nodiscard]] usize reserve_u32() {
    m_bytes.resize(m_bytes.size() + padded_size);
    return m_bytes.size() - padded_size;
  }
  /// Writes `value` as a LEB128 of five bytes, padded with zero bits, at `place`.
  void patch_u32(usize place, u32 value) noexcept;
  /// Writes it in its shortest form and closes the gap, which moves what follows.
  void patch_u32_short(usize place, u32 value);

  // Types (specification §5.3).
  void heap_type(HeapType heap, bool exact = false);
  /// A value, storage or reference type.
  void value_type(ValType type);
  void block_type(const BlockType& type);

  /// Opcode with its prefix.
  void op(Op op);

 private:
  static constexpr usize padded_size = 5;
  void fixed(u64 value, u32 size);

  std::vector<u8> m_bytes;
};

/// The Stream that writes immediates in the binary format; see visit() in imm.hpp.
class ImmWriter {
 public:
  static constexpr bool text_order = false;
  explicit ImmWriter(ByteWriter& writer) noexcept : w(writer) {}

  void index(Space, u32& x) { w.u32_leb(x); }
  void count(u32& x) { w.u32_leb(x); }
  void lane(u8& x) { w.byte(x); }
  void lanes(V128& x) { w.bytes(x.bytes); }
  void const_i32(u64& x) { w.s32_leb(static_cast<i32>(static_cast<u32>(x))); }
  void const_i64(u64& x) { w.s64_leb(static_cast<i64>(x)); }
  void const_f32(u64& x) { w.fixed_u32(static_cast<u32>(x)); }
  void const_f64(u64& x) { w.fixed_u64(x); }
  void const_v128(V128& x) { w.bytes(x.bytes); }
  void block_type(BlockType& x) { w.block_type(x); }
  void heap_type(ValType& x) { w.heap_type(x.heap, x.exact); }
  void memarg(MemArg& x, u32 access);
  void labels(std::vector<u32>& x);
  void types(std::vector<ValType>& x);
  void cast_branch(u32& label, ValType& from, ValType& to);
  void catches(std::vector<Catch>& x);
  void handlers(std::vector<Handler>& x);
  void fence() { w.byte(0); }

 private:
  ByteWriter& w;
};

/// Writes one instruction with its immediates (which are not changed).
void write_instruction(ByteWriter& writer, Op op, Imm& imm);

}  // namespace zhan

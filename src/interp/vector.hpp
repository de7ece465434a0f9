// SPDX-License-Identifier: Apache-2.0
// Loads and stores as functions on an address and slots, for cells that are not made of tokens:
// vectors, and every access to memories other than a guarded or plain first one.
#pragma once

#include "interp/eval.hpp"

namespace zhan::interp {

ZHAN_INLINE V128 read_v128(const Slot* slot) noexcept {
  V128 value;
  std::memcpy(value.bytes.data(), slot, sizeof(value.bytes));
  return value;
}
ZHAN_INLINE void write_v128(Slot* slot, const V128& value) noexcept {
  std::memcpy(slot, value.bytes.data(), sizeof(value.bytes));
}

/// The low `size` bytes at an address, the rest zero.
template <usize size>
ZHAN_INLINE V128 load_low(const u8* address) noexcept {
  V128 value;
  std::memcpy(value.bytes.data(), address, size);
  return value;
}

/// What a vector load makes of the bytes it reads; `old` is the vector whose lane is replaced.
template <Op op>
ZHAN_INLINE V128 load_vector(const u8* address, [[maybe_unused]] const V128& old,
                             [[maybe_unused]] u8 lane) noexcept {
  constexpr usize size = usize{1} << op_info(op).access;
  const V128 low = load_low<size>(address);
  const u64 bits = low.lanes<u64>()[0];
  switch (op) {
    case Op::v128_load8x8_s: return sem::i16x8_extend_low_i8x16_s(low);
    case Op::v128_load8x8_u: return sem::i16x8_extend_low_i8x16_u(low);
    case Op::v128_load16x4_s: return sem::i32x4_extend_low_i16x8_s(low);
    case Op::v128_load16x4_u: return sem::i32x4_extend_low_i16x8_u(low);
    case Op::v128_load32x2_s: return sem::i64x2_extend_low_i32x4_s(low);
    case Op::v128_load32x2_u: return sem::i64x2_extend_low_i32x4_u(low);
    case Op::v128_load8_splat: return sem::i8x16_splat(static_cast<u32>(bits));
    case Op::v128_load16_splat: return sem::i16x8_splat(static_cast<u32>(bits));
    case Op::v128_load32_splat: return sem::i32x4_splat(static_cast<u32>(bits));
    case Op::v128_load64_splat: return sem::i64x2_splat(bits);
    case Op::v128_load8_lane: return sem::i8x16_replace_lane(lane, old, static_cast<u32>(bits));
    case Op::v128_load16_lane: return sem::i16x8_replace_lane(lane, old, static_cast<u32>(bits));
    case Op::v128_load32_lane: return sem::i32x4_replace_lane(lane, old, static_cast<u32>(bits));
    case Op::v128_load64_lane: return sem::i64x2_replace_lane(lane, old, bits);
    default: return low;  // v128.load, load32_zero, load64_zero
  }
}

template <Op op>
inline constexpr bool is_vector_load = op_info(op).is(trait::load) && op_info(op).results() == "v";

/// Executes the memory instruction `op` at `address` with slots of the frame.
template <Op op, class C>
ZHAN_INLINE void access(Slot* fp, const C& cell, u8* address) noexcept {
  constexpr OpInfo info = op_info(op);
  constexpr usize size = usize{1} << info.access;
  if constexpr (is_vector_load<op>) {
    const V128 old = info.imm == ImmKind::memarg_lane ? read_v128(fp + cell.value) : V128{};
    write_v128(fp + cell.dst, load_vector<op>(address, old, cell.lane));
  } else if constexpr (info.is(trait::load)) {
    fp[cell.dst] = to_slot(load_value<op>(address));
  } else if constexpr (info.imm == ImmKind::memarg_lane) {
    const V128 value = read_v128(fp + cell.value);
    std::memcpy(address, value.bytes.data() + (cell.lane * size & 15), size);
  } else {
    std::memcpy(address, fp + cell.value, size);  // scalar or whole vector: slots are little-endian
  }
}

}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// The instruction table as data: enum Op, one OpInfo a row of ops.def, look-up by code.
#pragma once

#include <array>
#include <string_view>

#include "base/ints.hpp"
#include "wasm/features.hpp"

namespace zhan {

enum class Op : u16 {
#define ZHAN_OP(id, prefix, code, text, imm, sig, access, feature, traits) id,
#include "wasm/ops.def"
#undef ZHAN_OP
};

/// Kinds of immediates; what each consists of stands in imm.hpp.
enum class ImmKind : u8 {
  none,
  block,
  label,
  labels,
  func,
  type,
  call_indirect,
  local,
  global,
  table,
  table_init,
  table_copy,
  elem,
  memory,
  memory_init,
  memory_copy,
  data,
  memarg,
  memarg_lane,
  lane,
  shuffle,
  const_i32,
  const_i64,
  const_f32,
  const_f64,
  const_v128,
  select_types,
  heap_type,
  cast_branch,
  field,
  array_fixed,
  array_data,
  array_elem,
  array_copy,
  try_table,
  tag,
  fence,
  cont_bind,
  resume,
  resume_throw,
  cont_switch,
};

namespace trait {
inline constexpr u32 value = 1 << 0;     // pure; its meaning stands in sem.hpp
inline constexpr u32 konst = 1 << 1;     // allowed in constant expressions
inline constexpr u32 traps = 1 << 2;     // may trap
inline constexpr u32 commutes = 1 << 3;  // operands may be exchanged
inline constexpr u32 compare = 1 << 4;   // yields 0 or 1
inline constexpr u32 load = 1 << 5;
inline constexpr u32 store = 1 << 6;
inline constexpr u32 memory = 1 << 7;  // bulk, size, grow
inline constexpr u32 table = 1 << 8;
inline constexpr u32 control = 1 << 9;
inline constexpr u32 call = 1 << 10;
inline constexpr u32 ref = 1 << 11;
inline constexpr u32 gc = 1 << 12;
inline constexpr u32 atomic = 1 << 13;
inline constexpr u32 cont = 1 << 14;
}  // namespace trait

struct OpInfo {
  std::string_view text;
  std::string_view signature;  // "ii_i"; "special" where the row does not say all
  u16 code;
  u8 prefix;  // 0 = none
  ImmKind imm;
  u8 access;  // log2 of the bytes accessed
  Feature feature;
  u32 traits;

  [[nodiscard]] constexpr bool is(u32 trait_bits) const noexcept {
    return (traits & trait_bits) != 0;
  }
  [[nodiscard]] constexpr bool special() const noexcept { return signature == "special"; }
  /// Letters before and after the "_" of a signature that is not special.
  [[nodiscard]] constexpr std::string_view params() const noexcept {
    return signature.substr(0, signature.find('_'));
  }
  [[nodiscard]] constexpr std::string_view results() const noexcept {
    return signature.substr(signature.find('_') + 1);
  }
};

namespace detail {
using namespace trait;
inline constexpr OpInfo op_rows[] = {
#define ZHAN_OP(id, prefix, code, text, imm, sig, access, feature, traits) \
  {text, #sig, code, prefix, ImmKind::imm, access, Feature::feature, traits},
#include "wasm/ops.def"
#undef ZHAN_OP
};
}  // namespace detail

inline constexpr usize op_count = sizeof(detail::op_rows) / sizeof(detail::op_rows[0]);
inline constexpr Op no_op = static_cast<Op>(0xffff);

[[nodiscard]] constexpr const OpInfo& op_info(Op op) noexcept {
  return detail::op_rows[static_cast<usize>(op)];
}

namespace detail {
/// Op by code, one table a prefix; sized by the largest code of each.
template <u8 Prefix, usize Size>
consteval std::array<Op, Size> op_codes() {
  std::array<Op, Size> codes;
  codes.fill(no_op);
  for (usize i = 0; i < op_count; ++i)
    if (op_rows[i].prefix == Prefix) codes[op_rows[i].code] = static_cast<Op>(i);
  return codes;
}
inline constexpr auto plain_codes = op_codes<0, 256>();
inline constexpr auto fb_codes = op_codes<0xfb, 64>();
inline constexpr auto fc_codes = op_codes<0xfc, 32>();
inline constexpr auto fd_codes = op_codes<0xfd, 320>();
inline constexpr auto fe_codes = op_codes<0xfe, 128>();
}  // namespace detail

[[nodiscard]] constexpr bool is_prefix(u8 byte) noexcept { return byte >= 0xfb && byte <= 0xfe; }

/// The instruction of a code, or no_op.
[[nodiscard]] constexpr Op find_op(u8 prefix, u32 code) noexcept {
  const auto in = [code](const auto& codes) { return code < codes.size() ? codes[code] : no_op; };
  switch (prefix) {
    case 0: return in(detail::plain_codes);
    case 0xfb: return in(detail::fb_codes);
    case 0xfc: return in(detail::fc_codes);
    case 0xfd: return in(detail::fd_codes);
    case 0xfe: return in(detail::fe_codes);
    default: return no_op;
  }
}

}  // namespace zhan

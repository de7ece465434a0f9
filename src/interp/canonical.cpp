// SPDX-License-Identifier: Apache-2.0
// The option `deterministic`: whatever may make a NaN is followed by cells that put the canonical
// one (positive, only the top bit of the fraction) in its place. Which NaN comes out of arithmetic
// depends on the processor and on the order in which a compiler gives it the operands; nothing else
// of the interpreter does.
#include <algorithm>

#include "interp/predecoder.hpp"

namespace zhan::interp {
namespace {

/// Sign instructions, pseudo-minima and moves are not here: they keep the NaN they are given
/// (specification §4.3.3), on every machine the same.
constexpr std::string_view nan_makers[] = {"ceil",
                                           "floor",
                                           "trunc",
                                           "nearest",
                                           "sqrt",
                                           "add",
                                           "sub",
                                           "mul",
                                           "div",
                                           "min",
                                           "max",
                                           "demote_f64",
                                           "demote_f64x2_zero",
                                           "promote_f32",
                                           "promote_low_f32x4",
                                           "relaxed_madd",
                                           "relaxed_nmadd",
                                           "relaxed_min",
                                           "relaxed_max"};

/// Class of the NaNs that an instruction may make, in a number or in lanes: 'f', 'F', 0 = none.
[[nodiscard]] char nan_class(std::string_view text) noexcept {
  const usize dot = text.find('.');
  const bool makes = std::find(std::begin(nan_makers), std::end(nan_makers),
                               text.substr(dot + 1)) != std::end(nan_makers);
  if (!makes) return 0;
  return text.starts_with("f32") ? 'f' : text.starts_with("f64") ? 'F' : '\0';
}

constexpr u64 canonical_f32 = 0x7fc0'0000;
constexpr u64 canonical_f64 = u64{0x7ff8} << 48;

}  // namespace

bool may_make_nan(Op op) noexcept { return nan_class(op_info(op).text) != 0; }

/// x becomes select(x, NaN, x == x), or the same by lanes.
void Predecoder::canonicalise(Op op) {
  const char lane = nan_class(op_info(op).text);
  if (lane == 0) return;
  const char letter = m_stack.top().letter;
  m_stack.keep(m_stack.size() - 1);
  const u32 slot = m_stack.top().slot;
  const u64 nan = lane == 'f' ? canonical_f32 : canonical_f64;
  if (letter == 'v') {
    const u64 lanes = lane == 'f' ? nan << 32 | nan : nan;
    m_imm.v128 = V128::from<u64>({lanes, lanes});
    vector_const();
  } else {
    m_stack.push_konst(letter, nan);
  }
  m_stack.push_local(letter, slot);
  m_stack.push_local(letter, slot);
  if (letter == 'v') {
    vector_op(lane == 'f' ? Op::f32x4_eq : Op::f64x2_eq);
    return vector_op(Op::v128_bitselect);
  }
  value_op(lane == 'f' ? Op::f32_eq : Op::f64_eq);
  select(letter);
}

}  // namespace zhan::interp

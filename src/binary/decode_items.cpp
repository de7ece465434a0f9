// SPDX-License-Identifier: Apache-2.0
// What all sections consist of: counts, names, types, constant expressions.
#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "binary/decoder.hpp"
#include "wasm/type_features.hpp"

namespace zhan::binary {
namespace {

constexpr bool opens(const OpInfo& op) noexcept {
  return op.imm == ImmKind::block || op.imm == ImmKind::try_table;
}

constexpr bool closes(Op op) noexcept { return op == Op::end || op == Op::delegate; }

}  // namespace

u32 Decoder::count(u64 limit, usize smallest) {
  ZHAN_ASSERT(smallest > 0, "an item takes a byte at least");
  const u64 start = m_r.offset();
  const u32 n = m_r.u32_leb();
  if (n > m_r.left() / smallest) m_r.fail_at(ErrorId::unexpected_end_of_section, start);
  if (n > limit) m_r.fail_at(ErrorId::too_many_items, start);
  return m_r.ok() ? n : 0;
}

Range Decoder::name() {
  const u64 start = m_r.offset();
  const u32 size = m_r.u32_leb();
  if (size > m_r.left()) m_r.fail_at(ErrorId::length_out_of_bounds, start);
  const u64 text = m_r.offset();
  if (!is_utf8(m_r.bytes(m_r.ok() ? size : 0))) m_r.fail_at(ErrorId::malformed_utf8, start);
  return m_r.ok() ? range_from(text) : Range{};
}

// Only finds the end; whether the expression is constant and has the right type is the validator's.
ConstExpr Decoder::expression() {
  const u64 start = m_r.offset();
  u64 depth = 1;
  while (m_r.ok()) {
    const u64 at = m_r.offset();
    const Op op = m_r.op();
    if (!m_r.ok()) break;
    const OpInfo& info = op_info(op);
    need(info.feature, at);
    read_imm(m_r, info, m_imm);
    if (op == Op::else_ && depth == 1) m_r.fail_at(ErrorId::end_opcode_expected, at);
    if (opens(info)) ++depth;
    if (closes(op) && --depth == 0) break;
  }
  return m_r.ok() ? range_from(start) : ConstExpr{};
}

ValType Decoder::value_type() {
  const u64 start = m_r.offset();
  const ValType type = m_r.value_type();
  need(feature_of(type), start);
  return type;
}

ValType Decoder::storage_type() {
  const u64 start = m_r.offset();
  const ValType type = m_r.storage_type();
  need(feature_of(type), start);
  return type;
}

ValType Decoder::reference_type() {
  const u64 start = m_r.offset();
  const ValType type = m_r.reference_type();
  // Tables of functions are older than all other uses of references.
  if (type != type_funcref) need(feature_of(type), start);
  return type;
}

bool Decoder::mutability() {
  const u64 start = m_r.offset();
  const u8 flag = m_r.byte();
  if (flag > 1) m_r.fail_at(ErrorId::malformed_mutability, start);
  return flag == 1;
}

void Decoder::need(Feature feature, u64 at) {
  if (!m_r.ok() || feature == Feature::mvp || m_features.has(feature)) return;
  m_missing = feature;
  m_r.fail_at(ErrorId::unsupported_feature, at);
}

}  // namespace zhan::binary

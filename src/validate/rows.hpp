// SPDX-License-Identifier: Apache-2.0
// The instruction table packed for the validator's loop: 20 bytes a row.
#pragma once

#include <array>

#include "validate/validate.hpp"
#include "wasm/ops.hpp"
#include "wasm/types.hpp"

namespace zhan::validate {

namespace row_flag {
inline constexpr u8 special = 1;    // the signature does not say all
inline constexpr u8 not_const = 2;  // not allowed in constant expressions
inline constexpr u8 extended = 4;   // allowed there with extended-const only
inline constexpr u8 exact_align = 8;
}  // namespace row_flag

/// What the address operand or result is called in a row; which type it is depends on the memory.
inline constexpr TypeKind address_kind = TypeKind::bottom;

struct Row {
  u8 flags = 0;
  u8 param_count = 0;
  u8 result_count = 0;
  i8 wide = 0;  // results of type v128 less parameters of it
  TypeKind params[4] = {};
  TypeKind results[2] = {};
  ImmKind imm = ImmKind::none;
  Feature feature = Feature::mvp;
  u8 parts = 0;
  u8 access = 0;  // log2 of the natural alignment
  u8 lanes = 0;   // lane numbers are below it
};

namespace detail {

/// "i16x8.add" has 8 lanes: the number after the x.
consteval u8 lanes_of(const OpInfo& op) {
  if (op.imm == ImmKind::memarg_lane) return static_cast<u8>(16 >> op.access);
  if (op.imm != ImmKind::lane) return 0;
  u8 lanes = 0;
  for (usize i = op.text.find('x') + 1; op.text[i] >= '0' && op.text[i] <= '9'; ++i)
    lanes = static_cast<u8>(lanes * 10 + (op.text[i] - '0'));
  return lanes;
}

consteval u8 flags_of(const OpInfo& op) {
  u8 flags = op.special() ? row_flag::special : 0;
  if (!op.is(trait::konst) && op.text != "end") flags |= row_flag::not_const;
  if (op.is(trait::konst) && op.is(trait::value)) flags |= row_flag::extended;
  if (op.is(trait::atomic)) flags |= row_flag::exact_align;
  return flags;
}

consteval u8 parts_of(const OpInfo& op) {
  u8 parts = 0;
  if (op.is(trait::gc)) parts |= part_gc;
  if (op.is(trait::atomic)) parts |= part_atomics;
  if (op.is(trait::cont)) parts |= part_continuations;
  if (op.is(trait::call)) parts |= part_calls;
  if (op.text == "loop") parts |= part_loops;
  if (op.feature == Feature::exceptions || op.feature == Feature::legacy_exceptions)
    parts |= part_exceptions;
  if (op.feature == Feature::simd || op.feature == Feature::relaxed_simd) parts |= part_vectors;
  return parts;
}

consteval Row row_of(const OpInfo& op) {
  Row row;
  row.flags = flags_of(op);
  row.parts = parts_of(op);
  row.imm = op.imm;
  row.feature = op.feature;
  row.access = op.access;
  row.lanes = lanes_of(op);
  if (op.special()) return row;
  for (const char c : op.params()) {
    row.params[row.param_count++] = type_of_letter(c, address_kind).kind;
    if (c == 'v') --row.wide;
  }
  for (const char c : op.results()) {
    row.results[row.result_count++] = type_of_letter(c, address_kind).kind;
    if (c == 'v') ++row.wide;
  }
  return row;
}

consteval std::array<Row, op_count> make_rows() {
  std::array<Row, op_count> rows;
  for (usize i = 0; i < op_count; ++i) rows[i] = row_of(op_info(static_cast<Op>(i)));
  return rows;
}

}  // namespace detail

inline constexpr std::array<Row, op_count> rows = detail::make_rows();

}  // namespace zhan::validate

// SPDX-License-Identifier: Apache-2.0
#include "text/script_values.hpp"

#include <cstring>

#include "base/assert.hpp"
#include "text/parse_imm.hpp"
#include "text/parse_types.hpp"

namespace zhan::text {
namespace {

using Form = ScriptValue::Form;

struct Row {
  std::string_view word;
  Form form;
};
constexpr Row rows[] = {
    {"i32.const", Form::i32},         {"i64.const", Form::i64},       {"f32.const", Form::f32},
    {"f64.const", Form::f64},         {"v128.const", Form::v128},     {"ref.null", Form::ref_null},
    {"ref.extern", Form::ref_extern}, {"ref.host", Form::ref_host},   {"ref.func", Form::ref_func},
    {"ref.i31", Form::ref_i31},       {"ref.any", Form::ref_any},     {"ref.eq", Form::ref_eq},
    {"ref.struct", Form::ref_struct}, {"ref.array", Form::ref_array}, {"ref.exn", Form::ref_exn},
};

struct Shape {
  std::string_view word;
  u8 lane_bits;
  bool is_float;
};
constexpr Shape shapes[] = {{"i8x16", 8, false},  {"i16x8", 16, false}, {"i32x4", 32, false},
                            {"i64x2", 64, false}, {"f32x4", 32, true},  {"f64x2", 64, true}};

FloatPattern float_value(Cursor& c, u32 width, u64& bits) {
  bits = 0;
  if (c.skip_word("nan:canonical")) return FloatPattern::nan_canonical;
  if (c.skip_word("nan:arithmetic")) return FloatPattern::nan_arithmetic;
  bits = parse_constant(c, true, width);
  return FloatPattern::bits;
}

void vector_value(Cursor& c, ScriptValue& value) {
  const Shape* shape = nullptr;
  for (const Shape& row : shapes)
    if (c.at_word(row.word)) shape = &row;
  if (shape == nullptr) return c.unexpected();
  c.take();
  value.lane_bits = shape->lane_bits;
  value.float_lanes = shape->is_float;
  const u32 size = shape->lane_bits / 8u;
  ZHAN_ASSERT(size != 0 && 16 % size == 0, "lanes fill a vector");
  for (u32 lane = 0; lane * size < 16; ++lane) {
    u64 bits = 0;
    if (shape->is_float)
      value.lanes[lane] = float_value(c, shape->lane_bits, bits);
    else
      bits = parse_constant(c, false, shape->lane_bits);
    std::memcpy(value.v128.bytes.data() + lane * size, &bits, size);
  }
}

/// The heap type of ref.null, if there is one; a number tells nothing without its module.
void null_value(Cursor& c, ScriptValue& value) {
  if (c.at(TokenKind::close)) return;
  if (c.at_index()) {
    c.take();
  } else {
    value.heap = find_heap_word(c.peek());
    if (!value.heap) return c.unexpected();
    c.take();
  }
}

void number_value(Cursor& c, ScriptValue& value) {
  value.has_number = c.at(TokenKind::number);
  if (value.has_number) value.bits = c.u32_nat();
}

void plain_value(Cursor& c, ScriptValue& value) {
  switch (value.form) {
    case Form::i32: value.bits = parse_constant(c, false, 32); return;
    case Form::i64: value.bits = parse_constant(c, false, 64); return;
    case Form::f32: value.pattern = float_value(c, 32, value.bits); return;
    case Form::f64: value.pattern = float_value(c, 64, value.bits); return;
    case Form::v128: return vector_value(c, value);
    case Form::ref_null: return null_value(c, value);
    default: return number_value(c, value);
  }
}

ScriptValue one_value(Cursor& c) {
  ScriptValue value;
  for (const Row& row : rows) {
    if (!c.skip_open(row.word)) continue;
    value.form = row.form;
    plain_value(c, value);
    c.expect_close();
    return value;
  }
  c.unexpected();
  return value;
}

}  // namespace

ScriptValue parse_script_value(Cursor& c) {
  if (!c.skip_open("either")) return one_value(c);
  ScriptValue value;
  value.form = Form::either;
  while (c.at(TokenKind::open)) value.choices.push_back(one_value(c));
  c.expect_close();
  return value;
}

}  // namespace zhan::text

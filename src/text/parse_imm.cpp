// SPDX-License-Identifier: Apache-2.0
#include "text/parse_imm.hpp"

#include <bit>
#include <cstring>
#include <optional>

#include "base/assert.hpp"
#include "text/parse_types.hpp"

namespace zhan::text {
namespace {

struct Shape {
  std::string_view word;
  bool is_float;
  u32 width;
};
constexpr Shape shapes[] = {{"i8x16", false, 8},  {"i16x8", false, 16}, {"i32x4", false, 32},
                            {"i64x2", false, 64}, {"f32x4", true, 32},  {"f64x2", true, 64}};

/// Numbers, and the words that are numbers: inf, nan, nan:0x....
bool at_number(const Cursor& c) noexcept {
  if (c.at(TokenKind::number)) return true;
  return c.at(TokenKind::keyword) && parse_f64(c.peek().text).status != NumberStatus::malformed;
}

/// Malformed for tokens that are no number of the kind.
NumberText number_text(const Token& token, bool is_float, u32 width) {
  if (token.kind != TokenKind::number && (!is_float || token.kind != TokenKind::keyword)) return {};
  if (!is_float) return parse_int(token.text, width);
  return width == 32 ? parse_f32(token.text) : parse_f64(token.text);
}

}  // namespace

u64 parse_constant(Cursor& c, bool is_float, u32 width) {
  const Token& token = c.peek();
  const NumberText number = number_text(token, is_float, width);
  if (number.status == NumberStatus::malformed) return c.unexpected(), 0;
  if (!number.ok()) return c.fail_here(ErrorId::constant_out_of_range, token.text), 0;
  c.take();
  return number.bits;
}

V128 parse_v128(Cursor& c) {
  V128 v;
  const Shape* shape = nullptr;
  for (const Shape& row : shapes)
    if (c.at_word(row.word)) shape = &row;
  if (shape == nullptr) return c.unexpected(), v;
  c.take();
  const u32 size = shape->width / 8;
  ZHAN_ASSERT(16 % size == 0, "lanes fill a vector");
  std::optional<Token> too_large;  // their number counts before their values do
  for (u32 at = 0; at < 16; at += size) {
    if (!at_number(c) && !is_unknown_token(c.peek()))
      return c.fail_here(ErrorId::wrong_number_of_lanes), v;
    const NumberText lane = number_text(c.peek(), shape->is_float, shape->width);
    if (lane.status == NumberStatus::malformed) return c.unexpected(), v;
    if (!lane.ok()) too_large = c.peek();
    std::memcpy(v.bytes.data() + at, &lane.bits, size);
    c.take();
  }
  if (at_number(c)) c.fail_here(ErrorId::wrong_number_of_lanes);
  if (too_large) c.fail(ErrorId::constant_out_of_range, too_large->text.data(), too_large->text);
  return v;
}

u64 ImmParser::integer(u32 width) { return parse_constant(x.c, false, width); }
u64 ImmParser::floating(u32 width) { return parse_constant(x.c, true, width); }
void ImmParser::const_v128(V128& v) { v = parse_v128(x.c); }

void ImmParser::lanes(V128& v) {
  for (u8& lane : v.bytes) {
    if (!at_number(x.c)) return x.c.fail_here(ErrorId::invalid_lane_length);
    if (!parse_nat(x.c.peek().text).ok()) return x.c.fail_here(ErrorId::i8_constant_out_of_range);
    this->lane(lane);
  }
  if (x.c.at(TokenKind::number)) x.c.fail_here(ErrorId::invalid_lane_length);
}

u32 ImmParser::label() {
  if (!x.c.at(TokenKind::id)) return x.index(Space::label);
  const Token token = x.c.peek();
  const u32 number = m_labels.find(x.id_name(token));
  if (number == no_index)
    return x.c.fail_here(ErrorId::unknown_id, "label " + std::string(token.text)), 0;
  x.c.take();
  return number;
}

/// True if an index that may be left out stands here.
bool ImmParser::optional_index_here(Space space) {
  switch (op_info(m_op).imm) {
    case ImmKind::table_init:
      // The segment is never left out, so a single index is the segment's.
      return space != Space::table || Cursor::is_index(x.c.ahead());
    case ImmKind::memory_init: return space != Space::memory || Cursor::is_index(x.c.ahead());
    case ImmKind::table:
    case ImmKind::table_copy:
    case ImmKind::memory:
    case ImmKind::memory_copy: return x.c.at_index();
    case ImmKind::call_indirect: return space != Space::table || x.c.at_index();
    default: return true;
  }
}

void ImmParser::index(Space space, u32& number) {
  number = 0;
  if (!optional_index_here(space)) return;
  switch (space) {
    case Space::label: number = label(); return;
    case Space::local: number = x.index(space, m_function); return;
    case Space::field: number = x.index(space, m_type); return;
    case Space::type:
      if (op_info(m_op).imm == ImmKind::call_indirect)
        number = parse_type_use(x, false);
      else
        number = m_type = x.index(space);
      return;
    case Space::data: x.uses_data = true; [[fallthrough]];
    default: number = x.index(space); return;
  }
}

void ImmParser::block_type(BlockType& type) { type = parse_block_type(x); }

void ImmParser::heap_type(ValType& type) {
  if (m_op == Op::ref_null) {
    bool exact = false;
    const HeapType heap = parse_heap_type(x, exact);
    type = ValType::ref(heap, true, exact);
    return;
  }
  type = parse_ref_type(x);
  if (!type.nullable) return;
  if (m_op == Op::ref_test) m_op = Op::ref_test_null;
  if (m_op == Op::ref_cast) m_op = Op::ref_cast_null;
  if (m_op == Op::ref_cast_desc_eq) m_op = Op::ref_cast_desc_eq_null;
}

/// Number of a word like "offset=8".
u64 ImmParser::number_behind(std::string_view prefix) {
  const NumberText number = parse_nat(x.c.peek().text.substr(prefix.size()));
  if (number.status == NumberStatus::malformed)
    return x.c.fail_here(ErrorId::unknown_operator, x.c.peek().text), 0;
  if (!number.ok()) return x.c.fail_here(ErrorId::i64_constant_out_of_range), 0;
  return number.bits;
}

void ImmParser::memarg(MemArg& arg, u32 access) {
  Cursor& c = x.c;
  const auto at_prefix = [&](const Token& token, std::string_view prefix) {
    return token.kind == TokenKind::keyword && token.text.starts_with(prefix);
  };
  arg = {access, 0, 0};
  // Before a lane a memory can only be told from the lane by what follows.
  const bool lane_follows = op_info(m_op).imm == ImmKind::memarg_lane;
  if (c.at_index() && (!lane_follows || Cursor::is_index(c.ahead()) ||
                       at_prefix(c.ahead(), "offset=") || at_prefix(c.ahead(), "align=")))
    arg.memory = x.index(Space::memory);
  if (at_prefix(c.peek(), "offset=")) {
    arg.offset = number_behind("offset=");
    c.take();
  }
  if (at_prefix(c.peek(), "align=")) {
    const u64 align = number_behind("align=");
    if (c.ok() && !std::has_single_bit(align)) c.fail_here(ErrorId::alignment_not_power_of_two);
    arg.align_log2 = static_cast<u32>(std::countr_zero(align)) & 63;
    c.take();
  }
}

void ImmParser::labels(std::vector<u32>& list) {
  list.clear();
  do list.push_back(label());
  while (x.c.at_index());
}

void ImmParser::types(std::vector<ValType>& list) {
  list.clear();
  while (x.c.skip_open("result")) {
    while (!x.c.at(TokenKind::close) && x.c.ok()) list.push_back(parse_value_type(x));
    x.c.expect_close();
  }
}

void ImmParser::cast_branch(u32& label_number, ValType& from, ValType& to) {
  label_number = label();
  from = parse_ref_type(x);
  to = parse_ref_type(x);
}

void ImmParser::catches(std::vector<Catch>& list) {
  static constexpr std::string_view words[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
  list.clear();
  while (x.c.at(TokenKind::open)) {
    Catch clause;
    u8 form = 0;
    while (form < 4 && !x.c.at_open(words[form])) ++form;
    if (form == 4) return;
    x.c.skip_open(words[form]);
    clause.form = static_cast<Catch::Form>(form);
    if (clause.has_tag()) clause.tag = x.index(Space::tag);
    clause.label = label();
    x.c.expect_close();
    list.push_back(clause);
  }
}

void ImmParser::handlers(std::vector<Handler>& list) {
  list.clear();
  while (x.c.skip_open("on")) {
    Handler handler;
    handler.tag = x.index(Space::tag);
    handler.is_switch = x.c.skip_word("switch");
    if (!handler.is_switch) handler.label = label();
    x.c.expect_close();
    list.push_back(handler);
  }
}

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
#include "text/parse_code.hpp"

#include "base/assert.hpp"
#include "text/keywords.hpp"
#include "text/string_text.hpp"

namespace zhan::text {
namespace {

bool is_block(Op op) noexcept {
  const ImmKind imm = op_info(op).imm;
  return imm == ImmKind::block || imm == ImmKind::try_table;
}

/// Words that stand in ops.def but only belong to a block.
bool is_part_of_block(Op op) noexcept {
  switch (op) {
    case Op::else_:
    case Op::end:
    case Op::catch_:
    case Op::catch_all:
    case Op::delegate: return true;
    default: return false;
  }
}

}  // namespace

bool CodeParser::takes_plain(Kind kind) noexcept {
  switch (kind) {
    case Kind::root:
    case Kind::block:
    case Kind::then_part:
    case Kind::else_part:
    case Kind::try_part:
    case Kind::catch_part:
    case Kind::catch_all_part:
    case Kind::folded_block:
    case Kind::if_then:
    case Kind::if_else:
    case Kind::try_do:
    case Kind::try_clause:
    case Kind::try_last: return true;
    default: return false;
  }
}

void CodeParser::function(u32 number, usize body_start) {
  ZHAN_ASSERT(m_frames.empty(), "bodies do not nest");
  ZHAN_ASSERT(body_start <= x.bytes.size(), "the declarations of locals are written");
  m_function = number;
  m_body_start = body_start;
  m_label_number = 0;
  m_hints.clear();
  m_frames.push_back({Kind::root});
  run();
  ZHAN_ASSERT(!c.ok() || m_held.size() == 0, "every folded instruction was closed");
  x.bytes.op(Op::end);
  m_function = no_index;
}

Range CodeParser::finish(usize start) {
  x.bytes.op(Op::end);
  return {static_cast<u32>(start), static_cast<u32>(x.bytes.size() - start)};
}

Range CodeParser::expression() {
  const usize start = x.bytes.size();
  m_frames.push_back({Kind::root});
  run();
  return finish(start);
}

Range CodeParser::folded_expression() {
  const usize start = x.bytes.size();
  if (!c.at(TokenKind::open)) c.unexpected();
  m_frames.push_back({Kind::root_folded});
  run();
  return finish(start);
}

void CodeParser::run() {
  while (!m_frames.empty() && c.ok()) step();
}

void CodeParser::step() {
  ZHAN_ASSERT(!m_frames.empty(), "instructions stand in something");
  switch (c.peek().kind) {
    case TokenKind::open: return open();
    case TokenKind::close: return close();
    case TokenKind::keyword: return plain();
    default: return c.unexpected();
  }
}

/// The end of a block: pops its frame and label.
void CodeParser::end_block() {
  ZHAN_ASSERT(!m_frames.empty(), "a block that ends was open");
  x.bytes.op(Op::end);
  m_labels.pop();
  m_frames.pop_back();
}

void CodeParser::close() {
  Frame& frame = m_frames.back();
  switch (frame.kind) {
    case Kind::root: m_frames.pop_back(); return;
    case Kind::folded_op:
      emit_held(frame);
      m_frames.pop_back();
      break;
    case Kind::folded_block:
    case Kind::after_then:
    case Kind::after_else:
    case Kind::after_do:
    case Kind::try_clauses:
    case Kind::after_last: end_block(); break;
    case Kind::if_then: frame.kind = Kind::after_then; break;
    case Kind::if_else: frame.kind = Kind::after_else; break;
    case Kind::try_do: frame.kind = Kind::after_do; break;
    case Kind::try_clause: frame.kind = Kind::try_clauses; break;
    case Kind::try_last: frame.kind = Kind::after_last; break;
    case Kind::try_end: m_frames.pop_back(); break;
    default: return c.unexpected();
  }
  c.take();
  if (!m_frames.empty() && m_frames.back().kind == Kind::root_folded) m_frames.pop_back();
}

void CodeParser::open() {
  Frame& frame = m_frames.back();
  switch (frame.kind) {
    case Kind::if_condition:
      if (!c.at_open("then")) return folded();
      [[fallthrough]];
    case Kind::after_then: return folded_if(frame);
    case Kind::try_start:
    case Kind::after_do:
    case Kind::try_clauses: return folded_try(frame);
    case Kind::after_else:
    case Kind::after_last:
    case Kind::try_end: return c.unexpected();
    default: return folded();
  }
}

/// "(then" behind the condition or "(else" behind that.
void CodeParser::folded_if(Frame& frame) {
  if (frame.kind == Kind::if_condition) {
    c.skip_open("then");
    emit_held(frame);
    frame.kind = Kind::if_then;
    push_label(frame.label);
  } else if (c.skip_open("else")) {
    x.bytes.op(Op::else_);
    frame.kind = Kind::if_else;
  } else {
    c.unexpected();
  }
}

void CodeParser::folded_try(Frame& frame) {
  if (frame.kind == Kind::try_start) {
    if (!c.skip_open("do")) return c.unexpected();
    frame.kind = Kind::try_do;
    return;
  }
  if (c.skip_open("catch")) {
    m_imm.a = x.index(Space::tag);
    write_instruction(x.bytes, Op::catch_, m_imm);
    frame.kind = Kind::try_clause;
  } else if (c.skip_open("catch_all")) {
    x.bytes.op(Op::catch_all);
    frame.kind = Kind::try_last;
  } else if (frame.kind == Kind::after_do && c.at_open("delegate")) {
    c.take();
    c.take();
    plain_delegate();
    c.expect_close();
    m_frames.push_back({Kind::try_end, Op::delegate});
  } else {
    c.unexpected();
  }
}

/// Reads the word of an instruction, an identifier of a block and the immediates.
Op CodeParser::head(std::string_view& label) {
  Op op = c.at(TokenKind::keyword) ? find_op_by_text(c.peek().text) : no_op;
  if (op == no_op) return c.unexpected(), no_op;
  c.take();
  label = {};
  if (is_block(op)) label = x.optional_id();
  if (op == Op::select && c.at_open("result")) op = Op::select_t;
  ImmParser stream(x, m_labels, op, m_function);
  visit(stream, op_info(op), m_imm);
  return op;
}

void CodeParser::folded() {
  const u32 hint = take_hint();
  c.take();
  if (c.at(TokenKind::keyword) && is_part_of_block(find_op_by_text(c.peek().text)))
    return c.unexpected();
  std::string_view label;
  const Op op = head(label);
  if (!c.ok()) return;
  if (op == Op::if_) return hold(op, {Kind::if_condition, op, hint, 0, label});
  if (!is_block(op)) return hold(op, {Kind::folded_op, op, hint});
  emit(op, hint);
  push_label(label);
  m_frames.push_back({op == Op::try_ ? Kind::try_start : Kind::folded_block, op});
}

void CodeParser::plain() {
  if (!takes_plain(m_frames.back().kind)) return c.unexpected();
  const u32 hint = take_hint();
  const Op word = find_op_by_text(c.peek().text);
  switch (word) {
    case Op::end: return end_label();
    case Op::else_: return plain_else();
    case Op::catch_:
    case Op::catch_all: return plain_catch(word);
    case Op::delegate:
      if (m_frames.back().kind != Kind::try_part) return c.unexpected();
      c.take();
      return plain_delegate();
    default: break;
  }
  std::string_view label;
  const Op op = head(label);
  if (!c.ok()) return;
  emit(op, hint);
  if (is_block(op)) start_plain_block(op, label);
}

void CodeParser::start_plain_block(Op op, std::string_view label) {
  const Kind kind = op == Op::if_ ? Kind::then_part : op == Op::try_ ? Kind::try_part : Kind::block;
  push_label(label);
  m_frames.push_back({kind, op});
}

/// "end" with the identifier that the block may repeat.
void CodeParser::end_label() {
  switch (m_frames.back().kind) {
    case Kind::block:
    case Kind::then_part:
    case Kind::else_part:
    case Kind::try_part:
    case Kind::catch_part:
    case Kind::catch_all_part: break;
    default: return c.unexpected();
  }
  c.take();
  const Token token = c.peek();
  const std::string_view id = x.optional_id();
  if (!id.empty() && id != m_labels.innermost())
    return c.fail(ErrorId::mismatching_label, token.text.data(), token.text);
  end_block();
}

void CodeParser::plain_else() {
  Frame& frame = m_frames.back();
  if (frame.kind != Kind::then_part) return c.unexpected();
  c.take();
  const Token token = c.peek();
  const std::string_view id = x.optional_id();
  if (!id.empty() && id != m_labels.innermost())
    return c.fail(ErrorId::mismatching_label, token.text.data(), token.text);
  x.bytes.op(Op::else_);
  frame.kind = Kind::else_part;
}

void CodeParser::plain_catch(Op op) {
  Frame& frame = m_frames.back();
  if (frame.kind != Kind::try_part && frame.kind != Kind::catch_part) return c.unexpected();
  c.take();
  if (op == Op::catch_) m_imm.a = x.index(Space::tag);
  write_instruction(x.bytes, op, m_imm);
  frame.kind = op == Op::catch_ ? Kind::catch_part : Kind::catch_all_part;
}

/// The label of "delegate" counts from outside the try, which it ends.
void CodeParser::plain_delegate() {
  m_labels.pop();
  m_frames.pop_back();
  Op op = Op::delegate;
  ImmParser stream(x, m_labels, op, m_function);
  visit(stream, op_info(op), m_imm);
  write_instruction(x.bytes, op, m_imm);
}

void CodeParser::push_label(std::string_view label) {
  m_labels.push(label);
  if (m_function != no_index) x.names.add(NameKind::label, m_function, m_label_number++, label);
}

void CodeParser::emit(Op op, u32 hint) {
  if (hint != no_index) record_hint(hint, op);
  write_instruction(x.bytes, op, m_imm);
}

void CodeParser::hold(Op op, Frame frame) {
  frame.held = m_held.size();
  write_instruction(m_held, op, m_imm);
  m_frames.push_back(frame);
}

void CodeParser::emit_held(Frame& frame) {
  ZHAN_ASSERT(frame.held < m_held.size(), "a folded instruction holds its head until it is closed");
  if (frame.hint != no_index) record_hint(frame.hint, frame.op);
  x.bytes.bytes(m_held.view().subspan(frame.held));
  m_held.truncate(frame.held);
}

u32 CodeParser::take_hint() {
  const Note* note = c.note();
  if (note == nullptr || note->id != "metadata.code.branch_hint") return no_index;
  if (m_function == no_index) return no_index;  // misplaced, which the cursor reports
  const Note hint = c.take_note();
  const Note* next = c.note();
  if (next != nullptr && next->id == hint.id)
    c.fail_with(ErrorId::malformed_annotation, next->at,
                "@metadata.code.branch_hint annotation: duplicate annotation");
  m_hints.push_back(hint);
  return static_cast<u32>(m_hints.size() - 1);
}

void CodeParser::record_hint(u32 number, Op op) {
  ZHAN_ASSERT(number < m_hints.size(), "the hint was taken in this function");
  const Note& hint = m_hints[number];
  if (op != Op::if_ && op != Op::br_if)
    return c.fail_with(ErrorId::annotation_target, hint.at,
                       "@metadata.code.branch_hint annotation: invalid target");
  HintAt record;
  record.function = m_function;
  record.offset = static_cast<u32>(x.bytes.size() - m_body_start);
  Lexer lexer(hint.body);
  Token token = lexer.next();
  for (; token.kind == TokenKind::string; token = lexer.next())
    append_string(record.bytes, string_inside(token.text));
  if (token.kind != TokenKind::end)
    return c.fail_with(ErrorId::malformed_annotation, hint.at,
                       "@metadata.code.branch_hint annotation: unexpected token");
  x.hints.push_back(std::move(record));
}

}  // namespace zhan::text

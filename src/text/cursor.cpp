// SPDX-License-Identifier: Apache-2.0
#include "text/cursor.hpp"

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "text/keywords.hpp"

namespace zhan::text {

bool is_unknown_token(const Token& token) {
  switch (token.kind) {
    case TokenKind::reserved: return true;
    case TokenKind::keyword: return !is_known_word(token.text);
    case TokenKind::number: return parse_f64(token.text).status == NumberStatus::malformed;
    default: return false;
  }
}

Error Cursor::take_error() {
  ZHAN_ASSERT(m_error.has_value(), "an error is taken only after a failure");
  return std::move(*m_error);
}

Token Cursor::take() {
  if (m_taken < m_now.notes) misplaced_note();
  const Token taken = m_now;
  if (lexer_failed(m_now)) return taken;
  m_now = m_ahead;
  if (m_ahead.kind != TokenKind::end) m_ahead = m_lexer.next();
  return taken;
}

void Cursor::seek(const char* at) {
  if (!ok()) return;
  m_lexer.seek(at);
  m_taken = m_lexer.notes().size();
  m_now = m_lexer.next();
  m_ahead = m_lexer.next();
}

Note Cursor::take_note() {
  ZHAN_ASSERT(note() != nullptr, "only an annotation that is there can be taken");
  return m_lexer.notes()[m_taken++];
}

void Cursor::misplaced_note() {
  ZHAN_ASSERT(m_taken < m_lexer.notes().size(), "an untaken annotation exists");
  const Note& misplaced = m_lexer.notes()[m_taken];
  if (misplaced.id == "metadata.code.branch_hint")
    return fail_with(ErrorId::misplaced_annotation, misplaced.at,
                     "@metadata.code.branch_hint annotation: not in a function");
  fail(ErrorId::misplaced_annotation, misplaced.at,
       "@" + std::string(misplaced.id) + " annotation");
}

void Cursor::fail_with(ErrorId id, const char* at, std::string message) {
  if (!ok()) return;
  ZHAN_ASSERT(!message.empty(), "an error says something");
  m_error.emplace(error_kind(id), std::move(message));
  const Position position = position_of(text(), at);
  ErrorInfo& info = m_error->info();
  info.id = id;
  info.line = position.line;
  info.column = position.column;
  const char* end = text().data() + text().size();
  m_lexer.seek(end);
  m_now = m_ahead = {TokenKind::end, 0, {end, 0}};
}

void Cursor::fail(ErrorId id, const char* at, std::string_view detail) {
  std::string message = error_text(id);
  if (!detail.empty()) message.append(" ").append(escaped(detail));
  fail_with(id, at, std::move(message));
}

void Cursor::unexpected() {
  if (lexer_failed(m_now)) return;
  if (is_unknown_token(m_now)) return fail_here(ErrorId::unknown_operator, m_now.text);
  if (at(TokenKind::open)) {
    if (lexer_failed(m_ahead)) return;
    if (is_unknown_token(m_ahead))
      return fail(ErrorId::unknown_operator, m_ahead.text.data(), m_ahead.text);
  }
  fail_here(ErrorId::unexpected_token, at(TokenKind::end) ? std::string_view() : m_now.text);
}

u64 Cursor::nat(u64 limit, ErrorId range) {
  if (!at(TokenKind::number)) return unexpected(), 0;
  const NumberText number = parse_nat(m_now.text);
  if (number.status == NumberStatus::malformed) return unexpected(), 0;
  if (!number.ok() || number.bits > limit) return fail_here(range), 0;
  take();
  return number.bits;
}

}  // namespace zhan::text

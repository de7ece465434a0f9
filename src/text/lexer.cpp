// SPDX-License-Identifier: Apache-2.0
#include "text/lexer.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "text/chars.hpp"
#include "text/string_text.hpp"

namespace zhan::text {
namespace {

std::string_view view(const char* from, const char* to) noexcept {
  return {from, static_cast<usize>(to - from)};
}

/// Ids of annotations that have a meaning for the parser.
bool is_wanted(std::string_view id) noexcept {
  return id == "custom" || id == "name" || id == "metadata.code.branch_hint" ||
         id == "zhan.data_count";
}

}  // namespace

Position position_of(std::string_view text, const char* at) noexcept {
  ZHAN_ASSERT(at >= text.data() && at <= text.data() + text.size(), "the place lies in the text");
  Position position;
  for (const char* c = text.data(); c < at; ++c) {
    const bool line_end = *c == '\n' || (*c == '\r' && (c + 1 == at || c[1] != '\n'));
    if (line_end) {
      ++position.line;
      position.column = 1;
    } else if ((static_cast<u8>(*c) & 0xc0) != 0x80) {
      ++position.column;
    }
  }
  return position;
}

void Lexer::fail(ErrorId id, const char* at) noexcept {
  ZHAN_ASSERT(at >= m_text.data() && at <= m_end, "an error lies in the text");
  if (ok()) {
    m_error = id;
    m_error_at = at;
  }
  m_at = m_end;
}

void Lexer::check_utf8(const char* from, const char* to) noexcept {
  const usize good = valid_utf8_prefix(view(from, to));
  if (from + good != to) fail(ErrorId::malformed_utf8, from + good);
}

void Lexer::line_comment() {
  ZHAN_ASSERT(starts(';', ';'), "a line comment starts with two semicolons");
  const char* start = m_at;
  while (m_at != m_end && *m_at != '\n' && *m_at != '\r') ++m_at;
  check_utf8(start, m_at);
}

void Lexer::block_comment() {
  ZHAN_ASSERT(starts('(', ';'), "a block comment starts with its opening pair");
  const char* start = m_at;
  u64 depth = 0;
  do {
    if (starts('(', ';')) {
      ++depth;
      m_at += 2;
    } else if (starts(';', ')')) {
      --depth;
      m_at += 2;
    } else if (m_at == m_end) {
      return fail(ErrorId::unclosed_comment, start);
    } else {
      ++m_at;
    }
  } while (depth != 0);
  check_utf8(start, m_at);
}

void Lexer::skip_blank() {
  while (m_at != m_end) {
    if (is_space(*m_at)) {
      ++m_at;
    } else if (starts(';', ';')) {
      line_comment();
    } else if (starts('(', ';')) {
      block_comment();
    } else {
      return;
    }
  }
}

bool Lexer::skip_string(ErrorId& problem, const char*& where) noexcept {
  ZHAN_ASSERT(*m_at == '"', "a string starts with a quote");
  const char* start = m_at++;
  const auto stop = [&](ErrorId id, const char* at) {
    problem = id;
    where = at;
    return false;
  };
  bool high = false;
  for (; m_at != m_end; ++m_at) {
    const u8 c = static_cast<u8>(*m_at);
    if (c == '"') {
      const char* inside = start + 1;
      const usize good = high ? valid_utf8_prefix(view(inside, m_at)) : usize(m_at - inside);
      if (inside + good != m_at) return stop(ErrorId::malformed_utf8, inside + good);
      ++m_at;
      return true;
    }
    if (c == '\n') break;
    if (c < 0x20 || c == 0x7f) return stop(ErrorId::illegal_control_character, m_at);
    high |= c >= 0x80;
    if (c == '\\') {
      const usize length = escape_length(m_at + 1, m_end);
      if (length == 0) return stop(ErrorId::illegal_escape, m_at);
      m_at += length;
    }
  }
  return stop(ErrorId::unclosed_string, start);
}

Token Lexer::word(const char* start) {
  ZHAN_ASSERT(m_at == start && m_at != m_end, "a word starts at the cursor and is not empty");
  bool plain = true;  // id characters only
  u32 strings = 0;
  const char* string_at = nullptr;
  const char* string_end = nullptr;
  while (m_at != m_end) {
    if (is_id_char(*m_at)) {
      ++m_at;
    } else if (*m_at == '"') {
      ErrorId problem = ErrorId::custom;
      const char* where = nullptr;
      string_at = m_at;
      if (!skip_string(problem, where)) {
        const bool quoted_id = string_at == start + 1 && *start == '$';
        return quoted_id ? fail(ErrorId::empty_identifier, start) : fail(problem, where), Token{};
      }
      string_end = m_at;
      plain = false;
      ++strings;
    } else if (is_char(*m_at, char_class::reserved) && !starts(';', ';')) {
      ++m_at;
      plain = false;
      strings = 2;
    } else {
      break;
    }
  }
  const bool to_end = strings == 1 && string_end == m_at;
  const auto token = [&](TokenKind kind) { return Token{kind, 0, view(start, m_at)}; };
  if (*start == '$') {
    if (m_at == start + 1 || (to_end && string_at == start + 1 && m_at == start + 3))
      return fail(ErrorId::empty_identifier, start), Token{};
    return token(plain || (to_end && string_at == start + 1) ? TokenKind::id : TokenKind::reserved);
  }
  if (to_end && string_at == start) return token(TokenKind::string);
  if (!plain) return token(TokenKind::reserved);
  if (*start >= 'a' && *start <= 'z') return token(TokenKind::keyword);
  if ((*start >= '0' && *start <= '9') || *start == '-' || *start == '+')
    return token(TokenKind::number);
  return token(TokenKind::reserved);
}

Token Lexer::raw_token() {
  skip_blank();
  if (m_at == m_end) return {TokenKind::end, 0, view(m_at, m_at)};
  const char* start = m_at;
  if (*start == '(') return {TokenKind::open, 0, view(start, ++m_at)};
  if (*start == ')') return {TokenKind::close, 0, view(start, ++m_at)};
  if (is_id_char(*start) || *start == '"' || is_char(*start, char_class::reserved))
    return word(start);
  const bool bad_utf8 = static_cast<u8>(*start) >= 0x80 &&
                        valid_utf8_prefix(view(start, std::min(start + 4, m_end))) == 0;
  fail(bad_utf8 ? ErrorId::malformed_utf8 : ErrorId::illegal_character, start);
  return {};
}

bool Lexer::annotation_id(std::string_view& id) {
  const char* start = m_at;
  if (m_at != m_end && *m_at == '"') {
    ErrorId problem = ErrorId::custom;
    const char* where = nullptr;
    if (!skip_string(problem, where)) {
      const bool utf8 = problem == ErrorId::malformed_utf8;
      return fail(utf8 ? problem : ErrorId::empty_annotation_id, where), false;
    }
    id = view(start + 1, m_at - 1);
    std::string decoded;
    append_string(decoded, id);
    if (!is_utf8(decoded)) return fail(ErrorId::malformed_utf8, start), false;
  } else {
    while (m_at != m_end && is_id_char(*m_at)) ++m_at;
    id = view(start, m_at);
  }
  if (id.empty()) fail(ErrorId::empty_annotation_id, start);
  return ok();
}

void Lexer::annotation_body() {
  const char* start = m_at;
  for (u64 depth = 1; depth != 0;) {
    const Token token = raw_token();
    if (!ok()) return;
    if (token.kind == TokenKind::end) return fail(ErrorId::unclosed_annotation, start);
    if (token.kind == TokenKind::open) ++depth;
    if (token.kind == TokenKind::close) --depth;
  }
}

void Lexer::annotation() {
  ZHAN_ASSERT(starts('(', '@'), "an annotation starts with its opening pair");
  const char* start = m_at;
  m_at += 2;
  Note note;
  note.at = start;
  if (!annotation_id(note.id)) return;
  const char* body = m_at;
  annotation_body();
  if (!ok() || !m_collect || !is_wanted(note.id)) return;
  note.body = view(body, m_at - 1);
  m_notes.push_back(note);
}

Token Lexer::next() {
  for (;;) {
    skip_blank();
    if (!starts('(', '@')) break;
    annotation();
  }
  Token token = raw_token();
  if (!ok()) token = {TokenKind::end, 0, view(m_end, m_end)};
  ZHAN_ASSERT(token.kind == TokenKind::end || !token.text.empty(),
              "only the end has no characters");
  token.notes = static_cast<u32>(m_notes.size());
  return token;
}

}  // namespace zhan::text

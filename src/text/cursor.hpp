// SPDX-License-Identifier: Apache-2.0
// The parser's place in the text: two tokens of lookahead and the first error. After an error only
// `end` tokens come, so that loops stop by themselves.
#pragma once

#include <optional>
#include <string>

#include "base/float_text.hpp"
#include "base/result.hpp"
#include "text/lexer.hpp"

namespace zhan::text {

class Cursor {
 public:
  Cursor(std::string_view text, bool collect_notes) : m_lexer(text, collect_notes) {
    seek(text.data());
  }

  [[nodiscard]] bool ok() const noexcept { return !m_error; }
  /// The error, with line and column; only if !ok().
  [[nodiscard]] Error take_error();
  [[nodiscard]] std::string_view text() const noexcept { return m_lexer.text(); }

  [[nodiscard]] const Token& peek() const noexcept { return m_now; }
  [[nodiscard]] const Token& ahead() const noexcept { return m_ahead; }
  [[nodiscard]] bool at(TokenKind kind) const noexcept { return m_now.kind == kind; }
  [[nodiscard]] bool at_word(std::string_view word) const noexcept {
    return at(TokenKind::keyword) && m_now.text == word;
  }
  /// At "(word".
  [[nodiscard]] bool at_open(std::string_view word) const noexcept {
    return at(TokenKind::open) && m_ahead.kind == TokenKind::keyword && m_ahead.text == word;
  }
  [[nodiscard]] bool at_index() const noexcept { return is_index(m_now); }
  [[nodiscard]] static bool is_index(const Token& token) noexcept {
    return token.kind == TokenKind::id || token.kind == TokenKind::number;
  }

  /// Moves on; an annotation in between that nobody took is misplaced.
  Token take();
  bool skip(TokenKind kind) {
    if (!at(kind)) return false;
    take();
    return true;
  }
  bool skip_word(std::string_view word) {
    if (!at_word(word)) return false;
    take();
    return true;
  }
  bool skip_open(std::string_view word) {
    if (!at_open(word)) return false;
    take();
    take();
    return true;
  }
  /// Takes a token of the kind or fails with "unexpected token".
  Token expect(TokenKind kind) {
    if (!at(kind)) unexpected();
    return take();
  }
  /// The ")" of a construct.
  void expect_close() { expect(TokenKind::close); }
  /// Goes on at another place of the same text.
  void seek(const char* at);

  /// The annotation that stands before the current token and was not taken yet, or nullptr.
  [[nodiscard]] const Note* note() const noexcept {
    return m_taken < m_now.notes ? &m_lexer_notes()[m_taken] : nullptr;
  }
  Note take_note();

  /// Notes an error (the first one counts) and ends the reading. The message is the text of the row
  /// and the detail behind a blank.
  void fail(ErrorId id, const char* at, std::string_view detail = {});
  void fail_here(ErrorId id, std::string_view detail = {}) { fail(id, m_now.text.data(), detail); }
  /// An error whose message is not a row's.
  void fail_with(ErrorId id, const char* at, std::string message);
  /// The current token does not fit: "unexpected token", or what is wrong with it by itself.
  void unexpected();

  /// An unsigned number; one that exceeds `limit` fails with `range`.
  u64 nat(u64 limit, ErrorId range);
  u32 u32_nat() { return static_cast<u32>(nat(~u32{0}, ErrorId::i32_constant_out_of_range)); }

 private:
  [[nodiscard]] const std::vector<Note>& m_lexer_notes() const noexcept {
    return const_cast<Lexer&>(m_lexer).notes();
  }
  void misplaced_note();
  bool lexer_failed(const Token& token) {
    if (token.kind != TokenKind::end || m_lexer.ok()) return false;
    fail(m_lexer.error(), m_lexer.error_at());
    return true;
  }

  Lexer m_lexer;
  Token m_now;
  Token m_ahead;
  usize m_taken = 0;  // notes that were taken
  std::optional<Error> m_error;
};

/// Message of a token that fits nowhere: unknown words and numbers are "unknown operator".
[[nodiscard]] bool is_unknown_token(const Token& token);

}  // namespace zhan::text

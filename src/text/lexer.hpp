// SPDX-License-Identifier: Apache-2.0
// Tokens of the text format (specification §6.3): a cursor over the text, no copies, no recursion.
#pragma once

#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "base/error.hpp"

namespace zhan::text {

enum class TokenKind : u8 {
  end,  // of the text, or after an error
  open,
  close,
  string,
  id,
  keyword,
  number,
  reserved,  // what the grammar has no use for
};

/// `text` is the whole token: with the quotes of a string, with the $ of an identifier.
struct Token {
  TokenKind kind = TokenKind::end;
  u32 notes = 0;  // annotations collected before this token, since the start
  std::string_view text;
};

/// An annotation that the parser asked for: "(@id ...)" with `body` between the id and the ")".
struct Note {
  std::string_view id;  // without the @
  std::string_view body;
  const char* at = nullptr;
};

/// Place in a text, from 1; columns count characters.
struct Position {
  u32 line = 1;
  u32 column = 1;
};

[[nodiscard]] Position position_of(std::string_view text, const char* at) noexcept;

/// Reads one token after the other; blanks, comments and annotations are passed over, annotations
/// with one of `wanted_notes` as id are collected. The first error sticks: from then on only `end`
/// comes. The text must outlive lexer and tokens.
class Lexer {
 public:
  explicit Lexer(std::string_view text, bool collect_notes = false) noexcept
      : m_at(text.data()),
        m_end(text.data() + text.size()),
        m_text(text),
        m_collect(collect_notes) {}

  [[nodiscard]] Token next();

  [[nodiscard]] bool ok() const noexcept { return m_error == ErrorId::custom; }
  [[nodiscard]] ErrorId error() const noexcept { return m_error; }
  [[nodiscard]] const char* error_at() const noexcept { return m_error_at; }
  [[nodiscard]] std::string_view text() const noexcept { return m_text; }
  [[nodiscard]] const char* cursor() const noexcept { return m_at; }
  /// Goes on at another place of the same text.
  void seek(const char* at) noexcept {
    ZHAN_ASSERT(at >= m_text.data() && at <= m_end, "a lexer stays in its text");
    m_at = at;
  }
  [[nodiscard]] std::vector<Note>& notes() noexcept { return m_notes; }

 private:
  void fail(ErrorId id, const char* at) noexcept;
  void skip_blank();
  void line_comment();
  void block_comment();
  void annotation();
  bool annotation_id(std::string_view& id);
  void annotation_body();
  Token raw_token();
  Token word(const char* start);
  /// Moves behind the string that starts at m_at; false after an error, with its id in `problem`.
  bool skip_string(ErrorId& problem, const char*& where) noexcept;
  void check_utf8(const char* from, const char* to) noexcept;
  [[nodiscard]] bool starts(char a, char b) const noexcept {
    return m_end - m_at >= 2 && m_at[0] == a && m_at[1] == b;
  }

  const char* m_at;
  const char* m_end;
  std::string_view m_text;
  const char* m_error_at = nullptr;
  ErrorId m_error = ErrorId::custom;
  bool m_collect;
  std::vector<Note> m_notes;
};

}  // namespace zhan::text

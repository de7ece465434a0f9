// SPDX-License-Identifier: Apache-2.0
#include "text/outline.hpp"

#include "base/assert.hpp"
#include "text/string_text.hpp"

namespace zhan::text {
namespace {

const char* skip_string(const char* at, const char* end) noexcept {
  ZHAN_ASSERT(*at == '"', "a string starts with a quote");
  for (++at; at != end && *at != '"'; ++at)
    if (*at == '\\' && at + 1 != end) ++at;
  return at == end ? end : at + 1;
}

const char* skip_line(const char* at, const char* end) noexcept {
  while (at != end && *at != '\n' && *at != '\r') ++at;
  return at;
}

const char* skip_comment(const char* at, const char* end) noexcept {
  u64 depth = 0;
  while (end - at >= 2) {
    const bool opens = at[0] == '(' && at[1] == ';';
    const bool closes = at[0] == ';' && at[1] == ')';
    at += opens || closes ? 2 : 1;
    if (opens) ++depth;
    if (closes && --depth == 0) return at;
  }
  return end;
}

class Outline {
 public:
  explicit Outline(Context& context)
      : x(context),
        m_lexer(context.c.text()),
        m_end(context.c.text().data() + context.c.text().size()) {}

  void run() {
    Token token = m_lexer.next();
    const char* start = m_lexer.cursor();
    if (token.kind == TokenKind::open && is_word(m_lexer.next(), "module")) {
      token = m_lexer.next();
      if (is_word(token, "definition")) token = m_lexer.next();
      if (token.kind == TokenKind::id) token = m_lexer.next();
    } else {
      m_lexer.seek(start);
    }
    while (token.kind == TokenKind::open && x.c.ok()) {
      if (!field(token.text.data())) return;
      token = m_lexer.next();
    }
  }

 private:
  static bool is_word(const Token& token, std::string_view word) noexcept {
    return token.kind == TokenKind::keyword && token.text == word;
  }

  /// The identifier that comes next, or a token of another kind that is given back.
  Token id_or_back() {
    const char* before = m_lexer.cursor();
    const Token token = m_lexer.next();
    if (token.kind != TokenKind::id) m_lexer.seek(before);
    return token;
  }

  void count(Space space) {
    u32& number = m_counts[static_cast<usize>(space)];
    const Token id = id_or_back();
    if (id.kind == TokenKind::id) x.bind(space, x.id_name(id), number, id.text.data());
    ++number;
  }

  void close(u32 depth = 1) { m_lexer.seek(skip_nested(m_lexer.cursor(), m_end, depth)); }

  /// Field behind its "(", which is at `start`.
  bool field(const char* start) {
    const Token word = m_lexer.next();
    if (word.kind != TokenKind::keyword) return false;
    if (word.text == "type" || word.text == "rec") return types(start, word.text == "rec");
    if (word.text == "import") return import();
    if (const Space* space = space_of(word.text)) count(*space);
    if (word.text == "table")
      inline_segment("elem", Space::elem);
    else if (word.text == "memory")
      inline_segment("data", Space::data);
    else
      close();
    return true;
  }

  static const Space* space_of(std::string_view word) noexcept {
    static constexpr std::pair<std::string_view, Space> words[] = {
        {"func", Space::func},     {"table", Space::table}, {"memory", Space::memory},
        {"global", Space::global}, {"tag", Space::tag},     {"elem", Space::elem},
        {"data", Space::data}};
    for (const auto& [text, space] : words)
      if (word == text) return &space;
    return nullptr;
  }

  bool types(const char* start, bool group) {
    if (group) {
      for (Token token = m_lexer.next(); token.kind == TokenKind::open; token = m_lexer.next()) {
        if (!is_word(m_lexer.next(), "type")) return types_end(start, 2);
        count(Space::type);
        close();
      }
    } else {
      count(Space::type);
      close();
    }
    return types_end(start, 0);
  }
  bool types_end(const char* start, u32 open) {
    if (open != 0) close(open);
    ZHAN_ASSERT(m_lexer.cursor() > start, "a field has characters");
    x.type_fields.push_back({start, m_lexer.cursor()});
    return true;
  }

  /// (import "m" "n" (kind ...)) and the lists of the compact form.
  bool import() {
    Token token = m_lexer.next();
    while (token.kind == TokenKind::string) token = m_lexer.next();
    u32 items = 0;
    for (; token.kind == TokenKind::open; token = m_lexer.next()) {
      const Token word = m_lexer.next();
      if (is_word(word, "item"))
        items += import_item();
      else if (const Space* space = space_of(word.text))
        import_kind(*space, items);
      else
        close();
    }
    return token.kind == TokenKind::close;
  }
  /// Returns 1 for an item whose kind stands behind the list.
  u32 import_item() {
    if (m_lexer.next().kind != TokenKind::string) return close(), 0;
    const Token token = m_lexer.next();
    if (token.kind == TokenKind::close) return 1;
    if (token.kind != TokenKind::open) return close(), 0;
    if (const Space* space = space_of(m_lexer.next().text)) count(*space);
    close(2);
    return 0;
  }
  void import_kind(Space space, u32 items) {
    count(space);
    if (items > 1) m_counts[static_cast<usize>(space)] += items - 1;
    close();
  }

  /// The rest of a table or memory, which may hold a segment of its own.
  void inline_segment(std::string_view word, Space space) {
    for (;;) {
      const Token token = m_lexer.next();
      if (token.kind == TokenKind::close || token.kind == TokenKind::end) return;
      if (token.kind != TokenKind::open) continue;
      if (is_word(m_lexer.next(), word)) ++m_counts[static_cast<usize>(space)];
      close();
    }
  }

  Context& x;
  Lexer m_lexer;
  const char* m_end;
  u32 m_counts[11] = {};
};

}  // namespace

const char* skip_nested(const char* at, const char* end, u32 depth) noexcept {
  while (at != end && depth != 0) {
    switch (*at) {
      case '"': at = skip_string(at, end); continue;
      case ';':
        if (at + 1 != end && at[1] == ';') {
          at = skip_line(at, end);
          continue;
        }
        break;
      case '(':
        if (at + 1 != end && at[1] == ';') {
          at = skip_comment(at, end);
          continue;
        }
        ++depth;
        break;
      case ')': --depth; break;
      default: break;
    }
    ++at;
  }
  return at;
}

void outline(Context& x) { Outline(x).run(); }

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
#include "text/context.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "text/string_text.hpp"

namespace zhan::text {
namespace {

/// Larger numbers of types are taken by abstract heap types and no_index; none of them can exist.
constexpr u32 largest_type = 0xffff'feff;

}  // namespace

const char* word_of(Space space) noexcept {
  static constexpr const char* words[] = {"type",   "func",  "table",        "memory",
                                          "global", "tag",   "elem segment", "data segment",
                                          "local",  "label", "field"};
  return words[static_cast<usize>(space)];
}

std::string_view Context::id_name(const Token& token) {
  ZHAN_ASSERT(token.kind == TokenKind::id, "only identifiers have a name");
  std::string_view name = token.text.substr(1);
  if (!name.starts_with('"')) return name;
  name = string_inside(name);
  if (name.find('\\') == std::string_view::npos) return name;
  std::string& text = decoded.emplace_back();
  append_string(text, name);
  if (!is_utf8(text)) c.fail(ErrorId::malformed_utf8, token.text.data());
  return text;
}

std::string_view Context::optional_id() {
  if (!c.at(TokenKind::id)) return {};
  const Token token = c.peek();
  const std::string_view name = id_name(token);
  c.take();
  return name;
}

std::string_view Context::with_name_note(std::string_view id) {
  const Note* note = c.note();
  if (note == nullptr || note->id != "name") return id;
  const Note taken = c.take_note();
  Lexer lexer(taken.body);
  const Token token = lexer.next();
  if (token.kind != TokenKind::string || lexer.next().kind != TokenKind::end) {
    c.fail_with(ErrorId::malformed_annotation, taken.at, "@name annotation: unexpected token");
    return id;
  }
  std::string& text = decoded.emplace_back();
  append_string(text, string_inside(token.text));
  if (!is_utf8(text))
    c.fail_with(ErrorId::malformed_utf8, taken.at, "@name annotation: malformed UTF-8 encoding");
  return text;
}

u32 Context::index(Space space, u32 outer) {
  if (c.at(TokenKind::number)) {
    const u32 number = c.u32_nat();
    return space == Space::type ? std::min(number, largest_type) : number;
  }
  if (!c.at(TokenKind::id)) return c.unexpected(), 0;
  const Token token = c.peek();
  const u32 number = ids.find(scope_of(space, outer), id_name(token));
  if (number == no_index)
    return c.fail_here(ErrorId::unknown_id,
                       std::string(space == Space::func ? "function" : word_of(space)) + " " +
                           std::string(token.text)),
           0;
  c.take();
  return number;
}

void Context::bind(Space space, std::string_view name, u32 number, const char* at, u32 outer) {
  if (name.empty()) return;
  ZHAN_ASSERT(number != no_index, "an identifier stands for something");
  if (ids.exchange(scope_of(space, outer), name, number) != no_index)
    c.fail(ErrorId::duplicate_id, at, std::string(word_of(space)) + " $" + std::string(name));
}

std::string_view Context::decode(const Token& token) {
  ZHAN_ASSERT(token.kind == TokenKind::string, "only strings are decoded");
  const std::string_view inside = string_inside(token.text);
  if (inside.find('\\') == std::string_view::npos) return inside;
  scratch.clear();
  append_string(scratch, inside);
  return scratch;
}

Range Context::name_string() {
  if (!c.at(TokenKind::string)) return c.unexpected(), Range{};
  const std::string_view name = decode(c.peek());
  if (!is_utf8(name)) return c.fail_here(ErrorId::malformed_utf8), Range{};
  const Range range{static_cast<u32>(bytes.size()), static_cast<u32>(name.size())};
  bytes.bytes(name);
  c.take();
  return range;
}

Range Context::data_strings() {
  const u32 start = static_cast<u32>(bytes.size());
  while (c.at(TokenKind::string)) {
    bytes.bytes(decode(c.peek()));
    c.take();
  }
  return {start, static_cast<u32>(bytes.size()) - start};
}

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
#include "text/parse.hpp"

#include "text/outline.hpp"
#include "text/parse_custom.hpp"
#include "text/parse_fields.hpp"
#include "text/parse_types.hpp"

namespace zhan::text {
namespace {

constexpr usize max_text = usize{1} << 30;

/// Types were read before, as other fields may use them early.
void skip_type_field(Context& x, usize& next) {
  const char* at = x.c.peek().text.data();
  if (x.c.note() != nullptr) x.c.take();  // misplaced, which a move would pass over
  if (next == x.type_fields.size() || x.type_fields[next].begin != at) return x.c.unexpected();
  x.c.seek(x.type_fields[next++].end);
}

void parse_fields(Context& x) {
  FieldParser fields(x);
  usize next_type = 0;
  for (;;) {
    parse_module_notes(x);
    if (!x.c.at(TokenKind::open)) return;
    if (x.c.at_open("type") || x.c.at_open("rec"))
      skip_type_field(x, next_type);
    else
      fields.field();
  }
}

void parse_whole(Context& x) {
  outline(x);
  parse_type_fields(x);
  x.c.seek(x.c.text().data());
  parse_module_notes(x);
  const bool wrapped = x.c.skip_open("module");
  if (wrapped) {
    x.c.skip_word("definition");
    parse_module_name(x);
  }
  parse_fields(x);
  if (wrapped) x.c.expect_close();
  if (!x.c.at(TokenKind::end)) return x.c.unexpected();
  x.c.take();  // reports an error of the lexer or an annotation behind the module
}

void own_bytes(Module& m, std::vector<u8> bytes) {
  auto owner = std::make_shared<const std::vector<u8>>(std::move(bytes));
  m.bytes = *owner;
  m.owner = std::move(owner);
}

}  // namespace

Result<Module> parse_module(std::string_view text, const Features& features) {
  if (text.size() > max_text) return fail(ErrorId::module_too_large, no_offset);
  Context x(text, features);
  x.bytes.reserve(text.size() / 4);
  parse_whole(x);
  if (!x.c.ok()) return fail(x.c.take_error());
  if (x.uses_data) x.m.data_count = static_cast<u32>(x.m.data.size());
  finish_customs(x);
  own_bytes(x.m, x.bytes.take());
  return std::move(x.m);
}

}  // namespace zhan::text

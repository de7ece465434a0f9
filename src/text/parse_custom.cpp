// SPDX-License-Identifier: Apache-2.0
#include "text/parse_custom.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "text/module_sections.hpp"
#include "text/string_text.hpp"

namespace zhan::text {
namespace {

constexpr u32 before_first = 1;
constexpr u32 after_last = 2 * section_count;

/// Reads the body of one @custom annotation.
class CustomNote {
 public:
  CustomNote(Context& context, const Note& note) : x(context), m_note(note), m_lexer(note.body) {}

  void parse() {
    PlacedCustom custom;
    custom.slot = after_last;
    Token token = m_lexer.next();
    if (token.kind != TokenKind::string) return fail("missing section name");
    const std::string_view name = x.decode(token);
    if (!is_utf8(name)) return fail("malformed UTF-8 encoding");
    custom.section.name = add(name);
    token = m_lexer.next();
    if (token.kind == TokenKind::open) {
      if (!placement(custom.slot)) return;
      token = m_lexer.next();
    }
    const u32 start = static_cast<u32>(x.bytes.size());
    for (; token.kind == TokenKind::string; token = m_lexer.next()) x.bytes.bytes(x.decode(token));
    if (token.kind != TokenKind::end) return fail("unexpected token");
    custom.section.payload = {start, static_cast<u32>(x.bytes.size()) - start};
    x.customs.push_back(custom);
  }

 private:
  void fail(const char* what) {
    x.c.fail_with(ErrorId::malformed_annotation, m_note.at,
                  std::string("@custom annotation: ") + what);
  }
  Range add(std::string_view bytes) {
    const Range range{static_cast<u32>(x.bytes.size()), static_cast<u32>(bytes.size())};
    x.bytes.bytes(bytes);
    return range;
  }

  /// "before" or "after" and a section, behind the "(".
  bool placement(u32& slot) {
    const Token where = m_lexer.next();
    const bool before = where.kind == TokenKind::keyword && where.text == "before";
    const bool after = where.kind == TokenKind::keyword && where.text == "after";
    if (!before && !after) return fail("malformed placement"), false;
    const Token kind = m_lexer.next();
    if (before && kind.text == "first")
      slot = before_first;
    else if (after && kind.text == "last")
      slot = after_last;
    else if (!section_slot(kind, slot))
      return fail("malformed section kind"), false;
    else if (after)
      ++slot;
    if (m_lexer.next().kind != TokenKind::close) return fail("unexpected token"), false;
    return true;
  }
  /// Slot before the section that the word names.
  static bool section_slot(const Token& token, u32& slot) noexcept {
    if (token.kind != TokenKind::keyword) return false;
    for (u32 rank = 1; rank < section_count; ++rank) {
      if (section_word(section_order[rank]) != token.text) continue;
      slot = 2 * rank;
      return true;
    }
    return false;
  }

  Context& x;
  const Note& m_note;
  Lexer m_lexer;
};

std::string_view bytes_at(const Context& x, Range range) noexcept {
  const auto view = x.bytes.view().subspan(range.offset, range.size);
  return {reinterpret_cast<const char*>(view.data()), view.size()};
}

void add_custom(Context& x, std::string_view name, std::span<const u8> payload, u32 slot) {
  PlacedCustom custom;
  ZHAN_ASSERT(slot >= before_first && slot <= after_last, "the slot is one between sections");
  custom.slot = slot;
  custom.section.name = {static_cast<u32>(x.bytes.size()), static_cast<u32>(name.size())};
  x.bytes.bytes(name);
  custom.section.payload = {static_cast<u32>(x.bytes.size()), static_cast<u32>(payload.size())};
  x.bytes.bytes(payload);
  auto at = x.customs.end();
  for (auto it = at; slot == after_last && it != x.customs.begin();) {
    if ((--it)->slot != slot) continue;
    if (!is_trailer(bytes_at(x, it->section.name))) break;
    at = it;
  }
  x.customs.insert(at, custom);
}

void add_hints(Context& x) {
  if (x.hints.empty()) return;
  ByteWriter payload;
  const auto run_end = [&](usize at) {
    usize end = at;
    while (end < x.hints.size() && x.hints[end].function == x.hints[at].function) ++end;
    return end;
  };
  u32 functions = 0;
  for (usize at = 0; at < x.hints.size(); at = run_end(at)) ++functions;
  payload.u32_leb(functions);
  for (usize at = 0, end = 0; at < x.hints.size(); at = end) {
    end = run_end(at);
    payload.u32_leb(x.hints[at].function);
    payload.u32_leb(static_cast<u32>(end - at));
    for (usize i = at; i < end; ++i) {
      payload.u32_leb(x.hints[i].offset);
      payload.name(x.hints[i].bytes);
    }
  }
  add_custom(x, "metadata.code.branch_hint", payload.view(), 2 * rank_of(SectionId::code));
}

}  // namespace

void parse_module_notes(Context& x) {
  for (const Note* note = x.c.note(); note != nullptr && x.c.ok(); note = x.c.note()) {
    if (note->id == "custom") {
      const Note taken = x.c.take_note();
      CustomNote(x, taken).parse();
    } else if (note->id == "zhan.data_count") {
      x.uses_data = true;
      x.c.take_note();
    } else {
      return;  // misplaced, which the cursor reports
    }
  }
}

void parse_module_name(Context& x) {
  const std::string_view id = x.optional_id();
  const std::string_view name = x.with_name_note(id);
  x.names.set_module(name);
  const Note* note = x.c.note();
  if (note != nullptr && note->id == "name")
    x.c.fail_with(ErrorId::malformed_annotation, note->at, "@name annotation: multiple module");
}

void finish_customs(Context& x) {
  add_hints(x);
  const bool own_names = std::ranges::any_of(x.customs, [&](const PlacedCustom& custom) {
    return bytes_at(x, custom.section.name) == "name";
  });
  if (!own_names && !x.names.empty()) {
    ByteWriter payload;
    x.names.write(payload);
    add_custom(x, "name", payload.view(), after_last);
  }
  for (u32 slot = 0; slot <= after_last; ++slot)
    for (PlacedCustom& custom : x.customs) {
      if (custom.slot != slot) continue;
      custom.section.after = last_below(x.m, (slot + 1) / 2);
      x.m.customs.push_back(custom.section);
    }
  ZHAN_ASSERT(x.m.customs.size() == x.customs.size(), "every custom section has a slot");
}

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
#include "text/string_text.hpp"

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "text/chars.hpp"

namespace zhan::text {
namespace {

/// Length of "{digits}" behind \u; 0 unless it names a scalar value, which is put into `code`.
usize unicode_escape(const char* at, const char* end, u32& code) noexcept {
  const char* begin = at;
  if (at == end || *at++ != '{') return 0;
  u64 value = 0;
  const char* digits = at;
  for (; at != end && (is_char(*at, char_class::hex) || *at == '_'); ++at)
    if (*at != '_' && value < 0x110000) value = value << 4 | hex_value(*at);
  if (at == end || *at != '}' || at == digits || !is_scalar_value(value)) return 0;
  code = static_cast<u32>(value);
  return static_cast<usize>(at + 1 - begin);
}

/// Appends what the escape at `at` (behind the backslash) stands for; returns its length.
usize append_escape(std::string& out, const char* at, const char* end) {
  u32 code = 0;
  switch (*at) {
    case 't': return out += '\t', 1;
    case 'n': return out += '\n', 1;
    case 'r': return out += '\r', 1;
    case '"':
    case '\'':
    case '\\': return out += *at, 1;
    case 'u': {
      const usize length = unicode_escape(at + 1, end, code);
      ZHAN_ASSERT(length != 0, "the lexer checks escapes");
      append_utf8(out, code);
      return length + 1;
    }
    default: out += static_cast<char>(hex_value(at[0]) << 4 | hex_value(at[1])); return 2;
  }
}

}  // namespace

usize escape_length(const char* at, const char* end) noexcept {
  if (at == end) return 0;
  u32 code = 0;
  if (*at == 'u') {
    const usize length = unicode_escape(at + 1, end, code);
    return length == 0 ? 0 : length + 1;
  }
  if (std::string_view("tnr\"'\\").find(*at) != std::string_view::npos) return 1;
  const bool hex =
      end - at >= 2 && is_char(at[0], char_class::hex) && is_char(at[1], char_class::hex);
  return hex ? 2 : 0;
}

void append_string(std::string& out, std::string_view inside) {
  const char* at = inside.data();
  const char* end = at + inside.size();
  while (at != end) {
    const char* plain = at;
    while (at != end && *at != '\\') ++at;
    out.append(plain, at);
    if (at != end) at += 1 + append_escape(out, at + 1, end);
  }
}

void append_quoted(std::string& out, std::string_view bytes, bool keep_utf8) {
  static constexpr char digits[] = "0123456789abcdef";
  keep_utf8 = keep_utf8 && is_utf8(bytes);
  out += '"';
  for (const char c : bytes) {
    const u8 byte = static_cast<u8>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if ((byte >= 0x20 && byte < 0x7f) || (byte >= 0x80 && keep_utf8)) {
      out += c;
    } else {
      out += '\\';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  out += '"';
}

}  // namespace zhan::text

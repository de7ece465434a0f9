// SPDX-License-Identifier: Apache-2.0
// Classes of characters of the text format (specification §6.2, §6.3).
#pragma once

#include <array>
#include <string_view>

#include "base/ints.hpp"

namespace zhan::text {

namespace char_class {
inline constexpr u8 id = 1;        // idchar
inline constexpr u8 space = 2;     // blank, tab, line feed, carriage return
inline constexpr u8 reserved = 4;  // , ; [ ] { }
inline constexpr u8 hex = 8;
}  // namespace char_class

namespace detail {
consteval std::array<u8, 256> char_classes() {
  std::array<u8, 256> classes{};
  const auto add = [&](std::string_view chars, u8 bits) {
    for (const char c : chars) classes[static_cast<u8>(c)] |= bits;
  };
  for (int c = '0'; c <= '9'; ++c)
    classes[static_cast<usize>(c)] = char_class::id | char_class::hex;
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<usize>(c)] = char_class::id;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<usize>(c)] = char_class::id;
  add("abcdefABCDEF", char_class::hex);
  add("!#$%&'*+-./:<=>?@\\^_`|~", char_class::id);
  add(" \t\n\r", char_class::space);
  add(",;[]{}", char_class::reserved);
  return classes;
}
inline constexpr auto classes = char_classes();
}  // namespace detail

[[nodiscard]] constexpr bool is_char(char c, u8 class_bits) noexcept {
  return (detail::classes[static_cast<u8>(c)] & class_bits) != 0;
}
[[nodiscard]] constexpr bool is_id_char(char c) noexcept { return is_char(c, char_class::id); }
[[nodiscard]] constexpr bool is_space(char c) noexcept { return is_char(c, char_class::space); }

static_assert(is_id_char('$') && is_id_char('@') && is_id_char('~'), "identifiers have symbols");
static_assert(!is_id_char('"') && !is_id_char('(') && !is_id_char(';') && !is_id_char(','),
              "what ends an identifier is none of its characters");

/// Value of a hexadecimal digit.
[[nodiscard]] constexpr u32 hex_value(char c) noexcept {
  return static_cast<u32>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static_assert(hex_value('9') == 9 && hex_value('a') == 10 && hex_value('F') == 15);

}  // namespace zhan::text

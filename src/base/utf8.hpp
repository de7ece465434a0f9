// SPDX-License-Identifier: Apache-2.0
// UTF-8 as the specification demands it (§5.2.4): no overlong forms, no surrogates, up to U+10FFFF.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/ints.hpp"

namespace zhan {

[[nodiscard]] bool is_utf8(std::span<const u8> bytes) noexcept;
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
  return is_utf8(std::span(reinterpret_cast<const u8*>(text.data()), text.size()));
}

/// Bytes of the longest well-formed prefix; text.size() if all of it is.
[[nodiscard]] usize valid_utf8_prefix(std::string_view text) noexcept;

/// True if `code` may be encoded: below 0x110000 and not a surrogate.
[[nodiscard]] constexpr bool is_scalar_value(u64 code) noexcept {
  return code < 0xd800 || (code >= 0xe000 && code < 0x110000);
}

/// Appends the encoding of a scalar value.
void append_utf8(std::string& text, u32 code);

/// For messages: at most about `limit` bytes, then "..."; control characters and what is not UTF-8
/// as \hh.
[[nodiscard]] std::string escaped(std::string_view text, usize limit = 120);

}  // namespace zhan

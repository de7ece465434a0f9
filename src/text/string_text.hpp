// SPDX-License-Identifier: Apache-2.0
// Contents of string literals (specification §6.3.3): escapes to bytes and bytes to escapes.
#pragma once

#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "base/ints.hpp"

namespace zhan::text {

/// Length of the escape behind a backslash, 0 if there is no such escape.
[[nodiscard]] usize escape_length(const char* at, const char* end) noexcept;

/// Appends the bytes that `inside` stands for: what is between the quotes of a string the lexer has
/// accepted. `Out` is a std::string or a std::vector of bytes.
void append_string(std::string& out, std::string_view inside);

/// Between the quotes of a string token.
[[nodiscard]] inline std::string_view string_inside(std::string_view token) noexcept {
  ZHAN_ASSERT(token.size() >= 2 && token.front() == '"' && token.back() == '"',
              "a string token has its quotes");
  return token.substr(1, token.size() - 2);
}

/// Appends a string literal with its quotes. Well-formed UTF-8 stays readable if `keep_utf8`, all
/// else but printable ASCII becomes \hh.
void append_quoted(std::string& out, std::string_view bytes, bool keep_utf8);

}  // namespace zhan::text

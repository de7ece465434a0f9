// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of the text format: parsing with expectations, bytes, printed forms.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "text/parse.hpp"
#include "text/print.hpp"

namespace zhan::text::test {

inline Features all_features() {
  Features all;
  for (usize i = 0; i < feature_count; ++i) all.set(static_cast<Feature>(i), true);
  return all;
}

/// Parses what must be well-formed.
inline Module good(std::string_view text) {
  auto parsed = parse_module(text, all_features());
  EXPECT_TRUE(parsed) << text << "\n" << (parsed ? "" : parsed.error().to_string());
  return parsed ? std::move(*parsed) : Module();
}

/// "line:column: message" of what must not be.
inline std::string error_of(std::string_view text) {
  const auto parsed = parse_module(text, all_features());
  EXPECT_FALSE(parsed) << "accepted: " << text;
  return parsed ? "" : parsed.error().to_string();
}

inline std::string hex(std::span<const u8> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const u8 byte : bytes) {
    if (!out.empty()) out += ' ';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

/// The code (without declarations of locals) of the text's only function of its own.
inline std::string code_of(std::string_view text) {
  const Module m = good(text);
  if (m.code.size() != 1) return "not one function";
  return hex(m.view(m.code[0].code));
}

/// Code of "(func ...)" with the text as its body.
inline std::string body(std::string_view instructions) {
  return code_of("(module (memory 1) (memory 1) (table 1 funcref) (table 1 funcref) (tag) (func " +
                 std::string(instructions) + "))");
}

inline std::vector<u8> encoded(std::string_view text) { return binary::encode(good(text)); }

/// Decodes what must be well-formed; the module keeps the bytes.
inline Module decoded(std::vector<u8> bytes) {
  auto owner = std::make_shared<const std::vector<u8>>(std::move(bytes));
  const std::span<const u8> view(*owner);
  auto module = binary::decode(view, std::move(owner), all_features());
  EXPECT_TRUE(module) << (module ? "" : module.error().to_string());
  return module ? std::move(*module) : Module();
}

/// Text -> bytes -> module -> text, and that the printed text makes the same bytes.
inline std::string printed(std::string_view text, const PrintOptions& options = {}) {
  const std::vector<u8> bytes = encoded(text);
  const std::string out = print(decoded(bytes), options);
  const auto again = parse_module(out, all_features());
  EXPECT_TRUE(again) << out << (again ? "" : again.error().to_string());
  if (again) EXPECT_EQ(binary::encode(*again), bytes) << out;
  return out;
}

}  // namespace zhan::text::test

// SPDX-License-Identifier: Apache-2.0
// Modules as hex text: bytes("00 61"), section(1, "01 60 00 00"), module_of({...}); and decoding
// them.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "wasm/writer.hpp"

namespace zhan::binary::test {

using Bytes = std::vector<u8>;

/// Bytes of hex digits (spaces between them count for nothing) and of 'quoted text'.
inline Bytes bytes(std::string_view text) {
  Bytes out;
  int high = -1;
  bool quoted = false;
  for (const char c : text) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (quoted) {
      out.push_back(static_cast<u8>(c));
    } else if (std::isxdigit(static_cast<unsigned char>(c)) != 0) {
      const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
      if (high < 0) {
        high = digit;
      } else {
        out.push_back(static_cast<u8>(high << 4 | digit));
        high = -1;
      }
    } else {
      EXPECT_EQ(c, ' ') << "in " << text;
    }
  }
  EXPECT_TRUE(high < 0 && !quoted) << "unfinished: " << text;
  return out;
}

/// A section with the right size.
inline Bytes section(u8 id, std::string_view content) {
  ByteWriter w;
  w.byte(id);
  w.sized(bytes(content));
  return w.take();
}

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline const Bytes& header() {
  static const Bytes h = bytes("00 'asm' 01 00 00 00");
  return h;
}

inline Bytes module_of(std::initializer_list<Bytes> sections) {
  Bytes all = header();
  for (const Bytes& s : sections) all = all + s;
  return all;
}

/// Decodes a copy that the module keeps.
inline Result<Module> try_decode(Bytes input, const Features& features = {},
                                 const DecodeLimits& limits = {}) {
  auto owner = std::make_shared<const Bytes>(std::move(input));
  const std::span<const u8> view(*owner);
  return decode(view, std::move(owner), features, limits);
}

inline Features all_features() {
  Features all;
  all.set(Feature::stack_switching, true);
  return all;
}

inline Features without(Feature feature) {
  Features some = all_features();
  some.set(feature, false);
  return some;
}

/// Decodes what must be well-formed.
inline Module good(Bytes input, const Features& features = all_features()) {
  auto result = try_decode(std::move(input), features);
  EXPECT_TRUE(result) << (result ? "" : result.error().to_string());
  return result ? std::move(*result) : Module();
}

/// Decodes what must not be; the error.
inline ErrorInfo bad(Bytes input, const Features& features = all_features(),
                     const DecodeLimits& limits = {}) {
  auto result = try_decode(std::move(input), features, limits);
  EXPECT_FALSE(result) << "accepted";
  if (result) return {};
  EXPECT_NE(result.error().info().offset, no_offset) << result.error().message();
  return result.error().info();
}

/// Expects a row of errors.def at an offset.
inline void expect_bad(Bytes input, ErrorId id, u64 offset,
                       const Features& features = all_features()) {
  const ErrorInfo info = bad(std::move(input), features);
  EXPECT_EQ(info.id, id) << info.message;
  EXPECT_EQ(info.kind, error_kind(id)) << info.message;
  EXPECT_EQ(info.offset, offset) << info.message;
  EXPECT_EQ(info.message.find(error_text(id)), 0u) << info.message;
}

/// Decodes, encodes, and expects the same bytes.
inline Module same(const Bytes& input, const Features& features = all_features()) {
  Module module = good(input, features);
  EXPECT_EQ(encode(module), input);
  return module;
}

}  // namespace zhan::binary::test

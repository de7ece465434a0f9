// SPDX-License-Identifier: Apache-2.0
// Decoding and validating never crashes, whatever the bytes. The first byte chooses: a whole
// module, or the body of a function in a module that has some of everything, which reaches the
// rules sooner.
#include <cstddef>
#include <vector>

#include "base/assert.hpp"
#include "binary/decode.hpp"
#include "validate/validate.hpp"

namespace {

using namespace zhan;
using Bytes = std::vector<u8>;

void append(Bytes& to, std::span<const u8> from) { to.insert(to.end(), from.begin(), from.end()); }

void append_leb(Bytes& to, usize value) {
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<u8>(value | 0x80));
  to.push_back(static_cast<u8>(value));
}

// Magic; types ->, i32->i32, ->i32 i64, open struct(mut i32, i8), array(mut i32), array(mut
// funcref), struct with descriptor and its descriptor; one import; one function of type 1; tables
// of funcref and of externref (64-bit); memories of 32 and 64 bits; a tag; globals; passive
// segments.
constexpr u8 before_code[] = {
    0x00, 'a',  's',  'm',  1,    0,    0,    0,    1,    45,   7,    0x60, 0,    0,    0x60,
    1,    0x7f, 1,    0x7f, 0x60, 0,    2,    0x7f, 0x7e, 0x50, 0,    0x5f, 2,    0x7f, 1,
    0x78, 0,    0x5e, 0x7f, 1,    0x5e, 0x70, 1,    0x4e, 2,    0x4d, 7,    0x5f, 0,    0x4c,
    6,    0x5f, 0,    2,    7,    1,    1,    'm',  1,    'f',  0,    1,    3,    2,    1,
    1,    4,    7,    2,    0x70, 0,    1,    0x6f, 4,    1,    5,    5,    2,    0,    1,
    4,    1,    13,   3,    1,    0,    0,    6,    11,   2,    0x7f, 1,    0x41, 0,    0x0b,
    0x70, 0,    0xd2, 0,    0x0b, 9,    5,    1,    1,    0,    1,    0,    12,   1,    1};
constexpr u8 after_code[] = {11, 4, 1, 1, 1, 'x'};

Bytes module_around(std::span<const u8> body) {
  Bytes code = {1};  // one body
  append_leb(code, body.size());
  append(code, body);
  Bytes module(std::begin(before_code), std::end(before_code));
  module.push_back(10);
  append_leb(module, code.size());
  append(module, code);
  append(module, after_code);
  return module;
}

Features all_features() {
  Features features;
  for (usize i = 0; i < feature_count; ++i) features.set(static_cast<Feature>(i), true);
  return features;
}

void run(std::span<const u8> bytes) {
  const Features features = all_features();
  auto module = binary::decode(bytes, nullptr, features);
  if (!module) return;
  TypeInterner types(1 << 16);
  const Result<void> result = validate::validate(*module, types, features);
  if (result) return;
  const ErrorInfo& error = result.error().info();
  ZHAN_CHECK(!error.message.empty(), "an error says what is wrong");
  ZHAN_CHECK(error.offset == no_offset || error.offset <= bytes.size(), "positions lie inside");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const u8> rest(data + 1, size - 1);
  if ((*data & 1) != 0)
    run(rest);
  else
    run(module_around(rest));
  return 0;
}

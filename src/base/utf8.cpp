// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"

#include <cstring>

#include "base/assert.hpp"

namespace zhan {
namespace {

/// The bytes that may follow a leading byte: how many, and the range of the first of them, which is
/// what keeps out overlong forms, surrogates and numbers above U+10FFFF.
struct Lead {
  u8 more, low, high;
};

constexpr Lead lead_of(u8 byte) noexcept {
  if (byte >= 0xc2 && byte <= 0xdf) return {1, 0x80, 0xbf};
  if (byte == 0xe0) return {2, 0xa0, 0xbf};
  if (byte == 0xed) return {2, 0x80, 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {2, 0x80, 0xbf};
  if (byte == 0xf0) return {3, 0x90, 0xbf};
  if (byte >= 0xf1 && byte <= 0xf3) return {3, 0x80, 0xbf};
  if (byte == 0xf4) return {3, 0x80, 0x8f};
  return {0, 0, 0};
}

/// Bytes of the sequence at the start of `bytes` (not ASCII), 0 if it is not valid.
usize sequence_size(std::span<const u8> bytes) noexcept {
  const Lead lead = lead_of(bytes[0]);
  if (lead.more == 0 || bytes.size() <= lead.more) return 0;
  if (bytes[1] < lead.low || bytes[1] > lead.high) return 0;
  for (usize i = 2; i <= lead.more; ++i)
    if ((bytes[i] & 0xc0) != 0x80) return 0;
  return lead.more + usize{1};
}

bool eight_ascii(const u8* at) noexcept {
  u64 word;
  std::memcpy(&word, at, sizeof word);
  return (word & 0x8080'8080'8080'8080) == 0;
}

}  // namespace

namespace {

usize valid_prefix(std::span<const u8> bytes) noexcept {
  usize at = 0;
  while (at < bytes.size()) {
    if (bytes.size() - at >= 8 && eight_ascii(&bytes[at])) {
      at += 8;
    } else if (bytes[at] < 0x80) {
      ++at;
    } else if (const usize size = sequence_size(bytes.subspan(at)); size != 0) {
      at += size;
    } else {
      break;
    }
  }
  return at;
}

std::span<const u8> bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const u8*>(text.data()), text.size()};
}

/// Bytes of the character at the start that may stand in a message as it is, else 0.
usize printable_size(std::string_view text) noexcept {
  const u8 first = static_cast<u8>(text[0]);
  if (first < 0x80) return first < 0x20 || first == 0x7f ? 0 : 1;
  return sequence_size(bytes_of(text));
}

}  // namespace

bool is_utf8(std::span<const u8> bytes) noexcept { return valid_prefix(bytes) == bytes.size(); }

usize valid_utf8_prefix(std::string_view text) noexcept { return valid_prefix(bytes_of(text)); }

void append_utf8(std::string& text, u32 code) {
  ZHAN_ASSERT(is_scalar_value(code), "only scalar values have an encoding");
  const auto put = [&](u32 byte) { text += static_cast<char>(byte); };
  const auto tail = [&](u32 shift) { put(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xe0 | code >> 12);
    } else {
      put(0xf0 | code >> 18);
      tail(12);
    }
    tail(6);
  }
  tail(0);
}

std::string escaped(std::string_view text, usize limit) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  while (!text.empty()) {
    if (out.size() + 4 > limit) return out + "...";
    const usize size = printable_size(text);
    const u8 first = static_cast<u8>(text[0]);
    if (size == 0)
      (((out += '\\') += digits[first >> 4]) += digits[first & 15]);
    else
      out += text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace zhan

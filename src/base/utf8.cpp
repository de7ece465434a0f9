// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"

#include <cstring>

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

bool is_utf8(std::span<const u8> bytes) noexcept {
  usize at = 0;
  while (at < bytes.size()) {
    if (bytes.size() - at >= 8 && eight_ascii(&bytes[at])) {
      at += 8;
    } else if (bytes[at] < 0x80) {
      ++at;
    } else if (const usize size = sequence_size(bytes.subspan(at)); size != 0) {
      at += size;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
#include "support/choices.hpp"

namespace zhan::test {

u64 Choices::word() {
  m_state ^= m_state << 13;
  m_state ^= m_state >> 7;
  m_state ^= m_state << 17;
  return m_state * 0x2545'f491'4f6c'dd1d >> 16;
}

Choices Choices::of_case(std::span<const u8> bytes) {
  if (bytes.empty()) return Choices(bytes);
  Choices choices(bytes.subspan(1));
  if (bytes[0] < 0x80) return choices;
  u64 seed = 0xcbf2'9ce4'8422'2325;
  for (const u8 byte : bytes) seed = (seed ^ byte) * 0x100'0000'01b3;
  choices.m_state = seed;
  choices.m_goes_on = true;
  return choices;
}

u32 Choices::below(u32 n) {
  if (m_goes_on && exhausted()) m_from_bytes = false;
  if (!m_from_bytes) return static_cast<u32>(word() % n);
  u32 value = 0;  // of as many bytes as n needs: each byte of the input counts
  for (u32 rest = n - 1; rest > 0 && !exhausted(); rest >>= 8) value = value << 8 | m_bytes[m_at++];
  return value % n;
}

}  // namespace zhan::test

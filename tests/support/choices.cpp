// SPDX-License-Identifier: Apache-2.0
#include "support/choices.hpp"

namespace zhan::test {

u64 Choices::word() {
  m_state ^= m_state << 13;
  m_state ^= m_state >> 7;
  m_state ^= m_state << 17;
  return m_state * 0x2545'f491'4f6c'dd1d >> 16;
}

u32 Choices::below(u32 n) {
  if (!m_from_bytes) return static_cast<u32>(word() % n);
  u32 value = 0;  // of as many bytes as n needs: each byte of the input counts
  for (u32 rest = n - 1; rest > 0 && !exhausted(); rest >>= 8) value = value << 8 | m_bytes[m_at++];
  return value % n;
}

}  // namespace zhan::test

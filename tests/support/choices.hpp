// SPDX-License-Identifier: Apache-2.0
// Where a generator takes its choices from: a seed, or the bytes of a fuzzer.
#pragma once

#include <span>
#include <string_view>

#include "base/ints.hpp"

namespace zhan::test {

/// Not thread-safe. 0 must be the choice that makes least.
class Choices {
 public:
  explicit Choices(u64 seed) : m_state((seed + 1) * 0x9e37'79b9'7f4a'7c15) {}
  /// The bytes, then zeros for ever.
  explicit Choices(std::span<const u8> bytes) : m_bytes(bytes), m_from_bytes(true) {}
  /// An input of a fuzzer. Its first byte says what follows when the others are used up: zeros, or
  /// numbers from a seed that they make, so that short inputs make large modules too.
  [[nodiscard]] static Choices of_case(std::span<const u8> bytes);

  /// Below `n`, which is not 0.
  [[nodiscard]] u32 below(u32 n);
  /// From `low` to `high`, both included.
  [[nodiscard]] u32 between(u32 low, u32 high) { return low + below(high - low + 1); }
  /// True once in `n` times; false for 0.
  [[nodiscard]] bool one_in(u32 n) { return below(n) == n - 1; }
  [[nodiscard]] char letter_of(std::string_view letters) {
    return letters[below(static_cast<u32>(letters.size()))];
  }
  [[nodiscard]] bool exhausted() const noexcept { return m_from_bytes && m_at >= m_bytes.size(); }

 private:
  u64 word();

  u64 m_state = 1;
  std::span<const u8> m_bytes;
  usize m_at = 0;
  bool m_from_bytes = false;
  bool m_goes_on = false;  // with numbers when the bytes are used up
};

}  // namespace zhan::test

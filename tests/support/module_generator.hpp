// SPDX-License-Identifier: Apache-2.0
// Random modules that are valid by construction, made from the instruction table: a new row is
// generated the day it lands. Loops are counted and calls go to earlier functions, so all of it
// ends.
#pragma once

#include <span>
#include <vector>

#include "base/ints.hpp"
#include "wasm/ops.hpp"

namespace zhan::test {

/// Where choices come from: a seed, or the bytes of a fuzzer (zeros after their end).
class Choices {
 public:
  explicit Choices(u64 seed) : m_state(seed * 2 + 1) {}
  explicit Choices(std::span<const u8> bytes) : m_bytes(bytes), m_from_bytes(true) {}
  /// Below `n`, which is not 0.
  u32 below(u32 n);
  u64 word();
  [[nodiscard]] bool one_in(u32 n) { return below(n) == 0; }
  [[nodiscard]] bool exhausted() const noexcept { return m_from_bytes && m_at >= m_bytes.size(); }

 private:
  u64 m_state = 1;
  std::span<const u8> m_bytes;
  usize m_at = 0;
  bool m_from_bytes = false;
};

struct GeneratedModule {
  std::vector<u8> bytes;
  u32 functions = 0;       // all exported as "0", "1", ...
  std::vector<bool> used;  // by Op: which rows occur
};

/// A module with memory 0 (one page, at most four), globals of all classes, a table of the
/// functions.
[[nodiscard]] GeneratedModule generate_module(Choices& choices, u32 size = 200);

}  // namespace zhan::test

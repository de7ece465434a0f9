// SPDX-License-Identifier: Apache-2.0
// A 128-bit vector as plain bytes, little-endian lanes (specification §4.3.6).
#pragma once

#include <array>
#include <bit>

#include "base/ints.hpp"

namespace zhan {

/// Lane 0 holds the lowest bytes. Alignment 8, as on the value stack.
struct alignas(8) V128 {
  std::array<u8, 16> bytes{};

  template <class Lane>
  using Lanes = std::array<Lane, 16 / sizeof(Lane)>;

  template <class Lane>
  [[nodiscard]] constexpr Lanes<Lane> lanes() const noexcept {
    return std::bit_cast<Lanes<Lane>>(bytes);
  }
  template <class Lane>
  [[nodiscard]] static constexpr V128 from(const Lanes<Lane>& lanes) noexcept {
    return {std::bit_cast<std::array<u8, 16>>(lanes)};
  }
  constexpr bool operator==(const V128&) const noexcept = default;
};

}  // namespace zhan

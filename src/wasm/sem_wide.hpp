// SPDX-License-Identifier: Apache-2.0
// Meanings of the wide-arithmetic proposal. A 128-bit number is two i64: low half, then high half.
#pragma once

#include <array>

#include "base/ints.hpp"

namespace zhan::sem {

__extension__ typedef unsigned __int128 U128;
__extension__ typedef __int128 I128;

constexpr U128 join(u64 low, u64 high) noexcept { return (static_cast<U128>(high) << 64) | low; }

constexpr std::array<u64, 2> split(U128 value) noexcept {
  return {static_cast<u64>(value), static_cast<u64>(value >> 64)};
}

constexpr I128 widen_signed(u64 a) noexcept { return static_cast<i64>(a); }

constexpr std::array<u64, 2> i64_add128(u64 low1, u64 high1, u64 low2, u64 high2) noexcept {
  return split(join(low1, high1) + join(low2, high2));
}
constexpr std::array<u64, 2> i64_sub128(u64 low1, u64 high1, u64 low2, u64 high2) noexcept {
  return split(join(low1, high1) - join(low2, high2));
}
constexpr std::array<u64, 2> i64_mul_wide_s(u64 a, u64 b) noexcept {
  return split(static_cast<U128>(widen_signed(a) * widen_signed(b)));
}
constexpr std::array<u64, 2> i64_mul_wide_u(u64 a, u64 b) noexcept {
  return split(static_cast<U128>(a) * b);
}

}  // namespace zhan::sem

// SPDX-License-Identifier: Apache-2.0
// Features of the language that can be switched (features.def).
#pragma once

#include <string_view>

#include "base/ints.hpp"

namespace zhan {

enum class Feature : u8 {
#define ZHAN_FEATURE(id, name, phase, on, text) id,
#include "wasm/features.def"
#undef ZHAN_FEATURE
};

struct FeatureInfo {
  std::string_view name;
  u8 phase;
  bool on;  // by default
  std::string_view text;
};

inline constexpr FeatureInfo feature_table[] = {
#define ZHAN_FEATURE(id, name, phase, on, text) {name, phase, on, text},
#include "wasm/features.def"
#undef ZHAN_FEATURE
};
inline constexpr usize feature_count = sizeof(feature_table) / sizeof(feature_table[0]);

/// A set of features; the default has all that are on by default.
class Features {
 public:
  constexpr Features() noexcept {
    for (usize i = 0; i < feature_count; ++i)
      if (feature_table[i].on) m_bits |= u64{1} << i;
  }
  [[nodiscard]] static constexpr Features none() noexcept {
    Features f;
    f.m_bits = 0;
    return f;
  }
  [[nodiscard]] constexpr bool has(Feature f) const noexcept {
    return (m_bits >> static_cast<u8>(f) & 1) != 0;
  }
  constexpr void set(Feature f, bool on) noexcept {
    const u64 bit = u64{1} << static_cast<u8>(f);
    m_bits = on ? m_bits | bit : m_bits & ~bit;
  }
  [[nodiscard]] constexpr u64 bits() const noexcept { return m_bits; }
  constexpr bool operator==(const Features&) const noexcept = default;

 private:
  u64 m_bits = 0;
};

}  // namespace zhan

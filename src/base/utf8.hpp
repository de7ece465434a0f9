// SPDX-License-Identifier: Apache-2.0
// UTF-8 as the specification demands it (§5.2.4): no overlong forms, no surrogates, up to U+10FFFF.
#pragma once

#include <span>
#include <string_view>

#include "base/ints.hpp"

namespace zhan {

[[nodiscard]] bool is_utf8(std::span<const u8> bytes) noexcept;
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
  return is_utf8(std::span(reinterpret_cast<const u8*>(text.data()), text.size()));
}

}  // namespace zhan

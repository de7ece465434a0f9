// SPDX-License-Identifier: Apache-2.0
// The known name that an unknown one was probably meant to be.
#pragma once

#include <span>
#include <string_view>

namespace zhan::engine {

/// The candidate with the fewest edits if that is less than half of the word's length; else "".
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> candidates);

}  // namespace zhan::engine

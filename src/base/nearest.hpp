// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace zhan {

/// The candidate that `word` was most likely meant to be, or "" if none is close: at most a third
/// of the letters, one in a short word, may be wrong, missing, left over or exchanged with its
/// neighbour; something must be in common. The first of several that are as close. Long words are
/// not compared (a hostile module may ask). Thread-safe.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> candidates);

}  // namespace zhan

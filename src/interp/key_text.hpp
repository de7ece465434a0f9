// SPDX-License-Identifier: Apache-2.0
// Keys as text, for listings and statistics.
#pragma once

#include <string>

#include "interp/key.hpp"

namespace zhan::interp {

[[nodiscard]] std::string token_text(Token token);
/// "val_slot i32.add slot slot"; actions are separated by " | ".
[[nodiscard]] std::string key_text(const Key& key);

}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// Words of the text format: instructions from ops.def and the rest of the grammar's keywords.
#pragma once

#include <string_view>

#include "wasm/ops.hpp"

namespace zhan::text {

/// First row of ops.def with this text, or no_op.
[[nodiscard]] Op find_op_by_text(std::string_view text) noexcept;

/// True if the grammar has this word somewhere, so that it is misplaced rather than unknown.
[[nodiscard]] bool is_known_word(std::string_view text) noexcept;

}  // namespace zhan::text

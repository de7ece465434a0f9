// SPDX-License-Identifier: Apache-2.0
// First pass over a module: binds the identifiers of all index spaces, as uses may come before
// definitions, and finds the type fields.
#pragma once

#include "text/context.hpp"

namespace zhan::text {

/// Moves behind the ")" that closes `depth` open ones; the text's end if there is none. Only
/// strings, comments and parentheses are looked at.
[[nodiscard]] const char* skip_nested(const char* at, const char* end, u32 depth) noexcept;

/// Stops quietly where the text is not as expected: the second pass reports that.
void outline(Context& x);

}  // namespace zhan::text

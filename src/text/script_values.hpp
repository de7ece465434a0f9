// SPDX-License-Identifier: Apache-2.0
// Arguments and expected results of a script.
#pragma once

#include "text/cursor.hpp"
#include "text/script.hpp"

namespace zhan::text {

/// "(i32.const 1)", "(ref.null)", "(v128.const f32x4 nan:canonical ...)", "(either ...)" and so on.
[[nodiscard]] ScriptValue parse_script_value(Cursor& c);

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
// Texts of validation errors: the reference's words first, then the place.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "module/module.hpp"
#include "wasm/features.hpp"

namespace zhan::validate {

/// "i32", "(ref null 3)" with the module's own type numbers for canonical ids.
[[nodiscard]] std::string show(const Module& module, ValType type);
[[nodiscard]] std::string show(const Module& module, HeapType type);
/// "[i32 i64]"; long lists are cut.
[[nodiscard]] std::string show(const Module& module, std::span<const ValType> types);

/// Text of the row, the detail as it is, ": in place".
[[nodiscard]] Error make_error(ErrorId id, u64 offset, std::string_view detail,
                               std::string_view place);

/// The feature is off: names what asked for it.
[[nodiscard]] Error feature_error(Feature feature, std::string_view what, u64 offset,
                                  std::string_view place);

}  // namespace zhan::validate

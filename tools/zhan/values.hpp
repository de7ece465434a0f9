// SPDX-License-Identifier: Apache-2.0
// Values of --invoke as text.
#pragma once

#include <zhan/zhan.h>

#include <string>
#include <string_view>

namespace zhan::cli {

[[nodiscard]] const char* kind_text(zhan_valkind_t kind) noexcept;
/// Decimal or hexadecimal numbers with sign, floats also inf, nan, nan:0x..., v128 as 32 hex digits
/// (0x, most significant first). False: not a value of that kind.
[[nodiscard]] bool parse_value(std::string_view text, zhan_valkind_t kind,
                               zhan_val_t& value) noexcept;
/// Plain: integers signed, floats in the shortest form that reads back the same.
[[nodiscard]] std::string value_text(const zhan_val_t& value);

}  // namespace zhan::cli

// SPDX-License-Identifier: Apache-2.0
// Numbers of the text format (specification §6.3.1, §6.3.2) to bits and back, exactly rounded.
#pragma once

#include <string>
#include <string_view>

#include "base/ints.hpp"

namespace zhan {

enum class NumberStatus : u8 { ok, malformed, out_of_range };

/// A number as read: for floats the bits of the format, for integers two's complement in `bits`
/// bits.
struct NumberText {
  NumberStatus status = NumberStatus::malformed;
  u64 bits = 0;
  [[nodiscard]] bool ok() const noexcept { return status == NumberStatus::ok; }
};

/// Unsigned integer, decimal or 0x, underscores between digits.
[[nodiscard]] NumberText parse_nat(std::string_view text) noexcept;

/// Integer of `width` bits (8..64) with optional sign: from -2^(width-1) to 2^width - 1.
[[nodiscard]] NumberText parse_int(std::string_view text, u32 width) noexcept;

/// Float literal: decimal, hexadecimal, inf, nan, nan:0x payload; ties to even. A value too large
/// for the format, or a payload that does not fit, is out of range; one too small is zero.
[[nodiscard]] NumberText parse_f32(std::string_view text);
[[nodiscard]] NumberText parse_f64(std::string_view text);

/// Shortest text that parses to the same bits; NaNs with another payload than the canonical one as
/// nan:0x....
[[nodiscard]] std::string f32_text(u32 bits);
[[nodiscard]] std::string f64_text(u64 bits);

}  // namespace zhan

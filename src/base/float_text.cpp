// SPDX-License-Identifier: Apache-2.0
#include "base/float_text.hpp"

#include <fmt/format.h>
#include <locale.h>
#include <stdlib.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

#include "base/assert.hpp"

namespace zhan {
namespace {

constexpr NumberText malformed{NumberStatus::malformed, 0};
constexpr NumberText out_of_range{NumberStatus::out_of_range, 0};

constexpr int digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

/// Where a literal is being read; digits() is the one place that knows about underscores.
struct Scanner {
  const char* at;
  const char* end;

  explicit Scanner(std::string_view text) : at(text.data()), end(at + text.size()) {}
  [[nodiscard]] bool done() const noexcept { return at == end; }
  bool skip(char c) noexcept {
    if (at == end || *at != c) return false;
    ++at;
    return true;
  }
  bool skip_either(char a, char b) noexcept { return skip(a) || skip(b); }
  bool skip_hex_prefix() noexcept {
    if (end - at < 2 || at[0] != '0' || at[1] != 'x') return false;
    at += 2;
    return true;
  }
  /// Calls f(value) for each digit; false unless there is one and underscores stand between digits.
  template <class F>
  bool digits(int base, F f) {
    if (at == end || digit_value(*at) >= base) return false;
    while (at != end) {
      if (*at == '_' && at + 1 != end && digit_value(at[1]) < base) ++at;
      const int value = digit_value(*at);
      if (value >= base) break;
      f(value);
      ++at;
    }
    return true;
  }
};

/// Digits of an unsigned integer up to the end of the text.
NumberText nat(Scanner& s) noexcept {
  const u64 base = s.skip_hex_prefix() ? 16 : 10;
  u64 value = 0;
  bool overflow = false;
  const bool some = s.digits(static_cast<int>(base), [&](int digit) {
    const u64 next = value * base + static_cast<u64>(digit);
    overflow |= value > (~u64{0} - static_cast<u64>(digit)) / base;
    value = next;
  });
  if (!some || !s.done()) return malformed;
  return overflow ? out_of_range : NumberText{NumberStatus::ok, value};
}

/// What distinguishes the two formats.
struct Format {
  u32 mantissa_bits;  // stored ones
  i32 bias;
  [[nodiscard]] u64 infinity() const noexcept {
    return (static_cast<u64>(bias) * 2 + 1) << mantissa_bits;
  }
  [[nodiscard]] u64 quiet_nan() const noexcept {
    return infinity() | u64{1} << (mantissa_bits - 1);
  }
  [[nodiscard]] u64 sign(bool negative) const noexcept {
    if (!negative) return 0;
    return mantissa_bits == 23 ? u64{1} << 31 : u64{1} << 63;
  }
};
constexpr Format single{23, 127};
constexpr Format double_{52, 1023};

/// Exponent after p or e, kept within bounds that no mantissa in memory can bring back.
bool exponent(Scanner& s, i64& value) {
  constexpr i64 bound = i64{1} << 40;
  const bool negative = s.skip('-');
  if (!negative) s.skip('+');
  value = 0;
  if (!s.digits(10, [&](int digit) { value = value < bound ? value * 10 + digit : value; }))
    return false;
  if (negative) value = -value;
  return true;
}

/// mantissa · 2^exponent, and a bit more if `sticky`, as the bits of the format.
NumberText round_to(Format format, u64 mantissa, bool sticky, i64 exponent) noexcept {
  if (mantissa == 0) return {NumberStatus::ok, 0};
  const i32 lead = std::countl_zero(mantissa);
  mantissa <<= lead;
  exponent += 63 - lead;  // now 1.xxx · 2^exponent, the one at bit 63
  const i64 smallest = 1 - format.bias;
  u64 drop = 63 - format.mantissa_bits;
  if (exponent < smallest) drop += static_cast<u64>(std::min<i64>(smallest - exponent, 64));
  const i64 biased = exponent < smallest ? 0 : exponent + format.bias;
  if (drop > 64) return {NumberStatus::ok, 0};
  const u64 kept = drop == 64 ? 0 : mantissa >> drop;
  const u64 rest = drop == 64 ? mantissa : mantissa << (64 - drop);
  constexpr u64 half = u64{1} << 63;
  const bool up = rest > half || (rest == half && (sticky || (kept & 1) != 0));
  // The hidden bit adds one to the exponent field; so does a carry out of the mantissa.
  if (biased > 2 * format.bias) return out_of_range;
  const u64 field = biased == 0 ? 0 : static_cast<u64>(biased - 1) << format.mantissa_bits;
  const u64 bits = field + kept + (up ? 1 : 0);
  return bits >= format.infinity() ? out_of_range : NumberText{NumberStatus::ok, bits};
}

/// The number behind 0x.
NumberText hex_float(Scanner& s, Format format) {
  u64 mantissa = 0;
  bool sticky = false;
  i64 shift = 0;
  i64 step = 0;  // 4 for each digit of the fraction
  const auto add = [&](int digit) {
    if (mantissa >> 60 == 0) {
      mantissa = mantissa << 4 | static_cast<u64>(digit);
      shift -= step;
    } else {
      sticky |= digit != 0;
      shift += 4 - step;
    }
  };
  if (!s.digits(16, add)) return malformed;
  if (s.skip('.')) {
    step = 4;
    s.digits(16, add);
  }
  i64 power = 0;
  if (s.skip_either('p', 'P') && !exponent(s, power)) return malformed;
  if (!s.done()) return malformed;
  return round_to(format, mantissa, sticky, shift + power);
}

/// The locale whose decimal point is a point, whatever the program has set.
locale_t plain_locale() noexcept {
  static const locale_t locale = newlocale(LC_ALL_MASK, "C", nullptr);
  return locale;
}

/// Digits with a point and an exponent, or not. The C library's functions round rightly and are
/// there anyway; std::from_chars does the same with 35 KB of code and tables.
template <class Float, class Bits>
NumberText decimal_value(const std::string& digits) noexcept {
  char* end = nullptr;
  Float value = 0;
  if constexpr (sizeof(Float) == 4)
    value = strtof_l(digits.c_str(), &end, plain_locale());
  else
    value = strtod_l(digits.c_str(), &end, plain_locale());
  ZHAN_ASSERT(end == digits.data() + digits.size(),
              "the scanner lets only decimal numbers through");
  const bool infinite = value > std::numeric_limits<Float>::max();
  return infinite ? out_of_range : NumberText{NumberStatus::ok, std::bit_cast<Bits>(value)};
}

NumberText decimal_float(Scanner& s, Format format) {
  std::string digits;
  const auto add = [&](int digit) { digits += static_cast<char>('0' + digit); };
  if (!s.digits(10, add)) return malformed;
  if (s.skip('.')) {
    digits += '.';
    s.digits(10, add);
  }
  i64 power = 0;
  if (s.skip_either('e', 'E')) {
    if (!exponent(s, power)) return malformed;
    digits += 'e';
    digits += std::to_string(power);
  }
  if (!s.done()) return malformed;
  return format.mantissa_bits == 23 ? decimal_value<float, u32>(digits)
                                    : decimal_value<double, u64>(digits);
}

NumberText nan_payload(std::string_view text, Format format) noexcept {
  Scanner s(text);
  if (!text.starts_with("0x")) return malformed;
  const NumberText payload = nat(s);
  if (!payload.ok()) return payload;
  if (payload.bits == 0 || payload.bits >> format.mantissa_bits != 0) return out_of_range;
  return {NumberStatus::ok, format.infinity() | payload.bits};
}

NumberText magnitude(std::string_view text, Format format) {
  if (text == "inf") return {NumberStatus::ok, format.infinity()};
  if (text == "nan") return {NumberStatus::ok, format.quiet_nan()};
  if (text.starts_with("nan:")) return nan_payload(text.substr(4), format);
  Scanner s(text);
  return s.skip_hex_prefix() ? hex_float(s, format) : decimal_float(s, format);
}

NumberText parse_float(std::string_view text, Format format) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  NumberText number = magnitude(text, format);
  if (number.ok()) number.bits |= format.sign(negative);
  return number;
}

std::string hex(u64 value) {
  char buffer[16];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, 16).ptr;
  return std::string(buffer, end);
}

template <class Float, class Bits>
std::string float_text(Bits bits, Format format) {
  const u64 infinity = format.infinity();
  const u64 magnitude = bits & ~format.sign(true);
  std::string text = (bits & format.sign(true)) != 0 ? "-" : "";
  if (magnitude == infinity) return text + "inf";
  if (magnitude == format.quiet_nan()) return text + "nan";
  if (magnitude > infinity) return text + "nan:0x" + hex(magnitude - infinity);
  // The shortest digits that read back the same. Not std::to_chars: its tables are 130 KB.
  return text + fmt::format("{}", std::bit_cast<Float>(static_cast<Bits>(magnitude)));
}

}  // namespace

NumberText parse_nat(std::string_view text) noexcept {
  Scanner s(text);
  return nat(s);
}

NumberText parse_int(std::string_view text, u32 width) noexcept {
  ZHAN_ASSERT(width >= 8 && width <= 64, "integers have 8 to 64 bits");
  Scanner s(text);
  const bool negative = s.skip('-');
  if (!negative) s.skip('+');
  NumberText number = nat(s);
  if (!number.ok()) return number;
  const u64 mask = ~u64{0} >> (64 - width);
  const u64 largest = negative ? u64{1} << (width - 1) : mask;
  if (number.bits > largest) return out_of_range;
  if (negative) number.bits = (0 - number.bits) & mask;
  return number;
}

NumberText parse_f32(std::string_view text) { return parse_float(text, single); }
NumberText parse_f64(std::string_view text) { return parse_float(text, double_); }

std::string f32_text(u32 bits) { return float_text<float, u32>(bits, single); }
std::string f64_text(u64 bits) { return float_text<double, u64>(bits, double_); }

}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
#include "zhan/values.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "zhan/common.hpp"

namespace zhan::cli {

const char* kind_text(zhan_valkind_t kind) noexcept {
  static constexpr const char* texts[] = {"none", "i32",     "i64",       "f32",    "f64",
                                          "v128", "funcref", "externref", "anyref", "exnref"};
  return kind >= 0 && kind <= ZHAN_EXN ? texts[kind] : "?";
}

namespace {

bool take_sign(std::string_view& text) noexcept {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

bool take_hex(std::string_view& text) noexcept {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  return hex;
}

template <class T>
bool parse_whole(std::string_view text, T& value, int base) noexcept {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, base);
  return error == std::errc() && rest == end && !text.empty();
}

/// An integer of `bits` bits, signed or unsigned.
bool parse_integer(std::string_view text, uint32_t bits, uint64_t& value) noexcept {
  const bool negative = take_sign(text);
  const int base = take_hex(text) ? 16 : 10;
  if (!parse_whole(text, value, base)) return false;
  const uint64_t most = bits == 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
  if (negative ? value > most / 2 + 1 : value > most) return false;
  if (negative) value = 0 - value;
  return true;
}

template <class F, class Bits>
bool parse_float(std::string_view text, F& value) noexcept {
  const bool negative = take_sign(text);
  constexpr uint32_t fraction = sizeof(F) == 4 ? 23 : 52;
  constexpr Bits infinity = static_cast<Bits>(sizeof(F) == 4 ? 0xff : 0x7ff) << fraction;
  Bits bits = 0;
  if (text == "inf") {
    bits = infinity;
  } else if (text == "nan") {
    bits = infinity | Bits{1} << (fraction - 1);
  } else if (text.starts_with("nan:0x")) {
    if (!parse_whole(text.substr(6), bits, 16) || bits == 0 || bits >> fraction != 0) return false;
    bits |= infinity;
  } else {
    const bool hex = take_hex(text);
    if (!take_number(text, hex, value) || !text.empty() || !std::isfinite(value)) return false;
    bits = std::bit_cast<Bits>(value);
  }
  value =
      std::bit_cast<F>(static_cast<Bits>(bits | (negative ? Bits{1} << (8 * sizeof(F) - 1) : 0)));
  return true;
}

bool parse_v128(std::string_view text, uint8_t (&bytes)[16]) noexcept {
  if (!take_hex(text) || text.size() > 32) return false;
  uint64_t high = 0, low = 0;
  const size_t split = text.size() > 16 ? text.size() - 16 : 0;
  if (split > 0 && !parse_whole(text.substr(0, split), high, 16)) return false;
  if (!parse_whole(text.substr(split), low, 16)) return false;
  std::memcpy(bytes, &low, 8);
  std::memcpy(bytes + 8, &high, 8);
  return true;
}

template <class F, class Bits>
std::string float_text(F value) {
  if (!std::isnan(value)) return fmt::format("{}", value);
  constexpr uint32_t fraction = sizeof(F) == 4 ? 23 : 52;
  const Bits bits = std::bit_cast<Bits>(value);
  const Bits payload = bits & ((Bits{1} << fraction) - 1);
  const char* sign = bits >> (8 * sizeof(F) - 1) != 0 ? "-" : "";
  if (payload == Bits{1} << (fraction - 1)) return fmt::format("{}nan", sign);
  return fmt::format("{}nan:0x{:x}", sign, payload);
}

}  // namespace

bool parse_value(std::string_view text, zhan_valkind_t kind, zhan_val_t& value) noexcept {
  value = {};
  value.kind = static_cast<uint8_t>(kind);
  uint64_t bits = 0;
  switch (kind) {
    case ZHAN_I32:
      if (!parse_integer(text, 32, bits)) return false;
      value.of.i32 = static_cast<int32_t>(bits);
      return true;
    case ZHAN_I64:
      if (!parse_integer(text, 64, bits)) return false;
      value.of.i64 = static_cast<int64_t>(bits);
      return true;
    case ZHAN_F32: return parse_float<float, uint32_t>(text, value.of.f32);
    case ZHAN_F64: return parse_float<double, uint64_t>(text, value.of.f64);
    case ZHAN_V128: return parse_v128(text, value.of.v128);
    default: return text == "null";
  }
}

std::string value_text(const zhan_val_t& value) {
  switch (value.kind) {
    case ZHAN_I32: return fmt::format("{}", value.of.i32);
    case ZHAN_I64: return fmt::format("{}", value.of.i64);
    case ZHAN_F32: return float_text<float, uint32_t>(value.of.f32);
    case ZHAN_F64: return float_text<double, uint64_t>(value.of.f64);
    case ZHAN_V128: {
      uint64_t low = 0, high = 0;
      std::memcpy(&low, value.of.v128, 8);
      std::memcpy(&high, value.of.v128 + 8, 8);
      return fmt::format("0x{:016x}{:016x}", high, low);
    }
    case ZHAN_FUNC: return value.of.func.store == 0 ? "null" : "funcref";
    default: return value.of.ref.root == 0 ? "null" : kind_text(value.kind);
  }
}

}  // namespace zhan::cli

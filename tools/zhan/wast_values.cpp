// SPDX-License-Identifier: Apache-2.0
#include "zhan/wast_values.hpp"

#include <fmt/format.h>

#include <cstring>

namespace zhan::cli {
namespace {

using text::FloatPattern;
using text::ScriptValue;
using Form = text::ScriptValue::Form;

/// Fraction bits of a float of `bits` bits.
[[nodiscard]] constexpr u32 fraction(u32 bits) noexcept { return bits == 32 ? 23 : 52; }

[[nodiscard]] bool float_matches(u64 value, u64 wanted, FloatPattern pattern, u32 bits) noexcept {
  if (pattern == FloatPattern::bits) return value == wanted;
  const u64 sign = u64{1} << (bits - 1);
  const u64 quiet = u64{1} << (fraction(bits) - 1);
  const u64 canonical = ((sign - 1) >> fraction(bits) << fraction(bits)) | quiet;
  const u64 magnitude = value & (sign - 1);
  if (pattern == FloatPattern::nan_canonical) return magnitude == canonical;
  return (magnitude & canonical) == canonical;
}

[[nodiscard]] u64 lane(const u64 (&words)[2], u32 bits, u32 index) noexcept {
  const u32 first = index * bits;
  const u64 word = words[first / 64] >> (first % 64);
  return bits == 64 ? word : word & ((u64{1} << bits) - 1);
}

[[nodiscard]] bool vector_matches(const runtime::Value& value,
                                  const ScriptValue& pattern) noexcept {
  const u64 have[] = {value.lo, value.hi};
  u64 want[2];
  std::memcpy(want, pattern.v128.bytes.data(), sizeof(want));
  if (!pattern.float_lanes) return have[0] == want[0] && have[1] == want[1];
  for (u32 i = 0; i < 128u / pattern.lane_bits; ++i)
    if (!float_matches(lane(have, pattern.lane_bits, i), lane(want, pattern.lane_bits, i),
                       pattern.lanes[i], pattern.lane_bits))
      return false;
  return true;
}

[[nodiscard]] bool is_i31(u64 ref) noexcept { return (ref & 1) != 0; }

[[nodiscard]] bool in_hierarchy(const runtime::Value& value, runtime::Store& store, AbsHeap top) {
  return value.type.is_ref() && store.types().top(value.type.heap) == top;
}

/// The type of a number or vector; none for references.
[[nodiscard]] std::optional<ValType> number_type(Form form) noexcept {
  switch (form) {
    case Form::i32: return type_i32;
    case Form::i64: return type_i64;
    case Form::f32: return type_f32;
    case Form::f64: return type_f64;
    case Form::v128: return type_v128;
    default: return std::nullopt;
  }
}

/// A reference to an object of the any hierarchy, and what it is.
bool is_object(const runtime::Value& value, runtime::Store& store, AbsHeap heap) {
  return value.lo != 0 && in_hierarchy(value, store, AbsHeap::any) &&
         store.types().matches(store.heap_type_of(value.lo), heap);
}

}  // namespace

Result<u64> HostReferences::get(runtime::Store& store, u64 number) {
  if (const auto found = m_refs.find(number); found != m_refs.end()) return found->second;
  ZHAN_TRY(const u64 ref,
           store.new_externref(reinterpret_cast<void*>(static_cast<uptr>(number + 1))));
  m_refs[number] = ref;
  store.keep_reference(ref);
  return ref;
}

std::optional<u64> HostReferences::number(const runtime::Store& store, u64 ref) const {
  for (const auto& [number, known] : m_refs)
    if (known == ref && store.externref_data(ref) != nullptr) return number;
  return std::nullopt;
}

Result<runtime::Value> to_value(const ScriptValue& value, ValType type, runtime::Store& store,
                                HostReferences& references) {
  runtime::Value result{type, value.bits, 0};
  const auto number = number_type(value.form);
  if (number.has_value() != !type.is_ref() || (number && *number != type))
    return fail(ErrorKind::type,
                fmt::format("{} where {} is wanted", value_text(value), to_string(type)));
  switch (value.form) {
    case Form::i32:
    case Form::i64:
    case Form::f32:
    case Form::f64: return result;
    case Form::v128:
      std::memcpy(&result.lo, value.v128.bytes.data(), 8);
      std::memcpy(&result.hi, value.v128.bytes.data() + 8, 8);
      return result;
    case Form::ref_null: result.lo = 0; return result;
    case Form::ref_extern:
    case Form::ref_host: {
      ZHAN_TRY(result.lo, references.get(store, value.bits));
      return result;
    }
    case Form::ref_i31: result.lo = static_cast<u32>(value.bits << 1 | 1); return result;
    default:
      return fail(ErrorKind::unsupported, "an argument of this kind cannot be made by a host");
  }
}

bool matches(const runtime::Value& value, const ScriptValue& pattern, runtime::Store& store,
             const HostReferences& references) {
  const bool null = value.lo == 0;
  switch (pattern.form) {
    case Form::i32: return value.type == type_i32 && value.lo == pattern.bits;
    case Form::i64: return value.type == type_i64 && value.lo == pattern.bits;
    case Form::f32:
      return value.type == type_f32 && float_matches(value.lo, pattern.bits, pattern.pattern, 32);
    case Form::f64:
      return value.type == type_f64 && float_matches(value.lo, pattern.bits, pattern.pattern, 64);
    case Form::v128: return value.type == type_v128 && vector_matches(value, pattern);
    case Form::ref_null: return value.type.is_ref() && null;
    case Form::ref_extern:
    case Form::ref_host: {
      if (!value.type.is_ref() || null) return false;
      return !pattern.has_number || references.number(store, value.lo) == pattern.bits;
    }
    case Form::ref_func: return !null && in_hierarchy(value, store, AbsHeap::func);
    case Form::ref_i31:
      return value.type.is_ref() && is_i31(value.lo) &&
             (!pattern.has_number || value.lo == static_cast<u32>(pattern.bits << 1 | 1));
    case Form::ref_any: return !null && in_hierarchy(value, store, AbsHeap::any);
    case Form::ref_eq: return is_object(value, store, AbsHeap::eq);
    case Form::ref_exn: return !null && in_hierarchy(value, store, AbsHeap::exn);
    case Form::ref_struct: return is_object(value, store, AbsHeap::struct_);
    case Form::ref_array: return is_object(value, store, AbsHeap::array);
    case Form::either:
      for (const ScriptValue& choice : pattern.choices)
        if (matches(value, choice, store, references)) return true;
      return false;
  }
  return false;
}

std::string value_text(const runtime::Value& value) {
  const std::string type = to_string(value.type);
  if (value.type == type_v128) return fmt::format("v128 0x{:016x}{:016x}", value.hi, value.lo);
  if (value.type.is_ref()) return fmt::format("{} {}", type, value.lo == 0 ? "null" : "reference");
  if (value.type == type_i32)
    return fmt::format("i32 {} (0x{:x})", static_cast<i32>(value.lo), value.lo);
  if (value.type == type_i64)
    return fmt::format("i64 {} (0x{:x})", static_cast<i64>(value.lo), value.lo);
  return fmt::format("{} 0x{:x}", type, value.lo);
}

std::string value_text(const ScriptValue& pattern) {
  static constexpr const char* names[] = {"i32",        "i64",       "f32",        "f64",
                                          "v128",       "ref.null",  "ref.extern", "ref.host",
                                          "ref.func",   "ref.i31",   "ref.any",    "ref.eq",
                                          "ref.struct", "ref.array", "ref.exn",    "either"};
  const char* name = names[static_cast<usize>(pattern.form)];
  if (pattern.pattern != FloatPattern::bits)
    return fmt::format(
        "{} {}", name,
        pattern.pattern == FloatPattern::nan_canonical ? "nan:canonical" : "nan:arithmetic");
  if (pattern.form == Form::v128) {
    u64 words[2];
    std::memcpy(words, pattern.v128.bytes.data(), sizeof(words));
    return fmt::format("v128 0x{:016x}{:016x}", words[1], words[0]);
  }
  return fmt::format("{} 0x{:x}", name, pattern.bits);
}

}  // namespace zhan::cli

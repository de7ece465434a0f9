// SPDX-License-Identifier: Apache-2.0
#include "text/keywords.hpp"

#include <algorithm>
#include <iterator>

#include "base/float_text.hpp"

namespace zhan::text {
namespace {

constexpr usize table_size = 2048;
static_assert(op_count * 2 < table_size, "the table of instruction texts stays half empty");

constexpr u32 hash_text(std::string_view text) noexcept {
  u32 hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<u8>(c)) * 16777619u;
  return hash ^ hash >> 15;
}

/// Slot of `text`: where it is, or the free one where it would go.
constexpr usize find_slot(const std::array<Op, table_size>& slots, std::string_view text) noexcept {
  usize at = hash_text(text) % table_size;
  while (slots[at] != no_op && op_info(slots[at]).text != text) at = (at + 1) % table_size;
  return at;
}

consteval std::array<Op, table_size> op_slots() {
  std::array<Op, table_size> slots;
  slots.fill(no_op);
  for (usize i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    Op& slot = slots[find_slot(slots, op_info(op).text)];
    if (slot == no_op) slot = op;
  }
  return slots;
}
constexpr auto slots = op_slots();

static_assert(slots[find_slot(slots, "i32.add")] == Op::i32_add, "an instruction is found");
static_assert(slots[find_slot(slots, "select")] == Op::select, "of two rows the first is found");
static_assert(slots[find_slot(slots, "i32.adx")] == no_op, "what is none is not found");

/// Keywords that are no instructions, sorted.
constexpr std::string_view words[] = {
    "any",
    "anyref",
    "array",
    "arrayref",
    "assert_exception",
    "assert_exhaustion",
    "assert_invalid",
    "assert_invalid_custom",
    "assert_malformed",
    "assert_malformed_custom",
    "assert_return",
    "assert_suspension",
    "assert_trap",
    "assert_unlinkable",
    "binary",
    "catch_all",
    "catch_all_ref",
    "catch_ref",
    "cont",
    "contref",
    "data",
    "declare",
    "definition",
    "describes",
    "descriptor",
    "do",
    "either",
    "elem",
    "eq",
    "eqref",
    "exact",
    "exn",
    "exnref",
    "export",
    "extern",
    "externref",
    "f32",
    "f32x4",
    "f64",
    "f64x2",
    "field",
    "final",
    "func",
    "funcref",
    "get",
    "global",
    "i16",
    "i16x8",
    "i31",
    "i31ref",
    "i32",
    "i32x4",
    "i64",
    "i64x2",
    "i8",
    "i8x16",
    "import",
    "inf",
    "input",
    "instance",
    "invoke",
    "item",
    "local",
    "memory",
    "module",
    "mut",
    "nan",
    "nan:arithmetic",
    "nan:canonical",
    "nocont",
    "noexn",
    "noextern",
    "nofunc",
    "none",
    "null",
    "nullcontref",
    "nullexnref",
    "nullexternref",
    "nullfuncref",
    "nullref",
    "offset",
    "on",
    "output",
    "pagesize",
    "param",
    "quote",
    "rec",
    "ref",
    "ref.any",
    "ref.array",
    "ref.eq",
    "ref.exn",
    "ref.extern",
    "ref.host",
    "ref.struct",
    "register",
    "result",
    "script",
    "shared",
    "start",
    "struct",
    "structref",
    "sub",
    "table",
    "tag",
    "then",
    "thread",
    "type",
    "v128",
    "wait",
};
static_assert(std::is_sorted(std::begin(words), std::end(words)), "words are searched by halving");

/// "offset=1" and its kind are one word with a number inside.
bool is_number_behind(std::string_view text, std::string_view prefix) noexcept {
  return text.starts_with(prefix) &&
         parse_nat(text.substr(prefix.size())).status != NumberStatus::malformed;
}

}  // namespace

Op find_op_by_text(std::string_view text) noexcept { return slots[find_slot(slots, text)]; }

bool is_known_word(std::string_view text) noexcept {
  return find_op_by_text(text) != no_op ||
         std::binary_search(std::begin(words), std::end(words), text) ||
         is_number_behind(text, "offset=") || is_number_behind(text, "align=") ||
         (text.starts_with("nan:0x") && is_number_behind(text, "nan:"));
}

}  // namespace zhan::text

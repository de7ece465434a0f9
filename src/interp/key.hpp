// SPDX-License-Identifier: Apache-2.0
// What a cell does, as up to eight tokens in prefix order: one or more actions (a root with an
// expression tree below it). The key of a cell names its handler; the same layout function tells
// handler and predecoder where the fields lie. `sum = a + b; if (sum < 10) goto x` is
//   val_slot add slot slot | br_if lt_s acc konst
#pragma once

#include <array>

#include "wasm/ops.hpp"

namespace zhan::interp {

using Token = u16;

/// Tokens that are not instructions of wasm. Leaves come first: where an operand lies.
namespace tok {
inline constexpr Token end = 0;
// Leaves.
inline constexpr Token slot = 1;    // field: i16 slot
inline constexpr Token acc = 2;     // accumulator of the wanted class
inline constexpr Token local = 3;   // the pinned local
inline constexpr Token konst = 4;   // field: i32, sign-extended; for floats the bits of an f32
inline constexpr Token konst8 = 5;  // field: 8 bytes
inline constexpr Token acc_f = 6;   // in moves: the f32 accumulator
inline constexpr Token acc_d = 7;   // in moves: the f64 accumulator
inline constexpr Token last_leaf = acc_d;
// Roots: what becomes of a value. Those of val have a field for a slot, so that one can become
// another.
inline constexpr Token val_acc = 16;         // accumulator only
inline constexpr Token val_slot = 17;        // accumulator and slot
inline constexpr Token val_local = 18;       // pinned local and its slot
inline constexpr Token move = 19;            // slot only
inline constexpr Token set_global = 20;      // field: u32 offset in Inst
inline constexpr Token set_global_far = 21;  // the same, where a pointer to the value lies
inline constexpr Token ret = 22;
inline constexpr Token br = 24;  // field: i32 displacement from this cell
inline constexpr Token br_back = 25;
inline constexpr Token br_if = 26;
inline constexpr Token br_if_back = 27;
inline constexpr Token br_unless = 28;
inline constexpr Token br_unless_back = 29;
inline constexpr Token first_root = val_acc;
inline constexpr Token last_root = br_unless_back;
// Operators of ours.
inline constexpr Token select_i = 64;  // (x, y, condition); integers and references
inline constexpr Token select_f = 65;
inline constexpr Token select_d = 66;
inline constexpr Token get_global = 67;  // field: u32 offset in Inst
inline constexpr Token get_global_f = 68;
inline constexpr Token get_global_d = 69;
inline constexpr Token get_global_far = 70;
inline constexpr Token memory_size =
    71;                                // (log2 of the page size); field: u32 offset of the Memory*
inline constexpr Token non_null = 72;  // traps on 0
inline constexpr Token i31_new = 73;
inline constexpr Token i31_get_s = 74;
inline constexpr Token i31_get_u = 75;
inline constexpr Token select_w = 76;  // on i32
// Instructions: first_op + Op; accesses to memory 0 with a compare instead of a guard: + explicit_.
inline constexpr Token first_op = 128;
inline constexpr Token explicit_ = 1024;

[[nodiscard]] constexpr Token of(Op op) noexcept {
  return static_cast<Token>(first_op + static_cast<u16>(op));
}
}  // namespace tok

[[nodiscard]] constexpr bool is_leaf(Token t) noexcept {
  return t >= tok::slot && t <= tok::last_leaf;
}
[[nodiscard]] constexpr bool is_op(Token t) noexcept { return t >= tok::first_op; }
[[nodiscard]] constexpr bool is_explicit(Token t) noexcept { return t >= tok::explicit_; }
[[nodiscard]] constexpr Op op_of(Token t) noexcept {
  return static_cast<Op>((t >= tok::explicit_ ? t - tok::explicit_ : t) - tok::first_op);
}
[[nodiscard]] constexpr bool is_branch(Token t) noexcept {
  return t >= tok::br && t <= tok::br_unless_back;
}
[[nodiscard]] constexpr bool is_val(Token t) noexcept {
  return t >= tok::val_acc && t <= tok::val_local;
}

/// Letters (as in ops.def) of a token's operands and result; 'I' also stands for references and for
/// raw 64-bit values.
struct TokenShape {
  std::string_view operands;
  char result = 0;
};
[[nodiscard]] constexpr TokenShape token_shape(Token t) noexcept {
  switch (t) {
    case tok::select_i: return {"IIi", 'I'};
    case tok::select_w: return {"iii", 'i'};
    case tok::select_f: return {"ffi", 'f'};
    case tok::select_d: return {"FFi", 'F'};
    case tok::get_global:
    case tok::get_global_far: return {"", 'I'};
    case tok::get_global_f: return {"", 'f'};
    case tok::get_global_d: return {"", 'F'};
    case tok::memory_size: return {"i", 'I'};
    case tok::non_null: return {"I", 'I'};
    case tok::i31_new: return {"i", 'I'};
    case tok::i31_get_s:
    case tok::i31_get_u: return {"I", 'i'};
    case tok::br:
    case tok::br_back: return {"", 0};
    case tok::br_if:
    case tok::br_if_back:
    case tok::br_unless:
    case tok::br_unless_back: return {"i", 0};
    default: break;
  }
  if (is_op(t)) {
    const OpInfo& info = op_info(op_of(t));
    const std::string_view results = info.results();
    return {info.params(), results.empty() ? '\0' : results[0]};
  }
  return {"I", 0};  // val, move, set_global, ret: any class, told by the tree
}

namespace detail {

/// Bytes of a token's field.
[[nodiscard]] constexpr u8 width_of_field(Token t, bool memory) noexcept {
  switch (t) {
    case tok::slot:
    case tok::val_acc:
    case tok::val_slot:
    case tok::val_local:
    case tok::move: return 2;
    case tok::konst:
    case tok::set_global:
    case tok::set_global_far:
    case tok::get_global:
    case tok::get_global_f:
    case tok::get_global_d:
    case tok::get_global_far:
    case tok::memory_size: return 4;
    case tok::konst8: return 8;
    default: return is_branch(t) || memory ? 4 : 0;
  }
}

/// What is asked of tokens again and again while handlers are compiled, worked out once.
struct TokenFacts {
  u8 arity = 0;  // operands below it in the tree
  u8 field = 0;  // bytes of its field
  bool load = false;
  bool store = false;
  char result = 0;
  std::array<char, 3> operands{};
};
[[nodiscard]] constexpr TokenFacts facts_of(Token t) noexcept {
  TokenFacts facts;
  if (is_op(t) && static_cast<usize>(op_of(t)) >= op_count) return facts;
  if (is_op(t)) {
    const OpInfo& info = op_info(op_of(t));
    if (info.special()) return facts;
    facts.load = info.is(trait::load);
    facts.store = info.is(trait::store);
  }
  facts.field = width_of_field(t, facts.load || facts.store);
  if (is_leaf(t)) return facts;
  const TokenShape shape = token_shape(t);
  facts.arity = static_cast<u8>(shape.operands.size());
  facts.result = shape.result;
  for (usize i = 0; i < shape.operands.size() && i < 3; ++i) facts.operands[i] = shape.operands[i];
  return facts;
}
inline constexpr auto token_facts = [] {
  std::array<TokenFacts, 2 * tok::explicit_> facts{};
  for (usize i = tok::slot; i < facts.size(); ++i) facts[i] = facts_of(static_cast<Token>(i));
  return facts;
}();

}  // namespace detail

[[nodiscard]] constexpr u32 field_size(Token t) noexcept { return detail::token_facts[t].field; }
[[nodiscard]] constexpr usize arity(Token t) noexcept { return detail::token_facts[t].arity; }
[[nodiscard]] constexpr bool is_store(Token t) noexcept { return detail::token_facts[t].store; }
[[nodiscard]] constexpr bool is_memory(Token t) noexcept {
  return detail::token_facts[t].load || detail::token_facts[t].store;
}
[[nodiscard]] constexpr bool is_root(Token t) noexcept {
  return (t >= tok::first_root && t <= tok::last_root) || is_store(t);
}
/// Letter of a token's result, or of its operand number i.
[[nodiscard]] constexpr char result_letter(Token t) noexcept {
  return detail::token_facts[t].result;
}
[[nodiscard]] constexpr char operand_letter(Token t, usize i) noexcept {
  return detail::token_facts[t].operands[i];
}

inline constexpr usize max_tokens = 8;

/// Tokens packed four to a word; usable as a template argument.
struct Key {
  u64 lo = 0;
  u64 hi = 0;
  constexpr bool operator==(const Key&) const noexcept = default;

  [[nodiscard]] constexpr Token operator[](usize i) const noexcept {
    return i >= max_tokens ? tok::end : static_cast<Token>((i < 4 ? lo : hi) >> (16 * (i & 3)));
  }
  constexpr void set(usize i, Token t) noexcept {
    u64& word = i < 4 ? lo : hi;
    const u32 shift = 16 * (i & 3);
    word = (word & ~(u64{0xffff} << shift)) | (u64{t} << shift);
  }
  [[nodiscard]] constexpr usize size() const noexcept {
    usize n = 0;
    while (n < max_tokens && (*this)[n] != tok::end) ++n;
    return n;
  }
  [[nodiscard]] constexpr u64 hash() const noexcept {
    const u64 mixed = (lo * 0x9e3779b97f4a7c15) ^ (hi * 0xc2b2ae3d27d4eb4f);
    return mixed ^ (mixed >> 29);
  }
};

/// Where the fields of a cell lie: two-byte ones first, then four, then eight; from the cell's
/// start.
struct Layout {
  std::array<u8, max_tokens> offset{};
  u8 size = 0;
};
[[nodiscard]] constexpr Layout layout_of(const Key& key) noexcept {
  Layout layout;
  u32 at = sizeof(void*);
  for (u32 width = 2; width <= 8; width *= 2) {
    at = (at + width - 1) / width * width;
    for (usize i = 0; i < max_tokens; ++i)
      if (field_size(key[i]) == width) {
        layout.offset[i] = static_cast<u8>(at);
        at += width;
      }
  }
  layout.size = static_cast<u8>((at + 7) / 8 * 8);
  return layout;
}

/// Position after the subtree that starts at `at`.
[[nodiscard]] constexpr usize subtree_end(const Key& key, usize at) noexcept {
  usize open = 1;
  while (open > 0) open += arity(key[at++]) - usize{1};
  return at;
}

/// Where the actions of a key start, and which of them decides where to go on.
struct Actions {
  static constexpr usize none = max_tokens;
  std::array<u8, 3> at{none, none, none};
  u8 count = 0;
  u8 exit = none;
};
[[nodiscard]] constexpr Actions actions_of(const Key& key) noexcept {
  Actions actions;
  for (usize at = 0; at < max_tokens && key[at] != tok::end; at = subtree_end(key, at)) {
    actions.at[actions.count++] = static_cast<u8>(at);
    if (is_branch(key[at]) || key[at] == tok::ret) actions.exit = static_cast<u8>(at);
  }
  return actions;
}

}  // namespace zhan::interp

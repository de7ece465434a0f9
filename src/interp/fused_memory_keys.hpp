// SPDX-License-Identifier: Apache-2.0
// Fusions with loads and stores of memory 0: generic pairs that were ranked by how often they run
// over many programs (docs/rationale.md). Each is one more key; none is required for a right
// result. The mode that compares has the same but for the products with all compares, which are
// most of the code.
#pragma once

#include "interp/memory_keys.hpp"

namespace zhan::interp {

inline constexpr Op common_loads[] = {Op::i32_load,     Op::i32_load8_u,  Op::i32_load8_s,
                                      Op::i32_load16_u, Op::i32_load16_s, Op::i64_load,
                                      Op::f32_load,     Op::f64_load};
inline constexpr Op test_loads[] = {Op::i32_load, Op::i32_load8_u, Op::i32_load16_u};

[[nodiscard]] constexpr std::span<const Token> dests_of(Op op) noexcept {
  const char result = op_info(op).results()[0];
  return is_float(result) ? std::span<const Token>(float_dests) : std::span<const Token>(int_dests);
}

/// load(x + y) and load(x + (y << constant)).
consteval KeyList indexed_load_keys(Token mode) {
  KeyList list;
  for (Op op : common_loads)
    for (Token dest : dests_of(op)) {
      const Token load = static_cast<Token>(tok::of(op) + mode);
      for (const TwoLeaves& two : ordered_leaves)
        list.add(key_of(dest, load, Op::i32_add, two.a, two.b));
      for (Token leaf : int_leaves) list.add(key_of(dest, load, Op::i32_shl, leaf, tok::konst));
      for (Token index : int_leaves)
        for (Token base : {tok::slot, tok::local, tok::konst})
          if (index != tok::local || base != tok::local)
            list.add(key_of(dest, load, Op::i32_add, Op::i32_shl, index, tok::konst, base));
    }
  return list;
}

/// A loaded value is stored in a slot (or the pinned local) and tested, or stored in memory.
consteval void add_stored_loads(KeyList& list, Token mode) {
  const auto in = [mode](Op op) { return static_cast<Token>(tok::of(op) + mode); };
  for (Op op : test_loads)
    for (Token leaf : int_leaves)
      for (Token branch : {tok::br_if, tok::br_if_back, tok::br_unless, tok::br_unless_back}) {
        list.add(key_of(tok::val_slot, in(op), leaf, branch, tok::acc));
        list.add(key_of(tok::val_local, in(op), leaf, branch, tok::local));
      }
  if (mode == 0)
    for (Op op : {Op::i32_load, Op::i32_load8_u})
      for_ops([](const OpInfo& info) { return is_compare(info, 'i'); },
              [&](Op compare) {
                for (Token leaf : int_leaves)
                  for (Token branch : branch_ifs)
                    list.add(
                        key_of(tok::val_slot, in(op), leaf, branch, compare, tok::acc, tok::konst));
              });
  for (Token from : int_leaves)
    for (Token to : {tok::slot, tok::local}) {
      list.add(key_of(tok::val_slot, in(Op::i32_load), from, in(Op::i32_store), to, tok::slot));
      list.add(key_of(tok::val_slot, in(Op::i32_load), from, in(Op::i32_store), to, tok::acc));
    }
}

/// load(load(x)), tests of loads, arithmetic on loads.
consteval KeyList load_use_keys(Token mode) {
  KeyList list;
  const Token pointer = static_cast<Token>(tok::of(Op::i32_load) + mode);
  for (Op op : common_loads)
    for (Token dest : dests_of(op))
      for (Token leaf : int_leaves)
        list.add(key_of(dest, static_cast<Token>(tok::of(op) + mode), pointer, leaf));
  add_stored_loads(list, mode);
  if (mode == 0)
    for_ops([](const OpInfo& info) { return is_compare(info, 'I'); },
            [&](Op compare) {
              for (Token branch : branch_ifs)
                for (Token leaf : int_leaves)
                  for (Token other : {tok::slot, tok::konst})
                    list.add(key_of(branch, compare,
                                    static_cast<Token>(tok::of(Op::i64_load) + mode), leaf, other));
            });
  for (Op op : test_loads)
    for (Token leaf : int_leaves) {
      const Token load = static_cast<Token>(tok::of(op) + mode);
      for (Token branch : {tok::br_if, tok::br_if_back, tok::br_unless, tok::br_unless_back})
        list.add(key_of(branch, load, leaf));
      if (mode == 0 && op != Op::i32_load16_u)
        for_ops([](const OpInfo& info) { return is_compare(info, 'i'); },
                [&](Op compare) {
                  for (Token branch : branch_ifs)
                    for (Token other : {tok::slot, tok::konst})
                      list.add(key_of(branch, compare, load, leaf, other));
                });
    }
  return list;
}

/// x op load(y), for operators that commute and for sub.
consteval KeyList load_binary_keys(Token mode) {
  KeyList list;
  struct Pair {
    Op op, load;
  };
  constexpr Pair pairs[] = {{Op::i32_add, Op::i32_load},     {Op::i32_add, Op::i32_load8_u},
                            {Op::i32_add, Op::i32_load16_u}, {Op::i32_add, Op::i32_load16_s},
                            {Op::i32_and, Op::i32_load},     {Op::i32_and, Op::i32_load8_u},
                            {Op::i32_or, Op::i32_load},      {Op::i32_or, Op::i32_load8_u},
                            {Op::i32_xor, Op::i32_load},     {Op::i32_xor, Op::i32_load8_u},
                            {Op::i32_xor, Op::i32_load16_u}, {Op::i32_mul, Op::i32_load},
                            {Op::i32_mul, Op::i32_load16_s}, {Op::i32_sub, Op::i32_load},
                            {Op::i32_shl, Op::i32_load8_u},  {Op::i64_add, Op::i64_load},
                            {Op::i64_xor, Op::i64_load},     {Op::i64_or, Op::i64_load},
                            {Op::i64_and, Op::i64_load},     {Op::i64_mul, Op::i64_load},
                            {Op::i64_sub, Op::i64_load}};
  for (const Pair& pair : pairs)
    for (Token dest : int_dests)
      for (Token leaf : int_leaves)
        for (Token other : {tok::slot, tok::local, tok::konst})
          if (leaf != tok::local || other != tok::local)
            list.add(
                key_of(dest, pair.op, static_cast<Token>(tok::of(pair.load) + mode), leaf, other));
  constexpr Pair floats[] = {{Op::f64_add, Op::f64_load}, {Op::f64_mul, Op::f64_load},
                             {Op::f64_sub, Op::f64_load}, {Op::f32_add, Op::f32_load},
                             {Op::f32_mul, Op::f32_load}, {Op::f32_sub, Op::f32_load}};
  for (const Pair& pair : floats)
    for (Token dest : float_dests)
      for (Token leaf : int_leaves)
        for (Token other : {tok::slot, tok::acc}) {
          const Token load = static_cast<Token>(tok::of(pair.load) + mode);
          list.add(key_of(dest, pair.op, load, leaf, other));
          if (!op_info(pair.op).is(trait::commutes))
            list.add(key_of(dest, pair.op, other, load, leaf));
        }
  // a * load(y) + c: the inner loop of every product of matrices.
  for (Token dest : float_dests)
    for (Token leaf : int_leaves)
      for (Token factor : {tok::slot, tok::acc})
        for (Token sum : {tok::slot, tok::acc})
          if (factor != tok::acc || sum != tok::acc)
            list.add(key_of(dest, Op::f64_add, Op::f64_mul,
                            static_cast<Token>(tok::of(Op::f64_load) + mode), leaf, factor, sum));
  return list;
}

/// store(x, load(y)), store(x, op(load(y), z)), store(x, op(y, z)), store(x + y, z).
consteval KeyList store_use_keys(Token mode) {
  KeyList list;
  const auto in = [mode](Op op) { return static_cast<Token>(tok::of(op) + mode); };
  struct Copy {
    Op store, load;
  };
  constexpr Copy copies[] = {{Op::i32_store, Op::i32_load},       {Op::i32_store8, Op::i32_load8_u},
                             {Op::i32_store16, Op::i32_load16_u}, {Op::i64_store, Op::i64_load},
                             {Op::f64_store, Op::f64_load},       {Op::f32_store, Op::f32_load}};
  for (const Copy& copy : copies)
    for (Token to : {tok::slot, tok::local})
      for (Token from : int_leaves) list.add(key_of(in(copy.store), to, in(copy.load), from));
  struct Update {
    Op store, op, load;
  };
  constexpr Update updates[] = {
      {Op::i32_store, Op::i32_add, Op::i32_load}, {Op::i32_store, Op::i32_or, Op::i32_load},
      {Op::i32_store, Op::i32_and, Op::i32_load}, {Op::i32_store, Op::i32_xor, Op::i32_load},
      {Op::i64_store, Op::i64_add, Op::i64_load}, {Op::i64_store, Op::i64_xor, Op::i64_load}};
  for (const Update& update : updates)
    for (Token to : {tok::slot, tok::local})
      for (Token from : {tok::slot, tok::local})
        for (Token with : {tok::slot, tok::local, tok::konst})
          list.add(key_of(in(update.store), to, update.op, in(update.load), from, with));
  constexpr Op values[] = {Op::i32_add, Op::i32_sub, Op::i32_and,
                           Op::i32_or,  Op::i32_xor, Op::i32_shr_u};
  for (Op store : {Op::i32_store, Op::i32_store8})
    for (Op value : values)
      for (Token to : {tok::slot, tok::local})
        for (const TwoLeaves& two : ordered_leaves)
          list.add(key_of(in(store), to, value, two.a, two.b));
  for (Op value : {Op::f64_add, Op::f64_mul, Op::f64_sub})
    for (Token to : {tok::slot, tok::local})
      for (const TwoLeaves& two : float_leaves) {
        list.add(key_of(in(Op::f64_store), to, value, two.a, two.b));
        if (value == Op::f64_sub && two.a == tok::acc)
          list.add(key_of(in(Op::f64_store), to, value, two.b, two.a));
      }
  for (Op store : {Op::i32_store, Op::i64_store, Op::f64_store})
    for (Token index : int_leaves)
      for (Token value : {tok::slot, tok::konst})
        list.add(key_of(in(store), Op::i32_shl, index, tok::konst, value));
  for (Token to : {tok::slot, tok::local})
    for (Token value : {tok::slot, tok::konst, tok::local})
      for (Token branch : {tok::br_if, tok::br_if_back, tok::br_unless, tok::br_unless_back})
        for (Token leaf : int_leaves) list.add(key_of(in(Op::i32_store), to, value, branch, leaf));
  for (Op store : {Op::i32_store, Op::i32_store8, Op::i32_store16, Op::i64_store, Op::f64_store,
                   Op::f32_store})
    for (const TwoLeaves& two : ordered_leaves)
      for (Token value : {tok::slot, tok::local, tok::konst, tok::acc}) {
        const bool floats = is_float(op_info(store).params()[1]);
        if (floats ? value != tok::local : !(value == tok::acc && two.a == tok::acc))
          list.add(key_of(in(store), Op::i32_add, two.a, two.b, value));
      }
  return list;
}

}  // namespace zhan::interp

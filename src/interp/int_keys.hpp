// SPDX-License-Identifier: Apache-2.0
// Keys of integer arithmetic of one width.
#pragma once

#include "interp/family.hpp"

namespace zhan::interp {

constexpr void add_binary(KeyList& list, Op op, std::span<const TwoLeaves> leaves,
                          std::span<const Token> dests) noexcept {
  for (const TwoLeaves& two : leaves)
    for (Token dest : dests) list.add(key_of(dest, op, two.a, two.b));
}

/// Arithmetic, tests and compares on letter 'i' or 'I'.
consteval KeyList int_keys(char letter) {
  const char binary[] = {letter, letter, '_', letter}, unary[] = {letter, '_', letter};
  KeyList list;
  const auto arithmetic = [&](const OpInfo& info) {
    return is_value(info, {binary, 4}) && !info.is(trait::compare);
  };
  for_ops(arithmetic, [&](Op op) {
    add_binary(list, op, ordered_leaves, int_dests);
    if (letter == 'I') add_binary(list, op, konst8_leaves, int_dests);
    if (op_info(op).is(trait::commutes)) return;
    add_binary(list, op, reversed_leaves, int_dests);
    add_binary(list, op, konst_first_leaves, int_dests);
  });
  for_ops([&](const OpInfo& info) { return is_value(info, {unary, 3}); },
          [&](Op op) {
            for (Token leaf : int_leaves)
              for (Token dest : int_dests) list.add(key_of(dest, op, leaf));
          });
  for_ops([&](const OpInfo& info) { return is_compare(info, letter); },
          [&](Op op) { add_binary(list, op, ordered_leaves, int_dests); });
  return list;
}

}  // namespace zhan::interp

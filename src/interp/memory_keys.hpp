// SPDX-License-Identifier: Apache-2.0
// Keys of loads and stores of memory 0, by guard (0) or with a compare (tok::explicit_).
#pragma once

#include "interp/family.hpp"

namespace zhan::interp {

[[nodiscard]] constexpr bool is_scalar_load(const OpInfo& info) noexcept {
  return info.is(trait::load) && !info.is(trait::atomic) && info.results() != "v";
}
[[nodiscard]] constexpr bool is_scalar_store(const OpInfo& info) noexcept {
  return info.is(trait::store) && !info.is(trait::atomic) && info.imm == ImmKind::memarg &&
         info.params() != "av";
}
[[nodiscard]] constexpr bool is_float(char letter) noexcept {
  return letter == 'f' || letter == 'F';
}

consteval KeyList load_keys(Token mode) {
  KeyList list;
  for_ops(is_scalar_load, [&](Op op) {
    const Token load = static_cast<Token>(tok::of(op) + mode);
    for (Token dest : int_dests) {
      if (dest == tok::val_local && is_float(op_info(op).results()[0])) continue;
      for (Token leaf : int_or_konst_leaves) list.add(key_of(dest, load, leaf));
    }
  });
  return list;
}

consteval KeyList store_keys(Token mode) {
  KeyList list;
  for_ops(is_scalar_store, [&](Op op) {
    const Token store = static_cast<Token>(tok::of(op) + mode);
    const bool floats = is_float(op_info(op).params()[1]);
    for (Token address : int_or_konst_leaves)
      for (Token value : int_or_konst_leaves)
        if (!(address == tok::acc && value == tok::acc && !floats) &&
            !(floats && value == tok::local))
          list.add(key_of(store, address, value));
  });
  return list;
}

}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// Families of handlers: a file lists the keys it serves, this makes the handlers. A fusion is one
// more key in a list; the predecoder finds it by asking for it.
#pragma once

#include <initializer_list>
#include <span>
#include <utility>

#include "interp/eval.hpp"

namespace zhan::interp {

/// A list of keys made at compile time.
struct KeyList {
  static constexpr usize capacity = 3000;
  std::array<Key, capacity> keys{};
  usize count = 0;

  constexpr void add(const Key& key) noexcept { keys[count++] = key; }
};

/// Tokens one after another: parts are tokens or keys.
struct KeyBuilder {
  Key key;
  usize size = 0;
  constexpr KeyBuilder& operator<<(Token t) noexcept {
    key.set(size++, t);
    return *this;
  }
  constexpr KeyBuilder& operator<<(Op op) noexcept { return *this << tok::of(op); }
  constexpr KeyBuilder& operator<<(const Key& part) noexcept {
    for (usize i = 0; part[i] != tok::end; ++i) *this << part[i];
    return *this;
  }
};
template <class... Parts>
[[nodiscard]] constexpr Key key_of(const Parts&... parts) noexcept {
  KeyBuilder builder;
  (builder << ... << parts);
  return builder.key;
}

/// What a file of handlers exports.
struct Family {
  std::span<const Key> keys;
  std::span<const Handler> handlers;
};

template <const KeyList& L, usize... I>
[[nodiscard]] constexpr auto handlers_of(std::index_sequence<I...>) noexcept {
  return std::array<Handler, sizeof...(I)>{&handler<L.keys[I]>...};
}

/// The handlers of a list with static storage.
template <const KeyList& L>
struct FamilyOf {
  static constexpr auto handlers = handlers_of<L>(std::make_index_sequence<L.count>{});
  static constexpr auto keys = [] {
    std::array<Key, L.count> used{};
    for (usize i = 0; i < L.count; ++i) used[i] = L.keys[i];
    return used;
  }();
  static constexpr Family family{keys, handlers};
};

// Sets of leaves for two operands. An operation that commutes has its operands put in this order.
struct TwoLeaves {
  Token a, b;
};
inline constexpr TwoLeaves ordered_leaves[] = {{tok::slot, tok::slot},  {tok::acc, tok::slot},
                                               {tok::acc, tok::local},  {tok::acc, tok::konst},
                                               {tok::local, tok::slot}, {tok::local, tok::konst},
                                               {tok::slot, tok::konst}};
inline constexpr TwoLeaves reversed_leaves[] = {
    {tok::slot, tok::acc}, {tok::slot, tok::local}, {tok::local, tok::acc}};
inline constexpr TwoLeaves konst_first_leaves[] = {
    {tok::konst, tok::slot}, {tok::konst, tok::acc}, {tok::konst, tok::local}};
/// With a 64-bit constant that no 32-bit field holds.
inline constexpr TwoLeaves konst8_leaves[] = {{tok::slot, tok::konst8}, {tok::acc, tok::konst8}};
inline constexpr TwoLeaves float_leaves[] = {
    {tok::slot, tok::slot}, {tok::acc, tok::slot}, {tok::acc, tok::konst}, {tok::slot, tok::konst}};
inline constexpr TwoLeaves float_reversed_leaves[] = {
    {tok::slot, tok::acc}, {tok::konst, tok::slot}, {tok::konst, tok::acc}};
inline constexpr Token int_leaves[] = {tok::slot, tok::acc, tok::local};
inline constexpr Token int_or_konst_leaves[] = {tok::slot, tok::acc, tok::local, tok::konst};
inline constexpr Token int_dests[] = {tok::val_acc, tok::val_slot, tok::val_local};
inline constexpr Token float_dests[] = {tok::val_acc, tok::val_slot};
inline constexpr Token branch_ifs[] = {tok::br_if, tok::br_if_back};
inline constexpr Token branch_unlesses[] = {tok::br_unless, tok::br_unless_back};

/// Calls f(op) for every row that satisfies `wanted`.
template <class Wanted, class F>
constexpr void for_ops(Wanted wanted, F f) noexcept {
  for (usize i = 0; i < op_count; ++i)
    if (wanted(op_info(static_cast<Op>(i)))) f(static_cast<Op>(i));
}

/// Value instruction without immediate whose operands and result have these letters.
[[nodiscard]] constexpr bool is_value(const OpInfo& info, std::string_view signature) noexcept {
  return info.is(trait::value) && info.imm == ImmKind::none && info.signature == signature;
}
[[nodiscard]] constexpr bool is_compare(const OpInfo& info, char letter) noexcept {
  return info.is(trait::compare) && info.params().size() == 2 && info.params()[0] == letter;
}

}  // namespace zhan::interp

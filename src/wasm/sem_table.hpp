// SPDX-License-Identifier: Apache-2.0
// Binds each row of ops.def that is marked `value` to its meaning in sem.hpp. Tables of engines are
// made from `meaning<op>` and its shape, so a new row with a meaning needs no further line there.
#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "wasm/ops.hpp"
#include "wasm/sem.hpp"

namespace zhan::sem {

/// What instructions have that do more than compute a value.
struct NoMeaning {};

/// Address of the pure function of sem.hpp that an instruction is, or NoMeaning.
template <Op op>
inline constexpr auto meaning = NoMeaning{};

// `value` has to be the first trait of its row: it becomes a comma here, which moves the function
// into the third place. The name of a function that does not exist is dropped before anyone sees
// it.
#define ZHAN_FIRST_value ,
#define ZHAN_THIRD(a, b, c, ...) c
#define ZHAN_PICK(...) ZHAN_THIRD(__VA_ARGS__)
#define ZHAN_OP(id, prefix, code, text, imm, sig, access, feature, traits) \
  template <>                                                              \
  inline constexpr auto meaning<Op::id> = ZHAN_PICK(ZHAN_FIRST_##traits, &id, NoMeaning{}, 0);
#include "wasm/ops.def"
#undef ZHAN_OP
#undef ZHAN_PICK
#undef ZHAN_THIRD
#undef ZHAN_FIRST_value

template <Op op>
inline constexpr bool has_meaning =
    !std::is_same_v<std::remove_const_t<decltype(meaning<op>)>, NoMeaning>;

/// Signature letter (ops.def) of a C++ type; 0 for the types of immediates.
template <class T>
inline constexpr char letter_of = 0;
template <>
inline constexpr char letter_of<u32> = 'i';
template <>
inline constexpr char letter_of<u64> = 'I';
template <>
inline constexpr char letter_of<float> = 'f';
template <>
inline constexpr char letter_of<double> = 'F';
template <>
inline constexpr char letter_of<V128> = 'v';

/// A function's result: the types of its values, and whether a trap may stand in their place.
template <class R>
struct ResultShape {
  using Value = R;
  static constexpr bool traps = false;
  static constexpr std::array<char, 1> letters{letter_of<R>};
};
template <class T>
struct ResultShape<Trapping<T>> : ResultShape<T> {
  static constexpr bool traps = true;
};
template <class T, usize count>
struct ResultShape<std::array<T, count>> {
  using Value = std::array<T, count>;
  static constexpr bool traps = false;
  static constexpr std::array<char, count> letters = [] {
    std::array<char, count> all;
    all.fill(letter_of<T>);
    return all;
  }();
};

/// A meaning's type taken apart. `Params` holds the immediate, if there is one, and the operands.
template <class Function>
struct Shape;
template <class R, class... P>
struct Shape<R (*)(P...) noexcept> {
  using Params = std::tuple<P...>;
  using Result = ResultShape<R>;
  static constexpr std::array<char, sizeof...(P)> letters{letter_of<P>...};
  /// An immediate is always the first parameter, and the only one.
  static constexpr usize immediates = (usize{0} + ... + usize{letter_of<P> == 0});
  static constexpr usize operands = sizeof...(P) - immediates;

  /// Whether the function says the same as a row's signature, "ii_i".
  [[nodiscard]] static consteval bool matches(std::string_view signature) {
    const std::string_view params(letters.data() + immediates, operands);
    const std::string_view results(Result::letters.data(), Result::letters.size());
    return signature.size() == params.size() + 1 + results.size() &&
           signature.starts_with(params) && signature[params.size()] == '_' &&
           signature.ends_with(results);
  }
};

template <Op op>
using ShapeOf = Shape<std::remove_const_t<decltype(meaning<op>)>>;

}  // namespace zhan::sem

// SPDX-License-Identifier: Apache-2.0
// Calls meanings by their instruction, so that the tests know which instructions they cover.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "wasm/sem_evaluate.hpp"
#include "wasm/sem_table.hpp"

namespace zhan::sem {

/// Instructions that some test of this program calls.
inline std::set<Op>& tested_ops() {
  static std::set<Op> ops;
  return ops;
}
template <Op op>
inline const bool tested = tested_ops().insert(op).second;

template <Op op>
using ValueOf = typename ShapeOf<op>::Result::Value;

using Slots = std::vector<u64>;

template <class T>
void append(Slots& slots, const T& value) {
  const usize at = slots.size();
  slots.resize(at + (sizeof value + 7) / 8);
  std::memcpy(&slots[at], static_cast<const void*>(&value), sizeof value);
}

template <class T>
Slots slots_of(const T& value) {
  Slots slots;
  append(slots, value);
  return slots;
}

template <class F>
F from_bits(BitsOf<F> bits) {
  return std::bit_cast<F>(bits);
}
inline float f32(u32 bits) { return from_bits<float>(bits); }
inline double f64(u64 bits) { return from_bits<double>(bits); }

template <class F>
inline constexpr F inf = std::numeric_limits<F>::infinity();
template <class F>
inline constexpr F denormal = std::numeric_limits<F>::denorm_min();
template <class F>
inline constexpr int fraction_bits = std::numeric_limits<F>::digits - 1;
/// Bits of the quiet NaN without payload.
template <class F>
inline constexpr BitsOf<F> canonical_nan =
    sizeof(F) == 4 ? BitsOf<F>{0x7fc00000} : static_cast<BitsOf<F>>(u64{0x7ff8} << 48);
/// A signalling NaN with a payload, its sign set or not.
template <class F>
F signalling(bool negative = false) {
  const BitsOf<F> quiet = BitsOf<F>{1} << (fraction_bits<F> - 1);
  const BitsOf<F> bits = (canonical_nan<F> & ~quiet) | 0x1234;
  return from_bits<F>(negative ? bits | sign_bit<F> : bits);
}
template <class F>
bool is_canonical(F value) {
  return (bits_of(value) & ~sign_bit<F>) == canonical_nan<F>;
}
/// A NaN with its quiet bit set.
template <class F>
bool is_arithmetic(F value) {
  return (bits_of(value) & canonical_nan<F>) == canonical_nan<F>;
}

template <class F>
bool same_or_both_nan(const Slots& a, const Slots& b) {
  constexpr usize lanes = sizeof(u64) / sizeof(F);
  for (usize i = 0; i < lanes * a.size(); ++i) {
    const auto of = [i](const Slots& s) {
      return std::bit_cast<std::array<F, lanes>>(s[i / lanes])[i % lanes];
    };
    const bool both_nan = is_arithmetic(of(a)) && is_arithmetic(of(b));
    if (bits_of(of(a)) != bits_of(of(b)) && !both_nan) return false;
  }
  return true;
}

/// Equal slots; for arithmetic on floats any quiet NaN is as good as another, since a compiler may
/// exchange the operands of a sum.
inline bool same_result(Op op, const Slots& a, const Slots& b) {
  const std::string_view text = op_info(op).text;
  if (a == b) return true;
  if (a.size() != b.size()) return false;
  return text.starts_with("f32") ? same_or_both_nan<float>(a, b)
                                 : text.starts_with("f64") && same_or_both_nan<double>(a, b);
}

/// What came of an instruction: a trap, or the slots of its result.
struct Outcome {
  Trap trap = Trap::none;
  Slots slots;
};

template <class T>
Outcome outcome_of(const T& result) {
  return {Trap::none, slots_of(result)};
}
template <class T>
Outcome outcome_of(const Trapping<T>& result) {
  return result.trapped() ? Outcome{result.trap, {}} : Outcome{Trap::none, slots_of(result.value)};
}

/// What evaluate() makes of the same parameters.
template <Op op, class... A>
Outcome evaluated(const A&... params) {
  Imm imm;
  Slots operands;
  usize index = 0;
  const auto place = [&](const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    const bool immediate = index++ < ShapeOf<op>::immediates;
    if constexpr (std::is_same_v<T, u8>) imm.lane = value;
    if constexpr (std::is_same_v<T, V128>)
      if (immediate) imm.v128 = value;
    if (!immediate) append(operands, value);
  };
  (place(params), ...);
  Slots results((sizeof(ValueOf<op>) + 7) / 8);
  const Trap trap = evaluate(op, imm, operands.data(), results.data());
  return {trap, trap == Trap::none ? results : Slots{}};
}

// Not templates, so that they are compiled once a file and not once an instruction.
inline void expect_same(Op op, const Outcome& evaluated, const Outcome& called) {
  EXPECT_EQ(evaluated.trap, called.trap) << op_info(op).text;
  EXPECT_TRUE(same_result(op, evaluated.slots, called.slots)) << op_info(op).text;
}
inline void expect_row(Op op, int row, const Outcome& got, const Outcome& expected) {
  EXPECT_EQ(got.trap, expected.trap) << op_info(op).text << ", row " << row;
  EXPECT_EQ(got.slots, expected.slots) << op_info(op).text << ", row " << row;
}
inline void wrong_lane(Op op, const std::string& operands, const std::string& got) {
  ADD_FAILURE() << op_info(op).text << " of " << operands << " gave " << got;
}

template <Op op, class Params>
struct Call;
template <Op op, class... P>
struct Call<op, std::tuple<P...>> {
  using Values = std::tuple<std::remove_cvref_t<P>...>;

  static auto run(std::remove_cvref_t<P>... params) {
    static_cast<void>(tested<op>);
    const auto result = meaning<op>(params...);
    expect_same(op, evaluated<op>(params...), outcome_of(result));
    return result;
  }
};

/// The meaning of `op` applied; evaluate() is checked to give the same.
template <Op op, class... A>
auto run(A... params) {
  return Call<op, typename ShapeOf<op>::Params>::run(params...);
}

/// One line of a table: the parameters, then the value or trap expected, bit by bit.
template <Op op>
struct Row {
  typename Call<op, typename ShapeOf<op>::Params>::Values params;
  Trapping<ValueOf<op>> expected;
};

template <Op op>
void check(std::initializer_list<Row<op>> rows) {
  int number = 0;
  for (const Row<op>& row : rows) {
    const auto got = std::apply([](auto... params) { return run<op>(params...); }, row.params);
    expect_row(op, number++, outcome_of(got), outcome_of(row.expected));
  }
}

template <class Lane>
V128 vec(std::initializer_list<Lane> values) {
  V128::Lanes<Lane> lanes{};
  usize i = 0;
  for (const Lane value : values) lanes[i++] = value;
  return V128::from<Lane>(lanes);
}

/// Values at and beside the limits of an integer type, and some in between.
template <class Int>
std::vector<Int> edge_values() {
  using Bits = std::make_unsigned_t<Int>;
  std::vector<Int> values;
  if constexpr (sizeof(Int) == 1) {
    for (int i = 0; i < 256; ++i) values.push_back(static_cast<Int>(i));
    return values;
  }
  for (u32 shift = 0; shift < 8 * sizeof(Int); shift += 3)
    for (int step = -1; step <= 1; ++step)
      values.push_back(static_cast<Int>(static_cast<Bits>((Bits{1} << shift) + step)));
  const Bits top = Bits{1} << (8 * sizeof(Int) - 1);
  for (const Bits bits : {Bits(top - 1), top, Bits(top + 1), Bits(0 - 1), Bits(0 - 2)})
    values.push_back(static_cast<Int>(bits));
  u64 random = 88172645463325252;
  for (int i = 0; i < 12; ++i) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    values.push_back(static_cast<Int>(static_cast<Bits>(random)));
  }
  return values;
}

template <class F>
std::vector<F> edge_floats() {
  std::vector<F> values = {F(0),
                           F(0.5),
                           F(1),
                           F(1.5),
                           F(2.5),
                           F(3.7),
                           F(0.49999997),
                           F(1e9),
                           F(2147483647),
                           F(2147483648),
                           F(4294967295),
                           F(4294967296),
                           F(8388609),
                           F(1e30),
                           std::numeric_limits<F>::max(),
                           std::numeric_limits<F>::min(),
                           denormal<F>,
                           inf<F>,
                           from_bits<F>(canonical_nan<F>),
                           signalling<F>()};
  const usize count = values.size();
  for (usize i = 0; i < count; ++i) values.push_back(with_sign_flipped(values[i]));
  return values;
}

/// Equal bits, or both NaN where only the kind of NaN is promised.
template <class F>
bool same_or_nan(F got, F expected) {
  if (expected != expected) return is_arithmetic(got);
  return bits_of(got) == bits_of(expected);
}

template <class Lane>
bool same_lane(Lane got, Lane expected) {
  if constexpr (std::is_floating_point_v<Lane>) {
    return same_or_nan(got, expected);
  } else {
    return got == expected;
  }
}

/// Every pair of the values, as vectors whose lanes go through the pairs.
template <class Lane, class Visit>
void for_pairs(const std::vector<Lane>& values, Visit visit) {
  constexpr usize width = 16 / sizeof(Lane);
  const usize pairs = values.size() * values.size();
  for (usize start = 0; start < pairs; start += width) {
    V128::Lanes<Lane> a{};
    V128::Lanes<Lane> b{};
    for (usize i = 0; i < width; ++i) {
      const usize pair = (start + i) % pairs;
      a[i] = values[pair / values.size()];
      b[i] = values[pair % values.size()];
    }
    visit(a, b);
  }
}

/// Checks a unary instruction against `reference`, a function of one lane, with every edge value.
template <Op op, class In, class Out = In, class Reference>
void lanes1(const std::vector<In>& values, Reference reference) {
  for_pairs<In>(values, [&](const auto& a, const auto&) {
    const auto got = run<op>(V128::from<In>(a)).template lanes<Out>();
    for (usize i = 0; i < a.size(); ++i)
      if (!same_lane<Out>(got[i], reference(a[i])))
        wrong_lane(op, std::to_string(a[i]), std::to_string(got[i]));
  });
}

/// Checks a binary instruction against `reference` with every pair of edge values.
template <Op op, class In, class Out = In, class Reference>
void lanes2(const std::vector<In>& values, Reference reference) {
  for_pairs<In>(values, [&](const auto& a, const auto& b) {
    const auto got = run<op>(V128::from<In>(a), V128::from<In>(b)).template lanes<Out>();
    for (usize i = 0; i < a.size(); ++i)
      if (!same_lane<Out>(got[i], reference(a[i], b[i])))
        wrong_lane(op, std::to_string(a[i]) + ", " + std::to_string(b[i]), std::to_string(got[i]));
  });
}

}  // namespace zhan::sem

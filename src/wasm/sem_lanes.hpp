// SPDX-License-Identifier: Apache-2.0
// Lane helpers under the vector meanings. A V128 is read as a vector of the compiler's own vector
// extension (the same in clang and gcc), where + is one machine instruction and a comparison gives
// lanes of all ones or all zeros. Unsigned lanes wrap; signed lanes only where nothing overflows.
#pragma once

#include <array>
#include <bit>
#include <limits>
#include <type_traits>

#include "base/ints.hpp"
#include "wasm/v128.hpp"

namespace zhan::sem {

template <class Lane, usize bytes>
struct VecOf {
  typedef Lane type __attribute__((vector_size(bytes)));
};

/// A full vector of lanes, and a vector of half as many.
template <class Lane>
using Vec = typename VecOf<Lane, 16>::type;
template <class Lane>
using HalfVec = typename VecOf<Lane, 8>::type;

template <class Vector>
using LaneOf = std::remove_cvref_t<decltype(std::declval<Vector&>()[0])>;

template <class Lane>
inline constexpr u32 lane_count = 16 / sizeof(Lane);

/// The integer with twice the width and the same signedness.
template <class Lane>
struct WiderOf;
template <>
struct WiderOf<i8> : std::type_identity<i16> {};
template <>
struct WiderOf<u8> : std::type_identity<u16> {};
template <>
struct WiderOf<i16> : std::type_identity<i32> {};
template <>
struct WiderOf<u16> : std::type_identity<u32> {};
template <>
struct WiderOf<i32> : std::type_identity<i64> {};
template <>
struct WiderOf<u32> : std::type_identity<u64> {};
template <class Lane>
using Wider = typename WiderOf<Lane>::type;

template <class Lane>
constexpr Vec<Lane> as(const V128& value) noexcept {
  return std::bit_cast<Vec<Lane>>(value.bytes);
}

template <class Vector>
constexpr V128 pack(Vector value) noexcept {
  return {std::bit_cast<std::array<u8, 16>>(value)};
}

template <class Lane>
constexpr Vec<Lane> filled(Lane value) noexcept {
  typename V128::Lanes<Lane> lanes{};
  lanes.fill(value);
  return std::bit_cast<Vec<Lane>>(lanes);
}

template <class Lane>
constexpr HalfVec<Lane> low_half(const V128& value) noexcept {
  return std::bit_cast<HalfVec<Lane>>(value.lanes<u64>()[0]);
}

template <class Lane>
constexpr HalfVec<Lane> high_half(const V128& value) noexcept {
  return std::bit_cast<HalfVec<Lane>>(value.lanes<u64>()[1]);
}

/// Two half vectors as one; a missing high half is zero.
template <class Half>
constexpr V128 join_halves(Half low, Half high = Half{}) noexcept {
  return V128::from<u64>({std::bit_cast<u64>(low), std::bit_cast<u64>(high)});
}

/// The lanes of the low or the high half, each extended to twice its width.
template <class Lane>
constexpr Vec<Wider<Lane>> widen_low(const V128& value) noexcept {
  return __builtin_convertvector(low_half<Lane>(value), Vec<Wider<Lane>>);
}

template <class Lane>
constexpr Vec<Wider<Lane>> widen_high(const V128& value) noexcept {
  return __builtin_convertvector(high_half<Lane>(value), Vec<Wider<Lane>>);
}

/// The even or the odd lanes, each extended to twice its width.
template <class Lane>
constexpr Vec<Wider<Lane>> widen_even(const V128& value) noexcept {
  using Bits = std::make_unsigned_t<Wider<Lane>>;
  constexpr int width = 8 * sizeof(Lane);
  return (Vec<Wider<Lane>>)(as<Bits>(value) << width) >> width;
}

template <class Lane>
constexpr Vec<Wider<Lane>> widen_odd(const V128& value) noexcept {
  return as<Wider<Lane>>(value) >> (8 * sizeof(Lane));
}

/// Lane-wise choice: `mask` has lanes of all ones or all zeros.
template <class Mask, class Vector>
constexpr Vector choose(Mask mask, Vector yes, Vector no) noexcept {
  return mask ? yes : no;
}

template <class Vector>
constexpr Vector lower(Vector a, Vector b) noexcept {
  return a < b ? a : b;
}

template <class Vector>
constexpr Vector higher(Vector a, Vector b) noexcept {
  return a > b ? a : b;
}

/// `meaning` of each lane. Clang's builtins take the whole vector at once.
template <class Lane, class Meaning>
constexpr V128 each(const V128& a, Meaning meaning) noexcept {
#if defined(__clang__)
  return pack(meaning(as<Lane>(a)));
#else
  auto lanes = a.lanes<Lane>();
  for (Lane& lane : lanes) lane = meaning(lane);
  return V128::from<Lane>(lanes);
#endif
}

/// Bit i is the sign of lane i.
template <class Lane>
constexpr u32 sign_bits(const V128& value) noexcept {
#if defined(__clang__)
  typedef bool Bits __attribute__((ext_vector_type(lane_count<Lane>)));
  using Word = std::conditional_t<lane_count<Lane> == 16, u16, u8>;
  constexpr u32 used = (u32{1} << lane_count<Lane>)-1;
  return __builtin_bit_cast(Word, __builtin_convertvector(as<Lane>(value) < 0, Bits)) & used;
#else
  u32 bits = 0;
  const auto lanes = value.lanes<Lane>();
  for (u32 i = 0; i < lanes.size(); ++i) bits |= u32{lanes[i] < 0} << i;
  return bits;
#endif
}

/// Clamps the signed lanes of `low` and `high` into Narrow and puts them side by side.
template <class Narrow, class Vector>
constexpr V128 narrow(Vector low, Vector high) noexcept {
  using Lane = LaneOf<Vector>;
  constexpr Vector least = filled<Lane>(std::numeric_limits<Narrow>::min());
  constexpr Vector most = filled<Lane>(std::numeric_limits<Narrow>::max());
  const Vector first = lower(higher(low, least), most);
  const Vector second = lower(higher(high, least), most);
  return join_halves(__builtin_convertvector(first, HalfVec<Narrow>),
                     __builtin_convertvector(second, HalfVec<Narrow>));
}

}  // namespace zhan::sem

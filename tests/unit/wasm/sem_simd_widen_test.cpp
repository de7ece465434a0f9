// SPDX-License-Identifier: Apache-2.0
// Meanings of the integer vector instructions whose lanes change their width.
#include <algorithm>

#include "sem_support.hpp"

namespace zhan::sem {
namespace {

/// Runs `op` on every pair of edge values; `expected` gives lane i of the result.
template <Op op, class In, class Out, class Expected>
void wide2(Expected expected) {
  for_pairs<In>(edge_values<In>(), [&](const auto& a, const auto& b) {
    const auto got = run<op>(V128::from<In>(a), V128::from<In>(b)).template lanes<Out>();
    for (usize i = 0; i < got.size(); ++i)
      if (got[i] != expected(a, b, i))
        wrong_lane(op, "lanes " + std::to_string(i), std::to_string(got[i]));
  });
}

template <Op op, class In, class Out, class Expected>
void wide1(Expected expected) {
  for_pairs<In>(edge_values<In>(), [&](const auto& a, const auto&) {
    const auto got = run<op>(V128::from<In>(a)).template lanes<Out>();
    for (usize i = 0; i < got.size(); ++i)
      if (got[i] != expected(a, i))
        wrong_lane(op, "lanes " + std::to_string(i), std::to_string(got[i]));
  });
}

template <Op low, Op high, class In>
void extend() {
  using Out = Wider<In>;
  wide1<low, In, Out>([](const auto& a, usize i) { return Out{a[i]}; });
  wide1<high, In, Out>([](const auto& a, usize i) { return Out{a[a.size() / 2 + i]}; });
}

template <Op low, Op high, class In>
void multiply() {
  using Out = Wider<In>;
  const auto product = [](In a, In b) { return static_cast<Out>(Out{a} * Out{b}); };
  wide2<low, In, Out>([&](const auto& a, const auto& b, usize i) { return product(a[i], b[i]); });
  wide2<high, In, Out>([&](const auto& a, const auto& b, usize i) {
    return product(a[a.size() / 2 + i], b[a.size() / 2 + i]);
  });
}

template <Op op, class In>
void add_pairwise() {
  using Out = Wider<In>;
  wide1<op, In, Out>(
      [](const auto& a, usize i) { return static_cast<Out>(Out{a[2 * i]} + Out{a[2 * i + 1]}); });
}

template <Op op, class In, class Out>
void narrowing() {
  using Limits = std::numeric_limits<Out>;
  wide2<op, In, Out>([](const auto& a, const auto& b, usize i) {
    const In value = i < a.size() ? a[i] : b[i - a.size()];
    return static_cast<Out>(std::clamp<i64>(value, Limits::min(), Limits::max()));
  });
}

TEST(SemSimdWiden, Extend) {
  extend<Op::i16x8_extend_low_i8x16_s, Op::i16x8_extend_high_i8x16_s, i8>();
  extend<Op::i16x8_extend_low_i8x16_u, Op::i16x8_extend_high_i8x16_u, u8>();
  extend<Op::i32x4_extend_low_i16x8_s, Op::i32x4_extend_high_i16x8_s, i16>();
  extend<Op::i32x4_extend_low_i16x8_u, Op::i32x4_extend_high_i16x8_u, u16>();
  extend<Op::i64x2_extend_low_i32x4_s, Op::i64x2_extend_high_i32x4_s, i32>();
  extend<Op::i64x2_extend_low_i32x4_u, Op::i64x2_extend_high_i32x4_u, u32>();
}

TEST(SemSimdWiden, MultiplyExtended) {
  multiply<Op::i16x8_extmul_low_i8x16_s, Op::i16x8_extmul_high_i8x16_s, i8>();
  multiply<Op::i16x8_extmul_low_i8x16_u, Op::i16x8_extmul_high_i8x16_u, u8>();
  multiply<Op::i32x4_extmul_low_i16x8_s, Op::i32x4_extmul_high_i16x8_s, i16>();
  multiply<Op::i32x4_extmul_low_i16x8_u, Op::i32x4_extmul_high_i16x8_u, u16>();
  multiply<Op::i64x2_extmul_low_i32x4_s, Op::i64x2_extmul_high_i32x4_s, i32>();
  multiply<Op::i64x2_extmul_low_i32x4_u, Op::i64x2_extmul_high_i32x4_u, u32>();
}

TEST(SemSimdWiden, AddPairwise) {
  add_pairwise<Op::i16x8_extadd_pairwise_i8x16_s, i8>();
  add_pairwise<Op::i16x8_extadd_pairwise_i8x16_u, u8>();
  add_pairwise<Op::i32x4_extadd_pairwise_i16x8_s, i16>();
  add_pairwise<Op::i32x4_extadd_pairwise_i16x8_u, u16>();
}

TEST(SemSimdWiden, NarrowReadsSignedLanes) {
  narrowing<Op::i8x16_narrow_i16x8_s, i16, i8>();
  narrowing<Op::i8x16_narrow_i16x8_u, i16, u8>();
  narrowing<Op::i16x8_narrow_i32x4_s, i32, i16>();
  narrowing<Op::i16x8_narrow_i32x4_u, i32, u16>();
}

template <class In>
i64 dot(const V128::Lanes<In>& a, const V128::Lanes<In>& b, usize first, usize count) {
  i64 sum = 0;
  for (usize i = first; i < first + count; ++i) sum += i64{a[i]} * b[i];
  return sum;
}

TEST(SemSimdWiden, DotProductWraps) {
  wide2<Op::i32x4_dot_i16x8_s, i16, i32>([](const auto& a, const auto& b, usize i) {
    return static_cast<i32>(dot<i16>(a, b, 2 * i, 2));
  });
  const V128 lowest = splat<i16>(-0x8000);
  EXPECT_EQ(run<Op::i32x4_dot_i16x8_s>(lowest, lowest), splat<u32>(0x8000'0000));
}

TEST(SemSimdWiden, RelaxedDotProductIsSignedAndSaturates) {
  wide2<Op::i16x8_relaxed_dot_i8x16_i7x16_s, i8, i16>([](const auto& a, const auto& b, usize i) {
    return static_cast<i16>(std::min<i64>(dot<i8>(a, b, 2 * i, 2), 0x7fff));
  });
  const V128 lowest = splat<i8>(-0x80);
  EXPECT_EQ(run<Op::i16x8_relaxed_dot_i8x16_i7x16_s>(lowest, lowest), splat<i16>(0x7fff));
}

TEST(SemSimdWiden, RelaxedDotProductAdds) {
  const V128 c = vec<i32>({1, -2, std::numeric_limits<i32>::max(), 1000});
  for_pairs<i8>(edge_values<i8>(), [&](const auto& a, const auto& b) {
    const auto got =
        run<Op::i32x4_relaxed_dot_i8x16_i7x16_add_s>(V128::from<i8>(a), V128::from<i8>(b), c)
            .template lanes<u32>();
    for (usize i = 0; i < 4; ++i) {
      const i64 pairs = std::min<i64>(dot<i8>(a, b, 4 * i, 2), 0x7fff) +
                        std::min<i64>(dot<i8>(a, b, 4 * i + 2, 2), 0x7fff);
      ASSERT_EQ(got[i], static_cast<u32>(pairs + c.lanes<i32>()[i]));
    }
  });
}

}  // namespace
}  // namespace zhan::sem

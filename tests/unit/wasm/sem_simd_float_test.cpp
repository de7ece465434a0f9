// SPDX-License-Identifier: Apache-2.0
// Meanings of the floating-point vector instructions: each lane as the scalar instruction has it.
#include "sem_support.hpp"

namespace zhan::sem {
namespace {

/// The lane-wise instruction `op` against its scalar twin.
template <Op op, Op scalar>
void like1() {
  using F = ValueOf<scalar>;
  lanes1<op, F>(edge_floats<F>(), [](F a) { return meaning<scalar>(a); });
}

template <Op op, Op scalar>
void like2() {
  using F = ValueOf<scalar>;
  lanes2<op, F>(edge_floats<F>(), [](F a, F b) { return meaning<scalar>(a, b); });
}

TEST(SemSimdFloat, LikeScalars) {
  like1<Op::f32x4_ceil, Op::f32_ceil>();
  like1<Op::f32x4_floor, Op::f32_floor>();
  like1<Op::f32x4_trunc, Op::f32_trunc>();
  like1<Op::f32x4_nearest, Op::f32_nearest>();
  like1<Op::f32x4_sqrt, Op::f32_sqrt>();
  like2<Op::f32x4_add, Op::f32_add>();
  like2<Op::f32x4_sub, Op::f32_sub>();
  like2<Op::f32x4_mul, Op::f32_mul>();
  like2<Op::f32x4_div, Op::f32_div>();
  like2<Op::f32x4_min, Op::f32_min>();
  like2<Op::f32x4_max, Op::f32_max>();
  like2<Op::f32x4_relaxed_min, Op::f32_min>();
  like2<Op::f32x4_relaxed_max, Op::f32_max>();
  like1<Op::f64x2_ceil, Op::f64_ceil>();
  like1<Op::f64x2_floor, Op::f64_floor>();
  like1<Op::f64x2_trunc, Op::f64_trunc>();
  like1<Op::f64x2_nearest, Op::f64_nearest>();
  like1<Op::f64x2_sqrt, Op::f64_sqrt>();
  like2<Op::f64x2_add, Op::f64_add>();
  like2<Op::f64x2_sub, Op::f64_sub>();
  like2<Op::f64x2_mul, Op::f64_mul>();
  like2<Op::f64x2_div, Op::f64_div>();
  like2<Op::f64x2_min, Op::f64_min>();
  like2<Op::f64x2_max, Op::f64_max>();
  like2<Op::f64x2_relaxed_min, Op::f64_min>();
  like2<Op::f64x2_relaxed_max, Op::f64_max>();
}

template <class F>
std::vector<BitsOf<F>> bits_of_all(const std::vector<F>& values) {
  std::vector<BitsOf<F>> bits;
  for (const F value : values) bits.push_back(bits_of(value));
  return bits;
}

/// Bit by bit, so that a NaN passes unchanged.
template <Op op, class F, class Reference>
void exact1(Reference reference) {
  lanes1<op, BitsOf<F>>(bits_of_all(edge_floats<F>()), [&](BitsOf<F> a) { return reference(a); });
}

TEST(SemSimdFloat, SignsAreBits) {
  exact1<Op::f32x4_abs, float>([](u32 a) { return a & 0x7fff'ffff; });
  exact1<Op::f32x4_neg, float>([](u32 a) { return a ^ 0x8000'0000; });
  exact1<Op::f64x2_abs, double>([](u64 a) { return a & (~u64{0} >> 1); });
  exact1<Op::f64x2_neg, double>([](u64 a) { return a ^ (u64{1} << 63); });
}

/// pmin and pmax select an operand as it is: the first, unless the comparison says otherwise.
template <Op smaller, Op larger, class F>
void pseudo() {
  using Bits = BitsOf<F>;
  const auto values = bits_of_all(edge_floats<F>());
  lanes2<smaller, Bits>(values,
                        [](Bits a, Bits b) { return from_bits<F>(b) < from_bits<F>(a) ? b : a; });
  lanes2<larger, Bits>(values,
                       [](Bits a, Bits b) { return from_bits<F>(a) < from_bits<F>(b) ? b : a; });
}

TEST(SemSimdFloat, PseudoMinAndMaxSelectAnOperand) {
  pseudo<Op::f32x4_pmin, Op::f32x4_pmax, float>();
  pseudo<Op::f64x2_pmin, Op::f64x2_pmax, double>();
}

/// Two roundings: what a product and a sum give, not a fused instruction.
template <Op madd, Op nmadd, class F>
void multiply_add() {
  const F a = F(1) + std::numeric_limits<F>::epsilon();
  const F square = a * a;
  EXPECT_EQ(run<madd>(splat(a), splat(a), splat(-square)), splat(F(0)));
  EXPECT_EQ(run<nmadd>(splat(a), splat(a), splat(square)), splat(F(0)));
  EXPECT_EQ(run<madd>(splat(F(2)), splat(F(3)), splat(F(4))), splat(F(10)));
  EXPECT_EQ(run<nmadd>(splat(F(2)), splat(F(3)), splat(F(4))), splat(F(-2)));
  EXPECT_TRUE(
      is_arithmetic(run<madd>(splat(signalling<F>()), splat(a), splat(a)).template lanes<F>()[0]));
}

TEST(SemSimdFloat, RelaxedMultiplyAddRoundsTwice) {
  multiply_add<Op::f32x4_relaxed_madd, Op::f32x4_relaxed_nmadd, float>();
  multiply_add<Op::f64x2_relaxed_madd, Op::f64x2_relaxed_nmadd, double>();
}

}  // namespace
}  // namespace zhan::sem

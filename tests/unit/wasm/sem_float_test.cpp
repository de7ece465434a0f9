// SPDX-License-Identifier: Apache-2.0
// Meanings of the floating-point instructions, f32 and f64 by the same tests.
#include <cmath>

#include "sem_support.hpp"

namespace zhan::sem {
namespace {

/// The instructions of one type, so that a test can be written once.
struct F32 {
  using Float = float;
  static constexpr Op abs = Op::f32_abs, neg = Op::f32_neg, copysign = Op::f32_copysign;
  static constexpr Op ceil = Op::f32_ceil, floor = Op::f32_floor, trunc = Op::f32_trunc;
  static constexpr Op nearest = Op::f32_nearest, sqrt = Op::f32_sqrt;
  static constexpr Op add = Op::f32_add, sub = Op::f32_sub, mul = Op::f32_mul, div = Op::f32_div;
  static constexpr Op min = Op::f32_min, max = Op::f32_max;
  static constexpr Op eq = Op::f32_eq, ne = Op::f32_ne, lt = Op::f32_lt, gt = Op::f32_gt;
  static constexpr Op le = Op::f32_le, ge = Op::f32_ge;
};
struct F64 {
  using Float = double;
  static constexpr Op abs = Op::f64_abs, neg = Op::f64_neg, copysign = Op::f64_copysign;
  static constexpr Op ceil = Op::f64_ceil, floor = Op::f64_floor, trunc = Op::f64_trunc;
  static constexpr Op nearest = Op::f64_nearest, sqrt = Op::f64_sqrt;
  static constexpr Op add = Op::f64_add, sub = Op::f64_sub, mul = Op::f64_mul, div = Op::f64_div;
  static constexpr Op min = Op::f64_min, max = Op::f64_max;
  static constexpr Op eq = Op::f64_eq, ne = Op::f64_ne, lt = Op::f64_lt, gt = Op::f64_gt;
  static constexpr Op le = Op::f64_le, ge = Op::f64_ge;
};

template <class Type>
class SemFloat : public testing::Test {
 public:
  using F = typename Type::Float;
  static constexpr F zero = 0;
  static constexpr F one = 1;
};
using Types = testing::Types<F32, F64>;
TYPED_TEST_SUITE(SemFloat, Types);

TYPED_TEST(SemFloat, SignInstructionsKeepEveryNaN) {
  using F = typename TypeParam::Float;
  const F nan = signalling<F>();
  const F minus_nan = signalling<F>(true);
  check<TypeParam::abs>({{{minus_nan}, nan}, {{nan}, nan}, {{F(-0.0)}, F(0)}, {{-inf<F>}, inf<F>}});
  check<TypeParam::neg>(
      {{{minus_nan}, nan}, {{nan}, minus_nan}, {{F(0)}, F(-0.0)}, {{F(1)}, F(-1)}});
  check<TypeParam::copysign>({{{nan, F(-1)}, minus_nan},
                              {{minus_nan, F(0)}, nan},
                              {{F(3), minus_nan}, F(-3)},
                              {{F(-3), F(0)}, F(3)},
                              {{F(0), F(-0.0)}, F(-0.0)}});
}

TYPED_TEST(SemFloat, RoundsToWholeNumbers) {
  using F = typename TypeParam::Float;
  const F minus_zero = F(-0.0);
  const F tiny = denormal<F>;
  check<TypeParam::ceil>({{{F(1.1)}, F(2)},
                          {{F(-1.9)}, F(-1)},
                          {{F(-0.5)}, minus_zero},
                          {{minus_zero}, minus_zero},
                          {{tiny}, F(1)},
                          {{-tiny}, minus_zero},
                          {{inf<F>}, inf<F>},
                          {{F(1e30)}, F(1e30)}});
  check<TypeParam::floor>({{{F(1.9)}, F(1)},
                           {{F(-1.1)}, F(-2)},
                           {{F(0.5)}, F(0)},
                           {{tiny}, F(0)},
                           {{minus_zero}, minus_zero},
                           {{-tiny}, F(-1)},
                           {{-inf<F>}, -inf<F>}});
  check<TypeParam::trunc>({{{F(1.9)}, F(1)},
                           {{F(-1.9)}, F(-1)},
                           {{F(-0.5)}, minus_zero},
                           {{F(0.9)}, F(0)},
                           {{minus_zero}, minus_zero},
                           {{F(-1e30)}, F(-1e30)}});
}

TYPED_TEST(SemFloat, NearestRoundsHalvesToEven) {
  using F = typename TypeParam::Float;
  const F limit = std::ldexp(F(1), fraction_bits<F>);  // from here on all numbers are whole
  check<TypeParam::nearest>({{{F(0.5)}, F(0)},
                             {{F(1.5)}, F(2)},
                             {{F(2.5)}, F(2)},
                             {{F(3.5)}, F(4)},
                             {{F(-0.5)}, F(-0.0)},
                             {{F(-1.5)}, F(-2)},
                             {{F(-2.5)}, F(-2)},
                             {{F(0.49999997)}, F(0)},
                             {{F(0.50000006)}, F(1)},
                             {{F(4.3)}, F(4)},
                             {{F(-4.7)}, F(-5)},
                             {{F(-0.0)}, F(-0.0)},
                             {{-denormal<F>}, F(-0.0)},
                             {{limit}, limit},
                             {{limit + 1}, limit + 1},
                             {{limit / 2 + F(0.5)}, limit / 2},
                             {{limit / 2 + F(1.5)}, limit / 2 + 2},
                             {{inf<F>}, inf<F>}});
}

TYPED_TEST(SemFloat, SquareRoot) {
  using F = typename TypeParam::Float;
  check<TypeParam::sqrt>({{{F(4)}, F(2)},
                          {{F(0)}, F(0)},
                          {{F(-0.0)}, F(-0.0)},
                          {{inf<F>}, inf<F>},
                          {{F(2)}, std::sqrt(F(2))}});
  EXPECT_TRUE(is_canonical(run<TypeParam::sqrt>(F(-1))));
  EXPECT_TRUE(is_canonical(run<TypeParam::sqrt>(-inf<F>)));
}

TYPED_TEST(SemFloat, Arithmetic) {
  using F = typename TypeParam::Float;
  const F max = std::numeric_limits<F>::max();
  check<TypeParam::add>({{{F(1), F(2)}, F(3)},
                         {{F(0), F(-0.0)}, F(0)},
                         {{F(-0.0), F(-0.0)}, F(-0.0)},
                         {{max, max}, inf<F>},
                         {{denormal<F>, denormal<F>}, 2 * denormal<F>}});
  check<TypeParam::sub>({{{F(1), F(2)}, F(-1)},
                         {{F(1), F(1)}, F(0)},
                         {{F(-0.0), F(0)}, F(-0.0)},
                         {{-max, max}, -inf<F>}});
  check<TypeParam::mul>({{{F(3), F(-2)}, F(-6)},
                         {{F(0), F(-1)}, F(-0.0)},
                         {{max, F(2)}, inf<F>},
                         {{denormal<F>, F(0.5)}, F(0)},
                         {{inf<F>, F(-1)}, -inf<F>}});
  check<TypeParam::div>({{{F(6), F(-2)}, F(-3)},
                         {{F(1), F(0)}, inf<F>},
                         {{F(1), F(-0.0)}, -inf<F>},
                         {{F(0), F(-5)}, F(-0.0)},
                         {{F(1), inf<F>}, F(0)}});
}

TYPED_TEST(SemFloat, InvalidOperationsMakeTheCanonicalNaN) {
  using F = typename TypeParam::Float;
  EXPECT_TRUE(is_canonical(run<TypeParam::add>(inf<F>, -inf<F>)));
  EXPECT_TRUE(is_canonical(run<TypeParam::sub>(inf<F>, inf<F>)));
  EXPECT_TRUE(is_canonical(run<TypeParam::mul>(F(0), inf<F>)));
  EXPECT_TRUE(is_canonical(run<TypeParam::div>(F(0), F(0))));
  EXPECT_TRUE(is_canonical(run<TypeParam::div>(inf<F>, -inf<F>)));
}

/// Any NaN operand makes a quiet NaN; only canonical NaNs make a canonical one.
template <Op op, class F>
void expect_nan_rules() {
  const F canonical = from_bits<F>(canonical_nan<F>);
  for (const F other : {F(0), F(-1), inf<F>, -inf<F>, canonical, with_sign_flipped(canonical)}) {
    EXPECT_TRUE(is_canonical(run<op>(canonical, other))) << op_info(op).text;
    EXPECT_TRUE(is_canonical(run<op>(other, canonical))) << op_info(op).text;
    EXPECT_TRUE(is_arithmetic(run<op>(signalling<F>(), other))) << op_info(op).text;
    EXPECT_TRUE(is_arithmetic(run<op>(other, signalling<F>(true)))) << op_info(op).text;
  }
  EXPECT_TRUE(is_arithmetic(run<op>(signalling<F>(), signalling<F>()))) << op_info(op).text;
}

template <Op op, class F>
void expect_unary_nan_rules() {
  EXPECT_TRUE(is_canonical(run<op>(from_bits<F>(canonical_nan<F>)))) << op_info(op).text;
  EXPECT_TRUE(is_arithmetic(run<op>(signalling<F>()))) << op_info(op).text;
  EXPECT_TRUE(is_arithmetic(run<op>(signalling<F>(true)))) << op_info(op).text;
}

TYPED_TEST(SemFloat, ResultsOfArithmeticAreQuiet) {
  using F = typename TypeParam::Float;
  expect_nan_rules<TypeParam::add, F>();
  expect_nan_rules<TypeParam::sub, F>();
  expect_nan_rules<TypeParam::mul, F>();
  expect_nan_rules<TypeParam::div, F>();
  expect_nan_rules<TypeParam::min, F>();
  expect_nan_rules<TypeParam::max, F>();
  expect_unary_nan_rules<TypeParam::sqrt, F>();
  expect_unary_nan_rules<TypeParam::ceil, F>();
  expect_unary_nan_rules<TypeParam::floor, F>();
  expect_unary_nan_rules<TypeParam::trunc, F>();
  expect_unary_nan_rules<TypeParam::nearest, F>();
}

TYPED_TEST(SemFloat, MinAndMaxGiveTheFirstNaN) {
  using F = typename TypeParam::Float;
  const F first = signalling<F>();
  const F second = from_bits<F>(canonical_nan<F> | 0x99);
  const F quiet = from_bits<F>(bits_of(first) | canonical_nan<F>);
  check<TypeParam::min>(
      {{{first, second}, quiet}, {{second, first}, second}, {{F(1), first}, quiet}});
  check<TypeParam::max>(
      {{{first, second}, quiet}, {{second, first}, second}, {{F(1), first}, quiet}});
}

TYPED_TEST(SemFloat, MinAndMaxOrderTheZeros) {
  using F = typename TypeParam::Float;
  const F minus_zero = F(-0.0);
  check<TypeParam::min>({{{F(0), minus_zero}, minus_zero},
                         {{minus_zero, F(0)}, minus_zero},
                         {{F(0), F(0)}, F(0)},
                         {{F(1), F(-1)}, F(-1)},
                         {{F(-1), F(1)}, F(-1)},
                         {{inf<F>, F(5)}, F(5)},
                         {{-inf<F>, F(5)}, -inf<F>},
                         {{denormal<F>, F(0)}, F(0)},
                         {{F(7), F(7)}, F(7)}});
  check<TypeParam::max>({{{F(0), minus_zero}, F(0)},
                         {{minus_zero, F(0)}, F(0)},
                         {{minus_zero, minus_zero}, minus_zero},
                         {{F(1), F(-1)}, F(1)},
                         {{inf<F>, F(5)}, inf<F>},
                         {{-inf<F>, F(5)}, F(5)},
                         {{denormal<F>, F(0)}, denormal<F>},
                         {{F(-7), F(-7)}, F(-7)}});
}

TYPED_TEST(SemFloat, ComparisonsWithNaNAreFalseExceptNe) {
  using F = typename TypeParam::Float;
  const F nan = signalling<F>();
  check<TypeParam::eq>(
      {{{F(0), F(-0.0)}, 1}, {{F(1), F(2)}, 0}, {{nan, nan}, 0}, {{F(1), nan}, 0}});
  check<TypeParam::ne>(
      {{{F(0), F(-0.0)}, 0}, {{F(1), F(2)}, 1}, {{nan, nan}, 1}, {{F(1), nan}, 1}});
  check<TypeParam::lt>({{{F(1), F(2)}, 1},
                        {{F(2), F(1)}, 0},
                        {{F(1), F(1)}, 0},
                        {{nan, F(1)}, 0},
                        {{F(-0.0), F(0)}, 0},
                        {{-inf<F>, F(0)}, 1}});
  check<TypeParam::gt>({{{F(1), F(2)}, 0}, {{F(2), F(1)}, 1}, {{F(1), F(1)}, 0}, {{F(1), nan}, 0}});
  check<TypeParam::le>({{{F(1), F(2)}, 1},
                        {{F(2), F(1)}, 0},
                        {{F(1), F(1)}, 1},
                        {{nan, F(1)}, 0},
                        {{F(0), F(-0.0)}, 1}});
  check<TypeParam::ge>({{{F(1), F(2)}, 0}, {{F(2), F(1)}, 1}, {{F(1), F(1)}, 1}, {{F(1), nan}, 0}});
}

// A fused multiply-add would give another last bit.
TYPED_TEST(SemFloat, IsNeverContracted) {
  using F = typename TypeParam::Float;
  const F a = F(1) + std::numeric_limits<F>::epsilon();
  const F product = run<TypeParam::mul>(a, a);
  EXPECT_EQ(run<TypeParam::sub>(product, product), F(0));
  EXPECT_NE(std::fma(a, a, -product), F(0));
  volatile F x = a;
  EXPECT_EQ(meaning<TypeParam::sub>(meaning<TypeParam::mul>(x, x), product), F(0));
}

}  // namespace
}  // namespace zhan::sem

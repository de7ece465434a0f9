// SPDX-License-Identifier: Apache-2.0
// Meanings of the conversions between vectors.
#include <cmath>

#include "sem_support.hpp"

namespace zhan::sem {
namespace {

/// Edge values, and the numbers around the limits of both integer types.
template <class F>
std::vector<F> truncated_values() {
  std::vector<F> values = edge_floats<F>();
  for (const F limit : {F(0x1p31), F(-0x1p31), F(0x1p32), F(-0x1p32), F(-1), F(0x1p63)})
    for (const F value : {limit, std::nextafter(limit, F(0)), std::nextafter(limit, inf<F>),
                          std::nextafter(limit, -inf<F>), limit - F(0.5), limit + F(0.5)})
      values.push_back(value);
  return values;
}

TEST(SemSimdConvert, TruncatesFloatsSaturating) {
  const auto values = truncated_values<float>();
  const auto to_signed = [](float a) { return i32_trunc_sat_f32_s(a); };
  const auto to_unsigned = [](float a) { return i32_trunc_sat_f32_u(a); };
  lanes1<Op::i32x4_trunc_sat_f32x4_s, float, u32>(values, to_signed);
  lanes1<Op::i32x4_trunc_sat_f32x4_u, float, u32>(values, to_unsigned);
  lanes1<Op::i32x4_relaxed_trunc_f32x4_s, float, u32>(values, to_signed);
  lanes1<Op::i32x4_relaxed_trunc_f32x4_u, float, u32>(values, to_unsigned);
}

template <Op op, class Scalar>
void truncate_two(Scalar scalar) {
  for_pairs<double>(truncated_values<double>(), [&](const auto& a, const auto&) {
    const V128 expected = vec<u32>({scalar(a[0]), scalar(a[1])});
    ASSERT_EQ(run<op>(V128::from<double>(a)), expected) << a[0] << ", " << a[1];
  });
}

TEST(SemSimdConvert, TruncatesDoublesIntoTheLowLanes) {
  const auto to_signed = [](double a) { return i32_trunc_sat_f64_s(a); };
  const auto to_unsigned = [](double a) { return i32_trunc_sat_f64_u(a); };
  truncate_two<Op::i32x4_trunc_sat_f64x2_s_zero>(to_signed);
  truncate_two<Op::i32x4_trunc_sat_f64x2_u_zero>(to_unsigned);
  truncate_two<Op::i32x4_relaxed_trunc_f64x2_s_zero>(to_signed);
  truncate_two<Op::i32x4_relaxed_trunc_f64x2_u_zero>(to_unsigned);
}

TEST(SemSimdConvert, ConvertsIntegers) {
  lanes1<Op::f32x4_convert_i32x4_s, i32, float>(edge_values<i32>(), [](i32 a) { return float(a); });
  lanes1<Op::f32x4_convert_i32x4_u, u32, float>(edge_values<u32>(), [](u32 a) { return float(a); });
  for_pairs<u32>(edge_values<u32>(), [](const auto& a, const auto&) {
    const V128 v = V128::from<u32>(a);
    ASSERT_EQ(run<Op::f64x2_convert_low_i32x4_u>(v), vec<double>({double(a[0]), double(a[1])}));
    ASSERT_EQ(run<Op::f64x2_convert_low_i32x4_s>(v),
              vec<double>({double(i32(a[0])), double(i32(a[1]))}));
  });
}

TEST(SemSimdConvert, DemotesAndPromotes) {
  for_pairs<double>(edge_floats<double>(), [](const auto& a, const auto& b) {
    const auto got =
        run<Op::f32x4_demote_f64x2_zero>(vec<double>({a[0], b[0]})).template lanes<float>();
    ASSERT_TRUE(same_or_nan(got[0], static_cast<float>(a[0])));
    ASSERT_TRUE(same_or_nan(got[1], static_cast<float>(b[0])));
    ASSERT_EQ(bits_of(got[2]) | bits_of(got[3]), 0u);
  });
  for_pairs<float>(edge_floats<float>(), [](const auto& a, const auto&) {
    const auto got =
        run<Op::f64x2_promote_low_f32x4>(V128::from<float>(a)).template lanes<double>();
    ASSERT_TRUE(same_or_nan(got[0], static_cast<double>(a[0])));
    ASSERT_TRUE(same_or_nan(got[1], static_cast<double>(a[1])));
  });
}

}  // namespace
}  // namespace zhan::sem

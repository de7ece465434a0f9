// SPDX-License-Identifier: Apache-2.0
// Numbers of the text format: hard cases of rounding, limits, underscores, NaNs, and round trips.
#include "base/float_text.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdio>
#include <random>

namespace zhan {
namespace {

constexpr u64 failed = 0xdead'beef'dead'beef;
constexpr u64 too_large = 0xbad0'0000'0000'0bad;

u64 bits_of(NumberText number) {
  if (number.status == NumberStatus::malformed) return failed;
  return number.ok() ? number.bits : too_large;
}
u64 f32(std::string_view text) { return bits_of(parse_f32(text)); }
u64 f64(std::string_view text) { return bits_of(parse_f64(text)); }
u64 integer(std::string_view text, u32 width) { return bits_of(parse_int(text, width)); }

TEST(IntText, Naturals) {
  EXPECT_EQ(bits_of(parse_nat("0")), 0u);
  EXPECT_EQ(bits_of(parse_nat("18446744073709551615")), ~u64{0});
  EXPECT_EQ(bits_of(parse_nat("18446744073709551616")), too_large);
  EXPECT_EQ(bits_of(parse_nat("0xFFFF_FFFF_ffff_ffff")), ~u64{0});
  EXPECT_EQ(bits_of(parse_nat("0x1_0000_0000_0000_0000")), too_large);
  EXPECT_EQ(bits_of(parse_nat("99999999999999999999999999")), too_large);
  for (const char* bad :
       {"", "-1", "+1", "_1", "1_", "1__2", "0x", "0x_1", "0xg", "1a", "1.0", " 1"})
    EXPECT_EQ(bits_of(parse_nat(bad)), failed) << bad;
}

TEST(IntText, SignedAndUnsignedRange) {
  EXPECT_EQ(integer("-128", 8), 0x80u);
  EXPECT_EQ(integer("255", 8), 0xffu);
  EXPECT_EQ(integer("-129", 8), too_large);
  EXPECT_EQ(integer("256", 8), too_large);
  EXPECT_EQ(integer("-2147483648", 32), 0x8000'0000u);
  EXPECT_EQ(integer("4294967295", 32), 0xffff'ffffu);
  EXPECT_EQ(integer("4294967296", 32), too_large);
  EXPECT_EQ(integer("-0x80000001", 32), too_large);
  EXPECT_EQ(integer("-0x8000000000000000", 64), u64{1} << 63);
  EXPECT_EQ(integer("-9223372036854775809", 64), too_large);
  EXPECT_EQ(integer("+7", 32), 7u);
  EXPECT_EQ(integer("-0", 32), 0u);
  EXPECT_EQ(integer("--1", 32), failed);
}

TEST(FloatText, SimpleDecimals) {
  EXPECT_EQ(f64("0"), 0u);
  EXPECT_EQ(f64("-0"), u64{1} << 63);
  EXPECT_EQ(f64("1"), 0x3ff0'0000'0000'0000u);
  EXPECT_EQ(f64("1."), 0x3ff0'0000'0000'0000u);
  EXPECT_EQ(f64("1e0"), 0x3ff0'0000'0000'0000u);
  EXPECT_EQ(f64("+1_0.0_1E+1_0"), std::bit_cast<u64>(10.01e10));
  EXPECT_EQ(f64("0.1"), 0x3fb9'9999'9999'999au);
  EXPECT_EQ(f32("0.1"), 0x3dcc'cccdu);
  EXPECT_EQ(f32("16777217"), 0x4b80'0000u);  // ties to even
  EXPECT_EQ(f32("16777219"), 0x4b80'0002u);
}

TEST(FloatText, HardDecimals) {
  EXPECT_EQ(f64("9007199254740993"), 0x4340'0000'0000'0000u);
  EXPECT_EQ(f64("9007199254740993.00000000000000000000000000000000001"), 0x4340'0000'0000'0001u);
  EXPECT_EQ(f64("2.2250738585072011e-308"), 0x000f'ffff'ffff'ffffu);
  EXPECT_EQ(f64("2.2250738585072014e-308"), 0x0010'0000'0000'0000u);
  EXPECT_EQ(f64("6.631236846766476e-316"), 0x0000'0000'0800'0000u);
  EXPECT_EQ(f64("1.00000000000000011102230246251565404236316680908203125"),
            0x3ff0'0000'0000'0000u);  // exactly between two doubles
  EXPECT_EQ(f64("1.00000000000000011102230246251565404236316680908203126"), 0x3ff0'0000'0000'0001u);
  EXPECT_EQ(f32("1.000000059604644775390625"), 0x3f80'0000u);
  EXPECT_EQ(f32("1.000000059604644775390626"), 0x3f80'0001u);
  EXPECT_EQ(f64("8.5e-1_0"), std::bit_cast<u64>(8.5e-10));
}

TEST(FloatText, DecimalLimits) {
  EXPECT_EQ(f64("1.7976931348623157e308"), 0x7fef'ffff'ffff'ffffu);
  EXPECT_EQ(f64("1.7976931348623158e308"), 0x7fef'ffff'ffff'ffffu);
  EXPECT_EQ(f64("1.7976931348623159e308"), too_large);
  EXPECT_EQ(f64("1e999999999999999999999999"), too_large);
  EXPECT_EQ(f64("4.9e-324"), 1u);
  EXPECT_EQ(f64("2.4703282292062327e-324"), 0u);
  EXPECT_EQ(f64("2.4703282292062328e-324"), 1u);
  EXPECT_EQ(f64("1e-999999999999999999999999"), 0u);
  EXPECT_EQ(f64("-1e-400"), u64{1} << 63);
  EXPECT_EQ(f32("3.4028235e38"), 0x7f7f'ffffu);
  EXPECT_EQ(f32("340282356779733661637539395458142568447"), 0x7f7f'ffffu);
  EXPECT_EQ(f32("340282356779733661637539395458142568448"), too_large);
  EXPECT_EQ(f32("1.4e-45"), 1u);
  EXPECT_EQ(f32("1e-46"), 0u);
  EXPECT_EQ(f64("0e99999999999"), 0u);
  EXPECT_EQ(f64(std::string(400, '0') + "1"), 0x3ff0'0000'0000'0000u);
  EXPECT_EQ(f64("0." + std::string(400, '0') + "1e401"), 0x3ff0'0000'0000'0000u);
  EXPECT_EQ(f64("1" + std::string(400, '0') + "e-400"), 0x3ff0'0000'0000'0000u);
}

TEST(FloatText, Hexadecimal) {
  EXPECT_EQ(f64("0x1"), 0x3ff0'0000'0000'0000u);
  EXPECT_EQ(f64("0x1.8p1"), 0x4008'0000'0000'0000u);
  EXPECT_EQ(f64("-0x.8p0"), failed);
  EXPECT_EQ(f64("0x1.p-1"), 0x3fe0'0000'0000'0000u);
  EXPECT_EQ(f64("0xA_b.C_dP+1_0"), std::bit_cast<u64>(0xab.cdp10));
  EXPECT_EQ(f32("0x1.fffffep127"), 0x7f7f'ffffu);
  EXPECT_EQ(f64("0x0p99999999999999999999"), 0u);
}

TEST(FloatText, HexadecimalRounding) {
  EXPECT_EQ(f32("0x1.000001p0"), 0x3f80'0000u);                     // tie, to even
  EXPECT_EQ(f32("0x1.0000010000000000000000001p0"), 0x3f80'0001u);  // just above
  EXPECT_EQ(f32("0x1.000003p0"), 0x3f80'0002u);                     // tie, to even
  EXPECT_EQ(f32("0x1.ffffffp0"), 0x4000'0000u);                     // carry into the exponent
  EXPECT_EQ(f32("0x1.fffffefffffff8p127"), 0x7f7f'ffffu);
  EXPECT_EQ(f32("0x1.ffffffp127"), too_large);
  EXPECT_EQ(f32("0x1p128"), too_large);
  EXPECT_EQ(f64("0x1.00000000000008p0"), 0x3ff0'0000'0000'0000u);
  EXPECT_EQ(f64("0x1.000000000000080000000000000000001p0"), 0x3ff0'0000'0000'0001u);
}

TEST(FloatText, HexadecimalSubnormals) {
  EXPECT_EQ(f32("0x1p-149"), 1u);
  EXPECT_EQ(f32("0x1p-150"), 0u);
  EXPECT_EQ(f32("0x1.000001p-150"), 1u);
  EXPECT_EQ(f32("0x1.8p-149"), 2u);
  EXPECT_EQ(f32("0x1.fffffcp-127"), 0x007f'ffffu);
  EXPECT_EQ(f32("0x1.ffffffp-127"), 0x0080'0000u);
  EXPECT_EQ(f64("0x1p-1074"), 1u);
  EXPECT_EQ(f64("0x1p-1075"), 0u);
  EXPECT_EQ(f64("0x1.8p-1074"), 2u);
  EXPECT_EQ(f64("0x1p-99999999999999999999"), 0u);
  EXPECT_EQ(f64("0x0." + std::string(1000, '0') + "1p4004"), 0x3ff0'0000'0000'0000u);
}

TEST(FloatText, InfinitiesAndNaNs) {
  EXPECT_EQ(f32("inf"), 0x7f80'0000u);
  EXPECT_EQ(f64("-inf"), 0xfff0'0000'0000'0000u);
  EXPECT_EQ(f32("nan"), 0x7fc0'0000u);
  EXPECT_EQ(f32("-nan:0x200000"), 0xffa0'0000u);
  EXPECT_EQ(f64("nan:0xf_ffff_ffff_ffff"), 0x7fff'ffff'ffff'ffffu);
  EXPECT_EQ(f32("nan:0x0"), too_large);
  EXPECT_EQ(f32("nan:0x800000"), too_large);
  EXPECT_EQ(f32("nan:0x7fffff"), 0x7fff'ffffu);
  for (const char* bad : {"nan:1", "nan:0x", "nan:", "nan1", "infinity", "Inf", "NaN", "nan:0x1_"})
    EXPECT_EQ(f32(bad), failed) << bad;
}

TEST(FloatText, Malformed) {
  for (const char* bad :
       {"",   "-",   ".",    ".5",   "e1",     "1e",  "1e+",  "1.e", "1._5",  "1_.5",  "1.5_",
        "0x", "0x.", "0x.1", "0x1p", "0x1.p+", "1p1", "1..2", "1 ",  "0x1.g", "1e1.5", "0b1"}) {
    EXPECT_EQ(f32(bad), failed) << bad;
    EXPECT_EQ(f64(bad), failed) << bad;
  }
}

TEST(FloatText, PrintsShortest) {
  EXPECT_EQ(f64_text(0), "0");
  EXPECT_EQ(f64_text(u64{1} << 63), "-0");
  EXPECT_EQ(f64_text(std::bit_cast<u64>(0.1)), "0.1");
  EXPECT_EQ(f32_text(std::bit_cast<u32>(0.1f)), "0.1");
  EXPECT_EQ(f64_text(1), "5e-324");
  EXPECT_EQ(f64_text(0x7ff0'0000'0000'0000u), "inf");
  EXPECT_EQ(f32_text(0xff80'0000u), "-inf");
  EXPECT_EQ(f32_text(0x7fc0'0000u), "nan");
  EXPECT_EQ(f32_text(0xffa0'0000u), "-nan:0x200000");
  EXPECT_EQ(f64_text(0x7ff0'0000'0000'0001u), "nan:0x1");
}

TEST(FloatText, RoundTripsEveryKindOfBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const u64 wide = random();
    EXPECT_EQ(f64(f64_text(wide)), wide);
    const u32 narrow = static_cast<u32>(random());
    EXPECT_EQ(f32(f32_text(narrow)), narrow);
  }
  for (const u64 edge : {u64{1}, u64{0x000f'ffff'ffff'ffff}, u64{0x0010'0000'0000'0000},
                         u64{0x7fef'ffff'ffff'ffff}, u64{0x7ff8'0000'0000'0000}, ~u64{0}})
    EXPECT_EQ(f64(f64_text(edge)), edge);
}

TEST(FloatText, HexAgreesWithTheCompiler) {
  std::mt19937_64 random(2);
  char buffer[64];
  for (int i = 0; i < 20'000; ++i) {
    const u64 bits = random();
    const double value = std::bit_cast<double>(bits);
    if (value != value) continue;
    std::snprintf(buffer, sizeof buffer, "%a", value);
    if (value - value == 0) EXPECT_EQ(f64(buffer), bits) << buffer;
  }
}

}  // namespace
}  // namespace zhan

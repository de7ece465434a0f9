// SPDX-License-Identifier: Apache-2.0
// fmt's compiled half is built from src/base/fmt_library.cpp: every instance that its headers leave
// to a library has to be there, which only a use of each shows.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iterator>
#include <string>

namespace {

TEST(FmtLibrary, WritesFloatsShortest) {
  EXPECT_EQ(fmt::format("{} {} {}", 0.1, 3.4f, 1e300), "0.1 3.4 1e+300");
  EXPECT_EQ(fmt::format("{} {}", -0.0, 5e-324), "-0 5e-324");
}

TEST(FmtLibrary, WritesFloatsByPrecision) {
  EXPECT_EQ(fmt::format("{:.3f} {:.2e} {:a}", 2.5L, 12345.0, 1.0), "2.500 1.23e+04 0x1p+0");
}

TEST(FmtLibrary, GrowsItsBuffer) {
  std::string out;
  fmt::format_to(std::back_inserter(out), "{:>5000}", "x");
  EXPECT_EQ(out, std::string(4999, ' ') + "x");
}

}  // namespace

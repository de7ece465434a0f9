// SPDX-License-Identifier: Apache-2.0
// Meanings of wide arithmetic: {low, high}.
#include "sem_support.hpp"

namespace zhan::sem {
namespace {

constexpr u64 ones = ~u64{0};
constexpr u64 top = u64{1} << 63;
using Pair = std::array<u64, 2>;

TEST(SemWide, AddCarriesIntoTheHighHalf) {
  check<Op::i64_add128>({{{1, 2, 3, 4}, Pair{4, 6}},
                         {{ones, 0, 1, 0}, Pair{0, 1}},
                         {{ones, ones, 1, 0}, Pair{0, 0}},
                         {{ones, ones, ones, ones}, Pair{ones - 1, ones}},
                         {{0, top, 0, top}, Pair{0, 0}}});
}

TEST(SemWide, SubBorrowsFromTheHighHalf) {
  check<Op::i64_sub128>({{{3, 4, 1, 2}, Pair{2, 2}},
                         {{0, 1, 1, 0}, Pair{ones, 0}},
                         {{0, 0, 1, 0}, Pair{ones, ones}},
                         {{0, top, 1, 0}, Pair{ones, top - 1}}});
}

TEST(SemWide, MultiplySigned) {
  check<Op::i64_mul_wide_s>({{{3, 5}, Pair{15, 0}},
                             {{ones, ones}, Pair{1, 0}},
                             {{ones, 2}, Pair{ones - 1, ones}},
                             {{top, top}, Pair{0, u64{1} << 62}},
                             {{top, ones}, Pair{top, 0}},
                             {{top, 1}, Pair{top, ones}},
                             {{u64{1} << 32, u64{1} << 32}, Pair{0, 1}}});
}

TEST(SemWide, MultiplyUnsigned) {
  check<Op::i64_mul_wide_u>({{{3, 5}, Pair{15, 0}},
                             {{ones, ones}, Pair{1, ones - 1}},
                             {{ones, 2}, Pair{ones - 1, 1}},
                             {{top, top}, Pair{0, u64{1} << 62}},
                             {{top, 1}, Pair{top, 0}}});
}

static_assert(i64_add128(ones, 0, 1, 0) == Pair{0, 1});

}  // namespace
}  // namespace zhan::sem

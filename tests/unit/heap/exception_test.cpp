// SPDX-License-Identifier: Apache-2.0
// Exception objects in the cage.
#include <gtest/gtest.h>

#include <array>

#include "heap/cage.hpp"

namespace zhan::heap {
namespace {

TEST(Exceptions, HoldTagTypeAndPayload) {
  Cage cage;
  ASSERT_TRUE(cage.ok());
  const int tag = 0;
  const std::array<abi::Slot, 3> payload = {1, ~u64{0}, 3};
  const Ref ref = cage.new_exception(&tag, 7, payload);
  ASSERT_NE(ref, 0U);
  EXPECT_EQ(ref % 8, 0U);
  const Exception* const found = cage.exception(ref);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->tag, &tag);
  EXPECT_EQ(found->type, 7U);
  ASSERT_EQ(found->payload().size(), 3U);
  for (usize i = 0; i < 3; ++i) EXPECT_EQ(found->payload()[i], payload[i]);
}

TEST(Exceptions, AreToldFromBoxesNullAndI31) {
  Cage cage;
  ASSERT_TRUE(cage.ok());
  int data = 0;
  const Ref box = cage.new_box(&data, nullptr);
  const Ref exception = cage.new_exception(nullptr, 7, {});
  EXPECT_EQ(cage.exception(box), nullptr);
  EXPECT_EQ(cage.box(exception), nullptr);
  EXPECT_NE(cage.box(box), nullptr);
  ASSERT_NE(cage.exception(exception), nullptr);
  EXPECT_TRUE(cage.exception(exception)->payload().empty());
  EXPECT_EQ(cage.exception(0), nullptr);
  EXPECT_EQ(cage.exception(exception | 1), nullptr);
  EXPECT_EQ(cage.exception(~u64{0} << 3), nullptr);
}

}  // namespace
}  // namespace zhan::heap

// SPDX-License-Identifier: Apache-2.0
// Exception objects and boxes in the heap.
#include <array>

#include "fixture.hpp"

namespace zhan::heap {
namespace {

using Exceptions = HeapTest;

TEST_F(Exceptions, HoldTagTypeAndPayload) {
  make();
  const int tag = 0;
  const std::array<abi::Slot, 3> payload = {1, ~u64{0}, 3};
  const Ref ref = heap().new_exception(&tag, 7, payload);
  ASSERT_NE(ref, 0U);
  EXPECT_EQ(ref % 8, 0U);
  const Exception* const found = heap().exception(ref);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->tag, &tag);
  EXPECT_EQ(found->type, 7U);
  ASSERT_EQ(found->payload().size(), 3U);
  for (usize i = 0; i < 3; ++i) EXPECT_EQ(found->payload()[i], payload[i]);
}

TEST_F(Exceptions, AreToldFromBoxesNullAndI31) {
  make();
  int data = 0;
  const Ref box = heap().new_box(&data, nullptr);
  const Ref exception = heap().new_exception(nullptr, 7, {});
  EXPECT_EQ(heap().exception(box), nullptr);
  EXPECT_EQ(heap().box(exception), nullptr);
  ASSERT_NE(heap().box(box), nullptr);
  EXPECT_EQ(heap().box(box)->data, &data);
  ASSERT_NE(heap().exception(exception), nullptr);
  EXPECT_TRUE(heap().exception(exception)->payload().empty());
  EXPECT_EQ(heap().exception(0), nullptr);
  EXPECT_EQ(heap().exception(exception | 1), nullptr);
  EXPECT_EQ(heap().exception(~u64{0} << 3), nullptr);
}

}  // namespace
}  // namespace zhan::heap

// SPDX-License-Identifier: Apache-2.0
// The table of tries: which row is tried first at a place, and in which order the others follow.
#include "interp/catch_rows.hpp"

#include <gtest/gtest.h>

namespace zhan::interp {
namespace {

/// Targets of the rows that are tried for what is thrown at an offset, in order.
std::vector<u32> tried(const CatchTable& table, u32 offset) {
  std::vector<u32> targets;
  for (u32 at = first_row(table.ranges(), offset); at != CatchRow::none; at = table.rows()[at].next)
    targets.push_back(table.rows()[at].target);
  return targets;
}

u32 add(CatchTable& table, u32 range, u32 target) {
  CatchRow row;
  row.target = target;
  return table.add(range, row);
}

using Targets = std::vector<u32>;

TEST(CatchRows, NothingIsTriedWhereThereIsNoTry) {
  CatchTable table;
  table.finish();
  EXPECT_EQ(first_row(table.ranges(), 0), CatchRow::none);
  EXPECT_EQ(first_row(table.ranges(), 1000), CatchRow::none);
}

TEST(CatchRows, ARangeHasItsStartAndNotItsEnd) {
  CatchTable table;
  const u32 range = table.open(16, CatchRow::none);
  add(table, range, 100);
  table.close(range, 48);
  table.finish();
  EXPECT_EQ(tried(table, 15), Targets{});
  EXPECT_EQ(tried(table, 16), Targets{100});
  EXPECT_EQ(tried(table, 47), Targets{100});
  EXPECT_EQ(tried(table, 48), Targets{});
}

TEST(CatchRows, ClausesAreTriedInOrderThenThoseAround) {
  CatchTable table;
  const u32 outer = table.open(0, CatchRow::none);
  add(table, outer, 1);
  const u32 inner = table.open(32, outer);
  add(table, inner, 2);
  add(table, inner, 3);
  table.close(inner, 64);
  add(table, outer, 4);  // a legacy try gets its clauses behind its body
  table.close(outer, 96);
  table.finish();
  EXPECT_EQ(tried(table, 0), (Targets{1, 4}));
  EXPECT_EQ(tried(table, 40), (Targets{2, 3, 1, 4}));
  EXPECT_EQ(tried(table, 64), (Targets{1, 4}));  // behind the inner one
  EXPECT_EQ(tried(table, 96), Targets{});
}

TEST(CatchRows, ATryWithoutClausesLeavesItToTheOneAround) {
  CatchTable table;
  const u32 outer = table.open(0, CatchRow::none);
  add(table, outer, 1);
  const u32 empty = table.open(8, outer);
  const u32 inner = table.open(16, empty);
  add(table, inner, 2);
  table.close(inner, 24);
  table.close(empty, 32);
  table.close(outer, 40);
  table.finish();
  EXPECT_EQ(tried(table, 8), Targets{1});
  EXPECT_EQ(tried(table, 16), (Targets{2, 1}));
  EXPECT_EQ(tried(table, 30), Targets{1});
}

TEST(CatchRows, DelegateSkipsTheTriesBetween) {
  CatchTable table;
  const u32 outer = table.open(0, CatchRow::none);
  const u32 middle = table.open(8, outer);
  const u32 inner = table.open(16, middle);
  EXPECT_EQ(table.outer(inner), middle);
  table.delegate(inner, outer);
  EXPECT_EQ(table.outer(inner), outer);
  table.close(inner, 24);
  add(table, middle, 2);
  table.close(middle, 32);
  add(table, outer, 1);
  table.close(outer, 40);
  const u32 last = table.open(40, CatchRow::none);
  table.delegate(last, CatchRow::none);  // to the caller
  table.close(last, 48);
  table.finish();
  EXPECT_EQ(tried(table, 16), Targets{1});
  EXPECT_EQ(tried(table, 28), (Targets{2, 1}));
  EXPECT_EQ(tried(table, 44), Targets{});
}

TEST(CatchRows, TargetsMayComeLater) {
  CatchTable table;
  const u32 range = table.open(0, CatchRow::none);
  const u32 row = add(table, range, 0);
  table.close(range, 8);
  table.set_target(row, 200);
  table.finish();
  EXPECT_EQ(tried(table, 4), Targets{200});
}

TEST(CatchRows, AmongVeryManyTheRightOneIsFound) {
  constexpr u32 count = 10'000;
  CatchTable table;
  const u32 around = table.open(0, CatchRow::none);
  add(table, around, ~u32{0});
  for (u32 i = 0; i < count; ++i) {
    const u32 range = table.open(16 * i, around);
    add(table, range, i);
    table.close(range, 16 * i + 8);
  }
  table.close(around, 16 * count);
  table.finish();
  for (u32 i = 0; i < count; i += 97) {
    EXPECT_EQ(tried(table, 16 * i + 7), (Targets{i, ~u32{0}}));
    EXPECT_EQ(tried(table, 16 * i + 8), Targets{~u32{0}});
  }
}

}  // namespace
}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// Written pages and copies of sealed bytes.
#include "os/page_scan.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "os/sealed_bytes.hpp"
#include "os/virtual_memory.hpp"

namespace zhan::os {
namespace {

class PageScanTest : public testing::TestWithParam<ScanWay> {
 public:
  void SetUp() override { set_scan_way(GetParam()); }
  void TearDown() override { set_scan_way(ScanWay::scan); }
  void write(u8* base, std::initializer_list<usize> pages) {
    for (const usize p : pages) const_cast<volatile u8*>(base)[p * page] = 1;
  }
  const usize page = page_size();
  std::array<PageRun, 8> runs;
};

TEST_P(PageScanTest, FindsWhatWasWritten) {
  const Mapping memory = Mapping::zeroed(64 * page);
  PageScan scan = written_pages(memory.base(), memory.size(), runs);
  if (!scan.known) GTEST_SKIP() << "there is no /proc here";
  EXPECT_TRUE(scan.all);
  EXPECT_EQ(scan.runs, 0u);
  write(memory.base(), {0, 3, 4, 63});
  scan = written_pages(memory.base(), memory.size(), runs);
  ASSERT_EQ(scan.runs, 3u);
  EXPECT_EQ(runs[0], (PageRun{0, page}));
  EXPECT_EQ(runs[1], (PageRun{3 * page, 5 * page}));
  EXPECT_EQ(runs[2], (PageRun{63 * page, 64 * page}));
  discard(memory.base() + 3 * page, page);
  scan = written_pages(memory.base() + page, 4 * page, runs);
  ASSERT_EQ(scan.runs, 1u);
  EXPECT_EQ(runs[0], (PageRun{3 * page, 4 * page})) << "counted from where the scan begins";
}

TEST_P(PageScanTest, SaysWhenThereIsNoRoom) {
  const Mapping memory = Mapping::zeroed(64 * page);
  for (usize i = 0; i < 64; i += 2) write(memory.base(), {i});
  const PageScan scan = written_pages(memory.base(), memory.size(), runs);
  EXPECT_EQ(scan.known, GetParam() != ScanWay::none);
  EXPECT_FALSE(scan.all);
}

/// More runs than one call of the kernel reports.
TEST_P(PageScanTest, GoesOnToTheEnd) {
  constexpr usize pages = 1600;
  const Mapping memory = Mapping::zeroed(pages * page);
  std::array<PageRun, pages> room;
  for (usize i = 0; i < pages; i += 2) write(memory.base(), {i});
  const PageScan scan = written_pages(memory.base(), memory.size(), room);
  if (!scan.known) return;
  EXPECT_TRUE(scan.all);
  ASSERT_EQ(scan.runs, pages / 2);
  for (usize i = 0; i < scan.runs; ++i)
    EXPECT_EQ(room[i], (PageRun{2 * i * page, (2 * i + 1) * page}));
}

TEST_P(PageScanTest, PagesOfAFileThatWereReadAreNotWritten) {
  const auto bytes =
      SealedBytes::create(16 * page, true, [&](u8* at) { std::memset(at, 0x5a, 16 * page); });
  ASSERT_TRUE(bytes.has_value());
  if (!bytes->mappable()) GTEST_SKIP() << "there is no memfd";
  const Mapping memory(reserve(16 * page), 16 * page);
  ASSERT_TRUE(bytes->map_copy(memory.base()));
  for (usize i = 0; i < memory.size(); ++i) ASSERT_EQ(memory.base()[i], 0x5a);
  write(memory.base(), {2, 9});
  const PageScan scan = written_pages(memory.base(), memory.size(), runs);
  if (!scan.known) return;
  ASSERT_EQ(scan.runs, 2u);
  EXPECT_EQ(runs[0], (PageRun{2 * page, 3 * page}));
  EXPECT_EQ(runs[1], (PageRun{9 * page, 10 * page}));
}

INSTANTIATE_TEST_SUITE_P(Ways, PageScanTest,
                         testing::Values(ScanWay::scan, ScanWay::pagemap, ScanWay::none));

TEST(SealedBytes, CopiesAreApart) {
  const usize page = page_size();
  for (const bool file : {true, false}) {
    const auto bytes = SealedBytes::create(2 * page, file, [](u8* at) { at[7] = 42; });
    ASSERT_TRUE(bytes.has_value());
    EXPECT_EQ(bytes->data()[7], 42);
    EXPECT_EQ(bytes->data()[8], 0);
    EXPECT_EQ(bytes->size(), 2 * page);
    if (!bytes->mappable()) continue;
    const Mapping a(reserve(2 * page), 2 * page), b(reserve(2 * page), 2 * page);
    ASSERT_TRUE(bytes->map_copy(a.base()) && bytes->map_copy(b.base()));
    a.base()[7] = 1;
    EXPECT_EQ(b.base()[7], 42);
    EXPECT_EQ(bytes->data()[7], 42);
    discard(a.base(), 2 * page);
    EXPECT_EQ(a.base()[7], 42) << "what is given back comes from the file again";
  }
}

TEST(SealedBytes, MovesWithItsFile) {
  auto bytes = SealedBytes::create(page_size(), true, [](u8* at) { at[0] = 1; });
  ASSERT_TRUE(bytes.has_value());
  const SealedBytes moved = std::move(*bytes);
  EXPECT_EQ(moved.data()[0], 1);
}

TEST(VirtualMemory, PagesAreMadeReadOnlyAndNew) {
  const usize page = page_size();
  const Mapping memory = Mapping::zeroed(3 * page);
  memory.base()[page] = 9;
  EXPECT_TRUE(set_writable(memory.base() + page, page, false));
  EXPECT_EQ(memory.base()[page], 9);
  memory.base()[0] = memory.base()[2 * page] = 1;
  EXPECT_TRUE(set_writable(memory.base(), 3 * page, true));
  memory.base()[page] = 8;
  EXPECT_TRUE(map_anew(memory.base(), 2 * page, true));
  EXPECT_EQ(memory.base()[page], 0);
  EXPECT_EQ(memory.base()[2 * page], 1);
}

}  // namespace
}  // namespace zhan::os

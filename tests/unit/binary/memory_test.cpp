// SPDX-License-Identifier: Apache-2.0
// Memory stays a small multiple of the input, whatever the input announces. The test program counts
// what operator new hands out.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include "unit/binary/hex.hpp"

namespace {
std::atomic<std::size_t> allocated{0};
}

void* operator new(std::size_t size) {
  allocated += size;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace zhan::binary::test {
namespace {

/// All bytes allocated while decoding; as a vector that grows leaves its old memory behind, up to
/// three times what is in use at the peak.
usize cost(const Bytes& input) {
  const std::span<const u8> view(input);
  const usize before = allocated;
  const auto result = decode(view, nullptr, all_features());
  return allocated - before;
}

/// A section whose count is right: `items` times the same bytes.
Bytes repeated(u8 id, u32 items, std::string_view item, std::string_view before = "") {
  ByteWriter content;
  content.bytes(bytes(before));
  content.u32_leb(items);
  const Bytes one = bytes(item);
  for (u32 i = 0; i < items; ++i) content.bytes(one);
  ByteWriter s;
  s.byte(id);
  s.sized(content.view());
  return module_of({s.take()});
}

TEST(Memory, AnnouncedItemsTakeNone) {
  for (u8 id = 1; id <= 13; ++id) {
    if (id == 8 || id == 12) continue;
    EXPECT_LT(cost(module_of({section(id, "ff ff ff ff 0f")})), 4096u) << int{id};
    EXPECT_LT(cost(module_of({section(id, "ff ff 03 00 00 00")})), 4096u) << int{id};
  }
}

// The smallest items of each kind, whose share in the module is largest.
TEST(Memory, SmallItemsTakeASmallMultiple) {
  constexpr u32 n = 20'000;
  constexpr usize factor = 160;  // imports of a byte each, in a compact list
  const Bytes inputs[] = {
      repeated(1, n, "60 00 00"),
      repeated(1, n, "4e 00"),
      repeated(2, n, "00 00 00 00"),
      repeated(3, n, "00"),
      repeated(4, n, "70 00 00"),
      repeated(6, n, "7f 00 0b"),
      repeated(7, n, "00 00 00"),
      repeated(9, n, "01 00 00"),
      repeated(9, n, "00", "01 01 00"),
      repeated(9, n, "0b", "01 05 70"),
      repeated(11, n, "01 00"),
      repeated(13, n, "00 00"),
      repeated(2, n, "00", "01 00 00 7e 00 00"),
      repeated(2, n, "00", "01 00 00 7e 03 7f 00"),
  };
  for (const Bytes& input : inputs)
    EXPECT_LT(cost(input), factor * input.size() + 4096) << int{input[8]} << ", " << input.size();
}

// Room is made by doubling: with exact sizes, many lists of one item would be copied again and
// again.
TEST(Memory, ManySmallListsStayLinear) {
  constexpr u32 n = 100'000;
  EXPECT_LT(cost(repeated(9, n, "01 00 01 00")), usize{200} * n);
  EXPECT_LT(cost(repeated(2, n, "00 00 7e 00 00 01 00")), usize{300} * n);
  EXPECT_LT(cost(repeated(2, n, "00 00 7f 01 00 00 00")), usize{300} * n);
}

TEST(Memory, LocalsTakeNone) {
  EXPECT_LT(cost(module_of({section(1, "01 60 00 00"), section(3, "01 00"),
                            section(10, "01 0a 02 ff ff ff ff 07 7b ff 7e 0b")})),
            4096u);
}

TEST(Memory, ImmediatesOfConstantsAreBounded) {
  // A br_table of many targets where an initial value should stand.
  ByteWriter content;
  content.bytes(bytes("01 7f 00 0e"));
  content.u32_leb(100'000);
  for (int i = 0; i <= 100'000; ++i) content.byte(0);
  content.byte(0x0b);
  ByteWriter s;
  s.byte(6);
  s.sized(content.view());
  const Bytes input = module_of({s.take()});
  EXPECT_LT(cost(input), 16 * input.size());
  EXPECT_LT(cost(module_of({section(6, "01 7f 00 0e ff ff ff ff 0f 00 0b")})), 4096u);
}

}  // namespace
}  // namespace zhan::binary::test

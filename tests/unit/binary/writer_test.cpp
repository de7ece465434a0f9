// SPDX-License-Identifier: Apache-2.0
// Numbers and types: written in the shortest form, read back the same.
#include "wasm/writer.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "unit/binary/hex.hpp"
#include "wasm/reader.hpp"

namespace zhan::binary::test {
namespace {

template <class F>
Bytes written(F write) {
  ByteWriter w;
  write(w);
  return w.take();
}

TEST(Writer, UnsignedLebIsShortest) {
  const auto leb = [](u64 value) { return written([&](ByteWriter& w) { w.u64_leb(value); }); };
  EXPECT_EQ(leb(0), bytes("00"));
  EXPECT_EQ(leb(127), bytes("7f"));
  EXPECT_EQ(leb(128), bytes("80 01"));
  EXPECT_EQ(leb(624485), bytes("e5 8e 26"));
  EXPECT_EQ(leb(~u32{0}), bytes("ff ff ff ff 0f"));
  EXPECT_EQ(leb(~u64{0}), bytes("ff ff ff ff ff ff ff ff ff 01"));
}

TEST(Writer, SignedLebIsShortest) {
  const auto leb = [](i64 value) { return written([&](ByteWriter& w) { w.s64_leb(value); }); };
  EXPECT_EQ(leb(0), bytes("00"));
  EXPECT_EQ(leb(63), bytes("3f"));
  EXPECT_EQ(leb(64), bytes("c0 00"));
  EXPECT_EQ(leb(-1), bytes("7f"));
  EXPECT_EQ(leb(-64), bytes("40"));
  EXPECT_EQ(leb(-65), bytes("bf 7f"));
  EXPECT_EQ(leb(-123456), bytes("c0 bb 78"));
  EXPECT_EQ(leb(std::numeric_limits<i32>::min()), bytes("80 80 80 80 78"));
  EXPECT_EQ(leb(std::numeric_limits<i64>::min()), bytes("80 80 80 80 80 80 80 80 80 7f"));
}

TEST(Writer, LebsOfEveryLengthComeBack) {
  for (u32 shift = 0; shift < 64; ++shift) {
    for (const i64 delta : {-1, 0, 1}) {
      const u64 value = (u64{1} << shift) + static_cast<u64>(delta);
      ByteWriter w;
      w.u64_leb(value);
      EXPECT_EQ(w.size(), leb_size(value));
      w.s64_leb(static_cast<i64>(value));
      w.s64_leb(-static_cast<i64>(value >> 1));
      w.u32_leb(static_cast<u32>(value));
      w.s32_leb(static_cast<i32>(value));
      ByteReader r(w.view());
      EXPECT_EQ(r.u64_leb(), value);
      EXPECT_EQ(r.s64_leb(), static_cast<i64>(value));
      EXPECT_EQ(r.s64_leb(), -static_cast<i64>(value >> 1));
      EXPECT_EQ(r.u32_leb(), static_cast<u32>(value));
      EXPECT_EQ(r.s32_leb(), static_cast<i32>(value));
      EXPECT_TRUE(r.ok() && r.at_end());
    }
  }
}

TEST(Writer, FixedNumbersAreLittleEndian) {
  ByteWriter w;
  w.fixed_u32(0x04030201);
  w.fixed_u64(0x0c0b0a0908070605);
  EXPECT_EQ(w.take(), bytes("01 02 03 04 05 06 07 08 09 0a 0b 0c"));
}

TEST(Writer, NamesAndSizedBytesHaveTheirLength) {
  ByteWriter w;
  w.name("abc");
  w.sized(bytes("01 02"));
  EXPECT_EQ(w.take(), bytes("03 'abc' 02 01 02"));
  EXPECT_EQ(w.size(), 0u);
}

TEST(Writer, PatchFillsAReservedPlace) {
  ByteWriter w;
  w.byte(0xaa);
  const usize place = w.reserve_u32();
  w.byte(0xbb);
  w.patch_u32(place, 300);
  EXPECT_EQ(w.take(), bytes("aa ac 82 80 80 00 bb"));
}

TEST(Writer, ShortPatchClosesTheGap) {
  for (const u32 value : {0u, 127u, 128u, 300u, 1u << 21, ~0u}) {
    ByteWriter w;
    const usize place = w.reserve_u32();
    w.byte(0xbb);
    w.patch_u32_short(place, value);
    EXPECT_EQ(w.size(), leb_size(value) + 1);
    ByteReader r(w.view());
    EXPECT_EQ(r.u32_leb(), value);
    EXPECT_EQ(r.byte(), 0xbb);
  }
}

TEST(Writer, ContinuesBehindGivenBytes) {
  ByteWriter w(bytes("01 02 03"));
  w.truncate(2);
  w.byte(9);
  EXPECT_EQ(w.take(), bytes("01 02 09"));
}

TEST(Writer, TypesTakeTheirShortForm) {
  const auto type = [](ValType t) { return written([&](ByteWriter& w) { w.value_type(t); }); };
  EXPECT_EQ(type(type_i32), bytes("7f"));
  EXPECT_EQ(type(type_v128), bytes("7b"));
  EXPECT_EQ(type(TypeKind::i8), bytes("78"));
  EXPECT_EQ(type(TypeKind::i16), bytes("77"));
  EXPECT_EQ(type(type_funcref), bytes("70"));
  EXPECT_EQ(type(ValType::ref(AbsHeap::any, false)), bytes("64 6e"));
  EXPECT_EQ(type(ValType::ref(HeapType::defined(5), true)), bytes("63 05"));
  EXPECT_EQ(type(ValType::ref(HeapType::defined(64), false)), bytes("64 c0 00"));
  EXPECT_EQ(type(ValType::ref(HeapType::defined(5), false, true)), bytes("64 62 05"));
}

std::vector<ValType> all_value_types() {
  std::vector<ValType> all = {type_i32, type_i64, type_f32, type_f64, type_v128};
  for (u8 abs = 0x68; abs <= 0x75; ++abs)
    for (const bool nullable : {false, true})
      all.push_back(ValType::ref(static_cast<AbsHeap>(abs), nullable));
  for (const u32 number : {0u, 63u, 64u, 98u, 8191u, 8192u, 1'000'000u})
    for (const int flags : {0, 1, 2, 3})
      all.push_back(ValType::ref(HeapType::defined(number), (flags & 1) != 0, (flags & 2) != 0));
  return all;
}

TEST(Writer, EveryValueTypeComesBack) {
  for (const ValType type : all_value_types()) {
    ByteWriter w;
    w.value_type(type);
    w.block_type({BlockType::Form::value, type, 0});
    ByteReader r(w.view());
    EXPECT_EQ(r.value_type(), type) << to_string(type);
    const BlockType block = r.block_type();
    EXPECT_EQ(block.form, BlockType::Form::value);
    EXPECT_EQ(block.value, type) << to_string(type);
    EXPECT_TRUE(r.ok() && r.at_end()) << to_string(type);
  }
}

TEST(Writer, BlockTypesComeBack) {
  for (const u32 number : {0u, 63u, 64u, 127u, 1'000'000u}) {
    ByteWriter w;
    w.block_type({});
    w.block_type({BlockType::Form::type, {}, number});
    ByteReader r(w.view());
    EXPECT_EQ(r.block_type(), BlockType{});
    EXPECT_EQ(r.block_type().type, number);
    EXPECT_TRUE(r.ok() && r.at_end());
  }
}

TEST(Reader, ExactIndexIsAnS33) {
  ByteReader again(std::span<const u8>{});
  const Bytes twice = bytes("64 62 62 00");
  again = ByteReader(twice);
  (void)again.value_type();
  EXPECT_EQ(again.error_id(), ErrorId::malformed_heap_type);
}

TEST(Reader, IllegalOpcodesAreNamed) {
  const auto message = [](std::string_view text) {
    const Bytes code = bytes(text);
    ByteReader r(code);
    EXPECT_EQ(r.op(), no_op);
    return r.error().message();
  };
  EXPECT_EQ(message("ff"), "illegal opcode ff");
  EXPECT_EQ(message("f3 00"), "illegal opcode f3");
  EXPECT_EQ(message("fc 20"), "illegal opcode fc 20");
  EXPECT_EQ(message("fd ff 7f"), "illegal opcode fd 3fff");
}

}  // namespace
}  // namespace zhan::binary::test

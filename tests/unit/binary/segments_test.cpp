// SPDX-License-Identifier: Apache-2.0
// Element and data segments, code entries with their locals and ends.
#include "unit/binary/hex.hpp"

namespace zhan::binary::test {
namespace {

Module one(u8 id, std::string_view content) { return same(module_of({section(id, content)})); }

void bad_one(u8 id, std::string_view content, ErrorId error, u64 offset) {
  expect_bad(module_of({section(id, content)}), error, 10 + offset);
}

TEST(Elements, AllForms) {
  const Module m =
      one(9,
          "08 00 41 00 0b 02 01 02  01 00 01 03  02 05 41 00 0b 00 01 04  03 00 00"
          " 04 41 00 0b 01 d2 05 0b  05 6f 01 d0 6f 0b  06 06 41 01 0b 64 70 01 d2 07 0b"
          " 07 70 00");
  ASSERT_EQ(m.elements.size(), 8u);
  const SegmentMode modes[] = {SegmentMode::active, SegmentMode::passive, SegmentMode::active,
                               SegmentMode::declarative};
  for (u8 flags = 0; flags < 8; ++flags) {
    EXPECT_EQ(m.elements[flags].flags, flags);
    EXPECT_EQ(m.elements[flags].mode, modes[flags % 4]);
    EXPECT_EQ(m.elements[flags].uses_exprs, flags >= 4);
  }
  EXPECT_EQ(m.element_funcs, (std::vector<u32>{1, 2, 3, 4}));
  EXPECT_EQ(m.element_exprs.size(), 3u);
  EXPECT_EQ(m.elements[2].table, 5u);
  EXPECT_EQ(m.elements[2].first, 3u);
  EXPECT_EQ(m.elements[6].table, 6u);
  EXPECT_EQ(m.view(m.elements[6].offset).size(), 3u);
}

TEST(Elements, IndicesAreNeverNull) {
  const Module m = one(9, "03 01 00 00  04 41 00 0b 00  05 6f 00");
  EXPECT_EQ(m.elements[0].type, ValType::ref(AbsHeap::func, false));
  EXPECT_EQ(m.elements[1].type, type_funcref);
  EXPECT_EQ(m.elements[2].type, type_externref);
}

TEST(Elements, AreChecked) {
  bad_one(9, "01 08 00", ErrorId::malformed_elements_segment, 1);
  bad_one(9, "01 01 01 00", ErrorId::malformed_element_kind, 2);
  bad_one(9, "01 05 7f 01 d2 00 0b", ErrorId::malformed_reference_type, 2);
  bad_one(9, "01 05 70 01 f3 00 0b", ErrorId::illegal_opcode, 4);
  bad_one(9, "02 00 41 00 0b 01 00", ErrorId::unexpected_end_of_section, 7);
  bad_one(9, "02 00 41 00 0b 01 00 00 41 00", ErrorId::unexpected_end_of_section, 10);
  bad_one(9, "01 01 00 ff ff ff ff 0f 00", ErrorId::unexpected_end_of_section, 3);
  DecodeLimits limits;
  limits.elements = 2;
  EXPECT_EQ(bad(module_of({section(9, "02 01 00 02 00 00 01 00 01 00")}), {}, limits).id,
            ErrorId::too_many_items);
}

TEST(Elements, FeaturesCanBeOff) {
  const Bytes passive = module_of({section(9, "01 01 00 00")});
  EXPECT_EQ(bad(passive, without(Feature::bulk_memory)).id, ErrorId::unsupported_feature);
  EXPECT_TRUE(try_decode(module_of({section(9, "01 00 41 00 0b 01 00")}), Features::none()));
}

TEST(DataSegments, AllForms) {
  const Module m = one(11, "03 00 41 00 0b 02'hi'  01 03'abc'  02 04 41 01 0b 00");
  ASSERT_EQ(m.data.size(), 3u);
  EXPECT_EQ(m.data[0].mode, SegmentMode::active);
  EXPECT_EQ(m.text(m.data[0].bytes), "hi");
  EXPECT_EQ(m.data[1].mode, SegmentMode::passive);
  EXPECT_EQ(m.text(m.data[1].bytes), "abc");
  EXPECT_EQ(m.data[2].memory, 4u);
  EXPECT_EQ(m.data[2].bytes.size, 0u);
}

TEST(DataSegments, AreChecked) {
  bad_one(11, "01 03 00", ErrorId::malformed_data_segment, 1);
  bad_one(11, "01 00 41 03 0b 07 'abcdef'", ErrorId::unexpected_end_of_section, 6);
  bad_one(11, "01 00 41 00 0b 05 'abcdef'", ErrorId::section_size_mismatch, 11);
  bad_one(11, "02 00 41 00 0b 01 'a'", ErrorId::unexpected_end_of_section, 7);
  bad_one(11, "01 01 ff ff ff ff 0f", ErrorId::unexpected_end_of_section, 7);
}

Bytes with_code(std::string_view content, u32 functions = 1) {
  std::string types = functions == 1 ? "01 00" : "02 00 00";
  return module_of({section(1, "01 60 00 00"), section(3, types), section(10, content)});
}
constexpr u64 code_at = 20;  // offset of the code section's content with one function
constexpr u64 two_code_at = 21;

TEST(CodeEntries, LocalsAreCountedInSlots) {
  const Module m = same(with_code("01 08 03 00 7f 02 7b 03 7e 0b"));
  ASSERT_EQ(m.code.size(), 1u);
  EXPECT_EQ(m.code[0].local_slots, 7u);
  EXPECT_EQ(m.view(m.code[0].body).size(), 8u);
  EXPECT_EQ(m.view(m.code[0].code).size(), 1u);
}

TEST(CodeEntries, LocalsAreLimited) {
  // 131072 slots of 8 bytes are 1 MiB: 131072 x i64 or 65536 x v128.
  EXPECT_EQ(good(with_code("01 06 01 80 80 08 7e 0b")).code[0].local_slots, 131072u);
  EXPECT_EQ(good(with_code("01 06 01 80 80 04 7b 0b")).code[0].local_slots, 131072u);
  expect_bad(with_code("01 06 01 81 80 08 7e 0b"), ErrorId::locals_too_large, code_at + 2);
  expect_bad(with_code("01 06 01 81 80 04 7b 0b"), ErrorId::locals_too_large, code_at + 2);
  expect_bad(with_code("01 08 02 80 80 08 7e 01 7f 0b"), ErrorId::locals_too_large, code_at + 2);
  // 2^32 - 1 vectors: the number is allowed, the slots are not.
  expect_bad(with_code("01 08 01 ff ff ff ff 0f 7b 0b"), ErrorId::locals_too_large, code_at + 2);
}

TEST(CodeEntries, SumsOfLocalsDoNotWrap) {
  expect_bad(with_code("01 0a 02 ff ff ff ff 0f 7f 02 7e 0b"), ErrorId::too_many_locals,
             code_at + 2);
  expect_bad(with_code("01 1a 04 80 80 80 80 04 7f 80 80 80 80 04 7e"
                       " 80 80 80 80 04 7d 80 80 80 80 04 7c 0b"),
             ErrorId::too_many_locals, code_at + 2);
  expect_bad(with_code("01 0a 02 80 80 80 80 10 7f 02 7e 0b"), ErrorId::integer_too_large,
             code_at + 3);
}

TEST(CodeEntries, LocalsStayInTheBody) {
  expect_bad(with_code("01 02 01 02 7f 0b"), ErrorId::section_size_mismatch, code_at + 4);
  expect_bad(with_code("01 03 01 01 64 0b 0b"), ErrorId::section_size_mismatch, code_at + 5);
  expect_bad(with_code("01 03 01 01 64"), ErrorId::unexpected_end_of_section, code_at + 5);
  expect_bad(with_code("01 05 ff ff ff ff 0f"), ErrorId::unexpected_end_of_section, code_at + 2);
  expect_bad(with_code("01 04 01 01 40 0b"), ErrorId::malformed_value_type, code_at + 4);
}

TEST(CodeEntries, BodiesStayInTheSection) {
  expect_bad(with_code("01 03 00 0b"), ErrorId::length_out_of_bounds, code_at + 1);
  expect_bad(with_code("02 02 00 0b"), ErrorId::unexpected_end_of_section, code_at);
  expect_bad(with_code("01 00 00"), ErrorId::unexpected_end_of_section, code_at + 3);
  expect_bad(with_code("01 02 00 0b 0b"), ErrorId::section_size_mismatch, code_at + 4);
  // The body and all in it is well, but it ends in the section that follows.
  expect_bad(with_code("01 05 00") + bytes("0b 02 00 0b"), ErrorId::section_size_mismatch,
             code_at + 3);
}

// A body that cannot be right is read to say what is wrong, in the order of its bytes.
TEST(CodeEntries, BodiesEndWithEnd) {
  expect_bad(with_code("01 04 00 41 01 1a"), ErrorId::unexpected_end_of_section, code_at + 6);
  expect_bad(with_code("02 04 00 41 01 1a 05 00 41 01 1a 0b", 2), ErrorId::end_opcode_expected,
             two_code_at + 6);
  expect_bad(with_code("01 04 00 41 01 1a") + section(11, "01 01 00"),
             ErrorId::section_size_mismatch, code_at + 6);
  expect_bad(with_code("01 02 00 ff"), ErrorId::illegal_opcode, code_at + 3);
  expect_bad(with_code("01 04 00 41 80 80 80 80 80 00 0b"),
             ErrorId::integer_representation_too_long, code_at + 4);
  expect_bad(with_code("01 03 00 02 40"), ErrorId::unexpected_end_of_section, code_at + 5);
}

TEST(CodeEntries, ErrorsNameTheFunctionWithImportsCounted) {
  const Bytes input = module_of({section(1, "01 60 00 00"), section(2, "01 00 00 00 00"),
                                 section(3, "01 00"), section(10, "01 04 01 01 40 0b")});
  EXPECT_EQ(bad(input).message, "malformed value type: in function 1 of the code section");
}

TEST(CodeEntries, FeaturesOfLocalsCanBeOff) {
  EXPECT_EQ(bad(with_code("01 04 01 01 7b 0b"), without(Feature::simd)).id,
            ErrorId::unsupported_feature);
}

TEST(CodeEntries, BodiesAreCopiedAsTheyAre) {
  // An overlong constant, which is not canonical: bodies are not rewritten.
  same(with_code("01 07 00 41 81 80 00 1a 0b"));
}

}  // namespace
}  // namespace zhan::binary::test

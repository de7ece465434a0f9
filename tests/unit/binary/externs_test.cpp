// SPDX-License-Identifier: Apache-2.0
// Imports, exports, and the sections that declare functions, tables, memories, tags and globals.
#include "unit/binary/hex.hpp"

namespace zhan::binary::test {
namespace {

Module one(u8 id, std::string_view content) { return same(module_of({section(id, content)})); }

/// An error at an offset of the section's content.
void bad_one(u8 id, std::string_view content, ErrorId error, u64 offset) {
  expect_bad(module_of({section(id, content)}), error, 10 + offset);
}

void needs(u8 id, std::string_view content, Feature feature) {
  const Bytes input = module_of({section(id, content)});
  EXPECT_TRUE(try_decode(input, all_features())) << content;
  const ErrorInfo info = bad(input, without(feature));
  EXPECT_EQ(info.id, ErrorId::unsupported_feature) << info.message;
  const std::string name(feature_table[static_cast<usize>(feature)].name);
  EXPECT_EQ(info.message.find("feature not enabled: " + name), 0u) << info.message;
}

constexpr const char* all_imports =
    "06 01'm'01'f'00 03  01'm'01't'01 70 01 01 02  01'm'01'm'02 00 01"
    " 01'n'01'g'03 7f 01  00 00 04 00 02  01'm'01'x'20 01";

TEST(Imports, AllKinds) {
  const Module m = one(2, all_imports);
  ASSERT_EQ(m.imports.size(), 6u);
  EXPECT_EQ(m.text(m.imports[0].module), "m");
  EXPECT_EQ(m.text(m.imports[0].name), "f");
  EXPECT_EQ(m.imports[1].kind, ExternKind::table);
  EXPECT_EQ(m.imports[3].kind, ExternKind::global);
  EXPECT_EQ(m.text(m.imports[4].name), "");
  EXPECT_EQ(m.functions, (std::vector<u32>{3, 1}));
  EXPECT_EQ(m.imports[5].index, 1u);
  EXPECT_TRUE(m.imports[5].exact);
  EXPECT_FALSE(m.imports[0].exact);
  EXPECT_EQ(m.tables[0].type.limits, (Limits{1, 2, true}));
  EXPECT_EQ(m.memories[0].limits.min, 1u);
  EXPECT_TRUE(m.globals[0].type.mutable_);
  EXPECT_EQ(m.tags[0].type, 2u);
}

TEST(Imports, AreCounted) {
  const Module m = one(2, all_imports);
  EXPECT_EQ(m.imported(ExternKind::func), 2u);
  EXPECT_EQ(m.imported(ExternKind::table), 1u);
  EXPECT_EQ(m.imported(ExternKind::memory), 1u);
  EXPECT_EQ(m.imported(ExternKind::global), 1u);
  EXPECT_EQ(m.imported(ExternKind::tag), 1u);
}

TEST(Imports, KindsAreChecked) {
  for (const char* kind : {"05", "06", "1f", "21", "7d", "80", "ff"})
    bad_one(2, std::string("01 00 00 ") + kind, ErrorId::malformed_import_kind, 3);
  bad_one(2, "01 00 00", ErrorId::unexpected_end_of_section, 0);
  bad_one(2, "01 00 00 00", ErrorId::unexpected_end_of_section, 4);
}

TEST(Imports, NamesAreUtf8) {
  bad_one(2, "01 01 80 00 00 00", ErrorId::malformed_utf8, 1);
  bad_one(2, "01 00 02 c3 28 00 00", ErrorId::malformed_utf8, 2);
  bad_one(2, "01 00 09 'abc'", ErrorId::length_out_of_bounds, 2);
  EXPECT_EQ(one(2, "01 00 02 c3 a4 00 00").text(Range{13, 2}), "\xc3\xa4");
}

TEST(CompactImports, OneModuleManyItems) {
  const Module m = one(2, "02 01'a'00 7f 02 01'b'00 00 01'c'03 7f 00  01'd'01'e'00 01");
  ASSERT_EQ(m.imports.size(), 3u);
  EXPECT_EQ(m.imports[0].form, ImportForm::group_named);
  EXPECT_EQ(m.text(m.imports[1].module), "a");
  EXPECT_EQ(m.text(m.imports[1].name), "c");
  EXPECT_EQ(m.imports[1].kind, ExternKind::global);
  EXPECT_EQ(m.imports[0].group, m.imports[1].group);
  EXPECT_NE(m.imports[1].group, m.imports[2].group);
  EXPECT_EQ(m.imports[2].form, ImportForm::single);
}

TEST(CompactImports, OneModuleOneType) {
  const Module m = one(2, "01 01'a'00 7e 00 05 02 01'b'01'c'");
  ASSERT_EQ(m.imports.size(), 2u);
  EXPECT_EQ(m.imports[1].form, ImportForm::group_typed);
  EXPECT_EQ(m.imports[1].index, 1u);
  EXPECT_EQ(m.functions, (std::vector<u32>{5, 5}));
  EXPECT_EQ(m.imported_functions, 2u);
}

TEST(CompactImports, EveryKindCanBeShared) {
  for (const char* type :
       {"00 05", "20 05", "01 70 00 01", "02 01 01 02", "03 7f 01", "04 00 00"}) {
    const Module m = one(2, std::string("01 01'a'00 7e ") + type + " 03 00 00 01'c'");
    ASSERT_EQ(m.imports.size(), 3u);
    EXPECT_EQ(m.imports[2].index, 2u);
    EXPECT_EQ(m.imported(m.imports[0].kind), 3u);
  }
}

TEST(CompactImports, ListsThatFollowEachOtherStayApart) {
  const Module m =
      one(2, "03 01'a'00 7f 01 01'b'00 00  01'a'00 7f 01 01'b'00 00  01'a'00 7e 00 00 01 00");
  EXPECT_EQ(m.imports.size(), 3u);
}

TEST(CompactImports, EmptyListsDeclareNothing) {
  for (const char* list : {"7f 00", "7e 00 05 00", "7e 01 70 00 01 00", "7e 02 00 01 00",
                           "7e 03 7f 01 00", "7e 04 00 00 00"}) {
    const Module m = good(module_of({section(2, std::string("01 01'a'00") + list)}));
    EXPECT_TRUE(m.imports.empty());
    EXPECT_TRUE(m.functions.empty() && m.tables.empty() && m.memories.empty());
    EXPECT_TRUE(m.globals.empty() && m.tags.empty());
  }
}

TEST(CompactImports, MarksAreBytesBehindEmptyNames) {
  bad_one(2, "01 01'a'00 ff 80 80 00 01 01'b'00 00", ErrorId::malformed_import_kind, 4);
  bad_one(2, "01 01'a'01'b'7f 01 01'b'00 00", ErrorId::malformed_import_kind, 5);
  bad_one(2, "01 01'a'00 7f 01 00 7f 01 01'b'00 00", ErrorId::malformed_import_kind, 7);
  // An overlong empty name is one all the same.
  good(module_of({section(2, "01 01'a'80 80 00 7f 01 01'b'00 00")}));
}

TEST(CompactImports, CountsAreBounded) {
  bad_one(2, "01 01'a'00 7f ff ff ff ff 0f 00 00 00", ErrorId::unexpected_end_of_section, 5);
  bad_one(2, "01 01'a'00 7e 00 05 ff ff ff ff 0f 00", ErrorId::unexpected_end_of_section, 7);
  DecodeLimits limits;
  limits.imports = 2;
  EXPECT_EQ(bad(module_of({section(2, "01 01'a'00 7e 00 05 03 00 00 00")}), {}, limits).id,
            ErrorId::too_many_items);
  limits = {};
  limits.functions = 2;
  EXPECT_EQ(bad(module_of({section(2, "01 01'a'00 7e 00 05 03 00 00 00")}), {}, limits).id,
            ErrorId::too_many_items);
}

TEST(Imports, FeaturesCanBeOff) {
  needs(2, "01 00 00 20 00", Feature::custom_descriptors);
  needs(2, "01 00 00 7f 00", Feature::compact_imports);
  needs(2, "01 00 00 04 00 00", Feature::exceptions);
  needs(2, "01 00 00 03 7f 01", Feature::mutable_globals);
  EXPECT_TRUE(try_decode(module_of({section(2, "01 00 00 03 7f 00")}), Features::none()));
}

TEST(Functions, TypesFollowTheImports) {
  const Module m = same(module_of({section(2, "01 00 00 00 07"), section(3, "02 01 80 01"),
                                   section(10, "02 02 00 0b 02 00 0b")}));
  EXPECT_EQ(m.functions, (std::vector<u32>{7, 1, 128}));
  EXPECT_EQ(m.imported_functions, 1u);
}

TEST(Functions, AreLimitedWithTheImports) {
  DecodeLimits limits;
  limits.functions = 2;
  const Bytes input = module_of({section(2, "01 00 00 00 07"), section(3, "02 01 01")});
  EXPECT_EQ(bad(input, {}, limits).id, ErrorId::too_many_items);
}

TEST(Tables, AllForms) {
  const Module m = one(4,
                       "05 70 00 01  6f 01 00 80 01  64 70 04 05  70 05 01 02"
                       " 40 00 70 00 01 d0 70 0b");
  ASSERT_EQ(m.tables.size(), 5u);
  EXPECT_EQ(m.tables[0].type.element, type_funcref);
  EXPECT_FALSE(m.tables[0].type.limits.has_max);
  EXPECT_EQ(m.tables[1].type.limits, (Limits{0, 128, true}));
  EXPECT_EQ(m.tables[2].type.element, ValType::ref(AbsHeap::func, false));
  EXPECT_TRUE(m.tables[2].type.is64);
  EXPECT_TRUE(m.tables[3].type.is64);
  EXPECT_FALSE(m.tables[0].init);
  ASSERT_TRUE(m.tables[4].init);
  EXPECT_EQ(m.view(*m.tables[4].init).size(), 3u);
}

TEST(Tables, AreChecked) {
  bad_one(4, "01 7f 00 00", ErrorId::malformed_reference_type, 1);
  bad_one(4, "01 70 02 00", ErrorId::malformed_limits_flags, 2);
  bad_one(4, "01 70 08", ErrorId::malformed_limits_flags, 2);
  bad_one(4, "01 70 81 00 00", ErrorId::malformed_limits_flags, 2);
  bad_one(4, "01 70 01 00", ErrorId::unexpected_end_of_section, 4);
  bad_one(4, "01 40 01 70 00 01 0b", ErrorId::zero_byte_expected, 2);
  bad_one(4, "01 40 00 70 00 01 d0 70", ErrorId::unexpected_end_of_section, 8);
  bad_one(4, "01", ErrorId::unexpected_end_of_section, 0);
}

TEST(Tables, FeaturesCanBeOff) {
  needs(4, "01 6f 00 00", Feature::reference_types);
  needs(4, "01 6e 00 00", Feature::gc);
  needs(4, "01 70 04 00", Feature::memory64);
  needs(4, "01 40 00 70 00 01 d0 70 0b", Feature::function_references);
  EXPECT_TRUE(try_decode(module_of({section(4, "01 70 00 01")}), Features::none()));
}

TEST(Memories, AllFlags) {
  const Module m =
      one(5, "07 00 01  01 01 02  03 01 02  04 80 80 80 80 10  07 00 01  08 05 00  0f 01 02 10");
  ASSERT_EQ(m.memories.size(), 7u);
  EXPECT_EQ(m.memories[1].limits, (Limits{1, 2, true}));
  EXPECT_TRUE(m.memories[2].shared);
  EXPECT_TRUE(m.memories[3].is64);
  EXPECT_EQ(m.memories[3].limits.min, u64{1} << 32);
  EXPECT_TRUE(m.memories[4].is64 && m.memories[4].shared);
  EXPECT_EQ(m.memories[5].page_log2, 0);
  EXPECT_TRUE(m.memories[5].has_page_size);
  EXPECT_EQ(m.memories[6].page_log2, 16);
  EXPECT_TRUE(m.memories[6].has_page_size);
  EXPECT_FALSE(m.memories[0].has_page_size);
}

TEST(Memories, AreChecked) {
  bad_one(5, "01 10 00", ErrorId::malformed_limits_flags, 1);
  bad_one(5, "01 08", ErrorId::malformed_limits_flags, 1);
  bad_one(5, "01 81 00 00 00", ErrorId::malformed_limits_flags, 1);
  bad_one(5, "01 08 00 41", ErrorId::malformed_page_size, 3);
  bad_one(5, "01 08 00 40", ErrorId::malformed_page_size, 3);
  bad_one(5, "02 00 00", ErrorId::unexpected_end_of_section, 3);
  bad_one(5, "01 00 82 80 80 80 80 80 80 80 80 80 00", ErrorId::integer_representation_too_long, 2);
  EXPECT_EQ(one(5, "01 08 00 3f").memories[0].page_log2, 63);
  DecodeLimits limits;
  limits.memories = 1;
  EXPECT_EQ(bad(module_of({section(5, "02 00 00 00 00")}), {}, limits).id, ErrorId::too_many_items);
}

// Several memories or tables without their features are the validator's, in older words.
TEST(Memories, FeaturesCanBeOff) {
  needs(5, "01 03 00 01", Feature::threads);
  needs(5, "01 04 00", Feature::memory64);
  needs(5, "01 08 00 00", Feature::custom_page_sizes);
}

TEST(Tags, AreRead) {
  const Module m = one(13, "02 00 01 00 80 01");
  ASSERT_EQ(m.tags.size(), 2u);
  EXPECT_EQ(m.tags[1].type, 128u);
  bad_one(13, "01 01 00", ErrorId::malformed_tag_attribute, 1);
  needs(13, "01 00 00", Feature::exceptions);
}

TEST(Globals, AreRead) {
  const Module m = one(6,
                       "03 7f 00 41 2a 0b  7b 01 fd 0c 000102030405060708090a0b0c0d0e0f 0b"
                       " 63 00 00 d0 00 0b");
  ASSERT_EQ(m.globals.size(), 3u);
  EXPECT_EQ(m.globals[0].type, (GlobalType{type_i32, false}));
  EXPECT_EQ(m.globals[1].type, (GlobalType{type_v128, true}));
  EXPECT_EQ(m.view(m.globals[1].init).size(), 19u);
  EXPECT_EQ(m.view(m.globals[2].init)[0], 0xd0);
}

TEST(Globals, AreChecked) {
  bad_one(6, "01 7f 02 41 00 0b", ErrorId::malformed_mutability, 2);
  bad_one(6, "01 40 00 41 00 0b", ErrorId::malformed_value_type, 1);
  bad_one(6, "01 7f 00 41 00", ErrorId::unexpected_end_of_section, 5);
  bad_one(6, "02 7f 00 41 00 0b", ErrorId::unexpected_end_of_section, 6);
  bad_one(6, "01 7f 00 41 80 80 80 80 80 00 0b", ErrorId::integer_representation_too_long, 4);
  bad_one(6, "01 7f 00 41 80 80 80 80 70 0b", ErrorId::integer_too_large, 4);
  const ErrorInfo info = bad(module_of({section(6, "01 7f 00 ff 00 0b")}));
  EXPECT_EQ(info.message, "illegal opcode ff: in global 0 of the global section");
}

// Blocks are not constant, but they do not hide the end: that is for the validator to refuse.
TEST(Globals, EndOfAnExpressionIsThatOfTheOutermostBlock) {
  const char* const inits[] = {"02 40 0b 0b", "41 01 04 40 05 0b 0b", "1f 40 00 03 40 0b 0b 0b",
                               "06 40 06 40 18 00 0b 0b", "0e 02 00 00 00 0b"};
  for (const char* init : inits)
    EXPECT_EQ(one(6, std::string("01 7f 00") + init).view(Range{13, 1}).size(), 1u) << init;
  bad_one(6, "01 7f 00 02 40 0b", ErrorId::unexpected_end_of_section, 6);
}

TEST(Globals, DeepNestingIsNoRecursion) {
  ByteWriter w;
  w.bytes(bytes("01 7f 00"));
  for (int i = 0; i < 100'000; ++i) w.bytes(bytes("02 40"));
  for (int i = 0; i <= 100'000; ++i) w.byte(0x0b);
  ByteWriter s;
  s.byte(6);
  s.sized(w.view());
  same(module_of({s.take()}));
}

TEST(Globals, FeaturesOfInstructionsCanBeOff) {
  needs(6, "01 7b 00 fd 0c 00000000 00000000 00000000 00000000 0b", Feature::simd);
  needs(6, "01 7f 00 d2 00 0b", Feature::reference_types);
  needs(6, "01 7f 00 41 00 fb 1c 0b", Feature::gc);
}

TEST(Exports, AreRead) {
  const Module m = one(7, "05 01'a'00 00  00 01 01  01'c'02 02  02'dd'03 80 01  01'e'04 00");
  ASSERT_EQ(m.exports.size(), 5u);
  EXPECT_EQ(m.text(m.exports[3].name), "dd");
  EXPECT_EQ(m.exports[3].index, 128u);
  EXPECT_EQ(m.exports[4].kind, ExternKind::tag);
}

TEST(Exports, AreChecked) {
  bad_one(7, "01 00 05 00", ErrorId::malformed_export_kind, 2);
  bad_one(7, "01 00 20 00", ErrorId::malformed_export_kind, 2);
  bad_one(7, "01 01 ff 00 00", ErrorId::malformed_utf8, 1);
  bad_one(7, "02 01'a'00 00", ErrorId::unexpected_end_of_section, 0);
  DecodeLimits limits;
  limits.exports = 1;
  EXPECT_EQ(bad(module_of({section(7, "02 00 00 00 00 00 00")}), {}, limits).id,
            ErrorId::too_many_items);
}

}  // namespace
}  // namespace zhan::binary::test

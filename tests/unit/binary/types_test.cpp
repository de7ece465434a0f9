// SPDX-License-Identifier: Apache-2.0
// The type section.
#include "unit/binary/hex.hpp"

namespace zhan::binary::test {
namespace {

Module types(std::string_view content) { return same(module_of({section(1, content)})); }

void bad_types(std::string_view content, ErrorId id, u64 offset) {
  expect_bad(module_of({section(1, content)}), id, 10 + offset);
}

TEST(Types, Functions) {
  const Module m = types("02 60 02 7f 7b 01 7e 60 00 02 70 6f");
  ASSERT_EQ(m.types.types.size(), 2u);
  const SubType& first = m.types.types[0];
  EXPECT_EQ(first.kind, CompositeKind::func);
  EXPECT_TRUE(first.final);
  EXPECT_FALSE(first.explicit_sub);
  EXPECT_EQ(to_string(m.types.params(first)), "[i32 v128]");
  EXPECT_EQ(to_string(m.types.results(first)), "[i64]");
  EXPECT_EQ(to_string(m.types.results(m.types.types[1])), "[funcref externref]");
  ASSERT_EQ(m.types.groups.size(), 2u);
  EXPECT_EQ(m.types.groups[1].first, 1u);
  EXPECT_FALSE(m.types.groups[1].explicit_rec);
}

TEST(Types, StructsAndArrays) {
  const Module m = types("02 5f 03 7f 00 78 01 63 00 01 5e 77 01");
  const auto fields = m.types.fields_of(m.types.types[0]);
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[0], (FieldType{type_i32, false}));
  EXPECT_EQ(fields[1], (FieldType{TypeKind::i8, true}));
  EXPECT_EQ(fields[2], (FieldType{ValType::ref(HeapType::defined(0), true), true}));
  EXPECT_EQ(m.types.types[1].kind, CompositeKind::array);
  EXPECT_EQ(m.types.fields_of(m.types.types[1])[0], (FieldType{TypeKind::i16, true}));
}

TEST(Types, RecursionGroupsAndSubtypes) {
  const Module m = types("03 4e 02 50 00 5f 00 50 01 00 5f 01 7f 00 4e 00 4f 01 00 5f 00");
  ASSERT_EQ(m.types.groups.size(), 3u);
  EXPECT_TRUE(m.types.groups[0].explicit_rec);
  EXPECT_EQ(m.types.groups[0].count, 2u);
  EXPECT_EQ(m.types.groups[1].count, 0u);
  EXPECT_FALSE(m.types.groups[2].explicit_rec);
  EXPECT_FALSE(m.types.types[0].final);
  EXPECT_TRUE(m.types.types[0].explicit_sub);
  EXPECT_EQ(m.types.types[0].supertype, no_index);
  EXPECT_EQ(m.types.types[1].supertype, 0u);
  EXPECT_TRUE(m.types.types[2].final);
}

TEST(Types, FinalSubWithoutSupertypeKeepsItsForm) {
  EXPECT_TRUE(types("01 4f 00 60 00 00").types.types[0].explicit_sub);
}

TEST(Types, Descriptors) {
  const Module m = types("01 4e 03 4d 01 5f 00 4c 00 4d 02 5f 00 4c 01 5f 00");
  EXPECT_EQ(m.types.types[0].descriptor, 1u);
  EXPECT_EQ(m.types.types[0].describes, no_index);
  EXPECT_EQ(m.types.types[1].describes, 0u);
  EXPECT_EQ(m.types.types[1].descriptor, 2u);
  EXPECT_EQ(m.types.types[2].descriptor, no_index);
}

TEST(Types, DescriptorClausesHaveAnOrder) {
  bad_types("01 4e 02 4d 01 4d 01 5f 00 4c 00 5f 00", ErrorId::malformed_definition_type, 5);
  bad_types("01 4e 02 4d 01 5f 00 4c 00 4c 00 5f 00", ErrorId::malformed_definition_type, 9);
  bad_types("01 4d 02 4c 00 5f 00", ErrorId::malformed_definition_type, 3);
}

TEST(Types, ExactReferences) {
  const Module m = types("01 5f 02 64 62 00 00 63 62 c0 00 00");
  const auto fields = m.types.fields_of(m.types.types[0]);
  EXPECT_EQ(fields[0].type, ValType::ref(HeapType::defined(0), false, true));
  EXPECT_EQ(fields[1].type, ValType::ref(HeapType::defined(64), true, true));
  bad_types("01 5f 01 62 00 00", ErrorId::malformed_storage_type, 3);
  bad_types("01 5f 01 64 62 62 00 00", ErrorId::malformed_storage_type, 3);
}

TEST(Types, Continuations) {
  const Module m = types("02 60 00 00 5d 00");
  EXPECT_EQ(m.types.types[1].kind, CompositeKind::cont);
  EXPECT_EQ(m.types.types[1].element, 0u);
  bad_types("02 60 00 00 5d 70", ErrorId::malformed_heap_type, 5);
}

TEST(Types, FormsAreChecked) {
  bad_types("01 40 00", ErrorId::malformed_definition_type, 1);
  bad_types("01 e0 7f 00 00", ErrorId::integer_representation_too_long, 1);
  bad_types("01 4e 01 4e 01 60 00 00", ErrorId::malformed_definition_type, 3);
  bad_types("01 50 00 50 00 60 00 00", ErrorId::malformed_definition_type, 3);
  bad_types("01 60 01 40 00", ErrorId::malformed_value_type, 3);
  bad_types("01 60 01 78 00", ErrorId::malformed_value_type, 3);
  bad_types("01 60 01 64 40 00", ErrorId::malformed_heap_type, 4);
  bad_types("01 5e 78 02", ErrorId::malformed_mutability, 3);
  bad_types("01 5f 01 41 00", ErrorId::malformed_storage_type, 3);
  bad_types("01 50 02 00 00 5f 00", ErrorId::too_many_supertypes, 2);
}

// Such numbers are unknown types, not "none" and not abstract ones.
TEST(Types, LargestNumbersKeepTheirMeaning) {
  const Module m =
      good(module_of({section(1,
                              "02 50 01 ff ff ff ff 0f 4c ff ff ff ff 0f 4d ff ff ff ff 0f 5f 00"
                              " 60 01 63 f0 fe ff ff 0f 01 63 ff ff ff ff 0f")}));
  const SubType& first = m.types.types[0];
  EXPECT_NE(first.supertype, no_index);
  EXPECT_NE(first.describes, no_index);
  EXPECT_NE(first.descriptor, no_index);
  for (const ValType type : m.types.values) EXPECT_TRUE(type.heap.is_defined()) << to_string(type);
}

TEST(Types, CountsAreBounded) {
  bad_types("01 60 ff ff ff ff 0f 00", ErrorId::unexpected_end_of_section, 2);
  bad_types("01 60 00 ff 07 7f", ErrorId::unexpected_end_of_section, 3);
  bad_types("01 5f ff ff 03 7f 00", ErrorId::unexpected_end_of_section, 2);
  bad_types("01 4e ff ff ff ff 0f 60 00 00", ErrorId::unexpected_end_of_section, 2);
  bad_types("02 60 00 00", ErrorId::unexpected_end_of_section, 0);
}

Bytes func_of(u32 params, u32 results) {
  ByteWriter w;
  w.byte(1);
  w.byte(0x60);
  for (const u32 n : {params, results}) {
    w.u32_leb(n);
    for (u32 i = 0; i < n; ++i) w.value_type(type_i32);
  }
  ByteWriter s;
  s.byte(1);
  s.sized(w.view());
  return module_of({s.take()});
}

TEST(Types, ListsAreLimited) {
  same(func_of(1000, 1000));
  expect_bad(func_of(1001, 0), ErrorId::too_many_items, 13);
  expect_bad(func_of(0, 1001), ErrorId::too_many_items, 14);
  DecodeLimits limits;
  limits.fields = 1;
  EXPECT_EQ(bad(module_of({section(1, "01 5f 02 7f 00 7f 00")}), {}, limits).id,
            ErrorId::too_many_items);
  limits.types = 1;
  EXPECT_EQ(bad(module_of({section(1, "02 60 00 00 60 00 00")}), {}, limits).id,
            ErrorId::too_many_items);
  // A group counts as its types.
  EXPECT_EQ(bad(module_of({section(1, "01 4e 02 60 00 00 60 00 00")}), {}, limits).id,
            ErrorId::too_many_items);
}

void needs(std::string_view content, Feature feature) {
  const Bytes input = module_of({section(1, content)});
  EXPECT_TRUE(try_decode(input, all_features()));
  const ErrorInfo info = bad(input, without(feature));
  EXPECT_EQ(info.id, ErrorId::unsupported_feature);
  EXPECT_EQ(info.kind, ErrorKind::unsupported);
  const std::string name(feature_table[static_cast<usize>(feature)].name);
  EXPECT_EQ(info.message.find("feature not enabled: " + name + ": in type 0"), 0u) << info.message;
}

TEST(Types, FeaturesCanBeOff) {
  needs("01 4e 01 60 00 00", Feature::gc);
  needs("01 50 00 60 00 00", Feature::gc);
  needs("01 5f 00", Feature::gc);
  needs("01 5e 7f 00", Feature::gc);
  needs("01 60 01 6e 00", Feature::gc);
  needs("01 4e 02 4d 01 5f 00 4c 00 5f 00", Feature::custom_descriptors);
  needs("01 5d 00", Feature::stack_switching);
  needs("01 60 01 68 00", Feature::stack_switching);
  needs("01 60 00 02 7f 7f", Feature::multi_value);
  needs("01 60 01 7b 00", Feature::simd);
  needs("01 60 01 6f 00", Feature::reference_types);
  needs("01 60 01 69 00", Feature::exceptions);
  needs("01 60 01 63 00 00", Feature::function_references);
  needs("01 60 01 64 70 00", Feature::function_references);
}

TEST(Types, TheMinimumNeedsNoFeature) {
  EXPECT_TRUE(try_decode(module_of({section(1, "01 60 02 7f 7e 01 7c")}), Features::none()));
}

}  // namespace
}  // namespace zhan::binary::test

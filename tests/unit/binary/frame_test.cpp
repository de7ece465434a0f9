// SPDX-License-Identifier: Apache-2.0
// Header, order and sizes of sections, custom sections, counts that must agree.
#include "unit/binary/hex.hpp"

namespace zhan::binary::test {
namespace {

TEST(Frame, EmptyModule) {
  const Module m = same(header());
  EXPECT_TRUE(m.types.types.empty());
  EXPECT_TRUE(m.customs.empty());
  EXPECT_FALSE(m.start || m.data_count);
}

TEST(Frame, ModuleKeepsItsOwner) {
  auto owner = std::make_shared<const Bytes>(header());
  const std::weak_ptr<const Bytes> watch = owner;
  const std::span<const u8> view(*owner);
  auto result = decode(view, std::move(owner), {});
  ASSERT_TRUE(result);
  EXPECT_FALSE(watch.expired());
  *result = Module();
  EXPECT_TRUE(watch.expired());
}

TEST(Frame, HeaderIsChecked) {
  expect_bad({}, ErrorId::unexpected_end, 0);
  expect_bad(bytes("01"), ErrorId::unexpected_end, 1);
  expect_bad(bytes("00 'as'"), ErrorId::unexpected_end, 3);
  expect_bad(bytes("'asm' 00"), ErrorId::magic_header_not_detected, 0);
  expect_bad(bytes("00 'asn' 01 00 00 00"), ErrorId::magic_header_not_detected, 0);
  expect_bad(bytes("00 'asm' 01 00 00"), ErrorId::unexpected_end, 7);
  expect_bad(bytes("00 'asm' 02 00 00 00"), ErrorId::unknown_binary_version, 4);
  expect_bad(bytes("00 'asm' 01 00 00 01"), ErrorId::unknown_binary_version, 4);
}

TEST(Frame, ComponentsAreNamed) {
  const ErrorInfo info = bad(bytes("00 'asm' 0d 00 01 00"));
  EXPECT_EQ(info.message, "unknown binary version: this is a component, not a module");
}

TEST(Frame, IsBinaryAsksForTheMagic) {
  EXPECT_TRUE(is_binary(header()));
  EXPECT_FALSE(is_binary(bytes("'(module)'")));
  EXPECT_FALSE(is_binary(bytes("00 'as'")));
}

TEST(Frame, UnknownSectionsAreRefused) {
  for (const char* id : {"0e", "7f", "80 01", "ff 01"})
    expect_bad(header() + bytes(id) + bytes("01 00"), ErrorId::malformed_section_id, 8);
}

TEST(Frame, SectionSizesAreHeldAgainstTheFile) {
  expect_bad(header() + bytes("01"), ErrorId::unexpected_end, 9);
  expect_bad(header() + bytes("01 80"), ErrorId::unexpected_end, 10);
  expect_bad(header() + bytes("01 02 00"), ErrorId::length_out_of_bounds, 9);
  expect_bad(header() + bytes("01 ff ff ff ff 0f"), ErrorId::length_out_of_bounds, 9);
  expect_bad(header() + bytes("01 83 80 80 80 80 00"), ErrorId::integer_representation_too_long, 9);
  expect_bad(header() + bytes("01 80 80 80 80 10"), ErrorId::integer_too_large, 9);
}

TEST(Frame, SectionSizesMustBeUsedUp) {
  expect_bad(module_of({section(1, "01 60 00 00 60 00 00")}), ErrorId::section_size_mismatch, 14);
  expect_bad(module_of({section(8, "00 00")}), ErrorId::section_size_mismatch, 11);
  expect_bad(module_of({section(1, "")}), ErrorId::unexpected_end_of_section, 10);
}

TEST(Frame, ErrorsNameTheItem) {
  const ErrorInfo info = bad(module_of({section(2, "02 01'a'01'b'0000 01'a'01'c'07")}));
  EXPECT_EQ(info.message, "malformed import kind: in import 1 of the import section");
  EXPECT_EQ(info.offset, 21u);
  EXPECT_EQ(bad(module_of({section(12, "")})).message,
            "unexpected end of section or function: in the data count section");
}

// Sections 1 to 13 with minimal content, in their order.
const char* const contents[][2] = {{"01", "00"}, {"02", "00"}, {"03", "00"}, {"04", "00"},
                                   {"05", "00"}, {"0d", "00"}, {"06", "00"}, {"07", "00"},
                                   {"08", "00"}, {"09", "00"}, {"0c", "00"}, {"0a", "00"},
                                   {"0b", "00"}};

Bytes minimal(usize i) { return section(bytes(contents[i][0])[0], contents[i][1]); }

TEST(Frame, AllSectionsInOrder) {
  Bytes all = header();
  for (usize i = 0; i < std::size(contents); ++i) all = all + minimal(i);
  const Module m = good(all);
  EXPECT_EQ(m.start, 0u);
  EXPECT_EQ(m.data_count, 0u);
  // Only those two have content.
  EXPECT_EQ(encode(m), module_of({section(8, "00"), section(12, "00")}));
}

TEST(Frame, OrderIsChecked) {
  for (usize first = 0; first < std::size(contents); ++first)
    for (usize second = 0; second <= first; ++second)
      expect_bad(module_of({minimal(first), minimal(second)}),
                 ErrorId::unexpected_content_after_last, 11);
  EXPECT_EQ(bad(module_of({minimal(1), minimal(0)})).message,
            "unexpected content after last section: type section after import section");
  EXPECT_EQ(bad(module_of({minimal(1), minimal(1)})).message,
            "unexpected content after last section: second import section");
}

TEST(Frame, CustomSectionsKeepTheirPlace) {
  const Module m =
      same(module_of({section(0, "01'a' 01 02"), section(0, "00"), section(1, "01 60 00 00"),
                      section(0, "02'bc'"), section(13, "01 00 00"), section(0, "01'a' ff"),
                      section(11, "01 01 00"), section(0, "01'd'")}));
  ASSERT_EQ(m.customs.size(), 5u);
  EXPECT_EQ(m.text(m.customs[0].name), "a");
  EXPECT_EQ(m.view(m.customs[0].payload).size(), 2u);
  EXPECT_EQ(m.customs[0].after, SectionId::custom);
  EXPECT_EQ(m.text(m.customs[1].name), "");
  EXPECT_EQ(m.customs[2].after, SectionId::type);
  EXPECT_EQ(m.customs[3].after, SectionId::tag);
  EXPECT_EQ(m.customs[4].after, SectionId::data);
}

TEST(Frame, CustomSectionsNeedAName) {
  // The name reaches behind the section.
  expect_bad(header() + bytes("00 01 03 'abc'"), ErrorId::unexpected_end_of_section, 11);
  expect_bad(module_of({section(0, "")}), ErrorId::unexpected_end_of_section, 10);
  expect_bad(module_of({section(0, "05'abc'")}), ErrorId::length_out_of_bounds, 10);
  expect_bad(module_of({section(0, "01 80")}), ErrorId::malformed_utf8, 10);
}

TEST(Frame, EncodeCanDropCustomSections) {
  const Module m = good(module_of({section(0, "04'name' 00"), section(0, "09'producers'"),
                                   section(1, "01 60 00 00"), section(0, "01'x' 07")}));
  const auto kept = [&](std::function<bool(std::string_view)> keep) {
    return encode(m, {std::move(keep)});
  };
  EXPECT_EQ(kept([](std::string_view) { return false; }), module_of({section(1, "01 60 00 00")}));
  EXPECT_EQ(kept([](std::string_view name) { return name == "x"; }),
            module_of({section(1, "01 60 00 00"), section(0, "01'x' 07")}));
}

TEST(Frame, EncodeShortensNumbers) {
  const Module m = good(header() + bytes("01 84 80 80 80 00 01 60 00 00  00 83 00 81 00 'x'"));
  EXPECT_EQ(encode(m), module_of({section(1, "01 60 00 00"), section(0, "01'x'")}));
}

TEST(Frame, FunctionsAndBodiesMustAgree) {
  const Bytes type = section(1, "01 60 00 00");
  const Bytes two = section(3, "02 00 00");
  expect_bad(module_of({type, two}), ErrorId::inconsistent_function_lengths, 19);
  expect_bad(module_of({type, two, section(10, "01 02 00 0b")}),
             ErrorId::inconsistent_function_lengths, 21);
  expect_bad(module_of({section(10, "01 02 00 0b")}), ErrorId::inconsistent_function_lengths, 10);
  const ErrorInfo info = bad(module_of({type, two, section(10, "01 02 00 0b")}));
  EXPECT_EQ(info.message,
            "function and code section have inconsistent lengths: 2 functions, 1 bodies");
}

TEST(Frame, DataCountMustAgree) {
  expect_bad(module_of({section(12, "01")}), ErrorId::inconsistent_data_lengths, 11);
  expect_bad(module_of({section(12, "03"), section(11, "02 01 00 01 00")}),
             ErrorId::inconsistent_data_lengths, 13);
  expect_bad(module_of({section(12, "01"), section(11, "02 01 00 01 00")}),
             ErrorId::inconsistent_data_lengths, 13);
  same(module_of({section(12, "02"), section(11, "02 01 00 01 00")}));
}

TEST(Frame, ModuleSizeIsLimited) {
  DecodeLimits limits;
  limits.module_size = 10;
  const ErrorInfo info = bad(module_of({section(0, "00")}), {}, limits);
  EXPECT_EQ(info.id, ErrorId::module_too_large);
  EXPECT_EQ(info.kind, ErrorKind::limit);
  EXPECT_TRUE(try_decode(header(), {}, limits));
}

// Whatever the section, a count of 2^32 - 1 ends at once.
TEST(Frame, HugeCountsTakeNoMemory) {
  for (usize i = 0; i < std::size(contents); ++i) {
    const u8 id = bytes(contents[i][0])[0];
    if (id == 8 || id == 12) continue;
    expect_bad(module_of({section(id, "ff ff ff ff 0f 00 00 00")}),
               ErrorId::unexpected_end_of_section, 10);
  }
}

TEST(Frame, EveryCutIsAnErrorOrAModule) {
  const Bytes whole =
      module_of({section(1, "02 60 01 7f 01 7f 60 00 00"), section(2, "01 01'm'01'f'00 00"),
                 section(3, "01 01"), section(4, "01 70 01 01 02"), section(5, "01 01 01 02"),
                 section(13, "01 00 01"), section(6, "01 7f 01 41 2a 0b"),
                 section(7, "01 01'e' 00 01"), section(8, "01"), section(9, "01 00 41 00 0b 01 01"),
                 section(12, "01"), section(10, "01 04 01 02 7f 0b"),
                 section(11, "01 00 41 00 0b 02'hi'"), section(0, "04'name' 00 02 01'm'")});
  same(whole);
  for (usize size = 0; size < whole.size(); ++size) {
    const auto result =
        try_decode(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    if (result) continue;  // a cut between sections may be a module
    EXPECT_EQ(result.error().kind(), ErrorKind::malformed) << size;
    EXPECT_LE(result.error().info().offset, size);
  }
}

}  // namespace
}  // namespace zhan::binary::test

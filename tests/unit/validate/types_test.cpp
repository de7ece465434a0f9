// SPDX-License-Identifier: Apache-2.0
// The type section: numbers, finality, structural matching, depth, descriptors.
#include "unit/validate/check.hpp"

namespace zhan::validate {
namespace {

constexpr u8 sub_open = 0x50, sub_final = 0x4f, structure = 0x5f, array = 0x5e, function = 0x60,
             rec = 0x4e;

ModuleBuilder types(std::initializer_list<Bytes> list) {
  ModuleBuilder m;
  for (const Bytes& type : list) m.raw_type(type);
  return m;
}

TEST(Types, NumbersAreInRange) {
  accept(types({{function, 0, 0}, {function, 1, 0x64, 0, 0}}));
  accept(types({{structure, 1, 0x63, 0, 0}}));  // itself
  reject(types({{structure, 1, 0x63, 1, 0}, {function, 0, 0}}), "unknown type 1");
  reject(types({{function, 1, 0x64, 5, 0}}), "unknown type 5");
  reject(types({{array, 0x64, 5, 0}}), "unknown type 5");
  ModuleBuilder group;  // forward inside a group
  group.raw_type({rec, 2, structure, 1, 0x63, 1, 0, structure, 1, 0x63, 0, 0}, 2);
  accept(group);
}

TEST(Types, SupertypesAreEarlierAndOpen) {
  accept(types({{sub_open, 0, structure, 0}, {sub_open, 1, 0, structure, 0}}));
  accept(types({{sub_open, 0, structure, 0}, {sub_final, 1, 0, structure, 0}}));
  reject(types({{structure, 0}, {sub_open, 1, 0, structure, 0}}),
         "sub type 1 does not match super type 0");
  reject(types({{sub_final, 0, structure, 0}, {sub_open, 1, 0, structure, 0}}), "sub type 1");
  reject(types({{sub_open, 1, 0, structure, 0}}), "unknown type 0");
  reject(types({{sub_open, 1, 9, structure, 0}}), "unknown type 9");
}

TEST(Types, StructuralMatching) {
  struct Case {
    Bytes super, sub;
    bool matches;
  };
  const Case cases[] = {{{structure, 0}, {structure, 1, 0x7f, 0}, true},
                        {{structure, 1, 0x7f, 0}, {structure, 1, 0x7f, 0}, true},
                        {{structure, 1, 0x7f, 0}, {structure, 0}, false},
                        {{structure, 1, 0x7f, 0}, {structure, 1, 0x7e, 0}, false},
                        {{structure, 1, 0x7f, 0}, {structure, 1, 0x7f, 1}, false},
                        {{structure, 1, 0x7f, 1}, {structure, 1, 0x7f, 0}, false},
                        {{structure, 1, 0x6e, 0}, {structure, 1, 0x6d, 0}, true},
                        {{structure, 1, 0x6e, 1}, {structure, 1, 0x6d, 1}, false},
                        {{structure, 1, 0x6d, 0}, {structure, 1, 0x6e, 0}, false},
                        {{structure, 1, 0x78, 0}, {structure, 1, 0x77, 0}, false},
                        {{array, 0x6e, 0}, {array, 0x64, 0x6d, 0}, true},
                        {{array, 0x6e, 1}, {array, 0x6e, 1}, true},
                        {{array, 0x6e, 1}, {array, 0x6d, 1}, false},
                        {{array, 0x7f, 0}, {structure, 1, 0x7f, 0}, false},
                        {{function, 1, 0x6d, 1, 0x6e}, {function, 1, 0x6e, 1, 0x6d}, true},
                        {{function, 1, 0x6e, 0}, {function, 1, 0x6d, 0}, false},
                        {{function, 0, 1, 0x6d}, {function, 0, 1, 0x6e}, false},
                        {{function, 0, 0}, {function, 1, 0x7f, 0}, false},
                        {{function, 0, 0}, {structure, 0}, false}};
  for (const Case& c : cases) {
    const ModuleBuilder m =
        types({join({{sub_open, 0}, c.super}), join({{sub_open, 1, 0}, c.sub})});
    if (c.matches)
      accept(m);
    else
      reject(m, "sub type 1 does not match super type 0");
  }
}

TEST(Types, DepthIsLimited) {
  ModuleBuilder m;
  m.raw_type({sub_open, 0, structure, 0});
  for (u8 i = 0; i < 63; ++i) m.raw_type({sub_open, 1, i, structure, 0});
  accept(m);
  m.raw_type({sub_open, 1, 63, structure, 0});
  reject(m, "subtype chain too deep");
}

TEST(Types, Descriptors) {
  const auto group = [](Bytes a, Bytes b) {
    ModuleBuilder m;
    m.raw_type(join({{rec, 2}, a, b}), 2);
    return m;
  };
  const u8 descriptor = 0x4d, describes = 0x4c;
  accept(group({descriptor, 1, structure, 0}, {describes, 0, structure, 0}));
  reject(types({{descriptor, 1, structure, 0}}), "descriptor type is outside rec group");
  reject(types({{describes, 1, structure, 0}}), "described type is outside rec group");
  reject(group({descriptor, 1, structure, 0}, {structure, 0}),
         "type is not described by its descriptor");
  reject(group({structure, 0}, {describes, 0, structure, 0}),
         "described type is not described by descriptor");
  reject(group({describes, 1, structure, 0}, {descriptor, 0, structure, 0}),
         "forward use of described type");
  reject(group({descriptor, 1, function, 0, 0}, {describes, 0, structure, 0}),
         "descriptor type must be a struct");
  reject(group({descriptor, 1, structure, 0}, {describes, 0, array, 0x7f, 0}),
         "described type must be a struct");
}

TEST(Types, DescriptorsOfSubtypes) {
  const u8 descriptor = 0x4d, describes = 0x4c;
  const Bytes base = {sub_open, 0, descriptor, 1, structure, 0,
                      sub_open, 0, describes,  0, structure, 0};
  const auto with = [&](Bytes more, u8 count) {
    ModuleBuilder m;
    m.raw_type(join({{rec, static_cast<u8>(2 + count)}, base, more}), 2u + count);
    return m;
  };
  accept(with(
      {sub_open, 1, 0, descriptor, 3, structure, 0, sub_open, 1, 1, describes, 2, structure, 0},
      2));
  reject(with({sub_open, 1, 0, structure, 0}, 1), "sub type 2 does not match super type 0");
  reject(with({sub_open, 1, 1, structure, 0}, 1), "sub type 2 does not match super type 1");
  reject(
      with({sub_open, 1, 0, descriptor, 3, structure, 0, sub_open, 0, describes, 2, structure, 0},
           2),
      "descriptor type 3 does not match");
  reject(
      with({sub_open, 0, descriptor, 3, structure, 0, sub_open, 1, 1, describes, 2, structure, 0},
           2),
      "described type 2 does not match");
}

TEST(Types, EqualGroupsAreOneType) {
  ModuleBuilder m;
  m.raw_type({rec, 2, structure, 1, 0x63, 1, 0, function, 0, 0}, 2);
  m.raw_type({rec, 2, structure, 1, 0x63, 3, 0, function, 0, 0}, 2);
  m.raw_type({function, 0, 0});
  m.func("refnull:0 -> refnull:2", "local.get 0");
  accept(m);
  m.func("refnull:1 -> refnull:4", "local.get 0");  // alone it is another type
  reject(m, "type mismatch");
}

TEST(Types, ListsAreLimited) {
  const auto many = [](usize n) { return join({leb(n), Bytes(n, 0x7f)}); };
  accept(types({join({{function}, many(1000), many(1000)})}));
  EXPECT_NE(verdict(types({join({{function}, many(1001), {0}})})), "");
  EXPECT_NE(verdict(types({join({{function, 0}, many(1001)})})), "");
}

}  // namespace
}  // namespace zhan::validate

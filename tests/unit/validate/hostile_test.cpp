// SPDX-License-Identifier: Apache-2.0
// Bodies made to cost time, memory or native stack (CONTRACTS C13), and what BodyInfo says.
#include <chrono>

#include "unit/validate/check.hpp"

namespace zhan::validate {
namespace {

using Clock = std::chrono::steady_clock;

/// Validates within a time that no quadratic algorithm keeps, in a debug build with sanitizers too.
void quickly(const ModuleBuilder& m, std::string_view text = "") {
  const auto start = Clock::now();
  const std::string message = verdict(m);
  EXPECT_TRUE(message.starts_with(text)) << message;
  EXPECT_EQ(message.empty(), text.empty()) << message;
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(20));
}

Bytes repeat(usize n, const Bytes& bytes) {
  Bytes all;
  all.reserve(n * bytes.size());
  for (usize i = 0; i < n; ++i) all.insert(all.end(), bytes.begin(), bytes.end());
  return all;
}

ModuleBuilder body(std::string_view signature, std::initializer_list<Bytes> parts) {
  ModuleBuilder m;
  m.raw_func(m.type(signature), join({join(parts), {0x0b}}));
  return m;
}

constexpr u8 block = 0x02, loop = 0x03, if_ = 0x04, end = 0x0b, empty = 0x40, drop = 0x1a;

TEST(Hostile, DeepNesting) {
  for (const u8 kind : {block, loop, u8{0x06}, u8{0x1f}}) {
    const Bytes open = kind == 0x1f ? Bytes{kind, empty, 0} : Bytes{kind, empty};
    quickly(body("->", {repeat(100'000, open), repeat(100'000, {end})}));
    quickly(body("->", {repeat(100'000, open)}), "unexpected end");
  }
  quickly(body("->", {repeat(100'000, {0x41, 0, if_, empty}), repeat(100'000, {end})}));
}

TEST(Hostile, DeepNestingWithLocalsSetInside) {
  ModuleBuilder m;
  const u32 type = m.type("ref:any ->");
  const Bytes set = {0x20, 0, 0x21, 1};  // local.get 0, local.set 1
  m.raw_func(type,
             join({repeat(50'000, {block, empty}),
                   set,
                   repeat(50'000, {end}),
                   repeat(50'000, join({{block, empty}, set, {end}})),
                   {end}}),
             {1, 1, 0x64, 0x6e});
  quickly(m);
}

TEST(Hostile, HugeBranchTables) {
  const Bytes targets = join({{0x41, 0, 0x0e}, leb(1'000'000), repeat(1'000'001, {0}), {0}});
  quickly(body("->", {join({{0x41, 0, 0x0e}, leb(1'000'000), Bytes(1'000'001, 0)})}));
  quickly(body("->", {{0x41, 0, 0x0e}, leb(0xffff'ffff), {0}}), "length out of bounds");
}

TEST(Hostile, BranchTableOverWideLabels) {
  // 1,000 nested blocks of 1,000 results each, 200 tables of all of them: each type checked once.
  ModuleBuilder m;
  std::string results = "->";
  for (int i = 0; i < 1000; ++i) results += " i32";
  const u32 wide = m.type(results);
  Bytes code = repeat(1000, {block, static_cast<u8>(wide)});
  Bytes targets = join({{0x0e}, leb(1000)});
  for (u32 depth = 0; depth <= 1000; ++depth) {
    const Bytes label = leb(depth % 1000);
    targets.insert(targets.end(), label.begin(), label.end());
  }
  code = join({code, {0x00}, repeat(200, targets)});
  // Each block leaves its thousand results, which unreachable gives at every level.
  code = join({code, repeat(1000, {end, 0x00}), {end}});
  m.raw_func(m.type("->"), std::move(code));
  quickly(m);
}

TEST(Hostile, OperandStackIsLimited) {
  ModuleBuilder m;
  std::string results = "->";
  for (int i = 0; i < 1000; ++i) results += " i64";
  m.raw_func(m.type(results), {0x00, end});
  const u32 type = m.type("->");
  m.raw_func(type, join({repeat(262, {0x10, 0}), {0x00, end}}));
  quickly(m);
  m.raw_func(type, join({repeat(1'000'000, {0x10, 0}), {0x00, end}}));
  quickly(m, "operand stack too high");
  quickly(body("->", {repeat(262'144, {0x41, 0}), {0x00}}));
  quickly(body("->", {repeat(262'145, {0x41, 0}), {0x00}}), "operand stack too high");
  const Bytes vector = join({{0xfd, 0x0c}, Bytes(16, 0)});
  quickly(body("->", {repeat(131'072, vector), {0x00}}));
  quickly(body("->", {repeat(131'073, vector), {0x00}}), "operand stack too high");
}

TEST(Hostile, LongUnreachableCode) {
  quickly(body("->", {{0x00}, repeat(500'000, {0x41, 0, drop})}));
  quickly(body("->", {{0x00}, repeat(500'000, {0x6a, drop})}));
  quickly(body("->", {{0x00}, repeat(200'000, {block, empty, 0x00, end, 0x00})}));
}

TEST(Hostile, WideStructsInUnreachableCode) {
  ModuleBuilder m;
  m.raw_type(join({{0x5f}, leb(10'000), repeat(10'000, {0x7f, 0})}));
  m.raw_func(m.type("->"), join({{0x00}, repeat(100'000, {0xfb, 0, 0, drop}), {end}}));
  quickly(m);
}

TEST(Hostile, LocalsInManyFunctions) {
  ModuleBuilder m;
  const u32 type = m.type("->");
  const Bytes locals = join({{1}, leb(100'000), {0x7e}});
  for (int i = 0; i < 20'000; ++i) m.raw_func(type, {end}, locals);
  quickly(m);
  ModuleBuilder wrap;
  wrap.raw_func(wrap.type("->"), {end},
                join({{2}, leb(0xffff'ffff), {0x7f}, leb(0xffff'ffff), {0x7f}}));
  EXPECT_NE(verdict(wrap), "");
}

TEST(Hostile, ManyExportsOfLongNames) {
  ModuleBuilder m;
  m.func("->", "nop");
  for (int i = 0; i < 2000; ++i) m.export_(std::string(1000, 'a') + std::to_string(i), 0, 0);
  quickly(m);
}

TEST(Hostile, TruncatedAnywhere) {
  ModuleBuilder m = world();
  m.func("-> i32", "i32.const 1 block 1 if void loop void br 1 end end i32.const 2 end");
  const Bytes whole = m.build();
  for (usize size = 0; size < whole.size(); ++size) {
    const Result<void> result =
        check(Bytes(whole.begin(), whole.begin() + static_cast<long>(size)));
    ASSERT_FALSE(result.has_value() && size > 8 && size < 20);
    if (result) continue;
    EXPECT_LE(result.error().info().offset, whole.size());
  }
}

TEST(Hostile, EveryByteChanged) {
  ModuleBuilder m = world();
  m.func("-> i32 i64", "i32.const 1 i64.const 2 i32.const 0 br_table 1 0 0", "i32 ref:1 f32");
  m.func("ref:3 -> ref:3", "block void try_table void 2 catch_all 0 catch 0 0 end end local.get 0");
  const Bytes whole = m.build();
  usize accepted = 0;
  for (usize i = 8; i < whole.size(); ++i) {
    for (const int flip : {1, 0x40, 0x80, 0xff}) {
      Bytes changed = whole;
      changed[i] = static_cast<u8>(changed[i] ^ flip);
      accepted += check(changed).has_value();
    }
  }
  EXPECT_GT(accepted, 0u);
}

BodyInfo info_of(std::string_view code, std::string_view locals = "") {
  ModuleBuilder m = world();
  m.func("->", code, locals);
  const Bytes bytes = m.build();
  auto module = binary::decode(bytes, nullptr, {});
  EXPECT_TRUE(module.has_value());
  TypeInterner types(1 << 16);
  BodyInfo info;
  EXPECT_TRUE(validate_module_fields(*module, types, {}).has_value());
  EXPECT_TRUE(validate_body(*module, types, {}, 0, info).has_value());
  return info;
}

TEST(Info, HeightInSlots) {
  EXPECT_EQ(info_of("nop").max_height_slots, 0u);
  EXPECT_EQ(info_of("i32.const 0 drop").max_height_slots, 1u);
  EXPECT_EQ(info_of("v128.const 0 drop").max_height_slots, 2u);
  EXPECT_EQ(info_of("v128.const 0 i32.const 0 v128.const 0 drop drop drop").max_height_slots, 5u);
  EXPECT_EQ(info_of("v128.const 0 v128.const 0 i8x16.add i32.const 0 drop drop").max_height_slots,
            4u);
  EXPECT_EQ(info_of("i32.const 0 block 1 i32.const 1 i32.add end drop").max_height_slots, 2u);
  EXPECT_EQ(info_of("block void v128.const 0 br 0 end i32.const 0 drop").max_height_slots, 2u);
  EXPECT_EQ(
      info_of("v128.const 0 block void unreachable end i32.const 0 drop drop").max_height_slots,
      3u);
}

TEST(Info, DepthAndParts) {
  EXPECT_EQ(info_of("nop").max_depth, 1u);
  EXPECT_EQ(info_of("block void loop void end end block void end").max_depth, 3u);
  EXPECT_EQ(info_of("nop").parts, 0);
  EXPECT_EQ(info_of("struct.new_default 3 drop").parts, part_gc);
  EXPECT_EQ(info_of("throw 0").parts, part_exceptions);
  EXPECT_EQ(info_of("atomic.fence 0").parts, part_atomics);
  EXPECT_EQ(info_of("v128.const 0 drop loop void end i32.const 0 call 0 drop").parts,
            part_vectors | part_loops | part_calls);
}

TEST(Info, ValidatorsAreReusable) {
  ModuleBuilder m = world();
  m.func("->", "i32.const 0 i64.const 0 drop drop");
  m.func("->", "i32.add drop");
  m.func("->", "i32.const 0 drop");
  const Bytes bytes = m.build();
  auto module = binary::decode(bytes, nullptr, {});
  ASSERT_TRUE(module.has_value());
  TypeInterner types(1 << 16);
  ASSERT_TRUE(validate_module_fields(*module, types, {}).has_value());
  BodyValidator bodies(*module, types, {});
  BodyInfo info;
  EXPECT_TRUE(bodies.validate(0, info).has_value());
  EXPECT_EQ(info.max_height_slots, 2u);
  EXPECT_FALSE(bodies.validate(1, info).has_value());
  EXPECT_TRUE(bodies.validate(2, info).has_value());
  EXPECT_EQ(info.max_height_slots, 1u);
}

}  // namespace
}  // namespace zhan::validate

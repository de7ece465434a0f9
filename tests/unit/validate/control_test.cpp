// SPDX-License-Identifier: Apache-2.0
// Blocks, branches, unreachable code.
#include "unit/validate/check.hpp"

namespace zhan::validate {
namespace {

TEST(Control, Blocks) {
  const Accepted good[] = {{"->", "block void end"},
                           {"-> i32", "block i32 i32.const 1 end"},
                           {"-> i32 i64", "block 2 i32.const 1 i64.const 1 end"},
                           {"-> i32", "i32.const 1 block 1 end"},
                           {"-> i32", "i32.const 1 loop 1 end"},
                           {"->", "loop void br 0 end"},
                           {"-> i32", "loop i32 i32.const 0 end"},
                           {"->", "i32.const 0 if void end"},
                           {"-> i32", "i32.const 0 if i32 i32.const 1 else i32.const 2 end"},
                           {"-> i32", "i32.const 5 i32.const 0 if 1 end"},
                           {"-> i32", "i32.const 5 i32.const 0 if 1 drop i32.const 1 else end"},
                           {"-> externref", "block anyref ref.null none end extern.convert_any"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "block i32 i32.const 1 end", "type mismatch: block requires [] but stack has [i32]"},
      {"->", "block void i32.const 1 end", "type mismatch: block requires [] but stack has [i32]"},
      {"-> i32", "block i32 end", "type mismatch: instruction requires [i32] but stack has []"},
      {"-> i32", "block i32 i64.const 0 end",
       "type mismatch: instruction requires [i32] but stack has [i64]"},
      {"->", "block 1 end drop", "type mismatch"},
      {"->", "block 16 end", "unknown type 16"},
      {"->", "block 3 end", "non-function type 3"},
      {"->", "block ref:16 unreachable end drop", "unknown type 16"},
      {"-> i32", "i32.const 0 if i32 i32.const 1 end", "type mismatch"},
      {"-> i32", "i32.const 0 if i32 i32.const 1 else end", "type mismatch"},
      {"-> i32", "i32.const 0 if i32 i64.const 1 else i32.const 1 end", "type mismatch"},
      {"->", "i64.const 0 if void end", "type mismatch"},
      {"->", "if void end", "type mismatch"},
      {"-> i32", "i32.const 1 block void drop end i32.const 1", "type mismatch"},
      {"->", "else", "END opcode expected"},
      {"->", "block void else end", "END opcode expected"},
      {"->", "i32.const 0 if void else else end", "END opcode expected"}};
  reject_all(bad);
}

TEST(Control, Branches) {
  const Accepted good[] = {{"->", "br 0"},
                           {"-> i32", "i32.const 1 br 0"},
                           {"-> i32", "block i32 i32.const 1 br 0 end"},
                           {"-> i32", "block i32 i32.const 1 i32.const 1 br_if 0 end"},
                           {"->", "loop void i32.const 1 br_if 0 end"},
                           {"->", "i32.const 1 loop 1 i32.const 1 br_if 0 end drop"},
                           {"->", "i32.const 0 br_table 0 0"},
                           {"->", "block void block void i32.const 0 br_table 3 0 1 2 1 end end"},
                           {"-> i32", "i32.const 7 i32.const 0 br_table 2 0 0 0"},
                           {"-> i32", "i32.const 1 return"},
                           {"-> i32", "i64.const 1 i32.const 1 return"},
                           {"-> i32 i64", "i32.const 1 i64.const 1 i32.const 1 br_if 0"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "br 1", "unknown label 1"},
      {"->", "block void br 2 end", "unknown label 2"},
      {"->", "i32.const 0 br_if 4294967295", "unknown label"},
      {"->", "i32.const 0 br_table 1 5 0", "unknown label 5"},
      {"->", "i32.const 0 br_table 0 5", "unknown label 5"},
      {"-> i32", "br 0", "type mismatch"},
      {"-> i32", "i64.const 0 br 0", "type mismatch"},
      {"->", "br_if 0", "type mismatch"},
      {"->", "i64.const 0 br_if 0", "type mismatch"},
      {"-> i32", "block void i32.const 0 br_table 1 0 1 end i32.const 0", "type mismatch"},
      {"-> i32", "i64.const 1 i32.const 0 br_table 0 0", "type mismatch"},
      {"-> i32", "return", "type mismatch"},
      {"-> i32", "f32.const 0 return", "type mismatch"},
      {"-> i64", "i32.const 1 i32.const 1 br_if 0", "type mismatch"}};
  reject_all(bad);
}

TEST(Control, BranchGivesTheTypesOfTheLabel) {
  accept_code("-> anyref", "block anyref ref.null none i32.const 1 br_if 0 end");
  reject_code("->", "block anyref ref.null none i32.const 1 br_if 0 ref.eq drop end drop",
              "type mismatch");
  reject_code("->",
              "block anyref ref.null none ref.null none i32.const 1 br_if 0 ref.eq drop "
              "ref.null none end drop",
              "type mismatch");
}

TEST(Control, BranchTableChecksEveryTypeOnce) {
  // The same label again and again, then one of another type at the end.
  std::string labels = "i32.const 0 br_table 1001";
  for (int i = 0; i < 1000; ++i) labels += " 0";
  reject_code("-> i32", "block void " + labels + " 1 0 end i32.const 1", "type mismatch");
  accept_code("->", "block void " + labels + " 1 0 end");
  reject_code("-> i32", "i32.const 3 block 1 block f32 " + labels + " 1 0 end drop end",
              "type mismatch");
}

TEST(Control, UnreachableIsPolymorphic) {
  const Accepted good[] = {{"-> i32", "unreachable"},
                           {"-> i32 i64 f32", "unreachable"},
                           {"-> i32", "unreachable i32.add"},
                           {"-> i64", "unreachable i32.const 1 drop i64.extend_i32_s"},
                           {"-> i32", "unreachable select"},
                           {"-> f32", "unreachable f32.const 0 i32.const 0 select"},
                           {"->", "br 0 drop i32.const 1 drop"},
                           {"-> i32", "unreachable ref.is_null"},
                           {"->", "unreachable i32.const 1 br_table 1 0 0"},
                           {"-> i32", "block i32 i32.const 1 br 1 end"},
                           {"-> i32 i32", "unreachable i32.const 1"},
                           {"-> v128", "unreachable i8x16.add"},
                           {"-> funcref", "unreachable ref.as_non_null"},
                           {"->", "unreachable call_ref 0"},
                           {"->", "unreachable br_on_null 0 drop"},
                           {"->", "block void unreachable end"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "unreachable i32.const 0 i64.add drop", "type mismatch"},
      {"->", "unreachable i32.const 0", "type mismatch: block requires [] but stack has [i32]"},
      {"-> i32", "unreachable i64.const 0", "type mismatch"},
      {"->", "unreachable f32.const 0 f64.const 0 i32.const 0 select drop", "type mismatch"},
      {"->", "block void unreachable end i32.add drop", "type mismatch"},
      {"->", "unreachable br 9", "unknown label 9"},
      {"->", "unreachable local.get 0 drop", "unknown local 0"},
      {"->", "unreachable br_on_null 0 i32.add drop", "type mismatch"},
      {"->", "unreachable ref.as_non_null i32.eqz drop", "type mismatch"},
      {"-> i32", "br 0 drop i32.const 1 drop", "type mismatch"}};
  reject_all(bad);
}

TEST(Control, DropAndSelect) {
  const Accepted good[] = {
      {"->", "i32.const 0 drop"},
      {"-> i64", "i64.const 0 i64.const 0 i32.const 0 select"},
      {"-> v128", "v128.const 0 v128.const 0 i32.const 0 select"},
      {"-> funcref", "ref.null func ref.null func i32.const 0 select_t 1 funcref"},
      {"-> i32", "i32.const 0 i32.const 0 i32.const 0 select_t 1 i32"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "drop", "type mismatch"},
      {"->", "block void drop end", "type mismatch"},
      {"->", "i64.const 0 i32.const 0 i32.const 0 select drop", "type mismatch"},
      {"->", "ref.null func ref.null func i32.const 0 select drop", "type mismatch"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 select_t 0 drop", "invalid result arity"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 select_t 2 i32 i32 drop", "invalid result arity"},
      {"->", "i64.const 0 i32.const 0 i32.const 0 select_t 1 i32 drop", "type mismatch"},
      {"->", "ref.null func ref.null func i32.const 0 select_t 1 ref:99 drop", "unknown type 99"}};
  reject_all(bad);
}

TEST(Control, EndOfTheBody) {
  const auto body = [](Bytes code) {
    ModuleBuilder m;
    m.raw_func(m.type("->"), std::move(code));
    return m;
  };
  accept(body({0x0b}));
  reject(body({0x01}), "unexpected end");
  reject(body({0x02, 0x40, 0x0b}), "unexpected end");
  reject(body({0x0b, 0x01, 0x0b}), "section size mismatch");
  reject(body({0xff, 0x0b}), "illegal opcode ff");
  reject(body({0xfc, 0x40, 0x0b}), "illegal opcode fc 40");
  reject(body({0x41, 0x80, 0x80, 0x80, 0x80, 0x70, 0x0b}), "integer too large");
  reject(body({0x41, 0x80}), "unexpected end");
}

TEST(Control, MalformedBodiesOfSeveralFunctions) {
  ModuleBuilder m;
  const u32 type = m.type("->");
  m.raw_func(type, {0x41, 0x0b});  // i32.const 11, whose last byte looks like `end`
  reject(m, "unexpected end of section or function");
  m.raw_func(type, {0x0b});
  reject(m, "END opcode expected");
}

TEST(Control, MessageNamesThePlace) {
  ModuleBuilder m = world();
  const u32 index = m.func("->", "nop nop i64.const 0 i32.eqz drop");
  const Result<void> result = check(m);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(),
            "type mismatch: instruction requires [i32] but stack has [i64]: in function " +
                std::to_string(index) + " (i32.eqz)");
  const Bytes bytes = m.build();
  ASSERT_LT(result.error().info().offset, bytes.size());
  EXPECT_EQ(bytes[result.error().info().offset], 0x45);
}

}  // namespace
}  // namespace zhan::validate

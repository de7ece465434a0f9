// SPDX-License-Identifier: Apache-2.0
// Calls, variables, tables, bulk memory.
#include "unit/validate/check.hpp"

namespace zhan::validate {
namespace {

TEST(Locals, Types) {
  const Accepted good[] = {{"i32 -> i32", "local.get 0"},
                           {"i32 -> i64", "local.get 1", "i64"},
                           {"i32 ->", "i64.const 0 local.set 2", "f32 i64"},
                           {"-> i32", "i32.const 0 local.tee 0", "i32"},
                           {"-> v128", "local.get 3", "i32 i64 f32 v128"}};
  accept_all(good);
  const Rejected bad[] = {{"-> i32", "local.get 0", "unknown local 0"},
                          {"i32 -> i32", "local.get 2", "unknown local 2", "i32"},
                          {"->", "i32.const 0 local.set 0", "unknown local 0"},
                          {"i32 -> i64", "local.get 0", "type mismatch"},
                          {"->", "i64.const 0 local.set 0", "type mismatch", "i32"},
                          {"-> i64", "i32.const 0 local.tee 0", "type mismatch", "i32"},
                          {"->", "local.set 0", "type mismatch", "i32"},
                          {"->", "nop", "unknown type 77", "ref:77"}};
  reject_all(bad);
}

TEST(Locals, ManyGroups) {
  // 300 locals in an array, the others in groups, parameters beyond the array among them.
  ModuleBuilder m;
  std::string params;
  for (int i = 0; i < 300; ++i) params += i % 2 != 0 ? "i32 " : "i64 ";
  const u32 type = m.type(params + "->");
  const auto get = [](u32 index, u8 op) {
    return join({{0x20}, leb(index), {op, 0x1a}});  // local.get, a unary instruction, drop
  };
  const Bytes locals = join({{3}, leb(1000), {0x7f}, leb(0), {0x7d}, leb(100'000), {0x7e}});
  const u8 i32_eqz = 0x45, i64_eqz = 0x50;
  m.raw_func(type,
             join({get(298, i64_eqz),
                   get(299, i32_eqz),
                   get(300, i32_eqz),
                   get(1299, i32_eqz),
                   get(1300, i64_eqz),
                   get(101'299, i64_eqz),
                   {0x0b}}),
             locals);
  accept(m);
  ModuleBuilder beyond;
  beyond.raw_func(beyond.type("->"), join({get(101'000, i64_eqz), {0x0b}}), locals);
  reject(beyond, "unknown local 101000");
}

TEST(Locals, Initialisation) {
  const Accepted good[] = {
      {"ref:any -> ref:any", "local.get 0"},
      {"-> anyref", "local.get 0", "anyref"},
      {"ref:any -> ref:any", "local.get 0 local.set 1 local.get 1", "ref:any"},
      {"ref:any -> ref:any", "local.get 0 local.tee 1", "ref:any"},
      {"ref:any -> ref:any", "local.get 0 local.set 1 block void local.get 1 drop end local.get 1",
       "ref:any"},
      {"ref:any -> ref:any", "block void local.get 0 local.set 1 local.get 1 drop end local.get 0",
       "ref:any"}};
  accept_all(good);
  const Rejected bad[] = {
      {"-> ref:any", "local.get 0", "uninitialized local 0", "ref:any"},
      {"ref:any -> ref:any", "block void local.get 0 local.set 1 end local.get 1",
       "uninitialized local 1", "ref:any"},
      {"ref:any -> ref:any", "loop void local.get 0 local.set 1 end local.get 1",
       "uninitialized local 1", "ref:any"},
      {"ref:any -> ref:any",
       "i32.const 0 if void local.get 0 local.set 1 else local.get 1 drop end local.get 0",
       "uninitialized local 1", "ref:any"},
      {"ref:any ->", "unreachable local.get 1 drop", "uninitialized local 1", "ref:any"}};
  reject_all(bad);
}

TEST(Locals, InitialisationDoesNotLeakIntoTheNextFunction) {
  ModuleBuilder m = world();
  m.func("ref:any -> ref:any", "local.get 0 local.set 1 local.get 1", "ref:any");
  accept(m);
  m.func("ref:any -> ref:any", "local.get 1", "ref:any");
  reject(m, "uninitialized local 1");
}

TEST(Globals, GetAndSet) {
  accept_code("-> i32", "global.get 0");
  accept_code("->", "i64.const 0 global.set 1");
  accept_code("->", "ref.null extern global.set 2");
  const Rejected bad[] = {{"-> i32", "global.get 3", "unknown global 3"},
                          {"->", "i32.const 0 global.set 3", "unknown global 3"},
                          {"->", "i32.const 0 global.set 0", "immutable global"},
                          {"->", "i32.const 0 global.set 1", "type mismatch"},
                          {"-> i64", "global.get 0", "type mismatch"}};
  reject_all(bad);
}

TEST(Calls, Direct) {
  accept_code("-> i32", "i32.const 0 call 0");
  accept_code("-> i32", "i32.const 0 return_call 0");
  const Rejected bad[] = {{"->", "call 2", "unknown function 2"},
                          {"-> i32", "call 0", "type mismatch"},
                          {"-> i32", "i64.const 0 call 0", "type mismatch"},
                          {"-> i64", "i32.const 0 call 0", "type mismatch"},
                          {"->", "return_call 2", "unknown function 2"},
                          {"-> i64", "i32.const 0 return_call 0", "type mismatch"},
                          {"->", "i32.const 0 return_call 0", "type mismatch"},
                          {"-> i32", "i64.const 0 return_call 0", "type mismatch"}};
  reject_all(bad);
}

TEST(Calls, Indirect) {
  accept_code("-> i32", "i32.const 0 i32.const 0 call_indirect 1 0");
  accept_code("-> i32", "i32.const 0 i64.const 0 call_indirect 1 2");
  accept_code("-> i32", "i32.const 0 i32.const 0 return_call_indirect 1 0");
  const Rejected bad[] = {
      {"->", "i32.const 0 call_indirect 0 9", "unknown table 9"},
      {"->", "i32.const 0 call_indirect 99 0", "unknown type 99"},
      {"->", "i32.const 0 call_indirect 3 0", "non-function type 3"},
      {"->", "i32.const 0 call_indirect 0 1", "type mismatch: expected funcref, found externref"},
      {"-> i32", "i32.const 0 i64.const 0 call_indirect 1 0", "type mismatch"},
      {"-> i32", "i32.const 0 i32.const 0 call_indirect 1 2", "type mismatch"},
      {"-> i32", "i64.const 0 i32.const 0 call_indirect 1 0", "type mismatch"},
      {"-> i64", "i32.const 0 i32.const 0 return_call_indirect 1 0", "type mismatch"}};
  reject_all(bad);
}

TEST(Calls, ByReference) {
  accept_code("refnull:1 -> i32", "i32.const 0 local.get 0 call_ref 1");
  accept_code("ref:1 -> i32", "i32.const 0 local.get 0 return_call_ref 1");
  const Rejected bad[] = {
      {"ref:1 -> i32", "i32.const 0 local.get 0 call_ref 99", "unknown type 99"},
      {"ref:1 -> i32", "i32.const 0 local.get 0 call_ref 3", "non-function type"},
      {"funcref -> i32", "i32.const 0 local.get 0 call_ref 1", "type mismatch"},
      {"ref:0 -> i32", "i32.const 0 local.get 0 call_ref 1", "type mismatch"},
      {"ref:1 -> i64", "i32.const 0 local.get 0 return_call_ref 1", "type mismatch"}};
  reject_all(bad);
}

TEST(Tables, Instructions) {
  const Accepted good[] = {{"-> funcref", "i32.const 0 table.get 0"},
                           {"-> funcref", "i64.const 0 table.get 2"},
                           {"->", "i32.const 0 ref.null extern table.set 1"},
                           {"->", "i64.const 0 ref.null func table.set 2"},
                           {"-> i32", "table.size 0"},
                           {"-> i64", "table.size 2"},
                           {"-> i32", "ref.null func i32.const 1 table.grow 0"},
                           {"-> i64", "ref.null func i64.const 1 table.grow 2"},
                           {"->", "i32.const 0 ref.null func i32.const 1 table.fill 0"},
                           {"->", "i64.const 0 ref.null func i64.const 1 table.fill 2"},
                           {"->", "i32.const 0 i32.const 0 i32.const 0 table.copy 0 0"},
                           {"->", "i64.const 0 i64.const 0 i64.const 0 table.copy 2 2"},
                           {"->", "i64.const 0 i32.const 0 i32.const 0 table.copy 2 0"},
                           {"->", "i32.const 0 i64.const 0 i32.const 0 table.copy 0 2"},
                           {"->", "i32.const 0 i32.const 0 i32.const 0 table.init 0 0"},
                           {"->", "i64.const 0 i32.const 0 i32.const 0 table.init 0 2"},
                           {"->", "elem.drop 0"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "i32.const 0 table.get 9 drop", "unknown table 9"},
      {"->", "i32.const 0 ref.null func table.set 9", "unknown table 9"},
      {"->", "table.size 9 drop", "unknown table 9"},
      {"->", "ref.null func i32.const 1 table.grow 9 drop", "unknown table 9"},
      {"->", "i32.const 0 ref.null func i32.const 1 table.fill 9", "unknown table 9"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 table.copy 9 0", "unknown table 9"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 table.copy 0 9", "unknown table 9"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 table.init 0 9", "unknown table 9"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 table.init 9 0", "unknown elem segment 9"},
      {"->", "i64.const 0 table.get 0 drop", "type mismatch"},
      {"->", "i32.const 0 table.get 2 drop", "type mismatch"},
      {"->", "i32.const 0 ref.null func table.set 1", "type mismatch"},
      {"->", "ref.null extern i32.const 1 table.grow 0 drop", "type mismatch"},
      {"->", "i32.const 0 ref.null func i64.const 1 table.fill 0", "type mismatch"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 table.copy 0 1", "type mismatch"},
      {"->", "i64.const 0 i64.const 0 i32.const 0 table.copy 2 2", "type mismatch"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 table.init 0 1", "type mismatch"},
      {"->", "i64.const 0 i64.const 0 i64.const 0 table.init 0 2", "type mismatch"}};
  reject_all(bad);
}

TEST(Memories, Copy) {
  const Accepted good[] = {{"->", "i32.const 0 i32.const 0 i32.const 0 memory.copy 0 0"},
                           {"->", "i64.const 0 i64.const 0 i64.const 0 memory.copy 1 1"},
                           {"->", "i64.const 0 i32.const 0 i32.const 0 memory.copy 1 0"},
                           {"->", "i32.const 0 i64.const 0 i32.const 0 memory.copy 0 1"}};
  accept_all(good);
  const Rejected bad[] = {
      {"->", "i32.const 0 i32.const 0 i32.const 0 memory.copy 2 0", "unknown memory 2"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 memory.copy 0 2", "unknown memory 2"},
      {"->", "i64.const 0 i64.const 0 i32.const 0 memory.copy 1 1", "type mismatch"},
      {"->", "i32.const 0 i32.const 0 i64.const 0 memory.copy 0 0", "type mismatch"},
      {"->", "i64.const 0 i32.const 0 i64.const 0 memory.copy 1 0", "type mismatch"}};
  reject_all(bad);
}

}  // namespace
}  // namespace zhan::validate

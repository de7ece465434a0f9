// SPDX-License-Identifier: Apache-2.0
// Module fields: limits, constant expressions, segments, start, exports, features.
#include "unit/validate/check.hpp"

namespace zhan::validate {
namespace {

TEST(Fields, FunctionTypes) {
  ModuleBuilder m;
  m.raw_func(0, {0x0b});
  reject(m, "unknown type 0");
  ModuleBuilder s;
  s.raw_type({0x5f, 0});
  s.raw_func(0, {0x0b});
  reject(s, "non-function type 0");
}

TEST(Fields, MemoryLimits) {
  const auto memory = [](Bytes bytes) {
    ModuleBuilder m;
    m.raw_memory(std::move(bytes));
    return m;
  };
  accept(memory(join({{0}, leb(65536)})));
  accept(memory({1, 1, 1}));
  reject(memory(join({{0}, leb(65537)})), "memory size must be at most 65536 pages (4GiB)");
  reject(memory(join({{1, 0}, leb(65537)})), "memory size must be at most 65536 pages (4GiB)");
  reject(memory({1, 2, 1}), "size minimum must not be greater than maximum");
  accept(memory(join({{4}, leb(u64{1} << 48)})));
  reject(memory(join({{4}, leb((u64{1} << 48) + 1)})), "memory size must be at most");
  accept(memory({3, 1, 2}));
  reject(memory({2, 1}), "shared memory must have maximum");
  accept(memory(join({{8}, leb(0xffff'ffff), {0}})));
  reject(memory(join({{8}, leb(0x1'0000'0000), {0}})), "memory size must be at most");
  accept(memory(join({{12}, leb(~u64{0}), {0}})));
  reject(memory({8, 0, 1}), "invalid custom page size");
  reject(memory({8, 0, 17}), "invalid custom page size");
}

TEST(Fields, TableLimitsAndElements) {
  const auto table = [](Bytes bytes) {
    ModuleBuilder m;
    m.type("->");
    m.raw_table(std::move(bytes));
    return m;
  };
  accept(table(join({{0x70, 0}, leb(0xffff'ffff)})));
  reject(table(join({{0x70, 0}, leb(0x1'0000'0000)})), "table size");
  accept(table(join({{0x70, 4}, leb(~u64{0})})));
  reject(table({0x70, 1, 2, 1}), "size minimum must not be greater than maximum");
  reject(table({0x64, 0x70, 0, 0}), "type mismatch: non-null elements need an initialiser");
  reject(table({0x63, 9, 0, 0}), "unknown type 9");
  accept(table({0x40, 0, 0x70, 0, 1, 0xd0, 0x70, 0x0b}));
  reject(table({0x40, 0, 0x70, 0, 1, 0xd0, 0x6f, 0x0b}), "type mismatch");
}

TEST(Fields, Tags) {
  ModuleBuilder m;
  m.type("i32 ->");
  m.tag(0);
  accept(m);
  m.tag(1);
  reject(m, "unknown type 1");
  ModuleBuilder result;
  result.tag(result.type("-> i32"));
  reject(result, "non-empty tag result type");
}

TEST(Fields, ConstantExpressions) {
  struct Case {
    const char* type;
    const char* init;
    const char* text;
  };
  const Case cases[] = {
      {"i32", "i32.const 1", ""},
      {"i32", "i32.const 1 i32.const 2 i32.add i32.const 3 i32.mul", ""},
      {"i64", "i64.const 1 i64.const 2 i64.sub", ""},
      {"v128", "v128.const 0", ""},
      {"funcref", "ref.func 0", ""},
      {"ref:1", "ref.func 0", ""},
      {"ref:i31", "i32.const 1 ref.i31", ""},
      {"anyref", "struct.new_default 3", ""},
      {"ref:4", "i32.const 1 i32.const 2 array.new 4", ""},
      {"ref:4", "array.new_fixed 4 0", ""},
      {"externref", "ref.null any extern.convert_any", ""},
      {"i32", "global.get 0", ""},
      {"i32", "", "type mismatch"},
      {"i32", "i64.const 1", "type mismatch"},
      {"i32", "i32.const 1 i32.const 1", "type mismatch"},
      {"i32", "i32.const 1 i32.eqz", "constant expression required"},
      {"i32", "nop", "constant expression required"},
      {"i32", "i32.const 1 i32.const 1 i32.div_s", "constant expression required"},
      {"i64", "global.get 1", "constant expression required"},
      {"i32", "global.get 3", "unknown global 3"},
      {"i32", "i32.const 0 call 0", "constant expression required"},
      {"i32", "block i32 i32.const 1 end", "constant expression required"},
      {"funcref", "ref.func 99", "unknown function 99"},
      {"ref:7", "i32.const 0 i32.const 0 array.new_elem 7 0", "constant expression required"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.init);
    ModuleBuilder m = world();
    m.global(c.type, false, c.init);
    if (*c.text == 0)
      accept(m);
    else
      reject(m, c.text);
  }
}

TEST(Fields, GlobalsSeeEarlierOnesOnly) {
  ModuleBuilder m;
  m.global("i32", false, "i32.const 1");
  m.global("i32", false, "global.get 0");
  accept(m);
  reject(m, "unknown global 0", without(Feature::gc));  // only imported ones then
  m.global("i32", false, "global.get 2");
  reject(m, "unknown global 2");
}

TEST(Fields, ReferencesOutsideBodiesDeclareFunctions) {
  const auto module = [](auto declare) {
    ModuleBuilder m;
    const u32 f = m.func("->", "ref.func 0 drop");
    declare(m, f);
    return m;
  };
  reject(module([](ModuleBuilder&, u32) {}), "undeclared function reference 0");
  reject(module([](ModuleBuilder& m, u32 f) { m.start(f); }), "undeclared function reference 0");
  accept(module([](ModuleBuilder& m, u32 f) { m.declare({f}); }));
  accept(module([](ModuleBuilder& m, u32 f) { m.export_("f", 0, f); }));
  accept(module([](ModuleBuilder& m, u32) { m.global("funcref", false, "ref.func 0"); }));
  accept(module([](ModuleBuilder& m, u32) { m.raw_elem({5, 0x70, 1, 0xd2, 0, 0x0b}); }));
}

TEST(Fields, ElementSegments) {
  const auto with = [](Bytes segment) {
    ModuleBuilder m = world();
    m.raw_elem(std::move(segment));
    return m;
  };
  accept(with({0, 0x41, 0, 0x0b, 1, 0}));
  accept(with({6, 2, 0x42, 0, 0x0b, 0x70, 1, 0xd2, 0, 0x0b}));
  accept(with({5, 0x64, 1, 1, 0xd2, 0, 0x0b}));
  reject(with({0, 0x41, 0, 0x0b, 1, 9}), "unknown function 9");
  reject(with({6, 9, 0x41, 0, 0x0b, 0x70, 0}), "unknown table 9");
  reject(with({0, 0x42, 0, 0x0b, 1, 0}), "type mismatch");
  reject(with({6, 1, 0x41, 0, 0x0b, 0x70, 0}), "type mismatch: the table holds other elements");
  reject(with({5, 0x70, 1, 0xd0, 0x6f, 0x0b}), "type mismatch");
  reject(with({5, 0x64, 0x70, 1, 0xd0, 0x70, 0x0b}), "type mismatch");
  reject(with({5, 0x63, 60, 0}), "unknown type");
  reject(with({0, 0x01, 0x0b, 0}), "constant expression required");
}

TEST(Fields, DataSegments) {
  const auto with = [](Bytes segment) {
    ModuleBuilder m = world();
    m.raw_data(std::move(segment));
    return m;
  };
  accept(with({0, 0x41, 0, 0x0b, 1, 'x'}));
  accept(with({2, 1, 0x42, 0, 0x0b, 1, 'x'}));
  reject(with({2, 9, 0x41, 0, 0x0b, 1, 'x'}), "unknown memory 9");
  reject(with({0, 0x42, 0, 0x0b, 1, 'x'}), "type mismatch");
  reject(with({0, 0x23, 1, 0x0b, 1, 'x'}), "constant expression required");
  ModuleBuilder none;
  none.raw_data({0, 0x41, 0, 0x0b, 0});
  reject(none, "unknown memory 0");
}

TEST(Fields, Start) {
  ModuleBuilder m = world();
  m.start(1);
  reject(m, "unknown function 1");
  m.func("->", "nop");
  accept(m);
  m.start(0);
  reject(m, "start function");
}

TEST(Fields, Exports) {
  ModuleBuilder m = world();
  m.export_("a", 0, 0);
  m.export_("b", 1, 2);
  m.export_("c", 2, 1);
  m.export_("d", 3, 0);
  m.export_("", 4, 1);
  accept(m);
  struct Case {
    u8 kind;
    u32 index;
    const char* text;
  };
  for (const Case& c : {Case{0, 9, "unknown function 9"}, Case{1, 9, "unknown table 9"},
                        Case{2, 9, "unknown memory 9"}, Case{3, 9, "unknown global 9"},
                        Case{4, 9, "unknown tag 9"}}) {
    ModuleBuilder bad = m;
    bad.export_("e", c.kind, c.index);
    reject(bad, c.text);
  }
  m.export_("c", 0, 0);
  reject(m, "duplicate export name");
}

TEST(Fields, ImportedTypesAreChecked) {
  ModuleBuilder f;
  f.raw_import({0, 3});
  reject(f, "unknown type 3");
  ModuleBuilder g;
  g.raw_import({3, 0x63, 3, 0});
  reject(g, "unknown type 3");
  ModuleBuilder t;
  t.raw_import({4, 0, 3});
  reject(t, "unknown type 3");
  ModuleBuilder memory;
  memory.raw_import({2, 1, 2, 1});
  reject(memory, "size minimum must not be greater than maximum");
  ModuleBuilder non_null;  // the exporter filled it
  non_null.raw_import({1, 0x64, 0x70, 0, 1});
  accept(non_null);
}

TEST(Features, InstructionsNameWhatTheyNeed) {
  struct Case {
    Feature feature;
    const char* signature;
    const char* code;
  };
  const Case cases[] = {
      {Feature::sign_extension, "i32 -> i32", "local.get 0 i32.extend8_s"},
      {Feature::saturating_float, "f32 -> i32", "local.get 0 i32.trunc_sat_f32_s"},
      {Feature::simd, "-> ", "v128.const 0 drop"},
      {Feature::relaxed_simd, "->", "v128.const 0 v128.const 0 i8x16.relaxed_swizzle drop"},
      {Feature::tail_call, "->", "return_call 0"},
      {Feature::exceptions, "->", "try_table void 0 end"},
      {Feature::legacy_exceptions, "->", "try void end"},
      {Feature::threads, "->", "atomic.fence 0"},
      {Feature::wide_arithmetic, "i64 -> i64 i64", "local.get 0 local.get 0 i64.mul_wide_s"},
      {Feature::gc, "->", "ref.null any drop"},
      {Feature::function_references, "->", "unreachable ref.as_non_null drop"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.code);
    ModuleBuilder m;
    m.func(c.signature, c.code);
    accept(m);
    const Result<void> result = check(m, without(c.feature));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::unsupported);
    const std::string_view name = feature_table[static_cast<usize>(c.feature)].name;
    EXPECT_NE(result.error().message().find(name), std::string::npos) << result.error().message();
  }
}

TEST(Features, Fields) {
  ModuleBuilder memories;
  memories.memory();
  memories.memory();
  reject(memories, "multiple memories", without(Feature::multi_memory));
  ModuleBuilder tables;
  tables.table("funcref");
  tables.table("funcref");
  reject(tables, "multiple tables", without(Feature::reference_types));
  ModuleBuilder wide;
  wide.memory(1, true);
  EXPECT_NE(verdict(wide, without(Feature::memory64)), "");
  ModuleBuilder extended;
  extended.global("i32", false, "i32.const 1 i32.const 1 i32.add");
  EXPECT_NE(verdict(extended, without(Feature::extended_const)).find("extended-const"),
            std::string::npos);
  ModuleBuilder results;
  results.type("-> i32 i32");
  EXPECT_NE(verdict(results, without(Feature::multi_value)).find("multi-value"), std::string::npos);
}

}  // namespace
}  // namespace zhan::validate

// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "unit/runtime/fixture.hpp"

namespace zhan::runtime {
namespace {

class InstantiateTest : public RuntimeTest {
 public:
  abi::Func* nop() {
    return host({}, {}, [](abi::Exec*, void*, const abi::FuncBody*, abi::Slot*) {
      return abi::Status::returned;
    });
  }
  Global* global(ValType type, u64 value, bool mutable_ = false) {
    return store->new_global({type, mutable_}, {type, value}).value();
  }
  Memory* memory(u64 min, u64 max = ~u64{0}) {
    MemoryType t;
    t.limits = {min, max, max != ~u64{0}};
    return store->new_memory(t).value();
  }
  Table* table(ValType element, u64 min, u64 max = ~u64{0}) {
    TableType t;
    t.element = element;
    t.limits = {min, max, max != ~u64{0}};
    return store->new_table(t, 0).value();
  }
  void expect_incompatible(std::string_view import, Extern item) {
    const Error error =
        refusal("(module (import \"m\" \"x\" " + std::string(import) + "))", {item});
    EXPECT_EQ(error.kind(), ErrorKind::link) << import;
    EXPECT_TRUE(error.message().starts_with("incompatible import type: \"m\" \"x\""))
        << error.message();
  }
  void expect_compatible(std::string_view import, Extern item) {
    EXPECT_NE(instantiate("(module (import \"m\" \"x\" " + std::string(import) + "))", {item}),
              nullptr)
        << import;
  }
};

TEST_F(InstantiateTest, ConstantExpressions) {
  Instance* const i = instantiate(R"((module
    (import "m" "g" (global $g i64))
    (global (export "i32") i32 (i32.const -1))
    (global (export "sum") i32 (i32.add (i32.const 40) (i32.mul (i32.const 2) (i32.const -3))))
    (global (export "sub") i64 (i64.sub (global.get $g) (i64.const 1)))
    (global $f (export "f32") f32 (f32.const 1))
    (global (export "f64") f64 (f64.const -0))
    (global (export "copy") f32 (global.get $f))
    (global (export "v") v128 (v128.const i64x2 5 6))
    (global (export "null") funcref (ref.null func))
    (global (export "func") funcref (ref.func $fun))
    (global (export "i31") i31ref (ref.i31 (i32.const 21)))
    (func $fun)))",
                                  {global(type_i64, 1000)});
  EXPECT_EQ(global_value(*i, "i32"), 0xffff'ffffu);
  EXPECT_EQ(global_value(*i, "sum"), 34u);
  EXPECT_EQ(global_value(*i, "sub"), 999u);
  EXPECT_EQ(global_value(*i, "f32"), 0x3f80'0000u);
  EXPECT_EQ(global_value(*i, "copy"), 0x3f80'0000u);
  EXPECT_EQ(global_value(*i, "f64"), u64{1} << 63);
  EXPECT_EQ(i->find_export("v")->global->value[0], 5u);
  EXPECT_EQ(i->find_export("v")->global->value[1], 6u);
  EXPECT_EQ(global_value(*i, "null"), 0u);
  EXPECT_EQ(global_value(*i, "func"), reinterpret_cast<u64>(i->func(0)));
  EXPECT_EQ(global_value(*i, "i31"), 43u);
}

TEST_F(InstantiateTest, HeapObjectsInConstantsAreMade) {
  Instance* const i = instantiate(R"((module (type $s (struct))
    (global (export "a") (ref $s) (struct.new $s))
    (global (export "b") (ref $s) (struct.new $s))))");
  EXPECT_NE(global_value(*i, "a"), 0u);
  EXPECT_NE(global_value(*i, "a"), global_value(*i, "b"));
}

TEST_F(InstantiateTest, TheLayoutHoldsWhatCodeNeeds) {
  Memory* const shared_memory = memory(1);
  abi::Func* const func = nop();
  Global* const imported = global(type_i32, 7);
  Instance* const i = instantiate(R"((module
    (type $t (func (param i64)))
    (import "m" "f" (func)) (import "m" "m" (memory 1)) (import "m" "g" (global i32))
    (memory 2) (table 3 funcref) (global i64 (i64.const 9)) (tag (type $t)) (func (type $t))))",
                                  {func, shared_memory, imported});
  abi::Inst* const inst = i->inst();
  const abi::InstLayout& layout = i->module()->layout;
  EXPECT_EQ(inst->exec, &store->exec());
  EXPECT_EQ(inst->instance, i);
  EXPECT_EQ(inst->types, types->entries());
  EXPECT_EQ(inst->memory0, shared_memory->state.base);
  EXPECT_EQ(abi::at<abi::Memory*>(inst, layout.memory(0)), &shared_memory->state);
  EXPECT_EQ(abi::at<abi::Memory*>(inst, layout.memory(1)), &i->memory(1)->state);
  EXPECT_EQ(abi::at<abi::Table*>(inst, layout.table(0)), &i->table(0)->state);
  EXPECT_EQ(abi::at<abi::Func*>(inst, layout.function(0)), func);
  EXPECT_EQ(abi::at<abi::Slot*>(inst, layout.global(0)), imported->value);
  EXPECT_EQ(abi::at<u64>(inst, layout.global(1)), 9u);
  EXPECT_NE(abi::at<u64>(inst, layout.tags), 0u);
  const auto& canonical = i->module()->module.canonical;
  for (u32 t = 0; t < canonical.size(); ++t)
    EXPECT_EQ(abi::at<TypeId>(inst, layout.type_ids + 4 * t), canonical[t]);
  EXPECT_EQ(inst->bodies[0].type, canonical[0]);
  EXPECT_EQ(inst->bodies[0].param_slots, 1u);
  EXPECT_EQ(inst->bodies[0].function, 1u);
  EXPECT_EQ(reinterpret_cast<uptr>(inst) % 64, 0u);
}

TEST_F(InstantiateTest, WithoutMemoryEverythingIsOutOfBounds) {
  Instance* const i = instantiate("(module)");
  ASSERT_NE(i->inst()->memory0_state, nullptr);
  EXPECT_EQ(i->inst()->memory0_state->size, 0u);
}

TEST_F(InstantiateTest, InstancesShareCodeOfOneMode) {
  const auto info = module("(module (memory 1) (func))");
  Instance* const a = store->instantiate(info, {}).value();
  Instance* const b = store->instantiate(info, {}).value();
  EXPECT_EQ(a->inst()->bodies, b->inst()->bodies);
  EXPECT_NE(a->func(0), b->func(0));
  EXPECT_EQ(a->func(0)->body, b->func(0)->body);
  auto checked = make_store({}, {.explicit_checks = true});
  Instance* const c = checked->instantiate(info, {}).value();
  EXPECT_FALSE(c->memory(0)->guarded());
  EXPECT_EQ(a->inst()->bodies == c->inst()->bodies, !a->memory(0)->guarded());
  auto metered = make_store({}, {.metered = true});
  EXPECT_NE(metered->instantiate(info, {}).value()->inst()->bodies, a->inst()->bodies);
}

TEST_F(InstantiateTest, AnImportedMemoryDecidesTheMode) {
  auto checked = make_store({}, {.explicit_checks = true});
  MemoryType t;
  t.limits.min = 1;
  const auto info = module(R"((module (import "m" "m" (memory 1)) (func)))");
  Memory* const guarded = store->new_memory(t).value();
  Memory* const movable = checked->new_memory(t).value();
  Instance* const a = store->instantiate(info, std::vector<Extern>{guarded}).value();
  Instance* const b = checked->instantiate(info, std::vector<Extern>{movable}).value();
  EXPECT_EQ(a->inst()->bodies[0].owner->mode().explicit_checks, !guarded->guarded());
  EXPECT_TRUE(b->inst()->bodies[0].owner->mode().explicit_checks);
}

TEST_F(InstantiateTest, ExportsComeInOrderAndReexportsAreTheSame) {
  abi::Func* const func = nop();
  Instance* const i = instantiate(R"((module (import "m" "f" (func $f))
    (func $own) (memory 1)
    (export "b" (func $own)) (export "a" (func $f)) (export "" (memory 0))
    (export "c" (func $own))))",
                                  {func});
  const auto exports = i->exports();
  ASSERT_EQ(exports.size(), 4u);
  EXPECT_EQ(exports[1], Extern(func));
  EXPECT_EQ(exports[0], exports[3]);
  EXPECT_EQ(*i->find_export(""), Extern(i->memory(0)));
  EXPECT_EQ(i->find_export("d"), nullptr);
  EXPECT_EQ(instantiate("(module)")->find_export("a"), nullptr);
}

TEST_F(InstantiateTest, FunctionImports) {
  abi::Func* const func = host(
      {type_i32}, {type_i64},
      [](abi::Exec*, void*, const abi::FuncBody*, abi::Slot*) { return abi::Status::returned; });
  expect_compatible("(func (param i32) (result i64))", func);
  expect_incompatible("(func (param i32))", func);
  expect_incompatible("(func (param i64) (result i64))", func);
  expect_incompatible("(global i32)", func);
  const Error error = refusal(R"((module (import "m" "x" (func (param f32)))))", {func});
  EXPECT_EQ(error.message(),
            "incompatible import type: \"m\" \"x\": wanted (func (param f32)), found "
            "(func (param i32) (result i64))");
}

TEST_F(InstantiateTest, FunctionImportsOfSubtypes) {
  Instance* const exporter = instantiate(R"((module
    (type $a (sub (func))) (type $b (sub $a (func)))
    (func (export "a") (type $a)) (func (export "b") (type $b))))");
  constexpr const char* wants_a = R"((module (type $a (sub (func)))
    (import "m" "x" (func (type $a)))))";
  EXPECT_NE(instantiate(wants_a, {*exporter->find_export("a")}), nullptr);
  EXPECT_NE(instantiate(wants_a, {*exporter->find_export("b")}), nullptr);
  const Error error = refusal(R"((module (type $a (sub (func))) (type $b (sub $a (func)))
    (import "m" "x" (func (type $b)))))",
                              {*exporter->find_export("a")});
  EXPECT_EQ(error.kind(), ErrorKind::link);
}

TEST_F(InstantiateTest, MemoryImports) {
  Memory* const m = memory(2, 5);
  expect_compatible("(memory 1)", m);
  expect_compatible("(memory 2 5)", m);
  expect_compatible("(memory 0 6)", m);
  expect_incompatible("(memory 3)", m);
  expect_incompatible("(memory 2 4)", m);
  expect_incompatible("(memory i64 1)", m);
  expect_incompatible("(memory 1 5 shared)", m);
  expect_incompatible("(memory 1 (pagesize 1))", m);
  m->grow(1);
  expect_compatible("(memory 3)", m);  // its size now counts
  expect_incompatible("(memory 1 10)", memory(1));
}

TEST_F(InstantiateTest, TableImports) {
  Table* const t = table(type_funcref, 10, 20);
  expect_compatible("(table 10 funcref)", t);
  expect_compatible("(table 5 20 funcref)", t);
  expect_incompatible("(table 11 funcref)", t);
  expect_incompatible("(table 10 19 funcref)", t);
  expect_incompatible("(table 10 externref)", t);
  expect_incompatible("(table 10 (ref func))", t);
  expect_incompatible("(table i64 10 funcref)", t);
}

TEST_F(InstantiateTest, GlobalImports) {
  expect_compatible("(global i32)", global(type_i32, 1));
  expect_incompatible("(global i64)", global(type_i32, 1));
  expect_incompatible("(global (mut i32))", global(type_i32, 1));
  expect_incompatible("(global i32)", global(type_i32, 1, true));
  const ValType func = ValType::ref(AbsHeap::func, false);
  expect_compatible("(global funcref)", global(func, reinterpret_cast<u64>(nop())));
  expect_incompatible("(global (mut funcref))", global(func, reinterpret_cast<u64>(nop()), true));
}

TEST_F(InstantiateTest, TagImports) {
  Tag* const tag = store->new_tag(func_type({type_i32}, {})).value();
  expect_compatible("(tag (param i32))", tag);
  expect_incompatible("(tag (param i64))", tag);
  expect_incompatible("(tag)", tag);
}

TEST_F(InstantiateTest, TheNumberOfImportsIsChecked) {
  EXPECT_EQ(refusal("(module)", {nop()}).kind(), ErrorKind::link);
  EXPECT_EQ(refusal(R"((module (import "m" "f" (func))))").kind(), ErrorKind::link);
}

TEST_F(InstantiateTest, ModulesOfOtherEnginesAreRefused) {
  const auto info = module("(module)");
  types = std::make_shared<TypeInterner>();
  store = make_store();
  EXPECT_EQ(store->instantiate(info, {}).error().kind(), ErrorKind::link);
}

TEST_F(InstantiateTest, ATrapLeavesWhatWasWritten) {
  Table* const t = table(type_funcref, 10);
  Memory* const m = memory(1);
  const Error error = refusal(R"((module
    (import "m" "t" (table 10 funcref)) (import "m" "m" (memory 1))
    (func $f)
    (elem (i32.const 3) $f) (elem (i32.const 9) $f)
    (data (i32.const 0) "first") (data (i32.const 65535) "second")))",
                              {t, m});
  EXPECT_EQ(error.kind(), ErrorKind::trap);
  EXPECT_EQ(error.message(), "out of bounds memory access");
  EXPECT_EQ(error.info().code, static_cast<i32>(Trap::out_of_bounds_memory_access));
  EXPECT_EQ(std::memcmp(m->state.base, "first", 5), 0);
  EXPECT_EQ(m->state.base[65'535], 0);
  auto* const func = reinterpret_cast<abi::Func*>(t->get(3));
  ASSERT_NE(func, nullptr);
  scripts()[0] = [](abi::Exec*, abi::Inst*, abi::Slot*) { return abi::Status::returned; };
  EXPECT_TRUE(store->call_raw(func, {}).has_value());  // its instance lives on
  const Error second = refusal(R"((module (table 1 funcref) (func $f) (elem (i32.const 1) $f)))");
  EXPECT_EQ(second.message(), "out of bounds table access");
}

TEST_F(InstantiateTest, SegmentOffsetsOf64Bits) {
  EXPECT_NE(instantiate(R"((module (memory i64 1) (data (i64.const 65535) "x")))"), nullptr);
  EXPECT_EQ(refusal(R"((module (memory i64 1) (data (i64.const -1) "x")))").kind(),
            ErrorKind::trap);
  EXPECT_EQ(refusal(R"((module (memory 1) (data (i32.const -1) "x")))").kind(), ErrorKind::trap);
  EXPECT_NE(instantiate(R"((module (memory 0) (data (i32.const 0) "")))"), nullptr);
}

TEST_F(InstantiateTest, TheStartFunctionRunsLast) {
  int ran = 0;
  scripts()[0] = [&ran](abi::Exec*, abi::Inst* inst, abi::Slot*) {
    ran += inst->memory0[0] == 'x';
    return abi::Status::returned;
  };
  constexpr const char* text =
      R"((module (memory 1) (data (i32.const 0) "x") (func $s) (start $s)))";
  instantiate(text);
  EXPECT_EQ(ran, 1);
  scripts()[0] = [this](abi::Exec*, abi::Inst*, abi::Slot*) {
    store->note_trap(Trap::unreachable);
    return abi::Status::trapped;
  };
  EXPECT_EQ(refusal(text).message(), "unreachable");
}

TEST_F(InstantiateTest, LimitsAreCheckedBeforeAnythingIsSeen) {
  StoreLimits limits;
  limits.memory_bytes = 65'536;
  limits.instances = 2;
  store = make_store(limits);
  EXPECT_EQ(refusal("(module (memory 2))").kind(), ErrorKind::limit);
  EXPECT_EQ(refusal("(module (table 10000001 funcref))").kind(), ErrorKind::limit);
  store = make_store(limits);
  instantiate("(module)");
  instantiate("(module)");
  EXPECT_EQ(refusal("(module)").kind(), ErrorKind::limit);
}

TEST_F(InstantiateTest, NamesInMessagesAreEscaped) {
  const Error error = refusal(R"((module (import "m" "\1b[31m" (func))))", {memory(1)});
  EXPECT_EQ(error.message().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace zhan::runtime

// SPDX-License-Identifier: Apache-2.0
// Functions of more slots than the 16 bits of a cell's fields reach: many locals, many operands.
#include <gtest/gtest.h>

#include <cstdlib>

#include "interp/interp.hpp"
#include "support/generated_run.hpp"
#include "support/module_builder.hpp"
#include "wasm/writer.hpp"

namespace zhan::test {
namespace {

using runtime::Value;

u64 seeds() {
  const char* text = std::getenv("ZHAN_GENERATED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) / 20 : 40;
}

std::shared_ptr<engine::Engine> make_engine(bool checks = false, bool fuel = false) {
  engine::Config config;
  EXPECT_TRUE(config.set("explicit-checks", checks ? "on" : "off"));
  EXPECT_TRUE(config.set("fuel", fuel ? "on" : "off"));
  EXPECT_TRUE(config.set("stack-size", "128M"));
  return engine::Engine::create(std::move(config)).value();
}

TEST(Far, GeneratedModulesWithManyLocalsAsTheReference) {
  const std::shared_ptr<engine::Engine> engines[] = {make_engine(false), make_engine(true)};
  RunCounts counts;
  for (u64 seed = 1; seed <= seeds(); ++seed) {
    Choices choices(seed);
    const GeneratedModule module = generate_module(
        choices, {.size = static_cast<u32>(60 + seed % 200), .unused_locals = 33'000});
    ASSERT_EQ(compare_with_reference(engines, module, choices, counts), "") << "seed " << seed;
  }
  EXPECT_GT(counts.calls, seeds());
  EXPECT_GT(counts.traps, 0u);
}

/// A module made for one test, and its instance.
class Made {
 public:
  explicit Made(const ModuleBuilder& builder, std::vector<runtime::Extern> imports = {},
                std::shared_ptr<engine::Engine> engine = make_engine())
      : m_engine(std::move(engine)), store(m_engine->new_store().value()) {
    const Bytes bytes = builder.build();
    auto module = m_engine->compile(bytes, {}, "far");
    if (!module) {
      ADD_FAILURE() << module.error().to_string();
      return;
    }
    instance = store->instantiate(*module, imports).value();
  }

  Result<std::vector<u64>> call(u32 function, std::vector<u64> slots) {
    abi::Func* const func = instance->func(function);
    slots.resize(
        std::max<usize>({slots.size(), func->body->param_slots, func->body->result_slots}));
    ZHAN_TRY_VOID(store->call_raw(func, slots));
    slots.resize(func->body->result_slots);
    return slots;
  }
  u64 first(u32 function, std::vector<u64> slots) {
    const auto result = call(function, std::move(slots));
    if (!result) ADD_FAILURE() << result.error().to_string();
    return result && !result->empty() ? (*result)[0] : ~u64{0};
  }
  [[nodiscard]] bool is_far(u32 function) const {
    const abi::FuncBody& body = *instance->func(function)->body;
    return interp::predecode(*body.owner, body).value().far_base != 0;
  }

 private:
  std::shared_ptr<engine::Engine> m_engine;

 public:
  std::unique_ptr<runtime::Store> store;
  runtime::Instance* instance = nullptr;
};

/// Code `count` times.
Bytes times(u32 count, std::string_view text) {
  const Bytes once = assemble(text);
  Bytes all;
  all.reserve(count * once.size());
  for (u32 i = 0; i < count; ++i) all.insert(all.end(), once.begin(), once.end());
  return all;
}

/// Locals of all types: groups of a count and a type.
Bytes locals(std::initializer_list<std::pair<u32, std::string_view>> groups) {
  Bytes bytes = leb(groups.size());
  for (const auto& [count, type] : groups) bytes = join({bytes, leb(count), value_type(type)});
  return bytes;
}

u32 add(ModuleBuilder& builder, std::string_view signature, const Bytes& declared,
        const Bytes& code) {
  return builder.raw_func(builder.type(signature), join({code, {0x0b}}), declared);
}
u32 add(ModuleBuilder& builder, std::string_view signature, const Bytes& declared,
        const std::string& code) {
  return add(builder, signature, declared, assemble(code));
}

// Locals 1 .. 40,000 after one parameter: 10,000 of each of these types.
const Bytes mixed = locals({{10'000, "i32"}, {10'000, "v128"}, {10'000, "f64"}, {10'000, "i64"}});

TEST(Far, LocalsOfAllTypesStartAtZeroAndKeepTheirValues) {
  ModuleBuilder builder;
  const u32 zero = add(builder, "i32 -> i64", mixed, R"(
      local.get 10000 i64.extend_i32_u local.get 20000 i64x2.extract_lane 1 i64.or
      local.get 30000 i64.reinterpret_f64 i64.or local.get 40000 i64.or)");
  const u32 keep = add(builder, "i32 -> i64 v128 f64 i32", mixed, R"(
      local.get 0 local.set 10000
      local.get 0 i64.extend_i32_u i64x2.splat local.tee 20000 local.set 10001
      local.get 0 f64.convert_i32_u local.set 30000
      local.get 0 i64.extend_i32_u i64.const 32 i64.shl local.tee 40000
      local.get 10001 local.get 20000 i64x2.add
      local.get 30000 local.get 29999 f64.sub
      local.get 10000 local.get 9999 i32.add)");
  Made made(builder);
  ASSERT_TRUE(made.is_far(zero) && made.is_far(keep));
  EXPECT_EQ(made.first(zero, {7}), 0u);
  const std::vector<u64> expected = {u64{7} << 32, 14, 14, std::bit_cast<u64>(7.0), 7};
  EXPECT_EQ(made.call(keep, {7}).value(), expected);
  EXPECT_EQ(made.first(zero, {7}), 0u);  // the frame before has left its values there
}

// Operand heights of 100,000.

TEST(Far, AHundredThousandOperandsAreAddedUp) {
  ModuleBuilder builder;
  const u32 n = 100'000;
  ByteWriter code;
  for (u32 i = 0; i < n; ++i) {
    code.byte(0x41);
    code.bytes(signed_leb(i));
  }
  code.bytes(times(n - 1, "i32.add"));
  const u32 sum = add(builder, "-> i32", {0}, code.take());
  const u32 wide = add(builder, "i64 -> i64", {0},
                       join({times(60'000, "local.get 0 i64x2.splat"), times(59'999, "i64x2.add"),
                             assemble("i64x2.extract_lane 1")}));
  Made made(builder);
  ASSERT_TRUE(made.is_far(sum) && made.is_far(wide));
  EXPECT_EQ(made.first(sum, {}), static_cast<u32>(u64{n} * (n - 1) / 2));
  EXPECT_EQ(made.first(wide, {3}), 180'000u);
}

/// Runs code above `n` operands of value 1, with a local of i32 (the parameter) and one of i64, and
/// adds all up with the i64 that it leaves.
u32 above(ModuleBuilder& builder, u32 n, const std::string& code) {
  return add(builder, "i32 -> i64", locals({{1, "i64"}}),
             join({times(n, "i64.const 1"), assemble(code), times(n, "i64.add")}));
}

TEST(Far, ControlAboveManyOperands) {
  ModuleBuilder builder;
  const u32 n = 100'000;
  builder.type("i64 i64 -> i64 i64");  // 0: a block with parameters
  const u32 loop = above(builder, n, R"(
      loop void
        local.get 1 local.get 0 i64.extend_i32_u i64.add local.set 1
        local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
      end local.get 1)");
  const u32 branch = above(builder, n, R"(
      block i64
        i64.const 5 i64.const 6 local.get 0 br_if 0
        drop
        local.get 0 i32.eqz if i64 i64.const 10 else i64.const 20 end
        i64.add
      end)");
  const u32 table = above(builder, n, R"(
      block i64 block i64 block i64
        i64.const 100 i64.const 7 local.get 0 br_table 2 0 1 2
      end i64.const 1 i64.add br 1
      end i64.const 2 i64.add
      end)");
  const u32 carried = above(builder, n, R"(
      i64.const 3 i64.const 4
      loop 0
        i64.const 1 i64.add
        local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
      end i64.mul)");
  const u32 early = above(builder, n, R"(
      i64.const 77 local.get 0 br_if 0
      i64.const 1 i64.sub)");
  const u32 leave = above(builder, n, "local.get 0 if void i64.const 9 return end i64.const 2");
  const u32 dead = above(builder, n, R"(
      block i64 i64.const 4 br 0 i64.const 5 i64.add drop unreachable end)");
  Made made(builder);
  for (u32 f = loop; f <= dead; ++f) ASSERT_TRUE(made.is_far(f)) << f;
  EXPECT_EQ(made.first(loop, {10}), n + 55u);
  EXPECT_EQ(made.first(branch, {1}), n + 6u);
  EXPECT_EQ(made.first(branch, {0}), n + 15u);
  EXPECT_EQ(made.first(table, {0}), n + 8u);
  EXPECT_EQ(made.first(table, {1}), n + 9u);
  EXPECT_EQ(made.first(table, {2}), n + 7u);
  EXPECT_EQ(made.first(carried, {10}), n + 42u);
  EXPECT_EQ(made.first(early, {1}), 77u);
  EXPECT_EQ(made.first(early, {0}), n + 76u);
  EXPECT_EQ(made.first(leave, {1}), 9u);
  EXPECT_EQ(made.first(leave, {0}), n + 2u);
  EXPECT_EQ(made.first(dead, {0}), n + 4u);
}

TEST(Far, CallsAboveManyOperands) {
  ModuleBuilder builder;
  const u32 n = 100'000;
  const u32 binary = builder.type("i64 i64 -> i64");
  const u32 host = builder.import_func(builder.type("i64 v128 -> i64 i64 i64"));
  builder.table("funcref", 4);
  const u32 sub =
      builder.raw_func(binary, join({assemble("local.get 0 local.get 1 i64.sub"), {0x0b}}));
  const u32 turn =
      builder.func("i64 v128 i32 -> i32 v128 i64", "local.get 2 local.get 1 local.get 0");
  builder.raw_elem(join({{0}, assemble("i32.const 2 end"), leb(1), leb(sub)}));
  builder.declare({sub});
  const std::string call_sub = "call " + std::to_string(sub);
  const u32 direct = above(builder, n, "i64.const 50 i64.const 8 " + call_sub);
  const u32 indirect =
      above(builder, n,
            "i64.const 50 i64.const 9 local.get 0 call_indirect " + std::to_string(binary) + " 0");
  const u32 reference = above(builder, n,
                              "i64.const 50 i64.const 10 ref.func " + std::to_string(sub) +
                                  " call_ref " + std::to_string(binary));
  const u32 results =
      above(builder, n,
            "i64.const 3 i64.const 4 i64x2.splat i32.const 5 call " + std::to_string(turn) +
                " local.set 1 i64x2.extract_lane 0 local.get 1 i64.mul local.set 1 "
                "i64.extend_i32_u local.get 1 i64.add");
  const u32 outside = above(
      builder, n,
      "i64.const 6 i64.const 7 i64x2.splat call " + std::to_string(host) + " i64.mul i64.add");
  const u32 again = above(builder, n,
                          R"(
      local.get 0 if i64
        local.get 0 i32.const 1 i32.sub call )" +
                              std::to_string(outside + 1) + " else i64.const 0 end");
  ASSERT_EQ(again, outside + 1);
  const auto engine = make_engine();
  const auto triple = [](abi::Exec*, void*, const abi::FuncBody*, abi::Slot* args) {
    const u64 sum = args[0] + args[1] + args[2];
    for (u32 i = 0; i < 3; ++i) args[i] = sum + i;
    return abi::Status::returned;
  };
  const FuncType type{{type_i64, type_v128}, {type_i64, type_i64, type_i64}};
  engine::Linker linker(engine);
  ASSERT_TRUE(linker.define_func("m", "f", type, triple, nullptr));
  const auto store = engine->new_store().value();
  const Bytes bytes = builder.build();
  const auto module = engine->compile(bytes, {}, "far").value();
  runtime::Instance* const instance = linker.instantiate(*store, module).value();
  const auto call = [&](u32 function, u64 argument) {
    std::vector<u64> slots = {argument};
    const auto done = store->call_raw(instance->func(function), slots);
    EXPECT_TRUE(done) << done.error().to_string();
    return slots[0];
  };
  EXPECT_EQ(call(direct, 0), n + 42u);
  EXPECT_EQ(call(indirect, 2), n + 41u);
  EXPECT_EQ(call(reference, 0), n + 40u);
  EXPECT_EQ(call(results, 0), n + 17u);
  EXPECT_EQ(call(outside, 0), n + 20u + 21 * 22);
  EXPECT_EQ(call(again, 3), 4u * n);  // each in a frame of its own
}

TEST(Far, AThousandResults) {
  ModuleBuilder builder;
  std::string signature = "i32 ->", code;
  for (u32 i = 0; i < 1000; ++i) {
    signature += i % 2 == 0 ? " i64" : " v128";
    code += "i64.const " + std::to_string(i) + (i % 2 == 0 ? " " : " i64x2.splat ");
  }
  const u32 all = add(builder, signature, mixed, code + "local.get 0 br_if 0 return");
  const u32 one = add(builder, "i32 -> i64", mixed,
                      join({assemble("local.get 0 call " + std::to_string(all)), times(999, "drop"),
                            assemble("i64.const 5 i64.add")}));
  Made made(builder);
  for (const u64 argument : {0, 1}) {
    const std::vector<u64> results = made.call(all, {argument}).value();
    ASSERT_EQ(results.size(), 1500u);
    for (u32 i = 0; i < 1000; i += 2) {
      EXPECT_EQ(results[i / 2 * 3], i);
      EXPECT_EQ(results[i / 2 * 3 + 1], i + 1);
      EXPECT_EQ(results[i / 2 * 3 + 2], i + 1);
    }
    EXPECT_EQ(made.first(one, {argument}), 5u);
  }
}

TEST(Far, TailCallsTakeNoSpace) {
  ModuleBuilder builder;
  builder.table("funcref", 2);
  const u32 type = builder.type("i32 i64 -> i64");
  builder.raw_elem(join({{0}, assemble("i32.const 1 end"), leb(1), leb(1)}));
  builder.raw_func(type,
                   join({assemble(R"(
      local.get 0 i32.eqz if void local.get 1 return end
      local.get 0 i32.const 1 i32.sub local.get 1 i64.const 1 i64.add return_call 1)"),
                         {0x0b}}),
                   mixed);
  builder.raw_func(type,
                   join({assemble(R"(
      local.get 0 i32.eqz if void local.get 1 return end
      local.get 0 i32.const 1 i32.sub local.get 1 i64.const 2 i64.add
      i32.const 1 return_call_indirect 0 0)"),
                         {0x0b}}),
                   mixed);
  Made made(builder);
  ASSERT_TRUE(made.is_far(0) && made.is_far(1));
  EXPECT_EQ(made.first(0, {1, 0}), 1u);
  EXPECT_EQ(made.first(0, {1001, 0}), 2001u);
  EXPECT_EQ(made.first(1, {10'000, 5}), 20'005u);
}

/// Text `count` times.
std::string repeated(u32 count, std::string_view text) {
  std::string all;
  for (u32 i = 0; i < count; ++i) all += text;
  return all;
}

// Throws $v (40, 2 2) or, if the argument is not 0, $e.
constexpr std::string_view throwing = R"((module
  (tag $v (param i64 v128)) (tag $e)
  (func $thrower (param i32) (local LOCALS)
    (if (local.get 0) (then (throw $e)))
    (throw $v (i64.const 40) (v128.const i64x2 2 2)))
)";

// Each above many operands, with $x for what it catches.
constexpr std::pair<const char*, const char*> catching[] = {
    {"values", R"((block $all
        (block $one (result i64 v128)
          (try_table (catch $v $one) (catch_all $all) (call $thrower (local.get 0)))
          (unreachable))
        (local.set $x (i64x2.extract_lane 1)) (return (i64.add (local.get $x))))
      (i64.const 7))"},
    {"own", R"((block $one (result i64 v128)
        (try_table (catch $v $one)
          (throw $v (i64.const 20) (v128.const i64x2 4 3)))
        (unreachable))
      (local.set $x (i64x2.extract_lane 1)) (i64.add (local.get $x)))"},
    {"again", R"((block $outer (result i64 v128)
        (try_table (catch $v $outer)
          (block $inner (result exnref)
            (try_table (catch_all_ref $inner) (call $thrower (i32.const 0)))
            (unreachable))
          (local.set $exn) (throw_ref (local.get $exn)))
        (unreachable))
      (local.set $x (i64x2.extract_lane 0)) (i64.add (local.get $x)))"},
    {"legacy", R"((try (result i64)
        (do (try (result i64)
          (do (call $thrower (local.get 0)) (i64.const 1))
          (catch $v (drop) (drop) (rethrow 0))
          (catch_all (i64.const 5))))
        (catch $v (local.set $x (i64x2.extract_lane 1)) (i64.add (local.get $x)))))"},
    {"delegated", R"((try $outside (result i64)
        (do (try (result i64)
          (do (call $thrower (local.get 0)) (i64.const 1))
          (delegate $outside)))
        (catch $v (local.set $x (i64x2.extract_lane 1)) (i64.sub (local.get $x)))
        (catch_all (i64.const 6))))"},
};

TEST(Far, ExceptionsAboveManyOperands) {
  const u32 n = 40'000;
  std::string text(throwing);
  text.replace(text.find("LOCALS"), 6, repeated(33'000, "i64 "));
  for (const auto& [name, code] : catching)
    text += std::string("(func (export \"") + name +
            "\") (param i32) (result i64) (local $x i64) (local $exn exnref) " +
            repeated(n, "i64.const 1 ") + code + repeated(n, " i64.add") + ")\n";
  text += R"((func (export "returned") (param i32) (result i64 v128) (local )" +
          repeated(33'000, "i64 ") + R"()
      (try_table (catch $v 0) (call $thrower (local.get 0))) (unreachable))
    ))";
  const auto engine = make_engine();
  const auto module =
      engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}, {}, "far");
  ASSERT_TRUE(module) << module.error().to_string();
  const auto store = engine->new_store().value();
  runtime::Instance* const instance = store->instantiate(*module, {}).value();
  const auto call = [&](std::string_view name, u64 argument) {
    std::vector<u64> slots = {argument, 0, 0};
    const auto done = store->call_raw(instance->find_export(name)->func, slots);
    EXPECT_TRUE(done) << name << ": " << done.error().to_string();
    return slots;
  };
  EXPECT_EQ(call("values", 0)[0], 42u);
  EXPECT_EQ(call("values", 1)[0], n + 7u);
  EXPECT_EQ(call("own", 0)[0], n + 23u);
  EXPECT_EQ(call("again", 0)[0], n + 42u);
  EXPECT_EQ(call("legacy", 0)[0], n + 42u);
  EXPECT_EQ(call("legacy", 1)[0], n + 5u);
  EXPECT_EQ(call("delegated", 0)[0], n + 38u);
  EXPECT_EQ(call("delegated", 1)[0], n + 6u);
  EXPECT_EQ(call("returned", 0), (std::vector<u64>{40, 2, 2}));
  std::vector<u64> slots = {1, 0, 0};
  const auto uncaught = store->call_raw(instance->find_export("returned")->func, slots);
  ASSERT_FALSE(uncaught);
  EXPECT_EQ(uncaught.error().kind(), ErrorKind::exception);
}

TEST(Far, TrapsNameTheInstructionInEveryFrame) {
  ModuleBuilder builder;
  builder.memory();
  const u32 load = add(builder, "i32 -> i32", mixed, "local.get 0 i32.load 2 0");
  const u32 outer = add(builder, "i32 -> i32", mixed,
                        "i32.const 1 local.get 0 call " + std::to_string(load) + " i32.add");
  for (const bool checks : {false, true}) {
    Made made(builder, {}, make_engine(checks));
    EXPECT_EQ(made.first(outer, {8}), 1u);
    const auto result = made.call(outer, {0x7fff'ffff});
    ASSERT_FALSE(result);
    const ErrorInfo& info = result.error().info();
    EXPECT_EQ(info.code, static_cast<i32>(Trap::out_of_bounds_memory_access));
    ASSERT_EQ(info.frames.size(), 2u);
    const std::span<const u8> bytes = made.instance->module()->module.bytes;
    EXPECT_EQ(bytes[info.frames[0].offset], 0x28);
    EXPECT_EQ(bytes[info.frames[1].offset], 0x10);
    EXPECT_EQ(info.frames[1].function_index, outer);
  }
}

TEST(Far, EndlessRecursionIsATrap) {
  ModuleBuilder builder;
  add(builder, "->", mixed, "call 0");
  Made made(builder);
  const auto result = made.call(0, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(), "call stack exhausted");
  const u64 frames = result.error().info().frames.size() + result.error().info().frames_left_out;
  EXPECT_GT(frames, 100u);  // of 400 KB each in 128 MiB
  EXPECT_LT(frames, 400u);
}

TEST(Far, FuelIsCounted) {
  ModuleBuilder builder;
  const std::string code = "loop void br 0 end";
  add(builder, "->", mixed, code);
  builder.func("->", code);
  u64 left[2];
  for (const u32 function : {0u, 1u}) {
    Made made(builder, {}, make_engine(false, true));
    made.store->set_fuel(10'000);
    const auto result = made.call(function, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::out_of_fuel));
    left[function] = made.store->fuel_left();
  }
  EXPECT_EQ(left[0], left[1]);
}

TEST(Far, ALabelCarriesReferencesOnNull) {
  ModuleBuilder builder;
  const u32 on_null = add(builder, "externref -> i32", mixed, R"(
      block void local.get 0 br_on_null 0 drop i32.const 5 return end i32.const 6)");
  const u32 on_value = add(builder, "externref -> i32", mixed, R"(
      block ref:extern local.get 0 br_on_non_null 0 i32.const 7 return end drop i32.const 8)");
  Made made(builder);
  const u64 reference = made.store->new_externref(nullptr).value();
  EXPECT_EQ(made.first(on_null, {0}), 6u);
  EXPECT_EQ(made.first(on_null, {reference}), 5u);
  EXPECT_EQ(made.first(on_value, {0}), 7u);
  EXPECT_EQ(made.first(on_value, {reference}), 8u);
}

TEST(Far, OperandsAboveTheLimitAreAClearError) {
  ModuleBuilder builder;
  const u32 most = 256 << 10;
  add(builder, "->", {0}, join({times(most, "i32.const 1"), times(most, "drop")}));
  Made made(builder);  // the limit itself is allowed
  EXPECT_TRUE(made.call(0, {}));
  ModuleBuilder higher;
  add(higher, "->", {0}, join({times(most + 1, "i32.const 1"), times(most + 1, "drop")}));
  const Bytes bytes = higher.build();
  const auto module = make_engine()->compile(bytes, {}, "far");
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().kind(), ErrorKind::limit);
  EXPECT_NE(module.error().to_string().find("operand stack too high"), std::string::npos)
      << module.error().to_string();
}

TEST(Far, CodeThatOutgrowsItsBodyIsALimit) {
  // Each branch copies a thousand values: 6 KB of code for two bytes.
  ModuleBuilder builder;
  std::string signature = "->", values;
  for (u32 i = 0; i < 1000; ++i) signature += " i64";
  builder.type(signature);
  add(builder, "i32 ->", {0},
      join({assemble("block 0"), times(1001, "i64.const 1"), times(40'000, "local.get 0 br_if 0"),
            assemble("drop unreachable end"), times(1000, "drop")}));
  Made made(builder);
  const auto result = made.call(0, {0});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().to_string().find("function too large"), std::string::npos)
      << result.error().to_string();
}

}  // namespace
}  // namespace zhan::test

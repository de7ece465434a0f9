// SPDX-License-Identifier: Apache-2.0
// The option `deterministic`: every instruction that may make a NaN makes the canonical one; those
// that move bits keep what they are given.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/engine.hpp"
#include "wasm/ops.hpp"

namespace zhan::engine {
namespace {

using abi::Slot;

constexpr u64 canonical_f32 = 0x7fc0'0000;
constexpr u64 canonical_f64 = u64{0x7ff8} << 48;
constexpr u64 odd_f32 = 0xffc1'2345;  // negative, with a payload
constexpr u64 odd_f64 = 0xfff8'0000'0001'2345;

class Deterministic : public testing::Test {
 public:
  /// Calls "f" of a module; the slots afterwards.
  std::vector<Slot> run(std::string_view text, std::vector<Slot> slots) {
    const auto module =
        engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}, {}, "m");
    if (!module) {
      ADD_FAILURE() << text << module.error().to_string();
      return slots;
    }
    auto* instance = store->instantiate(*module, {}).value();
    slots.resize(std::max<usize>(slots.size(), 2));
    const auto done = store->call_raw(instance->find_export("f")->func, slots);
    if (!done) ADD_FAILURE() << text << done.error().to_string();
    return slots;
  }
  void use(std::string_view on) {
    Config config;
    ASSERT_TRUE(config.set("deterministic", on).has_value());
    store.reset();
    engine = Engine::create(std::move(config)).value();
    store = engine->new_store().value();
  }
  void SetUp() override { use("on"); }

  std::shared_ptr<Engine> engine;
  std::unique_ptr<runtime::Store> store;
};

std::string_view type_of(char letter) {
  switch (letter) {
    case 'i': return "i32";
    case 'I': return "i64";
    case 'f': return "f32";
    case 'F': return "f64";
    default: return "v128";
  }
}

/// A function that gives its parameters to one instruction.
std::string module_of(const OpInfo& info) {
  std::string params, gets;
  for (usize i = 0; i < info.params().size(); ++i) {
    params += fmt::format(" {}", type_of(info.params()[i]));
    gets += fmt::format(" local.get {}", i);
  }
  return fmt::format("(module (func (export \"f\") (param{}) (result {}){} {}))", params,
                     type_of(info.results()[0]), gets, info.text);
}

/// Arguments that are all odd NaNs, of the class that the instruction reads.
std::vector<Slot> odd_arguments(const OpInfo& info) {
  const bool reads_f32 = info.text.starts_with("f32x4") ? info.text.find("f64") == info.text.npos
                                                        : info.text.find("f32x4") != info.text.npos;
  std::vector<Slot> slots;
  for (const char letter : info.params()) {
    if (letter == 'f') slots.push_back(odd_f32);
    if (letter == 'F') slots.push_back(odd_f64);
    if (letter == 'v') slots.insert(slots.end(), 2, reads_f32 ? odd_f32 << 32 | odd_f32 : odd_f64);
  }
  return slots;
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return text.substr(text.find('.') + 1) == end; });
}

/// Arithmetic on floats whose operands are floats; sign instructions and selections apart.
bool is_arithmetic(const OpInfo& info) {
  const bool is_float = info.text.starts_with("f32") || info.text.starts_with("f64");
  const bool floats = info.params().find_first_of("iI") == std::string_view::npos;
  return is_float && floats && info.is(trait::value) && !info.is(trait::compare) &&
         info.imm == ImmKind::none && info.results().size() == 1 && info.results() != "i" &&
         !info.text.ends_with("splat") && info.text.find("convert") == info.text.npos &&
         !ends_with_any(info.text, {"abs", "neg", "copysign", "pmin", "pmax", "eq", "ne", "lt",
                                    "gt", "le", "ge"});
}

TEST_F(Deterministic, WhatMakesNaNsMakesTheCanonicalOne) {
  usize tried = 0;
  for (usize i = 0; i < op_count; ++i) {
    const OpInfo& info = op_info(static_cast<Op>(i));
    if (!is_arithmetic(info)) continue;
    ++tried;
    const auto slots = run(module_of(info), odd_arguments(info));
    const bool f32 = info.text.starts_with("f32");
    const u64 canonical = !f32                    ? canonical_f64
                          : info.results() == "f" ? canonical_f32
                                                  : canonical_f32 << 32 | canonical_f32;
    EXPECT_EQ(slots[0], canonical) << info.text;
    if (info.results() != "v") continue;
    const bool half = info.text.find("demote") != info.text.npos;
    EXPECT_EQ(slots[1], half ? 0 : canonical) << info.text;
  }
  EXPECT_EQ(tried, 56u) << "24 scalar, 24 vector and 8 relaxed instructions";
}

TEST_F(Deterministic, WhatMovesBitsKeepsThem) {
  const std::string_view bodies[] = {
      "local.get 0",
      "(f64.neg (f64.neg (local.get 0)))",
      "(f64.copysign (local.get 0) (local.get 0))",
      "(select (local.get 0) (f64.const 0) (i32.const 1))",
      "(f64.store (i32.const 8) (local.get 0)) (f64.load (i32.const 8))",
      "(global.set 0 (local.get 0)) (global.get 0)",
      "(f64x2.extract_lane 1 (f64x2.pmin (f64x2.splat (local.get 0)) (f64x2.splat (f64.const "
      "1))))"};
  for (const std::string_view body : bodies) {
    const std::string text = fmt::format(
        "(module (memory 1) (global (mut f64) (f64.const 0)) (func (export \"f\") (param f64) "
        "(result f64) {}))",
        body);
    EXPECT_EQ(run(text, {odd_f64})[0], odd_f64) << body;
  }
}

TEST_F(Deterministic, InTheMiddleOfExpressions) {
  const std::string_view text =
      "(module (func (export \"f\") (param f32 f32) (result i32) (local $n i32) (local $s f32)"
      "  (local.set $s (f32.mul (f32.add (local.get 0) (local.get 1)) (f32.const 2)))"
      "  (loop"
      "    (local.set $s (f32.sub (f32.div (local.get $s) (f32.const 3)) (local.get 0)))"
      "    (local.set $n (i32.add (local.get $n) (i32.const 1)))"
      "    (br_if 0 (i32.lt_u (local.get $n) (i32.const 5))))"
      "  (i32.reinterpret_f32 (f32.neg (f32.add (local.get $s) (f32.sqrt (f32.const -1)))))))";
  EXPECT_EQ(run(text, {odd_f32, 0})[0] & 0xffff'ffff, 0xffc0'0000u);
  EXPECT_EQ(run(text, {0, odd_f32})[0] & 0xffff'ffff, 0xffc0'0000u);
}

TEST_F(Deterministic, NumbersAreWhatTheyAreWithout) {
  const std::string_view text =
      "(module (func (export \"f\") (param f64 f64) (result f64)"
      "  (f64.max (f64.sqrt (f64.add (f64.mul (local.get 0) (local.get 0)) (local.get 1)))"
      "           (f64.floor (f64.div (local.get 1) (local.get 0))))))";
  const auto bits = [](double value) { return std::bit_cast<u64>(value); };
  const std::vector<std::vector<Slot>> cases = {{bits(3), bits(16)},
                                                {bits(-0.5), bits(1e300)},
                                                {bits(0.0), bits(-0.0)},
                                                {bits(1e-310), bits(INFINITY)}};
  for (const auto& arguments : cases) {
    use("on");
    const u64 with = run(text, arguments)[0];
    use("off");
    const u64 without = run(text, arguments)[0];
    const bool nan = std::isnan(std::bit_cast<double>(without));
    EXPECT_EQ(with, nan ? canonical_f64 : without);
  }
}

TEST_F(Deterministic, FuelIsCountedAlike) {
  const std::string_view text =
      "(module (func (export \"f\") (param f64) (result f64)"
      "  (f64.add (f64.mul (local.get 0) (local.get 0)) (f64.const 1))))";
  u64 used[2] = {};
  for (const bool on : {false, true}) {
    Config config;
    ASSERT_TRUE(config.set("fuel", "on").has_value());
    ASSERT_TRUE(config.set("deterministic", on ? "on" : "off").has_value());
    store.reset();
    engine = Engine::create(std::move(config)).value();
    store = engine->new_store().value();
    store->set_fuel(1000);
    (void)run(text, {0});
    used[on ? 1 : 0] = 1000 - store->fuel_left();
  }
  EXPECT_GT(used[0], 0u);
  EXPECT_EQ(used[0], used[1]);
}

TEST_F(Deterministic, TrapsKeepTheirPlace) {
  const std::string_view text =
      "(module (memory 1) (func (export \"f\") (param f64) (result f64)"
      "  (f64.add (local.get 0) (f64.load (i32.const 65535)))))";
  const auto offset = [&](std::string_view on) {
    use(on);
    auto module = engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}).value();
    auto* instance = store->instantiate(std::move(module), {}).value();
    std::vector<Slot> slots(2);
    const auto done = store->call_raw(instance->find_export("f")->func, slots);
    return done ? no_offset : done.error().info().frames.at(0).offset;
  };
  EXPECT_EQ(offset("on"), offset("off"));
  EXPECT_NE(offset("on"), no_offset);
}

}  // namespace
}  // namespace zhan::engine

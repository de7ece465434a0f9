// SPDX-License-Identifier: Apache-2.0
// The pass before predecoding: the pinned local, locals to clear, costs, slots for rethrow.
#include "interp/prescan.hpp"

#include <gtest/gtest.h>

#include <string>

#include "engine/engine.hpp"

namespace zhan::interp {
namespace {

struct Scanned {
  LocalTable locals;
  Prescan scan;
};

/// The only function of a module: "(param i32) (local i64) ...".
Scanned scan(const std::string& function, u32 gap = 0) {
  const std::string text = "(module (tag $e) (memory 1) (func " + function + "))";
  static const auto engine = engine::Engine::create().value();
  const auto compiled =
      engine->compile({reinterpret_cast<const u8*>(text.data()), text.size()}, {}, "scanned");
  if (!compiled) {
    ADD_FAILURE() << compiled.error().to_string();
    return {};
  }
  const Module& module = (*compiled)->module;
  const Range body = module.code[0].body;
  ByteReader reader(module.view(body), body.offset);
  Scanned result{read_locals(module, 0, reader, gap), {}};
  result.scan = prescan(reader, result.locals);
  return result;
}

TEST(Prescan, LocalsTakeTheSlotsOfTheirTypes) {
  const LocalTable locals = scan("(param i32 v128) (local f32 f64) (local v128 externref)").locals;
  EXPECT_EQ(locals.slot, (std::vector<u32>{0, 1, 3, 4, 5, 7}));
  EXPECT_EQ(std::string(locals.letter.begin(), locals.letter.end()), "ivfFvI");
  EXPECT_EQ(locals.param_slots, 3u);
  EXPECT_EQ(locals.slots, 8u);
}

TEST(Prescan, AGapSeparatesParametersFromOtherLocals) {
  const LocalTable locals = scan("(param i32) (local i64 i64)", 5).locals;
  EXPECT_EQ(locals.slot, (std::vector<u32>{0, 6, 7}));
  EXPECT_EQ(locals.param_slots, 1u);
  EXPECT_EQ(locals.slots, 8u);
}

TEST(Prescan, PinsTheIntegerLocalThatLoopsUseMost) {
  EXPECT_EQ(scan("(param i32 i32)").scan.pinned, Prescan::none);
  EXPECT_EQ(scan("(param i32 i32) (drop (local.get 1))").scan.pinned, 1u);
  // Seven uses outside weigh less than one inside.
  const std::string seven =
      "(drop (local.get 0)) (drop (local.get 0)) (drop (local.get 0)) "
      "(drop (local.get 0)) (drop (local.get 0)) (drop (local.get 0)) "
      "(drop (local.get 0)) ";
  EXPECT_EQ(scan("(param i32 i32) " + seven + "(loop (drop (local.get 1)))").scan.pinned, 1u);
  EXPECT_EQ(
      scan("(param i32 i32) (loop (drop (local.get 0)) (loop (drop (local.get 1))))").scan.pinned,
      1u);
  // Behind the loop its weight is over.
  EXPECT_EQ(scan("(param i32 i32) (loop (drop (local.get 0))) (drop (local.get 1))").scan.pinned,
            0u);
  EXPECT_EQ(scan("(param f64 v128 i64) (loop (drop (local.get 0)) (drop (local.get 1))) "
                 "(drop (local.get 2))")
                .scan.pinned,
            2u)
      << "floats and vectors have other registers";
}

TEST(Prescan, ClearsLocalsThatMayBeReadBeforeTheyAreSet) {
  const auto zeroes = [](const std::string& function) {
    const Prescan result = scan(function).scan;
    return std::pair(result.zero_first, result.zero_end);
  };
  EXPECT_EQ(zeroes("(param i32)"), std::pair(0u, 0u)) << "callers set parameters";
  EXPECT_EQ(zeroes("(param i32) (local i32 i32)"), std::pair(1u, 3u));
  EXPECT_EQ(zeroes("(local i32 i32) (local.set 0 (i32.const 1))"), std::pair(1u, 2u));
  EXPECT_EQ(zeroes("(local i32) (local.set 0 (local.get 0))"), std::pair(0u, 1u));
  EXPECT_EQ(zeroes("(local i32) (drop (local.tee 0 (i32.const 1))) (drop (local.get 0))"),
            std::pair(0u, 0u));
  EXPECT_EQ(zeroes("(local i32 v128)"), std::pair(0u, 3u)) << "a vector has two slots";
  // One range for all: from the first to the last.
  EXPECT_EQ(zeroes("(local i32 i32 i32) (local.set 1 (i32.const 1))"), std::pair(0u, 3u));
}

TEST(Prescan, OnlyTheStraightWayFromTheEntrySetsLocalsForSure) {
  const auto cleared = [](const std::string& before) {
    return scan("(local i32) " + before + " (local.set 0 (i32.const 1))").scan.zero_end == 1;
  };
  EXPECT_FALSE(cleared(""));
  EXPECT_FALSE(cleared("(drop (i32.load (i32.const 0)))"));
  for (const char* branch :
       {"(if (i32.const 1) (then))", "(loop)", "(block (br_if 0 (i32.const 1)))", "(block (br 0))",
        "(block (nop))", "(try_table)", "(try (do))"})
    EXPECT_TRUE(cleared(branch)) << branch;
}

TEST(Prescan, CountsInstructionsByTheLoopTheyAreIn) {
  const Prescan none = scan("(nop) (nop)").scan;
  EXPECT_EQ(none.entry_cost, 3u);  // with the end
  EXPECT_TRUE(none.loop_costs.empty());
  const Prescan nested = scan("(nop) (loop (nop) (nop) (loop (nop))) (loop) (nop)").scan;
  EXPECT_EQ(nested.entry_cost, 5u);  // two nops, two loops, the end
  EXPECT_EQ(nested.loop_costs, (std::vector<u64>{4, 2, 1}));
  u64 sum = nested.entry_cost;
  for (const u64 cost : nested.loop_costs) sum += cost;
  EXPECT_EQ(sum, 12u) << "each instruction counts once";
}

TEST(Prescan, GivesRethrownTriesSlotsOfTheirOwn) {
  const Prescan none = scan("(try (do) (catch_all))").scan;
  EXPECT_EQ(none.hidden, (std::vector<u32>{Prescan::none}));
  EXPECT_EQ(none.hidden_slots, 0u);
  const Prescan one = scan("(try (do) (catch_all (rethrow 0)))").scan;
  EXPECT_EQ(one.hidden, (std::vector<u32>{0}));
  EXPECT_EQ(one.hidden_slots, 1u);
  // Side by side they share a slot, inside each other they do not.
  const Prescan beside =
      scan("(try (do) (catch_all (rethrow 0))) (try (do) (catch_all (rethrow 0)))").scan;
  EXPECT_EQ(beside.hidden, (std::vector<u32>{0, 0}));
  EXPECT_EQ(beside.hidden_slots, 1u);
  const Prescan inside = scan(R"((try (do)
      (catch_all (try (do) (catch $e (rethrow 0)) (catch_all (rethrow 1))))))")
                             .scan;
  EXPECT_EQ(inside.hidden_slots, 2u);
  EXPECT_NE(inside.hidden[0], inside.hidden[1]);
  EXPECT_LT(std::max(inside.hidden[0], inside.hidden[1]), inside.hidden_slots);
}

}  // namespace
}  // namespace zhan::interp

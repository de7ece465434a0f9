// SPDX-License-Identifier: Apache-2.0
// Every row of ops.def whose signature says all: the right operands pass, each wrong one does not.
#include "unit/validate/check.hpp"
#include "wasm/ops.hpp"

namespace zhan::validate {
namespace {

struct Operand {
  char letter;
  const char* constant;
  const char* type;
};

constexpr Operand operands[] = {{'i', "i32.const 0 ", "i32"},
                                {'I', "i64.const 0 ", "i64"},
                                {'f', "f32.const 0 ", "f32"},
                                {'F', "f64.const 0 ", "f64"},
                                {'v', "v128.const 0 ", "v128"}};

const Operand& operand(char letter) {
  for (const Operand& o : operands)
    if (o.letter == letter) return o;
  return operands[0];  // an address of memory 0
}

constexpr const char* ids[] = {
#define ZHAN_OP(id, prefix, code, text, imm, sig, access, feature, traits) #id,
#include "wasm/ops.def"
#undef ZHAN_OP
};

/// Immediates that are right in world().
std::string immediates(const OpInfo& op) {
  switch (op.imm) {
    case ImmKind::none: return "";
    case ImmKind::memarg: return std::to_string(op.access) + " 0";
    case ImmKind::memarg_lane: return std::to_string(op.access) + " 0 0";
    case ImmKind::memory_init: return "0 0";
    default: return "0";
  }
}

std::string type_names(std::string_view letters) {
  std::string names;
  for (const char c : letters) names += std::string(operand(c).type) + " ";
  return names;
}

std::string code_of(usize row, std::string_view letters) {
  std::string code;
  for (const char c : letters) code += operand(c).constant;
  return code + ids[row] + " " + immediates(op_info(static_cast<Op>(row)));
}

TEST(Rows, RightOperandsPassEveryWrongOneFails) {
  usize count = 0;
  for (usize row = 0; row < op_count; ++row) {
    const OpInfo& op = op_info(static_cast<Op>(row));
    if (op.special()) continue;
    ++count;
    const std::string signature = "-> " + type_names(op.results());
    std::string letters(op.params());
    accept_code(signature, code_of(row, letters));
    for (usize i = 0; i < letters.size(); ++i) {
      const char right = letters[i] == 'a' ? 'i' : letters[i];
      for (const Operand& wrong : operands) {
        if (wrong.letter == right) continue;
        std::string bad = letters;
        bad[i] = wrong.letter;
        reject_code(signature, code_of(row, bad), "type mismatch: instruction requires");
      }
    }
    if (!letters.empty()) reject_code(signature, code_of(row, letters.substr(1)), "type mismatch");
    accept_code(signature, "unreachable " + code_of(row, ""));
  }
  EXPECT_GT(count, 400u);
}

TEST(Rows, ResultsHaveTheTypesOfTheRow) {
  for (usize row = 0; row < op_count; ++row) {
    const OpInfo& op = op_info(static_cast<Op>(row));
    if (op.special()) continue;
    reject_code("-> externref externref externref", code_of(row, op.params()), "type mismatch");
  }
}

TEST(Rows, AddressesFollowTheMemory) {
  accept_code("-> i32", "i64.const 0 i32.load 0x42 1 0");
  reject_code("-> i32", "i32.const 0 i32.load 0x42 1 0", "type mismatch");
  accept_code("-> i64", "memory.size 1");
  accept_code("-> i64", "i64.const 1 memory.grow 1");
  reject_code("-> i32", "memory.size 1", "type mismatch");
  accept_code("->", "i64.const 0 i32.const 0 i64.const 0 memory.fill 1");
  accept_code("->", "i64.const 0 i32.const 0 i32.const 0 memory.init 0 1");
}

TEST(Rows, AlignmentAtMostNatural) {
  for (usize row = 0; row < op_count; ++row) {
    const OpInfo& op = op_info(static_cast<Op>(row));
    if (op.imm != ImmKind::memarg && op.imm != ImmKind::memarg_lane) continue;
    std::string code;
    for (const char c : op.params()) code += operand(c).constant;
    const std::string lane = op.imm == ImmKind::memarg_lane ? " 0" : "";
    const auto aligned = [&](u32 log2) {
      return code + ids[row] + " " + std::to_string(log2) + " 0" + lane;
    };
    const std::string signature = "-> " + type_names(op.results());
    accept_code(signature, aligned(op.access));
    reject_code(signature, aligned(op.access + 1u), "alignment must not be larger than natural");
    if (op.access == 0) continue;
    if (op.is(trait::atomic))
      reject_code(signature, aligned(op.access - 1u), "atomic alignment must be natural");
    else
      accept_code(signature, aligned(0));
  }
}

TEST(Rows, OffsetsFitTheAddressType) {
  accept_code("-> i32", "i32.const 0 i32.load 2 4294967295");
  reject_code("-> i32", "i32.const 0 i32.load 2 4294967296", "offset out of range");
  accept_code("-> i32", "i64.const 0 i32.load 0x42 1 4294967296");
}

TEST(Rows, LanesAreInRange) {
  struct Lanes {
    const char* code;
    u32 count;
  };
  const Lanes cases[] = {{"v128.const 0 i8x16.extract_lane_s ", 16},
                         {"v128.const 0 i16x8.extract_lane_u ", 8},
                         {"v128.const 0 i32x4.extract_lane ", 4},
                         {"v128.const 0 i64x2.extract_lane ", 2},
                         {"v128.const 0 f32x4.extract_lane ", 4},
                         {"v128.const 0 f64x2.extract_lane ", 2},
                         {"v128.const 0 i64.const 0 i64x2.replace_lane ", 2},
                         {"i32.const 0 v128.const 0 v128.load8_lane 0 0 ", 16},
                         {"i32.const 0 v128.const 0 v128.load64_lane 0 0 ", 2}};
  for (const Lanes& c : cases) {
    accept_code("->", c.code + std::to_string(c.count - 1) + " drop");
    reject_code("->", c.code + std::to_string(c.count) + " drop", "invalid lane index");
  }
  accept_code("->", "v128.const 0 v128.const 0 i8x16.shuffle 31 drop");
  reject_code("->", "v128.const 0 v128.const 0 i8x16.shuffle 32 drop", "invalid lane index");
}

TEST(Rows, MissingItems) {
  const Rejected cases[] = {
      {"->", "i32.const 0 i32.load 0x42 2 0 drop", "unknown memory 2"},
      {"->", "memory.size 2 drop", "unknown memory 2"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 memory.init 0 2", "unknown memory 2"},
      {"->", "i32.const 0 i32.const 0 i32.const 0 memory.init 1 0", "unknown data segment 1"},
      {"->", "data.drop 1", "unknown data segment 1"},
      {"->", "elem.drop 2", "unknown elem segment 2"}};
  reject_all(cases);
}

TEST(Rows, NoMemoryAtAll) {
  ModuleBuilder m;
  m.func("-> i32", "i32.const 0 i32.load 2 0");
  reject(m, "unknown memory 0");
}

TEST(Rows, BulkInstructionsNeedTheDataCount) {
  for (const char* code : {"data.drop 0", "i32.const 0 i32.const 0 i32.const 0 memory.init 0 0"}) {
    ModuleBuilder m;
    m.memory();
    m.passive_data("x");
    m.no_data_count();
    m.func("->", code);
    const Result<void> result = check(m);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::malformed);
    EXPECT_TRUE(result.error().message().starts_with("data count section required"));
  }
}

}  // namespace
}  // namespace zhan::validate

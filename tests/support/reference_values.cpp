// SPDX-License-Identifier: Apache-2.0
// Values, variables and references of the reference interpreter.
#include <bit>
#include <cmath>
#include <cstring>

#include "base/assert.hpp"
#include "support/reference_frame.hpp"
#include "support/row_index.hpp"
#include "wasm/sem_evaluate.hpp"

namespace zhan::test {
namespace {

bool is_nan(u64 bits, char lanes) noexcept {
  return lanes == 'f' ? std::isnan(std::bit_cast<float>(static_cast<u32>(bits)))
                      : std::isnan(std::bit_cast<double>(bits));
}

}  // namespace

void Reference::check_nan(const OpInfo& info, u64* results) {
  const char lanes = nan_lanes(info);
  if (lanes == 0) return;
  const u32 size = lanes == 'f' ? 4 : 8, bytes = info.results() == "v" ? 16 : size;
  const u64 canonical = lanes == 'f' ? 0x7fc0'0000 : 0x7ff8'0000'0000'0000;
  u8* const lane = reinterpret_cast<u8*>(results);
  for (u32 at = 0; at < bytes; at += size) {
    u64 bits = 0;
    std::memcpy(&bits, lane + at, size);
    if (!is_nan(bits, lanes)) continue;
    m_saw_nan = !canonical_nans;
    if (canonical_nans) std::memcpy(lane + at, &canonical, size);
  }
}

bool Reference::plain(Frame& frame, Op op, const Imm& imm) {
  switch (op) {
    case Op::i32_const:
    case Op::i64_const:
    case Op::f32_const:
    case Op::f64_const: return frame.push(imm.bits), true;
    case Op::v128_const: {
      u64 words[2];
      std::memcpy(words, imm.v128.bytes.data(), 16);
      return frame.push_wide(words[0], words[1]), true;
    }
    case Op::drop:
      if (frame.wide.back()) (void)frame.pop_upper();
      return (void)frame.pop(), true;
    case Op::select:
    case Op::select_t: {
      const bool first = frame.pop32() != 0;
      const u32 n = frame.wide.back() ? 2 : 1;
      if (!first) std::copy(frame.stack.end() - n, frame.stack.end(), frame.stack.end() - 2 * n);
      frame.stack.resize(frame.stack.size() - n);
      return frame.wide.pop_back(), true;
    }
    case Op::local_get:
    case Op::local_set:
    case Op::local_tee:
    case Op::global_get:
    case Op::global_set: return variable(frame, op, imm);
    default: break;
  }
  if (op_info(op).is(trait::gc)) return object_op(frame, op, imm);
  return op_info(op).is(trait::ref) ? reference(frame, op, imm) : evaluate(frame, op, imm);
}

bool Reference::variable(Frame& frame, Op op, const Imm& imm) {
  const bool local = op == Op::local_get || op == Op::local_set || op == Op::local_tee;
  const bool wide =
      local ? frame.local_wide[imm.a] : m_module.globals[imm.a].type.type == type_v128;
  u64* const value = local ? &frame.locals[frame.local_at[imm.a]] : &m_globals[2 * imm.a];
  if (op == Op::local_get || op == Op::global_get)
    return (wide ? frame.push_wide(value[0], value[1]) : frame.push(value[0])), true;
  std::copy(frame.stack.end() - (wide ? 2 : 1), frame.stack.end(), value);
  if (op == Op::local_tee) return true;
  if (wide) (void)frame.pop_upper();
  return (void)frame.pop(), true;
}

bool Reference::reference(Frame& frame, Op op, const Imm& imm) {
  const auto i31 = [&](bool is_signed) {
    const u32 value = frame.pop32();
    if (value == 0) return fail(Trap::null_i31_reference);
    return frame.push(is_signed ? static_cast<u32>(static_cast<i32>(value) >> 1) : value >> 1),
           true;
  };
  switch (op) {
    case Op::ref_null: return frame.push(0), true;
    case Op::ref_func: return frame.push(imm.a + u64{1}), true;
    case Op::ref_eq: {
      const u64 second = frame.pop();
      return frame.push(frame.pop() == second ? 1 : 0), true;
    }
    case Op::ref_is_null: return frame.push(frame.pop() == 0 ? 1 : 0), true;
    case Op::ref_as_non_null: return frame.stack.back() != 0 || fail(Trap::null_reference);
    case Op::ref_i31: return frame.push(static_cast<u32>(frame.pop32() << 1 | 1)), true;
    case Op::i31_get_s: return i31(true);
    case Op::i31_get_u: return i31(false);
    case Op::any_convert_extern:
    case Op::extern_convert_any: return true;
    default: ZHAN_UNREACHABLE("the reference runs what the generator makes");
  }
}

bool Reference::evaluate(Frame& frame, Op op, const Imm& imm) {
  ZHAN_CHECK(sem::can_evaluate(op), "the reference runs what the generator makes");
  const OpInfo& info = op_info(op);
  u64 operands[8] = {}, results[4] = {};
  u32 slots = 0;
  for (char letter : info.params()) slots += letter == 'v' ? 2 : 1;
  std::copy(frame.stack.end() - slots, frame.stack.end(), operands);
  const Trap trap = sem::evaluate(op, imm, operands, results);
  if (trap != Trap::none) return fail(trap);
  (void)frame.take(slots);
  check_nan(info, results);
  u32 at = 0;
  for (char letter : info.results()) {
    if (letter == 'v')
      frame.push_wide(results[at], results[at + 1]);
    else
      frame.push(results[at]);
    at += letter == 'v' ? 2 : 1;
  }
  return true;
}

}  // namespace zhan::test

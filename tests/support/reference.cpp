// SPDX-License-Identifier: Apache-2.0
#include "support/reference.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include "base/assert.hpp"
#include "wasm/reader.hpp"
#include "wasm/sem_evaluate.hpp"

namespace zhan::test {
namespace {

constexpr u64 most_steps = 100'000;

/// Where the block that starts behind `reader` has its else (or 0) and what follows its end.
void find_end(ByteReader reader, u64& else_at, u64& end_at) {
  Imm imm;
  else_at = 0;
  for (u32 depth = 0; reader.ok();) {
    const Op op = reader.op();
    read_imm(reader, op_info(op), imm);
    if (op == Op::block || op == Op::loop || op == Op::if_) ++depth;
    if (op == Op::else_ && depth == 0) else_at = reader.offset();
    if (op == Op::end && depth-- == 0) {
      end_at = reader.offset();
      return;
    }
  }
}

template <class F>
bool is_nan(u64 bits) noexcept {
  if constexpr (sizeof(F) == 4)
    return std::isnan(std::bit_cast<float>(static_cast<u32>(bits)));
  else
    return std::isnan(std::bit_cast<double>(bits));
}

}  // namespace

struct Reference::Frame {
  ByteReader reader;
  std::vector<u64> locals;
  std::vector<u32> local_at;  // first slot of each local
  std::vector<bool> local_wide;
  std::vector<u64> stack;
  std::vector<bool> wide;  // of the operands, for drop and select
  std::vector<Label> labels;
  std::vector<usize> operand_counts;  // wide.size() at each label
  u32 function = 0;

  void push(u64 value) { stack.push_back(value), wide.push_back(false); }
  void push_wide(u64 low, u64 high) {
    stack.push_back(low);
    stack.push_back(high);
    wide.push_back(true);
  }
  u64 pop() {
    const u64 value = stack.back();
    stack.pop_back();
    wide.pop_back();
    return value;
  }
};

Reference::Reference(const Module& module) : m_module(module) {
  if (!module.memories.empty()) m_memory.resize(module.memories[0].limits.min << 16);
  for (const Global& global : module.globals) {
    ByteReader reader(module.view(global.init));
    Imm imm;
    const Op op = reader.op();
    read_imm(reader, op_info(op), imm);
    u64 words[2] = {imm.bits, 0};
    if (op == Op::v128_const) std::memcpy(words, imm.v128.bytes.data(), 16);
    m_globals.insert(m_globals.end(), words, words + 2);
  }
}

u32 Reference::slots_of(std::span<const ValType> types) const noexcept {
  u32 slots = 0;
  for (const ValType& type : types) slots += type.slots();
  return slots;
}

bool Reference::fail(Trap trap) noexcept {
  m_trap = trap;
  return false;
}

Reference::End Reference::call(u32 function, std::vector<u64>& slots) {
  m_trap = Trap::none;
  m_gave_up = m_saw_nan = false;
  m_steps = 0;
  Frame frame{.reader = ByteReader({})};
  for (u64 slot : slots) frame.push(slot);
  const bool ok = call_function(frame, function);
  slots = frame.stack;
  return ok ? End::returned : m_gave_up ? End::gave_up : End::trapped;
}

bool Reference::call_function(Frame& caller, u32 function) {
  if (++m_depth > 200) {
    m_gave_up = true;
    --m_depth;
    return false;
  }
  const SubType& type = m_module.function_type(function);
  const Range body = m_module.code[function - m_module.imported_functions].body;
  Frame frame{.reader = ByteReader(m_module.view(body), body.offset)};
  frame.function = function;
  const auto add_local = [&](ValType t) {
    frame.local_at.push_back(static_cast<u32>(frame.locals.size()));
    frame.local_wide.push_back(t.slots() == 2);
    frame.locals.resize(frame.locals.size() + t.slots());
  };
  const auto params = m_module.types.params(type);
  for (const ValType& t : params) add_local(t);
  const u32 count = slots_of(params);
  std::copy(caller.stack.end() - count, caller.stack.end(), frame.locals.begin());
  caller.stack.resize(caller.stack.size() - count);
  caller.wide.resize(caller.wide.size() - std::min(params.size(), caller.wide.size()));
  for (u32 groups = frame.reader.u32_leb(); groups > 0; --groups) {
    const u32 n = frame.reader.u32_leb();
    const ValType t = frame.reader.value_type();
    for (u32 i = 0; i < n; ++i) add_local(t);
  }
  const auto results = m_module.types.results(type);
  frame.labels.push_back({body.offset + body.size, 0, slots_of(results), false});
  frame.operand_counts.push_back(0);
  const bool ok = run(frame);
  --m_depth;
  if (!ok) return false;
  usize at = frame.stack.size() - slots_of(results);
  for (const ValType& t : results) {
    if (t.slots() == 2)
      caller.push_wide(frame.stack[at], frame.stack[at + 1]);
    else
      caller.push(frame.stack[at]);
    at += t.slots();
  }
  return true;
}

bool Reference::run(Frame& frame) {
  Imm imm;
  while (!frame.labels.empty() && !frame.reader.at_end()) {
    if (++m_steps > most_steps) {
      m_gave_up = true;
      return false;
    }
    const Op op = frame.reader.op();
    const OpInfo& info = op_info(op);
    read_imm(frame.reader, info, imm);
    const bool memory = info.is(trait::load | trait::store | trait::memory);
    const bool ok = info.is(trait::control) ? control(frame, op, imm)
                    : memory                ? memory_op(frame, info, op, imm)
                                            : plain(frame, op, imm);
    if (!ok) return false;
  }
  return true;
}

// -- Control --

Reference::Label Reference::label_of(const Frame& frame, const BlockType& type, bool loop,
                                     u64 start, u64 end) const {
  u32 params = 0, results = 0;
  if (type.form == BlockType::Form::value) results = type.value.slots();
  if (type.form == BlockType::Form::type) {
    params = slots_of(m_module.types.params(m_module.types.types[type.type]));
    results = slots_of(m_module.types.results(m_module.types.types[type.type]));
  }
  return {loop ? start : end, frame.stack.size() - params, loop ? params : results, loop};
}

void Reference::branch(Frame& frame, u32 depth) {
  const usize index = frame.labels.size() - 1 - depth;
  const Label label = frame.labels[index];
  std::vector<u64> carried(frame.stack.end() - label.slots, frame.stack.end());
  usize operands = 0, slots = 0;  // how many operands the carried slots are
  while (slots < label.slots) slots += frame.wide[frame.wide.size() - ++operands] ? 2 : 1;
  std::vector<bool> wide(frame.wide.end() - static_cast<std::ptrdiff_t>(operands),
                         frame.wide.end());
  usize below = 0, height = 0;
  while (height < label.height) height += frame.wide[below++] ? 2 : 1;
  frame.stack.resize(label.height);
  frame.wide.resize(below);
  frame.stack.insert(frame.stack.end(), carried.begin(), carried.end());
  frame.wide.insert(frame.wide.end(), wide.begin(), wide.end());
  frame.labels.resize(label.loop ? index + 1 : index);
  frame.reader.seek(label.target);
}

bool Reference::control(Frame& frame, Op op, const Imm& imm) {
  u64 else_at = 0, end_at = 0;
  switch (op) {
    case Op::nop: return true;
    case Op::unreachable: return fail(Trap::unreachable);
    case Op::block:
    case Op::loop:
      find_end(frame.reader, else_at, end_at);
      frame.labels.push_back(
          label_of(frame, imm.block, op == Op::loop, frame.reader.offset(), end_at));
      return true;
    case Op::if_: {
      const bool taken = static_cast<u32>(frame.pop()) != 0;
      find_end(frame.reader, else_at, end_at);
      const Label label = label_of(frame, imm.block, false, 0, end_at);
      if (taken || else_at != 0) frame.labels.push_back(label);
      if (!taken) frame.reader.seek(else_at != 0 ? else_at : end_at);
      return true;
    }
    case Op::else_: frame.reader.seek(frame.labels.back().target); [[fallthrough]];
    case Op::end: frame.labels.pop_back(); return true;
    case Op::br: branch(frame, imm.a); return true;
    case Op::br_if:
      if (static_cast<u32>(frame.pop()) != 0) branch(frame, imm.a);
      return true;
    case Op::br_table: {
      const u32 index = static_cast<u32>(frame.pop());
      branch(frame, imm.labels[std::min<usize>(index, imm.labels.size() - 1)]);
      return true;
    }
    case Op::return_: branch(frame, static_cast<u32>(frame.labels.size() - 1)); return true;
    case Op::call: return call_function(frame, imm.a);
    case Op::call_indirect: return indirect(frame, imm);
    default: ZHAN_UNREACHABLE("the reference runs what the generator makes");
  }
}

/// Table 0 holds the functions of its one active segment from index 0 on.
bool Reference::indirect(Frame& frame, const Imm& imm) {
  const u32 index = static_cast<u32>(frame.pop());
  const Element& segment = m_module.elements[0];
  if (index >= m_module.tables[imm.b].type.limits.min) return fail(Trap::undefined_element);
  if (index >= segment.count) return fail(Trap::uninitialized_element);
  const u32 function = m_module.element_funcs[segment.first + index];
  if (m_module.canonical[m_module.functions[function]] != m_module.canonical[imm.a])
    return fail(Trap::indirect_call_type_mismatch);
  return call_function(frame, function);
}

// -- Memory --

bool Reference::memory_op(Frame& frame, const OpInfo& info, Op op, const Imm& imm) {
  if (op == Op::memory_size) return frame.push(m_memory.size() >> 16), true;
  if (op == Op::memory_grow) {
    const u64 pages = static_cast<u32>(frame.pop()), old = m_memory.size() >> 16;
    const bool fits = old + pages <= m_module.memories[0].limits.max;
    if (fits) m_memory.resize((old + pages) << 16);
    return frame.push(fits ? old : 0xffff'ffff), true;
  }
  if (op == Op::memory_fill || op == Op::memory_copy) {
    const u64 n = static_cast<u32>(frame.pop()), second = frame.pop(),
              to = static_cast<u32>(frame.pop());
    const u64 from = static_cast<u32>(second);
    if (to + n > m_memory.size() || (op == Op::memory_copy && from + n > m_memory.size()))
      return fail(Trap::out_of_bounds_memory_access);
    if (op == Op::memory_fill)
      std::memset(m_memory.data() + to, static_cast<int>(second & 0xff), n);
    else
      std::memmove(m_memory.data() + to, m_memory.data() + from, n);
    return true;
  }
  const usize size = usize{1} << info.access;
  u64 words[2] = {0, 0};
  if (info.is(trait::store)) {
    if (info.params()[1] == 'v') words[1] = frame.stack.back(), frame.stack.pop_back();
    words[0] = frame.pop();
  }
  const u64 at = static_cast<u32>(frame.pop()) + imm.memarg.offset;
  if (at + size > m_memory.size()) return fail(Trap::out_of_bounds_memory_access);
  if (info.is(trait::store)) return std::memcpy(m_memory.data() + at, words, size), true;
  std::memcpy(words, m_memory.data() + at, size);
  if (info.results() == "v") return frame.push_wide(words[0], words[1]), true;
  if (info.text.ends_with("_s")) {
    const u32 shift = 64 - 8 * static_cast<u32>(size);
    words[0] = static_cast<u64>(static_cast<i64>(words[0] << shift) >> shift);
  }
  return frame.push(info.results() == "i" || info.results() == "f" ? static_cast<u32>(words[0])
                                                                   : words[0]),
         true;
}

// -- Values --

void Reference::check_nan(const OpInfo& info, const u64* results) {
  const bool bitwise = info.text.ends_with(".abs") || info.text.ends_with(".neg") ||
                       info.text.find("copysign") != std::string_view::npos ||
                       info.text.find("reinterpret") != std::string_view::npos;
  if (bitwise) return;
  const std::string_view text = info.text;
  if (info.results() == "f") m_saw_nan |= is_nan<float>(results[0]);
  if (info.results() == "F") m_saw_nan |= is_nan<double>(results[0]);
  if (info.results() != "v") return;
  for (u32 i = 0; i < 4 && text.starts_with("f32x4"); ++i)
    m_saw_nan |= is_nan<float>(results[i / 2] >> (32 * (i % 2)));
  for (u32 i = 0; i < 2 && text.starts_with("f64x2"); ++i) m_saw_nan |= is_nan<double>(results[i]);
}

bool Reference::plain(Frame& frame, Op op, const Imm& imm) {
  const OpInfo& info = op_info(op);
  const auto local = [&](u32 i) { return &frame.locals[frame.local_at[i]]; };
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
    case Op::local_get:
      if (frame.local_wide[imm.a])
        frame.push_wide(local(imm.a)[0], local(imm.a)[1]);
      else
        frame.push(*local(imm.a));
      return true;
    case Op::local_set:
    case Op::local_tee: {
      const u32 n = frame.local_wide[imm.a] ? 2 : 1;
      std::copy(frame.stack.end() - n, frame.stack.end(), local(imm.a));
      if (op == Op::local_set) frame.stack.resize(frame.stack.size() - n), frame.wide.pop_back();
      return true;
    }
    case Op::global_get:
    case Op::global_set: {
      const bool wide = m_module.globals[imm.a].type.type == type_v128;
      u64* const value = &m_globals[2 * imm.a];
      if (op == Op::global_get)
        return (wide ? frame.push_wide(value[0], value[1]) : frame.push(value[0])), true;
      if (wide) value[1] = frame.stack.back(), frame.stack.pop_back();
      return value[0] = frame.pop(), true;
    }
    case Op::drop:
      if (frame.wide.back()) frame.stack.pop_back();
      return (void)frame.pop(), true;
    case Op::select:
    case Op::select_t: {
      const bool first = static_cast<u32>(frame.pop()) != 0;
      const u32 n = frame.wide.back() ? 2 : 1;
      if (!first) std::copy(frame.stack.end() - n, frame.stack.end(), frame.stack.end() - 2 * n);
      frame.stack.resize(frame.stack.size() - n);
      return frame.wide.pop_back(), true;
    }
    default: break;
  }
  ZHAN_CHECK(sem::can_evaluate(op), "the reference runs what the generator makes");
  u64 operands[8] = {}, results[4] = {};
  u32 slots = 0;
  for (char letter : info.params()) slots += letter == 'v' ? 2 : 1;
  std::copy(frame.stack.end() - slots, frame.stack.end(), operands);
  const Trap trap = sem::evaluate(op, imm, operands, results);
  if (trap != Trap::none) return fail(trap);
  frame.stack.resize(frame.stack.size() - slots);
  frame.wide.resize(frame.wide.size() - info.params().size());
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

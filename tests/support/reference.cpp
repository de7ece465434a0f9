// SPDX-License-Identifier: Apache-2.0
#include "support/reference.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "support/reference_frame.hpp"

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
    const bool opens =
        op == Op::block || op == Op::loop || op == Op::if_ || op == Op::try_ || op == Op::try_table;
    if (opens) ++depth;
    if (op == Op::else_ && depth == 0) else_at = reader.offset();
    if ((op == Op::end || op == Op::delegate) && depth-- == 0) {
      end_at = reader.offset();
      return;
    }
  }
}

}  // namespace

// -- Instantiation --

Reference::Reference(const Module& module) : m_module(module) {
  for (const Global& global : module.globals) {
    const auto [low, high] = constant(global.init);
    m_globals.insert(m_globals.end(), {low, high});
  }
  for (const MemoryType& type : module.memories)
    m_memories.emplace_back(type.limits.min << type.page_log2);
  for (const Table& table : module.tables)
    m_tables.emplace_back(table.type.limits.min, table.init ? constant(*table.init).first : 0);
  instantiate_segments();
}

void Reference::instantiate_segments() {
  for (const Element& segment : m_module.elements) {
    std::vector<u64> values;
    for (u32 i = segment.first; i < segment.first + segment.count; ++i)
      values.push_back(segment.uses_exprs ? constant(m_module.element_exprs[i]).first
                                          : m_module.element_funcs[i] + u64{1});
    if (segment.mode == SegmentMode::active)
      std::ranges::copy(values, m_tables[segment.table].begin() +
                                    static_cast<std::ptrdiff_t>(constant(segment.offset).first));
    if (segment.mode != SegmentMode::passive) values.clear();
    m_elements.push_back(std::move(values));
  }
  for (const Data& segment : m_module.data) {
    std::span<const u8> bytes = m_module.view(segment.bytes);
    if (segment.mode == SegmentMode::active) {
      std::ranges::copy(bytes, m_memories[segment.memory].begin() +
                                   static_cast<std::ptrdiff_t>(constant(segment.offset).first));
      bytes = {};
    }
    m_data.push_back(bytes);
  }
}

std::pair<u64, u64> Reference::constant(ConstExpr expression) {
  Frame frame;
  frame.reader = ByteReader(m_module.view(expression), expression.offset);
  frame.labels.push_back({expression.offset + expression.size, 0, 0, false});
  ZHAN_CHECK(run(frame), "constant expressions do not trap");
  return {frame.stack[0], frame.stack.size() > 1 ? frame.stack[1] : 0};
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

// -- Calls --

Reference::End Reference::call(u32 function, std::vector<u64>& slots) {
  m_trap = Trap::none;
  m_gave_up = m_saw_nan = false;
  m_thrown = 0;
  m_steps = 0;
  Frame frame;
  frame.push_all(m_module.types.params(m_module.function_type(function)), slots);
  const bool ok = call_function(frame, function);
  slots = frame.stack;
  return ok ? End::returned : m_gave_up ? End::gave_up : m_thrown != 0 ? End::threw : End::trapped;
}

bool Reference::call_function(Frame& caller, u32 function) {
  if (++m_depth > 200) {
    m_gave_up = true;
    --m_depth;
    return false;
  }
  const SubType& type = m_module.function_type(function);
  const auto arguments = caller.take(slots_of(m_module.types.params(type)));
  Frame frame;
  frame.function = function;
  const bool ok = enter(frame, arguments) && run(frame);
  --m_depth;
  if (!ok) return false;
  const auto results = m_module.types.results(type);
  caller.push_all(results, frame.take(slots_of(results)));
  return true;
}

/// Makes the frame that of its function's start.
bool Reference::enter(Frame& frame, std::span<const u64> arguments) {
  const u32 function = frame.function;
  const SubType& type = m_module.function_type(function);
  const Range body = m_module.code[function - m_module.imported_functions].body;
  frame = {};
  frame.function = function;
  frame.activation = ++m_activations;
  frame.reader = ByteReader(m_module.view(body), body.offset);
  for (const ValType& t : m_module.types.params(type)) frame.add_local(t);
  std::ranges::copy(arguments, frame.locals.begin());
  for (u32 groups = frame.reader.u32_leb(); groups > 0; --groups) {
    const u32 n = frame.reader.u32_leb();
    const ValType t = frame.reader.value_type();
    for (u32 i = 0; i < n; ++i) frame.add_local(t);
  }
  frame.labels.push_back(
      {body.offset + body.size, 0, slots_of(m_module.types.results(type)), false});
  return true;
}

bool Reference::tail_call(Frame& frame, u32 function) {
  const auto params = m_module.types.params(m_module.function_type(function));
  const auto arguments = frame.take(slots_of(params));
  frame.function = function;
  return enter(frame, arguments);
}

/// The function that a call names or finds.
bool Reference::callee(Frame& frame, Op op, const Imm& imm, u32& function) {
  function = imm.a;
  if (op == Op::call || op == Op::return_call) return true;
  u64 value = 0;
  if (op == Op::call_ref || op == Op::return_call_ref) {
    value = frame.pop();
    if (value == 0) return fail(Trap::null_function_reference);
    function = static_cast<u32>(value - 1);
    return true;
  }
  const u64 index = pop_address(frame, m_module.tables[imm.b].type.is64);
  if (index >= m_tables[imm.b].size()) return fail(Trap::undefined_element);
  value = m_tables[imm.b][index];
  if (value == 0) return fail(Trap::uninitialized_element);
  function = static_cast<u32>(value - 1);
  if (m_module.canonical[m_module.functions[function]] != m_module.canonical[imm.a])
    return fail(Trap::indirect_call_type_mismatch);
  return true;
}

// -- Control --

bool Reference::run(Frame& frame) {
  Imm imm;
  while (!frame.labels.empty() && !frame.reader.at_end()) {
    if (++m_steps > most_steps) {
      m_gave_up = true;
      return false;
    }
    m_offset = static_cast<u32>(frame.reader.offset());
    if (observer) observer({frame.function, frame.activation, m_offset, frame.locals, frame.stack});
    const Op op = frame.reader.op();
    const OpInfo& info = op_info(op);
    read_imm(frame.reader, info, imm);
    const bool ok = info.is(trait::control)               ? control(frame, op, imm)
                    : info.is(trait::load | trait::store) ? access(frame, info, imm)
                    : info.is(trait::atomic)              ? atomic(frame, info, imm)
                    : info.is(trait::memory)              ? memory_op(frame, op, imm)
                    : info.is(trait::table)               ? table_op(frame, op, imm)
                                                          : plain(frame, op, imm);
    if (!ok && (m_thrown == 0 || !catch_thrown(frame))) return false;
  }
  return true;
}

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
  u32 function = 0;
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
      const bool taken = frame.pop32() != 0;
      find_end(frame.reader, else_at, end_at);
      const Label label = label_of(frame, imm.block, false, 0, end_at);
      if (taken || else_at != 0) frame.labels.push_back(label);
      if (!taken) frame.reader.seek(else_at != 0 ? else_at : end_at);
      return true;
    }
    case Op::try_:
    case Op::try_table:
      find_end(frame.reader, else_at, end_at);
      frame.labels.push_back(label_of(frame, imm.block, false, 0, end_at));
      frame.labels.back().handling = op == Op::try_ ? Handling::legacy : Handling::table;
      frame.labels.back().body = frame.reader.offset();
      frame.labels.back().clauses = imm.catches;
      return true;
    case Op::catch_:
    case Op::catch_all:
    case Op::else_: frame.reader.seek(frame.labels.back().target); [[fallthrough]];
    case Op::delegate:
    case Op::end: frame.labels.pop_back(); return true;
    case Op::throw_:
    case Op::throw_ref:
    case Op::rethrow: return exception_op(frame, op, imm);
    case Op::br: branch(frame, imm.a); return true;
    case Op::br_if:
      if (frame.pop32() != 0) branch(frame, imm.a);
      return true;
    case Op::br_table: {
      const u32 index = frame.pop32();
      branch(frame, imm.labels[std::min<usize>(index, imm.labels.size() - 1)]);
      return true;
    }
    case Op::br_on_cast:
    case Op::br_on_cast_fail: return branch_on_cast(frame, op, imm);
    case Op::br_on_null:
    case Op::br_on_non_null: return branch_on_null(frame, op, imm.a);
    case Op::return_: branch(frame, static_cast<u32>(frame.labels.size() - 1)); return true;
    case Op::call:
    case Op::call_indirect:
    case Op::call_ref: return callee(frame, op, imm, function) && call_function(frame, function);
    case Op::return_call:
    case Op::return_call_indirect:
    case Op::return_call_ref: return callee(frame, op, imm, function) && tail_call(frame, function);
    default: ZHAN_UNREACHABLE("the reference runs what the generator makes");
  }
}

bool Reference::branch_on_null(Frame& frame, Op op, u32 depth) {
  const bool null = frame.stack.back() == 0;
  if (null) (void)frame.pop();  // a null is carried nowhere
  if (null == (op == Op::br_on_null)) branch(frame, depth);
  return true;
}

}  // namespace zhan::test

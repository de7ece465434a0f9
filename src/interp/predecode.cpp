// SPDX-License-Identifier: Apache-2.0
// The loop over a function's instructions.
#include "interp/predecode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "interp/atomic_cells.hpp"
#include "interp/predecoder.hpp"
#include "module/arity.hpp"

namespace zhan::interp {
namespace {

/// Slots are addressed by 16 bits, with room for a call's header above.
constexpr u32 most_slots = 32'000;

/// Prescans; in a far function all slots of locals become relative to the moved frame pointer.
[[nodiscard]] Prescan prescan_locals(ByteReader reader, LocalTable& locals, u32 far_base) {
  Prescan scan = prescan(reader, locals);
  if (far_base == 0) return scan;
  scan.pinned = Prescan::none;
  scan.zero_first = std::min<u32>(scan.zero_first, 0xffff);  // what its field holds
  for (u32& slot : locals.slot) slot -= far_base;
  return scan;
}

[[nodiscard]] u32 pinned_slot(const Prescan& scan, const LocalTable& locals) noexcept {
  return scan.pinned == Prescan::none ? ~u32{0} : locals.slot[scan.pinned];
}

[[nodiscard]] ByteReader body_reader(const Module& module, u32 defined) noexcept {
  const Range range = module.code[defined].body;
  return ByteReader(module.view(range), range.offset);
}

[[nodiscard]] bool is_tail_call(Op op) noexcept {
  return op == Op::return_call || op == Op::return_call_indirect || op == Op::return_call_ref;
}

}  // namespace

Predecoder::Predecoder(const runtime::CodeModule& code, const abi::FuncBody& body,
                       const PredecodeOptions& options, u32 far_base)
    : m_code(code),
      m_module(code.module()),
      m_layout(code.info().layout),
      m_body(body),
      m_options(options),
      m_far_base(far_base),
      m_reader(body_reader(m_module, body.function - m_module.imported_functions)),
      m_locals(read_locals(m_module, body.function, m_reader, 0)),
      m_scan(prescan_locals(m_reader, m_locals, far_base)),
      m_first_hidden(std::exchange(m_locals.slots, m_locals.slots + m_scan.hidden_slots)),
      m_writer(options.with_map),
      m_stack(m_writer, m_locals, pinned_slot(m_scan, m_locals), far_base),
      m_pinned_slot(pinned_slot(m_scan, m_locals)) {
  m_function.function = true;
  m_function.type = {BlockType::Form::type, {}, m_module.functions[body.function]};
  m_function.slot = m_stack.next_slot();
  m_stack.need(m_function.slot + label_types(m_function).slots());  // returned by a catch
}

Result<Code> Predecoder::run() {
  m_stack.where = static_cast<u32>(m_reader.offset());
  if (m_far_base != 0)
    m_writer.emit_special(FarEnterCell{{}, m_far_base}, do_far_enter, m_stack.where);
  if (m_code.mode().metered) charge(m_scan.entry_cost);
  m_controls.push_back(m_function);
  while (!m_controls.empty() && m_reader.ok() && !failed()) {
    if (m_dead) {
      skip_dead_code();
      continue;
    }
    m_stack.where = static_cast<u32>(m_reader.offset());
    const Op op = m_reader.op();
    if (!m_reader.ok()) break;
    read_imm(m_reader, op_info(op), m_imm);
    if (m_stack.where == m_options.snapshot_at) take_snapshot(op);
    // Those that make no cell are not counted as what the next cell stands for.
    if (op != Op::block && op != Op::loop && op != Op::end) m_writer.instruction_read();
    if (m_far_base == 0)
      decode_op(op);
    else
      decode_far(op);
    check_size();
  }
  if (failed()) return std::unexpected(std::move(*m_error));
  if (!m_reader.ok()) return std::unexpected(m_reader.error());
  ZHAN_ASSERT(m_controls.empty(), "validated code ends with the end of the function");
  m_catches.finish();
  Code code;
  code.entry.frame_slots = m_far_base + m_stack.most_slots() + abi::header_slots;
  code.entry.pinned = static_cast<i16>(m_scan.pinned == Prescan::none ? 0 : m_pinned_slot);
  code.entry.zero_first = static_cast<u16>(m_scan.zero_first);
  code.entry.zero_count = m_scan.zero_end - m_scan.zero_first;
  code.entry.cost = 1 + code.entry.frame_slots / 64;
  code.cells = m_writer.bytes();
  code.catches = std::move(m_catches);
  code.map = m_writer.map();
  code.snapshot = std::move(m_snapshot);
  code.local_slots = m_locals.slots;
  code.far_base = m_far_base;
  return code;
}

void Predecoder::decode_op(Op op) {
  const OpInfo& info = op_info(op);
  if (info.is(trait::value)) {
    value_op(op);
    return m_code.mode().deterministic ? canonicalise(op) : void();
  }
  if (atomic_handler(op) != nullptr) return atomic(op);
  if (info.is(trait::gc)) return decode_object(op);
  if (info.is(trait::cont)) return decode_continuation(op);
  if (info.is(trait::atomic)) return decode_reference(op);
  if (info.is(trait::load)) return load(op);
  if (info.is(trait::store)) return store(op);
  if (info.is(trait::call)) {
    return is_tail_call(op) ? tail_call(op) : call(op);
  }
  if (info.is(trait::control)) return decode_control(op);
  switch (op) {
    case Op::drop: (void)m_stack.pop(); return;
    case Op::select: return select(m_stack.top(1).letter);
    case Op::select_t: return select(letter_of_type(m_imm.types[0]));
    case Op::local_get: return local_get(m_imm.a);
    case Op::local_set: return local_set(m_imm.a, false);
    case Op::local_tee: return local_set(m_imm.a, true);
    case Op::global_get: return global_get(m_imm.a);
    case Op::global_set: return global_set(m_imm.a);
    case Op::i32_const: return m_stack.push_konst('i', m_imm.bits);
    case Op::i64_const: return m_stack.push_konst('I', m_imm.bits);
    case Op::f32_const: return m_stack.push_konst('f', m_imm.bits);
    case Op::f64_const: return m_stack.push_konst('F', m_imm.bits);
    case Op::v128_const: return vector_const();
    case Op::memory_size: return memory_size(m_imm.a);
    default: return decode_reference(op);
  }
}

void Predecoder::decode_control(Op op) {
  switch (op) {
    case Op::nop: return;
    case Op::unreachable: {
      TrapCell cell{};
      cell.kind = static_cast<u16>(Trap::unreachable);
      m_writer.emit_special(cell, do_trap, m_stack.where);
      m_dead = true;
      return;
    }
    case Op::block:
    case Op::loop: return open_block(op);
    case Op::if_: return open_if();
    case Op::else_: return else_branch(true);
    case Op::end: return end_block(true);
    case Op::br: return br(m_imm.a);
    case Op::br_if: return conditional(m_imm.a, tok::br_if, tok::br_unless);
    case Op::br_table: return br_table();
    case Op::br_on_null: return br_on_null(false);
    case Op::br_on_non_null: return br_on_null(true);
    case Op::return_: return return_values();
    default: return decode_exception(op);
  }
}

/// References without heap objects; tables and memories in bulk.
void Predecoder::decode_reference(Op op) {
  switch (op) {
    case Op::ref_null: return m_stack.push_konst('I', 0);
    case Op::ref_is_null: return compare_zero(Op::i64_eq);
    case Op::ref_eq: return binary(tok::of(Op::i64_eq), 'I', 'i', Op::i64_eq);
    case Op::ref_as_non_null: return own_unary(tok::non_null, 'I', 'I');
    case Op::ref_i31: return own_unary(tok::i31_new, 'i', 'I');
    case Op::i31_get_s: return own_unary(tok::i31_get_s, 'I', 'i');
    case Op::i31_get_u: return own_unary(tok::i31_get_u, 'I', 'i');
    case Op::any_convert_extern:
    case Op::extern_convert_any: return;  // the same bits (C7)
    case Op::atomic_fence: m_writer.emit_special(Cell{}, do_atomic_fence, m_stack.where); return;
    default: return decode_builtin(op);
  }
}

bool branches_by_operand(Op op) noexcept {
  switch (op) {
    case Op::br_if:
    case Op::br_table:
    case Op::br_on_null:
    case Op::br_on_non_null:
    case Op::br_on_cast:
    case Op::br_on_cast_fail:
    case Op::br_on_cast_desc_eq:
    case Op::br_on_cast_desc_eq_fail: return true;
    default: return false;
  }
}

void Snapshot::use_saved(std::span<const MapEntry> map) noexcept {
  for (OperandState& operand : operands) {
    if (operand.in != OperandState::In::acc) continue;
    const auto cell = std::ranges::lower_bound(map, operand.origin.cell, {}, &MapEntry::cell);
    if (cell == map.end() || cell->cell != operand.origin.cell) continue;
    const Action& action = cell->action;
    const u8 root = operand.origin.root;
    if (root < action.size && action.key[root] == tok::val_slot &&
        action.value[root] == static_cast<u32>(operand.slot))
      operand.in = OperandState::In::slot;
  }
}

void Snapshot::leave_label_values() {
  while (operands.size() > label_height) leave_top();
}

void Snapshot::leave_top() {
  ZHAN_ASSERT(!operands.empty(), "validation leaves an operand to use");
  moving_slots += OperandStack::width(operands.back().letter);
  operands.pop_back();
}

void Snapshot::leave_taken() {
  for (u32 i = 0; i < taken; ++i) leave_top();
}

void Snapshot::leave_frame() {
  ZHAN_ASSERT(taken <= operands.size(), "a tail call takes operands that are there");
  const auto first = operands.end() - static_cast<std::ptrdiff_t>(taken);
  for (auto gone = operands.begin(); gone != first; ++gone)
    gone_slots += OperandStack::width(gone->letter);
  operands.erase(operands.begin(), first);
  i32 slot = 0;
  for (OperandState& operand : operands) {
    operand.in = OperandState::In::slot;
    operand.slot =
        std::exchange(slot, slot + static_cast<i32>(OperandStack::width(operand.letter)));
  }
}

/// Operands below the labels that an instruction may go to.
u32 Predecoder::label_height(Op op) noexcept {
  u32 height = m_stack.size();
  const auto add = [&](u32 depth) { height = std::min(height, label(depth).height); };
  if (op == Op::br || (branches_by_operand(op) && op != Op::br_table)) add(m_imm.a);
  if (op == Op::end || op == Op::else_ || op == Op::catch_ || op == Op::catch_all ||
      op == Op::delegate)
    add(0);
  if (op == Op::br_table)
    for (const u32 depth : m_imm.labels) add(depth);
  return height;
}

void Predecoder::take_snapshot(Op op) {
  m_snapshot.found = true;
  m_snapshot.label_height = label_height(op);
  const bool canonical = m_code.mode().deterministic && may_make_nan(op);
  if (is_tail_call(op) || canonical) m_snapshot.taken = arity_of(m_module, op, m_imm).operands;
  const u32 arguments = moving_arguments(op);
  ZHAN_ASSERT(arguments <= m_stack.size(), "a call finds its arguments on the stack");
  for (u32 i = m_stack.size() - arguments; i < m_stack.size(); ++i)
    m_snapshot.moving_slots += OperandStack::width(m_stack.at(i).letter);
  for (u32 i = 0; i < m_stack.size() - arguments; ++i) {
    const Operand& operand = m_stack.at(i);
    OperandState state;
    state.letter = operand.letter;
    state.slot = static_cast<i32>(m_stack.slot_of(operand));
    state.value = operand.value;
    state.in = operand.in == Operand::In::konst   ? OperandState::In::konst
               : operand.in == Operand::In::local ? OperandState::In::local
               : m_stack.unsaved(operand)         ? OperandState::In::acc
                                                  : OperandState::In::slot;
    if (state.in == OperandState::In::acc) state.origin = m_stack.origin(operand);
    m_snapshot.operands.push_back(state);
  }
}

void Predecoder::check_size() {
  const u64 limit = std::min(m_code.code_limit(), CellWriter::reach);
  if (m_writer.size() > limit)
    fail(Error(
        ErrorId::function_too_large, m_stack.where,
        fmt::format("the code of function {} takes more than {} bytes", m_body.function, limit)));
}

void Predecoder::unsupported(Op op) {
  fail(Error(ErrorId::unsupported_instruction, m_stack.where, op_info(op).text));
}

void Predecoder::fail(Error error) {
  if (!m_error) m_error = std::move(error);
}

Result<Code> predecode(const runtime::CodeModule& code, const abi::FuncBody& body,
                       const PredecodeOptions& options) {
  u32 slots = 0;
  {
    Predecoder predecoder(code, body, options, 0);
    Result<Code> result = predecoder.run();
    slots = predecoder.most_slots();
    if (!result || slots <= most_slots) return result;
  }
  return Predecoder(code, body, options, slots + abi::header_slots).run();
}

}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// Loads, stores, vectors, instructions on consecutive slots.
#include "interp/atomic_cells.hpp"
#include "interp/predecoder.hpp"

namespace zhan::interp {
namespace {

/// Static offsets from here on may reach beyond the guard behind a memory (CONTRACTS C5).
constexpr u64 guard_reach = u64{1} << 31;

}  // namespace

/// Memory 0 with 32-bit addresses and the usual pages: served by cells of tokens.
bool Predecoder::plain_access(const MemArg& memarg, u32 access) const noexcept {
  const MemoryType& type = m_module.memories[memarg.memory];
  return memarg.memory == 0 && !type.is64 && type.page_log2 == 16 &&
         memarg.offset + (u64{1} << access) <= guard_reach;
}

Token Predecoder::memory_token(Op op) const noexcept {
  const bool compare = ZHAN_EXPLICIT_CHECKS != 0 || m_code.mode().explicit_checks;
  return static_cast<Token>(tok::of(op) + (compare ? tok::explicit_ : 0));
}

i16 Predecoder::slot_operand(u32 depth) {
  const u32 index = m_stack.size() - 1 - depth;
  m_stack.keep_value(index);
  return static_cast<i16>(m_stack.slot_of(m_stack.at(index)));
}

void Predecoder::pop_to(std::initializer_list<i16*> fields, u32 count) {
  ZHAN_ASSERT(count <= fields.size(), "the cell has a field for each operand");
  i16* const* const field = fields.begin();
  for (u32 i = count; i-- > 0;) *field[i] = slot_operand(count - 1 - i);
  for (u32 i = 0; i < count; ++i) (void)m_stack.pop();
}

void Predecoder::load(Op op) {
  const OpInfo& info = op_info(op);
  if (!plain_access(m_imm.memarg, info.access)) return far_memory(op);
  if (info.results() == "v") return vector_memory(op);
  m_imm_field = m_imm.memarg.offset;
  unary(memory_token(op), 'i', info.results()[0]);
}

void Predecoder::store(Op op) {
  const OpInfo& info = op_info(op);
  if (!plain_access(m_imm.memarg, info.access)) return far_memory(op);
  if (info.params()[1] == 'v') return vector_memory(op);
  m_imm_field = m_imm.memarg.offset;
  const Token token = memory_token(op);
  const char value_letter = info.params()[1];
  const char letters[] = {'i', value_letter};
  if (try_trees(token, {letters, 2}, 0)) return;
  const u32 base = m_stack.size() - 2;
  Leaf address, value;
  (void)force_leaf(base, 'i', address);
  (void)force_leaf(base + 1, value_letter, value);
  const auto build = [&] {
    Action action;
    action.push(token, m_imm_field, m_stack.where);
    action.push(address.token, address.field, m_stack.where);
    action.push(value.token, value.field, m_stack.where);
    return action;
  };
  const auto as_slot = [&](u32 index) -> Leaf {
    m_stack.keep_value(index);
    return {tok::slot, m_stack.slot_of(m_stack.at(index))};
  };
  if (value.token == tok::konst8) value = as_slot(base + 1);
  if (!CellWriter::served(build())) address = as_slot(base);
  const Action action = build();
  (void)m_stack.pop();
  (void)m_stack.pop();
  m_stack.emit(action);
}

void Predecoder::memory_size(u32 memory) {
  const MemoryType& type = m_module.memories[memory];
  Action tree;
  tree.push(tok::memory_size, m_layout.memory(memory), m_stack.where);
  tree.push(tok::konst, type.page_log2, m_stack.where);
  m_stack.emit_value(tree, type.is64 ? 'I' : 'i');
}

void Predecoder::vector_memory(Op op) {
  const OpInfo& info = op_info(op);
  VectorMemoryCell cell{};
  cell.offset = static_cast<u32>(m_imm.memarg.offset);
  cell.lane = m_imm.lane;
  pop_to({&cell.address, &cell.value}, static_cast<u32>(info.params().size()));
  const VectorHandlers handlers = special_handlers(op);
  const Handler handler = is_explicit(memory_token(op)) ? handlers.explicit_ : handlers.guarded;
  emit_access(cell, handler, info.results());
}

void Predecoder::far_memory(Op op) {
  const OpInfo& info = op_info(op);
  const MemArg& memarg = m_imm.memarg;
  FarMemoryCell cell{};
  cell.offset = memarg.offset;
  cell.memory = m_layout.memory(memarg.memory);
  cell.is64 = m_module.memories[memarg.memory].is64;
  cell.lane = m_imm.lane;
  pop_to({&cell.address, &cell.value}, static_cast<u32>(info.params().size()));
  emit_access(cell, special_handlers(op).far, info.results());
}

/// wait is a call out of the interpreter: everything that lives on goes to its slot first.
void Predecoder::atomic(Op op) {
  const OpInfo& info = op_info(op);
  const MemArg& memarg = m_imm.memarg;
  const bool waits = op == Op::memory_atomic_wait32 || op == Op::memory_atomic_wait64;
  AtomicCell cell{};
  cell.offset = memarg.offset;
  cell.memory = m_layout.memory(memarg.memory);
  cell.is64 = m_module.memories[memarg.memory].is64;
  if (waits) m_stack.keep_all();
  cell.top = static_cast<i16>(m_stack.next_slot());
  pop_to({&cell.address, &cell.value, &cell.second}, static_cast<u32>(info.params().size()));
  if (waits) m_stack.forget_accumulators();
  emit_access(cell, atomic_handler(op), info.results());
}

void Predecoder::vector_op(Op op) {
  const OpInfo& info = op_info(op);
  VectorCell cell{};
  pop_to({&cell.a, &cell.b, &cell.c}, static_cast<u32>(info.params().size()));
  const Handler handler = special_handlers(op).plain;
  const char letter = info.results()[0];
  if (info.imm == ImmKind::shuffle)
    emit_result(VectorImmCell{cell, m_imm.v128}, &VectorCell::dst, handler, letter);
  else if (info.imm == ImmKind::lane)
    emit_result(VectorLaneCell{cell, m_imm.lane}, &VectorCell::dst, handler, letter);
  else
    emit_result(cell, &VectorCell::dst, handler, letter);
}

void Predecoder::vector_const() {
  emit_result(VectorImmCell{{}, m_imm.v128}, &VectorCell::dst, do_vector_const, 'v');
}

/// Instructions of several results: operands and results in consecutive slots.
void Predecoder::wide(Op op) {
  const OpInfo& info = op_info(op);
  const u32 n = static_cast<u32>(info.params().size());
  for (u32 i = m_stack.size() - n; i < m_stack.size(); ++i) m_stack.keep(i);
  SlotsCell cell{};
  cell.base = static_cast<i16>(m_stack.top(n - 1).slot);
  for (u32 i = 0; i < n; ++i) (void)m_stack.pop();
  m_writer.emit_special(cell, special_handlers(op).slots, m_stack.where);
  for (char letter : info.results()) m_stack.push_slot(letter);
}

bool Predecoder::retarget_special(const Operand& operand, u32 slot) {
  if (operand.in != Operand::In::slot || m_special.end != m_writer.size() ||
      m_special.slot != operand.slot || (m_stack.is_pinned(slot) && !m_special.to_pinned))
    return false;
  m_writer.patch16(m_special.field, static_cast<i16>(slot));
  m_special.end = ~u32{0};
  return true;
}

}  // namespace zhan::interp

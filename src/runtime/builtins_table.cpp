// SPDX-License-Identifier: Apache-2.0
// Table instructions, ref.func and the slow path of call_indirect (specification §4.4.6, CONTRACTS
// C4).
#include <algorithm>

#include "abi/builtins.hpp"
#include "base/assert.hpp"
#include "runtime/instance.hpp"

namespace zhan::abi::builtin {
namespace {

using runtime::InstanceImpl;
using runtime::TableState;
using runtime::trap;

Status out_of_bounds(Exec* exec) noexcept { return trap(exec, Trap::out_of_bounds_table_access); }

u64 index_of(Slot slot, bool is64) noexcept { return is64 ? slot : static_cast<u32>(slot); }

TableState& table_of(Inst* inst, u32 table) noexcept {
  return *runtime::impl_of(inst).tables[table];
}

}  // namespace

Status table_get(Exec* exec, Inst* inst, Slot* operands, u32 table, u32) noexcept {
  TableState& t = table_of(inst, table);
  const u64 index = index_of(operands[0], t.type.is64);
  if (!t.in_range(index, 1)) return out_of_bounds(exec);
  operands[0] = t.get(index);
  return Status::returned;
}

Status table_set(Exec* exec, Inst* inst, Slot* operands, u32 table, u32) noexcept {
  TableState& t = table_of(inst, table);
  const u64 index = index_of(operands[0], t.type.is64);
  if (!t.in_range(index, 1)) return out_of_bounds(exec);
  t.set(index, operands[1]);
  return Status::returned;
}

Status table_grow(Exec*, Inst* inst, Slot* operands, u32 table, u32) noexcept {
  TableState& t = table_of(inst, table);
  const u64 old = t.grow(index_of(operands[1], t.type.is64), operands[0]);
  operands[0] = index_of(old, t.type.is64);
  return Status::returned;
}

Status table_size(Exec*, Inst* inst, Slot* operands, u32 table, u32) noexcept {
  operands[0] = table_of(inst, table).state.size;
  return Status::returned;
}

Status table_fill(Exec* exec, Inst* inst, Slot* operands, u32 table, u32) noexcept {
  TableState& t = table_of(inst, table);
  const u64 index = index_of(operands[0], t.type.is64);
  const u64 count = index_of(operands[2], t.type.is64);
  if (!t.in_range(index, count)) return out_of_bounds(exec);
  std::fill_n(t.state.elements + index, count, operands[1]);
  t.written(index, count);
  return Status::returned;
}

Status table_copy(Exec* exec, Inst* inst, Slot* operands, u32 to, u32 from) noexcept {
  TableState& target = table_of(inst, to);
  TableState& source = table_of(inst, from);
  const u64 index = index_of(operands[0], target.type.is64);
  const u64 source_index = index_of(operands[1], source.type.is64);
  const u64 count = index_of(operands[2], target.type.is64 && source.type.is64);
  if (!source.in_range(source_index, count) || !target.in_range(index, count))
    return out_of_bounds(exec);
  source.fill_range(source_index, count);  // lazy elements belong to their place
  if (count == 0) return Status::returned;
  const u64* const first = source.state.elements + source_index;
  u64* const out = target.state.elements + index;
  if (out <= first)
    std::copy(first, first + count, out);
  else
    std::copy_backward(first, first + count, out + count);
  target.written(index, count);
  return Status::returned;
}

Status table_init(Exec* exec, Inst* inst, Slot* operands, u32 element, u32 table) noexcept {
  InstanceImpl& instance = runtime::impl_of(inst);
  TableState& t = *instance.tables[table];
  const u64 index = index_of(operands[0], t.type.is64);
  const u64 from = index_of(operands[1], false);
  const u64 count = index_of(operands[2], false);
  const u64 size = instance.element_count(element);
  if (from > size || count > size - from || !t.in_range(index, count)) return out_of_bounds(exec);
  instance.init_table(t, index, element, from, count);
  return Status::returned;
}

Status elem_drop(Exec*, Inst* inst, Slot*, u32 element, u32) noexcept {
  runtime::impl_of(inst).drop_element(element);
  return Status::returned;
}

Status ref_func(Exec*, Inst* inst, Slot* operands, u32 function, u32) noexcept {
  operands[0] = reinterpret_cast<u64>(inst->instance->func(function));
  return Status::returned;
}

const Func* resolve_indirect(Exec* exec, Inst* inst, Table* table, u64 index,
                             TypeId expected) noexcept {
  TableState& t = *table->state;
  const u64 at = index_of(index, t.type.is64);
  const auto refuse = [exec, at](Trap kind) -> const Func* {
    exec->store->note_trap(kind);
    exec->pending.address = at;
    return nullptr;
  };
  if (!t.in_range(at, 1)) return refuse(Trap::undefined_element);
  const auto* const func = reinterpret_cast<const Func*>(t.get(at));
  if (func == nullptr) return refuse(Trap::uninitialized_element);
  ZHAN_ASSERT(func != &unfilled, "get fills lazy elements");
  if (!is_subtype(inst->types, func->type, expected))
    return refuse(Trap::indirect_call_type_mismatch);
  return func;
}

}  // namespace zhan::abi::builtin

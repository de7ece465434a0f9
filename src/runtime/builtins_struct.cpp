// SPDX-License-Identifier: Apache-2.0
// Structs (specification §4.4.5): allocation. Reading and writing fields is the engines' business.
#include "abi/builtins.hpp"
#include "runtime/objects.hpp"

namespace zhan::abi::builtin {
namespace {

using runtime::trap;

/// All fields from consecutive operands.
void write_fields(Exec* exec, Ref object, TypeId type, const Slot* operands) noexcept {
  const TypeInterner& types = runtime::types_of(exec);
  const std::span<const FieldType> fields = types.fields(type);
  const std::span<const u32> offsets = types.field_offsets(type);
  u8* const at = exec->heap_base + object;
  for (usize i = 0; i < fields.size(); ++i) {
    const ValType stored = fields[i].type;
    runtime::write_storage(at + offsets[i], operands,
                           storage_bytes(stored, types.is_function(stored)));
    operands += stored.slots();
  }
}

u32 field_slots(Exec* exec, TypeId type) noexcept {
  u32 slots = 0;
  for (const FieldType& field : runtime::types_of(exec).fields(type)) slots += field.type.slots();
  return slots;
}

void write_descriptor(Exec* exec, Ref object, TypeId type, Ref descriptor) noexcept {
  const u32 offset = runtime::types_of(exec).descriptor_offset(type);
  field<u32>(exec->heap_base, object, offset) = static_cast<u32>(descriptor);
}

Ref new_struct(Exec* exec, TypeId type) noexcept {
  return allocate_object(exec, type, runtime::types_of(exec).entries()[type].size);
}

Ref new_zeroed(Exec* exec, TypeId type) noexcept {
  const u32 bytes = runtime::types_of(exec).entries()[type].size;
  const Ref made = new_struct(exec, type);
  if (made != 0) std::memset(exec->heap_base + made + sizeof(Header), 0, bytes - sizeof(Header));
  return made;
}

}  // namespace

Status struct_new(Exec* exec, Inst*, Slot* operands, u32 type, u32) noexcept {
  const Ref made = new_struct(exec, type);
  if (made == 0) return Status::trapped;
  write_fields(exec, made, type, operands);
  operands[0] = made;
  return Status::returned;
}

Status struct_new_desc(Exec* exec, Inst*, Slot* operands, u32 type, u32) noexcept {
  const Slot* const descriptor = operands + field_slots(exec, type);
  if (*descriptor == 0) return trap(exec, Trap::null_descriptor_reference);
  const Ref made = new_struct(exec, type);
  if (made == 0) return Status::trapped;
  write_descriptor(exec, made, type, *descriptor);
  write_fields(exec, made, type, operands);
  operands[0] = made;
  return Status::returned;
}

Status struct_new_default(Exec* exec, Inst*, Slot* operands, u32 type, u32) noexcept {
  const Ref made = new_zeroed(exec, type);
  if (made == 0) return Status::trapped;
  operands[0] = made;
  return Status::returned;
}

Status struct_new_default_desc(Exec* exec, Inst*, Slot* operands, u32 type, u32) noexcept {
  if (operands[0] == 0) return trap(exec, Trap::null_descriptor_reference);
  const Ref made = new_zeroed(exec, type);
  if (made == 0) return Status::trapped;
  write_descriptor(exec, made, type, operands[0]);
  operands[0] = made;
  return Status::returned;
}

}  // namespace zhan::abi::builtin

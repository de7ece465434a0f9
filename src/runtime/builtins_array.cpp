// SPDX-License-Identifier: Apache-2.0
// Arrays (specification §4.4.5): allocation and bulk operations. Elements are copied by
// memmove, references recorded once for the whole range.
#include "abi/builtins.hpp"
#include "base/assert.hpp"
#include "runtime/objects.hpp"

namespace zhan::abi::builtin {
namespace {

using runtime::ArrayView;
using runtime::InstanceImpl;
using runtime::trap;

/// An array with its length and no elements yet: they must be written before anything else
/// happens. 0: a trap has been noted.
Ref new_array(Exec* exec, TypeId type, u32 length) noexcept {
  const u32 element = runtime::types_of(exec).entries()[type].size;
  const Ref made = allocate_object(exec, type, array_bytes(element, length));
  if (made != 0) field<u32>(exec->heap_base, made, array_length_offset) = length;
  return made;
}

void fill(ArrayView array, u64 index, u64 count, const Slot* value) noexcept {
  u8* const first = array.element(index);
  if (array.element_bytes == 1) {
    std::memset(first, static_cast<int>(*value & 0xff), count);
    return;
  }
  for (u64 i = 0; i < count; ++i)
    runtime::write_storage(first + i * array.element_bytes, value, array.element_bytes);
}

bool traced(Exec* exec, TypeId type) noexcept {
  return runtime::types_of(exec).entries()[type].map != 0;
}

/// Before references are written to [index, index + count).
void before_stores(Exec* exec, Ref array, ArrayView view, u64 index, u64 count) noexcept {
  const u64 offset = static_cast<u64>(view.element(index) - view.object);
  exec->store->impl().objects->before_stores(array, offset, count * view.element_bytes);
}

/// Items of an element segment as references: expressions have values, functions are made here.
u64 element_item(InstanceImpl& instance, u32 segment, u64 index) noexcept {
  const Element& element = instance.definition().elements[segment];
  if (element.uses_exprs) return instance.elements[segment].values[index];
  return reinterpret_cast<u64>(
      instance.func(instance.definition().element_funcs[element.first + index]));
}

void copy_items(InstanceImpl& instance, u32 segment, u64 from, ArrayView array, u64 index,
                u64 count) noexcept {
  for (u64 i = 0; i < count; ++i) {
    const u64 item = element_item(instance, segment, from + i);
    runtime::write_storage(array.element(index + i), &item, array.element_bytes);
  }
}

}  // namespace

Status array_new(Exec* exec, Inst*, Slot* operands, u32 type, u32) noexcept {
  const u32 element = runtime::types_of(exec).entries()[type].size;
  const u32 length = static_cast<u32>(operands[element == 16 ? 2 : 1]);
  const Ref made = new_array(exec, type, length);
  if (made == 0) return Status::trapped;
  fill(runtime::array_view(exec, made, type), 0, length, operands);
  operands[0] = made;
  return Status::returned;
}

Status array_new_default(Exec* exec, Inst*, Slot* operands, u32 type, u32) noexcept {
  const u32 length = static_cast<u32>(operands[0]);
  const Ref made = new_array(exec, type, length);
  if (made == 0) return Status::trapped;
  const ArrayView view = runtime::array_view(exec, made, type);
  std::memset(view.element(0), 0, u64{length} * view.element_bytes);
  operands[0] = made;
  return Status::returned;
}

Status array_new_fixed(Exec* exec, Inst*, Slot* operands, u32 type, u32 length) noexcept {
  const Ref made = new_array(exec, type, length);
  if (made == 0) return Status::trapped;
  const ArrayView view = runtime::array_view(exec, made, type);
  const u32 slots = view.element_bytes == 16 ? 2 : 1;
  for (u64 i = 0; i < length; ++i)
    runtime::write_storage(view.element(i), operands + i * slots, view.element_bytes);
  operands[0] = made;
  return Status::returned;
}

Status array_new_data(Exec* exec, Inst* inst, Slot* operands, u32 type, u32 segment) noexcept {
  const std::span<const u8> bytes = runtime::impl_of(inst).data_bytes(segment);
  const u64 from = static_cast<u32>(operands[0]);
  const u32 length = static_cast<u32>(operands[1]);
  const u64 size = u64{length} * runtime::types_of(exec).entries()[type].size;
  if (from > bytes.size() || size > bytes.size() - from)
    return trap(exec, Trap::out_of_bounds_memory_access);
  const Ref made = new_array(exec, type, length);
  if (made == 0) return Status::trapped;
  if (size > 0)
    std::memcpy(runtime::array_view(exec, made, type).element(0), bytes.data() + from, size);
  operands[0] = made;
  return Status::returned;
}

Status array_new_elem(Exec* exec, Inst* inst, Slot* operands, u32 type, u32 segment) noexcept {
  InstanceImpl& instance = runtime::impl_of(inst);
  const u64 from = static_cast<u32>(operands[0]);
  const u32 length = static_cast<u32>(operands[1]);
  const u64 size = instance.element_count(segment);
  if (from > size || length > size - from) return trap(exec, Trap::out_of_bounds_table_access);
  const Ref made = new_array(exec, type, length);
  if (made == 0) return Status::trapped;
  copy_items(instance, segment, from, runtime::array_view(exec, made, type), 0, length);
  operands[0] = made;
  return Status::returned;
}

Status array_fill(Exec* exec, Inst*, Slot* operands, u32 type, u32) noexcept {
  const Ref array = operands[0];
  if (array == 0) return trap(exec, Trap::null_array_reference);
  const ArrayView view = runtime::array_view(exec, array, type);
  const u64 index = static_cast<u32>(operands[1]);
  const u64 count = static_cast<u32>(operands[view.element_bytes == 16 ? 4 : 3]);
  if (!view.in_range(index, count)) return trap(exec, Trap::out_of_bounds_array_access);
  if (traced(exec, type)) before_stores(exec, array, view, index, count);
  fill(view, index, count, operands + 2);
  return Status::returned;
}

Status array_copy(Exec* exec, Inst*, Slot* operands, u32 type, u32 source_type) noexcept {
  const Ref to = operands[0], from = operands[2];
  if (to == 0 || from == 0) return trap(exec, Trap::null_array_reference);
  const ArrayView target = runtime::array_view(exec, to, type);
  const ArrayView source = runtime::array_view(exec, from, source_type);
  const u64 index = static_cast<u32>(operands[1]), source_index = static_cast<u32>(operands[3]);
  const u64 count = static_cast<u32>(operands[4]);
  if (!target.in_range(index, count) || !source.in_range(source_index, count))
    return trap(exec, Trap::out_of_bounds_array_access);
  ZHAN_ASSERT(target.element_bytes == source.element_bytes, "validated storage types");
  if (traced(exec, type)) before_stores(exec, to, target, index, count);
  std::memmove(target.element(index), source.element(source_index), count * target.element_bytes);
  return Status::returned;
}

Status array_init_data(Exec* exec, Inst* inst, Slot* operands, u32 type, u32 segment) noexcept {
  if (operands[0] == 0) return trap(exec, Trap::null_array_reference);
  const ArrayView view = runtime::array_view(exec, operands[0], type);
  const std::span<const u8> bytes = runtime::impl_of(inst).data_bytes(segment);
  const u64 index = static_cast<u32>(operands[1]), from = static_cast<u32>(operands[2]);
  const u64 count = static_cast<u32>(operands[3]);
  if (!view.in_range(index, count)) return trap(exec, Trap::out_of_bounds_array_access);
  const u64 size = count * view.element_bytes;
  if (from > bytes.size() || size > bytes.size() - from)
    return trap(exec, Trap::out_of_bounds_memory_access);
  if (size > 0) std::memcpy(view.element(index), bytes.data() + from, size);
  return Status::returned;
}

Status array_init_elem(Exec* exec, Inst* inst, Slot* operands, u32 type, u32 segment) noexcept {
  const Ref array = operands[0];
  if (array == 0) return trap(exec, Trap::null_array_reference);
  InstanceImpl& instance = runtime::impl_of(inst);
  const ArrayView view = runtime::array_view(exec, array, type);
  const u64 index = static_cast<u32>(operands[1]), from = static_cast<u32>(operands[2]);
  const u64 count = static_cast<u32>(operands[3]);
  if (!view.in_range(index, count)) return trap(exec, Trap::out_of_bounds_array_access);
  const u64 size = instance.element_count(segment);
  if (from > size || count > size - from) return trap(exec, Trap::out_of_bounds_table_access);
  if (traced(exec, type)) before_stores(exec, array, view, index, count);
  copy_items(instance, segment, from, view, index, count);
  return Status::returned;
}

}  // namespace zhan::abi::builtin

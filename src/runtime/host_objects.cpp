// SPDX-License-Identifier: Apache-2.0
#include "runtime/host_objects.hpp"

#include "abi/builtins.hpp"
#include "base/assert.hpp"
#include "runtime/objects.hpp"

namespace zhan::runtime {
namespace {

/// What an allocating builtin leaves in its first operand.
Result<u64> make(Store& store, abi::Builtin builtin, std::vector<abi::Slot> operands, TypeId type,
                 u32 count) {
  abi::Exec& exec = store.exec();
  operands.resize(std::max<usize>(operands.size(), 1));
  const abi::Status status = builtin(&exec, nullptr, operands.data(), type, count);
  if (!store.running()) store.impl().run_dead_finalisers();
  if (status == abi::Status::returned) return operands[0];
  exec.pending.trap = Trap::none;  // it is an error of the host's call, not of a guest's
  return fail(ErrorKind::no_memory, "no room for the object on the heap of its store");
}

/// Where a field or element lies.
struct Place {
  u8* at;
  u64 offset;  // in its object
  u32 bytes;
  bool traced;
};

TypeId type_of(Store& store, u64 object) noexcept {
  const u32 type = store.impl().objects->type_of(object);
  ZHAN_ASSERT(type < store.types().count(), "the object is a struct or an array");
  return type;
}

Place place_of(Store& store, u64 object, u64 offset, ValType stored) noexcept {
  const bool function = store.types().is_function(stored);
  return {store.exec().heap_base + object + offset, offset, storage_bytes(stored, function),
          is_traced(stored, function)};
}

Place field_place(Store& store, u64 object, u32 field) noexcept {
  const TypeId type = type_of(store, object);
  return place_of(store, object, store.types().field_offsets(type)[field],
                  store.types().fields(type)[field].type);
}

Place element_place(Store& store, u64 array, u32 index) noexcept {
  const TypeId type = type_of(store, array);
  const u32 bytes = store.types().entries()[type].size;
  ZHAN_ASSERT(index < array_length(store, array), "checked by the caller");
  return place_of(store, array, elements_offset(bytes) + u64{index} * bytes,
                  store.types().fields(type)[0].type);
}

FieldValue read(const Place& place) noexcept {
  FieldValue value;
  std::memcpy(&value, place.at, place.bytes);
  return value;
}

void write(Store& store, u64 object, const Place& place, const FieldValue& value) noexcept {
  if (place.traced) store.impl().objects->before_store(object, place.offset);
  std::memcpy(place.at, &value, place.bytes);
}

}  // namespace

Result<u64> new_struct(Store& store, TypeId type, std::span<const abi::Slot> fields) {
  return make(store, abi::builtin::struct_new, {fields.begin(), fields.end()}, type, 0);
}

Result<u64> new_default_struct(Store& store, TypeId type) {
  return make(store, abi::builtin::struct_new_default, {}, type, 0);
}

Result<u64> new_array(Store& store, TypeId type, u32 length, std::span<const abi::Slot> elements) {
  return make(store, abi::builtin::array_new_fixed, {elements.begin(), elements.end()}, type,
              length);
}

Result<u64> new_filled_array(Store& store, TypeId type, u32 length, FieldValue value) {
  std::vector<abi::Slot> operands{value.lo};
  if (store.types().fields(type)[0].type.slots() == 2) operands.push_back(value.hi);
  operands.push_back(length);
  return make(store, abi::builtin::array_new, std::move(operands), type, 0);
}

Result<u64> new_default_array(Store& store, TypeId type, u32 length) {
  return make(store, abi::builtin::array_new_default, {length}, type, 0);
}

FieldValue struct_field(Store& store, u64 object, u32 field) noexcept {
  return read(field_place(store, object, field));
}

void set_struct_field(Store& store, u64 object, u32 field, FieldValue value) noexcept {
  write(store, object, field_place(store, object, field), value);
}

u32 array_length(Store& store, u64 array) noexcept {
  return abi::field<u32>(store.exec().heap_base, array, array_length_offset);
}

FieldValue array_element(Store& store, u64 array, u32 index) noexcept {
  return read(element_place(store, array, index));
}

void set_array_element(Store& store, u64 array, u32 index, FieldValue value) noexcept {
  write(store, array, element_place(store, array, index), value);
}

}  // namespace zhan::runtime

// SPDX-License-Identifier: Apache-2.0
// Structs, arrays and i31 of the heap, in the hands of the host.
#include <fmt/format.h>

#include "capi/values.hpp"

using namespace zhan::capi;
using zhan::CompositeKind;
using zhan::Error;
using zhan::ErrorKind;
using zhan::fail;
using zhan::FieldType;
using zhan::Result;
using zhan::TypeId;
using zhan::u32;
using zhan::u64;
using zhan::ValType;
using zhan::abi::Slot;
using zhan::runtime::FieldValue;

namespace {

[[nodiscard]] const zhan::TypeInterner& types_of(zhan_store_t& store) {
  return store.runtime().types();
}

/// The canonical id of a type of structs (or arrays) of which the host may make objects.
Result<TypeId> makeable(zhan_store_t& store, zhan_valtype_t type, CompositeKind kind) {
  const char* const what = kind == CompositeKind::struct_ ? "struct" : "array";
  ZHAN_TRY(const ValType known, from_api(type, &types_of(store)));
  if (!known.is_ref() || !known.heap.is_defined() ||
      types_of(store).entries()[known.heap.number()].kind != kind)
    return fail(ErrorKind::type, fmt::format("not a type of {}s that a module defines", what));
  const TypeId id = known.heap.number();
  if (types_of(store).entries()[id].descriptor != zhan::no_type)
    return fail(ErrorKind::type, "objects of types with descriptors are made by their modules");
  return id;
}

/// The object of a reference that must be a struct (or an array).
struct Object {
  u64 raw;
  TypeId type;
};
Result<Object> object_of(zhan_store_t& store, zhan_ref_t ref, CompositeKind kind) {
  const char* const what = kind == CompositeKind::struct_ ? "struct" : "array";
  ZHAN_TRY(const u64 raw, raw_of(store, ref));
  if (raw == 0) return fail(ErrorKind::type, fmt::format("null is no {}", what));
  const zhan::HeapType heap = store.runtime().heap_type_of(raw);
  if (!heap.is_defined() || types_of(store).entries()[heap.number()].kind != kind)
    return fail(ErrorKind::type, fmt::format("the reference is no {}", what));
  return Object{raw, heap.number()};
}

Result<Slots> to_field(zhan_store_t& store, const FieldType& field, const zhan_val_t& value) {
  return to_slots(store, field.type.unpacked(), value);
}

Result<void> append(zhan_store_t& store, const FieldType& field, const zhan_val_t& value, u64 place,
                    std::vector<Slot>& slots) {
  auto made = to_field(store, field, value);
  if (!made)
    return fail(
        Error(made.error().kind(), fmt::format("value {} {}", place + 1, made.error().message())));
  slots.push_back(made->lo);
  if (field.type.slots() == 2) slots.push_back(made->hi);
  return {};
}

std::unexpected<Error> no_default(u64 place) {
  return fail(ErrorKind::type, fmt::format("value {} has no default", place + 1));
}

Result<u64> make_struct(zhan_store_t& store, TypeId type, const zhan_val_t* values, size_t count) {
  const std::span<const FieldType> fields = types_of(store).fields(type);
  if (values == nullptr) {
    for (size_t i = 0; i < fields.size(); ++i)
      if (!fields[i].type.is_defaultable()) return no_default(i);
    return zhan::runtime::new_default_struct(store.runtime(), type);
  }
  if (count != fields.size())
    return fail(ErrorKind::type,
                fmt::format("the struct has {} fields, given {} values", fields.size(), count));
  std::vector<Slot> slots;
  for (size_t i = 0; i < count; ++i) ZHAN_TRY_VOID(append(store, fields[i], values[i], i, slots));
  return zhan::runtime::new_struct(store.runtime(), type, slots);
}

Result<u64> make_array(zhan_store_t& store, TypeId type, u32 length, const zhan_val_t* values,
                       size_t count) {
  const FieldType element = types_of(store).fields(type)[0];
  if (count == 0 && length > 0) {
    if (!element.type.is_defaultable()) return no_default(0);
    return zhan::runtime::new_default_array(store.runtime(), type, length);
  }
  if (count == 1 && length != 1) {
    ZHAN_TRY(const Slots one, to_field(store, element, values[0]));
    return zhan::runtime::new_filled_array(store.runtime(), type, length, {one.lo, one.hi});
  }
  if (count != length)
    return fail(ErrorKind::type,
                fmt::format("an array of {} elements takes as many values, one or none, given {}",
                            length, count));
  std::vector<Slot> slots;
  for (size_t i = 0; i < count; ++i) ZHAN_TRY_VOID(append(store, element, values[i], i, slots));
  return zhan::runtime::new_array(store.runtime(), type, length, slots);
}

Result<FieldType> field_of(zhan_store_t& store, const Object& object, size_t field) {
  const std::span<const FieldType> fields = types_of(store).fields(object.type);
  if (field < fields.size()) return fields[field];
  return fail(ErrorKind::bounds,
              fmt::format("field {} is outside of a struct of {}", field, fields.size()));
}

/// The type of an element that is inside.
Result<FieldType> element_of(zhan_store_t& store, const Object& array, u64 index) {
  const u32 length = zhan::runtime::array_length(store.runtime(), array.raw);
  if (index < length) return types_of(store).fields(array.type)[0];
  return fail(ErrorKind::bounds,
              fmt::format("element {} is outside of an array of {}", index, length));
}

zhan_val_t from_field(zhan_store_t& store, const FieldType& field, const FieldValue& value) {
  return from_slots(store, field.type.unpacked(), {value.lo, value.hi}, true);
}

Result<FieldValue> for_writing(zhan_store_t& store, const FieldType& field,
                               const zhan_val_t& value) {
  if (!field.mutable_) return fail(ErrorKind::type, "it is not mutable");
  ZHAN_TRY(const Slots slots, to_field(store, field, value));
  return FieldValue{slots.lo, slots.hi};
}

Result<u64> make_i31(int32_t value) { return static_cast<u32>(value) << 1 | 1; }

Result<void> read_i31(zhan_store_t& store, zhan_ref_t ref, int32_t& out) {
  ZHAN_TRY(const u64 raw, raw_of(store, ref));
  if ((raw & 1) == 0) return fail(ErrorKind::type, "the reference is no i31");
  out = static_cast<int32_t>(raw) >> 1;
  return {};
}

Result<void> read_field(zhan_store_t& store, zhan_ref_t ref, size_t field, zhan_val_t& out) {
  ZHAN_TRY(const Object object, object_of(store, ref, CompositeKind::struct_));
  ZHAN_TRY(const FieldType type, field_of(store, object, field));
  out = from_field(store, type, struct_field(store.runtime(), object.raw, static_cast<u32>(field)));
  return {};
}

Result<void> write_field(zhan_store_t& store, zhan_ref_t ref, size_t field,
                         const zhan_val_t& value) {
  ZHAN_TRY(const Object object, object_of(store, ref, CompositeKind::struct_));
  ZHAN_TRY(const FieldType type, field_of(store, object, field));
  ZHAN_TRY(const FieldValue slots, for_writing(store, type, value));
  set_struct_field(store.runtime(), object.raw, static_cast<u32>(field), slots);
  return {};
}

Result<void> read_element(zhan_store_t& store, zhan_ref_t ref, u64 index, zhan_val_t& out) {
  ZHAN_TRY(const Object array, object_of(store, ref, CompositeKind::array));
  ZHAN_TRY(const FieldType type, element_of(store, array, index));
  out = from_field(store, type, array_element(store.runtime(), array.raw, static_cast<u32>(index)));
  return {};
}

Result<void> write_element(zhan_store_t& store, zhan_ref_t ref, u64 index,
                           const zhan_val_t& value) {
  ZHAN_TRY(const Object array, object_of(store, ref, CompositeKind::array));
  ZHAN_TRY(const FieldType type, element_of(store, array, index));
  ZHAN_TRY(const FieldValue slots, for_writing(store, type, value));
  set_array_element(store.runtime(), array.raw, static_cast<u32>(index), slots);
  return {};
}

/// Runs `work` for a usable store; its error becomes one of the API.
template <class Work>
zhan_error_t* on(zhan_store_t* store, const Work& work) {
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    auto done = work(*store);
    return done ? nullptr : to_api(std::move(done.error()), store);
  });
}

/// The same where the result is a new object.
template <class Work>
zhan_error_t* make(zhan_store_t* store, zhan_ref_t* out, const Work& work) {
  *out = {};
  return on(store, [&](zhan_store_t& s) -> Result<void> {
    ZHAN_TRY(const u64 raw, work(s));
    *out = s.roots().own(raw);
    return {};
  });
}

}  // namespace

zhan_valtype_t zhan_ref_type(zhan_store_t* store, zhan_ref_t ref) {
  return guarded_or(zhan_valtype_t{}, [&]() -> zhan_valtype_t {
    if (store == nullptr || !store->usable()) return {};
    const Result<u64> raw = raw_of(*store, ref);
    if (!raw || *raw == 0) return {};
    return to_api(type_of_object(*store, *raw), &types_of(*store));
  });
}

zhan_error_t* zhan_i31_new(zhan_store_t* store, int32_t value, zhan_ref_t* out) {
  return make(store, out, [&](zhan_store_t&) { return make_i31(value); });
}

zhan_error_t* zhan_i31_get(zhan_store_t* store, zhan_ref_t ref, int32_t* out) {
  *out = 0;
  return on(store, [&](zhan_store_t& s) { return read_i31(s, ref, *out); });
}

zhan_error_t* zhan_struct_new(zhan_store_t* store, zhan_valtype_t type, const zhan_val_t* fields,
                              size_t count, zhan_ref_t* out) {
  return make(store, out, [&](zhan_store_t& s) -> Result<u64> {
    ZHAN_TRY(const TypeId id, makeable(s, type, CompositeKind::struct_));
    return make_struct(s, id, fields, count);
  });
}

zhan_error_t* zhan_struct_get(zhan_store_t* store, zhan_ref_t ref, size_t field, zhan_val_t* out) {
  *out = {};
  return on(store, [&](zhan_store_t& s) { return read_field(s, ref, field, *out); });
}

zhan_error_t* zhan_struct_set(zhan_store_t* store, zhan_ref_t ref, size_t field,
                              const zhan_val_t* value) {
  return on(store, [&](zhan_store_t& s) { return write_field(s, ref, field, *value); });
}

zhan_error_t* zhan_array_new(zhan_store_t* store, zhan_valtype_t type, uint32_t length,
                             const zhan_val_t* elements, size_t count, zhan_ref_t* out) {
  return make(store, out, [&](zhan_store_t& s) -> Result<u64> {
    ZHAN_TRY(const TypeId id, makeable(s, type, CompositeKind::array));
    return make_array(s, id, length, elements, count);
  });
}

zhan_error_t* zhan_array_len(zhan_store_t* store, zhan_ref_t ref, uint32_t* out) {
  *out = 0;
  return on(store, [&](zhan_store_t& s) -> Result<void> {
    ZHAN_TRY(const Object array, object_of(s, ref, CompositeKind::array));
    *out = zhan::runtime::array_length(s.runtime(), array.raw);
    return {};
  });
}

zhan_error_t* zhan_array_get(zhan_store_t* store, zhan_ref_t ref, uint64_t index, zhan_val_t* out) {
  *out = {};
  return on(store, [&](zhan_store_t& s) { return read_element(s, ref, index, *out); });
}

zhan_error_t* zhan_array_set(zhan_store_t* store, zhan_ref_t ref, uint64_t index,
                             const zhan_val_t* value) {
  return on(store, [&](zhan_store_t& s) { return write_element(s, ref, index, *value); });
}

// SPDX-License-Identifier: Apache-2.0
// Structs and arrays made, read and written by the host. What is named here (types, fields,
// elements) exists and values have been checked: the caller's business. References are raw: good
// until the next allocation or collection unless rooted.
#pragma once

#include "runtime/store.hpp"

namespace zhan::runtime {

/// Slots of one field or element; `hi` for v128 only.
struct FieldValue {
  abi::Slot lo = 0, hi = 0;
};

/// A new struct with the slots of its fields in order, or with their defaults. May collect:
/// references among the slots are rooted. Error: no_memory.
[[nodiscard]] Result<u64> new_struct(Store& store, TypeId type, std::span<const abi::Slot> fields);
[[nodiscard]] Result<u64> new_default_struct(Store& store, TypeId type);
/// A new array of these elements, of `length` times one, or of defaults. As above.
[[nodiscard]] Result<u64> new_array(Store& store, TypeId type, u32 length,
                                    std::span<const abi::Slot> elements);
[[nodiscard]] Result<u64> new_filled_array(Store& store, TypeId type, u32 length, FieldValue value);
[[nodiscard]] Result<u64> new_default_array(Store& store, TypeId type, u32 length);

/// Packed values are zero-extended.
[[nodiscard]] FieldValue struct_field(Store& store, u64 object, u32 field) noexcept;
void set_struct_field(Store& store, u64 object, u32 field, FieldValue value) noexcept;
[[nodiscard]] u32 array_length(Store& store, u64 array) noexcept;
[[nodiscard]] FieldValue array_element(Store& store, u64 array, u32 index) noexcept;
void set_array_element(Store& store, u64 array, u32 index, FieldValue value) noexcept;

}  // namespace zhan::runtime

// SPDX-License-Identifier: Apache-2.0
// Heap objects: fields, elements, allocation, casts. Null is tested first; offsets and indices are
// then inside the object.
#include <cstring>

#include "interp/specials.hpp"

namespace zhan::interp {
namespace {

using abi::Ref;

template <class T>
struct Stored {
  static inline void read(const u8* at, Slot* slot) noexcept {
    T value;
    std::memcpy(&value, at, sizeof(T));
    if constexpr (sizeof(T) < 4)
      *slot = static_cast<u32>(value);  // sign-extended to 32 bits if T is signed
    else
      *slot = value;
  }
  static inline void write(u8* at, const Slot* slot) noexcept { std::memcpy(at, slot, sizeof(T)); }
};

/// v128: two slots.
struct TwoSlots {};
template <>
struct Stored<TwoSlots> {
  static inline void read(const u8* at, Slot* slot) noexcept { std::memcpy(slot, at, 16); }
  static inline void write(u8* at, const Slot* slot) noexcept { std::memcpy(at, slot, 16); }
};

inline bool needs_record(const u8* object) noexcept { return object[abi::flags_offset] != 0; }

// -- Structs --

template <class T>
ZHAN_CC Status get_field(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const FieldCell& cell = as<FieldCell>(r.pc);
  const Ref ref = r.fp[cell.object];
  if (ref == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_structure_reference);
  Stored<T>::read(r.inst->heap_base + ref + cell.offset, r.fp + cell.value);
  ZHAN_NEXT(skip(r.pc, sizeof(FieldCell)));
}

}  // namespace

ZHAN_CC Status do_get_descriptor(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const FieldCell& cell = as<FieldCell>(r.pc);
  const Ref ref = r.fp[cell.object];
  if (ref == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_reference);
  r.fp[cell.value] = abi::field<u32>(r.inst->heap_base, ref, cell.offset);
  ZHAN_NEXT(skip(r.pc, sizeof(FieldCell)));
}

namespace {

/// The old object is noted, then the field is written.
ZHAN_CC Status record_field(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const FieldCell& cell = as<FieldCell>(r.pc);
  const Ref ref = r.fp[cell.object];
  abi::builtin::record_store(r.exec, ref, cell.offset);
  Stored<u32>::write(r.inst->heap_base + ref + cell.offset, r.fp + cell.value);
  ZHAN_NEXT(skip(r.pc, sizeof(FieldCell)));
}

template <class T, bool traced>
ZHAN_CC Status set_field(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const FieldCell& cell = as<FieldCell>(r.pc);
  const Ref ref = r.fp[cell.object];
  if (ref == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_structure_reference);
  u8* const object = r.inst->heap_base + ref;
  if constexpr (traced)
    if (needs_record(object)) [[unlikely]]
      ZHAN_JUMP(record_field);
  Stored<T>::write(object + cell.offset, r.fp + cell.value);
  ZHAN_NEXT(skip(r.pc, sizeof(FieldCell)));
}

// -- Arrays --

template <class T>
inline u8* element(u8* object, u64 index) noexcept {
  constexpr u64 bytes = std::is_same_v<T, TwoSlots> ? 16 : sizeof(T);
  return object + (bytes <= 4 ? 12 : 16) + index * bytes;
}

inline u32 length_of(const u8* object) noexcept {
  return *reinterpret_cast<const u32*>(object + 8);
}

template <class T>
ZHAN_CC Status read_element(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const ElementCell& cell = as<ElementCell>(r.pc);
  const Ref ref = r.fp[cell.array];
  if (ref == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_array_reference);
  u8* const object = r.inst->heap_base + ref;
  const u32 index = static_cast<u32>(r.fp[cell.index]);
  if (index >= length_of(object)) [[unlikely]]
    ZHAN_TRAP(Trap::out_of_bounds_array_access);
  Stored<T>::read(element<T>(object, index), r.fp + cell.value);
  ZHAN_NEXT(skip(r.pc, sizeof(ElementCell)));
}

ZHAN_CC Status record_element(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const ElementCell& cell = as<ElementCell>(r.pc);
  const Ref ref = r.fp[cell.array];
  u8* const object = r.inst->heap_base + ref;
  u8* const at = element<u32>(object, static_cast<u32>(r.fp[cell.index]));
  abi::builtin::record_store(r.exec, ref, static_cast<u64>(at - object));
  Stored<u32>::write(at, r.fp + cell.value);
  ZHAN_NEXT(skip(r.pc, sizeof(ElementCell)));
}

template <class T, bool traced>
ZHAN_CC Status write_element(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const ElementCell& cell = as<ElementCell>(r.pc);
  const Ref ref = r.fp[cell.array];
  if (ref == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_array_reference);
  u8* const object = r.inst->heap_base + ref;
  const u32 index = static_cast<u32>(r.fp[cell.index]);
  if (index >= length_of(object)) [[unlikely]]
    ZHAN_TRAP(Trap::out_of_bounds_array_access);
  if constexpr (traced)
    if (needs_record(object)) [[unlikely]]
      ZHAN_JUMP(record_element);
  Stored<T>::write(element<T>(object, index), r.fp + cell.value);
  ZHAN_NEXT(skip(r.pc, sizeof(ElementCell)));
}

}  // namespace

ZHAN_CC Status do_array_len(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const ElementCell& cell = as<ElementCell>(r.pc);
  const Ref ref = r.fp[cell.array];
  if (ref == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_array_reference);
  r.fp[cell.value] = length_of(r.inst->heap_base + ref);
  ZHAN_NEXT(skip(r.pc, sizeof(ElementCell)));
}

namespace {

/// make<T>() for what lies in `bytes`: narrow values with or without sign.
template <class Make>
Handler by_storage(u32 bytes, bool is_signed, const Make& make) noexcept {
  switch (bytes) {
    case 1: return is_signed ? make.template operator()<i8>() : make.template operator()<u8>();
    case 2: return is_signed ? make.template operator()<i16>() : make.template operator()<u16>();
    case 4: return make.template operator()<u32>();
    case 8: return make.template operator()<u64>();
    default: return make.template operator()<TwoSlots>();
  }
}

}  // namespace

Handler field_reader(u32 bytes, bool is_signed) noexcept {
  return by_storage(bytes, is_signed, []<class T>() -> Handler { return &get_field<T>; });
}

Handler element_reader(u32 bytes, bool is_signed) noexcept {
  return by_storage(bytes, is_signed, []<class T>() -> Handler { return &read_element<T>; });
}

Handler field_writer(u32 bytes, bool traced) noexcept {
  if (traced && bytes == sizeof(u32)) return &set_field<u32, true>;
  return by_storage(bytes, false, []<class T>() -> Handler { return &set_field<T, false>; });
}

Handler element_writer(u32 bytes, bool traced) noexcept {
  if (traced && bytes == sizeof(u32)) return &write_element<u32, true>;
  return by_storage(bytes, false, []<class T>() -> Handler { return &write_element<T, false>; });
}

// -- Allocation --

namespace {

/// Writes all fields; r.acc is the object.
ZHAN_CC Status fill_struct(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const NewStructCell& cell = as<NewStructCell>(r.pc);
  const auto* place = reinterpret_cast<const FieldPlace*>(&cell + 1);
  u8* const object = r.inst->heap_base + r.acc;
  const Slot* operand = r.fp + cell.operands;
  for (u32 i = 0; i < cell.count; ++i, ++place, ++operand) {
    u8* const at = object + place->offset;
    switch (place->log2) {
      case 0: *at = static_cast<u8>(*operand); break;
      case 1: Stored<u16>::write(at, operand); break;
      case 2: Stored<u32>::write(at, operand); break;
      default: Stored<u64>::write(at, operand); break;
    }
  }
  r.fp[cell.result] = r.acc;
  ZHAN_NEXT(skip(r.pc, sizeof(NewStructCell) + (cell.count + 1) / 2 * 8));
}

/// The window is too small.
ZHAN_CC Status allocate_struct(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const NewStructCell& cell = as<NewStructCell>(r.pc);
  save(r, r.fp + cell.operands + cell.slots);
  r.acc = abi::builtin::allocate_object(r.exec, cell.type, cell.bytes);
  if (r.acc == 0) ZHAN_JUMP(trap_exit);
  restore(r);
  ZHAN_JUMP(fill_struct);
}

}  // namespace

ZHAN_CC Status do_new_struct(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const NewStructCell& cell = as<NewStructCell>(r.pc);
  const u64 at = r.exec->heap_cur;
  if (cell.bytes > r.exec->heap_end - at) [[unlikely]]
    ZHAN_JUMP(allocate_struct);
  r.exec->heap_cur = at + cell.bytes;
  abi::field<u64>(r.inst->heap_base, at, 0) = cell.type;
  r.acc = at;
  ZHAN_JUMP(fill_struct);
}

// -- Casts --

namespace {

inline bool is_match(const Regs& r, const CastCell& cell) noexcept {
  return abi::matches(r.inst->types, r.inst->heap_base, r.fp[cell.object], cell.target);
}

/// Whether the object is described by the given descriptor, not null.
inline bool is_described(const Regs& r, const CastCell& cell) noexcept {
  const Ref ref = r.fp[cell.object];
  if (ref == 0) return cell.target.nullable;
  return is_match(r, cell) &&
         abi::field<u32>(r.inst->heap_base, ref, cell.offset) == r.fp[cell.descriptor];
}

}  // namespace

ZHAN_CC Status do_ref_test(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const CastCell& cell = as<CastCell>(r.pc);
  r.fp[cell.result] = is_match(r, cell) ? 1 : 0;
  ZHAN_NEXT(skip(r.pc, sizeof(CastCell)));
}

ZHAN_CC Status do_ref_cast(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const CastCell& cell = as<CastCell>(r.pc);
  if (!is_match(r, cell)) [[unlikely]]
    ZHAN_TRAP(Trap::cast_failure);
  r.fp[cell.result] = r.fp[cell.object];
  ZHAN_NEXT(skip(r.pc, sizeof(CastCell)));
}

ZHAN_CC Status do_test_descriptor(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const CastCell& cell = as<CastCell>(r.pc);
  if (r.fp[cell.descriptor] == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_descriptor_reference);
  r.fp[cell.result] = is_described(r, cell) ? 1 : 0;
  ZHAN_NEXT(skip(r.pc, sizeof(CastCell)));
}

ZHAN_CC Status do_cast_descriptor(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const CastCell& cell = as<CastCell>(r.pc);
  if (r.fp[cell.descriptor] == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_descriptor_reference);
  if (!is_described(r, cell)) [[unlikely]]
    ZHAN_TRAP(Trap::descriptor_cast_failure);
  r.fp[cell.result] = r.fp[cell.object];
  ZHAN_NEXT(skip(r.pc, sizeof(CastCell)));
}

}  // namespace zhan::interp

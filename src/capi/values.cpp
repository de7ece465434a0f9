// SPDX-License-Identifier: Apache-2.0
#include "capi/values.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>

namespace zhan::capi {
namespace {

const char* kind_name(u8 kind) noexcept {
  static constexpr const char* names[] = {"no kind", "i32",  "i64",    "f32", "f64",
                                          "v128",    "func", "extern", "any", "exn"};
  return kind <= ZHAN_EXN ? names[kind] : names[0];
}

std::unexpected<Error> mismatch(ValType wanted, std::string_view found) {
  return fail(ErrorKind::type,
              fmt::format("must be of type {}, given {}", to_string(wanted), found));
}

/// The same in the hierarchy of `top`: values of any are extern values too, converted, and host
/// values are any.
ValType type_in(zhan_store_t& store, u64 raw, AbsHeap top) noexcept {
  const ValType type = type_of_object(store, raw);
  const bool exception = type.heap == HeapType(AbsHeap::exn);
  if (exception || top == AbsHeap::exn) return type;
  if (top == AbsHeap::extern_) return ValType::ref(AbsHeap::extern_, false);
  return type.heap == HeapType(AbsHeap::extern_) ? ValType::ref(AbsHeap::any, false) : type;
}

Result<Slots> func_slot(zhan_store_t& store, ValType type, zhan_func_t handle) {
  if (handle.store == 0) {
    if (!type.nullable) return mismatch(type, "null");
    return Slots{};
  }
  abi::Func* const func = store.find(handle);
  if (func == nullptr) return fail(ErrorKind::wrong_store, "is a function of another store");
  const ValType found = ValType::ref(HeapType::defined(func->type), false, true);
  if (!store.runtime().types().matches(found, type))
    return mismatch(type, "a function of type " + store.runtime().type_text(func));
  return Slots{reinterpret_cast<abi::Slot>(func), 0};
}

Result<Slots> ref_slot(zhan_store_t& store, ValType type, zhan_ref_t ref) {
  ZHAN_TRY(const u64 raw, raw_of(store, ref));
  if (raw == 0) {
    if (!type.nullable) return mismatch(type, "null");
    return Slots{};
  }
  const TypeInterner& types = store.runtime().types();
  const ValType found = type_in(store, raw, types.top(type.heap));
  if (!types.matches(found, type)) return mismatch(type, to_string(found));
  return Slots{raw, 0};
}

Slots number_slots(const zhan_val_t& value) noexcept {
  Slots made;
  switch (value.kind) {
    case ZHAN_I32: made.lo = static_cast<u32>(value.of.i32); break;
    case ZHAN_I64: made.lo = static_cast<u64>(value.of.i64); break;
    case ZHAN_F32: made.lo = std::bit_cast<u32>(value.of.f32); break;
    case ZHAN_F64: made.lo = std::bit_cast<u64>(value.of.f64); break;
    default: std::memcpy(&made.lo, value.of.v128, 8); std::memcpy(&made.hi, value.of.v128 + 8, 8);
  }
  return made;
}

std::unexpected<Error> place(Error error, const char* what, usize i) {
  error = Error(error.kind(), fmt::format("{} {} {}", what, i + 1, error.message()));
  return fail(std::move(error));
}

}  // namespace

Result<u64> raw_of(zhan_store_t& store, zhan_ref_t ref) {
  if (!store.roots().owns(ref))
    return fail(ErrorKind::wrong_store, "is a reference of another store");
  if (!store.roots().lives(ref))
    return fail(ErrorKind::wrong_store, "is a reference that has been dropped");
  return Roots::raw(ref);
}

ValType type_of_object(zhan_store_t& store, u64 raw) noexcept {
  const HeapType heap = store.runtime().heap_type_of(raw);
  if (heap == HeapType(AbsHeap::any)) return ValType::ref(AbsHeap::extern_, false);
  return ValType::ref(heap, false, heap.is_defined());
}

Result<Slots> to_slots(zhan_store_t& store, ValType type, const zhan_val_t& value) {
  const zhan_valkind_t wanted = kind_of(type, &store.runtime().types());
  if (wanted == ZHAN_NONE || value.kind != wanted) return mismatch(type, kind_name(value.kind));
  if (wanted <= ZHAN_V128) return number_slots(value);
  return wanted == ZHAN_FUNC ? func_slot(store, type, value.of.func)
                             : ref_slot(store, type, value.of.ref);
}

zhan_val_t from_slots(zhan_store_t& store, ValType type, Slots slots, bool owned) {
  zhan_val_t made{};
  made.kind = static_cast<u8>(kind_of(type, &store.runtime().types()));
  switch (made.kind) {
    case ZHAN_I32: made.of.i32 = static_cast<i32>(slots.lo); break;
    case ZHAN_I64: made.of.i64 = static_cast<i64>(slots.lo); break;
    case ZHAN_F32: made.of.f32 = std::bit_cast<float>(static_cast<u32>(slots.lo)); break;
    case ZHAN_F64: made.of.f64 = std::bit_cast<double>(slots.lo); break;
    case ZHAN_V128:
      std::memcpy(made.of.v128, &slots.lo, 8);
      std::memcpy(made.of.v128 + 8, &slots.hi, 8);
      break;
    case ZHAN_FUNC: made.of.func = store.handle(reinterpret_cast<abi::Func*>(slots.lo)); break;
    case ZHAN_NONE: break;  // what the API has no room for
    default: made.of.ref = owned ? store.roots().own(slots.lo) : store.roots().lend(slots.lo);
  }
  return made;
}

Result<void> to_slots(zhan_store_t& store, std::span<const ValType> types, const zhan_val_t* values,
                      abi::Slot* out, const char* what) {
  for (usize i = 0; i < types.size(); ++i) {
    auto slots = to_slots(store, types[i], values[i]);
    if (!slots) return place(std::move(slots.error()), what, i);
    *out++ = slots->lo;
    if (types[i].slots() == 2) *out++ = slots->hi;
  }
  return {};
}

void from_slots(zhan_store_t& store, std::span<const ValType> types, const abi::Slot* slots,
                zhan_val_t* values, bool owned) {
  for (const ValType& type : types) {
    Slots one{*slots++, 0};
    if (type.slots() == 2) one.hi = *slots++;
    *values++ = from_slots(store, type, one, owned);
  }
}

u32 slot_count(std::span<const ValType> types) noexcept {
  u32 count = 0;
  for (const ValType& type : types) count += type.slots();
  return count;
}

void zero_extend(std::span<const ValType> types, abi::Slot* slots) noexcept {
  for (const ValType& type : types) {
    if (type.kind == TypeKind::i32 || type.kind == TypeKind::f32) *slots = static_cast<u32>(*slots);
    slots += type.slots();
  }
}

}  // namespace zhan::capi

// SPDX-License-Identifier: Apache-2.0
// Values of the API to slots of the library and back; every kind and reference is checked (C13).
#pragma once

#include <span>

#include "capi/store.hpp"

namespace zhan::capi {

/// Slots of one value: a v128 takes both.
struct Slots {
  abi::Slot lo = 0, hi = 0;
};

/// The raw reference behind one of the API. Error: wrong_store, also for one that has been dropped.
[[nodiscard]] Result<u64> raw_of(zhan_store_t& store, zhan_ref_t ref);
/// The most precise type of what a raw reference, not null, is to: host values are extern.
[[nodiscard]] ValType type_of_object(zhan_store_t& store, u64 raw) noexcept;

/// Errors: type (wrong kind, null or type of a reference), wrong_store.
[[nodiscard]] Result<Slots> to_slots(zhan_store_t& store, ValType type, const zhan_val_t& value);
/// `owned`: references get entries of their own; else they are lent.
[[nodiscard]] zhan_val_t from_slots(zhan_store_t& store, ValType type, Slots slots, bool owned);

/// Writes values one after the other; `what` ("argument", "result") is for the error.
[[nodiscard]] Result<void> to_slots(zhan_store_t& store, std::span<const ValType> types,
                                    const zhan_val_t* values, abi::Slot* out, const char* what);
void from_slots(zhan_store_t& store, std::span<const ValType> types, const abi::Slot* slots,
                zhan_val_t* values, bool owned);

[[nodiscard]] u32 slot_count(std::span<const ValType> types) noexcept;
/// i32 and f32 lie zero-extended in slots (CONTRACTS C1), whatever the embedder left above.
void zero_extend(std::span<const ValType> types, abi::Slot* slots) noexcept;

/// Room for a call's slots or values: in the object, or allocated if they are many.
template <class T, usize inline_count>
class Room {
 public:
  explicit Room(usize count) {
    if (count > inline_count) m_many.resize(count);
  }
  [[nodiscard]] T* data() noexcept { return m_many.empty() ? m_few.data() : m_many.data(); }

 private:
  std::array<T, inline_count> m_few{};
  std::vector<T> m_many;
};

}  // namespace zhan::capi

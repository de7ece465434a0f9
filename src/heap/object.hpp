// SPDX-License-Identifier: Apache-2.0
// Objects as the collector sees them: how large they are and where their references lie.
#pragma once

#include <bit>
#include <cstring>
#include <span>

#include "abi/fiber.hpp"
#include "abi/object.hpp"
#include "base/assert.hpp"
#include "module/object_layout.hpp"
#include "module/type_interner.hpp"

namespace zhan::heap {

using abi::Header;
using abi::Ref;

/// A host value behind an externref.
struct Box {
  Header header{.type = abi::box_kind};
  void* data = nullptr;
  void (*finaliser)(void*) = nullptr;
};
static_assert(sizeof(Box) == 24);

/// A thrown exception (CONTRACTS C10), immutable. The slots of its payload follow: the values of
/// the parameters of `type`, a function type, which tells references from numbers.
struct Exception {
  Header header{.type = abi::exn_kind};
  TypeId type = no_type;
  u32 slots = 0;
  const void* tag = nullptr;  // its identity in the store

  [[nodiscard]] std::span<const abi::Slot> payload() const noexcept {
    return {reinterpret_cast<const abi::Slot*>(this + 1), slots};
  }
};
static_assert(sizeof(Exception) == 24);

/// While survivors are copied: the object has moved; the other bits of `type` are its new offset/8.
inline constexpr u32 forwarded = 0x8000'0000;

[[nodiscard]] inline u32 filler_size(const Header& header) noexcept {
  return 8 * (header.spare[0] | header.spare[1] << 8 | header.spare[2] << 16);
}
[[nodiscard]] inline Header filler(u32 bytes) noexcept {
  const u32 words = bytes / 8;
  return {abi::filler_kind,
          0,
          {static_cast<u8>(words), static_cast<u8>(words >> 8), static_cast<u8>(words >> 16)}};
}

/// Bytes of the object whose header this is.
[[nodiscard]] inline u64 object_bytes(const TypeEntry* types, const Header& header) noexcept {
  switch (header.type) {
    case abi::filler_kind: return filler_size(header);
    case abi::box_kind: return sizeof(Box);
    case abi::cont_kind: return sizeof(abi::Continuation);
    case abi::exn_kind:
      return sizeof(Exception) +
             u64{reinterpret_cast<const Exception*>(&header)->slots} * sizeof(abi::Slot);
    default: break;
  }
  const TypeEntry& entry = types[header.type];
  if (entry.kind == CompositeKind::struct_) return entry.size;
  ZHAN_ASSERT(entry.kind == CompositeKind::array, "objects are structs, arrays or special");
  u32 length;
  std::memcpy(&length, reinterpret_cast<const u8*>(&header) + array_length_offset, sizeof(length));
  return array_bytes(entry.size, length);
}

/// Calls visit(u32&) for each field that holds a reference.
template <class Visit>
void each_reference(const TypeEntry& entry, u8* object, const Visit& visit) {
  if (entry.kind == CompositeKind::array) {
    if (entry.map == 0) return;
    auto* const elements = reinterpret_cast<u32*>(object + narrow_elements_offset);
    const u32 length = *reinterpret_cast<u32*>(object + array_length_offset);
    for (u32 i = 0; i < length; ++i) visit(elements[i]);
    return;
  }
  if (entry.map == 0) return;
  const bool large = entry.size > inline_map_bytes;
  const u64* const words = large ? reinterpret_cast<const u64*>(entry.map) : &entry.map;
  const u32 count = large ? (entry.size + inline_map_bytes - 1) / inline_map_bytes : 1;
  for (u32 w = 0; w < count; ++w)
    for (u64 bits = words[w]; bits != 0; bits &= bits - 1)
      visit(*reinterpret_cast<u32*>(object + w * inline_map_bytes +
                                    4 * static_cast<u32>(std::countr_zero(bits))));
}

/// Calls visit(Slot&) for each slot of the payload that holds a reference.
template <class Visit>
void each_slot(const TypeInterner& types, Exception& exception, const Visit& visit) {
  auto* slot = reinterpret_cast<abi::Slot*>(&exception + 1);
  for (const ValType& type : types.func_type(exception.type).params) {
    if (is_traced(type, types.is_function(type))) visit(*slot);
    slot += type.slots();
  }
}

}  // namespace zhan::heap

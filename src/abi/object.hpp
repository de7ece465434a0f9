// SPDX-License-Identifier: Apache-2.0
// Objects of the heap as code sees them (CONTRACTS C7, C8): header, kinds, flags of the barrier,
// tests of types.
#pragma once

#include "abi/abi.hpp"

namespace zhan::abi {

/// A reference in a slot: 0 = null, odd = i31, else the offset of an object from the heap's base.
/// References to functions are addresses of Funcs instead.
using Ref = u64;

/// Types of objects outside the types of modules: above all interned ids (those are < 2^30).
inline constexpr u32 cont_kind = 0x7fff'fffc;    // a continuation (fiber.hpp)
inline constexpr u32 filler_kind = 0x7fff'fffd;  // unused room; its size / 8 in the spare bits
inline constexpr u32 exn_kind = 0x7fff'fffe;
inline constexpr u32 box_kind = 0x7fff'ffff;
inline constexpr u32 first_special_kind = cont_kind;

/// First 8 bytes of every object.
struct Header {
  u32 type = 0;
  u8 flags = 0;
  u8 spare[3] = {};
};
static_assert(sizeof(Header) == 8);

/// Flags of a header: a store of a reference into an object that has one of them is recorded first.
namespace flag {
inline constexpr u8 unlogged = 1;  // old, not yet on the log
inline constexpr u8 carded = 2;    // large: its cards are marked instead
}  // namespace flag
inline constexpr u32 flags_offset = 4;

[[nodiscard]] constexpr bool is_i31(Ref ref) noexcept { return (ref & 1) != 0; }

template <class T>
[[nodiscard]] inline T& field(u8* heap_base, Ref ref, u64 offset) noexcept {
  return *reinterpret_cast<T*>(heap_base + ref + offset);
}
[[nodiscard]] inline Header& header(u8* heap_base, Ref ref) noexcept {
  return field<Header>(heap_base, ref, 0);
}

/// What a cast or test asks for (specification §4.2.9).
struct CastTarget {
  enum class Kind : u8 {
    any_object,  // the top of a hierarchy: whatever is not null
    nothing,     // a bottom: null alone, if it is allowed
    eq,
    i31,
    struct_,
    array,
    defined,   // a struct or array type
    function,  // a function type: the reference is a Func
  } kind = Kind::nothing;
  bool nullable = false;
  bool exact = false;
  TypeId type = no_type;
};

/// Whether a reference, not null, is of the target's type.
[[nodiscard]] bool matches_object(const TypeEntry* types, u8* heap_base, Ref ref,
                                  CastTarget target) noexcept;

[[nodiscard]] inline bool matches(const TypeEntry* types, u8* heap_base, Ref ref,
                                  CastTarget target) noexcept {
  return ref == 0 ? target.nullable : matches_object(types, heap_base, ref, target);
}

}  // namespace zhan::abi

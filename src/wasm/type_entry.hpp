// SPDX-License-Identifier: Apache-2.0
// The run-time entry of a canonical type (CONTRACTS C7): 64 bytes, never moved, read without locks.
#pragma once

#include "wasm/types.hpp"

namespace zhan {

using TypeId = u32;  // canonical; below 2^31, never 0, never reused
inline constexpr TypeId no_type =
    0;  // equals the id of no function: unfilled table elements have it
inline constexpr u32 display_size = 7;
inline constexpr u32 max_type_depth = 63;

inline constexpr u32 inline_map_bytes = 256;

struct alignas(64) TypeEntry {
  CompositeKind kind;
  u8 depth;  // number of proper supertypes
  bool final;
  u8 spare;
  u32 size;  // of a struct's object or of an array's element, in bytes
  // Which 4-byte words of a struct's object are references; beyond inline_map_bytes the address of
  // such words. Of an array: 1 if its elements are.
  u64 map;
  TypeId parent;      // no_type = none
  TypeId descriptor;  // custom descriptors; no_type = none
  TypeId describes;
  TypeId display[display_size];  // the ancestor at each depth, the type itself at its own
  u32 signature;                 // index of the interner's description
  u32 spare2;
};
static_assert(sizeof(TypeEntry) == 64);

/// True if `id` is `target` or a subtype: the display for depth < 7, else by parents.
[[nodiscard]] inline bool is_subtype(const TypeEntry* entries, TypeId id, TypeId target) noexcept {
  if (id == target) return true;
  const u8 depth = entries[target].depth;
  if (entries[id].depth <= depth) return false;
  if (depth < display_size) return entries[id].display[depth] == target;
  while (entries[id].depth > depth) id = entries[id].parent;
  return id == target;
}

}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
// The address space of a store's heap objects (CONTRACTS C7, HEAP.md §3): references are 32-bit
// offsets from its base. Objects are boxes of host values; they live until the cage ends.
#pragma once

#include <span>

#include "abi/abi.hpp"
#include "os/virtual_memory.hpp"

namespace zhan::heap {

/// A reference in a slot: 0 = null, odd = i31, else the offset of an object.
using Ref = u64;

/// Kinds of objects outside the types of modules, as type ids of their headers: above all interned
/// ones.
inline constexpr u32 box_kind = 0x7fff'ffff;
inline constexpr u32 exception_kind = 0x7fff'fffe;

/// First 8 bytes of every object.
struct Header {
  u32 type = 0;
  u8 flags = 0;
  u8 spare[3] = {};
};
static_assert(sizeof(Header) == 8);

/// A host value behind an externref.
struct Box {
  Header header;
  void* data;
  void (*finaliser)(void*);
};
static_assert(sizeof(Box) == 24);

/// A thrown exception (CONTRACTS C10), immutable. The slots of its payload follow: the values of
/// the parameters of `type`, a function type, which tells references from numbers.
struct Exception {
  Header header;
  TypeId type;
  u32 slots;
  const void* tag;  // its identity in the store

  [[nodiscard]] std::span<const abi::Slot> payload() const noexcept {
    return {reinterpret_cast<const abi::Slot*>(this + 1), slots};
  }
};
static_assert(sizeof(Exception) == 24);

/// Base of heaps that have no cage: 64 KiB of the process where every access faults.
[[nodiscard]] u8* empty_base() noexcept;

/// [[nodiscard]]; not thread-safe: used by the thread that runs the store.
class Cage {
 public:
  /// An empty one if no address space is left: check ok().
  Cage() noexcept;

  [[nodiscard]] bool ok() const noexcept { return static_cast<bool>(m_space); }
  [[nodiscard]] u8* base() const noexcept { return m_space.base(); }
  /// A new box, or 0 if the cage is full.
  [[nodiscard]] Ref new_box(void* data, void (*finaliser)(void*)) noexcept;
  /// The box of a reference, or null for null, i31 and other objects.
  [[nodiscard]] const Box* box(Ref ref) const noexcept;
  /// A new exception, or 0 if the cage is full. References in the payload are valid ones of this
  /// cage, in slots that hold them until this returns.
  [[nodiscard]] Ref new_exception(const void* tag, TypeId type,
                                  std::span<const abi::Slot> payload) noexcept;
  /// The exception of a reference, or null for null, i31 and other objects.
  [[nodiscard]] const Exception* exception(Ref ref) const noexcept;

 private:
  // Away from small numbers: few stack words then look like references (HEAP.md §3).
  static constexpr u64 first_offset = 0x1000'0000;
  static constexpr u64 space_size = first_offset + (1u << 30);
  static constexpr u64 chunk_size = 1u << 20;

  [[nodiscard]] u64 allocate(u64 size) noexcept;
  template <class T>
  [[nodiscard]] const T* find(Ref ref, u32 kind) const noexcept;

  os::Mapping m_space;
  u64 m_next = first_offset;
  u64 m_end = first_offset;  // accessible up to here
};

}  // namespace zhan::heap

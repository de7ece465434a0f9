// SPDX-License-Identifier: Apache-2.0
// Reading and writing fields and elements by their storage types. Private to runtime/.
#pragma once

#include <cstring>

#include "heap/heap.hpp"
#include "runtime/instance.hpp"

namespace zhan::runtime {

[[nodiscard]] inline const TypeInterner& types_of(abi::Exec* exec) noexcept {
  return exec->store->types();
}

/// The low `bytes` of a value in its slot (two for v128) to a field; never a safepoint.
inline void write_storage(u8* at, const abi::Slot* value, u32 bytes) noexcept {
  std::memcpy(at, value, bytes);
}

/// An array being looked at: only until the next safepoint.
struct ArrayView {
  u8* object;
  u32 element_bytes;
  [[nodiscard]] u32 length() const noexcept {
    return *reinterpret_cast<const u32*>(object + array_length_offset);
  }
  [[nodiscard]] u8* element(u64 index) const noexcept {
    return object + elements_offset(element_bytes) + index * element_bytes;
  }
  [[nodiscard]] bool in_range(u64 index, u64 count) const noexcept {
    return index <= length() && count <= length() - index;
  }
};

[[nodiscard]] inline ArrayView array_view(abi::Exec* exec, abi::Ref array, TypeId type) noexcept {
  return {exec->heap_base + array, types_of(exec).entries()[type].size};
}

}  // namespace zhan::runtime

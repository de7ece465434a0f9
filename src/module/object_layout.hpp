// SPDX-License-Identifier: Apache-2.0
// Where the fields of a heap object lie (CONTRACTS C7): natural alignment, at most 8; a field takes
// the first hole it fits in, so that a subtype's fields may fill what its parent left. Each place
// depends on the fields before it only: a subtype agrees with its parents.
#pragma once

#include <array>

#include "wasm/types.hpp"

namespace zhan {

inline constexpr u32 object_header_bytes = 8;
/// Elements of up to 4 bytes begin right after the length, wider ones at the next multiple of 8.
inline constexpr u32 array_length_offset = 8;
inline constexpr u32 narrow_elements_offset = 12;
inline constexpr u32 wide_elements_offset = 16;

/// Functions are addresses (8 bytes) and not traced; other references are 32-bit offsets.
[[nodiscard]] constexpr bool is_traced(ValType type, bool function) noexcept {
  return type.is_ref() && !function;
}

/// Bytes that a field or element takes; `function`: the reference is one to functions.
[[nodiscard]] constexpr u32 storage_bytes(ValType type, bool function) noexcept {
  switch (type.kind) {
    case TypeKind::i8: return 1;
    case TypeKind::i16: return 2;
    case TypeKind::i32:
    case TypeKind::f32: return 4;
    case TypeKind::v128: return 16;
    case TypeKind::ref: return function ? 8 : 4;
    default: return 8;
  }
}

[[nodiscard]] constexpr u32 elements_offset(u32 element_bytes) noexcept {
  return element_bytes <= 4 ? narrow_elements_offset : wide_elements_offset;
}

/// Bytes of an array object; cannot overflow.
[[nodiscard]] constexpr u64 array_bytes(u32 element_bytes, u32 length) noexcept {
  return (elements_offset(element_bytes) + u64{element_bytes} * length + 7) & ~u64{7};
}

class ObjectLayout {
 public:
  /// Offset of the next field of 1, 2, 4, 8 or 16 bytes.
  [[nodiscard]] u32 place(u32 bytes) noexcept;
  /// Of the whole object so far.
  [[nodiscard]] u32 size() const noexcept { return (m_end + 7) & ~u32{7}; }

 private:
  // There is never more than one hole of a size: holes are made only where none was big enough.
  std::array<u32, 3> m_holes{};  // of 1, 2, 4 bytes; 0 = none
  u32 m_end = object_header_bytes;
};

}  // namespace zhan

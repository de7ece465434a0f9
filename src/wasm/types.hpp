// SPDX-License-Identifier: Apache-2.0
// Types of the language (specification §2.3). Reference types name defined types by a number: an
// index of the module's type section as read, a canonical id (module/type_interner.hpp) after
// canonicalising.
#pragma once

#include <compare>
#include <span>
#include <string>
#include <vector>

#include "base/ints.hpp"

namespace zhan {

inline constexpr u32 no_index = ~u32{0};

/// An abstract heap type, by its byte in the binary format.
enum class AbsHeap : u8 {
  cont = 0x68,
  exn = 0x69,
  array = 0x6a,
  struct_ = 0x6b,
  i31 = 0x6c,
  eq = 0x6d,
  any = 0x6e,
  extern_ = 0x6f,
  func = 0x70,
  none = 0x71,
  noextern = 0x72,
  nofunc = 0x73,
  noexn = 0x74,
  nocont = 0x75,
};

/// An abstract heap type or the number of a defined one.
class HeapType {
 public:
  constexpr HeapType() noexcept = default;
  constexpr HeapType(AbsHeap abs) noexcept : m_value(abs_base | static_cast<u8>(abs)) {}
  /// Numbers beyond all that a module can define become one, so that none is taken for an abstract
  /// type.
  [[nodiscard]] static constexpr HeapType defined(u32 number) noexcept {
    HeapType h;
    h.m_value = number < abs_base ? number : abs_base - 1;
    return h;
  }
  [[nodiscard]] constexpr bool is_defined() const noexcept { return m_value < abs_base; }
  [[nodiscard]] constexpr bool is(AbsHeap abs) const noexcept { return *this == HeapType(abs); }
  [[nodiscard]] constexpr u32 number() const noexcept { return m_value; }
  /// Only if not is_defined().
  [[nodiscard]] constexpr AbsHeap abs() const noexcept {
    return static_cast<AbsHeap>(m_value & 0xff);
  }
  constexpr bool operator==(const HeapType&) const noexcept = default;

 private:
  static constexpr u32 abs_base = 0xffff'ff00;
  u32 m_value = abs_base;
};

/// By the byte in the binary format; `ref` stands for all reference types, `bottom` for the type of
/// operands in unreachable code, i8 and i16 occur only as storage types.
enum class TypeKind : u8 {
  bottom = 0,
  ref = 0x64,
  i16 = 0x77,
  i8 = 0x78,
  v128 = 0x7b,
  f64 = 0x7c,
  f32 = 0x7d,
  i64 = 0x7e,
  i32 = 0x7f,
};

/// A value or storage type; 8 bytes, compared bit by bit.
struct ValType {
  TypeKind kind = TypeKind::bottom;
  bool nullable = false;
  bool exact = false;
  u8 spare = 0;
  HeapType heap{};

  constexpr ValType() noexcept = default;
  constexpr ValType(TypeKind k) noexcept : kind(k) {}
  [[nodiscard]] static constexpr ValType ref(HeapType heap, bool nullable,
                                             bool exact = false) noexcept {
    ValType t(TypeKind::ref);
    t.nullable = nullable;
    t.exact = exact;
    t.heap = heap;
    return t;
  }
  [[nodiscard]] constexpr bool is_ref() const noexcept { return kind == TypeKind::ref; }
  [[nodiscard]] constexpr bool is_num() const noexcept { return kind >= TypeKind::f64; }
  [[nodiscard]] constexpr bool is_packed() const noexcept {
    return kind == TypeKind::i8 || kind == TypeKind::i16;
  }
  [[nodiscard]] constexpr bool is_defaultable() const noexcept {
    return kind != TypeKind::ref || nullable;
  }
  /// Slots of 8 bytes on the value stack (CONTRACTS C1): 2 for v128, else 1.
  [[nodiscard]] constexpr u32 slots() const noexcept { return kind == TypeKind::v128 ? 2 : 1; }
  /// The value type of a storage type.
  [[nodiscard]] constexpr ValType unpacked() const noexcept {
    return is_packed() ? ValType(TypeKind::i32) : *this;
  }
  constexpr bool operator==(const ValType&) const noexcept = default;
};
static_assert(sizeof(ValType) == 8);

inline constexpr ValType type_i32{TypeKind::i32};
inline constexpr ValType type_i64{TypeKind::i64};
inline constexpr ValType type_f32{TypeKind::f32};
inline constexpr ValType type_f64{TypeKind::f64};
inline constexpr ValType type_v128{TypeKind::v128};
inline constexpr ValType type_bottom{TypeKind::bottom};
inline constexpr ValType type_funcref = ValType::ref(AbsHeap::func, true);
inline constexpr ValType type_externref = ValType::ref(AbsHeap::extern_, true);

/// The value type of a signature letter of ops.def; `address` stands for 'a'.
[[nodiscard]] constexpr ValType type_of_letter(char letter, ValType address = type_i32) noexcept {
  switch (letter) {
    case 'i': return type_i32;
    case 'I': return type_i64;
    case 'f': return type_f32;
    case 'F': return type_f64;
    case 'v': return type_v128;
    case 'a': return address;
    default: return type_bottom;
  }
}

struct FieldType {
  ValType type;
  bool mutable_ = false;
  constexpr bool operator==(const FieldType&) const noexcept = default;
};

/// A function signature that owns its lists.
struct FuncType {
  std::vector<ValType> params;
  std::vector<ValType> results;
  bool operator==(const FuncType&) const = default;
};

/// Bounds in pages (memories) or elements (tables).
struct Limits {
  u64 min = 0;
  u64 max = ~u64{0};
  bool has_max = false;
  bool operator==(const Limits&) const = default;
};

struct TableType {
  ValType element;
  Limits limits;
  bool is64 = false;
  bool operator==(const TableType&) const = default;
  [[nodiscard]] ValType address() const noexcept { return is64 ? type_i64 : type_i32; }
};

struct MemoryType {
  Limits limits;
  bool is64 = false;
  bool shared = false;
  u8 page_log2 = 16;
  bool has_page_size = false;  // written in the module, even if 16
  bool operator==(const MemoryType&) const = default;
  [[nodiscard]] ValType address() const noexcept { return is64 ? type_i64 : type_i32; }
};

struct GlobalType {
  ValType type;
  bool mutable_ = false;
  bool operator==(const GlobalType&) const = default;
};

enum class ExternKind : u8 { func, table, memory, global, tag };

enum class CompositeKind : u8 { func, struct_, array, cont };

/// Text of a type as in the text format: "i32", "funcref", "(ref null $3)" with numbers for names.
[[nodiscard]] std::string to_string(ValType type);
[[nodiscard]] std::string to_string(HeapType type);
[[nodiscard]] std::string to_string(std::span<const ValType> types);
[[nodiscard]] const char* to_string(ExternKind kind) noexcept;

}  // namespace zhan

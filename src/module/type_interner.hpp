// SPDX-License-Identifier: Apache-2.0
// Canonical types (specification §4.1, iso-recursive equality): one per engine. A recursion group
// gets the same ids as any equal group interned before, in whichever module.
#pragma once

#include <memory>
#include <mutex>

#include "base/result.hpp"
#include "module/types.hpp"
#include "wasm/type_entry.hpp"

namespace zhan {

/// The lists of a function type, references by canonical ids; they lie in the interner and never
/// move.
struct Signature {
  std::span<const ValType> params;
  std::span<const ValType> results;
};

class TypeInterner {
 public:
  /// `capacity`: entries reserved (64 bytes each, touched on demand); ids are below it.
  explicit TypeInterner(u32 capacity = 1u << 22);
  ~TypeInterner();
  TypeInterner(const TypeInterner&) = delete;
  TypeInterner& operator=(const TypeInterner&) = delete;

  /// Interns `groups[from..]` of a section whose structure has been validated (supertypes exist and
  /// come first, depth <= 63, indices in range); ids[i] becomes the canonical id of type i (ids
  /// holds those of earlier groups). Error: too_many_items. Thread-safe.
  Result<void> intern(const TypeSection& section, usize from_group, std::vector<TypeId>& ids);

  /// Interns a function type whose references name canonical ids. Thread-safe.
  Result<TypeId> intern(const FuncType& type);

  /// Never moves; valid for ids handed out before. No lock.
  [[nodiscard]] const TypeEntry* entries() const noexcept { return m_entries; }
  /// The function type of an id, references by canonical ids. Never moves. Thread-safe.
  [[nodiscard]] Signature func_type(TypeId id) const noexcept;
  /// Fields of a struct or the element of an array (one), references by canonical ids.
  [[nodiscard]] std::span<const FieldType> fields(TypeId id) const noexcept;
  /// Bytes from the start of a struct's object to each field (CONTRACTS C7).
  [[nodiscard]] std::span<const u32> field_offsets(TypeId id) const noexcept;
  /// The same for the hidden reference to the descriptor; 0 if the type has none.
  [[nodiscard]] u32 descriptor_offset(TypeId id) const noexcept;
  /// Whether a type (by canonical ids) is a reference to functions: an address, not traced.
  [[nodiscard]] bool is_function(ValType type) const noexcept;
  /// For a continuation type: its function type, else no_type.
  [[nodiscard]] TypeId cont_func(TypeId id) const noexcept;
  [[nodiscard]] u32 count() const noexcept;

  // Subtyping (specification §3.3); defined types by canonical id.
  [[nodiscard]] bool matches(HeapType sub, HeapType super) const noexcept;
  [[nodiscard]] bool matches(ValType sub, ValType super) const noexcept;
  /// The top of a heap type's hierarchy: any, func, extern, exn or cont.
  [[nodiscard]] AbsHeap top(HeapType heap) const noexcept;
  /// The bottom of a heap type's hierarchy.
  [[nodiscard]] AbsHeap bottom(HeapType heap) const noexcept;

 private:
  struct Impl;
  Result<void> add_group(const TypeSection& section, RecGroup group, std::vector<TypeId>& ids);
  const TypeEntry* m_entries = nullptr;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
// The type section as written: recursion groups of subtypes, their lists in two pools.
#pragma once

#include <span>
#include <vector>

#include "wasm/types.hpp"

namespace zhan {

/// One defined type; 40 bytes. Lists lie in the TypeSection's pools: `values` for a function
/// (parameters, then results), `fields` for structs and arrays; a continuation names `element`.
struct SubType {
  CompositeKind kind = CompositeKind::func;
  bool final = true;
  bool explicit_sub = false;  // written as `sub`, even where the short form would do
  u32 first = 0;              // in its pool
  u32 count = 0;
  u32 param_count = 0;
  u32 supertype = no_index;
  u32 descriptor = no_index;  // custom descriptors: the type that describes this one
  u32 describes = no_index;
  u32 element = no_index;  // cont: number of its function type
};

/// Types [first, first + count), of which all may name each other.
struct RecGroup {
  u32 first = 0;
  u32 count = 0;
  bool explicit_rec = false;  // written as `rec`
};

struct TypeSection {
  std::vector<SubType> types;
  std::vector<RecGroup> groups;
  std::vector<ValType> values;
  std::vector<FieldType> fields;

  [[nodiscard]] std::span<const ValType> params(const SubType& type) const noexcept {
    return {values.data() + type.first, type.param_count};
  }
  [[nodiscard]] std::span<const ValType> results(const SubType& type) const noexcept {
    return {values.data() + type.first + type.param_count, type.count - type.param_count};
  }
  [[nodiscard]] std::span<const FieldType> fields_of(const SubType& type) const noexcept {
    return {fields.data() + type.first, type.count};
  }
};

}  // namespace zhan

// SPDX-License-Identifier: Apache-2.0
// Which feature a type belongs to.
#pragma once

#include "wasm/features.hpp"
#include "wasm/types.hpp"

namespace zhan {

[[nodiscard]] constexpr Feature feature_of(AbsHeap abs) noexcept {
  switch (abs) {
    case AbsHeap::func:
    case AbsHeap::extern_: return Feature::reference_types;
    case AbsHeap::exn:
    case AbsHeap::noexn: return Feature::exceptions;
    case AbsHeap::cont:
    case AbsHeap::nocont: return Feature::stack_switching;
    default: return Feature::gc;
  }
}

/// The latest feature without which the type cannot be written; mvp for the first four.
[[nodiscard]] constexpr Feature feature_of(ValType type) noexcept {
  if (type.kind == TypeKind::v128) return Feature::simd;
  if (type.is_packed()) return Feature::gc;
  if (!type.is_ref()) return Feature::mvp;
  if (type.exact) return Feature::custom_descriptors;
  if (type.heap.is_defined()) return Feature::function_references;
  const Feature heap = feature_of(type.heap.abs());
  return heap == Feature::reference_types && !type.nullable ? Feature::function_references : heap;
}

}  // namespace zhan

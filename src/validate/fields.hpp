// SPDX-License-Identifier: Apache-2.0
// Parts of the validation of a module's fields.
#pragma once

#include "validate/validate.hpp"

namespace zhan::validate {

/// The feature without which a type does not exist.
[[nodiscard]] constexpr Feature feature_of(ValType type) noexcept {
  if (type.kind == TypeKind::v128) return Feature::simd;
  if (!type.is_ref()) return Feature::mvp;
  if (type.exact) return Feature::custom_descriptors;
  if (type.heap.is_defined()) return Feature::function_references;
  switch (type.heap.abs()) {
    case AbsHeap::func: return type.nullable ? Feature::mvp : Feature::function_references;
    case AbsHeap::extern_:
      return type.nullable ? Feature::reference_types : Feature::function_references;
    case AbsHeap::exn:
    case AbsHeap::noexn: return Feature::exceptions;
    case AbsHeap::cont:
    case AbsHeap::nocont: return Feature::stack_switching;
    default: return Feature::gc;
  }
}

/// Type of the items of a segment; one of function indices holds non-null references.
[[nodiscard]] inline ValType segment_type(const Module& module, const Element& segment) noexcept {
  return segment.uses_exprs ? module.canonical_type(segment.type)
                            : ValType::ref(AbsHeap::func, false);
}

/// Checks a type whose number must be below `types`; `place` names where it stands.
[[nodiscard]] Result<void> check_type(ValType type, usize types, const Features& features,
                                      const char* place, u64 index);

/// Checks and interns the type section; fills module.canonical.
[[nodiscard]] Result<void> check_type_section(Module& module, TypeInterner& types,
                                              const Features& features);

}  // namespace zhan::validate

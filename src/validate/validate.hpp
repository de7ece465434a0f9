// SPDX-License-Identifier: Apache-2.0
// Validation (specification §3): types, all fields of a module, constant expressions, bodies. One
// pass over the bytes of each body; memory follows the input (CONTRACTS C13).
#pragma once

#include <memory>

#include "base/result.hpp"
#include "module/module.hpp"
#include "module/type_interner.hpp"
#include "wasm/features.hpp"

namespace zhan::validate {

inline constexpr u32 max_height_slots = 256 << 10;  // of the operand stack of one function
inline constexpr u32 max_params = 1000;             // of a function type; results too
inline constexpr u32 max_fields = 10'000;           // of a struct; operands of array.new_fixed too

/// What an engine that executes only a part of the language asks of a body.
enum Part : u8 {
  part_gc = 1,
  part_exceptions = 2,
  part_atomics = 4,
  part_continuations = 8,
  part_vectors = 16,
  part_loops = 32,
  part_calls = 64,
};

struct BodyInfo {
  u32 max_height_slots = 0;  // highest operand stack; a v128 takes 2 slots (CONTRACTS C1)
  u32 max_depth = 0;         // nesting of blocks, the function's own included
  u8 parts = 0;              // of Part
};

/// Checks everything. Fills module.canonical, declared_functions, exact_imports. Errors: kind
/// invalid, malformed (inside bodies), unsupported (a feature is off) or limit; the message begins
/// with the reference's text and names the place, `offset` counts from the module's start.
[[nodiscard]] Result<void> validate(Module& module, TypeInterner& types, const Features& features);

/// The same without bodies: what must be known before any of them is validated or run.
[[nodiscard]] Result<void> validate_module_fields(Module& module, TypeInterner& types,
                                                  const Features& features);

/// Validates bodies of one module, whose fields are valid. Keeps its memory from body to body: make
/// one a thread, so that bodies can be validated in parallel. The module and the interner must
/// outlive it.
class BodyValidator {
 public:
  BodyValidator(const Module& module, const TypeInterner& types, const Features& features);
  ~BodyValidator();
  BodyValidator(BodyValidator&&) noexcept;

  /// `defined` counts from the first function that is not imported.
  [[nodiscard]] Result<void> validate(u32 defined, BodyInfo& info);

 private:
  std::unique_ptr<class Body> m_body;
};

/// For a single body (lazy validation).
[[nodiscard]] Result<void> validate_body(const Module& module, const TypeInterner& types,
                                         const Features& features, u32 defined, BodyInfo& info);

}  // namespace zhan::validate

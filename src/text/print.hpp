// SPDX-License-Identifier: Apache-2.0
// From a Module to the text format (specification §6).
#pragma once

#include <string>

#include "module/module.hpp"

namespace zhan::text {

struct PrintOptions {
  bool folded = false;   // instructions as nested expressions where their operands are at hand
  bool names = true;     // identifiers from the custom section "name"
  bool offsets = false;  // a comment with its byte offset before each instruction
  u32 indent = 2;
  /// The text ends with a comment instead of growing beyond this: a few bytes of a hostile module
  /// can declare a hundred thousand locals. 0 = 64 MiB and 64 times the module's bytes.
  u64 max_size = 0;
};

/// Prints a decoded or parsed module, valid or not. Parsing and encoding the text gives the same
/// module, byte for byte where it was canonical: custom sections are printed as annotations, names
/// that are unique become identifiers, others @name annotations. A body that cannot be read ends
/// with a comment. Nothing recurses. Thread-safe.
[[nodiscard]] std::string print(const Module& module, const PrintOptions& options = {});

}  // namespace zhan::text

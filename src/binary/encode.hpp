// SPDX-License-Identifier: Apache-2.0
// From a Module to the binary format (specification §5.5).
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "module/module.hpp"

namespace zhan::binary {

struct EncodeOptions {
  /// Asked for each custom section by name; empty = keep all.
  std::function<bool(std::string_view)> keep_custom;
};

/// Writes a module. What decode() read from a canonical binary (shortest numbers, no empty sections
/// or import lists, short forms of types) comes out byte for byte; bodies, expressions and custom
/// sections are copied as they are in any case. The module's lists must be in the form that
/// decode() makes; indices are written unchecked. Thread-safe.
[[nodiscard]] std::vector<u8> encode(const Module& module, const EncodeOptions& options = {});

}  // namespace zhan::binary

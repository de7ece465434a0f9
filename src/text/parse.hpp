// SPDX-License-Identifier: Apache-2.0
// From the text format (specification §6) to a Module.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "module/module.hpp"
#include "wasm/features.hpp"

namespace zhan::text {

/// Reads one module: "(module ...)" or its fields alone; all of 3.0 and the proposals of
/// features.def (features are checked when the encoded module is decoded, only annotations here).
/// The module owns its bytes and is in the form binary::decode() makes: encode it, then decode and
/// validate. Its identifiers become the custom section "name", unless the text has one of its own
/// as an annotation. Error: malformed with line and column, in the words of the official tests;
/// limit for a text above 1 GiB. Memory is a small multiple of the text; nothing recurses.
/// Thread-safe.
[[nodiscard]] Result<Module> parse_module(std::string_view text, const Features& features = {});

}  // namespace zhan::text

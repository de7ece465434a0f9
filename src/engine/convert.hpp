// SPDX-License-Identifier: Apache-2.0
// Small services of the lower layers for the public API, which may not name those layers.
#pragma once

#include <csignal>

#include "engine/engine.hpp"

namespace zhan::engine {

/// The binary form of a text module, not validated. Error: malformed with line and column.
[[nodiscard]] Result<std::vector<u8>> wat_to_wasm(std::string_view text);

/// A function type from text like "(param i32) (result i64)"; its references are abstract. Errors:
/// malformed with line and column of the text; type for a reference to a defined type.
[[nodiscard]] Result<FuncType> parse_signature(std::string_view text);

/// Decodes (text or binary) and validates everything, bodies too whatever the option `validate`
/// says.
[[nodiscard]] Result<void> check_module(const Engine& engine, std::span<const u8> bytes);

/// runtime::handle_fault.
bool handle_fault(int signal, siginfo_t* info, void* context) noexcept;

}  // namespace zhan::engine

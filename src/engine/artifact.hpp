// SPDX-License-Identifier: Apache-2.0
// Modules that have been validated once, as bytes to keep: a header, then the module. Only for
// bytes of one's own (CONTRACTS C13): bodies are not validated again when they come back, and the
// checksum finds damage, not malice. Nothing takes them for modules by itself.
#pragma once

#include <span>
#include <vector>

#include "engine/engine.hpp"

namespace zhan::engine {

/// Thread-safe. Error: limit above 4 GiB.
[[nodiscard]] Result<std::vector<u8>> serialize(const runtime::ModuleInfo& module);
/// The module again; the bytes are copied. Errors: version for bytes that another version or
/// another set of features made, or that are damaged.
[[nodiscard]] Result<Engine::ModulePtr> deserialize(Engine& engine, std::span<const u8> bytes);

}  // namespace zhan::engine

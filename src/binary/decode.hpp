// SPDX-License-Identifier: Apache-2.0
// From the binary format (specification §5.5) to a Module.
#pragma once

#include <memory>
#include <span>

#include "base/result.hpp"
#include "module/module.hpp"
#include "wasm/features.hpp"

namespace zhan::binary {

/// The largest module accepted; counts are those of the JavaScript API's limits unless noted. Every
/// count is also held against the bytes left before memory is reserved for it.
struct DecodeLimits {
  u64 module_size = u64{1} << 30;  // bytes; never above 2^32 - 1
  u32 types = 1'000'000;
  u32 params = 1'000;
  u32 results = 1'000;
  u32 fields = 10'000;
  u32 functions = 1'000'000;  // imports included, like all index spaces
  u32 tables = 100'000;
  u32 memories = 100;
  u32 globals = 1'000'000;
  u32 tags = 1'000'000;
  u32 imports = 1'000'000;
  u32 exports = 1'000'000;
  u32 elements = 10'000'000;  // segments, and items of all segments together
  u32 data = 100'000;
  u32 local_slots = 131'072;  // of one function: 1 MiB (CONTRACTS C13)
};

/// Reads a module. What needs no types is checked: structure, sizes, counts, names, that bodies and
/// constant expressions end. Instructions in bodies are the validator's. The module refers to
/// `bytes`, which `owner` keeps alive. Takes no more memory than a small multiple of the input,
/// whatever the input. Error: malformed, limit, unsupported (a feature that is off, named) or, for
/// a list of several supertypes, invalid; always with the offset, and the item where it stood.
/// Thread-safe.
[[nodiscard]] Result<Module> decode(std::span<const u8> bytes, std::shared_ptr<const void> owner,
                                    const Features& features, const DecodeLimits& limits = {});

/// True if the bytes start like a module in the binary format.
[[nodiscard]] bool is_binary(std::span<const u8> bytes) noexcept;

}  // namespace zhan::binary

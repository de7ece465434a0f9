// SPDX-License-Identifier: Apache-2.0
// Handler by key, over all families.
#pragma once

#include "interp/family.hpp"

namespace zhan::interp {

/// The handler of a cell made of tokens, or null if no family serves the key. Thread-safe.
[[nodiscard]] Handler find_handler(const Key& key) noexcept;
/// All families, with every key that is served.
[[nodiscard]] std::span<const Family* const> all_families() noexcept;
/// Number of keys served, and the key of a handler (for listings); an empty key if it has none.
[[nodiscard]] usize handler_count() noexcept;
[[nodiscard]] Key key_of_handler(const void* handler) noexcept;

}  // namespace zhan::interp

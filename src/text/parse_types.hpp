// SPDX-License-Identifier: Apache-2.0
// Types in the text format (specification §6.4) and the uses of function types.
#pragma once

#include "text/context.hpp"

namespace zhan::text {

/// True if a value type starts here.
[[nodiscard]] bool at_value_type(const Cursor& c) noexcept;
/// True if a reference type starts here.
[[nodiscard]] bool at_ref_type(const Cursor& c) noexcept;

/// The abstract heap type of a word.
[[nodiscard]] std::optional<HeapType> find_heap_word(const Token& token) noexcept;

[[nodiscard]] ValType parse_value_type(Context& x);
/// A reference type; "unexpected token" for others.
[[nodiscard]] ValType parse_ref_type(Context& x);
/// A heap type, `exact` set for "(exact $t)".
[[nodiscard]] HeapType parse_heap_type(Context& x, bool& exact);

[[nodiscard]] GlobalType parse_global_type(Context& x);
/// Bounds: 64-bit numbers whatever the address type (validation compares), 32-bit without memory64.
[[nodiscard]] Limits parse_limits(Context& x);
/// [i64 | i32] limits [shared] [(pagesize n)]
[[nodiscard]] MemoryType parse_memory_type(Context& x);
/// "i64" or "i32" in front of limits.
[[nodiscard]] bool parse_address_type(Context& x);
/// "(pagesize n)" if it stands here.
void parse_page_size(Context& x, MemoryType& type);

/// Type fields of the module, which the outline has found.
void parse_type_fields(Context& x);

/// "(param ...)* (result ...)*" into x.params, x.param_names and x.results. `named`: parameters may
/// have identifiers. True if there was anything.
bool parse_signature(Context& x, bool named);

/// "(type $t)? (param ...)* (result ...)*": the number of the type, which is added to the module
/// where it is missing. Leaves the signature in x.params (unless the type is unknown yet).
[[nodiscard]] u32 parse_type_use(Context& x, bool named);
/// The same where a signature of at most one result is written as such.
[[nodiscard]] BlockType parse_block_type(Context& x);

}  // namespace zhan::text

// SPDX-License-Identifier: Apache-2.0
// A cell while it is being made: its tokens, the values of their fields, and where in the module
// each token comes from.
#pragma once

#include <cstring>

#include "base/assert.hpp"
#include "interp/key.hpp"

namespace zhan::interp {

struct Action {
  Key key;
  u8 size = 0;
  std::array<u64, max_tokens> value{};
  std::array<u32, max_tokens> where{};  // offset of the instruction

  void push(Token token, u64 field, u32 offset) noexcept {
    ZHAN_ASSERT(size < max_tokens, "a cell has at most eight tokens");
    key.set(size, token);
    value[size] = field;
    where[size] = offset;
    ++size;
  }
  /// Appends a part of another action; false if there is no room.
  [[nodiscard]] bool append(const Action& other, usize from, usize to) noexcept {
    if (size + (to - from) > max_tokens) return false;
    for (usize i = from; i < to; ++i) push(other.key[i], other.value[i], other.where[i]);
    return true;
  }
  [[nodiscard]] bool append(const Action& other) noexcept { return append(other, 0, other.size); }

  /// Writes handler and fields to `cell` (layout_of(key).size bytes).
  void write(u8* cell, const void* handler) const noexcept {
    const Layout layout = layout_of(key);
    std::memset(cell, 0, layout.size);
    std::memcpy(cell, &handler, sizeof(handler));
    for (usize i = 0; i < size; ++i)
      if (const u32 bytes = field_size(key[i]); bytes != 0)
        std::memcpy(cell + layout.offset[i], &value[i], bytes);
  }
};

}  // namespace zhan::interp

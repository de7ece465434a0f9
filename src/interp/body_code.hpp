// SPDX-License-Identifier: Apache-2.0
// What the interpreter allocates for a body: this head, entry data, cells.
#pragma once

#include "interp/cells.hpp"

namespace zhan::interp {

struct alignas(16) BodyCode {
  u32 size = 0;  // of the cells, in bytes
  u32 spare = 0;
  u64 spare2 = 0;
  abi::EntryData entry;

  [[nodiscard]] Cell* first() noexcept { return reinterpret_cast<Cell*>(this + 1); }
  [[nodiscard]] const Cell* first() const noexcept {
    return reinterpret_cast<const Cell*>(this + 1);
  }
  [[nodiscard]] bool holds(const Cell* cell) const noexcept {
    return cell >= first() &&
           reinterpret_cast<const u8*>(cell) < reinterpret_cast<const u8*>(first()) + size;
  }
};
static_assert(sizeof(BodyCode) == 32, "entry data ends where the first cell begins");

[[nodiscard]] inline const BodyCode* code_of(const FuncBody& body) noexcept {
  return static_cast<const BodyCode*>(body.interp_code.load(std::memory_order_acquire));
}

}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// What the interpreter allocates for a body: this head, entry data, cells, catch ranges and rows.
#pragma once

#include "interp/catch_rows.hpp"
#include "interp/cells.hpp"
#include "runtime/code.hpp"

namespace zhan::interp {

struct alignas(16) BodyCode {
  u32 size = 0;     // of the cells, in bytes
  u32 ranges = 0;   // of tries; they lie behind the cells
  u32 rows = 0;     // behind the ranges
  u32 defined = 0;  // the function, counted from the first defined one
  abi::EntryData entry;

  [[nodiscard]] Cell* first() noexcept { return reinterpret_cast<Cell*>(this + 1); }
  [[nodiscard]] const Cell* first() const noexcept {
    return reinterpret_cast<const Cell*>(this + 1);
  }
  [[nodiscard]] std::span<const CatchRange> catch_ranges() const noexcept {
    return {
        reinterpret_cast<const CatchRange*>(reinterpret_cast<const u8*>(first()) + aligned(size)),
        ranges};
  }
  [[nodiscard]] const CatchRow* catch_rows() const noexcept {
    return reinterpret_cast<const CatchRow*>(catch_ranges().data() + ranges);
  }
  [[nodiscard]] static constexpr u32 aligned(u32 bytes) noexcept { return (bytes + 7) & ~7U; }
  [[nodiscard]] bool holds(const Cell* cell) const noexcept {
    return cell >= first() &&
           reinterpret_cast<const u8*>(cell) < reinterpret_cast<const u8*>(first()) + size;
  }
};
static_assert(sizeof(BodyCode) == 32, "entry data ends where the first cell begins");

[[nodiscard]] inline const BodyCode* code_of(const FuncBody& body) noexcept {
  return static_cast<const BodyCode*>(body.interp_code.load(std::memory_order_acquire));
}

/// The code that holds a cell, or null: a static cell, or one of another module.
[[nodiscard]] inline const BodyCode* code_at(const runtime::CodeModule& module,
                                             const Cell* cell) noexcept {
  const auto* const code = static_cast<const BodyCode*>(module.block_at(cell));
  return code != nullptr && code->holds(cell) ? code : nullptr;
}

}  // namespace zhan::interp

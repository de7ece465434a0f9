// SPDX-License-Identifier: Apache-2.0
// The cell of atomic instructions. One form serves all of them on any memory: the address is always
// compared with the memory's size, for it must be tested for alignment anyway.
#pragma once

#include "interp/cells.hpp"
#include "wasm/ops.hpp"

namespace zhan::interp {

struct AtomicCell : Cell {
  i16 dst;
  i16 address;
  i16 value;   // stored, combined, expected by wait, or the count of notify
  i16 second;  // replacement of cmpxchg, timeout of wait
  i16 top;     // wait: the first slot above all that lives
  u8 is64;
  u32 memory;  // offset of the Memory* in Inst
  u64 offset;
};
static_assert(sizeof(AtomicCell) == 32);

/// Of every instruction with the trait `atomic` that accesses a memory; else null.
[[nodiscard]] Handler atomic_handler(Op op) noexcept;
/// A cell that is nothing but its handler.
ZHAN_CC Status do_atomic_fence(ZHAN_PARAMS);

}  // namespace zhan::interp

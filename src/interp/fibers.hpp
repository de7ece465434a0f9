// SPDX-License-Identifier: Apache-2.0
// What resuming a continuation and throwing into one have in common.
#pragma once

#include <utility>

#include "abi/fiber.hpp"
#include "interp/entry.hpp"

namespace zhan::interp {

/// The fiber of a continuation, which is consumed. Null: a trap has been noted.
[[nodiscard, gnu::always_inline]] inline abi::Fiber* take_fiber(Exec* exec,
                                                                u64 reference) noexcept {
  if (reference == 0) [[unlikely]] {
    exec->pending.trap = Trap::null_continuation_reference;
    return nullptr;
  }
  abi::Fiber*& held = abi::continuation(exec->heap_base, reference).fiber;
  if (held == nullptr) [[unlikely]]
    exec->pending.trap = Trap::continuation_consumed;
  return std::exchange(held, nullptr);
}

/// Makes the frame that runs wait at its cell for a suspended chain, which runs now. Its slots
/// below `top` stay live.
[[gnu::always_inline]] inline void resume_here(Regs& r, abi::Fiber* innermost, Slot* top) noexcept {
  abi::Fiber& outermost = *innermost->outermost;
  outermost.resumer_pc = r.pc;
  outermost.resumer_fp = r.fp;
  outermost.resumer_inst = r.inst;
  abi::resume_chain(r.exec, innermost, top);
}

/// The first frame of a fiber is its own caller.
inline void push_fiber_header(abi::Fiber& fiber) noexcept {
  push_header(fiber.fp, fiber.fp, &fiber_call);
}

}  // namespace zhan::interp

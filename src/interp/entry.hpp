// SPDX-License-Identifier: Apache-2.0
// How a call enters a body (CONTRACTS C1, C3, C4), for calls and continuations.
#pragma once

#include "interp/specials.hpp"

namespace zhan::interp {

/// The stack has no room for a frame: r.acc its body, r.l0 where its parameters lie. The stack of a
/// continuation grows, and the body is entered.
ZHAN_CC Status overflow(ZHAN_PARAMS);

/// Clears the locals of a new frame that may be read before they are set.
[[gnu::always_inline]] inline void clear_locals(Slot* fp, const abi::EntryData& data) noexcept {
  Slot* local = fp + data.zero_first;
  for (u32 left = data.zero_count; left > 0; --left) {
    *local++ = 0;
    asm volatile("" : "+r"(local));  // a loop of three instructions: there are few locals to clear
  }
}

/// Writes a callee's header below its parameters.
[[gnu::always_inline]] inline void push_header(Slot* callee, Slot* caller, const Cell* call) {
  callee[-1] = reinterpret_cast<Slot>(call);
  callee[-2] = reinterpret_cast<Slot>(caller);
}

}  // namespace zhan::interp

// The work of entering `body` with parameters at `callee`: the header stands already, pc is the
// call cell until the stack limit has been compared.
#define ZHAN_ENTER_BODY(body, callee)                                                         \
  do {                                                                                        \
    FuncBody* const entered_body = (body);                                                    \
    Slot* const new_frame = (callee);                                                         \
    const Cell* const first_cell = entered_body->cells.load(std::memory_order_acquire);       \
    const abi::EntryData& entry = entry_data(first_cell);                                     \
    if (static_cast<u64>(r.exec->value_limit - new_frame) < entry.frame_slots) [[unlikely]] { \
      r.acc = reinterpret_cast<u64>(entered_body);                                            \
      r.l0 = reinterpret_cast<u64>(new_frame);                                                \
      ZHAN_JUMP(::zhan::interp::overflow);                                                    \
    }                                                                                         \
    r.fp = new_frame;                                                                         \
    r.acc = reinterpret_cast<u64>(entered_body);                                              \
    if (entry.zero_count != 0) clear_locals(new_frame, entry);                                \
    r.l0 = new_frame[entry.pinned];                                                           \
    r.pc = first_cell;                                                                        \
    if (__builtin_sub_overflow(r.budget, u64{entry.cost}, &r.budget)) [[unlikely]]            \
      ZHAN_JUMP(poll_and_go);                                                                 \
    ZHAN_NEXT(first_cell);                                                                    \
  } while (false)

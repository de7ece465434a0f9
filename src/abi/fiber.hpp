// SPDX-License-Identifier: Apache-2.0
// Continuations (CONTRACTS C3, C10): a continuation is a value stack of its own, a fiber. Whoever
// resumes one waits on its own stack, and the fiber knows where. Suspended, a chain of fibers hangs
// on the object of the heap that stands for it.
#pragma once

#include "abi/builtins.hpp"
#include "abi/object.hpp"
#include "base/assert.hpp"

namespace zhan::abi {

/// A list of fibers, closed to a ring by its head.
struct FiberLink {
  FiberLink* next = nullptr;
  FiberLink* previous = nullptr;

  void unlink() noexcept {
    previous->next = next;
    next->previous = previous;
  }
  void insert_after(FiberLink& before) noexcept {
    next = before.next;
    previous = &before;
    before.next = this;
    next->previous = this;
  }
};

/// One stack of a continuation. It runs (Exec::fiber), waits for a fiber that it has resumed, or is
/// suspended. Frames name each other by plain pointers, so the slots move only while it runs, no
/// native frame stands on it, and its owner rewrites the links (grow_fiber).
struct Fiber : FiberLink {
  Stack stack;
  // Suspended: where it goes on.
  const Cell* pc = nullptr;  // the cell that suspended it; null: it has not started
  Slot* fp = nullptr;        // not started: of the frame to come
  Inst* inst = nullptr;
  const Func* start = nullptr;  // not started: what it will run
  Slot* args = nullptr;         // where the next value that it is resumed with goes
  Fiber* outermost = nullptr;   // of a suspended chain, whose innermost fiber this is
  // Not running: its slots below are live.
  Slot* top = nullptr;
  // Running, waiting, or inside a suspended chain: who waits for it, and at which cell.
  Fiber* parent = nullptr;  // null: the store's own stack
  const Cell* resumer_pc = nullptr;
  Slot* resumer_fp = nullptr;
  Inst* resumer_inst = nullptr;
  u32 object = 0;       // reference of its continuation; 0 unless it is the innermost of a chain
  bool recent = false;  // it ran, or was given values, since the last collection
};

/// The object that a continuation reference names; without references in its fields. The fiber is
/// null once it has been consumed.
struct Continuation {
  Header header{.type = cont_kind};
  Fiber* fiber = nullptr;
};
static_assert(sizeof(Continuation) == 16);

[[nodiscard]] inline Continuation& continuation(u8* heap_base, Ref ref) noexcept {
  return field<Continuation>(heap_base, ref, 0);
}

/// Notes that collections of young objects must look at the fiber.
inline void note_recent(Exec* exec, Fiber& fiber) noexcept {
  if (fiber.recent) return;
  ZHAN_ASSERT(fiber.next != nullptr, "a store has all its fibers on lists");
  fiber.recent = true;
  fiber.unlink();
  fiber.insert_after(*exec->recent_fibers);
}

/// Makes a fiber the one that runs; null: the store's own stack.
inline void switch_to(Exec* exec, Fiber* fiber) noexcept {
  exec->fiber = fiber;
  exec->value_limit = fiber == nullptr ? exec->stack.limit : fiber->stack.limit;
  if (fiber != nullptr) note_recent(exec, *fiber);
}

/// Hangs a suspended chain on the running stack, whose slots below `top` stay live, and makes it
/// run. The caller has put {pc, fp, inst} of the resumer into the outermost fiber.
inline void resume_chain(Exec* exec, Fiber* innermost, Slot* top) noexcept {
  ZHAN_ASSERT(innermost->outermost->parent == nullptr, "a suspended chain hangs on nobody");
  ZHAN_ASSERT(innermost != exec->fiber, "what runs is not suspended");
  innermost->object = 0;
  innermost->outermost->parent = exec->fiber;
  (exec->fiber == nullptr ? exec->own_top : exec->fiber->top) = top;
  switch_to(exec, innermost);
}

namespace builtin {
/// Frees fibers from the inside out, up to `end` (not included; null: all).
void drop_fibers(Exec* exec, Fiber* innermost, const Fiber* end) noexcept;
/// Makes room up to `end` on the running fiber: false, with nothing changed, if there is none (or
/// the store's own stack runs). `newest` is the newest frame whose header stands. `shift` is what
/// must be added, in bytes, to every pointer into the slots. Exec is as at a safepoint.
[[nodiscard]] bool grow_fiber(Exec* exec, Slot* newest, const Slot* end, i64& shift) noexcept;
/// A new object for the running fiber and those it runs under, up to the one that is suspended with
/// it; a safepoint. 0 and a trap noted if there is no memory.
[[nodiscard]] inline Ref new_continuation(Exec* exec) noexcept {
  const Ref at = exec->heap_cur;
  if (sizeof(Continuation) > exec->heap_end - at)
    return allocate_object(exec, cont_kind, sizeof(Continuation));
  exec->heap_cur = at + sizeof(Continuation);
  return at;
}
}  // namespace builtin

}  // namespace zhan::abi

// SPDX-License-Identifier: Apache-2.0
// Continuations (CONTRACTS C10; fiber.hpp). A switch of stacks exchanges the frame pointer, the
// limit and a few words of Exec; nothing is on the native stack, so chains of any depth take none.
#include "base/assert.hpp"
#include "interp/fibers.hpp"
#include "runtime/store.hpp"

namespace zhan::interp {
namespace {

using abi::Fiber;

/// Slots of values: few, so that a call of memmove would cost more.
[[gnu::always_inline]] inline void copy_slots(Slot* to, const Slot* from, u32 count) noexcept {
  for (; count > 0; --count) {
    *to++ = *from++;
    asm volatile("" : "+r"(to));
  }
}

/// First frame of the running fiber, which has not started; its parameters are there.
ZHAN_CC Status start_fiber(ZHAN_PARAMS) {
  ZHAN_BEGIN
  Fiber& fiber = *r.exec->fiber;
  const Func* const func = fiber.start;
  FuncBody* const body = func->body;
  push_fiber_header(fiber);
  r.fp = fiber.fp;
  r.pc = &fiber_call;
  if (body->kind == abi::BodyKind::host) {
    r.acc = reinterpret_cast<u64>(body);
    r.l0 = reinterpret_cast<u64>(func->context);
    ZHAN_NEXT(body->cells.load(std::memory_order_acquire));
  }
  r.inst = static_cast<Inst*>(func->context);
  r.mem0 = r.inst->memory0;
  ZHAN_ENTER_BODY(body, r.fp);
}

}  // namespace

// The running fiber goes on where it was suspended, or starts; its values are in place.
#define ZHAN_GO_ON()                                  \
  do {                                                \
    const Fiber& running = *r.exec->fiber;            \
    if (running.pc == nullptr) [[unlikely]]           \
      ZHAN_JUMP(start_fiber);                         \
    r.fp = running.fp;                                \
    r.inst = running.inst;                            \
    r.mem0 = r.inst->memory0;                         \
    r.l0 = r.fp[as<SuspendCell>(running.pc).pinned];  \
    ZHAN_NEXT(skip(running.pc, sizeof(SuspendCell))); \
  } while (false)

// The frame at `fp`, whose resume cell is `cell`, goes on at `next`.
#define ZHAN_BACK_TO(cell, frame, instance, next) \
  do {                                            \
    r.fp = (frame);                               \
    r.inst = (instance);                          \
    r.mem0 = r.inst->memory0;                     \
    r.l0 = r.fp[(cell).pinned];                   \
    r.pc = (next);                                \
  } while (false)

// -- Resuming --

ZHAN_CC Status do_resume(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const ResumeCell& cell = as<ResumeCell>(r.pc);
  Fiber* const fiber = take_fiber(r.exec, r.fp[cell.index]);
  if (fiber == nullptr) [[unlikely]]
    ZHAN_JUMP(trap_exit);
  Slot* const values = r.fp + cell.result;
  copy_slots(fiber->args, values, cell.count);
  resume_here(r, fiber, values);
  ZHAN_GO_ON();
}

namespace {

[[nodiscard]] const HandlerRow* rows_of(const ResumeCell& cell) noexcept {
  return reinterpret_cast<const HandlerRow*>(&cell + 1);
}

[[nodiscard]] const Cell* behind(const ResumeCell& cell) noexcept {
  return reinterpret_cast<const Cell*>(rows_of(cell) + cell.rows);
}

}  // namespace

ZHAN_CC Status do_leave_fiber(ZHAN_PARAMS) {
  ZHAN_BEGIN
  Fiber* const fiber = r.exec->fiber;
  ZHAN_ASSERT(fiber != nullptr, "only the first frame of a continuation returns here");
  const ResumeCell& cell = as<ResumeCell>(fiber->resumer_pc);
  copy_slots(fiber->resumer_fp + cell.result, r.fp, cell.results);
  ZHAN_BACK_TO(cell, fiber->resumer_fp, fiber->resumer_inst, behind(cell));
  Fiber* const parent = fiber->parent;
  abi::builtin::drop_fibers(r.exec, fiber, parent);
  abi::switch_to(r.exec, parent);
  ZHAN_NEXT(r.pc);
}

// -- Suspending --

namespace {

/// The clause that takes a suspension, and the fiber whose resumer has it.
struct Found {
  Fiber* fiber = nullptr;
  const HandlerRow* row = nullptr;  // null: nobody
  u64 cost = 1;                     // in units of the budget: a chain may be long
};

/// From a fiber outwards to the stack of the activation.
Found find_handler(Fiber* fiber, const void* tag, bool is_switch) noexcept {
  Found found;
  u64 tested = 0;
  for (; fiber != nullptr && found.row == nullptr; fiber = fiber->parent) {
    const ResumeCell& cell = as<ResumeCell>(fiber->resumer_pc);
    const HandlerRow* row = rows_of(cell);
    for (const HandlerRow* const end = row + cell.rows; row != end; ++row, ++tested) {
      const bool matches = abi::at<const void*>(fiber->resumer_inst, row->tag) == tag &&
                           (row->is_switch != 0) == is_switch;
      if (!matches) continue;
      found.fiber = fiber;
      found.row = row;
      break;
    }
    ++tested;
  }
  found.cost = 1 + tested / 64;
  return found;
}

/// Nobody takes it. Would somebody on the other side of the host?
Trap unhandled(const Exec* exec, const void* tag, bool is_switch) noexcept {
  for (const abi::Activation* a = exec->activations; a != nullptr; a = a->previous)
    if (find_handler(a->fiber, tag, is_switch).row != nullptr) return Trap::suspend_across_host;
  return Trap::unhandled_tag;
}

/// Suspends the running fiber, with those it runs under up to `outermost`, at the cell that runs.
/// The object that stands for them is `object`.
[[gnu::always_inline]] inline void suspend(Regs& r, Fiber* outermost, abi::Ref object) noexcept {
  Fiber& fiber = *r.exec->fiber;
  ZHAN_ASSERT(fiber.object == 0, "what runs has no object");
  abi::continuation(r.exec->heap_base, object) = {.fiber = &fiber};
  fiber.object = static_cast<u32>(object);
  fiber.outermost = outermost;
  fiber.pc = r.pc;
  fiber.fp = r.fp;
  fiber.inst = r.inst;
  fiber.args = fiber.top = r.fp + as<SuspendCell>(r.pc).result;
}

}  // namespace

// Finds the handler of the tag of `cell`, pays for the search, and makes an object for what is
// suspended; `slots` from its first value on are live. All that may trap comes before anything is
// changed.
#define ZHAN_PREPARE_SUSPENSION(cell, found, object, switches, slots)           \
  const void* const tag = abi::at<const void*>(r.inst, (cell).tag);             \
  const Found found = find_handler(r.exec->fiber, tag, switches);               \
  if ((found).row == nullptr) [[unlikely]]                                      \
    ZHAN_TRAP(unhandled(r.exec, tag, switches));                                \
  const bool spent = __builtin_sub_overflow(r.budget, (found).cost, &r.budget); \
  save(r, r.fp + (cell).result + (slots));                                      \
  if (spent) [[unlikely]] {                                                     \
    u64 budget = r.budget;                                                      \
    const bool goes_on = abi::builtin::poll(r.exec, budget);                    \
    r.exec->budget = r.budget = budget;                                         \
    if (!goes_on) return Status::trapped;                                       \
  }                                                                             \
  const abi::Ref object = abi::builtin::new_continuation(r.exec);               \
  if ((object) == 0) [[unlikely]]                                               \
  ZHAN_JUMP(trap_exit)

ZHAN_CC Status do_suspend(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const SuspendCell& cell = as<SuspendCell>(r.pc);
  ZHAN_PREPARE_SUSPENSION(cell, found, object, false, cell.count);
  Fiber* const outermost = found.fiber;
  const ResumeCell& resumed_at = as<ResumeCell>(outermost->resumer_pc);
  Slot* const to = outermost->resumer_fp + found.row->slot;
  copy_slots(to, r.fp + cell.result, cell.count);
  to[cell.count] = object;
  suspend(r, outermost, object);
  ZHAN_BACK_TO(resumed_at, outermost->resumer_fp, outermost->resumer_inst,
               skip(&resumed_at, found.row->target));
  abi::switch_to(r.exec, std::exchange(outermost->parent, nullptr));
  ZHAN_NEXT(r.pc);
}

ZHAN_CC Status do_switch(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const SuspendCell& cell = as<SuspendCell>(r.pc);
  const u64 reference = r.fp[cell.index];
  if (reference == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_continuation_reference);
  if (abi::continuation(r.exec->heap_base, reference).fiber == nullptr) [[unlikely]]
    ZHAN_TRAP(Trap::continuation_consumed);
  ZHAN_PREPARE_SUSPENSION(cell, found, object, true, cell.count + 1);
  Fiber* const target = take_fiber(r.exec, reference);
  copy_slots(target->args, r.fp + cell.result, cell.count);
  target->args[cell.count] = object;
  Fiber* const outermost = found.fiber;
  suspend(r, outermost, object);
  // Whoever waits for this chain now waits for the other one.
  Fiber& other = *target->outermost;
  other.resumer_pc = outermost->resumer_pc;
  other.resumer_fp = outermost->resumer_fp;
  other.resumer_inst = outermost->resumer_inst;
  other.parent = std::exchange(outermost->parent, nullptr);
  target->object = 0;
  abi::switch_to(r.exec, target);
  ZHAN_GO_ON();
}

}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// Calls, returns, entry of a body, ways out of the interpreter (CONTRACTS C1-C4, C6, C9, C10).
#include <algorithm>
#include <cstring>

#include "abi/fiber.hpp"
#include "base/assert.hpp"
#include "interp/entry.hpp"
#include "interp/prepare.hpp"

namespace zhan::interp {

namespace {

/// Grows the stack of the running continuation up to `end`; r.fp, which is a frame of it, and `at`
/// are then where they have moved to. What lies below `live` is seen by a collection.
bool grow(Regs& r, Slot* newest, const Slot* end, Slot* live, Slot*& at) noexcept {
  save(r, live);
  i64 shift = 0;
  if (!abi::builtin::grow_fiber(r.exec, newest, end, shift)) return false;
  const auto move = [shift](Slot*& slot) {
    slot = reinterpret_cast<Slot*>(reinterpret_cast<uptr>(slot) + static_cast<uptr>(shift));
  };
  move(r.fp);
  move(at);
  return true;
}

}  // namespace

ZHAN_CC Status overflow(ZHAN_PARAMS) {
  ZHAN_BEGIN
  FuncBody* const body = reinterpret_cast<FuncBody*>(r.acc);
  Slot* frame = reinterpret_cast<Slot*>(r.l0);
  const u32 slots = entry_data(body->cells.load(std::memory_order_acquire)).frame_slots;
  if (!grow(r, frame, frame + slots, frame + body->param_slots, frame))
    ZHAN_TRAP(Trap::call_stack_exhausted);
  ZHAN_ENTER_BODY(body, frame);
}

// -- Calls --

ZHAN_CC Status do_call(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const CallCell& cell = as<CallCell>(r.pc);
  Slot* callee = r.fp + cell.callee_fp;
  push_header(callee, r.fp, r.pc);
  ZHAN_ENTER_BODY(cell.body, callee);
}

ZHAN_CC Status do_call_import(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const CallCell& cell = as<CallCell>(r.pc);
  r.acc = reinterpret_cast<u64>(abi::at<const Func*>(r.inst, cell.import));
  ZHAN_JUMP(call_foreign);
}

/// r.acc: a Func known to be of the right type.
#define ZHAN_CALL_FUNC(func)                            \
  do {                                                  \
    const Func* const callee_func = (func);             \
    if (callee_func->context != r.inst) [[unlikely]] {  \
      r.acc = reinterpret_cast<u64>(callee_func);       \
      ZHAN_JUMP(call_foreign);                          \
    }                                                   \
    Slot* callee = r.fp + as<CallCell>(r.pc).callee_fp; \
    push_header(callee, r.fp, r.pc);                    \
    ZHAN_ENTER_BODY(callee_func->body, callee);         \
  } while (false)

[[gnu::always_inline]] static inline abi::Table* table_of(Regs& r, u32 offset) noexcept {
  return abi::at<abi::Table*>(r.inst, offset);
}

/// The element did not have the expected type: null, unfilled, a subtype or a mistake. r.acc: the
/// index.
ZHAN_CC static Status call_indirect_slow(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const CallCell& cell = as<CallCell>(r.pc);
  save(r, r.fp + cell.callee_fp - 2);
  const Func* func =
      abi::builtin::resolve_indirect(r.exec, r.inst, table_of(r, cell.table), r.acc, cell.type);
  if (func == nullptr) ZHAN_JUMP(trap_exit);
  ZHAN_CALL_FUNC(func);
}

#define ZHAN_CALL_INDIRECT(index_value)                                         \
  do {                                                                          \
    const CallCell& cell = as<CallCell>(r.pc);                                  \
    const u64 index = (index_value);                                            \
    const abi::Table* table = table_of(r, cell.table);                          \
    if (index < table->size) [[likely]] {                                       \
      const Func* func = reinterpret_cast<const Func*>(table->elements[index]); \
      if (func != nullptr && func->type == cell.type) [[likely]]                \
        ZHAN_CALL_FUNC(func);                                                   \
    }                                                                           \
    r.acc = index;                                                              \
    ZHAN_JUMP(call_indirect_slow);                                              \
  } while (false)

ZHAN_CC Status do_call_indirect(ZHAN_PARAMS) {
  ZHAN_BEGIN
  ZHAN_CALL_INDIRECT(r.fp[as<CallCell>(r.pc).index]);
}

ZHAN_CC Status do_call_indirect_acc(ZHAN_PARAMS) {
  ZHAN_BEGIN
  ZHAN_CALL_INDIRECT(r.acc);
}

ZHAN_CC Status do_call_ref(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const Func* func = reinterpret_cast<const Func*>(r.fp[as<CallCell>(r.pc).index]);
  if (func == nullptr) [[unlikely]]
    ZHAN_TRAP(Trap::null_function_reference);
  ZHAN_CALL_FUNC(func);
}

static u64 bridge_slots(const FuncBody* callee) noexcept {
  return u64{std::max(callee->param_slots, callee->result_slots)} + 8;
}

/// Pushes a bridge frame (C1) whose header lies at `at - 2`: slots {caller's Inst, result slots}.
/// The callee's parameters start 4 slots further up.
static Slot* push_bridge(Slot* at, Inst* from, const FuncBody* callee) noexcept {
  std::memmove(at + 4, at, callee->param_slots * sizeof(Slot));
  at[0] = reinterpret_cast<Slot>(from);
  at[1] = callee->result_slots;
  Slot* inner = at + 4;
  push_header(inner, at, &bridge_call);
  return inner;
}

/// Whether a bridge, the parameters and the header above them fit.
static bool bridge_fits(const Exec* exec, const Slot* at, const FuncBody* callee) noexcept {
  return static_cast<u64>(exec->value_limit - at) >= bridge_slots(callee);
}

static void enter_instance(Regs& r, const Func* func) noexcept {
  r.inst = static_cast<Inst*>(func->context);
  r.mem0 = r.inst->memory0;
}

/// There is no room for a bridge to r.acc: on the stack of a continuation there may be.
ZHAN_CC static Status grow_for_call(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const FuncBody* const body = reinterpret_cast<const Func*>(r.acc)->body;
  Slot* at = r.fp + as<CallCell>(r.pc).callee_fp;
  if (!grow(r, r.fp, at + bridge_slots(body), at + body->param_slots, at))
    ZHAN_TRAP(Trap::call_stack_exhausted);
  ZHAN_JUMP(call_foreign);
}

ZHAN_CC Status call_foreign(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const Func* func = reinterpret_cast<const Func*>(r.acc);
  FuncBody* body = func->body;
  Slot* callee = r.fp + as<CallCell>(r.pc).callee_fp;
  if (body->kind == abi::BodyKind::host) {
    push_header(callee, r.fp, r.pc);
    r.fp = callee;
    r.acc = reinterpret_cast<u64>(body);
    r.l0 = reinterpret_cast<u64>(func->context);
    ZHAN_NEXT(body->cells.load(std::memory_order_acquire));
  }
  if (func->context != r.inst) {
    if (!bridge_fits(r.exec, callee, body)) ZHAN_JUMP(grow_for_call);
    push_header(callee, r.fp, r.pc);
    callee = push_bridge(callee, r.inst, body);
    enter_instance(r, func);
  } else {
    push_header(callee, r.fp, r.pc);
  }
  ZHAN_ENTER_BODY(body, callee);
}

// -- Returns --

/// Gives the caller its frame back after the results have been written.
[[gnu::always_inline]] static inline const Cell* back_to_caller(Regs& r) noexcept {
  const CallCell& call = as<CallCell>(abi::return_pc(r.fp));
  Slot* caller = abi::caller_fp(r.fp);
  r.l0 = caller[call.pinned];
  r.fp = caller;
  return skip(&call, sizeof(CallCell));
}

/// Copies `count` results from `from`, ascending, to where the caller of the frame wants them, over
/// the header if that is the place (so it is read first), and returns to it.
static const Cell* return_values(Regs& r, const Slot* from, u32 count) noexcept {
  const CallCell& call = as<CallCell>(abi::return_pc(r.fp));
  Slot* caller = abi::caller_fp(r.fp);
  Slot* to = caller + call.result;
  std::memmove(to, from, count * sizeof(Slot));
  r.l0 = caller[call.pinned];
  r.fp = caller;
  return skip(&call, sizeof(CallCell));
}

ZHAN_CC Status do_return(ZHAN_PARAMS) {
  ZHAN_BEGIN
  ZHAN_NEXT(back_to_caller(r));
}

ZHAN_CC Status do_return_many(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const ReturnCell& cell = as<ReturnCell>(r.pc);
  ZHAN_NEXT(return_values(r, r.fp + cell.first, cell.count));
}

/// The results of a callee lie from slot 2 of the bridge on; passes them to the caller.
ZHAN_CC static Status bridge_return(ZHAN_PARAMS) {
  ZHAN_BEGIN
  r.inst = reinterpret_cast<Inst*>(r.fp[0]);
  r.mem0 = r.inst->memory0;
  const u32 count = static_cast<u32>(r.fp[1]);
  ZHAN_NEXT(return_values(r, r.fp + 2, count));
}

// -- Tail calls (C10) --

/// Moves the arguments down to fp[0..]: sources lie above.
static void move_arguments(Regs& r, const TailCallCell& cell) noexcept {
  std::memmove(r.fp, r.fp + cell.first, cell.count * sizeof(Slot));
}

ZHAN_CC static Status tail_enter(ZHAN_PARAMS);

ZHAN_CC static Status grow_for_tail_call(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const FuncBody* const body = reinterpret_cast<const Func*>(r.acc)->body;
  Slot* at = r.fp;
  if (!grow(r, r.fp, at + bridge_slots(body), at + body->param_slots, at))
    ZHAN_TRAP(Trap::call_stack_exhausted);
  ZHAN_JUMP(tail_enter);
}

/// Enters r.acc = Func with its arguments at fp, under the header of the frame that is replaced.
ZHAN_CC static Status tail_enter(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const Func* func = reinterpret_cast<const Func*>(r.acc);
  FuncBody* body = func->body;
  Slot* callee = r.fp;
  if (body->kind == abi::BodyKind::host) {
    r.acc = reinterpret_cast<u64>(body);
    r.l0 = reinterpret_cast<u64>(func->context);
    ZHAN_NEXT(body->cells.load(std::memory_order_acquire));
  }
  if (func->context != r.inst) {
    // A frame that returns through a bridge already needs no second one: every chain is constant
    // space.
    if (abi::return_pc(callee) != &bridge_call) {
      if (!bridge_fits(r.exec, callee, body)) ZHAN_JUMP(grow_for_tail_call);
      callee = push_bridge(callee, r.inst, body);
    }
    enter_instance(r, func);
  }
  ZHAN_ENTER_BODY(body, callee);
}

ZHAN_CC Status do_return_call(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const TailCallCell& cell = as<TailCallCell>(r.pc);
  FuncBody* body = cell.body;
  move_arguments(r, cell);
  ZHAN_ENTER_BODY(body, r.fp);
}

ZHAN_CC Status do_return_call_import(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const TailCallCell& cell = as<TailCallCell>(r.pc);
  r.acc = reinterpret_cast<u64>(abi::at<const Func*>(r.inst, cell.import));
  move_arguments(r, cell);
  ZHAN_JUMP(tail_enter);
}

ZHAN_CC Status do_return_call_indirect(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const TailCallCell& cell = as<TailCallCell>(r.pc);
  const u64 index = r.fp[cell.index];
  const abi::Table* table = table_of(r, cell.table);
  const Func* func =
      index < table->size ? reinterpret_cast<const Func*>(table->elements[index]) : nullptr;
  if (func == nullptr || func->type != cell.type) {
    save(r, r.fp + cell.first + cell.count);
    func =
        abi::builtin::resolve_indirect(r.exec, r.inst, table_of(r, cell.table), index, cell.type);
    if (func == nullptr) ZHAN_JUMP(trap_exit);
  }
  r.acc = reinterpret_cast<u64>(func);
  move_arguments(r, cell);
  ZHAN_JUMP(tail_enter);
}

ZHAN_CC Status do_return_call_ref(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const TailCallCell& cell = as<TailCallCell>(r.pc);
  r.acc = r.fp[cell.index];
  if (r.acc == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_function_reference);
  move_arguments(r, cell);
  ZHAN_JUMP(tail_enter);
}

// -- Branches, builtins, traps --

#define ZHAN_BR_TABLE(index_value)                                                          \
  do {                                                                                      \
    const BrTableCell& cell = as<BrTableCell>(r.pc);                                        \
    const u32 wanted = static_cast<u32>(index_value);                                       \
    const u32 taken = wanted < cell.count ? wanted : cell.count - 1;                        \
    i32 displacement;                                                                       \
    std::memcpy(&displacement, reinterpret_cast<const u8*>(&cell + 1) + 4 * u64{taken}, 4); \
    ZHAN_NEXT(skip(r.pc, displacement));                                                    \
  } while (false)

ZHAN_CC Status do_br_table(ZHAN_PARAMS) {
  ZHAN_BEGIN
  ZHAN_BR_TABLE(r.fp[as<BrTableCell>(r.pc).index]);
}

ZHAN_CC Status do_br_table_acc(ZHAN_PARAMS) {
  ZHAN_BEGIN
  ZHAN_BR_TABLE(r.acc);
}

ZHAN_CC Status do_builtin(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const BuiltinCell& cell = as<BuiltinCell>(r.pc);
  save(r, r.fp + cell.operands + cell.slots);
  const Status status = cell.function(r.exec, r.inst, r.fp + cell.operands, cell.a, cell.b);
  if (status != Status::returned) return status;
  restore(r);
  ZHAN_NEXT(skip(r.pc, sizeof(BuiltinCell)));
}

ZHAN_CC Status do_trap(ZHAN_PARAMS) {
  ZHAN_BEGIN
  ZHAN_TRAP(static_cast<Trap>(as<TrapCell>(r.pc).kind));
}

ZHAN_CC Status do_charge(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const u64 cost = as<ChargeCell>(r.pc).cost;
  r.pc = skip(r.pc, sizeof(ChargeCell));
  if (__builtin_sub_overflow(r.budget, cost, &r.budget)) [[unlikely]]
    ZHAN_JUMP(poll_and_go);
  ZHAN_NEXT(r.pc);
}

ZHAN_CC Status do_far_move(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const FarMoveCell& cell = as<FarMoveCell>(r.pc);
  std::memmove(r.fp + cell.dst, r.fp + cell.src, cell.count * sizeof(Slot));
  ZHAN_NEXT(skip(r.pc, sizeof(FarMoveCell)));
}

ZHAN_CC Status do_far_enter(ZHAN_PARAMS) {
  ZHAN_BEGIN
  Slot* frame = r.fp + as<FarEnterCell>(r.pc).base;
  push_header(frame, abi::caller_fp(r.fp), abi::return_pc(r.fp));
  r.fp = frame;
  ZHAN_NEXT(skip(r.pc, sizeof(FarEnterCell)));
}

ZHAN_CC Status do_far_leave(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const FarLeaveCell& cell = as<FarLeaveCell>(r.pc);
  Slot* frame = r.fp - cell.base;
  Slot* const caller = abi::caller_fp(r.fp);
  const Cell* const call = abi::return_pc(r.fp);
  std::memmove(frame, r.fp, cell.count * sizeof(Slot));
  push_header(frame, caller, call);  // the one there is out of date if the stack has moved
  r.fp = frame;
  ZHAN_NEXT(skip(r.pc, sizeof(FarLeaveCell)));
}

ZHAN_CC Status trap_exit(ZHAN_PARAMS) {
  ZHAN_BEGIN
  save(r, r.fp);
  r.exec->acc = r.acc;
  r.exec->local0 = r.l0;
  return Status::trapped;
}

ZHAN_CC Status poll_and_go(ZHAN_PARAMS) {
  ZHAN_BEGIN
  save(r, r.fp);
  if (!abi::builtin::poll(r.exec, r.budget)) {
    r.exec->budget = r.budget;
    return Status::trapped;
  }
  ZHAN_NEXT(r.pc);
}

// -- Static cells --

namespace {

/// First cell of a body not yet prepared; the header stands, acc is the body, fp its frame.
ZHAN_CC Status do_prepare(ZHAN_PARAMS) {
  ZHAN_BEGIN
  FuncBody* body = reinterpret_cast<FuncBody*>(r.acc);
  const Cell* prepared_at = r.pc;
  r.pc = abi::return_pc(r.fp);  // a failure belongs to the call
  Slot* frame = r.fp;
  r.fp = abi::caller_fp(frame);
  save(r, frame + body->param_slots);
  if (!prepare(r.exec, body)) return Status::trapped;
  (void)prepared_at;
  ZHAN_ENTER_BODY(body, frame);
}

/// A host function: acc its body, l0 its data, fp its arguments. Ends like `return`.
ZHAN_CC Status do_call_host(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const FuncBody* body = reinterpret_cast<const FuncBody*>(r.acc);
  Slot* args = r.fp;
  r.pc = abi::return_pc(args);
  r.fp = abi::caller_fp(args);
  // What the host function calls in turn must not touch its arguments and results.
  save(r, args + std::max(body->param_slots, body->result_slots));
  abi::Record record{abi::Crossing::wasm_to_host,
                     r.exec->records,
                     r.exec,
                     r.pc,
                     r.fp,
                     r.inst,
                     r.exec->vsp,
                     nullptr};
  r.exec->records = &record;
  const Status status = body->host(r.exec, reinterpret_cast<void*>(r.l0), body, args);
  ZHAN_ASSERT(r.exec->records == &record, "a host function returns from what it has entered");
  r.exec->records = record.previous;
  if (status == Status::threw) ZHAN_JUMP(throw_from_host);
  if (status != Status::returned && status != Status::tail_call) return status;
  r.fp = args;
  restore(r);
  if (status == Status::tail_call) {
    r.acc = reinterpret_cast<u64>(r.exec->pending.tail_callee);
    ZHAN_JUMP(tail_enter);
  }
  ZHAN_NEXT(return_values(r, args, body->result_slots));
}

/// From the host: the header stands, acc is the body, fp its arguments; l0 a host function's data.
ZHAN_CC Status do_enter(ZHAN_PARAMS) {
  ZHAN_BEGIN
  FuncBody* body = reinterpret_cast<FuncBody*>(r.acc);
  if (body->kind == abi::BodyKind::host) ZHAN_NEXT(body->cells.load(std::memory_order_acquire));
  ZHAN_ENTER_BODY(body, r.fp);
}

/// The outermost frame has returned: its results lie where its arguments were.
ZHAN_CC Status do_leave(ZHAN_PARAMS) {
  ZHAN_BEGIN
  r.exec->budget = r.budget;
  return Status::returned;
}

/// A static cell with entry data of zeros before it (C4).
struct StaticCell {
  abi::EntryData data;
  Cell cell;
};
const StaticCell prepare_storage{{}, {reinterpret_cast<void*>(&do_prepare)}};
const StaticCell entry_cell_storage{{}, {reinterpret_cast<void*>(&do_enter)}};
const StaticCell call_host_storage{{}, {reinterpret_cast<void*>(&do_call_host)}};

/// A call cell that no code runs, only returns read, and the cell that is returned to.
struct ReturnPoint {
  CallCell call;
  Cell next;
};
constexpr CallCell return_cell(i16 result) {
  CallCell cell{};
  cell.pinned = -1;
  cell.result = result;
  return cell;
}
const ReturnPoint fiber_storage{return_cell(0), {reinterpret_cast<void*>(&do_leave_fiber)}};
const ReturnPoint bridge_storage{return_cell(2), {reinterpret_cast<void*>(&bridge_return)}};
const ReturnPoint entry_storage{return_cell(0), {reinterpret_cast<void*>(&do_leave)}};

}  // namespace

const Cell& prepare_cell = prepare_storage.cell;
const Cell& entry_cell = entry_cell_storage.cell;
const Cell& call_host_cell = call_host_storage.cell;
const CallCell& bridge_call = bridge_storage.call;
const CallCell& fiber_call = fiber_storage.call;
const CallCell& entry_call = entry_storage.call;

}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// How handlers follow each other: by tail calls with the state in registers, or (portable build)
// called from a loop with the state in memory. The macros exist because a tail call must stand in
// the handler itself. Register roles: CONTRACTS C2, INTERPRETER.md; docs/architecture.md has the
// table.
#pragma once

#include "abi/abi.hpp"

#if ZHAN_STATS
#include "interp/stats.hpp"
#define ZHAN_COUNT(cell) ::zhan::interp::stats::count(cell)
#else
#define ZHAN_COUNT(cell) void(0)
#endif

namespace zhan::interp {

using abi::Cell;
using abi::Exec;
using abi::Func;
using abi::FuncBody;
using abi::Inst;
using abi::Slot;
using abi::Status;

/// The interpreter's registers. A handler of the tail-call build has them as locals, which the
/// compiler keeps in the argument registers; the portable build passes one by reference.
struct Regs {
  const Cell* pc;
  Slot* fp;
  u8* mem0;
  Inst* inst;
  u64 acc;  // last integer result, i32 zero-extended
  u64 l0;   // the pinned local, also in its slot
  u64 budget;
  Exec* exec;
  double acc_d;  // last f64 result
  float acc_f;   // last f32 result
};

}  // namespace zhan::interp

#if ZHAN_TAILCALL

#define ZHAN_CC [[clang::preserve_none]]
#define ZHAN_PARAMS                                                                        \
  const ::zhan::interp::Cell *pc_, ::zhan::interp::Slot *fp_, ::zhan::u8 *mem0_,           \
      ::zhan::interp::Inst *inst_, ::zhan::u64 acc_, ::zhan::u64 l0_, ::zhan::u64 budget_, \
      [[maybe_unused]] ::zhan::u64 dead_, ::zhan::interp::Exec *exec_, double acc_d_, float acc_f_
#define ZHAN_BEGIN \
  ::zhan::interp::Regs r{pc_, fp_, mem0_, inst_, acc_, l0_, budget_, exec_, acc_d_, acc_f_};
// The dead argument keeps rcx free: shifts take their count there.
#define ZHAN_JUMP(target)                                                                       \
  [[clang::musttail]] return (target)(r.pc, r.fp, r.mem0, r.inst, r.acc, r.l0, r.budget,        \
                                      __builtin_nondeterministic_value(dead_), r.exec, r.acc_d, \
                                      r.acc_f)
#define ZHAN_NEXT(cell)                                                  \
  do {                                                                   \
    r.pc = (cell);                                                       \
    ZHAN_COUNT(r.pc);                                                    \
    ZHAN_JUMP(reinterpret_cast<::zhan::interp::Handler>(r.pc->handler)); \
  } while (false)

#else

#define ZHAN_CC
#define ZHAN_PARAMS ::zhan::interp::Regs& r
#define ZHAN_BEGIN
#define ZHAN_JUMP(target) return (target)(r)
#define ZHAN_NEXT(cell)                     \
  do {                                      \
    r.pc = (cell);                          \
    ZHAN_COUNT(r.pc);                       \
    return ::zhan::interp::Status::running; \
  } while (false)

#endif

// Handlers whose accesses may fault stand in a section of their own, which the signal handler
// knows.
#if ZHAN_TAILCALL
#define ZHAN_FAULTING [[gnu::section("zhan_handlers")]]
#else
#define ZHAN_FAULTING
#endif

namespace zhan::interp {

// As type of pointers to handlers and to the cold functions they go to.
#if ZHAN_TAILCALL
using Handler = Status (*)(const Cell*, Slot*, u8*, Inst*, u64, u64, u64, u64, Exec*, double, float)
    [[clang::preserve_none]];
#else
using Handler = Status (*)(Regs&);
#endif

#define ZHAN_TRAP(kind)                   \
  do {                                    \
    r.exec->pending.trap = (kind);        \
    ZHAN_JUMP(::zhan::interp::trap_exit); \
  } while (false)

/// Ends the chain with the trap noted in exec->pending: stores {pc, fp, inst, budget} first.
ZHAN_CC Status trap_exit(ZHAN_PARAMS);
/// After a borrow of the budget: pc is already where to go on.
ZHAN_CC Status poll_and_go(ZHAN_PARAMS);

/// The cell `bytes` after another.
[[nodiscard]] inline const Cell* skip(const Cell* cell, i64 bytes) noexcept {
  return reinterpret_cast<const Cell*>(reinterpret_cast<const u8*>(cell) + bytes);
}

/// Stores what others see of the registers before control leaves the interpreter (C3); vsp = the
/// first free slot, where a callee's header would lie.
inline void save(Regs& r, Slot* vsp) noexcept {
  r.exec->pc = r.pc;
  r.exec->fp = r.fp;
  r.exec->inst = r.inst;
  r.exec->vsp = vsp;
  r.exec->budget = r.budget;
}

/// What may have changed while control was away.
inline void restore(Regs& r) noexcept {
  r.budget = r.exec->budget;
  r.mem0 = r.inst->memory0;
}

}  // namespace zhan::interp

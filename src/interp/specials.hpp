// SPDX-License-Identifier: Apache-2.0
// Handlers of cells that are not made of tokens (cells.hpp), and the static cells of the engine.
#pragma once

#include "interp/cells.hpp"
#include "wasm/ops.hpp"

namespace zhan::interp {

/// throw: the values lie in `count` slots from `first` on. throw_ref, rethrow: the reference in
/// `first`.
struct ThrowCell : Cell {
  i16 first;
  u32 count;
  u32 tag;  // offset in Inst of the tag's identity
};

ZHAN_CC Status do_call(ZHAN_PARAMS);
ZHAN_CC Status do_call_import(ZHAN_PARAMS);
ZHAN_CC Status do_call_indirect(ZHAN_PARAMS);      // index in a slot
ZHAN_CC Status do_call_indirect_acc(ZHAN_PARAMS);  // index in the accumulator
ZHAN_CC Status do_call_ref(ZHAN_PARAMS);
ZHAN_CC Status do_return(ZHAN_PARAMS);       // no result
ZHAN_CC Status do_return_many(ZHAN_PARAMS);  // ReturnCell
ZHAN_CC Status do_return_call(ZHAN_PARAMS);
ZHAN_CC Status do_return_call_import(ZHAN_PARAMS);
ZHAN_CC Status do_return_call_indirect(ZHAN_PARAMS);
ZHAN_CC Status do_return_call_ref(ZHAN_PARAMS);
ZHAN_CC Status do_br_table(ZHAN_PARAMS);
ZHAN_CC Status do_br_table_acc(ZHAN_PARAMS);
ZHAN_CC Status do_builtin(ZHAN_PARAMS);
ZHAN_CC Status do_trap(ZHAN_PARAMS);
ZHAN_CC Status do_throw(ZHAN_PARAMS);      // ThrowCell
ZHAN_CC Status do_throw_ref(ZHAN_PARAMS);  // ThrowCell
ZHAN_CC Status do_charge(ZHAN_PARAMS);     // metered: cost of a stretch of code
ZHAN_CC Status do_far_move(ZHAN_PARAMS);   // FarMoveCell
ZHAN_CC Status do_far_enter(ZHAN_PARAMS);  // FarEnterCell
ZHAN_CC Status do_far_leave(ZHAN_PARAMS);  // FarLeaveCell

// Heap objects (handlers_gc.cpp).
/// Fields of `bytes` (1, 2, 4, 8, 16), narrow ones with or without sign.
[[nodiscard]] Handler field_reader(u32 bytes, bool is_signed) noexcept;  // FieldCell
[[nodiscard]] Handler field_writer(u32 bytes, bool traced) noexcept;
[[nodiscard]] Handler element_reader(u32 bytes, bool is_signed) noexcept;  // ElementCell
[[nodiscard]] Handler element_writer(u32 bytes, bool traced) noexcept;
ZHAN_CC Status do_get_descriptor(ZHAN_PARAMS);  // FieldCell
ZHAN_CC Status do_array_len(ZHAN_PARAMS);       // ElementCell
ZHAN_CC Status do_new_struct(ZHAN_PARAMS);      // NewStructCell
ZHAN_CC Status do_ref_test(ZHAN_PARAMS);        // CastCell
ZHAN_CC Status do_ref_cast(ZHAN_PARAMS);
ZHAN_CC Status do_test_descriptor(ZHAN_PARAMS);
ZHAN_CC Status do_cast_descriptor(ZHAN_PARAMS);

/// Every call of a function of tables, imports and references goes on here with r.acc = the Func,
/// r.pc = the call cell: same instance, other instance (bridge) or host.
ZHAN_CC Status call_foreign(ZHAN_PARAMS);

// Continuations (continuations.cpp).
ZHAN_CC Status do_resume(ZHAN_PARAMS);            // ResumeCell
ZHAN_CC Status do_resume_throw(ZHAN_PARAMS);      // ResumeCell: the values are those of the tag
ZHAN_CC Status do_resume_throw_ref(ZHAN_PARAMS);  // ResumeCell: the value is an exception
ZHAN_CC Status do_suspend(ZHAN_PARAMS);           // SuspendCell
ZHAN_CC Status do_switch(ZHAN_PARAMS);            // SuspendCell
/// The first frame of the running fiber has returned, its results lie from r.fp on: the fiber ends.
ZHAN_CC Status do_leave_fiber(ZHAN_PARAMS);

/// A host function has thrown exec->pending.exception at the call cell exec->pc.
ZHAN_CC Status throw_from_host(ZHAN_PARAMS);

// Static cells.
extern const Cell& prepare_cell;    // compiles the body in r.acc, then runs it
extern const Cell& entry_cell;      // enters the body in r.acc: first cell of a chain from the host
extern const Cell& call_host_cell;  // runs the host function in r.acc with the data in r.l0
extern const CallCell& bridge_call;  // return address into a bridge frame; its return cell follows
extern const CallCell& fiber_call;   // return address of a continuation's first frame
extern const CallCell& entry_call;   // return address of an entry frame; the leave cell follows

/// Vector instructions by op; null where there is none.
struct VectorHandlers {
  Handler plain = nullptr;    // VectorCell / VectorLaneCell / VectorImmCell
  Handler guarded = nullptr;  // VectorMemoryCell
  Handler explicit_ = nullptr;
  Handler far = nullptr;    // FarMemoryCell, scalar accesses too
  Handler slots = nullptr;  // SlotsCell
};
[[nodiscard]] VectorHandlers special_handlers(Op op) noexcept;
/// VectorCell: dst, a, b vectors, c the condition.
ZHAN_CC Status do_vector_select(ZHAN_PARAMS);
ZHAN_CC Status do_vector_move(ZHAN_PARAMS);
ZHAN_CC Status do_vector_const(ZHAN_PARAMS);       // VectorImmCell
ZHAN_CC Status do_vector_get_global(ZHAN_PARAMS);  // VectorMemoryCell: dst, offset in Inst
ZHAN_CC Status do_vector_set_global(ZHAN_PARAMS);  // VectorMemoryCell: value
ZHAN_CC Status do_vector_get_global_far(ZHAN_PARAMS);
ZHAN_CC Status do_vector_set_global_far(ZHAN_PARAMS);

}  // namespace zhan::interp

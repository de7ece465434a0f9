// SPDX-License-Identifier: Apache-2.0
// Entry from the host, positions, and the table the runtime calls the interpreter by.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <span>

#include "abi/enter.hpp"
#include "interp/body_code.hpp"
#include "interp/interp.hpp"
#include "interp/specials.hpp"
#include "wasm/reader.hpp"

namespace zhan::interp {
namespace {

/// The registers for a frame whose caller is the host (CONTRACTS C1: an entry frame).
Regs entry_registers(Exec* exec, const Func* func, Slot* args) noexcept {
  args[-1] = reinterpret_cast<Slot>(&entry_call);
  args[-2] = reinterpret_cast<Slot>(args);
  FuncBody* body = func->body;
  const bool host = body->kind == abi::BodyKind::host;
  Inst* inst = host ? exec->inst : static_cast<Inst*>(func->context);
  Regs r{};
  r.fp = args;
  r.inst = inst;
  r.mem0 = inst != nullptr ? inst->memory0 : nullptr;
  r.acc = reinterpret_cast<u64>(body);
  r.l0 = host ? reinterpret_cast<u64>(func->context) : 0;
  r.budget = exec->budget;
  r.exec = exec;
  r.pc = &entry_cell;
  return r;
}

#if ZHAN_TAILCALL

Status run(Regs& r) noexcept {
  const abi::EnterArgs args{r.pc->handler, r.pc, r.fp, r.mem0, r.inst, r.acc, r.l0, r.budget};
  return abi::zhan_enter(r.exec, &args);
}

#else

/// Calls handler after handler, with the record and the current Exec as zhan_enter keeps them.
Status run(Regs& r) noexcept {
  Exec* exec = r.exec;
  Exec* outer = abi::zhan_exchange_current(exec);
  abi::Record record{abi::Crossing::host_to_wasm,
                     exec->records,
                     exec,
                     exec->pc,
                     exec->fp,
                     exec->inst,
                     exec->vsp,
                     outer};
  exec->records = &record;
  Status status = Status::running;
  while (status == Status::running) status = reinterpret_cast<Handler>(r.pc->handler)(r);
  exec->records = record.previous;
  (void)abi::zhan_exchange_current(outer);
  return status;
}

#endif

Status call(Exec* exec, const Func* func, Slot* args) noexcept {
  ZHAN_ASSERT(args == exec->vsp + abi::header_slots, "arguments lie above the callee's header");
  const Cell* pc = exec->pc;
  Slot* fp = exec->fp;
  Inst* inst = exec->inst;
  Slot* vsp = exec->vsp;
  Regs r = entry_registers(exec, func, args);
  const Status status = run(r);
  if (status == Status::returned) {
    exec->pc = pc;
    exec->fp = fp;
    exec->inst = inst;
    exec->vsp = vsp;
  }
  return status;
}

const FuncBody* body_of(const runtime::CodeModule* code, const Cell* cell) noexcept {
  const BodyCode* const found = code_at(*code, cell);
  return found == nullptr ? nullptr : &code->bodies()[found->defined];
}

bool is_bridge(const Cell* pc) noexcept { return pc == &bridge_call; }

void free_code(FuncBody* body) noexcept {
  std::free(body->interp_code.exchange(nullptr, std::memory_order_acq_rel));
}

u32 wasm_offset(const FuncBody* body, const Cell* pc, const Inst* inst, const Slot* fp,
                u64 address) noexcept;

}  // namespace

const abi::EngineTable& table() noexcept {
  static const abi::EngineTable instance{&prepare_cell, &call_host_cell, &call,     &wasm_offset,
                                         &body_of,      &is_bridge,      &free_code};
  return instance;
}

// -- Positions (C11) --

namespace {

/// The map's entry of a cell, or null.
const MapEntry* entry_at(const Code& code, const FuncBody& body, const Cell* cell) noexcept {
  const BodyCode* published = code_of(body);
  if (published == nullptr || !published->holds(cell)) return nullptr;
  const u32 offset = static_cast<u32>(reinterpret_cast<const u8*>(cell) -
                                      reinterpret_cast<const u8*>(published->first()));
  for (const MapEntry& entry : code.map)
    if (entry.cell == offset) return &entry;
  return nullptr;
}

/// What a cell that trapped reads its leaves from.
struct TrapState {
  const Exec* exec;
  const Slot* fp;
  i16 pinned;  // slot of the pinned local, which is also there
};

/// The effective address of an access whose address is a leaf, or ~0.
u64 address_of_leaf(const Action& action, usize at, const TrapState& state) noexcept {
  const u64 offset = action.value[at];
  switch (action.key[at + 1]) {
    case tok::slot: return abi::ea32(state.fp[action.value[at + 1]], offset);
    case tok::konst: return abi::ea32(action.value[at + 1], offset);
    case tok::local: return abi::ea32(state.fp[state.pinned], offset);
    case tok::acc: return abi::ea32(state.exec->acc, offset);
    default: return ~u64{0};
  }
}

bool may_trap(Token t) noexcept {
  return (is_op(t) && op_info(op_of(t)).is(trait::traps)) || t == tok::non_null ||
         t == tok::i31_get_s || t == tok::i31_get_u;
}

/// Which token of a cell trapped: the only one that can, or the access of that address; of several
/// the one that runs first, which is the inner one of two. `address` is that of the first byte
/// outside, for a fault.
usize trapping_token(const Action& action, const TrapState& state, u64 address) noexcept {
  usize last = 0, unknown = max_tokens, found = max_tokens;
  for (usize i = 0; i < action.size; ++i) {
    const Token t = action.key[i];
    if (!may_trap(t)) continue;
    last = i;
    if (!is_memory(t) || address == ~u64{0}) continue;
    const u64 start = address_of_leaf(action, i, state);
    const u64 size = u64{1} << op_info(op_of(t)).access;
    usize& place = start == ~u64{0} ? unknown : found;
    const bool matches = start == ~u64{0} || address - start < size;
    const bool before = place == max_tokens || i < subtree_end(action.key, place);
    if (matches && before) place = i;
  }
  return found != max_tokens ? found : unknown != max_tokens ? unknown : last;
}

u32 wasm_offset(const FuncBody* body, const Cell* pc, const Inst* inst, const Slot* fp,
                u64 address) noexcept {
  PredecodeOptions options;
  options.with_map = true;
  const Result<Code> code = predecode(*body->owner, *body, options);
  if (!code) return body->code_begin;
  const MapEntry* entry = entry_at(*code, *body, pc);
  if (entry == nullptr) return body->code_begin;
  const TrapState state{inst->exec, fp, code->entry.pinned};
  return entry->action
      .where[entry->action.size == 0 ? 0 : trapping_token(entry->action, state, address)];
}

/// The first instruction that has not run when a cell starts. A later cell may do an earlier one:
/// the tree of a condition is evaluated behind the moves of what the branch carries.
u32 first_pending(const Code& code, const MapEntry* entry) noexcept {
  u32 first = entry->action.where[0];
  for (const MapEntry* end = code.map.data() + code.map.size(); entry != end; ++entry)
    for (usize i = 0; i < std::max<usize>(entry->action.size, 1); ++i)
      first = std::min(first, entry->action.where[i]);
  return first;
}

void* handler_at(const Code& code, const MapEntry& entry) noexcept {
  void* handler = nullptr;
  std::memcpy(&handler, code.cells.data() + entry.cell, sizeof(handler));
  return handler;
}

/// The tail call of a far function, whose arguments lie over its locals already.
bool has_left(const Code& code, const MapEntry* entry) noexcept {
  return entry != code.map.data() &&
         handler_at(code, entry[-1]) == reinterpret_cast<void*>(&do_far_leave);
}

Op op_at(const FuncBody& body, u32 offset) noexcept {
  ByteReader reader(body.owner->module().bytes.subspan(offset), offset);
  return reader.op();
}

/// Whether a cell is where a branch by condition or index is decided.
bool decides(const Code& code, const MapEntry& entry, u32 where) noexcept {
  if (entry.action.size == 0) {
    const void* const handler = handler_at(code, entry);
    return entry.action.where[0] == where && (handler == reinterpret_cast<void*>(&do_br_table) ||
                                              handler == reinterpret_cast<void*>(&do_br_table_acc));
  }
  for (usize i = 0; i < entry.action.size; ++i)
    if (is_branch(entry.action.key[i]) && arity(entry.action.key[i]) > 0 &&
        entry.action.where[i] == where)
      return true;
  return false;
}

/// Whether a cell does something of the instruction at `where`, after others perhaps: the move of a
/// value that a branch carries may stand in one cell with the instruction before.
bool does(const MapEntry& entry, u32 where) noexcept {
  const std::span done(entry.action.where.data(), std::max<usize>(entry.action.size, 1));
  return std::ranges::find(done, where) != done.end();
}

/// Whether an instruction ends a part of a block, whose results go to the block's.
bool ends_part(Op op) noexcept {
  return op == Op::else_ || op == Op::end || op == Op::catch_ || op == Op::catch_all ||
         op == Op::delegate;
}

/// Whether an earlier cell does something of the instruction.
bool has_begun(const Code& code, const MapEntry* entry, u32 where) noexcept {
  while (entry != code.map.data())
    if (does(*--entry, where)) return true;
  return false;
}
bool has_decided(const Code& code, const MapEntry* entry, u32 where) noexcept {
  while (entry != code.map.data())
    if (decides(code, *--entry, where)) return true;
  return false;
}

/// Whether earlier cells of the instruction `op` have begun to put what a branch carries into the
/// slots of its label.
bool is_moving(const Code& code, const MapEntry* entry, u32 where, Op op) noexcept {
  const bool by_operand = branches_by_operand(op);
  if (!by_operand && op != Op::br && !ends_part(op)) return false;
  return by_operand ? has_decided(code, entry, where) : has_begun(code, entry, where);
}

/// Whether an earlier cell of this instruction has written over the descriptor on top of the stack,
/// for the branch to read.
bool has_tested_descriptor(const Code& code, const MapEntry* entry, u32 where) noexcept {
  if (entry == code.map.data()) return false;
  --entry;
  return entry->action.size == 0 && entry->action.where[0] == where &&
         handler_at(code, *entry) == reinterpret_cast<void*>(&do_test_descriptor);
}

}  // namespace

std::optional<FrameState> state_at(const FuncBody& body, const Cell* cell) {
  PredecodeOptions options;
  options.with_map = true;
  Result<Code> code = predecode(*body.owner, body, options);
  if (!code) return std::nullopt;
  const MapEntry* entry = entry_at(*code, body, cell);
  if (entry == nullptr) return std::nullopt;
  const u32 first = first_pending(*code, entry);
  options.snapshot_at = first;
  Result<Code> again = predecode(*body.owner, body, options);
  if (!again) return std::nullopt;
  Snapshot& snapshot = again->snapshot;
  snapshot.use_saved(again->map);
  const Op op = op_at(body, first);
  if (is_moving(*code, entry, first, op))
    snapshot.leave_label_values();
  else if (has_tested_descriptor(*code, entry, first))
    snapshot.leave_top();
  else if (body.owner->mode().deterministic && may_make_nan(op) && has_begun(*code, entry, first))
    snapshot.leave_taken();  // its result, perhaps a NaN, lies in the place of its operands
  const bool left = has_left(*code, entry);
  if (left) snapshot.leave_frame();
  const bool low = left || entry == code->map.data();  // fp is where the caller has set it
  return FrameState{first,
                    low ? 0 : -static_cast<i32>(code->far_base),
                    left ? 0 : again->local_slots,
                    std::move(snapshot.operands),
                    snapshot.moving_slots,
                    snapshot.gone_slots};
}

}  // namespace zhan::interp

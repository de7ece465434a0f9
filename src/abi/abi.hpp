// SPDX-License-Identifier: Apache-2.0
// What every engine stands on (CONTRACTS C1-C7): layouts that interpreter, compiled code, runtime
// and signal handler share. Offsets are proved in abi/offsets.cpp; change one only with a
// measurement.
#pragma once

#include <atomic>

#include "base/ints.hpp"
#include "wasm/traps.hpp"
#include "wasm/type_entry.hpp"

namespace zhan::runtime {
class Store;
class Instance;
class CodeModule;
struct TableState;
}  // namespace zhan::runtime

namespace zhan::abi {

/// 8 bytes of a frame: i32 and f32 zero-extended, v128 in two, a reference in one (C1, C7).
using Slot = u64;

/// How a function of the slot convention ended (C2); details are in Exec::pending.
enum class Status : u32 { returned, trapped, threw, tail_call, running };

/// One predecoded instruction of the interpreter; its handler's address, then the handler's fields.
struct Cell {
  void* handler;
};

struct Exec;
struct Inst;
struct Func;
struct FuncBody;
struct Fiber;
struct FiberLink;

/// Slot convention (C2): parameters at args[0..], results left there. `context` is the Inst* of a
/// wasm function or the host data of a host function. Host functions: the caller is exec->inst.
using Entry = Status (*)(Exec* exec, void* context, const FuncBody* body, Slot* args);

/// Stands before the first cell of a body's code, read after `cells` (C4).
struct EntryData {
  u32 frame_slots = 0;  // parameters, locals, operands and the widest call
  i16 pinned = 0;       // slot of the local kept in a register
  u16 zero_first = 0;   // locals to clear: [zero_first, zero_first + zero_count)
  u32 zero_count = 0;
  u32 cost = 0;  // of an entry, in units of the budget (C9)
};
static_assert(sizeof(EntryData) == 16);

enum class BodyKind : u8 { wasm, host };

/// One function of a module and memory mode, shared by all instances, stores and threads; host
/// functions have one too, so that all callees are called alike (C4).
struct alignas(64) FuncBody {
  std::atomic<const Cell*>
      cells;  // first cell to run: prepare, code, enter-native, invalid, call-host
  std::atomic<void*> native;
  Entry host = nullptr;                  // of a host function
  runtime::CodeModule* owner = nullptr;  // of a wasm function
  TypeId type = no_type;
  u32 function = 0;  // index in its module
  u32 param_slots = 0;
  u32 result_slots = 0;
  u32 code_begin = 0;  // wasm byte range of the code (locals' declarations left out)
  u32 code_end = 0;
  BodyKind kind = BodyKind::wasm;
  std::atomic<u32> hotness{0};
  std::atomic<void*> interp_code{nullptr};  // what the interpreter allocated for it
};

/// What a function reference points to (C4): at most one per function of an instance.
struct alignas(32) Func {
  FuncBody* body = nullptr;
  void* context = nullptr;  // Inst* or host data
  TypeId type = no_type;
  u32 flags = 0;
  void* native = nullptr;
};
static_assert(sizeof(Func) == 32);

/// The element of a table that has not been filled yet: its type equals no other (C4).
extern Func unfilled;

/// A linear memory (C5); `base` never moves in guard mode.
struct Memory {
  u8* base = nullptr;
  std::atomic<u64> size{0};  // in bytes
  u64 reserved = 0;          // bytes from base whose faults are ours; 0 in explicit mode
};

/// A table: function tables hold Func*, others references (C7), 8 bytes an element.
struct Table {
  u64* elements = nullptr;
  u64 size = 0;
  runtime::TableState* state = nullptr;
};

/// One instance as code sees it: this head, then arrays laid out by InstLayout (C5).
struct Inst {
  Exec* exec = nullptr;
  u8* heap_base = nullptr;
  u8* memory0 = nullptr;  // base of memory 0 (a copy; builtins that move it write it anew)
  Memory* memory0_state = nullptr;  // never null: an empty one if there is no memory
  FuncBody* bodies = nullptr;       // of defined functions
  runtime::Instance* instance = nullptr;
  const TypeEntry* types = nullptr;
  u64 spare = 0;
};
static_assert(sizeof(Inst) == 64);

/// Byte offsets in an Inst of a module, the same for all its instances.
struct InstLayout {
  u32 type_ids = 0;   // TypeId of each type of the module
  u32 memories = 0;   // Memory* of each
  u32 tables = 0;     // Table* of each
  u32 functions = 0;  // Func* of each imported function
  u32 globals = 0;    // 16 bytes for each: value of an own one, Slot* to an imported one
  u32 tags = 0;       // u64 identity of each
  u32 size = 0;
  [[nodiscard]] u32 memory(u32 i) const noexcept { return memories + 8 * i; }
  [[nodiscard]] u32 table(u32 i) const noexcept { return tables + 8 * i; }
  [[nodiscard]] u32 function(u32 i) const noexcept { return functions + 8 * i; }
  [[nodiscard]] u32 global(u32 i) const noexcept { return globals + 16 * i; }
};

template <class T>
[[nodiscard]] inline T& at(Inst* inst, u32 offset) noexcept {
  return *reinterpret_cast<T*>(reinterpret_cast<u8*>(inst) + offset);
}

/// Why control went from one side to the other (C3).
enum class Crossing : u64 { host_to_wasm, wasm_to_host };

/// Pushed at every crossing, in the native frame of the routine that crosses; walks, throws and
/// traps go through them in order. Holds what Exec had when it was pushed.
struct Record {
  Crossing kind;
  Record* previous;
  Exec* exec;
  const Cell* pc;  // of the activation that was left: the calling cell
  Slot* fp;
  Inst* inst;
  Slot* vsp;
  Exec* outer;  // host_to_wasm: the thread's current Exec before
};
static_assert(sizeof(Record) == 64);

/// A value stack (C3); slots [base, limit).
struct Stack {
  Slot* base = nullptr;
  Slot* limit = nullptr;
};

/// A call from the host in progress: where the one below it stood when this one began.
struct Activation {
  const Activation* previous = nullptr;
  const Cell* pc = nullptr;
  Slot* fp = nullptr;
  Inst* inst = nullptr;
  Fiber* fiber = nullptr;
};

struct Pending {
  Trap trap = Trap::none;
  u64 address = 0;        // of a memory trap: the effective address, ~0 if unknown
  void* error = nullptr;  // zhan::Error of a host function or of preparation, owned by the store
  const Func* tail_callee = nullptr;
  u64 exception = 0;  // status threw: reference of the exception in flight (a root)
};

/// Bits of Exec::requests; other threads only ever set them.
namespace request {
inline constexpr u32 interrupt = 1;
inline constexpr u32 deadline = 2;
inline constexpr u32 stop = 4;  // the store is going away
}  // namespace request

/// The execution context of a store (C5). Used by one thread at a time.
struct Exec {
  Slot* value_limit = nullptr;
  uptr native_limit = 0;
  Slot* vsp = nullptr;
  const Cell* pc = nullptr;  // stored, with fp and inst, at every way out of the interpreter
  Slot* fp = nullptr;
  Inst* inst = nullptr;
  Record* records = nullptr;
  u64 budget = 0;  // the countdown (C9) while outside; in a register inside
  u64 acc = 0;     // accumulator and pinned local at a trap, for state_at
  u64 local0 = 0;
  std::atomic<u32>* requests = nullptr;
  u8* heap_base = nullptr;
  u64 heap_cur = 0, heap_end = 0;  // allocation window
  u64 fuel = 0;                    // not yet granted to the budget; metered only
  bool metered = false;
  void* handler_cache = nullptr;  // what throws found at call sites before; of the engine
  Stack stack;                    // the store's own; continuations have theirs
  Pending pending;
  runtime::Store* store = nullptr;
  // Continuations (fiber.hpp).
  Fiber* fiber = nullptr;              // that runs; null: the store's own stack
  Slot* own_top = nullptr;             // of the store's own stack, while a fiber runs
  FiberLink* recent_fibers = nullptr;  // head of the list of those that ran
  const Activation* activations = nullptr;
};

/// Units granted to the budget at a time when nothing is metered (a prime: no resonance with
/// loops).
inline constexpr u64 budget_period = 10'007;

/// The Exec that runs on this thread, set by enter and restored by leave.
extern thread_local Exec* current [[gnu::tls_model("initial-exec")]];

// Addresses (C1): the only way to form one.
[[nodiscard]] inline u64 ea32(Slot index, u64 offset) noexcept {
  return static_cast<u64>(static_cast<u32>(index)) + offset;
}
/// False if the sum does not fit.
[[nodiscard]] inline bool ea64(Slot index, u64 offset, u64& address) noexcept {
  return !__builtin_add_overflow(index, offset, &address);
}

// Frames (C1): fp points at parameter 0; the header lies below.
inline constexpr u32 header_slots = 2;
[[nodiscard]] inline const Cell* return_pc(const Slot* fp) noexcept {
  return reinterpret_cast<const Cell*>(fp[-1]);
}
[[nodiscard]] inline Slot* caller_fp(const Slot* fp) noexcept {
  return reinterpret_cast<Slot*>(fp[-2]);
}

/// The engine that runs bodies, as the runtime sees it (no layer below may name the interpreter).
struct EngineTable {
  const Cell* prepare = nullptr;    // what FuncBody::cells of a wasm function starts with
  const Cell* call_host = nullptr;  // what that of a host function is
  /// Runs a function from the host: arguments at args[0..] = exec->vsp + 2, results left there; 2 +
  /// max(parameters, results) slots have been checked. Pushes the host_to_wasm record. `returned`:
  /// Exec's {pc, fp, inst, vsp} are as before. `trapped`: {pc, fp, inst} are those of the trap, for
  /// a walk down to the entry frame; the caller saved its own before and restores them (vsp too)
  /// after the walk.
  Status (*call)(Exec* exec, const Func* func, Slot* args) = nullptr;
  /// Byte offset in the module of the instruction at `pc` (a cell of body's code); `address` tells
  /// apart two accesses of one cell (~0 = unknown). Slow: predecodes the function again.
  u32 (*wasm_offset)(const FuncBody* body, const Cell* pc, const Inst* inst, const Slot* fp,
                     u64 address) = nullptr;
  /// The body whose code holds the cell, or null for static cells of the engine.
  const FuncBody* (*body_of)(const runtime::CodeModule* code, const Cell* pc) = nullptr;
  /// If `pc` is a return address into a bridge frame (C1): the instance to go on with.
  bool (*is_bridge)(const Cell* pc) = nullptr;
  void (*free_code)(FuncBody* body) = nullptr;
};

}  // namespace zhan::abi

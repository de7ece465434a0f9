// SPDX-License-Identifier: Apache-2.0
// The runtime helpers of builtins.def; their bodies are in runtime/builtins*.cpp.
#pragma once

#include "abi/abi.hpp"

namespace zhan::abi {

/// Returned or trapped (with Exec::pending filled). May grow memories and tables, never runs wasm.
using Builtin = Status (*)(Exec* exec, Inst* inst, Slot* operands, u32 a, u32 b);

namespace builtin {
#define ZHAN_BUILTIN(id, in, out) \
  Status id(Exec* exec, Inst* inst, Slot* operands, u32 a, u32 b) noexcept;
#include "abi/builtins.def"
#undef ZHAN_BUILTIN

/// The function of a table element that call_indirect found null, unfilled or of another type id:
/// fills, tests subtyping; null and a trap noted if it must not be called.
const Func* resolve_indirect(Exec* exec, Inst* inst, Table* table, u64 index,
                             TypeId expected) noexcept;
/// A new object with its header, after the window of Exec was too small: may collect, so every
/// reference must lie below exec->vsp or in a root. 0 and a trap noted if there is no memory.
u64 allocate_object(Exec* exec, TypeId type, u64 bytes) noexcept;
/// Before a reference is stored at `offset` of an object that has a flag of the barrier (C8).
void record_store(Exec* exec, u64 object, u64 offset) noexcept;
/// Accounts fuel, looks at requests, grants a new period; `budget` is what the subtraction left
/// (wrapped below zero). False: a trap has been noted.
bool poll(Exec* exec, u64& budget) noexcept;
}  // namespace builtin

}  // namespace zhan::abi

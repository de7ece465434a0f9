// SPDX-License-Identifier: Apache-2.0
// enter and leave (CONTRACTS C3): the one way from the host into a chain of handlers, and back.
#pragma once

#include "abi/abi.hpp"

namespace zhan::abi {

/// What the registers of the interpreter hold when its first handler starts.
struct EnterArgs {
  void* handler;
  const Cell* pc;
  Slot* fp;
  u8* memory0;
  Inst* inst;
  u64 acc;
  u64 local0;
  u64 budget;
};

extern "C" {
/// Pushes a host_to_wasm record in its own frame, sets `current`, runs the handler chain. The
/// status comes back from the handler that ends the chain or from whoever loads the record's
/// address into the stack pointer and jumps to zhan_leave (signal handler). Leaves {pc, fp, inst,
/// vsp} of Exec as they are, so that the caller can walk from a trap before it restores them.
Status zhan_enter(Exec* exec, const EnterArgs* args) noexcept;
/// Not to be called: the place to go to with sp = the newest host_to_wasm record, status in the
/// return register.
void zhan_leave() noexcept;
/// What zhan_enter calls (current is thread-local): sets `current`, returns the one before.
Exec* zhan_exchange_current(Exec* exec) noexcept;
}

/// The newest host_to_wasm record, or null.
[[nodiscard]] inline Record* newest_entry(const Exec* exec) noexcept {
  Record* record = exec->records;
  while (record != nullptr && record->kind != Crossing::host_to_wasm) record = record->previous;
  return record;
}

}  // namespace zhan::abi

// SPDX-License-Identifier: Apache-2.0
#include "abi/abi.hpp"

#include <cstddef>

#include "abi/enter.hpp"

namespace zhan::abi {

Func unfilled{};

thread_local Exec* current = nullptr;

extern "C" Exec* zhan_exchange_current(Exec* exec) noexcept {
  Exec* before = current;
  current = exec;
  return before;
}

// Facts that enter.S, the signal handler and compiled code know as numbers.
static_assert(offsetof(Exec, vsp) == 16);
static_assert(offsetof(Exec, pc) == 24);
static_assert(offsetof(Exec, fp) == 32);
static_assert(offsetof(Exec, inst) == 40);
static_assert(offsetof(Exec, records) == 48);
static_assert(offsetof(Record, kind) == 0);
static_assert(offsetof(Record, previous) == 8);
static_assert(offsetof(Record, exec) == 16);
static_assert(offsetof(Record, pc) == 24);
static_assert(offsetof(Record, fp) == 32);
static_assert(offsetof(Record, inst) == 40);
static_assert(offsetof(Record, vsp) == 48);
static_assert(offsetof(Record, outer) == 56);
static_assert(offsetof(EnterArgs, budget) == 56);
static_assert(offsetof(Inst, memory0) == 16);
static_assert(offsetof(Func, type) == 16);
static_assert(offsetof(FuncBody, cells) == 0);

}  // namespace zhan::abi

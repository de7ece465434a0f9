// SPDX-License-Identifier: Apache-2.0
// Preparation of a body (CONTRACTS C4): predecodes, allocates, publishes.
#pragma once

#include "abi/abi.hpp"

namespace zhan::interp {

/// Makes body->cells point to code. Holds no lock, runs no host code; two threads may do it at
/// once, the loser frees its copy. False: the trap or error is noted in exec->pending.
[[nodiscard]] bool prepare(abi::Exec* exec, abi::FuncBody* body) noexcept;

}  // namespace zhan::interp

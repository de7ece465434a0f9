// SPDX-License-Identifier: Apache-2.0
// The interpreter as the other rooms see it.
#pragma once

#include <string>

#include "abi/abi.hpp"
#include "interp/predecode.hpp"

namespace zhan::interp {

/// For runtime::StoreConfig and CodeModule; one table a process, constant.
[[nodiscard]] const abi::EngineTable& table() noexcept;

/// State of a frame at a cell (CONTRACTS C11): found by predecoding again.
struct FrameState {
  u32 wasm_offset = 0;  // of the first instruction the cell does
  i32 first_local = 0;  // slot of the first local, from the frame pointer
  u32 local_slots = 0;
  std::vector<OperandState> operands;
  /// More operands on top that are on their way: arguments at a call, what a branch carries and
  /// leaves behind once it has been decided.
  u32 moving_slots = 0;
  /// More operands below that are no more, with all locals (`local_slots` is 0): at the tail call
  /// of a function of very many slots what the callee takes lies in their place.
  u32 gone_slots = 0;
};
/// Nothing if `cell` is no cell of the body's code.
[[nodiscard]] std::optional<FrameState> state_at(const abi::FuncBody& body, const abi::Cell* cell);

/// The cells of a function as text, each beside the offsets of its instructions; for `zhan cells`.
[[nodiscard]] Result<std::string> list_cells(const runtime::CodeModule& code, u32 defined_function);

}  // namespace zhan::interp

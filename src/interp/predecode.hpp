// SPDX-License-Identifier: Apache-2.0
// Predecoding: from a validated body to cells (INTERPRETER.md; CONTRACTS C1, C11). A function of
// module, mode and body alone, so that running it again gives the same cells: positions and states
// are found that way and stored nowhere.
#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "interp/catch_rows.hpp"
#include "interp/cell_writer.hpp"
#include "runtime/code.hpp"

namespace zhan::interp {

/// Where the value of an operand lies at a place in the code.
struct OperandState {
  enum class In : u8 { slot, local, konst, acc } in = In::slot;
  char letter = 'I';
  i32 slot = 0;   // of the operand, or of the local it still is, from the frame pointer
  u64 value = 0;  // of a constant
  Place origin;   // acc: what made it
};

/// The operand stack before an instruction.
struct Snapshot {
  bool found = false;
  std::vector<OperandState> operands;
  u32 moving_slots = 0;  // of a call: its operands on top, which move to the callee's frame
  u32 gone_slots = 0;    // operands below, that are no more
  u32 label_height = 0;  // of a branch: operands below its label
  u32 taken = 0;         // operands on top that the instruction uses up, where that matters

  /// Finds operands in their slots that were in accumulators only when the snapshot was taken: the
  /// cell that made them has been changed later to write the slot too. Cells of the same
  /// instruction may have other values in the accumulators by then.
  void use_saved(std::span<const MapEntry> map) noexcept;
  /// Operands above the label of a branch are on their way, too.
  void leave_label_values();
  /// The operand on top has been used up.
  void leave_top();
  /// All that the instruction takes have been.
  void leave_taken();
  /// A tail call has moved what the callee takes over everything else, from slot 0 on.
  void leave_frame();
};

struct Code {
  abi::EntryData entry;
  std::vector<u8> cells;
  CatchTable catches;
  std::vector<MapEntry> map;  // only in map mode
  Snapshot snapshot;          // of the instruction asked for
  u32 local_slots = 0;
  u32 far_base = 0;  // by how many slots its first cell moves the frame pointer up
};

struct PredecodeOptions {
  bool with_map = false;
  u32 snapshot_at = ~u32{0};  // offset of an instruction in the module
};

/// Branches that take an operand: an index, a condition, a reference that may be null or is cast.
[[nodiscard]] bool branches_by_operand(Op op) noexcept;

/// Whether cells that make its NaN canonical follow, with the option `deterministic`.
[[nodiscard]] bool may_make_nan(Op op) noexcept;

/// Errors: unsupported (an instruction this engine does not run yet, named), limit, invalid (lazy
/// validation), no_memory.
[[nodiscard]] Result<Code> predecode(const runtime::CodeModule& code, const abi::FuncBody& body,
                                     const PredecodeOptions& options = {});

}  // namespace zhan::interp

// SPDX-License-Identifier: Apache-2.0
// Which rows of the instruction table have run, for builds made with ZHAN_STATS: if the environment
// names a file in ZHAN_OP_COUNTS, the program's end appends a line "row count on|off" (its feature,
// by default) for each row to it (tools/op-coverage adds them up). Callers hold a lock.
#pragma once

#include <array>
#include <unordered_map>
#include <vector>

#include "abi/abi.hpp"
#include "interp/cell_writer.hpp"
#include "wasm/ops.hpp"

namespace zhan::interp::stats {

class OpCounts {
 public:
  /// What the cells of a body do: the instructions that each names, and of those without a cell of
  /// their own (folded operands, labels) the ones before it.
  void add_code(const abi::FuncBody& body, const abi::Cell* first, const MapEntry* entries,
                usize count);
  void ran(const abi::Cell* cell) noexcept;
  void write() const;

 private:
  struct Rows {
    std::vector<Op> ops;
    bool counted = false;
  };
  std::unordered_map<const void*, Rows> m_cells;
  std::array<u64, op_count> m_counts{};  // cells that stand for the row and have run
};

}  // namespace zhan::interp::stats

// SPDX-License-Identifier: Apache-2.0
// Counts of dispatches, for builds made with ZHAN_STATS only: how many cells run for how many wasm
// instructions, which cells and pairs of cells run most. Printed when the program ends.
// Thread-safe.
#pragma once

#include "abi/abi.hpp"

namespace zhan::interp {
struct MapEntry;
}

namespace zhan::interp::stats {

/// Notes a cell that is about to run.
void count(const abi::Cell* cell) noexcept;
/// Tells what the cells of a body stand for.
void add_code(const abi::FuncBody& body, const abi::Cell* first, const MapEntry* entries,
              usize entry_count);

}  // namespace zhan::interp::stats

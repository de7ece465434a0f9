// SPDX-License-Identifier: Apache-2.0
// Wasm frames of a trap (CONTRACTS C1, C3). Private to runtime/.
#pragma once

#include "runtime/store_impl.hpp"

namespace zhan::runtime {

/// Frames shown at each end of a long backtrace.
inline constexpr usize frames_at_each_end = 32;

/// Fills the frames of `info`, innermost first, from where Exec stands through all calls in
/// progress. `address` is that of a memory trap (~0 = unknown): it tells accesses of one cell
/// apart.
void collect_frames(const Store::Impl& impl, u64 address, ErrorInfo& info);

}  // namespace zhan::runtime

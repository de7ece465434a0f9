// SPDX-License-Identifier: Apache-2.0
// Rows of the instruction table by what they do: a new row is generated the day it lands.
#pragma once

#include <string_view>
#include <vector>

#include "wasm/ops.hpp"

namespace zhan::test {

enum class RowKind : u8 { value, load, store, several, atomic };

/// Rows that yield `letter` alone (value, load), that take it beside an address and yield nothing
/// (store), value rows with several results (`letter` does not count), or atomic rows that yield
/// `letter` and are no loads. `only_finished` leaves out what not every engine has. Empty are only
/// several and atomic, for some letters.
[[nodiscard]] const std::vector<Op>& rows(RowKind kind, char letter, bool only_finished);

/// Lanes that the immediate of a lane instruction may name.
[[nodiscard]] u32 lanes_of(const OpInfo& info) noexcept;

/// Whether the row's result may be a NaN of arithmetic, whose bits are the machine's choice: the
/// type of the lanes ('f' or 'F'), or 0.
[[nodiscard]] char nan_lanes(const OpInfo& info) noexcept;

}  // namespace zhan::test

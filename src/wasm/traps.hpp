// SPDX-License-Identifier: Apache-2.0
// Trap kinds (WebAssembly specification §4.4, "trap") and values that may be a trap instead.
#pragma once

#include "base/ints.hpp"

namespace zhan {

enum class Trap : u8 {
#define ZHAN_TRAP(id, text) id,
#include "wasm/traps.def"
#undef ZHAN_TRAP
};

/// The specification's text of a trap, as its test suite expects it.
[[nodiscard]] const char* trap_text(Trap trap) noexcept;

/// A value, or the trap that stands in its place: the result type of meanings that can trap.
template <class T>
struct Trapping {
  T value{};
  Trap trap = Trap::none;

  constexpr Trapping(T v) noexcept : value(v) {}
  constexpr Trapping(Trap t) noexcept : trap(t) {}
  [[nodiscard]] constexpr bool trapped() const noexcept { return trap != Trap::none; }
};

}  // namespace zhan

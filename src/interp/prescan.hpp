// SPDX-License-Identifier: Apache-2.0
// One quick pass over a function before it is predecoded: which local is used most in loops, which
// locals may be read before they are set, what each loop costs in metered code.
#pragma once

#include <vector>

#include "module/module.hpp"
#include "wasm/reader.hpp"

namespace zhan::interp {

/// Slots and classes of the locals of a function, parameters first.
struct LocalTable {
  std::vector<u32> slot;
  std::vector<char> letter;  // as in ops.def; 'I' for references
  u32 param_slots = 0;
  u32 slots = 0;  // of all
};
/// `gap`: slots left free between parameters and further locals.
[[nodiscard]] LocalTable read_locals(const Module& module, u32 function, ByteReader& reader,
                                     u32 gap);

[[nodiscard]] constexpr char letter_of_type(ValType type) noexcept {
  switch (type.kind) {
    case TypeKind::i32: return 'i';
    case TypeKind::f32: return 'f';
    case TypeKind::f64: return 'F';
    case TypeKind::v128: return 'v';
    default: return 'I';
  }
}

struct Prescan {
  static constexpr u32 none = ~u32{0};
  u32 pinned = none;   // local
  u32 zero_first = 0;  // slots that must be cleared: [zero_first, zero_end)
  u32 zero_end = 0;
  u64 entry_cost = 0;  // instructions outside loops
  /// Of each legacy try in order of its start: which hidden slot keeps what it caught, for rethrow
  /// (none: nobody rethrows it). Tries inside each other have different ones.
  std::vector<u32> hidden;
  u32 hidden_slots = 0;
  std::vector<u64> loop_costs;  // of each loop in order of its start, nested loops left out
};
[[nodiscard]] Prescan prescan(ByteReader reader, const LocalTable& locals);

}  // namespace zhan::interp

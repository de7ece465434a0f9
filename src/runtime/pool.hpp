// SPDX-License-Identifier: Apache-2.0
// Reservations that are used again and again: guarded memories and value stacks. One pool of the
// process, so that making and dropping stores costs few system calls and no address space.
#pragma once

#include "os/virtual_memory.hpp"

namespace zhan::runtime {

/// Address space of which [0, accessible) may be touched; zero where it has not been written.
struct Slab {
  os::Mapping space;
  usize accessible = 0;
};

inline constexpr u64 guard_reach = u64{4} << 30;  // what a 32-bit index can name
inline constexpr u64 guard_size = u64{2} << 30;   // behind it, for static offsets
inline constexpr u64 guarded_reservation = guard_reach + guard_size;

/// A reservation of guarded_reservation bytes; an empty mapping if no address space is left.
[[nodiscard]] Slab take_guarded() noexcept;
/// Its pages are given back to the system first, so the next owner sees zeros.
void give_back_guarded(Slab slab) noexcept;

/// `size` accessible bytes for a value stack; an empty mapping on failure.
[[nodiscard]] os::Mapping take_stack(usize size) noexcept;
void give_back_stack(os::Mapping stack) noexcept;

}  // namespace zhan::runtime

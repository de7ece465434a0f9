// SPDX-License-Identifier: Apache-2.0
// memory.grow, fill, copy, init, data.drop (specification §4.4.7). Operands of 32-bit memories are
// truncated here: the high half of their slots may be anything (CONTRACTS C1).
#include <algorithm>
#include <cstring>

#include "abi/builtins.hpp"
#include "runtime/instance.hpp"

namespace zhan::abi::builtin {
namespace {

using runtime::InstanceImpl;
using runtime::trap;

constexpr u64 piece = u64{1} << 20;  // between two looks at the requests (C9)

u64 address_of(Slot slot, bool is64) noexcept { return is64 ? slot : static_cast<u32>(slot); }

/// Whether the call must end with a trap that another thread asked for.
bool interrupted(Exec* exec) noexcept {
  return exec->requests->load(std::memory_order_relaxed) != 0 && exec->store->note_requests();
}

bool in_range(u64 at, u64 count, u64 size) noexcept { return at <= size && count <= size - at; }

/// Calls move(offset, count) for pieces of [0, count), from the last one on if `backward`.
template <class F>
Status in_pieces(Exec* exec, u64 count, bool backward, F&& move) noexcept {
  for (u64 done = 0; done < count;) {
    if (done != 0 && interrupted(exec)) return Status::trapped;
    const u64 now = std::min(piece, count - done);
    move(backward ? count - done - now : done, now);
    done += now;
  }
  return Status::returned;
}

}  // namespace

Status memory_grow(Exec*, Inst* inst, Slot* operands, u32 memory, u32) noexcept {
  runtime::Memory& m = *runtime::impl_of(inst).memories[memory];
  const u64 old = m.grow(address_of(operands[0], m.type.is64));
  operands[0] = address_of(old, m.type.is64);
  return Status::returned;
}

Status memory_fill(Exec* exec, Inst* inst, Slot* operands, u32 memory, u32) noexcept {
  runtime::Memory& m = *runtime::impl_of(inst).memories[memory];
  const u64 at = address_of(operands[0], m.type.is64);
  const u64 count = address_of(operands[2], m.type.is64);
  const auto value = static_cast<u8>(operands[1]);
  if (!in_range(at, count, m.state.size.load(std::memory_order_acquire)))
    return trap(exec, Trap::out_of_bounds_memory_access);
  return in_pieces(exec, count, false,
                   [&](u64 offset, u64 n) { std::memset(m.state.base + at + offset, value, n); });
}

Status memory_copy(Exec* exec, Inst* inst, Slot* operands, u32 to, u32 from) noexcept {
  const InstanceImpl& instance = runtime::impl_of(inst);
  runtime::Memory& target = *instance.memories[to];
  runtime::Memory& source = *instance.memories[from];
  const u64 at = address_of(operands[0], target.type.is64);
  const u64 source_at = address_of(operands[1], source.type.is64);
  const u64 count = address_of(operands[2], target.type.is64 && source.type.is64);
  if (!in_range(source_at, count, source.state.size.load(std::memory_order_acquire)) ||
      !in_range(at, count, target.state.size.load(std::memory_order_acquire)))
    return trap(exec, Trap::out_of_bounds_memory_access);
  // Overlapping pieces must not be overwritten before they are read.
  const bool backward = &target == &source && at > source_at;
  return in_pieces(exec, count, backward, [&](u64 offset, u64 n) {
    std::memmove(target.state.base + at + offset, source.state.base + source_at + offset, n);
  });
}

Status memory_init(Exec* exec, Inst* inst, Slot* operands, u32 data, u32 memory) noexcept {
  const InstanceImpl& instance = runtime::impl_of(inst);
  runtime::Memory& m = *instance.memories[memory];
  const u64 at = address_of(operands[0], m.type.is64);
  const u64 from = address_of(operands[1], false);
  const u64 count = address_of(operands[2], false);
  const std::span<const u8> bytes = instance.data_bytes(data);
  if (!in_range(from, count, bytes.size()) ||
      !in_range(at, count, m.state.size.load(std::memory_order_acquire)))
    return trap(exec, Trap::out_of_bounds_memory_access);
  return in_pieces(exec, count, false, [&](u64 offset, u64 n) {
    std::memcpy(m.state.base + at + offset, bytes.data() + from + offset, n);
  });
}

Status data_drop(Exec*, Inst* inst, Slot*, u32 data, u32) noexcept {
  runtime::impl_of(inst).dropped_data[data] = 1;
  return Status::returned;
}

}  // namespace zhan::abi::builtin

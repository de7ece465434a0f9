// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "runtime/signals.hpp"
#include "runtime/store.hpp"

namespace zhan::runtime {
namespace {

constexpr u64 address_space = u64{1} << 47;  // bytes that a process may have at all
constexpr u64 held_back = u64{1} << 16;      // of a 32-bit memory
constexpr u64 largest_fixed = u64{1} << 40;  // address space that a memory reserves at once

}  // namespace

u64 max_pages(const MemoryType& type) noexcept {
  u64 most = address_space >> type.page_log2;
  if (!type.is64) {
    const u64 all = guard_reach >> type.page_log2;
    const u64 usual = (guard_reach - held_back) >> type.page_log2;
    most = type.limits.min > usual ? all : usual;
  }
  return type.limits.has_max ? std::min(most, type.limits.max) : most;
}

LinearMemory::LinearMemory(const MemoryType& memory_type, std::shared_ptr<Quota> quota) noexcept
    : m_quota(std::move(quota)), m_max_pages(runtime::max_pages(memory_type)) {
  type = memory_type;
}

LinearMemory::~LinearMemory() {
  m_quota->give_back(state.size.load(std::memory_order_relaxed));
  if (m_kind == Kind::guarded) give_back_guarded(std::move(m_slab));
}

Result<std::shared_ptr<LinearMemory>> LinearMemory::create(const MemoryType& type, bool allow_guard,
                                                           std::shared_ptr<Quota> quota) {
  const auto memory = std::make_shared<LinearMemory>(type, std::move(quota));
  const auto describe = [&] {
    return fmt::format("memory of {} pages of {} bytes", type.limits.min, u64{1} << type.page_log2);
  };
  if (type.limits.min > memory->m_max_pages)
    return fail(ErrorKind::limit, describe() + " is larger than a memory can be");
  if (!memory->choose_space(allow_guard))
    return fail(ErrorKind::no_memory, "no address space for a " + describe());
  const u64 size = type.limits.min << type.page_log2;
  if (!memory->m_quota->take(size))
    return fail(ErrorKind::limit, describe() + " exceeds the memory limit of its store");
  if (!memory->extend(size)) {
    memory->m_quota->give_back(size);
    return fail(ErrorKind::no_memory, "out of memory for a " + describe());
  }
  memory->state.size.store(size, std::memory_order_release);
  return memory;
}

bool LinearMemory::choose_space(bool allow_guard) noexcept {
  if (allow_guard && !type.is64 && type.page_log2 == 16) {
    m_slab = take_guarded();
    if (m_slab.space) {
      m_kind = Kind::guarded;
      state.reserved = guarded_reservation;
      set_base(m_slab.space.base());
      return true;
    }
  }
  if (!type.shared) return true;  // movable: mapped by extend
  m_kind = Kind::fixed;
  m_slab.space = reserve_fixed();
  set_base(m_slab.space.base());
  return static_cast<bool>(m_slab.space);
}

/// Threads hold the base, so all that the memory will ever have is reserved now: its maximum, or as
/// much of it as one memory may take from the process.
os::Mapping LinearMemory::reserve_fixed() noexcept {
  const u64 least = type.limits.min << type.page_log2;
  const u64 most = std::max(std::min(m_max_pages << type.page_log2, largest_fixed), least);
  for (u64 size = std::max<u64>(most, 1);; size = std::max(size / 2, least)) {
    os::Mapping space = os::Mapping::reserved(size);
    if (!space && size > least) continue;
    m_max_pages = std::min(m_max_pages, size >> type.page_log2);
    return space;
  }
}

bool LinearMemory::extend_movable(u64 size) noexcept {
  os::Mapping& space = m_slab.space;
  if (space && size <= space.size()) return true;
  const u64 least = os::round_to_pages(std::max<u64>(size, 1));
  const u64 doubled = std::min<u64>(std::max<u64>(least, 2 * space.size()), address_space);
  if (!space) {
    space = os::Mapping::zeroed(least);
    if (!space) return false;
  } else if (!space.resize(doubled) && !space.resize(least)) {
    return false;
  }
  set_base(space.base());
  return true;
}

bool LinearMemory::extend(u64 size) noexcept {
  if (m_kind == Kind::movable) return extend_movable(size);
  const usize wanted = os::round_to_pages(size);
  const usize present = m_slab.accessible;
  u8* const base = m_slab.space.base();
  ZHAN_ASSERT(size <= m_slab.space.size(), "a memory stays inside its reservation");
  if (wanted > present && !os::set_access(base + present, wanted - present, true)) return false;
  // A slab from the pool may have more open than this memory: the rest must fault.
  if (wanted < present && !os::set_access(base + wanted, present - wanted, false)) return false;
  m_slab.accessible = wanted;
  return true;
}

u64 LinearMemory::grow(u64 delta) noexcept {
  const std::lock_guard lock(m_growing);
  const u64 old = pages();
  ZHAN_ASSERT(old <= m_max_pages, "a memory is never larger than its maximum");
  if (delta > m_max_pages - old) return ~u64{0};
  if (delta == 0) return old;
  const u64 bytes = delta << type.page_log2;
  if (!m_quota->take(bytes)) return ~u64{0};
  const u64 size = (old + delta) << type.page_log2;
  if (!extend(size)) {
    m_quota->give_back(bytes);
    return ~u64{0};
  }
  state.size.store(size, std::memory_order_release);
  return old;
}

Result<std::shared_ptr<Memory>> new_shared_memory(const MemoryType& type, bool explicit_checks,
                                                  u64 most_bytes) {
  if (!type.shared || !type.limits.has_max)
    return fail(ErrorKind::config, "a memory outside of stores is shared and has a maximum");
  auto quota = std::make_shared<Quota>(most_bytes == 0 ? ~u64{0} : most_bytes);
  return LinearMemory::create(type, !explicit_checks && faults_supported(), std::move(quota));
}

void LinearMemory::set_base(u8* base) noexcept {
  state.base = base;
  for (abi::Inst* const inst : m_users) inst->memory0 = base;
}

void LinearMemory::attach(abi::Inst* inst) {
  ZHAN_ASSERT(inst->memory0_state == &state, "attached as memory 0");
  inst->memory0 = state.base;
  if (m_kind == Kind::movable) m_users.push_back(inst);
}

}  // namespace zhan::runtime

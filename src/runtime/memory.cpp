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

LinearMemory::LinearMemory(const MemoryType& memory_type, std::shared_ptr<Quota> quota,
                           std::shared_ptr<Pool> pool) noexcept
    : m_quota(std::move(quota)),
      m_pool(std::move(pool)),
      m_max_pages(runtime::max_pages(memory_type)) {
  type = memory_type;
}

LinearMemory::~LinearMemory() {
  if (m_slot != nullptr) m_pool->give_back(m_slot, state.size.load(std::memory_order_relaxed));
  m_quota->give_back(m_counted);
  m_pool->memories.give_back(1);
}

Result<std::shared_ptr<LinearMemory>> LinearMemory::create(const MemoryType& type, bool allow_guard,
                                                           std::shared_ptr<Quota> quota,
                                                           std::shared_ptr<Pool> pool,
                                                           const MemoryImage* image) {
  if (!pool->memories.take(1))
    return fail(ErrorKind::limit,
                fmt::format("all {} memories of the pool are in use", pool->memories.limit()));
  auto memory = std::make_shared<LinearMemory>(type, std::move(quota), std::move(pool));
  ZHAN_TRY_VOID(memory->open(allow_guard, image));
  return memory;
}

Result<void> LinearMemory::open(bool allow_guard, const MemoryImage* image) {
  const auto describe = [&] {
    return fmt::format("memory of {} pages of {} bytes", type.limits.min, u64{1} << type.page_log2);
  };
  if (type.limits.min > m_max_pages)
    return fail(ErrorKind::limit, describe() + " is larger than a memory can be");
  const u64 size = type.limits.min << type.page_log2;
  if (!m_quota->take(size))
    return fail(ErrorKind::limit, describe() + " exceeds the memory limit of its store");
  m_counted = size;
  if (!choose_space(allow_guard, image))
    return fail(ErrorKind::no_memory, "no address space for a " + describe());
  if (!extend(size)) return fail(ErrorKind::no_memory, "out of memory for a " + describe());
  state.size.store(size, std::memory_order_release);
  return {};
}

bool LinearMemory::take_slot(bool guarded, const MemoryImage* image) noexcept {
  const u64 size = type.limits.min << type.page_log2;
  m_slot = image != nullptr ? m_pool->take(*image, guarded) : m_pool->take(size, guarded);
  if (m_slot == nullptr) return false;
  set_base(m_slot->base());
  return true;
}

bool LinearMemory::choose_space(bool allow_guard, const MemoryImage* image) noexcept {
  if (allow_guard && !type.is64 && type.page_log2 == 16 && take_slot(true, image)) {
    m_kind = Kind::guarded;
    state.reserved = guarded_reservation;
    return true;
  }
  if (type.shared) {
    m_kind = Kind::fixed;
    m_space = reserve_fixed();
    set_base(m_space.base());
    return static_cast<bool>(m_space);
  }
  const u64 size = type.limits.min << type.page_log2;
  if (size <= largest_slot && take_slot(false, image)) return true;
  // Mapped by extend() if it is large, or if the pool has no address space left.
  if (image == nullptr) return true;
  if (!extend_movable(size)) return false;
  image->copy_to(m_space.base());  // a mapping of one kind can be moved
  return true;
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

/// To a mapping of its own.
bool LinearMemory::leave_slot(u64 size) noexcept {
  const u64 least = os::round_to_pages(size);
  os::Mapping space = os::Mapping::zeroed(std::max(least, 2 * m_slot->reach()));
  if (!space) space = os::Mapping::zeroed(least);
  if (!space) return false;
  const u64 used = state.size.load(std::memory_order_relaxed);
  std::copy_n(m_slot->base(), used, space.base());
  m_pool->give_back(std::exchange(m_slot, nullptr), used);
  m_space = std::move(space);
  set_base(m_space.base());
  return true;
}

bool LinearMemory::extend_movable(u64 size) noexcept {
  if (m_slot != nullptr) return size <= m_slot->reach() || leave_slot(size);
  if (m_space && size <= m_space.size()) return true;
  const u64 least = os::round_to_pages(std::max<u64>(size, 1));
  const u64 doubled = std::min<u64>(std::max<u64>(least, 2 * m_space.size()), address_space);
  if (!m_space) {
    m_space = os::Mapping::zeroed(least);
    if (!m_space) return false;
  } else if (!m_space.resize(doubled) && !m_space.resize(least)) {
    return false;
  }
  set_base(m_space.base());
  return true;
}

bool LinearMemory::extend(u64 size) noexcept {
  if (m_kind == Kind::movable) return extend_movable(size);
  if (m_kind == Kind::guarded) return m_slot->open_to(size);
  const u64 wanted = os::round_to_pages(size);
  ZHAN_ASSERT(size <= m_space.size(), "a memory stays inside its reservation");
  if (!os::set_access(m_space.base() + m_accessible, wanted - m_accessible, true)) return false;
  m_accessible = wanted;
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
  m_counted += bytes;
  state.size.store(size, std::memory_order_release);
  return old;
}

Result<std::shared_ptr<Memory>> new_shared_memory(const MemoryType& type, bool explicit_checks,
                                                  u64 most_bytes, std::shared_ptr<Pool> pool) {
  if (!type.shared || !type.limits.has_max)
    return fail(ErrorKind::config, "a memory outside of stores is shared and has a maximum");
  if (!pool) pool = Pool::of_process();
  auto quota = std::make_shared<Quota>(most_bytes == 0 ? ~u64{0} : most_bytes);
  return LinearMemory::create(type, !explicit_checks && faults_supported(), std::move(quota),
                              std::move(pool));
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

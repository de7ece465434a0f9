// SPDX-License-Identifier: Apache-2.0
#include "runtime/pool.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <deque>

#include "base/assert.hpp"

namespace zhan::runtime {
namespace {

constexpr usize slots_a_slab = 64;
constexpr u64 largest_slab = u64{1} << 30;  // of slots without guard
constexpr u64 most_watched_slots = 256;     // each takes several mappings of the process
constexpr u32 most_exposures = 2;

constexpr usize most_stacks = 1024;
constexpr usize deep_stacks = 64;              // of which so many may be resident at any depth
constexpr usize kept_stack_bytes = 16u << 10;  // of the others
constexpr u64 stack_period = 32;               // each so many that come back, one is cut to that
constexpr usize kept_arrays = 64;
constexpr usize largest_kept_array = 1u << 20;

/// Where watched slots lie, for the signal handler: entries are used again, never freed.
struct Region {
  std::atomic<uptr> begin{0}, end{0};
  std::atomic<std::deque<Slot>*> slots{nullptr};
  std::atomic<u64> reach{0};
};
constexpr usize most_regions = 1024;
Region regions[most_regions];
std::atomic<usize> regions_used{0};
std::mutex regions_mutex;

/// Null: too many.
Region* add_region(u8* base, u64 size, u64 reach, std::deque<Slot>& slots) noexcept {
  const std::lock_guard lock(regions_mutex);
  usize i = 0;
  while (i < most_regions && regions[i].begin.load(std::memory_order_relaxed) != 0) ++i;
  if (i == most_regions) return nullptr;
  Region& region = regions[i];
  region.slots.store(&slots, std::memory_order_relaxed);
  region.reach.store(reach, std::memory_order_relaxed);
  region.end.store(reinterpret_cast<uptr>(base) + size, std::memory_order_relaxed);
  region.begin.store(reinterpret_cast<uptr>(base), std::memory_order_release);
  if (i >= regions_used.load(std::memory_order_relaxed))
    regions_used.store(i + 1, std::memory_order_release);
  return &region;
}

void end_region(Region* region) noexcept {
  const std::lock_guard lock(regions_mutex);
  region->begin.store(0, std::memory_order_release);
  region->end.store(0, std::memory_order_release);
}

}  // namespace

bool open_watched(uptr address) noexcept {
  const usize used = regions_used.load(std::memory_order_acquire);
  for (usize i = 0; i < used; ++i) {
    const uptr begin = regions[i].begin.load(std::memory_order_acquire);
    if (begin == 0 || address < begin || address >= regions[i].end.load()) continue;
    // A fault here comes from a memory in use: its slab stays.
    const u64 reach = regions[i].reach.load(std::memory_order_relaxed);
    std::deque<Slot>& slots = *regions[i].slots.load(std::memory_order_relaxed);
    return slots[(address - begin) / reach].on_fault((address - begin) % reach);
  }
  return false;
}

/// Slots of one size, made by one mapping.
struct Pool::Slab {
  ~Slab() {
    if (region != nullptr) end_region(region);
  }
  os::Mapping space;
  std::deque<Slot> slots;
  Region* region = nullptr;
};

Pool::Pool(const PoolConfig& config) noexcept
    : memories(config.memories),
      tables(config.tables),
      instances(config.instances),
      m_config(config) {
  m_next_slab.fill(1);
}

Pool::~Pool() = default;

const std::shared_ptr<Pool>& Pool::of_process() {
  // Never destroyed: stores may end after static destructors have begun.
  static const std::shared_ptr<Pool>* const instance =
      std::make_unique<std::shared_ptr<Pool>>(std::make_shared<Pool>(PoolConfig{})).release();
  return *instance;
}

usize Pool::kind_of(u64 size, bool guarded) noexcept {
  if (guarded) return 0;
  const u64 units = (std::max<u64>(size, 1) - 1) >> 16;  // of 64 KiB, less one
  const usize kind = 1 + static_cast<usize>(std::bit_width(units));
  ZHAN_ASSERT(kind < kinds, "larger memories have no slots");
  return kind;
}

// -- Slots: the mutex is held --

Slot* Pool::idle_slot(Shelf& shelf) noexcept {
  if (shelf.idle.empty()) return nullptr;
  Slot* const slot = shelf.idle.back();
  shelf.idle.pop_back();
  m_idle_resident -= slot->resident();
  ++m_reused;
  return slot;
}

bool Pool::add_slab(usize kind) noexcept {
  const u64 reach = kind == 0 ? guarded_reservation : u64{1} << (15 + kind);
  const u64 most = kind == 0 ? slots_a_slab : std::min<u64>(slots_a_slab, largest_slab / reach);
  const usize count = m_next_slab[kind];
  auto slab = std::make_unique<Slab>();
  slab->space =
      kind == 0 ? os::Mapping::reserved(count * reach) : os::Mapping::zeroed(count * reach);
  if (!slab->space) return false;
  for (usize i = 0; i < count; ++i)
    slab->slots.emplace_back(slab->space.base() + i * reach, reach, kind == 0);
  for (usize i = count; i-- > 0;) m_blank[kind].push_back(&slab->slots[i]);  // the first is next
  if (kind == 0 && m_config.watch)
    slab->region = add_region(slab->space.base(), count * reach, reach, slab->slots);
  m_slabs.push_back(std::move(slab));
  m_next_slab[kind] = std::min<usize>(2 * count, most);
  return true;
}

Slot* Pool::blank_slot(usize kind) noexcept {
  auto& blank = m_blank[kind];
  while (blank.empty()) {
    if (add_slab(kind)) break;
    if (m_next_slab[kind] == 1) return stolen_slot(kind);
    m_next_slab[kind] /= 2;
  }
  Slot* const slot = blank.back();
  blank.pop_back();
  return slot;
}

/// The address space is used up: one that waits for an instance of another module.
Slot* Pool::stolen_slot(usize kind) noexcept {
  for (Shelf* const shelf : m_shelves) {
    if (shelf->idle.empty()) continue;
    const Slot& last = *shelf->idle.back();
    if (kind_of(last.reach(), last.guarded()) != kind) continue;
    Slot* const slot = idle_slot(*shelf);
    const bool usable = slot->wipe();
    recount(*slot);
    if (usable) return slot;
  }
  return nullptr;
}

bool Pool::room_for(u64 resident) noexcept {
  return m_idle_resident + resident <= m_config.idle_resident;
}

void Pool::recount(Slot& slot) noexcept {
  if (slot.watched() == slot.counted) return;
  slot.counted = slot.watched();
  m_watched = slot.counted ? m_watched + 1 : m_watched - 1;
}

void Pool::shelve(Slot* slot) noexcept {
  Shelf& shelf = *slot->shelf;
  if (m_config.watch && shelf.watchable.load(std::memory_order_relaxed) && slot->uses >= 2 &&
      m_watched < most_watched_slots)
    slot->watch(*shelf.image, shelf.hot);
  recount(*slot);
  m_idle_resident += slot->resident();
  shelf.idle.push_back(slot);
}

// -- Slots --

Slot* Pool::take(const MemoryImage& image, bool guarded) noexcept {
  Shelf& shelf = image.shelf(guarded);
  Slot* slot = nullptr;
  bool own = false;
  {
    const std::lock_guard lock(m_mutex);
    if (!shelf.pool) {
      shelf.pool = shared_from_this();
      m_shelves.push_back(&shelf);
    }
    own = shelf.pool.get() == this;
    if (own) slot = idle_slot(shelf);
    if (slot != nullptr) return slot;
    slot = blank_slot(kind_of(image.size(), guarded));
  }
  if (slot == nullptr) return nullptr;
  if (!slot->lay_out(image)) {
    retire(slot);
    return nullptr;
  }
  if (own) slot->shelf = &shelf;
  return slot;
}

Slot* Pool::take(u64 size, bool guarded) noexcept {
  Slot* slot = nullptr;
  {
    const std::lock_guard lock(m_mutex);
    slot = blank_slot(kind_of(size, guarded));
  }
  if (slot == nullptr || slot->open_to(size)) return slot;
  retire(slot);
  return nullptr;
}

/// Wipes a slot that belongs to no shelf any more.
void Pool::retire(Slot* slot) noexcept {
  const usize kind = kind_of(slot->reach(), slot->guarded());
  const bool usable = slot->wipe();
  const std::lock_guard lock(m_mutex);
  recount(*slot);
  // What cannot be wiped stays out of use until the pool ends.
  if (usable) m_blank[kind].push_back(slot);
}

void Pool::give_back(Slot* slot, u64 used) noexcept {
  Shelf* const shelf = slot->shelf;
  if (shelf == nullptr) return retire(slot);
  if (!slot->reset(*shelf->image, used, m_config.slot_resident)) return retire(slot);
  {
    const std::lock_guard lock(m_mutex);
    if (room_for(slot->resident())) return shelve(slot);
  }
  retire(slot);
}

void Pool::clear(Shelf& shelf) noexcept {
  std::vector<Slot*> idle;
  {
    const std::lock_guard lock(m_mutex);
    idle.swap(shelf.idle);
    for (const Slot* const slot : idle) m_idle_resident -= slot->resident();
    std::erase(m_shelves, &shelf);
  }
  for (Slot* const slot : idle) retire(slot);
}

void Pool::expose(Slot& slot) noexcept {
  if (!slot.watched()) return;
  slot.stop_watching();
  const std::lock_guard lock(m_mutex);
  recount(slot);
  if (slot.shelf != nullptr && ++slot.shelf->exposures > most_exposures)
    slot.shelf->watchable.store(false, std::memory_order_relaxed);
}

PoolStatistics Pool::statistics() noexcept {
  const std::lock_guard lock(m_mutex);
  PoolStatistics now{.memories = memories.used(),
                     .tables = tables.used(),
                     .instances = instances.used(),
                     .idle_resident = m_idle_resident,
                     .watched_slots = m_watched,
                     .reused = m_reused};
  for (const Shelf* const shelf : m_shelves) now.idle_slots += shelf->idle.size();
  return now;
}

// -- Stacks and arrays --

namespace {

/// The last one of the size; an empty mapping if there is none.
os::Mapping take_from(std::vector<os::Mapping>& list, usize size) noexcept {
  for (usize i = list.size(); i-- > 0;) {
    if (list[i].size() != size) continue;
    os::Mapping found = std::move(list[i]);
    if (i + 1 != list.size()) std::swap(list[i], list.back());
    list.pop_back();
    return found;
  }
  return {};
}

}  // namespace

os::Mapping Pool::take_stack(usize size) noexcept {
  {
    const std::lock_guard lock(m_mutex);
    os::Mapping stack = take_from(m_stacks, size);
    if (stack) return stack;
  }
  return os::Mapping::zeroed(size);
}

void Pool::give_back_stack(os::Mapping stack) noexcept {
  const usize kept = os::round_to_pages(kept_stack_bytes);
  bool deep = false;
  {
    const std::lock_guard lock(m_mutex);
    deep = m_stacks.size() < deep_stacks && ++m_stacks_taken_back % stack_period != 0;
  }
  // What lies in it no guest can see: locals are cleared, operands written before they are read.
  if (!deep && stack.size() > kept) os::discard(stack.base() + kept, stack.size() - kept);
  const std::lock_guard lock(m_mutex);
  if (m_stacks.size() < most_stacks) m_stacks.push_back(std::move(stack));
}

os::Mapping Pool::take_array(usize size, bool& used) noexcept {
  used = false;
  if (size > largest_kept_array) return os::Mapping::zeroed(size);
  const usize rounded = os::round_to_pages(std::bit_ceil(std::max<usize>(size, 1)));
  {
    const std::lock_guard lock(m_mutex);
    os::Mapping array = take_from(m_arrays, rounded);
    used = static_cast<bool>(array);
    if (used) return array;
  }
  return os::Mapping::zeroed(rounded);
}

void Pool::give_back_array(os::Mapping array) noexcept {
  if (array.size() > largest_kept_array || !std::has_single_bit(array.size())) return;
  const std::lock_guard lock(m_mutex);
  if (m_arrays.size() < kept_arrays) m_arrays.push_back(std::move(array));
}

}  // namespace zhan::runtime

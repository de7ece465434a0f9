// SPDX-License-Identifier: Apache-2.0
#include "runtime/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "runtime/store.hpp"

namespace zhan::runtime {
namespace {

// Short segments, and those after many others, are set at once: filling looks through all runs.
constexpr usize shortest_run = 8;
constexpr usize most_runs = 32;

constexpr u64 largest_table = u64{1} << 40;  // elements, far beyond any address space

u64 max_elements(const TableType& type) noexcept {
  const u64 most = type.is64 ? largest_table : 0xffff'ffffu;
  return type.limits.has_max ? std::min(most, type.limits.max) : most;
}

/// Makes a mapping at least so long; what it held stays.
bool lengthen(os::Mapping& space, u64 bytes) noexcept {
  if (bytes <= space.size()) return true;
  const u64 roomy = os::round_to_pages(std::max<u64>(bytes, 2 * space.size()));
  if (space) return space.resize(roomy);
  space = os::Mapping::zeroed(roomy);
  return static_cast<bool>(space);
}

}  // namespace

TableState::TableState(const TableType& table_type, bool is_traced, std::shared_ptr<Quota> quota,
                       const std::shared_ptr<Pool>& pool) noexcept
    : traced(is_traced), m_quota(std::move(quota)), m_pool(pool) {
  type = table_type;
  state.state = this;
}

TableState::~TableState() {
  m_quota->give_back(state.size);
  m_pool->tables.give_back(1);
  if (m_space) m_pool->give_back_array(std::move(m_space));
}

Result<std::unique_ptr<TableState>> TableState::create(const TableType& type, u64 init, bool traced,
                                                       std::shared_ptr<Quota> quota,
                                                       const std::shared_ptr<Pool>& pool) {
  if (!pool->tables.take(1))
    return fail(ErrorKind::limit,
                fmt::format("all {} tables of the pool are in use", pool->tables.limit()));
  auto table = std::make_unique<TableState>(type, traced, std::move(quota), pool);
  if (table->grow(type.limits.min, init) == ~u64{0})
    return fail(ErrorKind::limit, fmt::format("table of {} elements exceeds the limit of its store",
                                              type.limits.min));
  return table;
}

bool TableState::take_space(u64 bytes) noexcept {
  bool used = false;
  m_space = m_pool->take_array(bytes, used);
  m_old_bytes = used ? m_space.size() : 0;
  return static_cast<bool>(m_space);
}

bool TableState::extend(u64 size) noexcept {
  if (size == 0) return true;
  const u64 pieces = (size + dirty_elements - 1) / dirty_elements;
  if (traced && !lengthen(m_dirty, pieces)) return false;
  if (!m_space && !take_space(size * sizeof(u64))) return false;
  if (!lengthen(m_space, size * sizeof(u64))) return false;
  state.elements = reinterpret_cast<u64*>(m_space.base());
  return true;
}

u64 TableState::grow(u64 delta, u64 value) noexcept {
  const u64 old = state.size;
  const u64 most = max_elements(type);
  if (old > most || delta > most - old || !m_quota->take(delta)) return ~u64{0};
  if (!extend(old + delta)) {
    m_quota->give_back(delta);
    return ~u64{0};
  }
  // New pages are zero, and a table never shrinks.
  const u64 stale = m_old_bytes / sizeof(u64);
  const u64 set = std::min(delta, stale - std::min(stale, old));
  if (value == 0) std::fill_n(state.elements + old, set, 0);
  state.size = old + delta;
  if (value != 0) {
    std::fill_n(state.elements + old, delta, value);
    written(old, delta);
  }
  return old;
}

void TableState::written(u64 index, u64 count) noexcept {
  ZHAN_ASSERT(in_range(index, count), "the caller has checked the range");
  if (!traced || count == 0) return;
  const u64 first = index / dirty_elements, last = (index + count - 1) / dirty_elements;
  std::fill_n(m_dirty.base() + first, last - first + 1, u8{1});
}

void TableState::set_image(const TableImage& image, Instance& instance) noexcept {
  ZHAN_ASSERT(image.elements.size() <= state.size, "the image lies in the table");
  std::copy(image.elements.begin(), image.elements.end(), state.elements);
  m_image = &image;
  m_image_instance = &instance;
}

void TableState::set_functions(u64 index, Instance& instance, std::span<const u32> functions) {
  ZHAN_ASSERT(in_range(index, functions.size()), "the caller has checked the range");
  u64* const at = state.elements + index;
  if (functions.size() >= shortest_run && m_runs.size() < most_runs) {
    m_runs.push_back({index, &instance, functions});
    std::fill_n(at, functions.size(), reinterpret_cast<u64>(&abi::unfilled));
    return;
  }
  for (usize i = 0; i < functions.size(); ++i)
    at[i] = reinterpret_cast<u64>(instance.func(functions[i]));
}

u64 TableState::fill(u64 index) noexcept {
  for (usize i = m_runs.size(); i-- > 0;) {
    const Run& run = m_runs[i];
    if (index < run.first || index - run.first >= run.functions.size()) continue;
    abi::Func* const func = run.instance->func(run.functions[index - run.first]);
    return state.elements[index] = reinterpret_cast<u64>(func);
  }
  ZHAN_ASSERT(m_image != nullptr && index < m_image->functions.size(),
              "an unfilled element belongs to a run or to the image");
  abi::Func* const func = m_image_instance->func(m_image->functions[index]);
  return state.elements[index] = reinterpret_cast<u64>(func);
}

void TableState::fill_range(u64 index, u64 count) noexcept {
  ZHAN_ASSERT(in_range(index, count), "the caller has checked the range");
  if (m_runs.empty() && m_image == nullptr) return;
  for (u64 i = index; i < index + count; ++i) (void)get(i);
}

}  // namespace zhan::runtime

// SPDX-License-Identifier: Apache-2.0
// Tables (CONTRACTS C4). Elements of function tables that active segments set are filled when first
// used; until then they hold abi::unfilled, which fails every type compare.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "runtime/externs.hpp"
#include "runtime/pool.hpp"

namespace zhan::runtime {

/// What a function table of a module holds at first, the same for all instances.
struct TableImage {
  std::vector<u64> elements;   // null or abi::unfilled
  std::vector<u32> functions;  // of the unfilled ones
};

struct TableState final : public Table {
  /// Every element becomes `init`. `traced`: the elements are references that collections follow.
  /// Errors: limit, no_memory.
  static Result<std::unique_ptr<TableState>> create(const TableType& type, u64 init, bool traced,
                                                    std::shared_ptr<Quota> quota,
                                                    const std::shared_ptr<Pool>& pool);
  TableState(const TableType& table_type, bool traced, std::shared_ptr<Quota> table_quota,
             const std::shared_ptr<Pool>& pool) noexcept;
  ~TableState() override;

  u64 grow(u64 delta, u64 value) noexcept override;
  u64 get(u64 index) noexcept override {
    const u64 value = state.elements[index];
    return is_unfilled(value) ? fill(index) : value;
  }
  void set(u64 index, u64 value) noexcept override {
    state.elements[index] = value;
    if (traced) m_dirty.base()[index / dirty_elements] = 1;
  }
  /// After [index, index + count) has been written by other means; in range.
  void written(u64 index, u64 count) noexcept;

  /// Whether [index, index + count) lies inside.
  [[nodiscard]] bool in_range(u64 index, u64 count) const noexcept {
    return index <= state.size && count <= state.size - index;
  }
  /// Sets all of a new table to an image of the instance's module, which must outlive it.
  void set_image(const TableImage& image, Instance& instance) noexcept;
  /// Sets [index, index + count) to functions of an instance, lazily where that pays. In range.
  void set_functions(u64 index, Instance& instance, std::span<const u32> functions);
  /// Fills the lazy ones of [index, index + count); in range.
  void fill_range(u64 index, u64 count) noexcept;

  /// Elements to one dirty byte: minor collections look at those written since the last collection
  /// only, for what survives one is old (HEAP.md §6).
  static constexpr u64 dirty_elements = 512;
  /// Calls visit(first, last) for the elements that may name young objects, or for all; from then
  /// on none has been written.
  template <class Visit>
  void each_written(bool all, const Visit& visit) noexcept {
    for (u64 i = 0; i * dirty_elements < state.size; ++i) {
      u8& dirty = m_dirty.base()[i];
      const u64 end = std::min((i + 1) * dirty_elements, state.size);
      if (dirty != 0 || all) visit(state.elements + i * dirty_elements, state.elements + end);
      dirty = 0;
    }
  }

  const bool traced;

  [[nodiscard]] static bool is_unfilled(u64 value) noexcept {
    return value == reinterpret_cast<u64>(&abi::unfilled);
  }

 private:
  /// Functions that a segment set from `first` on; the newest run that covers an index counts.
  struct Run {
    u64 first;
    Instance* instance;
    std::span<const u32> functions;
  };
  u64 fill(u64 index) noexcept;
  [[nodiscard]] bool extend(u64 size) noexcept;
  [[nodiscard]] bool take_space(u64 bytes) noexcept;

  std::shared_ptr<Quota> m_quota;
  std::shared_ptr<Pool> m_pool;
  os::Mapping m_space;
  os::Mapping m_dirty;                  // traced only
  u64 m_old_bytes = 0;                  // of it that are another table's; the rest was zero
  const TableImage* m_image = nullptr;  // below the runs
  Instance* m_image_instance = nullptr;
  std::vector<Run> m_runs;
};

}  // namespace zhan::runtime

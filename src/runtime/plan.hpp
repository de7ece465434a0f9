// SPDX-License-Identifier: Apache-2.0
// What every instance of a module starts with, worked out once. Private to runtime/.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/code.hpp"
#include "runtime/memory_image.hpp"
#include "runtime/table.hpp"

namespace zhan::runtime {

/// Immutable but for the images of data, which are made for the second instance: a program that
/// runs once does not pay for them. Segments that cannot trap and do not depend on the instance are
/// in images; from the first that is not so on, all are run one by one, since a trap half-way can
/// be seen.
struct InstancePlan {
  explicit InstancePlan(const ModuleInfo& info);
  ~InstancePlan();

  /// The block of an instance: its Inst, and behind it what the runtime keeps (offsets in bytes).
  std::vector<u64> block;  // with type ids and the values of constant globals
  u32 memories = 0, tables = 0, globals = 0, tags = 0;
  u32 dropped_data = 0;  // a byte for each segment

  std::vector<u32> computed_globals;   // own ones whose first value is not in the block
  std::vector<u32> reference_globals;  // own ones that hold references to heap objects
  std::vector<bool> traced_elements;   // segments whose values are references to heap objects
  bool has_elements = false;           // some segment is not in an image
  u32 first_element = 0;               // the first such

  /// Of own tables; null: nothing is known before.
  std::vector<std::unique_ptr<TableImage>> table_images;

  struct DataImages {
    std::vector<std::unique_ptr<MemoryImage>> memories;  // own ones; null: none is to be had
    std::vector<u8> dropped;  // what dropped_data is, if all active segments are in the images
    bool complete = false;    // they are; else none is
  };
  /// For one more instance. Null: its active segments are to be run. Thread-safe.
  [[nodiscard]] const DataImages* data_images(const Module& module) const;

  std::unordered_map<std::string_view, u32> export_names;  // the first of a name

 private:
  void lay_out_block(const ModuleInfo& info);
  void place_globals(const ModuleInfo& info);
  void find_references(const ModuleInfo& info);
  void make_table_images(const ModuleInfo& info);
  [[nodiscard]] bool place_segment(const Module& module, const Element& element);

  mutable std::atomic<bool> m_used{false};
  mutable std::once_flag m_images_made;
  mutable DataImages m_images;
};

}  // namespace zhan::runtime

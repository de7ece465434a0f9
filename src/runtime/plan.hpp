// SPDX-License-Identifier: Apache-2.0
// What every instance of a module starts with, worked out once. Private to runtime/.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/code.hpp"
#include "runtime/memory_image.hpp"
#include "runtime/table.hpp"

namespace zhan::runtime {

/// Immutable. Segments that cannot trap and do not depend on the instance are in images; from the
/// first that is not so on, all are run one by one, since a trap half-way can be seen.
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
  bool has_data = false;               // active segments are to be run: none is in an image

  // Of own memories and tables; null: nothing is known before.
  std::vector<std::unique_ptr<MemoryImage>> memory_images;
  std::vector<std::unique_ptr<TableImage>> table_images;

  std::unordered_map<std::string_view, u32> export_names;  // the first of a name

 private:
  void lay_out_block(const ModuleInfo& info);
  void place_globals(const ModuleInfo& info);
  void find_references(const ModuleInfo& info);
  void make_table_images(const ModuleInfo& info);
  [[nodiscard]] bool place_segment(const Module& module, const Element& element);
  void make_memory_images(const Module& module);
};

}  // namespace zhan::runtime

// SPDX-License-Identifier: Apache-2.0
// An instance: its Inst block and what the slow paths need. Private to runtime/.
#pragma once

#include <memory>
#include <string_view>

#include "base/small_map.hpp"
#include "runtime/plan.hpp"
#include "runtime/store_impl.hpp"

namespace zhan::runtime {

/// An element segment at run time: values of those written as expressions, indices stay in the
/// module.
struct ElementState {
  bool dropped = false;
  std::vector<u64> values;
};

class InstanceImpl final : public Instance {
 public:
  InstanceImpl(Store& store, std::shared_ptr<const ModuleInfo> info, const CodeModule& code);

  [[nodiscard]] Store& store() const noexcept override { return m_store; }
  [[nodiscard]] const std::shared_ptr<const ModuleInfo>& module() const noexcept override {
    return m_info;
  }
  [[nodiscard]] abi::Inst* inst() const noexcept override { return m_inst; }
  [[nodiscard]] const Extern* find_export(std::string_view name) const noexcept override;
  [[nodiscard]] std::span<const Extern> exports() const noexcept override;
  abi::Func* func(u32 index) noexcept override;
  [[nodiscard]] Memory* memory(u32 index) const noexcept override { return memories[index]; }
  [[nodiscard]] Table* table(u32 index) const noexcept override { return tables[index]; }
  [[nodiscard]] Global* global(u32 index) noexcept override;

  [[nodiscard]] const CodeModule& code() const noexcept { return m_code; }
  [[nodiscard]] const InstancePlan& plan() const noexcept { return m_plan; }
  [[nodiscard]] const Module& definition() const noexcept { return m_info->module; }
  [[nodiscard]] const abi::InstLayout& layout() const noexcept { return m_info->layout; }
  /// Where the value of a global lies.
  [[nodiscard]] abi::Slot* global_value(u32 index) noexcept;
  /// Items of an element segment, none if it has been dropped.
  [[nodiscard]] u64 element_count(u32 segment) const noexcept;
  void drop_element(u32 segment) noexcept;
  /// Writes `count` of its items from `from` on to a table; both ranges have been checked.
  void init_table(TableState& table, u64 index, u32 segment, u64 from, u64 count);
  /// Bytes of a data segment, none if it has been dropped.
  [[nodiscard]] std::span<const u8> data_bytes(u32 segment) const noexcept;

  // By index, in the block behind the Inst; filled by instantiation.
  std::span<Memory*> memories;
  std::span<TableState*> tables;
  std::span<Global*> globals;  // null: an own one that nobody has asked for
  std::span<Tag*> tags;
  std::span<u8> dropped_data;          // 1 = dropped
  std::vector<ElementState> elements;  // none if all segments are in the images of tables
  u64 number = 0;                      // in its store, from 1

 private:
  template <class T>
  [[nodiscard]] std::span<T> part(u32 offset, usize count) noexcept {
    return {&abi::at<T>(m_inst, offset), count};
  }
  [[nodiscard]] Extern make_export(const Export& item) noexcept;
  [[nodiscard]] const Extern& export_at(u32 index) noexcept;

  Store& m_store;
  std::shared_ptr<const ModuleInfo> m_info;
  const CodeModule& m_code;
  const InstancePlan& m_plan;
  std::unique_ptr<u64[]> m_block;
  abi::Inst* m_inst;
  SmallMap<u32, abi::Func*> m_funcs;
  std::vector<Extern> m_exports;  // null: not asked for yet
};

[[nodiscard]] inline InstanceImpl& impl_of(const abi::Inst* inst) noexcept {
  return *static_cast<InstanceImpl*>(inst->instance);
}

/// Evaluates a constant expression of the instance, whose functions, imports and earlier globals
/// are there. `value[1]` is used by v128 only. Error: trap (out of memory).
[[nodiscard]] Result<void> evaluate_const(InstanceImpl& instance, ConstExpr expression,
                                          abi::Slot (&value)[2]);

[[nodiscard]] Error trap_error(Trap trap);

/// What a builtin answers that traps.
inline abi::Status trap(abi::Exec* exec, Trap kind) noexcept {
  exec->store->note_trap(kind);
  return abi::Status::trapped;
}

/// Whether an extern may be the import; the error names what was wanted and found.
[[nodiscard]] Result<void> check_import(Store& store, const ModuleInfo& info, const Import& import,
                                        const Extern& item);

}  // namespace zhan::runtime

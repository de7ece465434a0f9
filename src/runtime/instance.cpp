// SPDX-License-Identifier: Apache-2.0
#include "runtime/instance.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace zhan::runtime {
namespace {

/// Memory 0 of instances without memories: every access is out of bounds.
abi::Memory no_memory;

/// The head of an Inst is one cache line.
constexpr usize line_words = 64 / sizeof(u64);
u64* at_line(u64* block) noexcept {
  const uptr at = reinterpret_cast<uptr>(block);
  return block + ((at + 63) / 64 * 64 - at) / sizeof(u64);
}

}  // namespace

InstanceImpl::InstanceImpl(Store& store, std::shared_ptr<const ModuleInfo> info,
                           const CodeModule& code)
    : m_store(store),
      m_info(std::move(info)),
      m_code(code),
      m_plan(m_info->plan()),
      m_block(std::make_unique_for_overwrite<u64[]>(m_plan.block.size() + line_words)),
      m_inst(reinterpret_cast<abi::Inst*>(at_line(m_block.get()))) {
  std::copy(m_plan.block.begin(), m_plan.block.end(), reinterpret_cast<u64*>(m_inst));
  abi::Exec& exec = store.exec();
  *m_inst = {.exec = &exec,
             .heap_base = exec.heap_base,
             .memory0_state = &no_memory,
             .bodies = code.bodies(),
             .instance = this,
             .types = m_info->types->entries()};
  const Module& module = definition();
  memories = part<Memory*>(m_plan.memories, module.memories.size());
  tables = part<TableState*>(m_plan.tables, module.tables.size());
  globals = part<Global*>(m_plan.globals, module.globals.size());
  tags = part<Tag*>(m_plan.tags, module.tags.size());
  dropped_data = part<u8>(m_plan.dropped_data, module.data.size());
  if (m_plan.has_elements) elements.resize(module.elements.size());
}

const Extern* InstanceImpl::find_export(std::string_view name) const noexcept {
  const auto found = m_plan.export_names.find(name);
  if (found == m_plan.export_names.end()) return nullptr;
  return &const_cast<InstanceImpl*>(this)->export_at(found->second);
}

std::span<const Extern> InstanceImpl::exports() const noexcept {
  auto* const self = const_cast<InstanceImpl*>(this);
  for (u32 i = 0; i < definition().exports.size(); ++i) (void)self->export_at(i);
  return m_exports;
}

const Extern& InstanceImpl::export_at(u32 index) noexcept {
  const Module& module = definition();
  if (m_exports.empty()) m_exports.resize(module.exports.size());
  Extern& made = m_exports[index];
  if (made.func == nullptr) made = make_export(module.exports[index]);
  return made;
}

Extern InstanceImpl::make_export(const Export& item) noexcept {
  switch (item.kind) {
    case ExternKind::func: return func(item.index);
    case ExternKind::table: return table(item.index);
    case ExternKind::memory: return memory(item.index);
    case ExternKind::global: return global(item.index);
    case ExternKind::tag: return tags[item.index];
  }
  ZHAN_UNREACHABLE("every kind of export is known");
}

abi::Func* InstanceImpl::func(u32 index) noexcept {
  const Module& module = definition();
  ZHAN_ASSERT(index < module.functions.size(), "validated function index");
  if (index < module.imported_functions)
    return abi::at<abi::Func*>(m_inst, layout().function(index));
  if (abi::Func* const* const made = m_funcs.find(index)) return *made;
  abi::FuncBody* const body = &m_inst->bodies[index - module.imported_functions];
  abi::Func& made = m_store.impl().funcs.emplace_back(body, m_inst, body->type);
  m_funcs.add(index, &made);
  return &made;
}

abi::Slot* InstanceImpl::global_value(u32 index) noexcept {
  const u32 offset = layout().global(index);
  return index < definition().imported_globals ? abi::at<abi::Slot*>(m_inst, offset)
                                               : &abi::at<abi::Slot>(m_inst, offset);
}

Global* InstanceImpl::global(u32 index) noexcept {
  Global*& made = globals[index];
  if (made == nullptr) {
    GlobalType type = definition().globals[index].type;
    type.type = definition().canonical_type(type.type);
    made = &m_store.impl().globals.emplace_back(Global{type, global_value(index)});
  }
  return made;
}

u64 InstanceImpl::element_count(u32 segment) const noexcept {
  if (elements.empty() || elements[segment].dropped) return 0;
  return definition().elements[segment].count;
}

void InstanceImpl::drop_element(u32 segment) noexcept {
  if (elements.empty()) return;
  elements[segment].dropped = true;
  elements[segment].values = {};
}

void InstanceImpl::init_table(TableState& table, u64 index, u32 segment, u64 from, u64 count) {
  ZHAN_ASSERT(table.in_range(index, count), "checked by the caller");
  ZHAN_ASSERT(from <= element_count(segment) && count <= element_count(segment) - from,
              "checked by the caller");
  if (count == 0) return;  // there may be no state of segments: all were in images of tables
  const Element& element = definition().elements[segment];
  if (element.uses_exprs) {
    const std::vector<u64>& values = elements[segment].values;
    for (u64 i = 0; i < count; ++i) table.set(index + i, values[from + i]);
    return;
  }
  const std::span<const u32> functions(definition().element_funcs);
  table.set_functions(index, *this, functions.subspan(element.first + from, count));
}

std::span<const u8> InstanceImpl::data_bytes(u32 segment) const noexcept {
  if (dropped_data[segment] != 0) return {};
  return definition().view(definition().data[segment].bytes);
}

}  // namespace zhan::runtime

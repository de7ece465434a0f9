// SPDX-License-Identifier: Apache-2.0
#include "runtime/instance.hpp"

#include "base/assert.hpp"

namespace zhan::runtime {
namespace {

/// Memory 0 of instances without memories: every access is out of bounds.
abi::Memory no_memory;

}  // namespace

InstanceImpl::InstanceImpl(Store& store, std::shared_ptr<const ModuleInfo> info,
                           const CodeModule& code)
    : m_store(store),
      m_info(std::move(info)),
      m_code(code),
      m_block((layout().size + sizeof(Unit) - 1) / sizeof(Unit)),
      m_inst(std::construct_at(reinterpret_cast<abi::Inst*>(m_block.data()))) {
  abi::Exec& exec = store.exec();
  m_inst->exec = &exec;
  m_inst->heap_base = exec.heap_base;
  m_inst->memory0_state = &no_memory;
  m_inst->bodies = code.bodies();
  m_inst->instance = this;
  m_inst->types = m_info->types->entries();
  const Module& module = definition();
  for (usize i = 0; i < module.canonical.size(); ++i)
    abi::at<TypeId>(m_inst, layout().type_ids + static_cast<u32>(i * sizeof(TypeId))) =
        module.canonical[i];
}

const Extern* InstanceImpl::find_export(std::string_view name) const noexcept {
  if (m_exports.empty()) const_cast<InstanceImpl*>(this)->make_exports();
  const auto found = m_export_names.find(name);
  return found == m_export_names.end() ? nullptr : &m_exports[found->second];
}

std::span<const Extern> InstanceImpl::exports() const noexcept {
  if (m_exports.empty()) const_cast<InstanceImpl*>(this)->make_exports();
  return m_exports;
}

void InstanceImpl::make_exports() noexcept {
  const Module& module = definition();
  m_exports.reserve(module.exports.size());
  for (const Export& item : module.exports) {
    m_export_names.try_emplace(module.text(item.name), static_cast<u32>(m_exports.size()));
    m_exports.push_back(make_export(item));
  }
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
  abi::Func*& made = m_funcs[index];
  if (made == nullptr) {
    abi::FuncBody* const body = &m_inst->bodies[index - module.imported_functions];
    made = &m_store.impl().funcs.emplace_back();
    *made = {.body = body, .context = m_inst, .type = body->type};
  }
  return made;
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
  return elements[segment].dropped ? 0 : definition().elements[segment].count;
}

void InstanceImpl::init_table(TableState& table, u64 index, u32 segment, u64 from, u64 count) {
  ZHAN_ASSERT(table.in_range(index, count), "checked by the caller");
  ZHAN_ASSERT(from <= element_count(segment) && count <= element_count(segment) - from,
              "checked by the caller");
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
  if (dropped_data[segment]) return {};
  return definition().view(definition().data[segment].bytes);
}

}  // namespace zhan::runtime

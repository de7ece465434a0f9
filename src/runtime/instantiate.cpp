// SPDX-License-Identifier: Apache-2.0
// Instantiation (specification §4.5.4), in its order: what a trap leaves half done stays done.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "runtime/instance.hpp"

namespace zhan::runtime {

Error trap_error(Trap trap) {
  Error error(ErrorKind::trap, trap_text(trap));
  error.info().code = static_cast<i32>(trap);
  return error;
}

namespace {

class Instantiation {
 public:
  Instantiation(Store& store, std::shared_ptr<const ModuleInfo> info,
                std::span<const Extern> imports, Imports checked)
      : m_store(store),
        m_info(std::move(info)),
        m_module(m_info->module),
        m_plan(m_info->plan()),
        m_images(m_plan.data_images(m_module)),
        m_imports(imports),
        m_checked(checked) {}
  ~Instantiation() {
    if (m_instance == nullptr && m_counted) m_store.impl().pool->instances.give_back(1);
  }
  Instantiation(const Instantiation&) = delete;
  Instantiation& operator=(const Instantiation&) = delete;

  Result<Instance*> run() {
    ZHAN_TRY_VOID(check_imports());
    ZHAN_TRY_VOID(make_memories());
    make_instance();
    place_imports();
    auto ready = fill_tables();
    if (!ready) {
      take_data_back();
      return std::unexpected(std::move(ready.error()));
    }
    if (!data_laid_out()) ZHAN_TRY_VOID(run_data());
    ZHAN_TRY_VOID(run_start());
    return m_instance;
  }

 private:
  Result<void> fill_tables() {
    ZHAN_TRY_VOID(init_globals());
    ZHAN_TRY_VOID(make_tables());
    if (!m_plan.has_elements) return {};
    ZHAN_TRY_VOID(evaluate_elements());
    return run_elements();
  }
  void take_data_back() noexcept;
  [[nodiscard]] bool data_laid_out() const noexcept {
    return m_images != nullptr && m_images->complete;
  }
  Result<void> check_imports();
  Result<void> make_memories();
  void make_instance();
  void place_memory(u32 index, Memory& memory);
  void place_imports();
  void place_import(const Import& import, const Extern& item);
  Result<void> init_globals();
  Result<void> make_tables();
  Result<void> evaluate_elements();
  Result<void> run_elements();
  Result<void> run_data();
  Result<void> run_start();
  Result<u64> offset(ConstExpr expression, bool is64);
  [[nodiscard]] abi::Inst* inst() noexcept { return m_instance->inst(); }

  Store& m_store;
  std::shared_ptr<const ModuleInfo> m_info;
  const Module& m_module;
  const InstancePlan& m_plan;
  const InstancePlan::DataImages* const m_images;
  std::span<const Extern> m_imports;
  const Imports m_checked;
  bool m_counted = false;
  std::vector<LinearMemory*> m_memories;  // own ones
  InstanceImpl* m_instance = nullptr;
};

Result<void> Instantiation::check_imports() {
  const u64 wanted = m_module.imports.size();
  if (m_imports.size() != wanted)
    return fail(ErrorKind::link, fmt::format("wrong number of imports: the module has {}, given {}",
                                             wanted, m_imports.size()));
  for (usize i = 0; i < wanted; ++i)
    if (m_checked == Imports::unchecked || m_imports[i].kind != ExternKind::func)
      ZHAN_TRY_VOID(check_import(m_store, *m_info, m_module.imports[i], m_imports[i]));
  Store::Impl& impl = m_store.impl();
  const u64 limit = impl.config.limits.instances;
  if (impl.instances.size() >= limit)
    return fail(ErrorKind::limit, fmt::format("a store may have {} instances", limit));
  m_counted = impl.pool->instances.take(1);
  if (!m_counted)
    return fail(ErrorKind::limit, fmt::format("all {} instances of the pool are in use",
                                              impl.pool->instances.limit()));
  return {};
}

Result<void> Instantiation::make_memories() {
  const u32 imported = m_module.imported_memories;
  for (usize i = imported; i < m_module.memories.size(); ++i) {
    const MemoryImage* const image =
        m_images == nullptr ? nullptr : m_images->memories[i - imported].get();
    ZHAN_TRY(LinearMemory* const memory, m_store.impl().new_memory(m_module.memories[i], image));
    m_memories.push_back(memory);
  }
  return {};
}

void Instantiation::make_instance() {
  Store::Impl& impl = m_store.impl();
  const Memory* first = m_memories.empty() ? nullptr : m_memories[0];
  for (usize i = m_imports.size(); i-- > 0;)
    if (m_imports[i].kind == ExternKind::memory) first = m_imports[i].memory;
  Mode mode = impl.config.mode;
  // C5: code without checks never meets a memory without guard.
  if (first != nullptr && !first->guarded()) mode.explicit_checks = true;
  const CodeModule& code = m_info->code(mode, *impl.config.engine);
  m_instance =
      impl.instances.emplace_back(std::make_unique<InstanceImpl>(m_store, m_info, code)).get();
  m_instance->number = impl.instances.size();
  if (data_laid_out()) std::ranges::copy(m_images->dropped, m_instance->dropped_data.begin());
  u32 index = 0;
  for (usize i = 0; i < m_imports.size(); ++i)
    if (m_imports[i].kind == ExternKind::memory) place_memory(index++, *m_imports[i].memory);
  for (LinearMemory* const memory : m_memories) place_memory(index++, *memory);
}

void Instantiation::place_memory(u32 index, Memory& memory) {
  m_instance->memories[index] = &memory;
  abi::at<abi::Memory*>(inst(), m_info->layout.memory(index)) = &memory.state;
  if (index != 0) return;
  inst()->memory0_state = &memory.state;
  static_cast<LinearMemory&>(memory).attach(inst());
}

/// Something before the data segments has failed: functions that live on in other instances must
/// not see data that was never written (the images hold it from the beginning).
void Instantiation::take_data_back() noexcept {
  if (!data_laid_out()) return;
  std::ranges::fill(m_instance->dropped_data, u8{0});
  for (usize i = 0; i < m_memories.size(); ++i)
    if (const auto& image = m_images->memories[i]) image->erase(m_memories[i]->state.base);
}

void Instantiation::place_imports() {
  for (usize i = 0; i < m_imports.size(); ++i) place_import(m_module.imports[i], m_imports[i]);
  for (u32 index = m_module.imported_tags; index < m_module.tags.size(); ++index) {
    const TypeId type = m_module.canonical[m_module.tags[index].type];
    m_instance->tags[index] = &m_store.impl().tags.emplace_back(type, m_info.get(), index);
  }
  for (u32 i = 0; i < m_instance->tags.size(); ++i)
    abi::at<Tag*>(inst(), m_info->layout.tags + 8 * i) = m_instance->tags[i];
}

void Instantiation::place_import(const Import& import, const Extern& item) {
  const abi::InstLayout& layout = m_info->layout;
  switch (item.kind) {
    case ExternKind::func:
      abi::at<abi::Func*>(inst(), layout.function(import.index)) = item.func;
      break;
    case ExternKind::memory: break;  // make_instance
    case ExternKind::table:
      m_instance->tables[import.index] = static_cast<TableState*>(item.table);
      abi::at<abi::Table*>(inst(), layout.table(import.index)) = &item.table->state;
      break;
    case ExternKind::global:
      m_instance->globals[import.index] = item.global;
      abi::at<abi::Slot*>(inst(), layout.global(import.index)) = item.global->value;
      break;
    case ExternKind::tag: m_instance->tags[import.index] = item.tag; break;
  }
}

Result<void> Instantiation::init_globals() {
  for (const u32 i : m_plan.computed_globals) {
    abi::Slot value[2];
    ZHAN_TRY_VOID(evaluate_const(*m_instance, m_module.globals[i].init, value));
    std::memcpy(m_instance->global_value(i), value, sizeof(value));
  }
  return {};
}

Result<void> Instantiation::make_tables() {
  for (u32 i = m_module.imported_tables; i < m_module.tables.size(); ++i) {
    const zhan::Table& table = m_module.tables[i];
    abi::Slot init[2] = {};
    if (table.init) ZHAN_TRY_VOID(evaluate_const(*m_instance, *table.init, init));
    TableType type = table.type;
    type.element = m_module.canonical_type(type.element);
    ZHAN_TRY(Table* const made, m_store.new_table(type, init[0]));
    m_instance->tables[i] = static_cast<TableState*>(made);
    if (const auto& image = m_plan.table_images[i - m_module.imported_tables])
      m_instance->tables[i]->set_image(*image, *m_instance);
    abi::at<abi::Table*>(inst(), m_info->layout.table(i)) = &made->state;
  }
  return {};
}

Result<void> Instantiation::evaluate_elements() {
  for (usize i = m_plan.first_element; i < m_module.elements.size(); ++i) {
    const Element& element = m_module.elements[i];
    if (!element.uses_exprs) continue;
    std::vector<u64>& values = m_instance->elements[i].values;
    values.reserve(element.count);
    for (u32 k = 0; k < element.count; ++k) {
      abi::Slot value[2];
      ZHAN_TRY_VOID(evaluate_const(*m_instance, m_module.element_exprs[element.first + k], value));
      values.push_back(value[0]);
    }
  }
  return {};
}

Result<u64> Instantiation::offset(ConstExpr expression, bool is64) {
  abi::Slot value[2];
  ZHAN_TRY_VOID(evaluate_const(*m_instance, expression, value));
  return is64 ? value[0] : static_cast<u32>(value[0]);
}

Result<void> Instantiation::run_elements() {
  for (u32 i = 0; i < m_plan.first_element; ++i) m_instance->drop_element(i);
  for (u32 i = m_plan.first_element; i < m_module.elements.size(); ++i) {
    const Element& element = m_module.elements[i];
    if (element.mode == SegmentMode::passive) continue;
    if (element.mode == SegmentMode::active) {
      TableState& table = *m_instance->tables[element.table];
      ZHAN_TRY(const u64 at, offset(element.offset, table.type.is64));
      if (!table.in_range(at, element.count))
        return fail(trap_error(Trap::out_of_bounds_table_access));
      m_instance->init_table(table, at, i, 0, element.count);
    }
    m_instance->drop_element(i);
  }
  return {};
}

Result<void> Instantiation::run_data() {
  for (u32 i = 0; i < m_module.data.size(); ++i) {
    const Data& data = m_module.data[i];
    if (data.mode != SegmentMode::active) continue;
    const Memory& memory = *m_instance->memories[data.memory];
    ZHAN_TRY(const u64 at, offset(data.offset, memory.type.is64));
    const std::span<const u8> bytes = m_instance->data_bytes(i);
    const u64 size = memory.state.size.load(std::memory_order_acquire);
    if (at > size || bytes.size() > size - at)
      return fail(trap_error(Trap::out_of_bounds_memory_access));
    if (!bytes.empty()) std::memcpy(memory.state.base + at, bytes.data(), bytes.size());
    m_instance->dropped_data[i] = 1;
  }
  return {};
}

Result<void> Instantiation::run_start() {
  if (!m_module.start) return {};
  return m_store.call_raw(m_instance->func(*m_module.start), {});
}

}  // namespace

Result<Instance*> Store::instantiate(std::shared_ptr<const ModuleInfo> module,
                                     std::span<const Extern> imports, Imports checked) {
  if (module->types != m_impl->config.types)
    return fail(ErrorKind::link, "the module was compiled by another engine than the store's");
  const Entry entry(*m_impl);
  ZHAN_TRY_VOID(entry.check());
  return Instantiation(*this, std::move(module), imports, checked).run();
}

}  // namespace zhan::runtime

// SPDX-License-Identifier: Apache-2.0
// Instantiation (specification §4.5.4), in its order: what a trap leaves half done stays done.
#include <fmt/format.h>

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
                std::span<const Extern> imports) noexcept
      : m_store(store), m_info(std::move(info)), m_module(m_info->module), m_imports(imports) {}

  Result<Instance*> run() {
    ZHAN_TRY_VOID(check_imports());
    ZHAN_TRY_VOID(make_memories());
    make_instance();
    place_imports();
    ZHAN_TRY_VOID(init_globals());
    ZHAN_TRY_VOID(make_tables());
    ZHAN_TRY_VOID(evaluate_elements());
    ZHAN_TRY_VOID(run_elements());
    ZHAN_TRY_VOID(run_data());
    ZHAN_TRY_VOID(run_start());
    return m_instance;
  }

 private:
  Result<void> check_imports();
  Result<void> make_memories();
  void make_instance();
  void find_references();
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
  std::span<const Extern> m_imports;
  std::vector<Memory*> m_memories;  // by index
  InstanceImpl* m_instance = nullptr;
};

Result<void> Instantiation::check_imports() {
  const u64 wanted = m_module.imports.size();
  if (m_imports.size() != wanted)
    return fail(ErrorKind::link, fmt::format("wrong number of imports: the module has {}, given {}",
                                             wanted, m_imports.size()));
  for (usize i = 0; i < wanted; ++i)
    ZHAN_TRY_VOID(check_import(m_store, *m_info, m_module.imports[i], m_imports[i]));
  Store::Impl& impl = m_store.impl();
  const u64 limit = impl.config.limits.instances;
  if (impl.instances.size() >= limit)
    return fail(ErrorKind::limit, fmt::format("a store may have {} instances", limit));
  return {};
}

Result<void> Instantiation::make_memories() {
  for (usize i = 0; i < m_imports.size(); ++i)
    if (m_imports[i].kind == ExternKind::memory) m_memories.push_back(m_imports[i].memory);
  for (usize i = m_module.imported_memories; i < m_module.memories.size(); ++i) {
    ZHAN_TRY(Memory* const memory, m_store.new_memory(m_module.memories[i]));
    m_memories.push_back(memory);
  }
  return {};
}

void Instantiation::make_instance() {
  Store::Impl& impl = m_store.impl();
  Mode mode = impl.config.mode;
  // C5: code without checks never meets a memory without guard.
  if (!m_memories.empty() && !m_memories[0]->guarded()) mode.explicit_checks = true;
  const CodeModule& code = m_info->code(mode, *impl.config.engine);
  m_instance =
      impl.instances.emplace_back(std::make_unique<InstanceImpl>(m_store, m_info, code)).get();
  m_instance->number = impl.instances.size();
  m_instance->memories = std::move(m_memories);
  m_instance->globals.resize(m_module.globals.size());
  m_instance->elements.resize(m_module.elements.size());
  m_instance->dropped_data.resize(m_module.data.size());
  find_references();
  for (u32 i = 0; i < m_instance->memories.size(); ++i)
    abi::at<abi::Memory*>(inst(), m_info->layout.memory(i)) = &m_instance->memories[i]->state;
  if (!m_instance->memories.empty()) {
    inst()->memory0_state = &m_instance->memories[0]->state;
    static_cast<LinearMemory*>(m_instance->memories[0])->attach(inst());
  }
}

/// What a collection must look at, from the first initialiser on.
void Instantiation::find_references() {
  const auto traced = [this](ValType type) {
    return type.is_ref() && !m_info->types->is_function(m_module.canonical_type(type));
  };
  for (u32 i = m_module.imported_globals; i < m_module.globals.size(); ++i)
    if (traced(m_module.globals[i].type.type)) m_instance->reference_globals.push_back(i);
  for (usize i = 0; i < m_module.elements.size(); ++i)
    m_instance->elements[i].traced = traced(m_module.elements[i].type);
}

void Instantiation::place_imports() {
  for (usize i = 0; i < m_imports.size(); ++i) place_import(m_module.imports[i], m_imports[i]);
  for (u32 index = m_module.imported_tags; index < m_module.tags.size(); ++index) {
    const TypeId type = m_module.canonical[m_module.tags[index].type];
    m_instance->tags.push_back(&m_store.impl().tags.emplace_back(Tag{type, m_info.get(), index}));
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
      m_instance->tables.push_back(static_cast<TableState*>(item.table));
      abi::at<abi::Table*>(inst(), layout.table(import.index)) = &item.table->state;
      break;
    case ExternKind::global:
      m_instance->globals[import.index] = item.global;
      abi::at<abi::Slot*>(inst(), layout.global(import.index)) = item.global->value;
      break;
    case ExternKind::tag: m_instance->tags.push_back(item.tag); break;
  }
}

Result<void> Instantiation::init_globals() {
  for (u32 i = m_module.imported_globals; i < m_module.globals.size(); ++i) {
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
    m_instance->tables.push_back(static_cast<TableState*>(made));
    abi::at<abi::Table*>(inst(), m_info->layout.table(i)) = &made->state;
  }
  return {};
}

Result<void> Instantiation::evaluate_elements() {
  for (usize i = 0; i < m_module.elements.size(); ++i) {
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
  for (u32 i = 0; i < m_module.elements.size(); ++i) {
    const Element& element = m_module.elements[i];
    if (element.mode == SegmentMode::passive) continue;
    if (element.mode == SegmentMode::active) {
      TableState& table = *m_instance->tables[element.table];
      ZHAN_TRY(const u64 at, offset(element.offset, table.type.is64));
      if (!table.in_range(at, element.count))
        return fail(trap_error(Trap::out_of_bounds_table_access));
      m_instance->init_table(table, at, i, 0, element.count);
    }
    m_instance->elements[i].dropped = true;
    m_instance->elements[i].values = {};
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
    m_instance->dropped_data[i] = true;
  }
  return {};
}

Result<void> Instantiation::run_start() {
  if (!m_module.start) return {};
  return m_store.call_raw(m_instance->func(*m_module.start), {});
}

}  // namespace

Result<Instance*> Store::instantiate(std::shared_ptr<const ModuleInfo> module,
                                     std::span<const Extern> imports) {
  if (module->types != m_impl->config.types)
    return fail(ErrorKind::link, "the module was compiled by another engine than the store's");
  const Entry entry(*m_impl);
  ZHAN_TRY_VOID(entry.check());
  return Instantiation(*this, std::move(module), imports).run();
}

}  // namespace zhan::runtime

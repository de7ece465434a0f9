// SPDX-License-Identifier: Apache-2.0
#include "runtime/code.hpp"

#include "base/assert.hpp"
#include "runtime/plan.hpp"

namespace zhan::runtime {
namespace {

/// Code and entry data together; generated code is a few times its body (CONTRACTS C13).
constexpr u64 code_bytes_for_each_byte = 64;
constexpr u64 code_bytes_at_least = 64u << 20;

u32 slots_of(std::span<const ValType> types) noexcept {
  u32 slots = 0;
  for (const ValType& type : types) slots += type.slots();
  return slots;
}

}  // namespace

abi::InstLayout lay_out(const Module& module) noexcept {
  u64 at = sizeof(abi::Inst);
  const auto take = [&at](usize count, u64 size) {
    const u64 start = at;
    at += (count * size + 7) & ~u64{7};
    return static_cast<u32>(start);
  };
  abi::InstLayout layout;
  layout.memories = take(module.memories.size(), 8);
  layout.tables = take(module.tables.size(), 8);
  layout.globals = take(module.globals.size(), 16);
  layout.functions = take(module.imported_functions, 8);
  layout.tags = take(module.tags.size(), 8);
  layout.type_ids = take(module.types.types.size(), sizeof(TypeId));
  layout.size = at < (u64{1} << 31) ? static_cast<u32>(at) : 0;
  return layout;
}

ModuleInfo::ModuleInfo() = default;
ModuleInfo::~ModuleInfo() = default;

const Names& ModuleInfo::names() const {
  const std::lock_guard lock(m_mutex);
  if (m_names == nullptr) m_names = std::make_unique<Names>(module);
  return *m_names;
}

const CodeModule& ModuleInfo::code(Mode mode, const abi::EngineTable& engine) const {
  const auto fits = [&](const CodeModule& code) {
    return code.mode() == mode && &code.engine() == &engine;
  };
  const CodeModule* const last = m_last_code.load(std::memory_order_acquire);
  if (last != nullptr && fits(*last)) return *last;
  const std::lock_guard lock(m_mutex);
  for (const auto& code : m_code) {
    if (!fits(*code)) continue;
    m_last_code.store(code.get(), std::memory_order_release);
    return *code;
  }
  const auto& made = m_code.emplace_back(std::make_unique<CodeModule>(*this, mode, engine));
  m_last_code.store(made.get(), std::memory_order_release);
  return *made;
}

const InstancePlan& ModuleInfo::plan() const {
  if (const InstancePlan* const made = m_made_plan.load(std::memory_order_acquire)) return *made;
  const std::lock_guard lock(m_mutex);
  if (m_plan == nullptr) m_plan = std::make_unique<InstancePlan>(*this);
  m_made_plan.store(m_plan.get(), std::memory_order_release);
  return *m_plan;
}

Result<std::shared_ptr<const ModuleInfo>> make_module_info(Module module,
                                                           std::shared_ptr<TypeInterner> types,
                                                           const Features& features,
                                                           std::string name,
                                                           ModuleInfo::BodyCheck check_body) {
  ZHAN_ASSERT(module.canonical.size() == module.types.types.size(),
              "the module has been validated");
  const auto info = std::make_shared<ModuleInfo>();
  info->layout = lay_out(module);
  if (info->layout.size == 0) return fail(ErrorId::module_too_large, no_offset);
  info->module = std::move(module);
  info->types = std::move(types);
  info->features = features;
  info->name = std::move(name);
  info->check_body = check_body;
  return info;
}

CodeModule::CodeModule(const ModuleInfo& info, Mode mode, const abi::EngineTable& engine)
    : m_info(info),
      m_mode(mode),
      m_engine(engine),
      m_count(static_cast<u32>(info.module.code.size())) {
  const Module& module = info.module;
  ZHAN_ASSERT(module.functions.size() == module.imported_functions + m_count,
              "every defined function has a body");
  m_bodies = std::make_unique<abi::FuncBody[]>(m_count);
  for (u32 i = 0; i < m_count; ++i) {
    abi::FuncBody& body = m_bodies[i];
    const u32 function = module.imported_functions + i;
    const SubType& type = module.function_type(function);
    const Range code = module.code[i].code;
    body.cells.store(engine.prepare, std::memory_order_relaxed);
    body.native.store(nullptr, std::memory_order_relaxed);
    body.owner = this;
    body.type = module.canonical[module.functions[function]];
    body.function = function;
    body.param_slots = slots_of(module.types.params(type));
    body.result_slots = slots_of(module.types.results(type));
    body.code_begin = code.offset;
    body.code_end = code.offset + code.size;
  }
}

CodeModule::~CodeModule() {
  if (m_engine.free_code == nullptr) return;
  for (u32 i = 0; i < m_count; ++i)
    if (m_bodies[i].interp_code.load(std::memory_order_acquire) != nullptr)
      m_engine.free_code(&m_bodies[i]);
}

u64 CodeModule::code_limit() const noexcept {
  return code_bytes_at_least + code_bytes_for_each_byte * module().bytes.size();
}

bool CodeModule::account_code(u64 bytes) const noexcept {
  const u64 limit = code_limit();
  const u64 before = m_code_bytes.fetch_add(bytes, std::memory_order_relaxed);
  if (before <= limit && bytes <= limit - before) return true;
  m_code_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  return false;
}

void CodeModule::add_block(const void* block) const {
  const std::lock_guard lock(m_blocks_mutex);
  const bool added = m_blocks.insert(block).second;
  ZHAN_ASSERT(added, "blocks that live at the same time have different addresses");
}

void CodeModule::remove_block(const void* block) const noexcept {
  const std::lock_guard lock(m_blocks_mutex);
  m_blocks.erase(block);
}

const void* CodeModule::block_at(const void* address) const noexcept {
  const std::lock_guard lock(m_blocks_mutex);
  const auto after = m_blocks.upper_bound(address);
  return after == m_blocks.begin() ? nullptr : *std::prev(after);
}

}  // namespace zhan::runtime

// SPDX-License-Identifier: Apache-2.0
#include "runtime/store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "module/object_layout.hpp"
#include "os/thread.hpp"
#include "runtime/instance.hpp"
#include "runtime/signals.hpp"

namespace zhan::runtime {
namespace {

constexpr u64 engine_stack_bytes = 64u << 20;  // the most a store may ask for
constexpr u64 smallest_stack_bytes = 64u << 10;

u64 next_id() noexcept {
  static std::atomic<u64> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

/// Base of stores without a heap: 64 KiB of the process where every access faults.
u8* empty_heap() noexcept {
  static u8* const base = os::reserve(64u << 10);
  return base;
}

u64 stack_size(u64 wanted) noexcept {
  if (wanted == 0 || wanted > engine_stack_bytes) return engine_stack_bytes;
  return std::max(wanted, smallest_stack_bytes);
}

}  // namespace

u32 slots_of(std::span<const ValType> types) noexcept {
  u32 slots = 0;
  for (const ValType& type : types) slots += type.slots();
  return slots;
}

namespace {

std::shared_ptr<Store::Impl::Quotas> new_quotas(const StoreLimits& limits) {
  return std::make_shared<Store::Impl::Quotas>(limits.memory_bytes, limits.table_elements);
}

}  // namespace

Store::Impl::Impl(Store& s, const StoreConfig& c)
    : store(s),
      id(next_id()),
      config(c),
      pool(c.pool ? c.pool : Pool::of_process()),
      quotas(new_quotas(c.limits)),
      fibers(exec) {
  kept.reserve(4);
  config.mode.explicit_checks |= !faults_supported();
  exec.requests = &requests->bits;
  exec.heap_base = empty_heap();
  exec.metered = config.mode.metered;
  exec.budget = exec.metered ? 0 : abi::budget_period;
  exec.store = &s;
  exec.pending.address = ~u64{0};
}

Store::Impl::~Impl() {
  ZHAN_CHECK(depth == 0, "a store is not dropped by code that it runs");
  if (timer != 0) os::cancel_timer(timer);
  if (objects)
    for (const heap::Finaliser& box : objects->take_all()) box.run(box.data);
  for (const heap::Finaliser& function : finalisers) function.run(function.data);
  pool->instances.give_back(instances.size());
  if (stack) pool->give_back_stack(std::move(stack));
}

Store::Store(Key) noexcept {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::create(const StoreConfig& config) {
  ZHAN_ASSERT(config.types != nullptr && config.engine != nullptr, "a store belongs to an engine");
  auto store = std::make_unique<Store>(Key{});
  store->m_impl = std::make_unique<Impl>(*store, config);
  Impl& impl = *store->m_impl;
  impl.stack = impl.pool->take_stack(os::round_to_pages(stack_size(config.limits.stack_bytes)));
  if (!impl.stack) return fail(ErrorKind::no_memory, "no address space for the stack of a store");
  abi::Exec& exec = impl.exec;
  exec.stack.base = reinterpret_cast<abi::Slot*>(impl.stack.base());
  exec.stack.limit = reinterpret_cast<abi::Slot*>(impl.stack.base() + impl.stack.size());
  exec.vsp = exec.stack.base;
  exec.value_limit = exec.stack.limit;
  return store;
}

u64 Store::id() const noexcept { return m_impl->id; }
abi::Exec& Store::exec() noexcept { return m_impl->exec; }
TypeInterner& Store::types() noexcept { return *m_impl->config.types; }
const StoreConfig& Store::config() const noexcept { return m_impl->config; }
const StoreLimits& Store::limits() const noexcept { return m_impl->config.limits; }
void Store::keep(std::shared_ptr<const void> object) {
  auto& kept = m_impl->kept;
  if (!kept.empty() && kept.back() == object) return;
  kept.push_back(std::move(object));
  if (kept.size() < 2 * m_impl->kept_checked + 16) return;
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  m_impl->kept_checked = kept.size();
}

void Store::set_limits(const StoreLimits& limits) noexcept {
  m_impl->config.limits = limits;
  m_impl->quotas->memory.set_limit(limits.memory_bytes);
  m_impl->quotas->table.set_limit(limits.table_elements);
  if (m_impl->objects) m_impl->objects->set_limit(limits.heap_bytes);
}

Result<void> Store::check_usable() const {
  const u64 owner = m_impl->owner.load(std::memory_order_relaxed);
  if (owner != 0 && owner != os::thread_number())
    return fail(ErrorKind::busy, "the store is in use by another thread");
  if (m_impl->poisoned || (m_impl->depth == 0 && m_impl->exec.records != nullptr))
    return fail(
        ErrorKind::poisoned,
        "a host function left wasm frames without returning: the store can only be dropped");
  return {};
}

bool Store::running() const noexcept { return m_impl->running(); }

Instance* Store::instance(u64 number) const noexcept {
  const auto& instances = m_impl->instances;
  return number == 0 || number > instances.size() ? nullptr : instances[number - 1].get();
}

Result<LinearMemory*> Store::Impl::new_memory(const MemoryType& type, const MemoryImage* image) {
  ZHAN_TRY(std::shared_ptr<LinearMemory> memory,
           LinearMemory::create(type, !config.mode.explicit_checks, memory_quota(), pool, image));
  return memories.emplace_back(std::move(memory)).get();
}

Result<Memory*> Store::new_memory(const MemoryType& type) {
  return m_impl->new_memory(type, nullptr);
}

Result<Memory*> Store::share_memory(Memory& memory) {
  if (!memory.type.shared)
    return fail(ErrorKind::wrong_store, "only shared memories may be used by several stores");
  auto& memories = m_impl->memories;
  const auto same = [&](const auto& m) { return m.get() == &memory; };
  if (std::find_if(memories.begin(), memories.end(), same) == memories.end())
    memories.push_back(static_cast<LinearMemory&>(memory).shared_from_this());
  return &memory;
}

Result<Table*> Store::new_table(const TableType& type, u64 init) {
  const bool traced = is_traced(type.element, types().is_function(type.element));
  ZHAN_TRY(std::unique_ptr<TableState> table,
           TableState::create(type, init, traced, m_impl->table_quota(), m_impl->pool));
  return m_impl->tables.emplace_back(std::move(table)).get();
}

Result<Global*> Store::new_global(const GlobalType& type, Value init) {
  if (!types().matches(init.type, type.type))
    return fail(ErrorKind::type, fmt::format("global of type {} cannot hold a value of type {}",
                                             to_string(type.type), to_string(init.type)));
  HostGlobal& made = m_impl->host_globals.emplace_back();
  made.value[0] = init.lo;
  made.value[1] = init.hi;
  made.global = {type, made.value};
  return &made.global;
}

Result<Tag*> Store::new_tag(TypeId type) { return &m_impl->tags.emplace_back(type); }

Result<abi::Func*> Store::new_host_func(TypeId type, abi::Entry entry, void* data,
                                        void (*finaliser)(void*), std::string name) {
  ZHAN_ASSERT(entry != nullptr, "a host function has code");
  HostFunc& made = m_impl->host_funcs.emplace_back(types(), *m_impl->config.engine, type, entry,
                                                   data, std::move(name));
  if (finaliser != nullptr) m_impl->finalisers.push_back({finaliser, data});
  return &made.func;
}

abi::Func* Store::use(const std::shared_ptr<HostFunc>& func) {
  keep(func);
  return &func->func;
}

HostFunc::HostFunc(const TypeInterner& types, const abi::EngineTable& engine, TypeId type,
                   abi::Entry entry, void* context, std::string function_name)
    : name(std::move(function_name)) {
  const Signature signature = types.func_type(type);
  body.cells.store(engine.call_host, std::memory_order_relaxed);
  body.native.store(nullptr, std::memory_order_relaxed);
  body.host = entry;
  body.type = type;
  body.param_slots = slots_of(signature.params);
  body.result_slots = slots_of(signature.results);
  body.kind = abi::BodyKind::host;
  func = {.body = &body, .context = context, .type = type};
}

const FuncType& Store::type_of(const abi::Func* func) noexcept {
  if (const auto* const seen = m_impl->func_types.find(func->type)) return **seen;
  const Signature signature = types().func_type(func->type);
  auto made = std::make_unique<FuncType>();
  made->params.assign(signature.params.begin(), signature.params.end());
  made->results.assign(signature.results.begin(), signature.results.end());
  return *m_impl->func_types.add(func->type, std::move(made));
}

void Store::note_trap(Trap trap) noexcept {
  ZHAN_ASSERT(trap != Trap::none, "a trap has a kind");
  m_impl->exec.pending.trap = trap;
  m_impl->exec.pending.address = ~u64{0};
}

void Store::note_error(Error error) noexcept {
  m_impl->noted = std::move(error);
  m_impl->exec.pending.error = &*m_impl->noted;
  m_impl->exec.pending.trap = Trap::host_error;
}

Instance* caller_instance(const abi::Exec* exec) noexcept {
  return exec->inst == nullptr ? nullptr : exec->inst->instance;
}

Memory* caller_memory(const abi::Exec* exec) noexcept {
  Instance* const instance = caller_instance(exec);
  if (instance == nullptr || instance->module()->module.memories.empty()) return nullptr;
  return instance->memory(0);
}

}  // namespace zhan::runtime

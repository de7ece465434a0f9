// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "base/nearest.hpp"
#include "base/utf8.hpp"
#include "engine/engine.hpp"

namespace zhan::engine {

/// What a name stands for: an extern of one store, or a host function or shared memory for any.
struct Linker::Item {
  u64 store = 0;  // id; 0 = for any
  runtime::Extern item;
  std::shared_ptr<runtime::Memory> memory;  // shared; else
  std::shared_ptr<runtime::HostFunc> func;
};

namespace {

std::string quoted(std::string_view module, std::string_view name) {
  return fmt::format("\"{}\" \"{}\"", escaped(module), escaped(name));
}

/// Stands for an unknown import that may be linked but not called; the data is its name.
abi::Status call_missing(abi::Exec* exec, void* data, const abi::FuncBody*, abi::Slot*) {
  const auto& name = *static_cast<const std::string*>(data);
  exec->store->note_error(Error(ErrorKind::link, "unknown import called: " + name));
  return abi::Status::trapped;
}

abi::Status answer_zero(abi::Exec*, void*, const abi::FuncBody* body, abi::Slot* args) {
  std::fill_n(args, body->result_slots, abi::Slot{0});
  return abi::Status::returned;
}

std::unexpected<Error> of_another_store(const runtime::ModuleInfo& info, const Import& import) {
  return fail(ErrorKind::wrong_store,
              quoted(info.module.text(import.module), info.module.text(import.name)) +
                  " is defined for another store");
}

/// Zero is a value of every type but references that cannot be null.
bool has_defaults(std::span<const ValType> types) noexcept {
  return std::all_of(types.begin(), types.end(),
                     [](const ValType& type) { return type.is_defaultable(); });
}

}  // namespace

Linker::Linker(std::shared_ptr<Engine> engine) : m_engine(std::move(engine)) {}
Linker::~Linker() = default;

Result<void> Linker::add(std::string_view module, std::string_view name,
                         std::shared_ptr<Item> item) {
  const auto [at, is_new] =
      m_items.try_emplace({std::string(module), std::string(name)}, std::move(item));
  if (is_new) return {};
  if (!allow_shadowing) return fail(ErrorKind::link, quoted(module, name) + " is defined already");
  at->second = std::move(item);  // try_emplace has left it alone
  return {};
}

Result<void> Linker::define(std::string_view module, std::string_view name, runtime::Store& store,
                            runtime::Extern item) {
  auto entry = std::make_shared<Item>();
  entry->store = store.id();
  entry->item = item;
  return add(module, name, std::move(entry));
}

Result<void> Linker::define_func(std::string_view module, std::string_view name,
                                 const FuncType& type, abi::Entry entry,
                                 std::shared_ptr<void> env) {
  ZHAN_TRY(const TypeId id, m_engine->types()->intern(type));
  return define_func(module, name, id, entry, std::move(env));
}

Result<void> Linker::define_func(std::string_view module, std::string_view name, TypeId type,
                                 abi::Entry entry, std::shared_ptr<void> env) {
  auto item = std::make_shared<Item>();
  item->func =
      host_func(type, entry, std::move(env), fmt::format("{}.{}", escaped(module), escaped(name)));
  return add(module, name, std::move(item));
}

std::shared_ptr<runtime::HostFunc> Linker::host_func(TypeId type, abi::Entry entry,
                                                     std::shared_ptr<void> env,
                                                     std::string name) const {
  auto made = std::make_shared<runtime::HostFunc>(*m_engine->types(), m_engine->table(), type,
                                                  entry, env.get(), std::move(name));
  made->data = std::move(env);
  return made;
}

Result<void> Linker::define_memory(std::string_view module, std::string_view name,
                                   std::shared_ptr<runtime::Memory> memory) {
  if (!memory->type.shared)
    return fail(ErrorKind::config, quoted(module, name) + ": the memory is not shared");
  auto item = std::make_shared<Item>();
  item->memory = std::move(memory);
  return add(module, name, std::move(item));
}

Result<void> Linker::define_instance(std::string_view module, runtime::Instance& instance) {
  const Module& definition = instance.module()->module;
  const auto exports = instance.exports();
  ZHAN_ASSERT(exports.size() == definition.exports.size(), "every export of the module is there");
  for (usize i = 0; i < exports.size(); ++i)
    ZHAN_TRY_VOID(
        define(module, definition.text(definition.exports[i].name), instance.store(), exports[i]));
  return {};
}

const std::shared_ptr<Linker::Item>* Linker::look_up(std::string_view module,
                                                     std::string_view name) const {
  const auto found = m_items.find({std::string(module), std::string(name)});
  return found == m_items.end() ? nullptr : &found->second;
}

std::optional<runtime::Extern> Linker::find(runtime::Store& store, std::string_view module,
                                            std::string_view name) const {
  const std::shared_ptr<Item>* const found = look_up(module, name);
  return found == nullptr ? std::nullopt : in_store(store, **found);
}

std::optional<runtime::Extern> Linker::in_store(runtime::Store& store, const Item& item) {
  if (item.store == store.id()) return item.item;
  if (item.store != 0) return std::nullopt;
  if (item.memory != nullptr) {
    auto shared = store.share_memory(*item.memory);
    return shared ? std::optional<runtime::Extern>(*shared) : std::nullopt;
  }
  return runtime::Extern(store.use(item.func));
}

std::shared_ptr<Linker::Item> Linker::stand_in(const runtime::ModuleInfo& module,
                                               const Import& import) const {
  const Module& m = module.module;
  const TypeId type = m.canonical[m.functions[import.index]];
  std::string name = quoted(m.text(import.module), m.text(import.name));
  auto item = std::make_shared<Item>();
  if (unknown == Unknown::default_values &&
      has_defaults(m_engine->types()->func_type(type).results)) {
    item->func = host_func(type, answer_zero, nullptr, std::move(name));
    return item;
  }
  item->func = host_func(type, call_missing, std::make_shared<std::string>(name), name);
  return item;
}

Result<runtime::Extern> Linker::resolve_one(runtime::Store& store, const runtime::ModuleInfo& info,
                                            const Import& import) {
  const Module& m = info.module;
  const std::string_view module = m.text(import.module), name = m.text(import.name);
  if (const auto found = find(store, module, name)) return *found;
  if (look_up(module, name) != nullptr) return of_another_store(info, import);
  if (import.kind == ExternKind::func && unknown != Unknown::error)
    return runtime::Extern(store.use(stand_in(info, import)->func));
  return unknown_import(info, import);
}

std::unexpected<Error> Linker::unknown_import(const runtime::ModuleInfo& info,
                                              const Import& import) const {
  const std::string_view module = info.module.text(import.module);
  const std::string_view name = info.module.text(import.name);
  std::vector<std::string_view> known;
  for (const auto& [key, item] : m_items)
    if (key.first == module) known.push_back(key.second);
  const std::string_view guess = nearest(name, known);
  std::string hint;
  if (known.empty()) hint = fmt::format("; nothing is defined for module \"{}\"", escaped(module));
  if (!guess.empty()) hint = fmt::format("; did you mean \"{}\"?", escaped(guess));
  return fail(ErrorKind::link, fmt::format("unknown import: {}: wanted {}{}", quoted(module, name),
                                           runtime::import_text(info, import), hint));
}

Result<std::vector<runtime::Extern>> Linker::resolve(runtime::Store& store,
                                                     const runtime::ModuleInfo& module) {
  std::vector<runtime::Extern> imports;
  imports.reserve(module.module.imports.size());
  for (const Import& import : module.module.imports) {
    ZHAN_TRY(const runtime::Extern item, resolve_one(store, module, import));
    imports.push_back(item);
  }
  return imports;
}

Result<void> Linker::check_prepared(const runtime::ModuleInfo& info, const Import& import,
                                    const Item& item) const {
  if (item.store != 0 || item.memory != nullptr) return {};  // instantiation checks it
  const Module& m = info.module;
  const TypeEntry* const entries = m_engine->types()->entries();
  const TypeId type = item.func->func.type;
  if (import.kind == ExternKind::func &&
      (import.exact ? type == m.canonical[m.functions[import.index]]
                    : is_subtype(entries, type, m.canonical[m.functions[import.index]])))
    return {};
  const Signature found = m_engine->types()->func_type(type);
  return fail(ErrorKind::link,
              fmt::format("incompatible import type: {}: wanted {}, found a host function of "
                          "parameters ({}) and results ({})",
                          quoted(m.text(import.module), m.text(import.name)),
                          runtime::import_text(info, import), to_string(found.params),
                          to_string(found.results)));
}

Result<std::shared_ptr<Linker>> Linker::prepare(const runtime::ModuleInfo& info) const {
  auto made = std::make_shared<Linker>(m_engine);
  made->unknown = unknown;
  u64 store = 0;
  for (const Import& import : info.module.imports) {
    const std::string_view module = info.module.text(import.module);
    const std::string_view name = info.module.text(import.name);
    const std::shared_ptr<Item>* const found = look_up(module, name);
    if (found == nullptr) {
      if (import.kind != ExternKind::func || unknown == Unknown::error)
        return unknown_import(info, import);
      made->m_positions.push_back(stand_in(info, import));
      continue;
    }
    ZHAN_TRY_VOID(check_prepared(info, import, **found));
    const u64 owner = (*found)->store;
    if (owner != 0 && store != 0 && owner != store)
      return fail(ErrorKind::wrong_store, quoted(module, name) +
                                              " belongs to another store than "
                                              "the imports before it");
    if (owner != 0) store = owner;
    made->m_items.insert_or_assign({std::string(module), std::string(name)}, *found);
    made->m_positions.push_back(*found);
  }
  made->m_prepared = &info;
  return made;
}

bool Linker::for_any_store() const noexcept {
  return std::all_of(m_items.begin(), m_items.end(),
                     [](const auto& item) { return item.second->store == 0; });
}

/// By position, without a look at names and types of functions.
Result<runtime::Instance*> Linker::instantiate_prepared(runtime::Store& store,
                                                        Engine::ModulePtr module) {
  constexpr usize few = 32;
  std::array<runtime::Extern, few> room;
  std::vector<runtime::Extern> many(m_positions.size() > few ? m_positions.size() : 0);
  const std::span<runtime::Extern> imports(many.empty() ? room.data() : many.data(),
                                           m_positions.size());
  bool of_store = false;
  for (usize i = 0; i < imports.size(); ++i) {
    const Item& item = *m_positions[i];
    of_store |= item.store != 0;
    if (item.func) {
      imports[i] = runtime::Extern(&item.func->func);
      continue;
    }
    const auto found = in_store(store, item);
    if (!found) return of_another_store(*module, module->module.imports[i]);
    imports[i] = *found;
  }
  store.keep(shared_from_this());  // which keeps the functions
  return store.instantiate(
      std::move(module), imports,
      of_store ? runtime::Imports::unchecked : runtime::Imports::functions_checked);
}

Result<runtime::Instance*> Linker::instantiate(runtime::Store& store, Engine::ModulePtr module) {
  if (m_prepared == module.get()) return instantiate_prepared(store, std::move(module));
  ZHAN_TRY(const std::vector<runtime::Extern> imports, resolve(store, *module));
  return store.instantiate(std::move(module), imports);
}

}  // namespace zhan::engine

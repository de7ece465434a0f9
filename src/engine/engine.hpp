// SPDX-License-Identifier: Apache-2.0
// Configuration and the objects of one embedding: engine, module, linker. Behind the public API.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "runtime/host_objects.hpp"
#include "runtime/pool.hpp"
#include "runtime/store.hpp"

namespace zhan::engine {

/// Options by name (options.def): the same keys in API, CLI and environment.
class Config {
 public:
  Config();
  /// Unknown key or bad value: a `config` error that names the nearest key or the allowed values.
  Result<void> set(std::string_view key, std::string_view value);
  /// As it was set, or its initial value; "" for an unknown key.
  [[nodiscard]] std::string_view get(std::string_view key) const;

  /// All keys with what they mean, for help texts.
  struct Option {
    std::string_view key, values, initial, help;
  };
  [[nodiscard]] static std::span<const Option> options() noexcept;

  Features features;
  runtime::Mode mode;
  runtime::StoreLimits limits;
  heap::HeapConfig heap;
  runtime::PoolConfig pool;
  bool lazy_validation = false;
  bool check_float_always = false;
  enum class Signals : u8 { own, embedder, off } signals = Signals::own;
  enum class EngineKind : u8 { interp } engine = EngineKind::interp;

 private:
  std::map<std::string, std::string, std::less<>> m_values;
};

/// Text starts with a parenthesis, a comment or space; other bytes are meant to be binary.
[[nodiscard]] bool looks_like_text(std::span<const u8> bytes) noexcept;

/// Thread-safe, counted by shared_ptr. Stores and modules keep it.
class Engine : public std::enable_shared_from_this<Engine> {
 public:
  /// Installs the signal handlers unless the configuration says otherwise. Errors: config.
  static Result<std::shared_ptr<Engine>> create(Config config = {});
  [[nodiscard]] const Config& config() const noexcept { return m_config; }
  [[nodiscard]] const std::shared_ptr<TypeInterner>& types() const noexcept { return m_types; }
  [[nodiscard]] const abi::EngineTable& table() const noexcept { return *m_table; }
  [[nodiscard]] runtime::Pool& pool() const noexcept { return *m_pool; }

  using ModulePtr = std::shared_ptr<const runtime::ModuleInfo>;
  /// Decodes and validates (wasm bytes, or text if they do not start with the magic number and
  /// `allow_text`). `owner` keeps the bytes alive; empty = the bytes are copied. `name` is for
  /// backtraces.
  Result<ModulePtr> compile(std::span<const u8> bytes, std::shared_ptr<const void> owner = {},
                            std::string name = {}, bool allow_text = true);
  /// Reads (maps) a file and compiles it; "-" is standard input.
  Result<ModulePtr> compile_file(const std::string& path);
  Result<std::unique_ptr<runtime::Store>> new_store();
  /// A memory for several stores, with the engine's limit of memory for itself. Errors: as
  /// runtime::new_shared_memory.
  Result<std::shared_ptr<runtime::Memory>> new_shared_memory(const MemoryType& type) const;

  /// Bytes with their owner.
  struct Source {
    std::span<const u8> bytes;
    std::shared_ptr<const void> owner;
  };
  /// When the bodies of functions are validated.
  enum class Bodies : u8 {
    now,
    later,   // when first called
    trusted  // they have been, in another run
  };
  /// The last step of compile(): a module in binary format.
  Result<ModulePtr> load(const Source& source, std::string name, Bodies bodies);

 private:
  class Key {
    friend class Engine;
    Key() = default;
  };

 public:
  Engine(Key, Config config);  // see create()

 private:
  Config m_config;
  std::shared_ptr<TypeInterner> m_types;
  std::shared_ptr<runtime::Pool> m_pool;
  const abi::EngineTable* m_table = nullptr;
};

/// Names to definitions; store-free host functions and externs of stores. Not thread-safe while
/// changed.
class Linker : public std::enable_shared_from_this<Linker> {
 public:
  explicit Linker(std::shared_ptr<Engine> engine);
  ~Linker();
  Linker(const Linker&) = delete;
  Linker& operator=(const Linker&) = delete;

  bool allow_shadowing = false;
  /// An extern of one store; `link` error if the name is taken.
  Result<void> define(std::string_view module, std::string_view name, runtime::Store& store,
                      runtime::Extern item);
  /// A host function for any store; `env` is kept while the linker or a store uses it.
  Result<void> define_func(std::string_view module, std::string_view name, const FuncType& type,
                           abi::Entry entry, std::shared_ptr<void> env);
  /// The same with the canonical id of the type.
  Result<void> define_func(std::string_view module, std::string_view name, TypeId type,
                           abi::Entry entry, std::shared_ptr<void> env);
  /// A shared memory, for any store. Error `config` if it is not shared.
  Result<void> define_memory(std::string_view module, std::string_view name,
                             std::shared_ptr<runtime::Memory> memory);
  /// All exports of an instance.
  Result<void> define_instance(std::string_view module, runtime::Instance& instance);
  enum class Unknown : u8 { error, trap, default_values };
  /// What an unknown function import becomes.
  Unknown unknown = Unknown::error;
  /// Resolves every import by name in the store; the first that fails is a `link` error with
  /// module, name, what was wanted and what was found.
  Result<std::vector<runtime::Extern>> resolve(runtime::Store& store,
                                               const runtime::ModuleInfo& module);
  Result<runtime::Instance*> instantiate(runtime::Store& store, Engine::ModulePtr module);

  /// A linker of what this one has for the imports of a module, and nothing else: to instantiate it
  /// later, in any store that the definitions allow, from any thread (the result is not to be
  /// changed). Types of host functions are checked now. Errors: link, as resolve() says it;
  /// wrong_store if definitions of two stores are needed.
  [[nodiscard]] Result<std::shared_ptr<Linker>> prepare(const runtime::ModuleInfo& module) const;

  /// Whether nothing in it belongs to one store.
  [[nodiscard]] bool for_any_store() const noexcept;

  /// What a name is in a store; nothing if it is unknown or of another store.
  [[nodiscard]] std::optional<runtime::Extern> find(runtime::Store& store, std::string_view module,
                                                    std::string_view name) const;

 private:
  struct Item;
  using Name = std::pair<std::string, std::string>;
  Result<void> add(std::string_view module, std::string_view name, std::shared_ptr<Item> item);
  [[nodiscard]] const std::shared_ptr<Item>* look_up(std::string_view module,
                                                     std::string_view name) const;
  Result<runtime::Extern> resolve_one(runtime::Store& store, const runtime::ModuleInfo& module,
                                      const Import& import);
  [[nodiscard]] Result<void> check_prepared(const runtime::ModuleInfo& module, const Import& import,
                                            const Item& item) const;
  [[nodiscard]] std::unexpected<Error> unknown_import(const runtime::ModuleInfo& module,
                                                      const Import& import) const;
  [[nodiscard]] std::shared_ptr<Item> stand_in(const runtime::ModuleInfo& module,
                                               const Import& import) const;
  [[nodiscard]] std::shared_ptr<runtime::HostFunc> host_func(TypeId type, abi::Entry entry,
                                                             std::shared_ptr<void> env,
                                                             std::string name) const;
  /// Nothing if it belongs to another store.
  [[nodiscard]] static std::optional<runtime::Extern> in_store(runtime::Store& store,
                                                               const Item& item);
  Result<runtime::Instance*> instantiate_prepared(runtime::Store& store, Engine::ModulePtr module);

  std::shared_ptr<Engine> m_engine;
  // Of a linker made by prepare(): the module, and its imports in order.
  const runtime::ModuleInfo* m_prepared = nullptr;
  std::vector<std::shared_ptr<Item>> m_positions;
  std::map<Name, std::shared_ptr<Item>> m_items;
};

}  // namespace zhan::engine

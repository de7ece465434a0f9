// SPDX-License-Identifier: Apache-2.0
// A store (specification §4.2): owns instances, memories, tables, globals, host functions, one
// stack.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "heap/config.hpp"
#include "runtime/code.hpp"
#include "runtime/externs.hpp"
#include "runtime/host_func.hpp"

namespace zhan::runtime {

/// 0 = as much as the engine allows.
struct StoreLimits {
  u64 memory_bytes = ~u64{0};  // of all memories together
  u64 table_elements = 10'000'000;
  u64 instances = 100'000;
  u64 stack_bytes = 8u << 20;  // value stack
  u64 native_stack_bytes = 512u << 10;
  u64 heap_bytes = ~u64{0};               // of objects
  u64 continuation_bytes = u64{2} << 30;  // of the stacks of continuations
};

class Pool;

/// A counted flag block that outlives its store; see Store::interrupt_handle.
class Requests;

struct StoreConfig {
  std::shared_ptr<TypeInterner> types;
  const abi::EngineTable* engine = nullptr;
  Mode mode;  // explicit_checks: no guarded memories at all
  StoreLimits limits;
  std::shared_ptr<Pool> pool;  // null: that of the process
  heap::HeapConfig heap;       // its limit is that of `limits`
  bool check_float_always =
      false;                  // the floating-point environment at every entry, not once a thread
  bool check_signals = true;  // refuse threads that block the fault signals
};

class Instance;

/// What is known about the imports of a module to be instantiated: that function imports are of the
/// right types, or nothing.
enum class Imports : u8 { unchecked, functions_checked };

/// Used by one thread at a time: another one that enters meanwhile gets a `busy` error.
class Store {
  class Key {
    friend class Store;
    Key() = default;
  };

 public:
  explicit Store(Key) noexcept;  // see create()
  static Result<std::unique_ptr<Store>> create(const StoreConfig& config);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();  // runs the finalisers of host data in order of creation

  [[nodiscard]] u64 id() const noexcept;  // never reused
  [[nodiscard]] abi::Exec& exec() noexcept;
  [[nodiscard]] TypeInterner& types() noexcept;
  [[nodiscard]] const StoreConfig& config() const noexcept;
  [[nodiscard]] const StoreLimits& limits() const noexcept;
  /// From now on; what exists stays. The size of the stacks is that of the making of the store.
  void set_limits(const StoreLimits& limits) noexcept;
  void* user_data = nullptr;
  /// For what does not run wasm. Errors: busy (another thread is inside), poisoned.
  [[nodiscard]] Result<void> check_usable() const;
  /// Whether a call from the host is in progress.
  [[nodiscard]] bool running() const noexcept;
  /// By the number that frames of backtraces give; null if there is none.
  [[nodiscard]] Instance* instance(u64 number) const noexcept;
  /// Holds an object until the store ends.
  void keep(std::shared_ptr<const void> object);

  // Making things. Errors: limit, no_memory, link, trap (of a start function).
  /// Instantiates with positional imports, one for each of the module's; runs the start function.
  /// Link errors use the reference's words ("unknown import", "incompatible import type") with
  /// names.
  Result<Instance*> instantiate(std::shared_ptr<const ModuleInfo> module,
                                std::span<const Extern> imports,
                                Imports checked = Imports::unchecked);
  Result<Memory*> new_memory(const MemoryType& type);
  Result<Table*> new_table(const TableType& type, u64 init);
  Result<Global*> new_global(const GlobalType& type, Value init);
  Result<Tag*> new_tag(TypeId type);
  /// `finaliser(data)` runs when the store ends.
  Result<abi::Func*> new_host_func(TypeId type, abi::Entry entry, void* data,
                                   void (*finaliser)(void*) = nullptr, std::string name = {});
  /// A host function of several stores as one of this store; kept until it ends.
  [[nodiscard]] abi::Func* use(const std::shared_ptr<HostFunc>& func);
  /// Makes a shared memory of another store usable in this one; any other memory is an error.
  Result<Memory*> share_memory(Memory& memory);

  // References. Raw ones stay good until the next call or collection, unless they are rooted.
  /// An externref that holds a host pointer (a box, HEAP.md §8): its Ref. Does not collect.
  Result<u64> new_externref(void* data, void (*finaliser)(void*) = nullptr);
  /// The pointer of such a reference, or null for other references.
  [[nodiscard]] void* externref_data(u64 ref) const noexcept;
  /// Keeps an object alive and in its place until the store ends.
  void keep_reference(u64 ref);
  /// Names the references that the host holds: called in every collection with what takes them.
  using HandleSource = std::function<void(const std::function<void(u64)>& take)>;
  void set_handles(HandleSource source);
  /// The heap type of a value of the any hierarchy: i31, or that of the object; `any` for host
  /// values. `ref` is not null.
  [[nodiscard]] HeapType heap_type_of(u64 ref) const noexcept;
  /// Collects now. Error: busy, poisoned.
  Result<void> collect(bool major);
  /// The same if enough has been made since the last collection. For hosts that make references
  /// without running anything.
  Result<void> collect_when_due();
  /// All zero while there is no heap.
  [[nodiscard]] heap::HeapStatistics heap_statistics() const noexcept;
  /// How many stacks of continuations there are, and what they take in bytes.
  struct Continuations {
    u64 stacks = 0;
    u64 bytes = 0;
  };
  [[nodiscard]] Continuations continuations() const noexcept;

  // Calling. Errors: trap with backtrace, interrupt (interrupted, deadline, fuel; with the same
  // code and backtrace), exit, exception, type (wrong arguments), busy, poisoned, config (a thread
  // whose floating-point environment or signal mask is unfit), and what host functions noted.
  Result<void> call(const abi::Func* func, std::span<const Value> args,
                    std::vector<Value>& results);
  /// Slots in, slots out; the types are the caller's business. `slots` holds max(params, results).
  Result<void> call_raw(const abi::Func* func, std::span<abi::Slot> slots);

  // Limits of time.
  void set_fuel(u64 fuel) noexcept;  // only in a metered store
  [[nodiscard]] u64 fuel_left() const noexcept;
  /// From now; 0 = none. Kept by the engine's timer thread.
  void set_deadline(u64 nanoseconds);
  /// Raises interrupts from any thread, also after the store is gone.
  [[nodiscard]] std::shared_ptr<Requests> interrupt_handle() const noexcept;

  // For host functions. A host function returns Status::trapped after one of these.
  void note_trap(Trap trap) noexcept;
  /// Any error: it comes out of the call as it is (exit codes, host errors with payload).
  void note_error(Error error) noexcept;

  /// A host function throws: it returns Status::threw after this. Nobody catches it: `error` comes
  /// out of the call, else one that names tag and values.
  void note_exception(u64 exception, std::optional<Error> error = std::nullopt) noexcept;
  /// A handler has what it wanted of the exception that was noted. For engines.
  void forget_exception() noexcept;

  // Exceptions.
  /// A new object (references in the payload stay rooted by the caller until this returns), or 0:
  /// out of memory.
  [[nodiscard]] u64 new_exception(const Tag& tag, std::span<const abi::Slot> payload) noexcept;
  [[nodiscard]] ExceptionView exception(u64 reference) const noexcept;
  /// Tag and values for messages: "tag $e (i32 1, i64 2)".
  [[nodiscard]] std::string exception_text(u64 exception);

  /// Notes the trap of a pending request: false if there is none. For host functions that block.
  [[nodiscard]] bool note_requests() noexcept;

  /// The type of a function, references by canonical ids; lives as long as the store.
  [[nodiscard]] const FuncType& type_of(const abi::Func* func) noexcept;

  /// Text like "(func (param i32) (result i64))" of what an extern is, for messages.
  [[nodiscard]] std::string type_text(const Extern& item) noexcept;

  struct Impl;
  [[nodiscard]] Impl& impl() noexcept { return *m_impl; }

 private:
  std::unique_ptr<Impl> m_impl;
};

/// An instance; lives as long as its store. Not movable.
class Instance {
 public:
  virtual ~Instance() = default;
  [[nodiscard]] virtual Store& store() const noexcept = 0;
  [[nodiscard]] virtual const std::shared_ptr<const ModuleInfo>& module() const noexcept = 0;
  [[nodiscard]] virtual abi::Inst* inst() const noexcept = 0;
  /// By name; nothing if there is no such export.
  [[nodiscard]] virtual const Extern* find_export(std::string_view name) const noexcept = 0;
  /// In module order.
  [[nodiscard]] virtual std::span<const Extern> exports() const noexcept = 0;
  /// The one Func of a function of this instance (made when first asked for).
  virtual abi::Func* func(u32 index) noexcept = 0;
  [[nodiscard]] virtual Memory* memory(u32 index) const noexcept = 0;
  [[nodiscard]] virtual Table* table(u32 index) const noexcept = 0;
  [[nodiscard]] virtual Global* global(u32 index) noexcept = 0;
};

/// The interrupt flag of a store.
class Requests {
 public:
  Requests() = default;
  ~Requests();
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;

  std::atomic<u32> bits{0};
  /// Makes running and blocked wasm of the store end with Trap::interrupted. Any thread, any time.
  void raise(u32 bit = abi::request::interrupt) noexcept;
  /// Ends what runs in the store now and later with a copy of the reason (none: as an interrupt
  /// does). The first reason stays; its payload goes with the first copy.
  void stop(std::optional<Error> reason) noexcept;
  [[nodiscard]] std::optional<Error> stop_reason() noexcept;
  /// Sleeps until a bit is set (true) or `nanoseconds` have passed. For blocking host functions,
  /// which then ask Store::note_requests.
  bool sleep(u64 nanoseconds);
  /// Sleeps until `woken` is true, a bit is set or the monotonic clock shows `end` (~0 = never).
  /// Whoever sets `woken` calls wake() afterwards.
  void sleep_until(u64 end, const std::atomic<bool>& woken);
  void wake() noexcept;
  /// A file descriptor that is readable once a bit has been set: for poll(); -1 if there is none.
  int descriptor() noexcept;

 private:
  std::mutex m_mutex;
  std::condition_variable m_raised;
  std::atomic<int> m_descriptor{-1};
  std::optional<Error> m_reason;
};

/// A shared memory that no store owns: Store::share_memory lets a store use it. It never moves; a
/// maximum that the address space cannot hold is cut to what it can. `explicit_checks`: without a
/// guard. `most_bytes` is its own limit (0 = none). Errors: limit, no_memory, config (not shared,
/// or without a maximum). Thread-safe.
[[nodiscard]] Result<std::shared_ptr<Memory>> new_shared_memory(const MemoryType& type,
                                                                bool explicit_checks,
                                                                u64 most_bytes,
                                                                std::shared_ptr<Pool> pool = {});

/// Text of the type that an import asks for, as Store::type_text gives it of an extern.
[[nodiscard]] std::string import_text(const ModuleInfo& info, const Import& import);

/// The instance that called the running host function; its memory 0 for host functions (null if
/// none).
[[nodiscard]] Instance* caller_instance(const abi::Exec* exec) noexcept;
[[nodiscard]] Memory* caller_memory(const abi::Exec* exec) noexcept;

}  // namespace zhan::runtime

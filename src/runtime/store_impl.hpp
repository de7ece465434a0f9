// SPDX-License-Identifier: Apache-2.0
// What a Store consists of. Private to runtime/.
#pragma once

#include <list>
#include <memory>
#include <optional>

#include "base/small_map.hpp"
#include "base/stable_list.hpp"
#include "heap/heap.hpp"
#include "os/timer.hpp"
#include "runtime/fibers.hpp"
#include "runtime/memory.hpp"
#include "runtime/store.hpp"
#include "runtime/table.hpp"

namespace zhan::runtime {

class InstanceImpl;

/// Slots of a host routine that hold references while it allocates; a stack of them.
struct Scratch {
  const Scratch* previous;
  const std::vector<abi::Slot>* slots;
};

/// A global made by the host, with its value.
struct HostGlobal {
  Global global;
  abi::Slot value[2] = {};
};

struct Store::Impl {
  Impl(Store& s, const StoreConfig& c);
  ~Impl();

  /// The error that ends a call whose status was `trapped` or `threw`: what a host function noted,
  /// or the trap, or the exception that nobody has caught.
  [[nodiscard]] Error take_error(abi::Status status);
  [[nodiscard]] bool running() const noexcept { return depth != 0; }

  Store& store;
  const u64 id;
  StoreConfig config;
  abi::Exec exec;
  const std::shared_ptr<Requests> requests = std::make_shared<Requests>();
  const std::shared_ptr<Pool> pool;
  struct Quotas {
    Quotas(u64 memory_bytes, u64 table_elements) noexcept
        : memory(memory_bytes), table(table_elements) {}
    Quota memory, table;
  };
  const std::shared_ptr<Quotas> quotas;
  [[nodiscard]] std::shared_ptr<Quota> memory_quota() const { return {quotas, &quotas->memory}; }
  [[nodiscard]] std::shared_ptr<Quota> table_quota() const { return {quotas, &quotas->table}; }
  os::Mapping stack;
  os::TimerId timer = 0;

  // Who is inside.
  std::atomic<u64> owner{0};  // number of the thread, 0 = none
  u32 depth = 0;              // calls from the host on the stack
  bool poisoned = false;

  std::optional<Error> noted;

  Result<LinearMemory*> new_memory(const MemoryType& type, const MemoryImage* image);

  // What it owns; nothing goes before the store does. Memories and tables end before the instances,
  // which keep the modules with their images.
  std::vector<std::shared_ptr<const void>> kept;
  usize kept_checked = 0;  // no two of the first so many are the same
  StableList<Global> globals;
  StableList<HostGlobal, 2> host_globals;
  StableList<Tag> tags;
  std::list<HostFunc> host_funcs;
  StableList<abi::Func> funcs;  // of instances
  std::vector<std::unique_ptr<InstanceImpl>> instances;
  std::vector<std::shared_ptr<LinearMemory>> memories;
  std::vector<std::unique_ptr<TableState>> tables;
  SmallMap<TypeId, std::unique_ptr<FuncType>> func_types;
  std::vector<heap::Finaliser> finalisers;  // of host functions

  // The heap of objects.
  /// Made when first needed: null if there is no address space.
  [[nodiscard]] heap::Heap* heap();
  void run_dead_finalisers();
  std::unique_ptr<heap::RootSource> roots;
  std::unique_ptr<heap::Heap> objects;
  const Scratch* scratch = nullptr;
  std::vector<u64> kept_references;
  Store::HandleSource handles;
  bool finalising = false;
  Fibers fibers;
};

/// What the store's instances, tables and host hold (CONTRACTS C8).
[[nodiscard]] std::unique_ptr<heap::RootSource> make_roots(Store::Impl& impl);

[[nodiscard]] u32 slots_of(std::span<const ValType> types) noexcept;

/// Claims the store for the calling thread, from one call of the host to its end; calls may be
/// nested.
class Entry {
 public:
  explicit Entry(Store::Impl& impl) noexcept;
  ~Entry();
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  /// Why the thread must not go in, if so.
  [[nodiscard]] Result<void> check() const;

 private:
  Store::Impl& m_impl;
  bool m_entered = false;
};

}  // namespace zhan::runtime

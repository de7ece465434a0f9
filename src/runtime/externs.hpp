// SPDX-License-Identifier: Apache-2.0
// What instances import and export: memories, tables, globals, tags, functions of one store.
#pragma once

#include <functional>
#include <span>

#include "abi/abi.hpp"
#include "base/result.hpp"
#include "wasm/types.hpp"

namespace zhan::runtime {

class Store;
class Instance;
struct ModuleInfo;

/// A linear memory. `state` is what code sees. Not movable: instances point into it.
class Memory {
 public:
  virtual ~Memory() = default;
  abi::Memory state;
  MemoryType type;  // limits.min as declared; the present size is state.size

  [[nodiscard]] u64 pages() const noexcept {
    return state.size.load(std::memory_order_acquire) >> type.page_log2;
  }
  [[nodiscard]] std::span<u8> bytes() const noexcept {
    return {state.base, static_cast<usize>(state.size.load(std::memory_order_acquire))};
  }
  /// Grows by `delta` pages: the old number of pages, or ~0 (then nothing has changed). In guard
  /// mode the base stays; else it may move, and every instance's memory0 copy has been written
  /// anew.
  virtual u64 grow(u64 delta) noexcept = 0;
  [[nodiscard]] virtual bool guarded() const noexcept = 0;
  /// Before the kernel writes to a range in bounds: a system call fails where a program's own write
  /// would be served by the fault handler.
  virtual void open_range(u64 offset, u64 size) noexcept = 0;
  /// Before the address is given to somebody who may let the kernel write.
  virtual void expose() noexcept = 0;
};

/// A table. Elements are 8 bytes: Func* (null = 0) or a reference (CONTRACTS C7).
class Table {
 public:
  virtual ~Table() = default;
  abi::Table state;
  TableType type;  // element type by canonical id

  /// ~0 if it cannot grow.
  virtual u64 grow(u64 delta, u64 value) noexcept = 0;
  /// Fills a lazy element; index in range.
  virtual u64 get(u64 index) noexcept = 0;
  virtual void set(u64 index, u64 value) noexcept = 0;
};

/// A global; a v128 takes both slots.
struct Global {
  GlobalType type;  // by canonical id
  abi::Slot* value = nullptr;
};

/// A tag of exceptions; its address is its identity.
struct Tag {
  TypeId type = no_type;                // a function type without results
  const ModuleInfo* definer = nullptr;  // for messages; null: the host made it
  u32 index = 0;                        // in the definer
};

/// An exception object, while nothing is collected. No tag: the reference was none of one.
struct ExceptionView {
  Tag* tag = nullptr;
  std::span<const abi::Slot> payload;
};

/// One import or export: which member counts follows from `kind`.
struct Extern {
  ExternKind kind = ExternKind::func;
  union {
    abi::Func* func;
    Memory* memory;
    Table* table;
    Global* global;
    Tag* tag;
  };
  Extern() noexcept : func(nullptr) {}
  Extern(abi::Func* f) noexcept : kind(ExternKind::func), func(f) {}
  Extern(Memory* m) noexcept : kind(ExternKind::memory), memory(m) {}
  Extern(Table* t) noexcept : kind(ExternKind::table), table(t) {}
  Extern(Global* g) noexcept : kind(ExternKind::global), global(g) {}
  Extern(Tag* t) noexcept : kind(ExternKind::tag), tag(t) {}
  bool operator==(const Extern& o) const noexcept { return kind == o.kind && func == o.func; }
};

/// A value with its type, for the edges (API, scripts). References are raw: only inside one store.
struct Value {
  ValType type;
  abi::Slot lo = 0;
  abi::Slot hi = 0;  // v128 only
};

}  // namespace zhan::runtime

// SPDX-License-Identifier: Apache-2.0
// Code of a module in one mode (CONTRACTS C4, C5): the FuncBodies all its instances share.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "abi/abi.hpp"
#include "base/result.hpp"
#include "module/module.hpp"
#include "module/names.hpp"
#include "module/type_interner.hpp"
#include "wasm/features.hpp"

namespace zhan::runtime {

/// Part of the key of cells and code.
struct Mode {
  bool explicit_checks = false;  // memory 0 has no guard: every access is compared with its size
  bool metered = false;          // fuel
  bool deterministic = false;    // NaNs that arithmetic makes are canonical
  bool operator==(const Mode&) const noexcept = default;
};

class CodeModule;
struct InstancePlan;

/// Offsets of everything in an Inst of the module; `size` is 0 if it would not fit in 2 GiB.
[[nodiscard]] abi::InstLayout lay_out(const Module& module) noexcept;

/// A decoded and validated module with what all its code shares. Immutable once filled, then
/// thread-safe. Always owned by a shared_ptr.
struct ModuleInfo {
  ModuleInfo();
  ~ModuleInfo();
  ModuleInfo(const ModuleInfo&) = delete;
  ModuleInfo& operator=(const ModuleInfo&) = delete;

  Module module;
  std::shared_ptr<TypeInterner> types;
  Features features;
  abi::InstLayout layout;
  /// Of lazy validation: what preparation asks before it reads a body (counted from the first
  /// defined function); null if all bodies are valid. Thread-safe. The error belongs in the trap.
  using BodyCheck = Result<void> (*)(const ModuleInfo& info, u32 defined);
  BodyCheck check_body = nullptr;
  std::string name;  // of the file: for backtraces, unless the name section has one

  /// The name section, read when first asked for.
  [[nodiscard]] const Names& names() const;
  /// The code of a mode, made when first asked for and kept as long as the module.
  [[nodiscard]] const CodeModule& code(Mode mode, const abi::EngineTable& engine) const;
  /// What all its instances start with, made when first asked for.
  [[nodiscard]] const InstancePlan& plan() const;

 private:
  mutable std::mutex m_mutex;  // guards what follows
  mutable std::unique_ptr<Names> m_names;
  mutable std::vector<std::unique_ptr<CodeModule>> m_code;
  mutable std::unique_ptr<InstancePlan> m_plan;
  // The last of each that was asked for, so that most need no lock.
  mutable std::atomic<const CodeModule*> m_last_code{nullptr};
  mutable std::atomic<const InstancePlan*> m_made_plan{nullptr};
};

/// Fills everything of a module that has been validated with `types`. Error: limit, if its
/// instances would be too large.
[[nodiscard]] Result<std::shared_ptr<const ModuleInfo>> make_module_info(
    Module module, std::shared_ptr<TypeInterner> types, const Features& features,
    std::string name = {}, ModuleInfo::BodyCheck check_body = nullptr);

/// Does not own its module: the ModuleInfo that made it does so, or its maker keeps both.
class CodeModule {
 public:
  CodeModule(const ModuleInfo& info, Mode mode, const abi::EngineTable& engine);
  ~CodeModule();
  CodeModule(const CodeModule&) = delete;
  CodeModule& operator=(const CodeModule&) = delete;

  [[nodiscard]] const ModuleInfo& info() const noexcept { return m_info; }
  [[nodiscard]] const Module& module() const noexcept { return m_info.module; }
  [[nodiscard]] Mode mode() const noexcept { return m_mode; }
  [[nodiscard]] const abi::EngineTable& engine() const noexcept { return m_engine; }
  /// Of the defined functions, in order.
  [[nodiscard]] abi::FuncBody* bodies() const noexcept { return m_bodies.get(); }
  [[nodiscard]] u32 body_count() const noexcept { return m_count; }
  /// Bytes of prepared code that the module may have at most.
  [[nodiscard]] u64 code_limit() const noexcept;
  /// Counts bytes of prepared code: false if that would exceed what the module may have (C13).
  [[nodiscard]] bool account_code(u64 bytes) const noexcept;

  // Blocks of prepared code, by address: engines add them before they publish them; throws and
  // backtraces find them by addresses inside. Thread-safe.
  void add_block(const void* block) const;
  void remove_block(const void* block) const noexcept;
  /// The last one that starts at or before the address, or null. Logarithmic: a backtrace asks for
  /// each of its frames, whatever the number of functions.
  [[nodiscard]] const void* block_at(const void* address) const noexcept;

 private:
  const ModuleInfo& m_info;
  Mode m_mode;
  const abi::EngineTable& m_engine;
  std::unique_ptr<abi::FuncBody[]> m_bodies;
  u32 m_count = 0;
  mutable std::atomic<u64> m_code_bytes{0};
  mutable std::mutex m_blocks_mutex;
  mutable std::set<const void*, std::less<>> m_blocks;  // guarded by the mutex
};

}  // namespace zhan::runtime

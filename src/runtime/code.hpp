// SPDX-License-Identifier: Apache-2.0
// Code of a module in one mode (CONTRACTS C4, C5): the FuncBodies all its instances share.
#pragma once

#include <memory>
#include <vector>

#include "abi/abi.hpp"
#include "module/module.hpp"
#include "module/names.hpp"
#include "module/type_interner.hpp"
#include "wasm/features.hpp"

namespace zhan::runtime {

/// Part of the key of cells and code.
struct Mode {
  bool explicit_checks = false;  // memory 0 has no guard: every access is compared with its size
  bool metered = false;          // fuel
  bool operator==(const Mode&) const noexcept = default;
};

/// A decoded and validated module with what all its code shares. Immutable, thread-safe.
struct ModuleInfo {
  Module module;
  std::shared_ptr<TypeInterner> types;
  Features features;
  abi::InstLayout layout;
  bool lazy_validation = false;
  std::string name;  // for backtraces: the name section's, else the file's
};

class CodeModule {
 public:
  CodeModule(std::shared_ptr<const ModuleInfo> info, Mode mode, const abi::EngineTable& engine);
  ~CodeModule();
  CodeModule(const CodeModule&) = delete;
  CodeModule& operator=(const CodeModule&) = delete;

  [[nodiscard]] const ModuleInfo& info() const noexcept { return *m_info; }
  [[nodiscard]] const Module& module() const noexcept { return m_info->module; }
  [[nodiscard]] Mode mode() const noexcept { return m_mode; }
  [[nodiscard]] const abi::EngineTable& engine() const noexcept { return m_engine; }
  [[nodiscard]] abi::FuncBody* bodies() const noexcept { return m_bodies.get(); }
  [[nodiscard]] u32 body_count() const noexcept { return m_count; }
  /// Bytes of prepared code may be asked for up to `limit`: false if that would exceed it (C13).
  [[nodiscard]] bool account_code(u64 bytes) const noexcept;

 private:
  std::shared_ptr<const ModuleInfo> m_info;
  Mode m_mode;
  const abi::EngineTable& m_engine;
  std::unique_ptr<abi::FuncBody[]> m_bodies;
  u32 m_count = 0;
  mutable std::atomic<u64> m_code_bytes{0};
};

}  // namespace zhan::runtime

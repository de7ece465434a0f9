// SPDX-License-Identifier: Apache-2.0
// The objects of the API but stores: thin boxes around those of the library.
#pragma once

#include <mutex>

#include "capi/counted.hpp"
#include "capi/error.hpp"
#include "capi/types.hpp"
#include "engine/engine.hpp"
#include "wasi/context.hpp"
#include "zhan/zhan.h"

struct zhan_config {
  zhan::engine::Config config;
};

struct zhan_engine final : zhan::capi::Counted<zhan_engine> {
  explicit zhan_engine(std::shared_ptr<zhan::engine::Engine> e) noexcept : engine(std::move(e)) {}
  const std::shared_ptr<zhan::engine::Engine> engine;
};

struct zhan_module final : zhan::capi::Counted<zhan_module> {
  using Info = zhan::engine::Engine::ModulePtr;
  explicit zhan_module(Info i) noexcept : info(std::move(i)) {}

  [[nodiscard]] const std::vector<zhan_import_t>& imports() const;
  [[nodiscard]] const std::vector<zhan_export_t>& exports() const;

  const Info info;

 private:
  [[nodiscard]] zhan_externtype_t type_of(zhan::ExternKind kind, zhan::u32 index) const;
  [[nodiscard]] zhan_functype_t* func_type(zhan::u32 type) const;
  void list() const;

  // What imports() and exports() lend, made when first asked for.
  mutable std::once_flag m_listed;
  mutable std::vector<zhan_import_t> m_imports;
  mutable std::vector<zhan_export_t> m_exports;
  mutable std::unordered_map<zhan::TypeId, zhan::capi::Kept<zhan_functype_t>> m_types;
};

struct zhan_interrupt {
  std::shared_ptr<zhan::runtime::Requests> requests;
};

struct zhan_linker {
  explicit zhan_linker(std::shared_ptr<zhan::engine::Engine> e) : engine(e), linker(std::move(e)) {}
  std::shared_ptr<zhan::engine::Engine> engine;
  zhan::engine::Linker linker;
};

/// What a module's imports are, looked up (Linker::prepare).
struct zhan_pre final : zhan::capi::Counted<zhan_pre> {
  std::shared_ptr<zhan::engine::Engine> engine;
  zhan_module::Info module;
  std::shared_ptr<zhan::engine::Linker> linker;
};

struct zhan_shared_memory final : zhan::capi::Counted<zhan_shared_memory> {
  zhan_shared_memory(std::shared_ptr<zhan::engine::Engine> e,
                     std::shared_ptr<zhan::runtime::Memory> m) noexcept
      : engine(std::move(e)), memory(std::move(m)) {}
  const std::shared_ptr<zhan::engine::Engine> engine;
  const std::shared_ptr<zhan::runtime::Memory> memory;
};

struct zhan_wasi {
  std::unique_ptr<zhan::wasi::Context> context = std::make_unique<zhan::wasi::Context>();
};

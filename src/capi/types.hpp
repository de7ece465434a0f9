// SPDX-License-Identifier: Apache-2.0
// Types of values, functions and externs between the API and the library.
#pragma once

#include <optional>

#include "capi/counted.hpp"
#include "engine/engine.hpp"
#include "zhan/zhan.h"

/// Its references name canonical ids of `types`; without `types` they are abstract, so it may be
/// used with every engine.
struct zhan_functype final : zhan::capi::Counted<zhan_functype> {
  zhan_functype(zhan::FuncType t, std::shared_ptr<zhan::TypeInterner> owner, zhan::TypeId id);

  const zhan::FuncType type;
  const std::shared_ptr<zhan::TypeInterner> types;
  const zhan::TypeId id;
  std::vector<zhan_valtype_t> params, results;
};

namespace zhan::capi {

/// The kind of a value in zhan_val_t; ZHAN_NONE for references that the API has no room for
/// (continuations). `types` may be null for abstract references.
[[nodiscard]] zhan_valkind_t kind_of(ValType type, const TypeInterner* types) noexcept;
[[nodiscard]] zhan_valtype_t to_api(ValType type, const TypeInterner* types) noexcept;
/// Error: type for what is none; defined types are only known with `types`.
[[nodiscard]] Result<ValType> from_api(zhan_valtype_t type, const TypeInterner* types);

/// One count of a function type of an engine.
[[nodiscard]] Kept<zhan_functype_t> functype_of(const std::shared_ptr<TypeInterner>& types,
                                                TypeId id);
/// The canonical id in an engine. Error: type, if it is of another one.
[[nodiscard]] Result<TypeId> id_in(const zhan_functype_t& type,
                                   const std::shared_ptr<TypeInterner>& types);
[[nodiscard]] bool has_references(const FuncType& type) noexcept;

[[nodiscard]] zhan_extern_kind_t to_api(ExternKind kind) noexcept;
[[nodiscard]] zhan_limits_t to_api(const MemoryType& type, u64 min) noexcept;
[[nodiscard]] zhan_limits_t to_api(const TableType& type, u64 min) noexcept;
/// Errors: type for bounds that are none.
[[nodiscard]] Result<MemoryType> memory_type(const zhan_limits_t& limits);
[[nodiscard]] Result<TableType> table_type(const zhan_limits_t& limits, ValType element);

}  // namespace zhan::capi

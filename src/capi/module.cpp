// SPDX-License-Identifier: Apache-2.0
// Modules, and lists of what they import and export.
#include <algorithm>

#include "capi/objects.hpp"
#include "engine/artifact.hpp"
#include "engine/convert.hpp"

using namespace zhan::capi;
using zhan::ErrorKind;
using zhan::ExternKind;

/// Lends the function type of a type of the module.
zhan_functype_t* zhan_module::func_type(zhan::u32 type) const {
  auto& made = m_types[info->module.canonical[type]];
  if (made == nullptr) made = functype_of(info->types, info->module.canonical[type]);
  return made.get();
}

zhan_externtype_t zhan_module::type_of(ExternKind kind, zhan::u32 index) const {
  const zhan::Module& m = info->module;
  zhan_externtype_t made{};
  made.kind = to_api(kind);
  switch (kind) {
    case ExternKind::func: made.func = func_type(m.functions[index]); break;
    case ExternKind::tag: made.func = func_type(m.tags[index].type); break;
    case ExternKind::memory:
      made.limits = to_api(m.memories[index], m.memories[index].limits.min);
      break;
    case ExternKind::table: {
      const zhan::TableType& table = m.tables[index].type;
      made.value = to_api(m.canonical_type(table.element), info->types.get());
      made.limits = to_api(table, table.limits.min);
      break;
    }
    case ExternKind::global: {
      const zhan::GlobalType& global = m.globals[index].type;
      made.value = to_api(m.canonical_type(global.type), info->types.get());
      made.is_mutable = global.mutable_;
      break;
    }
  }
  return made;
}

void zhan_module::list() const {
  const zhan::Module& m = info->module;
  for (const zhan::Import& import : m.imports) {
    zhan_import_t& made = m_imports.emplace_back();
    made.module = lend(m.text(import.module));
    made.name = lend(m.text(import.name));
    made.type = type_of(import.kind, import.index);
  }
  for (const zhan::Export& item : m.exports) {
    zhan_export_t& made = m_exports.emplace_back();
    made.name = lend(m.text(item.name));
    made.type = type_of(item.kind, item.index);
  }
}

const std::vector<zhan_import_t>& zhan_module::imports() const {
  std::call_once(m_listed, [this] { list(); });
  return m_imports;
}
const std::vector<zhan_export_t>& zhan_module::exports() const {
  std::call_once(m_listed, [this] { list(); });
  return m_exports;
}

namespace {

template <class T>
size_t fill(const std::vector<T>& list, T* out, size_t capacity) {
  std::copy_n(list.begin(), std::min(capacity, list.size()), out);
  return list.size();
}

zhan_error_t* give(zhan::Result<zhan_module::Info> info, zhan_module_t** out) {
  if (!info) return to_api(std::move(info.error()), nullptr);
  *out = std::make_unique<zhan_module>(std::move(*info)).release();
  return nullptr;
}

}  // namespace

zhan_error_t* zhan_module_new(zhan_engine_t* engine, const void* bytes, size_t size,
                              zhan_str_t name, zhan_module_t** out) {
  *out = nullptr;
  return guarded([&] {
    auto info = engine->engine->compile(bytes_of(bytes, size), {}, own(name));
    if (!info) info.error().info().file = own(name);
    return give(std::move(info), out);
  });
}

zhan_error_t* zhan_module_open(zhan_engine_t* engine, zhan_str_t path, zhan_module_t** out) {
  *out = nullptr;
  return guarded([&] {
    if (view(path).find('\0') != std::string_view::npos)
      return make_error(ErrorKind::io, "a path cannot contain a NUL character");
    return give(engine->engine->compile_file(own(path)), out);
  });
}

zhan_error_t* zhan_module_validate(zhan_engine_t* engine, const void* bytes, size_t size) {
  return guarded([&]() -> zhan_error_t* {
    ZHAN_API_TRY(zhan::engine::check_module(*engine->engine, bytes_of(bytes, size)), nullptr);
    return nullptr;
  });
}

zhan_module_t* zhan_module_keep(zhan_module_t* module) { return keep(module); }
void zhan_module_drop(zhan_module_t* module) { drop(module); }

size_t zhan_module_imports(const zhan_module_t* module, zhan_import_t* out, size_t capacity) {
  return guarded_or(size_t{0}, [&] { return fill(module->imports(), out, capacity); });
}

size_t zhan_module_exports(const zhan_module_t* module, zhan_export_t* out, size_t capacity) {
  return guarded_or(size_t{0}, [&] { return fill(module->exports(), out, capacity); });
}

zhan_error_t* zhan_module_serialize(const zhan_module_t* module, zhan_bytes_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    const auto bytes = zhan::engine::serialize(*module->info);
    if (!bytes) return make_error(bytes.error().kind(), bytes.error().message());
    return give_bytes(*bytes, *out) ? nullptr : out_of_memory();
  });
}

zhan_error_t* zhan_module_deserialize(zhan_engine_t* engine, const void* bytes, size_t size,
                                      zhan_module_t** out) {
  *out = nullptr;
  return guarded(
      [&] { return give(zhan::engine::deserialize(*engine->engine, bytes_of(bytes, size)), out); });
}

// SPDX-License-Identifier: Apache-2.0
// The fields of a module (specification §3.5), in the order in which they may refer to each other.
#include <fmt/format.h>

#include <algorithm>

#include "validate/body.hpp"
#include "validate/fields.hpp"

namespace zhan::validate {
namespace {

constexpr u64 max_u32 = ~u32{0};

class ModuleChecker {
 public:
  ModuleChecker(Module& module, TypeInterner& types, const Features& features)
      : m_module(module), m_types(types), m_features(features), m_body(module, types, features) {}

  Result<void> run();

 private:
  Result<void> imports();
  Result<void> functions();
  Result<void> tables();
  Result<void> table(u32 index);
  Result<void> memories();
  Result<void> memory(u32 index);
  Result<void> tags();
  Result<void> globals();
  Result<void> elements();
  Result<void> element(u32 index);
  Result<void> data();
  Result<void> start();
  Result<void> exports();
  Result<void> export_names();
  Result<void> function_type(u32 type, const char* what, u32 index);
  Result<void> limits(const Limits& limits, u64 max, ErrorId too_large, std::string_view detail,
                      const char* what, u32 index);
  Result<void> constant(ConstExpr range, ValType expected, const char* what, u32 index,
                        usize globals) {
    if (!m_features.has(Feature::gc)) globals = std::min<usize>(globals, m_module.imported_globals);
    const ConstPlace place{what, index, static_cast<u32>(globals), &m_module.declared_functions};
    return m_body.constant(range, expected, place);
  }
  Result<void> type(ValType type, const char* what, u32 index) {
    return check_type(type, m_module.types.types.size(), m_features, what, index);
  }
  [[nodiscard]] static std::unexpected<Error> error(ErrorId id, const char* what, u32 index,
                                                    std::string_view detail = {}) {
    return std::unexpected(make_error(id, no_offset, detail, fmt::format("{} {}", what, index)));
  }
  [[nodiscard]] std::unexpected<Error> unknown(ErrorId id, u32 number, const char* what,
                                               u32 index) const {
    return error(id, what, index, fmt::format(" {}", number));
  }
  Result<void> need(Feature feature, const char* what, const char* place, u32 index) const {
    if (m_features.has(feature)) return {};
    return std::unexpected(
        feature_error(feature, what, no_offset, fmt::format("{} {}", place, index)));
  }

  Module& m_module;
  TypeInterner& m_types;
  const Features& m_features;
  Body m_body;
};

Result<void> ModuleChecker::function_type(u32 type, const char* what, u32 index) {
  if (type >= m_module.types.types.size()) return unknown(ErrorId::unknown_type, type, what, index);
  if (m_module.types.types[type].kind != CompositeKind::func)
    return unknown(ErrorId::not_a_function_type, type, what, index);
  return {};
}

Result<void> ModuleChecker::imports() {
  m_module.exact_imports.clear();
  for (u32 i = 0; i < m_module.imports.size(); ++i) {
    const Import& import = m_module.imports[i];
    const bool is_mutable =
        import.kind == ExternKind::global && m_module.globals[import.index].type.mutable_;
    if (is_mutable)
      ZHAN_TRY_VOID(need(Feature::mutable_globals, "a mutable imported global", "import", i));
    if (!import.exact) continue;
    ZHAN_ASSERT(import.kind == ExternKind::func, "only function imports are exact");
    ZHAN_TRY_VOID(need(Feature::custom_descriptors, "an exact import", "import", i));
    m_module.exact_imports.resize(m_module.imported_functions);
    m_module.exact_imports[import.index] = true;
  }
  return {};
}

Result<void> ModuleChecker::functions() {
  for (u32 i = 0; i < m_module.functions.size(); ++i)
    ZHAN_TRY_VOID(function_type(m_module.functions[i], "function", i));
  m_module.declared_functions.assign(m_module.functions.size(), false);
  return {};
}

Result<void> ModuleChecker::limits(const Limits& limits, u64 max, ErrorId too_large,
                                   std::string_view detail, const char* what, u32 index) {
  if (limits.min > max || (limits.has_max && limits.max > max))
    return error(too_large, what, index, detail);
  if (limits.has_max && limits.min > limits.max)
    return error(ErrorId::size_min_greater_than_max, what, index);
  return {};
}

Result<void> ModuleChecker::table(u32 index) {
  const Table& table = m_module.tables[index];
  if (table.type.is64) ZHAN_TRY_VOID(need(Feature::memory64, "a 64-bit table", "table", index));
  ZHAN_TRY_VOID(type(table.type.element, "table", index));
  ZHAN_TRY_VOID(limits(table.type.limits, table.type.is64 ? ~u64{0} : max_u32, ErrorId::table_size,
                       " 2^32-1 elements", "table", index));
  if (index < m_module.imported_tables) return {};
  const ValType element = m_module.canonical_type(table.type.element);
  if (table.init)  // only imported globals come before tables
    return constant(*table.init, element, "table", index, m_module.imported_globals);
  if (element.is_defaultable()) return {};
  return error(ErrorId::type_mismatch, "table", index, ": non-null elements need an initialiser");
}

Result<void> ModuleChecker::tables() {
  if (m_module.tables.size() > 1 && !m_features.has(Feature::reference_types))
    return error(ErrorId::multiple_tables, "table", 1, " need the feature reference-types");
  for (u32 i = 0; i < m_module.tables.size(); ++i) ZHAN_TRY_VOID(table(i));
  return {};
}

Result<void> ModuleChecker::memory(u32 index) {
  const MemoryType& memory = m_module.memories[index];
  if (memory.is64) ZHAN_TRY_VOID(need(Feature::memory64, "a 64-bit memory", "memory", index));
  if (memory.has_page_size)
    ZHAN_TRY_VOID(need(Feature::custom_page_sizes, "a page size", "memory", index));
  if (memory.page_log2 != 0 && memory.page_log2 != 16)
    return error(ErrorId::invalid_page_size, "memory", index);
  // At most 2^32 or 2^64 bytes, a number of pages that itself fits the address type.
  const u32 bits = (memory.is64 ? 64 : 32) - memory.page_log2;
  const u64 max = bits == 64 ? ~u64{0} : bits == 32 ? max_u32 : u64{1} << bits;
  const std::string detail = bits == 16 ? " 65536 pages (4GiB)" : fmt::format(" {} pages", max);
  ZHAN_TRY_VOID(limits(memory.limits, max, ErrorId::memory_size, detail, "memory", index));
  if (!memory.shared) return {};
  ZHAN_TRY_VOID(need(Feature::threads, "a shared memory", "memory", index));
  if (!memory.limits.has_max) return error(ErrorId::shared_memory_max, "memory", index);
  return {};
}

Result<void> ModuleChecker::memories() {
  if (m_module.memories.size() > 1 && !m_features.has(Feature::multi_memory))
    return error(ErrorId::multiple_memories, "memory", 1, " need the feature multi-memory");
  for (u32 i = 0; i < m_module.memories.size(); ++i) ZHAN_TRY_VOID(memory(i));
  return {};
}

Result<void> ModuleChecker::tags() {
  for (u32 i = 0; i < m_module.tags.size(); ++i) {
    if (!m_features.has(Feature::legacy_exceptions) && !m_features.has(Feature::stack_switching))
      ZHAN_TRY_VOID(need(Feature::exceptions, "a tag", "tag", i));
    ZHAN_TRY_VOID(function_type(m_module.tags[i].type, "tag", i));
    const SubType& type = m_module.types.types[m_module.tags[i].type];
    if (type.count != type.param_count && !m_features.has(Feature::stack_switching))
      return error(ErrorId::tag_result, "tag", i);
  }
  return {};
}

Result<void> ModuleChecker::globals() {
  for (u32 i = 0; i < m_module.globals.size(); ++i) {
    const Global& global = m_module.globals[i];
    ZHAN_TRY_VOID(type(global.type.type, "global", i));
    if (i < m_module.imported_globals) continue;
    ZHAN_TRY_VOID(constant(global.init, m_module.canonical_type(global.type.type), "global", i, i));
  }
  return {};
}

Result<void> ModuleChecker::element(u32 index) {
  static constexpr const char* what = "element segment";
  const Element& segment = m_module.elements[index];
  ZHAN_ASSERT(
      usize{segment.first} + segment.count <=
          (segment.uses_exprs ? m_module.element_exprs.size() : m_module.element_funcs.size()),
      "items of a segment lie in their list");
  const usize globals = m_module.globals.size();
  // A list of functions has the type (ref func), but nobody wrote it.
  if (segment.uses_exprs) ZHAN_TRY_VOID(type(segment.type, what, index));
  const ValType item = segment_type(m_module, segment);
  for (u32 i = segment.first; i < segment.first + segment.count; ++i) {
    if (segment.uses_exprs) {
      ZHAN_TRY_VOID(constant(m_module.element_exprs[i], item, what, index, globals));
      continue;
    }
    const u32 function = m_module.element_funcs[i];
    if (function >= m_module.functions.size())
      return unknown(ErrorId::unknown_function, function, what, index);
    m_module.declared_functions[function] = true;
  }
  if (segment.mode != SegmentMode::active) return {};
  if (segment.table >= m_module.tables.size())
    return unknown(ErrorId::unknown_table, segment.table, what, index);
  const TableType& table = m_module.tables[segment.table].type;
  if (!m_types.matches(item, m_module.canonical_type(table.element)))
    return error(ErrorId::type_mismatch, what, index, ": the table holds other elements");
  return constant(segment.offset, table.address(), what, index, globals);
}

Result<void> ModuleChecker::elements() {
  for (u32 i = 0; i < m_module.elements.size(); ++i) ZHAN_TRY_VOID(element(i));
  return {};
}

Result<void> ModuleChecker::data() {
  static constexpr const char* what = "data segment";
  for (u32 i = 0; i < m_module.data.size(); ++i) {
    const Data& segment = m_module.data[i];
    if (segment.mode != SegmentMode::active) continue;
    if (segment.memory >= m_module.memories.size())
      return unknown(ErrorId::unknown_memory, segment.memory, what, i);
    const ValType address = m_module.memories[segment.memory].address();
    ZHAN_TRY_VOID(constant(segment.offset, address, what, i, m_module.globals.size()));
  }
  return {};
}

Result<void> ModuleChecker::start() {
  if (!m_module.start) return {};
  const u32 function = *m_module.start;
  if (function >= m_module.functions.size())
    return unknown(ErrorId::unknown_function, function, "start function", function);
  ZHAN_ASSERT(m_module.functions[function] < m_module.types.types.size(), "checked with functions");
  if (m_module.function_type(function).count != 0)
    return error(ErrorId::start_function, "function", function,
                 " must have no parameters and no results");
  return {};
}

/// Sorting keeps the cost independent of how the names were chosen.
Result<void> ModuleChecker::export_names() {
  std::vector<u32> order(m_module.exports.size());
  for (u32 i = 0; i < order.size(); ++i) order[i] = i;
  const auto name = [&](u32 i) { return m_module.text(m_module.exports[i].name); };
  std::sort(order.begin(), order.end(), [&](u32 a, u32 b) {
    const std::string_view x = name(a), y = name(b);
    return x.size() != y.size() ? x.size() < y.size() : x < y;
  });
  for (usize i = 1; i < order.size(); ++i)
    if (name(order[i]) == name(order[i - 1]))
      return error(ErrorId::duplicate_export, "export", std::max(order[i], order[i - 1]));
  return {};
}

/// Exported functions count as declared.
Result<void> ModuleChecker::exports() {
  const usize sizes[] = {m_module.functions.size(), m_module.tables.size(),
                         m_module.memories.size(), m_module.globals.size(), m_module.tags.size()};
  static constexpr ErrorId errors[] = {ErrorId::unknown_function, ErrorId::unknown_table,
                                       ErrorId::unknown_memory, ErrorId::unknown_global,
                                       ErrorId::unknown_tag};
  for (u32 i = 0; i < m_module.exports.size(); ++i) {
    const Export& item = m_module.exports[i];
    const usize kind = static_cast<usize>(item.kind);
    if (item.index >= sizes[kind]) return unknown(errors[kind], item.index, "export", i);
    if (item.kind == ExternKind::func) m_module.declared_functions[item.index] = true;
    if (item.kind == ExternKind::global && m_module.globals[item.index].type.mutable_)
      ZHAN_TRY_VOID(need(Feature::mutable_globals, "a mutable exported global", "export", i));
  }
  return export_names();
}

/// Bodies excepted. Functions are declared by everything that comes before exports ends.
Result<void> ModuleChecker::run() {
  ZHAN_TRY_VOID(check_type_section(m_module, m_types, m_features));
  ZHAN_TRY_VOID(functions());
  ZHAN_TRY_VOID(imports());
  ZHAN_TRY_VOID(tables());
  ZHAN_TRY_VOID(memories());
  ZHAN_TRY_VOID(tags());
  ZHAN_TRY_VOID(globals());
  ZHAN_TRY_VOID(elements());
  ZHAN_TRY_VOID(data());
  ZHAN_TRY_VOID(start());
  return exports();
}

}  // namespace

Result<void> validate_module_fields(Module& module, TypeInterner& types, const Features& features) {
  return ModuleChecker(module, types, features).run();
}

Result<void> validate(Module& module, TypeInterner& types, const Features& features) {
  ZHAN_TRY_VOID(validate_module_fields(module, types, features));
  BodyValidator bodies(module, types, features);
  BodyInfo info;
  for (u32 i = 0; i < module.code.size(); ++i) ZHAN_TRY_VOID(bodies.validate(i, info));
  return {};
}

}  // namespace zhan::validate

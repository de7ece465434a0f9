// SPDX-License-Identifier: Apache-2.0
// Imports, exports and the sections that declare functions, tables, memories, tags and globals
// (specification §5.5.5 - §5.5.10, §5.5.16).
#include "base/assert.hpp"
#include "binary/decoder.hpp"
#include "binary/sections.hpp"

namespace zhan::binary {

void Decoder::import_section() {
  const u32 n = count(m_limits.imports, 3);
  m_module.imports.reserve(n);
  for (u32 i = 0; i < n && m_r.ok(); ++i) import_entry(i);
  Module& m = m_module;
  m.imported_functions = static_cast<u32>(m.functions.size());
  m.imported_tables = static_cast<u32>(m.tables.size());
  m.imported_memories = static_cast<u32>(m.memories.size());
  m.imported_globals = static_cast<u32>(m.globals.size());
  m.imported_tags = static_cast<u32>(m.tags.size());
}

// An empty item name with a mark where the kind would stand opens a list (compact imports).
void Decoder::import_entry(u32 group) {
  at("import", m_module.imports.size());
  Import import;
  import.group = group;
  import.module = name();
  import.name = name();
  const auto mark = static_cast<ImportMark>(m_r.peek());
  const bool compact = mark == ImportMark::shared_module || mark == ImportMark::shared_type;
  if (import.name.size == 0 && compact) {
    need(Feature::compact_imports);
    m_r.byte();
    return mark == ImportMark::shared_module ? named_imports(import) : typed_imports(import);
  }
  import_type(import);
  add_import(import);
}

void Decoder::named_imports(Import import) {
  import.form = ImportForm::group_named;
  const u32 n = count(m_limits.imports, 3);
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    at("import", m_module.imports.size());
    import.name = name();
    import.exact = false;
    import_type(import);
    add_import(import);
  }
}

// The type stands once, before the names; the index spaces get a copy for each.
void Decoder::typed_imports(Import import) {
  import.form = ImportForm::group_typed;
  import_type(import);
  const u32 first = import.index;
  const u32 n = count(m_limits.imports, 1);
  make_room(m_module.imports, n);
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    at("import", m_module.imports.size());
    import.name = name();
    if (i > 0) repeat_type(import, first);
    add_import(import);
  }
  if (n > 0 || !m_r.ok()) return;
  // An empty list declares nothing.
  switch (import.kind) {
    case ExternKind::func: return m_module.functions.pop_back();
    case ExternKind::table: return m_module.tables.pop_back();
    case ExternKind::memory: return m_module.memories.pop_back();
    case ExternKind::global: return m_module.globals.pop_back();
    case ExternKind::tag: return m_module.tags.pop_back();
  }
}

void Decoder::add_import(Import import) {
  if (m_module.imports.size() >= m_limits.imports) m_r.fail(ErrorId::too_many_items);
  if (m_r.ok()) m_module.imports.push_back(import);
}

void Decoder::import_type(Import& import) {
  const u64 start = m_r.offset();
  const u8 kind = m_r.byte();
  import.exact = kind == exact_func;
  if (import.exact) need(Feature::custom_descriptors, start);
  if (kind > static_cast<u8>(ExternKind::tag) && !import.exact)
    m_r.fail_at(ErrorId::malformed_import_kind, start);
  import.kind = import.exact ? ExternKind::func : static_cast<ExternKind>(kind);
  if (!m_r.ok()) return;
  import.index = space_size(import.kind);
  switch (import.kind) {
    case ExternKind::func: m_module.functions.push_back(m_r.u32_leb()); break;
    case ExternKind::table: m_module.tables.push_back({table_type(), {}}); break;
    case ExternKind::memory: m_module.memories.push_back(memory_type()); break;
    case ExternKind::global: m_module.globals.push_back({global_type(), {}}); break;
    case ExternKind::tag: m_module.tags.push_back(tag()); break;
  }
  if (import.kind == ExternKind::global && m_module.globals.back().type.mutable_)
    need(Feature::mutable_globals, start);
  check_space(import.kind, start);
}

void Decoder::repeat_type(Import& import, u32 first) {
  ZHAN_ASSERT(first < space_size(import.kind), "the first of the list was declared");
  import.index = space_size(import.kind);
  Module& m = m_module;
  // By value: the vector may move.
  switch (import.kind) {
    case ExternKind::func: m.functions.push_back(u32{m.functions[first]}); break;
    case ExternKind::table: m.tables.push_back(Table(m.tables[first])); break;
    case ExternKind::memory: m.memories.push_back(MemoryType(m.memories[first])); break;
    case ExternKind::global: m.globals.push_back(Global(m.globals[first])); break;
    case ExternKind::tag: m.tags.push_back(Tag(m.tags[first])); break;
  }
  check_space(import.kind, m_r.offset());
}

u32 Decoder::space_size(ExternKind kind) const noexcept {
  const usize sizes[] = {m_module.functions.size(), m_module.tables.size(),
                         m_module.memories.size(), m_module.globals.size(), m_module.tags.size()};
  return static_cast<u32>(sizes[static_cast<usize>(kind)]);
}

void Decoder::check_space(ExternKind kind, u64 at) {
  const u32 most[] = {m_limits.functions, m_limits.tables, m_limits.memories, m_limits.globals,
                      m_limits.tags};
  const u32 size = space_size(kind);
  if (size > most[static_cast<usize>(kind)]) m_r.fail_at(ErrorId::too_many_items, at);
}

void Decoder::function_section() {
  const u32 imported = m_module.imported_functions;
  const u32 n = count(m_limits.functions - imported, 1);
  m_module.functions.reserve(imported + usize{n});
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    at("function", imported + usize{i});
    m_module.functions.push_back(m_r.u32_leb());
  }
}

void Decoder::table_section() {
  const u32 n = count(m_limits.tables, 2);
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    const u64 start = m_r.offset();
    at("table", m_module.tables.size());
    const bool has_init = m_r.peek() == table_with_init;
    if (has_init) {
      need(Feature::function_references);
      m_r.byte();
      const u64 zero_at = m_r.offset();
      if (m_r.byte() != 0) m_r.fail_at(ErrorId::zero_byte_expected, zero_at);
    }
    Table table{table_type(), {}};
    if (has_init) table.init = expression();
    m_module.tables.push_back(table);
    check_space(ExternKind::table, start);
  }
}

void Decoder::memory_section() {
  const u32 n = count(m_limits.memories, 1);
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    const u64 start = m_r.offset();
    at("memory", m_module.memories.size());
    m_module.memories.push_back(memory_type());
    check_space(ExternKind::memory, start);
  }
}

void Decoder::tag_section() {
  need(Feature::exceptions);
  const u32 n = count(m_limits.tags, 2);
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    const u64 start = m_r.offset();
    at("tag", m_module.tags.size());
    m_module.tags.push_back(tag());
    check_space(ExternKind::tag, start);
  }
}

void Decoder::global_section() {
  const u32 n = count(m_limits.globals, 2);
  m_module.globals.reserve(m_module.imported_globals + usize{n});
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    const u64 start = m_r.offset();
    at("global", m_module.globals.size());
    const GlobalType type = global_type();
    m_module.globals.push_back({type, expression()});
    check_space(ExternKind::global, start);
  }
}

void Decoder::export_section() {
  const u32 n = count(m_limits.exports, 3);
  m_module.exports.reserve(n);
  for (u32 i = 0; i < n && m_r.ok(); ++i) {
    at("export", i);
    Export entry;
    entry.name = name();
    const u64 start = m_r.offset();
    const u8 kind = m_r.byte();
    if (kind > static_cast<u8>(ExternKind::tag)) m_r.fail_at(ErrorId::malformed_export_kind, start);
    entry.kind = static_cast<ExternKind>(kind);
    entry.index = m_r.u32_leb();
    if (m_r.ok()) m_module.exports.push_back(entry);
  }
}

TableType Decoder::table_type() {
  TableType type;
  type.element = reference_type();
  const u8 flags = limits_flags(limit_max | limit_64);
  type.is64 = (flags & limit_64) != 0;
  type.limits = limits(flags);
  return type;
}

MemoryType Decoder::memory_type() {
  MemoryType type;
  const u8 flags = limits_flags(limit_max | limit_shared | limit_64 | limit_page);
  type.is64 = (flags & limit_64) != 0;
  type.shared = (flags & limit_shared) != 0;
  type.has_page_size = (flags & limit_page) != 0;
  type.limits = limits(flags);
  if (type.has_page_size) type.page_log2 = page_size();
  return type;
}

u8 Decoder::limits_flags(u8 known) {
  const u64 start = m_r.offset();
  const u8 flags = m_r.byte();
  if ((flags & ~known) != 0) m_r.fail_at(ErrorId::malformed_limits_flags, start);
  // Flags of a proposal that announce what cannot follow are taken for unknown ones.
  if ((flags & limit_page) != 0 && m_r.left() < 2)
    m_r.fail_at(ErrorId::malformed_limits_flags, start);
  if ((flags & limit_shared) != 0) need(Feature::threads, start);
  if ((flags & limit_64) != 0) need(Feature::memory64, start);
  if ((flags & limit_page) != 0) need(Feature::custom_page_sizes, start);
  return flags;
}

// Both are u64 for every address type; whether they fit it is a matter of validation.
Limits Decoder::limits(u8 flags) {
  Limits limits;
  limits.min = m_r.u64_leb();
  limits.has_max = (flags & limit_max) != 0;
  if (limits.has_max) limits.max = m_r.u64_leb();
  return limits;
}

u8 Decoder::page_size() {
  constexpr u32 largest_log2 = 63;
  const u64 start = m_r.offset();
  const u32 log2 = m_r.u32_leb();
  if (log2 > largest_log2) m_r.fail_at(ErrorId::malformed_page_size, start);
  return m_r.ok() ? static_cast<u8>(log2) : default_page_log2;
}

GlobalType Decoder::global_type() {
  GlobalType type;
  type.type = value_type();
  type.mutable_ = mutability();
  return type;
}

Tag Decoder::tag() {
  need(Feature::exceptions);
  const u64 start = m_r.offset();
  if (m_r.byte() != 0) m_r.fail_at(ErrorId::malformed_tag_attribute, start);
  return {m_r.u32_leb()};
}

}  // namespace zhan::binary

// SPDX-License-Identifier: Apache-2.0
// Imports and the sections that declare tables, memories, tags and globals.
#include <algorithm>

#include "base/assert.hpp"
#include "binary/encoder.hpp"
#include "binary/sections.hpp"

namespace zhan::binary {
namespace {

/// Length of the list that `imports` starts with: one import, or all of the same compact list.
usize list_size(std::span<const Import> imports) noexcept {
  const Import& first = imports.front();
  if (first.form == ImportForm::single) return 1;
  const auto end = std::ranges::find_if(imports, [&](const Import& import) {
    return import.form != first.form || import.group != first.group;
  });
  return static_cast<usize>(end - imports.begin());
}

}  // namespace

void Encoder::imports() {
  if (m.imports.empty()) return;
  const std::span all(m.imports);
  u32 entries = 0;
  for (usize at = 0; at < all.size(); at += list_size(all.subspan(at))) ++entries;
  w.u32_leb(entries);
  for (usize at = 0; at < all.size();) {
    const usize size = list_size(all.subspan(at));
    import_list(all.subspan(at, size));
    at += size;
  }
}

void Encoder::import_list(std::span<const Import> list) {
  const Import& first = list.front();
  w.name(m.text(first.module));
  if (first.form == ImportForm::single) {
    w.name(m.text(first.name));
    return import_type(first);
  }
  const bool typed = first.form == ImportForm::group_typed;
  w.name("");
  w.byte(static_cast<u8>(typed ? ImportMark::shared_type : ImportMark::shared_module));
  if (typed) import_type(first);
  w.u32_leb(static_cast<u32>(list.size()));
  for (const Import& import : list) {
    w.name(m.text(import.name));
    if (!typed) import_type(import);
  }
}

void Encoder::import_type(const Import& import) {
  ZHAN_ASSERT(!import.exact || import.kind == ExternKind::func, "only functions are exact");
  w.byte(import.exact ? exact_func : static_cast<u8>(import.kind));
  switch (import.kind) {
    case ExternKind::func: return w.u32_leb(m.functions[import.index]);
    case ExternKind::table: return table_type(m.tables[import.index].type);
    case ExternKind::memory: return memory_type(m.memories[import.index]);
    case ExternKind::global: return global_type(m.globals[import.index].type);
    case ExternKind::tag: return tag(m.tags[import.index]);
  }
}

void Encoder::tables() {
  const std::span defined = std::span(m.tables).subspan(m.imported_tables);
  if (!count(defined.size())) return;
  for (const Table& table : defined) {
    if (table.init) {
      w.byte(table_with_init);
      w.byte(0);
    }
    table_type(table.type);
    if (table.init) w.bytes(m.view(*table.init));
  }
}

void Encoder::table_type(const TableType& type) {
  w.value_type(type.element);
  limits(type.is64 ? limit_64 : 0, type.limits);
}

void Encoder::memories() {
  const std::span defined = std::span(m.memories).subspan(m.imported_memories);
  if (!count(defined.size())) return;
  for (const MemoryType& memory : defined) memory_type(memory);
}

void Encoder::memory_type(const MemoryType& type) {
  ZHAN_ASSERT(type.has_page_size || type.page_log2 == default_page_log2,
              "a page size that is not the default was written");
  limits(static_cast<u8>((type.shared ? limit_shared : 0) | (type.is64 ? limit_64 : 0) |
                         (type.has_page_size ? limit_page : 0)),
         type.limits);
  if (type.has_page_size) w.u32_leb(type.page_log2);
}

void Encoder::limits(u8 flags, const Limits& limits) {
  w.byte(limits.has_max ? flags | limit_max : flags);
  w.u64_leb(limits.min);
  if (limits.has_max) w.u64_leb(limits.max);
}

void Encoder::globals() {
  const std::span defined = std::span(m.globals).subspan(m.imported_globals);
  if (!count(defined.size())) return;
  for (const Global& global : defined) {
    global_type(global.type);
    w.bytes(m.view(global.init));
  }
}

void Encoder::global_type(const GlobalType& type) {
  w.value_type(type.type);
  w.byte(type.mutable_ ? 1 : 0);
}

void Encoder::tags() {
  const std::span defined = std::span(m.tags).subspan(m.imported_tags);
  if (!count(defined.size())) return;
  for (const Tag& entry : defined) tag(entry);
}

void Encoder::tag(const Tag& tag) {
  w.byte(0);  // the attribute: exception
  w.u32_leb(tag.type);
}

}  // namespace zhan::binary

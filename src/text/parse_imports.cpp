// SPDX-License-Identifier: Apache-2.0
// Import fields: single ones and the lists of the compact form.
#include "base/assert.hpp"
#include "text/parse_fields.hpp"
#include "text/parse_types.hpp"

namespace zhan::text {
namespace {

constexpr NameKind name_kinds[] = {NameKind::function, NameKind::table, NameKind::memory,
                                   NameKind::global, NameKind::tag};

}  // namespace

void FieldParser::import() {
  if (!import_allowed()) return;
  Import import;
  import.module = x.name_string();
  if (c.at_open("item")) return import_items(import.module);
  import.name = x.name_string();
  import_kind(import);
}

/// "(kind $id? type)": adds the import and what it is.
void FieldParser::import_kind(Import import) {
  for (usize kind = 0; kind < 5; ++kind) {
    import.kind = static_cast<ExternKind>(kind);
    if (!c.skip_open(to_string(import.kind))) continue;
    import.index = next_index(import.kind);
    x.names.add(name_kinds[kind], import.index, name_here());
    import_desc(import);
    c.expect_close();
    return add_import(import);
  }
  c.unexpected();
}

/// The type of an import, added to its index space.
void FieldParser::import_desc(Import& import) {
  switch (import.kind) {
    case ExternKind::func:
      x.m.functions.push_back(exact_type_use(import.exact));
      return bind_params(import.index);
    case ExternKind::table: {
      Table table;
      table.type.is64 = parse_address_type(x);
      table.type.limits = parse_limits(x);
      table.type.element = parse_ref_type(x);
      x.m.tables.push_back(table);
      return;
    }
    case ExternKind::memory: x.m.memories.push_back(parse_memory_type(x)); return;
    case ExternKind::global: x.m.globals.push_back({parse_global_type(x), {}}); return;
    case ExternKind::tag: x.m.tags.push_back({parse_type_use(x, true)}); return;
  }
}

/// Adds again what the first of a list with a shared type has added.
void FieldParser::repeat_import(const Import& import) {
  ZHAN_ASSERT(import.index == next_index(import.kind), "the list adds to the end");
  switch (import.kind) {
    case ExternKind::func: x.m.functions.push_back(x.m.functions.back()); break;
    case ExternKind::table: x.m.tables.push_back(x.m.tables.back()); break;
    case ExternKind::memory: x.m.memories.push_back(x.m.memories.back()); break;
    case ExternKind::global: x.m.globals.push_back(x.m.globals.back()); break;
    case ExternKind::tag: x.m.tags.push_back(x.m.tags.back()); break;
  }
  add_import(import);
}

/// (item "name" (kind type))* or (item "name")* (kind type)
void FieldParser::import_items(Range module) {
  Import import;
  import.module = module;
  import.group = ++m_groups;
  import.form = ImportForm::group_named;
  std::vector<Range> names;
  while (c.skip_open("item")) {
    import.name = x.name_string();
    if (c.at(TokenKind::open))
      import_kind(import);
    else
      names.push_back(import.name);
    c.expect_close();
  }
  if (names.empty() || !c.ok()) return;
  if (!x.m.imports.empty() && x.m.imports.back().group == m_groups) return c.unexpected();
  import.form = ImportForm::group_typed;
  import.name = names[0];
  import_kind(import);
  for (usize i = 1; i < names.size() && c.ok(); ++i) {
    Import next = x.m.imports.back();
    next.name = names[i];
    ++next.index;
    repeat_import(next);
  }
}

}  // namespace zhan::text

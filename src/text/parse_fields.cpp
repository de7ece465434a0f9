// SPDX-License-Identifier: Apache-2.0
#include "text/parse_fields.hpp"

#include "base/assert.hpp"
#include "text/parse_types.hpp"

namespace zhan::text {
namespace {

constexpr Space spaces[] = {Space::func, Space::table, Space::memory, Space::global, Space::tag};

}  // namespace

void FieldParser::field() {
  struct Row {
    std::string_view word;
    void (FieldParser::*parse)();
  };
  static constexpr Row rows[] = {
      {"func", &FieldParser::func},      {"import", &FieldParser::import},
      {"export", &FieldParser::export_}, {"global", &FieldParser::global},
      {"table", &FieldParser::table},    {"memory", &FieldParser::memory},
      {"tag", &FieldParser::tag},        {"start", &FieldParser::start},
      {"elem", &FieldParser::elem},      {"data", &FieldParser::data},
  };
  for (const Row& row : rows) {
    if (!c.skip_open(row.word)) continue;
    (this->*row.parse)();
    return c.expect_close();
  }
  c.unexpected();
}

std::string_view FieldParser::name_here() { return x.with_name_note(x.optional_id()); }

u32 FieldParser::next_index(ExternKind kind) const noexcept {
  const usize sizes[] = {x.m.functions.size(), x.m.tables.size(), x.m.memories.size(),
                         x.m.globals.size(), x.m.tags.size()};
  return static_cast<u32>(sizes[static_cast<usize>(kind)]);
}

void FieldParser::inline_exports(ExternKind kind, u32 index) {
  while (c.skip_open("export")) {
    Export item;
    item.name = x.name_string();
    item.kind = kind;
    item.index = index;
    c.expect_close();
    x.m.exports.push_back(item);
  }
}

bool FieldParser::import_allowed() {
  for (usize kind = 0; kind < std::size(m_defined); ++kind) {
    if (!m_defined[kind]) continue;
    const char* word = kind == 0 ? "function" : to_string(static_cast<ExternKind>(kind));
    return c.fail_here(ErrorId::import_after, word), false;
  }
  return true;
}

bool FieldParser::inline_import(Import& import) {
  if (!c.at_open("import") || !import_allowed()) return false;
  c.skip_open("import");
  import.module = x.name_string();
  import.name = x.name_string();
  c.expect_close();
  return true;
}

void FieldParser::add_import(const Import& import) {
  u32* counts[] = {&x.m.imported_functions, &x.m.imported_tables, &x.m.imported_memories,
                   &x.m.imported_globals, &x.m.imported_tags};
  ZHAN_ASSERT(import.index == *counts[static_cast<usize>(import.kind)],
              "imports come in the order of their index space");
  ++*counts[static_cast<usize>(import.kind)];
  x.m.imports.push_back(import);
}

void FieldParser::defined(ExternKind kind) { m_defined[static_cast<usize>(kind)] = true; }

// Functions

void FieldParser::bind_params(u32 function) {
  for (u32 i = 0; i < x.params.size(); ++i) {
    x.bind(Space::local, x.param_ids[i], i, c.peek().text.data(), function);
    x.names.add(NameKind::local, function, i, x.param_names[i]);
  }
}

void FieldParser::func() {
  const u32 number = next_index(ExternKind::func);
  x.names.add(NameKind::function, number, name_here());
  inline_exports(ExternKind::func, number);
  Import import;
  if (inline_import(import)) {
    import.index = number;
    x.m.functions.push_back(exact_type_use(import.exact));
    bind_params(number);
    return add_import(import);
  }
  if (!c.ok()) return;
  defined(ExternKind::func);
  x.m.functions.push_back(parse_type_use(x, true));
  bind_params(number);
  body(number);
}

/// A type use, or "(exact" type use ")".
u32 FieldParser::exact_type_use(bool& exact) {
  exact = c.skip_open("exact");
  const u32 type = parse_type_use(x, true);
  if (exact) c.expect_close();
  return type;
}

void FieldParser::body(u32 function) {
  Code code;
  const usize start = x.bytes.size();
  code.local_slots = locals(function);
  const usize code_start = x.bytes.size();
  m_code.function(function, start);
  const usize end = x.bytes.size();
  ZHAN_ASSERT(start < code_start && code_start < end, "a body has both its parts");
  code.body = {static_cast<u32>(start), static_cast<u32>(end - start)};
  code.code = {static_cast<u32>(code_start), static_cast<u32>(end - code_start)};
  x.m.code.push_back(code);
}

/// "(local ...)*" as runs of equal types; returns their slots.
u32 FieldParser::locals(u32 function) {
  u32 number = static_cast<u32>(x.params.size());
  auto& types = x.results;
  types.clear();
  while (c.skip_open("local")) {
    if (c.at(TokenKind::id) || c.note() != nullptr) {
      const char* at = c.peek().text.data();
      const std::string_view id = x.optional_id();
      x.bind(Space::local, id, number, at, function);
      x.names.add(NameKind::local, function, number++, x.with_name_note(id));
      types.push_back(parse_value_type(x));
    } else {
      for (; !c.at(TokenKind::close) && c.ok(); ++number) types.push_back(parse_value_type(x));
    }
    c.expect_close();
  }
  const auto run_end = [&](usize at) {
    usize end = at;
    while (end < types.size() && types[end] == types[at]) ++end;
    return end;
  };
  u32 runs = 0;
  for (usize at = 0; at < types.size(); at = run_end(at)) ++runs;
  x.bytes.u32_leb(runs);
  for (usize at = 0, end = 0; at < types.size(); at = end) {
    end = run_end(at);
    ZHAN_ASSERT(end > at, "a run has a local");
    x.bytes.u32_leb(static_cast<u32>(end - at));
    x.bytes.value_type(types[at]);
  }
  u32 slots = 0;
  for (const ValType type : types) slots += type.slots();
  return slots;
}

// Tables, memories, globals, tags

void FieldParser::table() {
  const u32 number = next_index(ExternKind::table);
  x.names.add(NameKind::table, number, name_here());
  inline_exports(ExternKind::table, number);
  Import import;
  import.kind = ExternKind::table;
  import.index = number;
  const bool imported = inline_import(import);
  Table table;
  table.type.is64 = parse_address_type(x);
  if (!imported) defined(ExternKind::table);
  if (!imported && at_ref_type(c)) {
    table.type.element = parse_ref_type(x);
    x.m.tables.push_back(table);
    return table_elements(number, table.type);
  }
  table.type.limits = parse_limits(x);
  table.type.element = parse_ref_type(x);
  if (imported)
    add_import(import);
  else if (!c.at(TokenKind::close))
    table.init = m_code.expression();
  x.m.tables.push_back(table);
}

void FieldParser::memory() {
  const u32 number = next_index(ExternKind::memory);
  x.names.add(NameKind::memory, number, name_here());
  inline_exports(ExternKind::memory, number);
  Import import;
  import.kind = ExternKind::memory;
  import.index = number;
  const bool imported = inline_import(import);
  if (!imported) defined(ExternKind::memory);
  MemoryType type;
  type.is64 = parse_address_type(x);
  if (!imported && c.at(TokenKind::open)) {
    parse_page_size(x, type);
    return memory_data(number, type);
  }
  type.limits = parse_limits(x);
  type.shared = c.skip_word("shared");
  parse_page_size(x, type);
  if (imported) add_import(import);
  x.m.memories.push_back(type);
}

void FieldParser::global() {
  const u32 number = next_index(ExternKind::global);
  x.names.add(NameKind::global, number, name_here());
  inline_exports(ExternKind::global, number);
  Import import;
  import.kind = ExternKind::global;
  import.index = number;
  Global global;
  if (inline_import(import)) {
    global.type = parse_global_type(x);
    add_import(import);
  } else {
    defined(ExternKind::global);
    global.type = parse_global_type(x);
    global.init = m_code.expression();
  }
  x.m.globals.push_back(global);
}

void FieldParser::tag() {
  const u32 number = next_index(ExternKind::tag);
  x.names.add(NameKind::tag, number, name_here());
  inline_exports(ExternKind::tag, number);
  Import import;
  import.kind = ExternKind::tag;
  import.index = number;
  if (inline_import(import))
    add_import(import);
  else
    defined(ExternKind::tag);
  x.m.tags.push_back({parse_type_use(x, true)});
}

// Start and exports

void FieldParser::start() {
  if (x.m.start) return c.fail_here(ErrorId::multiple_start_sections);
  x.m.start = x.index(Space::func);
}

void FieldParser::export_() {
  Export item;
  item.name = x.name_string();
  for (usize kind = 0; kind < std::size(spaces); ++kind) {
    item.kind = static_cast<ExternKind>(kind);
    if (!c.skip_open(to_string(item.kind))) continue;
    item.index = x.index(spaces[kind]);
    c.expect_close();
    x.m.exports.push_back(item);
    return;
  }
  c.unexpected();
}

}  // namespace zhan::text

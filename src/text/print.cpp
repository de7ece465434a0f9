// SPDX-License-Identifier: Apache-2.0
// The module and its fields.
#include "text/print.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "text/module_sections.hpp"
#include "text/printer.hpp"
#include "text/string_text.hpp"

namespace zhan::text {
namespace {

constexpr u64 base_size = u64{64} << 20;
constexpr u32 deepest_indent = 40;  // deeper lines would make the text grow with the square

}  // namespace

std::string print(const Module& module, const PrintOptions& options) {
  return Printer(module, options).run();
}

Printer::Printer(const Module& module, const PrintOptions& print_options)
    : m(module),
      options(print_options),
      ids(module, print_options.names),
      max_size(print_options.max_size != 0 ? print_options.max_size
                                           : base_size + 64 * module.bytes.size()),
      hints(module) {}

std::string Printer::run() {
  inline_hints = hints_can_be_inline();
  out = "(module";
  if (const std::string_view name = ids.names().module_name(); ids.use_names() && can_be_id(name)) {
    out += ' ';
    append_id(out, name);
    ids.printed().set_module(name);
  }
  types();
  imports();
  tables();
  memories();
  tags();
  globals();
  exports();
  if (m.start) {
    new_line(1);
    out += "(start ";
    use(Space::func, *m.start);
    out += ')';
  }
  elements();
  functions();
  data();
  customs();
  if (full()) out += "\n;; output limit reached";
  out += ")\n";
  return std::move(out);
}

void Printer::new_line(u32 depth) {
  out += '\n';
  out.append(usize{std::min(depth, deepest_indent)} * options.indent, ' ');
}

void Printer::quoted(std::string_view bytes, bool keep_utf8) {
  append_quoted(out, bytes, keep_utf8);
}

/// "(word $id (;0;)" on a new line.
void Printer::binder(const char* word, Space space, u32 index) {
  out += '(';
  out += word;
  const ScopeIds& scope = ids.of(space);
  if (scope.append_binder(out, index))
    ids.printed().add(name_kind(space), index, scope.name(index));
  out += " (;" + std::to_string(index) + ";)";
}

// Imports

void Printer::imports() {
  for (usize at = 0; at < m.imports.size() && !full();) {
    new_line(1);
    if (m.imports[at].form != ImportForm::single) {
      import_group(at);
      continue;
    }
    out += "(import ";
    string(m.imports[at].module);
    out += ' ';
    string(m.imports[at].name);
    out += ' ';
    import_item(m.imports[at++]);
    out += ')';
  }
}

/// A list under one module name, as it was written.
void Printer::import_group(usize& at) {
  ZHAN_ASSERT(m.imports[at].form != ImportForm::single, "a list starts here");
  const Import& first = m.imports[at];
  const usize begin = at;
  while (at < m.imports.size() && m.imports[at].form == first.form &&
         m.imports[at].group == first.group)
    ++at;
  out += "(import ";
  string(first.module);
  for (usize i = begin; i < at; ++i) {
    out += " (item ";
    string(m.imports[i].name);
    if (first.form == ImportForm::group_named) {
      out += ' ';
      import_item(m.imports[i]);
    }
    out += ')';
  }
  if (first.form == ImportForm::group_typed) {
    out += ' ';
    import_item(first);
  }
  out += ')';
}

void Printer::import_item(const Import& import) {
  static constexpr Space spaces[] = {Space::func, Space::table, Space::memory, Space::global,
                                     Space::tag};
  binder(to_string(import.kind), spaces[static_cast<usize>(import.kind)], import.index);
  out += ' ';
  switch (import.kind) {
    case ExternKind::func: {
      ScopeIds names;
      const SubType* type = function_type(m.functions[import.index]);
      const bool named = local_names(import.index, type == nullptr ? 0 : type->param_count, names);
      if (import.exact) out += "(exact ";
      type_use(m.functions[import.index], named ? &names : nullptr);
      if (import.exact) out += ')';
      break;
    }
    case ExternKind::table: table_type(m.tables[import.index].type); break;
    case ExternKind::memory: memory_type(m.memories[import.index]); break;
    case ExternKind::global: global_type(m.globals[import.index].type); break;
    case ExternKind::tag: type_use(m.tags[import.index].type, nullptr); break;
  }
  out += ')';
}

// Tables, memories, tags, globals, exports

void Printer::tables() {
  for (u32 i = m.imported_tables; i < m.tables.size() && !full(); ++i) {
    new_line(1);
    binder("table", Space::table, i);
    out += ' ';
    table_type(m.tables[i].type);
    if (m.tables[i].init) expression(*m.tables[i].init, nullptr);
    out += ')';
  }
}

void Printer::memories() {
  for (u32 i = m.imported_memories; i < m.memories.size(); ++i) {
    new_line(1);
    binder("memory", Space::memory, i);
    out += ' ';
    memory_type(m.memories[i]);
    out += ')';
  }
}

void Printer::tags() {
  for (u32 i = m.imported_tags; i < m.tags.size() && !full(); ++i) {
    new_line(1);
    binder("tag", Space::tag, i);
    out += ' ';
    type_use(m.tags[i].type, nullptr);
    out += ')';
  }
}

void Printer::globals() {
  for (u32 i = m.imported_globals; i < m.globals.size() && !full(); ++i) {
    new_line(1);
    binder("global", Space::global, i);
    out += ' ';
    global_type(m.globals[i].type);
    expression(m.globals[i].init, nullptr);
    out += ')';
  }
}

void Printer::exports() {
  static constexpr Space spaces[] = {Space::func, Space::table, Space::memory, Space::global,
                                     Space::tag};
  for (const Export& item : m.exports) {
    if (full()) return;
    new_line(1);
    out += "(export ";
    string(item.name);
    out += " (";
    out += to_string(item.kind);
    out += ' ';
    use(spaces[static_cast<usize>(item.kind)], item.index);
    out += "))";
  }
}

/// A constant expression: one instruction as "(op)", others within "(word ...)" or, without a word,
/// bare.
void Printer::expression(ConstExpr range, const char* word) {
  out += ' ';
  const usize start = out.size();
  const u32 count = print_expression(*this, range);
  if (count == 1) {
    out.insert(start, 1, '(');
    out += ')';
  } else if (word != nullptr) {
    out.insert(start, std::string("(") + word + (count == 0 ? "" : " "));
    out += ')';
  }
}

// Segments

void Printer::elements() {
  for (u32 i = 0; i < m.elements.size() && !full(); ++i) {
    const Element& segment = m.elements[i];
    new_line(1);
    binder("elem", Space::elem, i);
    if (segment.mode == SegmentMode::declarative) out += " declare";
    if (segment.mode == SegmentMode::active) {
      if ((segment.flags & 2) != 0) {
        out += " (table ";
        use(Space::table, segment.table);
        out += ')';
      }
      expression(segment.offset, "offset");
    }
    element_items(segment);
    out += ')';
  }
}

void Printer::element_items(const Element& segment) {
  out += ' ';
  if (segment.uses_exprs) {
    type(segment.type);
    for (u32 i = 0; i < segment.count && !full(); ++i)
      expression(m.element_exprs[segment.first + i], "item");
  } else {
    out += "func";
    for (u32 i = 0; i < segment.count && !full(); ++i) {
      out += ' ';
      use(Space::func, m.element_funcs[segment.first + i]);
    }
  }
}

void Printer::data() {
  for (u32 i = 0; i < m.data.size() && !full(); ++i) {
    const Data& segment = m.data[i];
    new_line(1);
    binder("data", Space::data, i);
    if (segment.mode == SegmentMode::active) {
      if ((segment.flags & 2) != 0) {
        out += " (memory ";
        use(Space::memory, segment.memory);
        out += ')';
      }
      expression(segment.offset, "offset");
    }
    out += ' ';
    quoted(m.text(segment.bytes), false);
    out += ')';
  }
}

// Functions

void Printer::functions() {
  for (u32 i = 0; i < m.code.size() && !full(); ++i) function(m.imported_functions + i);
}

void Printer::function(u32 index) {
  ZHAN_ASSERT(index >= m.imported_functions, "only functions of the module have code");
  const Code& code = m.code[index - m.imported_functions];
  const SubType* type = function_type(m.functions[index]);
  const u32 params = type == nullptr ? 0 : type->param_count;
  new_line(1);
  binder("func", Space::func, index);
  out += ' ';
  ByteReader r(m.view(code.body), code.body.offset);
  u64 count = params;
  for (u32 runs = r.count(2); runs > 0 && r.ok(); --runs) {
    count += r.u32_leb();
    r.value_type();
  }
  ScopeIds names;
  const bool named = local_names(index, static_cast<u32>(std::min<u64>(count, 200'000)), names);
  type_use(m.functions[index], named ? &names : nullptr);
  locals(code, params, names, named);
  print_code(*this, index, code, names);
  out += ')';
}

/// Names of parameters and locals, noted as printed; false if there are none.
bool Printer::local_names(u32 function, u32 count, ScopeIds& names) {
  if (!ids.use_names()) return false;
  bool some = false;
  for (u32 i = 0; i < count; ++i) {
    names.add(ids.local(function, i));
    some |= !names.name(i).empty();
    ids.printed().add(NameKind::local, function, i, names.name(i));
  }
  if (!some) names.clear();
  return some;
}

void Printer::locals(const Code& code, u32 params, const ScopeIds& names, bool named) {
  ByteReader r(m.view(code.body), code.body.offset);
  u32 number = params;
  bool open = false;
  for (u32 runs = r.count(2); runs > 0 && r.ok(); --runs) {
    const u32 count = r.u32_leb();
    const ValType local = r.value_type();
    for (u32 i = 0; i < count && !full(); ++i, ++number) {
      const bool has_name = named && !names.name(number).empty();
      if (open && has_name) out += ')';
      if (!open || has_name) {
        if (number == params)
          new_line(2);
        else
          out += ' ';
        out += "(local";
        if (has_name) names.append_binder(out, number);
      }
      out += ' ';
      type(local);
      if (has_name) out += ')';
      open = !has_name;
    }
  }
  if (open) out += ')';
}

// Custom sections

/// True if the parser would write this name section from the identifiers, and at this place.
bool Printer::same_names(usize custom) const {
  const CustomSection& section = m.customs[custom];
  usize names = 0;
  for (const CustomSection& other : m.customs) names += m.text(other.name) == "name";
  if (names != 1) return false;
  for (usize i = custom + 1; i < m.customs.size(); ++i)
    if (!is_trailer(m.text(m.customs[i].name))) return false;
  if (custom != 0 && m.customs[custom - 1].after == section.after &&
      is_trailer(m.text(m.customs[custom - 1].name)))
    return false;
  if (section.after != last_section(m)) return false;
  NameSection printed = const_cast<Printer*>(this)->ids.printed();
  ByteWriter payload;
  printed.write(payload);
  return std::ranges::equal(payload.view(), m.view(section.payload));
}

void Printer::customs() {
  bool own_names = false;
  for (usize i = 0; i < m.customs.size() && !full(); ++i) {
    const CustomSection& section = m.customs[i];
    const std::string_view name = m.text(section.name);
    if (inline_hints && name == branch_hint_section) continue;
    if (name == "name") {
      own_names = true;
      if (same_names(i)) continue;
    }
    custom(section);
  }
  ZHAN_ASSERT(own_names || ids.printed().empty(), "names come from a name section");
  if (m.data_count && !uses_data) {
    new_line(1);
    out += "(@zhan.data_count)";
  }
}

void Printer::custom(const CustomSection& section) {
  new_line(1);
  out += "(@custom ";
  string(section.name);
  // Without a place: after the last section, or in a module that has no other sections.
  const bool at_end = section.after == last_section(m);
  if (!at_end && section.after == SectionId::custom) {
    out += " (before first)";
  } else if (!at_end) {
    out += " (after ";
    out += section_word(section.after);
    out += ')';
  }
  out += ' ';
  quoted(m.text(section.payload), false);
  out += ')';
}

}  // namespace zhan::text

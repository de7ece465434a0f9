// SPDX-License-Identifier: Apache-2.0
// zhan objdump: sections, details, raw bytes and instructions of a module.
#include <fmt/format.h>

#include "module/names.hpp"
#include "text/print.hpp"
#include "wasm/reader.hpp"
#include "zhan/command.hpp"
#include "zhan/common.hpp"
#include "zhan/module_file.hpp"

namespace zhan::cli {
namespace {

struct DumpOptions {
  bool headers = false, details = false, code = false, raw = false;
  std::string section;
};

constexpr const char* section_names[] = {"Custom", "Type",   "Import",    "Function", "Table",
                                         "Memory", "Global", "Export",    "Start",    "Elem",
                                         "Code",   "Data",   "DataCount", "Tag"};

struct Section {
  u32 id = 0;
  u32 start = 0;  // of the contents
  u32 size = 0;
  std::string name;
};

/// The sections of a module that has been decoded, so that its structure is known to be sound.
std::vector<Section> sections_of(const Module& module) {
  std::vector<Section> sections;
  ByteReader reader(module.bytes);
  (void)reader.bytes(8);
  while (reader.ok() && !reader.at_end()) {
    Section section;
    section.id = reader.byte();
    section.size = reader.u32_leb();
    section.start = static_cast<u32>(reader.offset());
    section.name = section.id < std::size(section_names) ? section_names[section.id] : "?";
    const auto contents = reader.bytes(section.size);
    if (section.id == 0) {
      ByteReader inside(contents);
      const auto name = inside.bytes(inside.count());
      section.name += fmt::format(
          " \"{}\"", printable({reinterpret_cast<const char*>(name.data()), name.size()}));
    }
    if (reader.ok()) sections.push_back(section);
  }
  return sections;
}

void print_headers(const std::vector<Section>& sections) {
  fmt::print("\nSections:\n\n");
  for (const Section& s : sections)
    fmt::print("{:>24} start=0x{:08x} end=0x{:08x} (size=0x{:08x})\n", s.name, s.start,
               s.start + s.size, s.size);
}

void print_raw(const Module& module, const Section& section) {
  fmt::print("\nContents of section {}:\n", section.name);
  const auto bytes = module.bytes.subspan(section.start, section.size);
  for (usize at = 0; at < bytes.size(); at += 16) {
    std::string hex, text;
    for (usize i = at; i < std::min(at + 16, bytes.size()); ++i) {
      hex += fmt::format("{:02x}{}", bytes[i], i % 2 == 1 ? " " : "");
      text += bytes[i] >= 0x20 && bytes[i] < 0x7f ? static_cast<char>(bytes[i]) : '.';
    }
    fmt::print("{:07x}: {:40} {}\n", section.start + at, hex, text);
  }
}

std::string name_of(const Names& names, NameKind kind, u32 index) {
  const std::string_view name = names.get(kind, index);
  return name.empty() ? "" : fmt::format(" <{}>", printable(name));
}

/// The module is decoded but not validated: its indices may lead nowhere.
std::string signature_of(const Module& m, u32 type) {
  if (type >= m.types.types.size()) return "(no such type)";
  const SubType& sub = m.types.types[type];
  if (sub.kind != CompositeKind::func) return "(no function type)";
  return to_string(m.types.params(sub)) + " -> " + to_string(m.types.results(sub));
}

void print_details(const Module& m) {
  const Names names(m);
  fmt::print("\nDetails:\n\n");
  for (const Import& i : m.imports)
    fmt::print(" - import {}[{}] \"{}\" \"{}\"\n", to_string(i.kind), i.index,
               printable(m.text(i.module)), printable(m.text(i.name)));
  for (u32 i = 0; i < m.functions.size(); ++i)
    fmt::print(" - func[{}] type={} {}{}\n", i, m.functions[i], signature_of(m, m.functions[i]),
               name_of(names, NameKind::function, i));
  for (u32 i = 0; i < m.tables.size(); ++i)
    fmt::print(" - table[{}] type={} initial={}\n", i, to_string(m.tables[i].type.element),
               m.tables[i].type.limits.min);
  for (u32 i = 0; i < m.memories.size(); ++i)
    fmt::print(
        " - memory[{}] pages: initial={}{}\n", i, m.memories[i].limits.min,
        m.memories[i].limits.has_max ? fmt::format(" max={}", m.memories[i].limits.max) : "");
  for (u32 i = 0; i < m.globals.size(); ++i)
    fmt::print(" - global[{}] {} mutable={}\n", i, to_string(m.globals[i].type.type),
               m.globals[i].type.mutable_ ? 1 : 0);
  for (const Export& e : m.exports)
    fmt::print(" - export {}[{}] \"{}\"\n", to_string(e.kind), e.index, printable(m.text(e.name)));
  for (u32 i = 0; i < m.data.size(); ++i)
    fmt::print(" - segment[{}] memory={} size={}\n", i, m.data[i].memory, m.data[i].bytes.size);
}

/// What a printed instruction line would look like costs a printer: text, indices and constants do
/// here.
std::string imm_text(const OpInfo& info, const Imm& imm) {
  switch (info.imm) {
    case ImmKind::none:
    case ImmKind::fence: return "";
    case ImmKind::const_i32: return fmt::format(" {}", static_cast<i32>(imm.bits));
    case ImmKind::const_i64: return fmt::format(" {}", static_cast<i64>(imm.bits));
    case ImmKind::const_f32:
    case ImmKind::const_f64: return fmt::format(" 0x{:x}", imm.bits);
    case ImmKind::memarg:
    case ImmKind::memarg_lane:
      return fmt::format(" {} {}", imm.memarg.align_log2, imm.memarg.offset);
    case ImmKind::block:
    case ImmKind::try_table:
      return imm.block.form == BlockType::Form::value  ? " " + to_string(imm.block.value)
             : imm.block.form == BlockType::Form::type ? fmt::format(" type[{}]", imm.block.type)
                                                       : "";
    case ImmKind::labels: return fmt::format(" {}", fmt::join(imm.labels, " "));
    case ImmKind::lane: return fmt::format(" {}", imm.lane);
    case ImmKind::heap_type: return " " + to_string(imm.ref.heap);
    case ImmKind::call_indirect:
    case ImmKind::table_init:
    case ImmKind::table_copy:
    case ImmKind::memory_init:
    case ImmKind::memory_copy:
    case ImmKind::field:
    case ImmKind::array_fixed:
    case ImmKind::array_data:
    case ImmKind::array_elem:
    case ImmKind::array_copy: return fmt::format(" {} {}", imm.a, imm.b);
    case ImmKind::const_v128:
    case ImmKind::shuffle:
    case ImmKind::select_types: return " ...";
    default: return fmt::format(" {}", imm.a);
  }
}

void print_body(const Module& m, u32 defined, const Names& names) {
  const u32 index = m.imported_functions + defined;
  const Range code = m.code[defined].code;
  fmt::print("{:06x} func[{}]{}:\n", m.code[defined].body.offset, index,
             name_of(names, NameKind::function, index));
  ByteReader reader(m.view(code), code.offset);
  Imm imm;
  usize depth = 1;
  while (reader.ok() && !reader.at_end()) {
    const u64 at = reader.offset();
    const u8* first = reader.cursor();
    const Op op = reader.op();
    if (op == no_op) break;
    const OpInfo& info = op_info(op);
    read_imm(reader, info, imm);
    if (!reader.ok()) break;
    std::string hex;
    for (const u8* byte = first; byte < reader.cursor() && byte < first + 9; ++byte)
      hex += fmt::format("{:02x} ", *byte);
    const bool closes = op == Op::end || op == Op::else_ || op == Op::catch_ ||
                        op == Op::catch_all || op == Op::delegate;
    if (closes && depth > 0) --depth;
    fmt::print(" {:06x}: {:27} | {:{}}{}{}\n", at, hex, "", std::min<usize>(2 * depth, 80),
               info.text, imm_text(info, imm));
    const bool opens = info.imm == ImmKind::block || op == Op::try_table ||
                       (closes && op != Op::end && op != Op::delegate);
    if (opens) ++depth;
  }
  if (!reader.ok()) fmt::print(" {}\n", reader.error().to_string());
}

void print_code(const Module& m) {
  const Names names(m);
  fmt::print("\nCode Disassembly:\n\n");
  for (u32 i = 0; i < m.code.size(); ++i) print_body(m, i, names);
}

int dump(DumpOptions o, const std::string& path) {
  const auto file = read_module(path);
  if (!file) return complain(file.error().to_string());
  const Module& module = file->module;
  if (!o.headers && !o.details && !o.code && !o.raw) o.headers = true;
  std::vector<Section> sections = sections_of(module);
  if (!o.section.empty())
    std::erase_if(sections, [&](const Section& s) {
      return s.name != o.section && !s.name.ends_with("\"" + o.section + "\"");
    });
  if (sections.empty() && !o.section.empty())
    return complain(fmt::format("{} has no section '{}'", path, o.section));
  fmt::print("{}:\tfile format wasm 0x1\n", path);
  if (o.headers) print_headers(sections);
  if (o.details) print_details(module);
  if (o.code) print_code(module);
  if (o.raw)
    for (const Section& section : sections) print_raw(module, section);
  return exit_ok;
}

}  // namespace

Command objdump_command() {
  auto state = std::make_shared<DumpOptions>();
  Command command;
  command.name = "objdump";
  command.summary = "Show sections, details, bytes and instructions of a module";
  command.operands = "FILE";
  command.options = {
      Option::flag("headers", 'h', state->headers, "Sections with their places (the default)"),
      Option::flag("details", 'x', state->details,
                   "Imports, functions, tables, memories, exports, segments"),
      Option::flag("disassemble", 'd', state->code, "Instructions with their offsets and bytes"),
      Option::flag("full-contents", 's', state->raw, "Raw bytes of the sections"),
      Option::text("section", 'j', "NAME", state->section, "Only this section (-h and -s)"),
  };
  command.details =
      "Examples:\n"
      "  zhan objdump -h program.wasm\n"
      "  zhan objdump -x -d program.wasm\n"
      "  zhan objdump -s -j Data program.wasm";
  command.run = [state](const std::vector<std::string>& operands) {
    if (operands.size() != 1)
      return complain("objdump: give one file; - is standard input", exit_usage);
    return dump(*state, operands[0]);
  };
  command.state = state;
  return command;
}

}  // namespace zhan::cli

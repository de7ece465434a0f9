// SPDX-License-Identifier: Apache-2.0
#include "support/module_builder.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "wasm/ops.hpp"

namespace zhan::test {
namespace {

[[noreturn]] void bad(const char* what, std::string_view text) {
  std::fprintf(stderr, "module builder: %s: %.*s\n", what, static_cast<int>(text.size()),
               text.data());
  std::abort();
}

i64 number(std::string_view text) {
  if (text.starts_with("0x")) {
    u64 bits = 0;
    std::from_chars(text.data() + 2, text.data() + text.size(), bits, 16);
    return static_cast<i64>(bits);
  }
  i64 value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
    bad("not a number", text);
  return value;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  while (true) {
    const usize start = text.find_first_not_of(" \n");
    if (start == std::string_view::npos) return found;
    const usize end = std::min(text.find_first_of(" \n", start), text.size());
    found.push_back(text.substr(start, end - start));
    text = text.substr(end);
  }
}

void append(Bytes& to, const Bytes& from) { to.insert(to.end(), from.begin(), from.end()); }

struct Named {
  std::string_view name;
  u8 byte;
};

constexpr Named number_types[] = {{"i32", 0x7f},  {"i64", 0x7e}, {"f32", 0x7d}, {"f64", 0x7c},
                                  {"v128", 0x7b}, {"i8", 0x78},  {"i16", 0x77}};
constexpr Named heap_types[] = {
    {"func", 0x70},   {"extern", 0x6f}, {"any", 0x6e},  {"eq", 0x6d},    {"i31", 0x6c},
    {"struct", 0x6b}, {"array", 0x6a},  {"exn", 0x69},  {"none", 0x71},  {"noextern", 0x72},
    {"nofunc", 0x73}, {"noexn", 0x74},  {"cont", 0x68}, {"nocont", 0x75}};

template <usize N>
const u8* find(const Named (&names)[N], std::string_view name) {
  for (const Named& named : names)
    if (named.name == name) return &named.byte;
  return nullptr;
}

constexpr std::string_view ids[] = {
#define ZHAN_OP(id, prefix, code, text, imm, sig, access, feature, traits) #id,
#include "wasm/ops.def"
#undef ZHAN_OP
};

Op find_instruction(std::string_view name) {
  for (usize i = 0; i < op_count; ++i)
    if (ids[i] == name) return static_cast<Op>(i);
  for (usize i = 0; i < op_count; ++i)
    if (op_info(static_cast<Op>(i)).text == name) return static_cast<Op>(i);
  bad("no such instruction", name);
}

/// Writes one instruction after the other.
class Assembler {
 public:
  explicit Assembler(std::string_view code) : m_words(words(code)) {}
  Bytes run() {
    while (m_at < m_words.size()) instruction();
    return std::move(m_out);
  }

 private:
  std::string_view next() {
    if (m_at == m_words.size()) bad("immediate missing at the end", "");
    return m_words[m_at++];
  }
  void index() { append(m_out, leb(static_cast<u64>(number(next())))); }
  void byte() { m_out.push_back(static_cast<u8>(number(next()))); }
  void fixed(usize size) {
    const u64 bits = static_cast<u64>(number(next()));
    for (usize i = 0; i < size; ++i) m_out.push_back(i < 8 ? static_cast<u8>(bits >> 8 * i) : 0);
  }
  u64 count() {
    const u64 n = static_cast<u64>(number(next()));
    append(m_out, leb(n));
    return n;
  }
  void block_type() {
    const std::string_view word = next();
    if (word == "void") return m_out.push_back(0x40);
    if (word[0] >= '0' && word[0] <= '9') return append(m_out, signed_leb(number(word)));
    append(m_out, value_type(word));
  }
  void catch_clause() {
    static constexpr Named forms[] = {
        {"catch", 0}, {"catch_ref", 1}, {"catch_all", 2}, {"catch_all_ref", 3}};
    const u8* const form = find(forms, next());
    if (form == nullptr) bad("not a catch clause", m_words[m_at - 1]);
    m_out.push_back(*form);
    if (*form < 2) index();
    index();
  }
  void memarg() {
    const u64 flags = count();
    if ((flags & 0x40) != 0) index();
    index();
  }
  void handler() {
    const bool is_switch = next() == "switch";
    m_out.push_back(is_switch);
    index();
    if (!is_switch) index();
  }
  void repeat(void (Assembler::*item)(), u64 n) {
    for (u64 i = 0; i < n; ++i) (this->*item)();
  }
  void instruction() {
    const OpInfo& op = op_info(find_instruction(next()));
    if (op.prefix != 0) m_out.push_back(op.prefix);
    if (op.prefix != 0)
      append(m_out, leb(op.code));
    else
      m_out.push_back(static_cast<u8>(op.code));
    immediates(op);
  }
  void immediates(const OpInfo& op) {
    switch (op.imm) {
      case ImmKind::none: return;
      case ImmKind::block: return block_type();
      case ImmKind::labels: return repeat(&Assembler::index, count() + 1);
      case ImmKind::const_i32:
      case ImmKind::const_i64: return append(m_out, signed_leb(number(next())));
      case ImmKind::const_f32: return fixed(4);
      case ImmKind::const_f64: return fixed(8);
      case ImmKind::const_v128:
      case ImmKind::shuffle: return fixed(16);
      case ImmKind::lane: return byte();
      case ImmKind::memarg: return memarg();
      case ImmKind::memarg_lane: memarg(); return byte();
      case ImmKind::fence: return byte();
      case ImmKind::select_types:
        for (u64 n = count(); n > 0; --n) append(m_out, value_type(next()));
        return;
      case ImmKind::heap_type: return append(m_out, heap_type(next()));
      case ImmKind::cast_branch:
        byte(), index();
        append(m_out, heap_type(next()));
        return append(m_out, heap_type(next()));
      case ImmKind::try_table: block_type(); return repeat(&Assembler::catch_clause, count());
      case ImmKind::resume: index(); return repeat(&Assembler::handler, count());
      case ImmKind::resume_throw: index(), index(); return repeat(&Assembler::handler, count());
      case ImmKind::call_indirect:
      case ImmKind::table_init:
      case ImmKind::table_copy:
      case ImmKind::memory_init:
      case ImmKind::memory_copy:
      case ImmKind::field:
      case ImmKind::array_fixed:
      case ImmKind::array_data:
      case ImmKind::array_elem:
      case ImmKind::array_copy:
      case ImmKind::cont_bind:
      case ImmKind::cont_switch: index(); return index();
      default: return index();
    }
  }

  std::vector<std::string_view> m_words;
  usize m_at = 0;
  Bytes m_out;
};

Bytes type_list(std::string_view text) {
  const std::vector<std::string_view> types = words(text);
  Bytes bytes = leb(types.size());
  for (const std::string_view type : types) append(bytes, value_type(type));
  return bytes;
}

void section(Bytes& to, u8 id, const std::vector<Bytes>& items, bool counted = true) {
  if (items.empty()) return;
  Bytes content = counted ? leb(items.size()) : Bytes{};
  for (const Bytes& item : items) append(content, item);
  to.push_back(id);
  append(to, sized(content));
}

}  // namespace

Bytes leb(u64 value) {
  Bytes bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<u8>(value | 0x80));
  bytes.push_back(static_cast<u8>(value));
  return bytes;
}

Bytes signed_leb(i64 value) {
  Bytes bytes;
  for (; value < -64 || value > 63; value >>= 7) bytes.push_back(static_cast<u8>(value | 0x80));
  bytes.push_back(static_cast<u8>(value & 0x7f));
  return bytes;
}

Bytes join(std::initializer_list<Bytes> parts) {
  Bytes bytes;
  for (const Bytes& part : parts) append(bytes, part);
  return bytes;
}

Bytes sized(const Bytes& content) { return join({leb(content.size()), content}); }

Bytes heap_type(std::string_view text) {
  if (text.starts_with("exact:"))
    return join({{0x62}, leb(static_cast<u64>(number(text.substr(6))))});
  if (const u8* byte = find(heap_types, text)) return {*byte};
  return signed_leb(number(text));
}

Bytes value_type(std::string_view text) {
  if (const u8* byte = find(number_types, text)) return {*byte};
  if (text.starts_with("ref:")) return join({{0x64}, heap_type(text.substr(4))});
  if (text.starts_with("refnull:")) return join({{0x63}, heap_type(text.substr(8))});
  if (text.starts_with("exact:")) return join({{0x64}, heap_type(text)});
  if (text.starts_with("exactnull:"))
    return join({{0x63, 0x62}, leb(static_cast<u64>(number(text.substr(10))))});
  if (text.ends_with("ref"))
    if (const u8* byte = find(heap_types, text.substr(0, text.size() - 3))) return {*byte};
  if (text == "nullref") return {0x71};
  bad("not a type", text);
}

Bytes assemble(std::string_view code) { return Assembler(code).run(); }

u32 ModuleBuilder::type(std::string_view signature) {
  const usize arrow = signature.find("->");
  const std::string_view results =
      arrow == std::string_view::npos ? "" : signature.substr(arrow + 2);
  return raw_type(join({{0x60}, type_list(signature.substr(0, arrow)), type_list(results)}));
}

u32 ModuleBuilder::raw_type(Bytes bytes, u32 count) {
  m_types.push_back(std::move(bytes));
  m_type_count += count;
  return m_type_count - count;
}

u32 ModuleBuilder::import_func(u32 type, bool exact) {
  raw_import(join({{static_cast<u8>(exact ? 0x20 : 0)}, leb(type)}));
  return m_function_count++;
}

void ModuleBuilder::raw_import(Bytes kind_and_type) {
  m_imports.push_back(join({{1, 'm', 1, 'f'}, kind_and_type}));
}

u32 ModuleBuilder::func(std::string_view signature, std::string_view code,
                        std::string_view locals) {
  const std::vector<std::string_view> types = words(locals);
  Bytes declared = leb(types.size());
  for (const std::string_view local : types) append(declared, join({{1}, value_type(local)}));
  return raw_func(type(signature), join({assemble(code), {0x0b}}), std::move(declared));
}

u32 ModuleBuilder::raw_func(u32 type, Bytes code, Bytes locals) {
  m_functions.push_back(leb(type));
  m_code.push_back(sized(join({locals, code})));
  return m_function_count++;
}

void ModuleBuilder::table(std::string_view element, u32 min, bool is64) {
  m_tables.push_back(join({value_type(element), {static_cast<u8>(is64 ? 4 : 0)}, leb(min)}));
}

void ModuleBuilder::memory(u32 min, bool is64) {
  m_memories.push_back(join({{static_cast<u8>(is64 ? 4 : 0)}, leb(min)}));
}

void ModuleBuilder::global(std::string_view type, bool is_mutable, std::string_view init) {
  m_globals.push_back(
      join({value_type(type), {static_cast<u8>(is_mutable)}, assemble(init), {0x0b}}));
}

void ModuleBuilder::export_(std::string_view name, u8 kind, u32 index) {
  m_exports.push_back(join({sized({name.begin(), name.end()}), {kind}, leb(index)}));
}

void ModuleBuilder::declare(std::initializer_list<u32> functions) {
  Bytes bytes = join({{3, 0}, leb(functions.size())});
  for (const u32 function : functions) append(bytes, leb(function));
  m_elems.push_back(std::move(bytes));
}

void ModuleBuilder::passive_data(std::string_view content) {
  m_data.push_back(join({{1}, sized({content.begin(), content.end()})}));
}

Bytes ModuleBuilder::build() const {
  Bytes module = {0, 'a', 's', 'm', 1, 0, 0, 0};
  section(module, 1, m_types);
  section(module, 2, m_imports);
  section(module, 3, m_functions);
  section(module, 4, m_tables);
  section(module, 5, m_memories);
  section(module, 13, m_tags);
  section(module, 6, m_globals);
  section(module, 7, m_exports);
  section(module, 8, m_start, false);
  section(module, 9, m_elems);
  if (m_data_count && !m_data.empty()) section(module, 12, {leb(m_data.size())}, false);
  section(module, 10, m_code);
  section(module, 11, m_data);
  return module;
}

}  // namespace zhan::test

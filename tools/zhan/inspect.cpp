// SPDX-License-Identifier: Apache-2.0
// zhan inspect: what a module imports and exports, how large its parts are, which features it uses
// and what it needs from its host. Uses the public API only.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/utf8.hpp"
#include "zhan/command.hpp"
#include "zhan/common.hpp"
#include "zhan/settings.hpp"
#include "zhan/values.hpp"

namespace zhan::cli {
namespace {

struct InspectOptions {
  bool json = false;
  Settings settings;
};

/// What is told of a module, in the order of the output.
struct Description {
  struct Section {
    std::string name;
    size_t size = 0;
  };
  struct Item {
    std::string module, name, type;
  };
  std::string file;
  size_t size = 0;
  std::string kind;
  std::vector<std::string> needs, wasi, memories;
  uint64_t tables = 0;
  std::vector<std::string> features;
  std::vector<Section> sections;
  std::vector<Item> imports, exports;
};

std::string type_text(const zhan_valtype_t& type) {
  if (type.kind < ZHAN_FUNC) return kind_text(type.kind);
  if ((type.flags & ZHAN_NULLABLE) != 0 && type.heap != ZHAN_HEAP_DEFINED)
    return kind_text(type.kind);
  return fmt::format("(ref {}{})", (type.flags & ZHAN_NULLABLE) != 0 ? "null " : "",
                     kind_text(type.kind));
}

std::string types_text(const zhan_valtype_t* types, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += (i > 0 ? " " : "") + type_text(types[i]);
  return text;
}

std::string limits_text(const zhan_limits_t& limits) {
  std::string text = fmt::format("{}{}", limits.is64 ? "i64 " : "", limits.min);
  if (limits.has_max) text += fmt::format(" {}", limits.max);
  if (limits.shared) text += " shared";
  if (limits.custom_page)
    text += fmt::format(" pages of {} bytes", uint64_t{1} << limits.page_log2);
  return text;
}

std::string extern_text(const zhan_externtype_t& type) {
  switch (type.kind) {
    case ZHAN_EXTERN_FUNC:
    case ZHAN_EXTERN_TAG: {
      const zhan_valtype_t *params = nullptr, *results = nullptr;
      size_t param_count = 0, result_count = 0;
      zhan_functype_get(type.func, &params, &param_count, &results, &result_count);
      return fmt::format("{} [{}] -> [{}]", type.kind == ZHAN_EXTERN_TAG ? "tag" : "func",
                         types_text(params, param_count), types_text(results, result_count));
    }
    case ZHAN_EXTERN_TABLE:
      return fmt::format("table {} {}", limits_text(type.limits), type_text(type.value));
    case ZHAN_EXTERN_MEMORY: return fmt::format("memory {}", limits_text(type.limits));
    case ZHAN_EXTERN_GLOBAL:
      return fmt::format("global {}{}", type.is_mutable ? "mut " : "", type_text(type.value));
    default: return "?";
  }
}

/// Reads a number of the binary format; false at the end of the bytes.
bool read_leb(std::string_view bytes, size_t& at, uint64_t& value) {
  value = 0;
  for (uint32_t shift = 0; at < bytes.size() && shift < 64; shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes[at++]);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

/// One entry of a memory section, moving past it.
zhan_limits_t read_memory(std::string_view bytes, size_t& at) {
  zhan_limits_t limits{};
  uint64_t flags = 0, log2 = 16;
  read_leb(bytes, at, flags);
  limits.has_max = (flags & 1) != 0;
  limits.shared = (flags & 2) != 0;
  limits.is64 = (flags & 4) != 0;
  limits.custom_page = (flags & 8) != 0;
  read_leb(bytes, at, limits.min);
  if (limits.has_max) read_leb(bytes, at, limits.max);
  if (limits.custom_page) read_leb(bytes, at, log2);
  limits.page_log2 = static_cast<uint8_t>(log2);
  return limits;
}

/// What a section defines, which the interface shows only where it is exported: the memories, and
/// the number of tables (their initial values would have to be read to pass them).
void add_defined(Description& result, uint8_t id, std::string_view contents) {
  uint64_t count = 0;
  size_t at = 0;
  if (!read_leb(contents, at, count)) return;
  if (id == 4) result.tables += count;
  if (id != 5) return;
  for (; count > 0 && at < contents.size(); --count)
    result.memories.push_back(limits_text(read_memory(contents, at)));
}

/// Adds name and size of each section of a valid binary, and what they define.
void add_sections(std::string_view bytes, Description& result) {
  static constexpr const char* names[] = {"custom", "type",   "import",     "function", "table",
                                          "memory", "global", "export",     "start",    "element",
                                          "code",   "data",   "data count", "tag"};
  for (size_t at = 8; at < bytes.size();) {
    const auto id = static_cast<uint8_t>(bytes[at++]);
    uint64_t size = 0, name_size = 0;
    if (!read_leb(bytes, at, size) || size > bytes.size() - at) break;
    std::string name = id < std::size(names) ? names[id] : "?";
    size_t inside = at;
    if (id == 0 && read_leb(bytes, inside, name_size) && name_size <= bytes.size() - inside)
      name += fmt::format(" \"{}\"", bytes.substr(inside, name_size));
    result.sections.push_back({name, size});
    add_defined(result, id, bytes.substr(at, size));
    at += size;
  }
}

/// A feature is used if the module is not valid without it.
std::vector<std::string> features_of(std::string_view bytes, const Settings& settings) {
  std::vector<zhan_str_t> names(zhan_features(nullptr, 0));
  zhan_features(names.data(), names.size());
  std::vector<std::string> used;
  for (const zhan_str_t& name : names) {
    if (view(name) == "mvp" || view(name).find('.') != std::string_view::npos) continue;
    Settings without = settings;
    without.push_back(fmt::format("feature.{}=off", view(name)));
    EngineOwner engine;
    if (make_engine(without, engine) != exit_ok) continue;
    const ErrorOwner error(zhan_module_validate(engine.get(), bytes.data(), bytes.size()));
    if (error != nullptr) used.emplace_back(view(name));
  }
  return used;
}

const char* kind_of(const std::vector<Description::Item>& exports) {
  bool reactor = false;
  for (const Description::Item& item : exports) {
    if (item.name == "_start") return "command (starts by _start)";
    reactor = reactor || item.name == "_initialize";
  }
  return reactor ? "reactor (_initialize, then functions)"
                 : "library (call functions with --invoke)";
}

void add_import(Description& result, const zhan_import_t& item) {
  const std::string module(view(item.module)), name(view(item.name));
  result.imports.push_back({module, name, extern_text(item.type)});
  const bool is_wasi = module == "wasi_snapshot_preview1";
  const std::string need = is_wasi ? "WASI preview 1" : "imports of \"" + module + "\"";
  if (std::find(result.needs.begin(), result.needs.end(), need) == result.needs.end())
    result.needs.push_back(need);
  if (is_wasi) result.wasi.push_back(name);
  // Imported memories and tables come first in their index spaces, so they are added first.
  if (item.type.kind == ZHAN_EXTERN_MEMORY)
    result.memories.push_back(limits_text(item.type.limits) + " imported");
  if (item.type.kind == ZHAN_EXTERN_TABLE) ++result.tables;
}

Description describe_module(zhan_module_t* module, const std::string& path, std::string_view bytes,
                            const Settings& settings) {
  Description result;
  result.file = path;
  result.size = bytes.size();
  result.features = features_of(bytes, settings);
  std::vector<zhan_import_t> in(zhan_module_imports(module, nullptr, 0));
  zhan_module_imports(module, in.data(), in.size());
  for (const zhan_import_t& item : in) add_import(result, item);
  std::vector<zhan_export_t> out(zhan_module_exports(module, nullptr, 0));
  zhan_module_exports(module, out.data(), out.size());
  for (const zhan_export_t& item : out)
    result.exports.push_back({"", std::string(view(item.name)), extern_text(item.type)});
  result.kind = kind_of(result.exports);
  add_sections(bytes, result);
  return result;
}

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& item : list) text += (text.empty() ? "" : ", ") + printable(item);
  return text.empty() ? "nothing" : text;
}

void print_plain(const Description& m) {
  fmt::print("{}: {} bytes, {}\n", m.file, m.size, m.kind);
  fmt::print("needs: {}\n", joined(m.needs));
  if (!m.wasi.empty()) fmt::print("WASI functions: {}\n", joined(m.wasi));
  fmt::print("memories, in pages: {}\ntables: {}\n", joined(m.memories), m.tables);
  fmt::print("features beyond 1.0: {}\nsections:\n", joined(m.features));
  for (const Description::Section& s : m.sections)
    fmt::print("  {:28} {:>10} bytes\n", printable(s.name), s.size);
  fmt::print("imports: {}\n", m.imports.size());
  for (const Description::Item& i : m.imports)
    fmt::print("  \"{}\" \"{}\" {}\n", printable(i.module), printable(i.name), i.type);
  fmt::print("exports: {}\n", m.exports.size());
  for (const Description::Item& e : m.exports)
    fmt::print("  \"{}\" {}\n", printable(e.name), e.type);
}

/// A JSON string. Names of valid modules are UTF-8; a file's may be anything, of which only the
/// part that is UTF-8 can be told.
std::string json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, valid_utf8_prefix(text))) {
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + "\"";
}

/// A JSON array with an item a line.
template <class T, class F>
std::string json_array(const std::vector<T>& list, F item) {
  std::string out;
  for (const T& each : list) out += fmt::format("{}\n    {}", out.empty() ? "" : ",", item(each));
  return out.empty() ? "[]" : fmt::format("[{}\n  ]", out);
}

std::string json_list(const std::vector<std::string>& list) {
  return json_array(list, [](const std::string& text) { return json(text); });
}

void print_json(const Description& m) {
  const auto section = [](const Description::Section& s) {
    return fmt::format("{{\"name\": {}, \"size\": {}}}", json(s.name), s.size);
  };
  const auto import = [](const Description::Item& i) {
    return fmt::format("{{\"module\": {}, \"name\": {}, \"type\": {}}}", json(i.module),
                       json(i.name), json(i.type));
  };
  const auto item = [](const Description::Item& e) {
    return fmt::format("{{\"name\": {}, \"type\": {}}}", json(e.name), json(e.type));
  };
  fmt::print("{{\n  \"file\": {},\n  \"size\": {},\n  \"kind\": {},\n", json(m.file), m.size,
             json(m.kind));
  fmt::print("  \"needs\": {},\n  \"wasi\": {},\n  \"memories\": {},\n  \"tables\": {},\n",
             json_list(m.needs), json_list(m.wasi), json_list(m.memories), m.tables);
  fmt::print("  \"features\": {},\n  \"sections\": {},\n", json_list(m.features),
             json_array(m.sections, section));
  fmt::print("  \"imports\": {},\n  \"exports\": {}\n}}\n", json_array(m.imports, import),
             json_array(m.exports, item));
}

int inspect(const InspectOptions& o, const std::string& path) {
  std::string bytes;
  if (!read_file(path, bytes))
    return complain(fmt::format("cannot read '{}': {}", path, std::strerror(errno)));
  EngineOwner engine;
  if (const int failed = make_engine(o.settings, engine); failed != exit_ok) return failed;
  const std::string label = path == "-" ? "stdin" : path;
  zhan_module_t* opened = nullptr;
  if (zhan_error_t* error =
          zhan_module_new(engine.get(), bytes.data(), bytes.size(), str(label), &opened)) {
    const ErrorOwner owner(error);
    return complain(describe(error));
  }
  const ModuleOwner module(opened);
  if (!bytes.empty() && bytes[0] != '\0') {  // text: sizes are those of its binary form
    zhan_bytes_t binary{};
    zhan_error_drop(zhan_wat_to_wasm(str(bytes), &binary));
    bytes.assign(reinterpret_cast<const char*>(binary.data), binary.size);
    zhan_bytes_drop(&binary);
  }
  const Description description = describe_module(module.get(), path, bytes, o.settings);
  if (o.json)
    print_json(description);
  else
    print_plain(description);
  return exit_ok;
}

}  // namespace

Command inspect_command() {
  auto state = std::make_shared<InspectOptions>();
  Command command;
  command.name = "inspect";
  command.summary = "Show imports, exports, sizes, features and needs of a module";
  command.operands = "FILE";
  command.options = {Option::flag("json", 0, state->json, "Print JSON")};
  add_setting_options(command, state->settings);
  command.details =
      "Examples:\n"
      "  zhan inspect program.wasm\n"
      "  zhan inspect --json - <program.wasm";
  command.run = [state](const std::vector<std::string>& operands) {
    if (operands.size() != 1)
      return complain("inspect: give one file; - is standard input", exit_usage);
    return inspect(*state, operands[0]);
  };
  command.state = state;
  return command;
}

}  // namespace zhan::cli

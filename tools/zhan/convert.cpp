// SPDX-License-Identifier: Apache-2.0
// zhan parse, print, strip: from one form of a module to another.
#include <fmt/format.h>

#include <algorithm>

#include "binary/encode.hpp"
#include "engine/engine.hpp"
#include "text/print.hpp"
#include "zhan/command.hpp"
#include "zhan/common.hpp"
#include "zhan/module_file.hpp"

namespace zhan::cli {
namespace {

struct ConvertOptions {
  std::string output;
  std::vector<std::string> keep;
  bool no_names = false, no_check = false, folded = false, offsets = false;
};

std::string_view view_of(const std::vector<u8>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Validates what is about to be written.
int check_bytes(const std::string& path, const std::vector<u8>& bytes) {
  engine::Config config;
  for (usize i = 0; i < feature_count; ++i) config.features.set(static_cast<Feature>(i), true);
  auto engine = engine::Engine::create(std::move(config));
  if (!engine) return complain(engine.error().to_string());
  const auto module = (*engine)->compile(bytes, {}, path, false);
  return module ? exit_ok : complain(fmt::format("{}: {}", path, module.error().to_string()));
}

int parse(const ConvertOptions& o, const std::string& path) {
  auto file = read_module(path);
  if (!file) return complain(file.error().to_string());
  binary::EncodeOptions options;
  if (o.no_names) options.keep_custom = [](std::string_view name) { return name != "name"; };
  const std::vector<u8> bytes = binary::encode(file->module, options);
  if (!o.no_check)
    if (const int code = check_bytes(path, bytes); code != exit_ok) return code;
  return write_output(o.output, view_of(bytes), true);
}

int print(const ConvertOptions& o, const std::string& path) {
  auto file = read_module(path);
  if (!file) return complain(file.error().to_string());
  text::PrintOptions options;
  options.folded = o.folded;
  options.names = !o.no_names;
  options.offsets = o.offsets;
  return write_output(o.output, text::print(file->module, options), false);
}

int strip(const ConvertOptions& o, const std::string& path) {
  auto file = read_module(path);
  if (!file) return complain(file.error().to_string());
  binary::EncodeOptions options;
  options.keep_custom = [&o](std::string_view name) {
    return std::find(o.keep.begin(), o.keep.end(), name) != o.keep.end();
  };
  return write_output(o.output, view_of(binary::encode(file->module, options)), true);
}

Command convert_command(std::string name, std::string summary,
                        int (*convert)(const ConvertOptions&, const std::string&),
                        std::shared_ptr<ConvertOptions> state) {
  Command command;
  command.name = std::move(name);
  command.summary = std::move(summary);
  command.operands = "FILE";
  command.options.push_back(
      Option::text("output", 'o', "FILE", state->output, "Write here instead of standard output"));
  command.run = [state, convert, label = command.name](const std::vector<std::string>& operands) {
    if (operands.size() != 1)
      return complain(
          fmt::format("{}: give one file, not {}; - is standard input", label, operands.size()),
          exit_usage);
    return convert(*state, operands[0]);
  };
  command.state = state;
  return command;
}

}  // namespace

Command parse_command() {
  auto state = std::make_shared<ConvertOptions>();
  Command command = convert_command("parse", "From text (.wat) to binary (.wasm)", parse, state);
  command.options.push_back(Option::flag("no-names", 0, state->no_names, "Write no name section"));
  command.options.push_back(
      Option::flag("no-check", 0, state->no_check, "Do not validate the module"));
  command.details =
      "Example:\n"
      "  zhan parse program.wat -o program.wasm";
  return command;
}

Command print_command() {
  auto state = std::make_shared<ConvertOptions>();
  Command command = convert_command("print", "From binary to text", print, state);
  command.options.push_back(
      Option::flag("fold-exprs", 'f', state->folded, "Write nested expressions"));
  command.options.push_back(
      Option::flag("no-names", 0, state->no_names, "Write numbers instead of names"));
  command.options.push_back(
      Option::flag("offsets", 0, state->offsets, "Write each instruction's byte offset"));
  command.details =
      "Examples:\n"
      "  zhan print program.wasm | less\n"
      "  zhan print --fold-exprs program.wasm -o program.wat";
  return command;
}

Command strip_command() {
  auto state = std::make_shared<ConvertOptions>();
  Command command = convert_command(
      "strip", "Remove custom sections: names, debug information, notes", strip, state);
  command.options.push_back(
      Option::list("keep", 0, "NAME", state->keep, "Keep the custom section of this name"));
  command.details =
      "Examples:\n"
      "  zhan strip program.wasm -o small.wasm\n"
      "  zhan strip --keep name program.wasm -o named.wasm";
  return command;
}

}  // namespace zhan::cli

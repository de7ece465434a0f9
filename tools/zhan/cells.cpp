// SPDX-License-Identifier: Apache-2.0
// zhan cells: the interpreter's code of functions, beside the instructions it comes from.
#include <fmt/format.h>

#include <charconv>

#include "engine/engine.hpp"
#include "interp/interp.hpp"
#include "zhan/command.hpp"
#include "zhan/common.hpp"
#include "zhan/settings.hpp"

namespace zhan::cli {
namespace {

/// The function of a number (in the module's index space) or a name; ~0 if there is none.
u32 find_function(const runtime::ModuleInfo& info, const std::string& text) {
  u32 number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end)
    return number < info.module.functions.size() ? number : ~u32{0};
  const Names names(info.module);
  for (u32 i = 0; i < info.module.functions.size(); ++i)
    if (names.get(NameKind::function, i) == text) return i;
  for (const Export& item : info.module.exports)
    if (item.kind == ExternKind::func && info.module.text(item.name) == text) return item.index;
  return ~u32{0};
}

int list(const runtime::CodeModule& code, u32 function) {
  const u32 imported = code.module().imported_functions;
  const auto text = interp::list_cells(code, function - imported);
  if (!text) return complain(fmt::format("function {}: {}", function, text.error().to_string()));
  const Names names(code.module());
  fmt::print("function {} {}: {}\n", function, names.get(NameKind::function, function), *text);
  return exit_ok;
}

int cells(const Settings& settings, const std::vector<std::string>& operands) {
  if (operands.empty() || operands.size() > 2)
    return complain("cells: write zhan cells FILE [FUNCTION], a number or a name", exit_usage);
  engine::Config config;
  const int bad = apply_settings(settings, [&](std::string_view key, std::string_view value) {
    const auto set = config.set(key, value);
    return set ? exit_ok : complain(set.error().to_string(), exit_usage);
  });
  if (bad != exit_ok) return bad;
  auto engine = engine::Engine::create(std::move(config));
  if (!engine) return complain(engine.error().to_string());
  const auto module = (*engine)->compile_file(operands[0]);
  if (!module) return complain(module.error().to_string());
  const runtime::CodeModule code(**module, (*engine)->config().mode, (*engine)->table());
  const u32 imported = code.module().imported_functions;
  if (operands.size() == 2) {
    const u32 function = find_function(**module, operands[1]);
    if (function == ~u32{0})
      return complain(fmt::format("{} has no function '{}'; zhan objdump -x lists them",
                                  operands[0], operands[1]));
    if (function < imported)
      return complain(fmt::format("function {} is imported: it has no cells", function));
    return list(code, function);
  }
  int worst = exit_ok;
  for (u32 i = 0; i < code.body_count(); ++i) worst = std::max(worst, list(code, imported + i));
  return worst;
}

}  // namespace

Command cells_command() {
  auto state = std::make_shared<Settings>();
  Command command;
  command.name = "cells";
  command.summary = "Show the interpreter's code of functions, beside their instructions";
  command.operands = "FILE [FUNCTION]";
  command.details =
      "FUNCTION is a number or a name; all functions if it is left out.\n\n"
      "Examples:\n"
      "  zhan cells program.wasm main\n"
      "  zhan cells --set explicit-checks program.wasm 12";
  add_setting_options(command, *state);
  command.run = [state](const std::vector<std::string>& operands) {
    return cells(*state, operands);
  };
  command.state = state;
  return command;
}

}  // namespace zhan::cli

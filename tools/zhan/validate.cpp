// SPDX-License-Identifier: Apache-2.0
// zhan validate: tells whether modules are valid. Uses the public API only.
#include "zhan/command.hpp"
#include "zhan/common.hpp"
#include "zhan/settings.hpp"

namespace zhan::cli {
namespace {

int validate(const Settings& settings, const std::vector<std::string>& paths) {
  if (paths.empty())
    return complain("validate: no file given; write zhan validate FILE...", exit_usage);
  EngineOwner engine;
  if (const int failed = make_engine(settings, engine); failed != exit_ok) return failed;
  int code = exit_ok;
  for (const std::string& path : paths) {
    zhan_module_t* module = nullptr;
    if (zhan_error_t* error = zhan_module_open(engine.get(), str(path), &module)) {
      const ErrorOwner owner(error);
      code = report(error);
    }
    zhan_module_drop(module);
  }
  return code;
}

}  // namespace

Command validate_command() {
  auto state = std::make_shared<Settings>();
  Command command;
  command.name = "validate";
  command.summary = "Tell whether modules are valid, and if not, where and why";
  command.operands = "FILE...";
  add_setting_options(command, *state);
  command.details =
      "Prints nothing and returns 0 if all are, else 1.\n\n"
      "Examples:\n"
      "  zhan validate program.wasm library.wat\n"
      "  zhan validate --feature simd=off program.wasm";
  command.run = [state](const std::vector<std::string>& operands) {
    return validate(*state, operands);
  };
  command.state = state;
  return command;
}

}  // namespace zhan::cli

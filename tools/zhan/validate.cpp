// SPDX-License-Identifier: Apache-2.0
// zhan validate: tells whether modules are valid. Uses the public API only.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "zhan/command.hpp"
#include "zhan/common.hpp"

namespace zhan::cli {
namespace {

struct ValidateOptions {
  std::vector<std::string> settings;
};

int validate(const ValidateOptions& o, const std::vector<std::string>& paths) {
  if (paths.empty())
    return complain("validate: no file given; write zhan validate FILE...", exit_usage);
  zhan_config_t* config = zhan_config_new();
  for (const std::string& setting : o.settings) {
    const size_t equals = setting.find('=');
    const std::string value = equals == std::string::npos ? "on" : setting.substr(equals + 1);
    if (zhan_error_t* error =
            zhan_config_set(config, str(std::string_view(setting).substr(0, equals)), str(value))) {
      const ErrorOwner owner(error);
      zhan_config_drop(config);
      return report(error);
    }
  }
  zhan_engine_t* made = nullptr;
  if (zhan_error_t* error = zhan_engine_new(config, &made)) {
    const ErrorOwner owner(error);
    return report(error);
  }
  const EngineOwner engine(made);
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
  auto state = std::make_shared<ValidateOptions>();
  Command command;
  command.name = "validate";
  command.summary = "Tell whether modules are valid, and if not, where and why";
  command.operands = "FILE...";
  command.options = {Option::list("set", 0, "KEY[=VALUE]", state->settings,
                                  "Set an option of the engine, like feature.simd=off")};
  command.details = "Prints nothing and returns 0 if all are.";
  command.run = [state](const std::vector<std::string>& operands) {
    return validate(*state, operands);
  };
  command.state = state;
  return command;
}

}  // namespace zhan::cli

// SPDX-License-Identifier: Apache-2.0
// The command line: finds the subcommand, reports bad usage.
#include <fmt/format.h>

#include <algorithm>

#include "zhan/command.hpp"
#include "zhan/common.hpp"

namespace zhan::cli {
namespace {

constexpr const char* footer =
    "zhan FILE [ARGS...] means zhan run FILE [ARGS...].\n\n"
    "Examples:\n"
    "  zhan program.wasm one two          run a WASI program\n"
    "  zhan run --invoke fib fib.wat 30   call a function\n"
    "  zhan inspect program.wasm          what it imports, exports and needs\n"
    "  zhan print program.wasm            as text\n"
    "  zhan wast tests/                   run test scripts\n";

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

/// The words after the program's name, backwards as CLI11 takes them; `run` put in where it is meant.
std::vector<std::string> words_of(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const std::vector<std::string> names = command_names(app);
  if (!words.empty()) {
    const std::string& first = words[0];
    const bool option = first.size() > 1 && first[0] == '-';
    const bool known = std::find(names.begin(), names.end(), first) != names.end();
    const bool looks_like_file = first == "-" || first.find_first_of("./") != std::string::npos;
    if (!option && !known && (looks_like_file || nearest(first, names).empty()))
      words.insert(words.begin(), "run");
  }
  std::reverse(words.begin(), words.end());
  return words;
}

/// Bad usage in one sentence, with the nearest command or option if there is one.
int bad_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::string message = error.what();
  if (argc > 1 && argv[1][0] != '-' && app.get_subcommands().empty()) {
    const std::string near = nearest(argv[1], command_names(app));
    message = fmt::format("no command '{}'", argv[1]);
    if (!near.empty()) message += fmt::format("; did you mean '{}'?", near);
  }
  return complain(message + "\nzhan --help lists commands and options.", exit_usage);
}

int run(int argc, char** argv) {
  CLI::App app("Zhan: a WebAssembly virtual machine", "zhan");
  int exit_code = exit_ok;
  app.set_version_flag("--version", fmt::format("zhan {}", view(zhan_version(nullptr))));
  app.require_subcommand(1);
  app.footer(footer);
  add_run(app, exit_code);
  add_all_others(app, exit_code);
  try {
    app.parse(words_of(app, argc, argv));
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return bad_usage(app, error, argc, argv);
  } catch (const std::exception& error) {
    return complain(error.what());
  }
  return exit_code;
}

}  // namespace
}  // namespace zhan::cli

int main(int argc, char** argv) { return zhan::cli::run(argc, argv); }

// SPDX-License-Identifier: Apache-2.0
#include "zhan/command.hpp"

#include <fmt/format.h>
#include <getopt.h>

#include "zhan/common.hpp"

namespace zhan::cli {

Option Option::flag(std::string name, char letter, bool& target, std::string help) {
  return {std::move(name), letter, "", std::move(help),
          [&target](const std::string&) { target = true; }};
}

Option Option::text(std::string name, char letter, std::string value, std::string& target,
                    std::string help) {
  return {std::move(name), letter, std::move(value), std::move(help),
          [&target](const std::string& given) { target = given; }};
}

Option Option::maybe(std::string name, char letter, std::string value,
                     std::optional<std::string>& target, std::string help) {
  return {std::move(name), letter, std::move(value), std::move(help),
          [&target](const std::string& given) { target = given; }};
}

Option Option::list(std::string name, char letter, std::string value,
                    std::vector<std::string>& target, std::string help) {
  return {std::move(name), letter, std::move(value), std::move(help),
          [&target](const std::string& given) { target.push_back(given); }};
}

namespace {

constexpr int help_code = 1000;

/// getopt_long's tables for a command.
struct Tables {
  std::vector<option> longs;
  std::string shorts;

  explicit Tables(const Command& command) {
    shorts = command.stop_at_operand ? "+:" : ":";
    for (size_t i = 0; i < command.options.size(); ++i) {
      const Option& o = command.options[i];
      const bool takes = !o.value.empty();
      const int code = o.letter != 0 ? o.letter : help_code + 1 + static_cast<int>(i);
      longs.push_back({o.name.c_str(), takes ? required_argument : no_argument, nullptr, code});
      if (o.letter != 0) shorts += o.letter;
      if (o.letter != 0 && takes) shorts += ':';
    }
    longs.push_back({"help", no_argument, nullptr, help_code});
    if (shorts.find('h') == std::string::npos) shorts += 'h';
    longs.push_back({});
  }
};

const Option* option_of(const Command& command, int code) {
  for (size_t i = 0; i < command.options.size(); ++i)
    if (code == command.options[i].letter || code == help_code + 1 + static_cast<int>(i))
      return &command.options[i];
  return nullptr;
}

int unknown_option(const Command& command, const std::string& word) {
  std::string message = fmt::format("{}: unknown option '{}'", command.name, word);
  std::vector<std::string> names;
  names.reserve(command.options.size());
  for (const Option& o : command.options) names.push_back("--" + o.name);
  const std::string near = nearest(word.substr(0, word.find('=')), names);
  if (!near.empty()) message += fmt::format("; did you mean '{}'?", near);
  return complain(message + fmt::format("\nzhan {} --help lists them.", command.name), exit_usage);
}

std::string option_column(const Option& o) {
  std::string text =
      o.letter != 0 ? fmt::format("-{}, --{}", o.letter, o.name) : fmt::format("    --{}", o.name);
  return o.value.empty() ? text : text + " " + o.value;
}

std::string row(const std::string& left, const std::string& right) {
  if (left.size() > 26) return fmt::format("  {}\n  {:28}{}\n", left, "", right);
  return fmt::format("  {:28}{}\n", left, right);
}

}  // namespace

int execute(const Command& command, const std::vector<std::string>& words) {
  std::vector<std::string> owned = words;
  owned.insert(owned.begin(), "zhan");
  std::vector<char*> argv;
  argv.reserve(owned.size() + 1);
  for (std::string& word : owned) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int argc = static_cast<int>(owned.size());
  const Tables tables(command);
  opterr = 0;
  optind = 0;
  while (true) {
    const int before = optind == 0 ? 1 : optind;
    const int code =
        getopt_long(argc, argv.data(), tables.shorts.c_str(), tables.longs.data(), nullptr);
    if (code == -1) break;
    const Option* found = option_of(command, code);
    if (found == nullptr && (code == help_code || code == 'h')) {
      fmt::print("{}", help_text(command));
      return exit_ok;
    }
    const std::string word = argv[optind > before ? optind - 1 : before];
    if (code == ':')
      return complain(fmt::format("{}: option '{}' needs a value", command.name, word), exit_usage);
    if (found == nullptr) return unknown_option(command, word);
    if (found->explain != nullptr && std::string_view(optarg) == "help") {
      found->explain();
      return exit_ok;
    }
    found->set(optarg != nullptr ? optarg : "");
  }
  return command.run({argv.begin() + optind, argv.end() - 1});
}

std::string help_text(const Command& command) {
  std::string text = fmt::format("{}\n\nUsage: zhan {} [OPTIONS] {}\n\nOptions:\n", command.summary,
                                 command.name, command.operands);
  for (const Option& o : command.options) text += row(option_column(o), o.help);
  text += row(option_of(command, 'h') != nullptr ? "    --help" : "-h, --help", "Print this help");
  if (!command.details.empty()) text += "\n" + command.details + "\n";
  return text;
}

std::string help_text() {
  std::string text =
      "Zhan: a WebAssembly virtual machine\n\nUsage: zhan COMMAND [OPTIONS] ...\n"
      "       zhan [run OPTIONS] FILE [ARGS...]\n\nCommands:\n";
  for (const Command& command : commands())
    if (!command.hidden) text += row(command.name, command.summary);
  text += "\nOptions:\n" + row("-h, --help", "Print this help; zhan COMMAND --help for a command") +
          row("    --version", "Print the version") +
          row("    --features help", "List the features of the language, with phase and default");
  return text +
         "\nExit codes: the program's own; 134 for a trap, 124 for a timeout, 1 for an invalid or\n"
         "missing module, 2 for bad usage.\n"
         "\nExamples:\n"
         "  zhan program.wasm one two          run a WASI program\n"
         "  zhan run --invoke fib fib.wat 30   call a function\n"
         "  zhan inspect program.wasm          what it imports, exports and needs\n"
         "  zhan print program.wasm            as text\n"
         "  zhan wast tests/                   run test scripts\n";
}

std::string check_count(const Command& command, size_t given, size_t least, size_t most) {
  if (given >= least && given <= most) return {};
  return fmt::format("{}: {}; write zhan {} {}", command.name,
                     given < least ? "no file given" : "too many files", command.name,
                     command.operands);
}

}  // namespace zhan::cli

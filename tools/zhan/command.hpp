// SPDX-License-Identifier: Apache-2.0
// What a subcommand is: a table of options and a function. Parsing is getopt_long's; help,
// completion and man page are made from the same tables. (CLI11 was here first: its streams made
// the program 0.75 MB larger, a start 1.5 MB heavier and twice as long; docs/rationale.md.)
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhan::cli {

struct Option {
  std::string name;   // without dashes
  char letter = 0;    // short form, 0 = none; h takes it from --help
  std::string value;  // what stands for its value in help; "" = a flag
  std::string help;
  std::function<void(const std::string&)> set;  // may be called several times; "" for a flag
  void (*explain)() = nullptr;                  // what the value "help" prints, if it may be that

  /// A flag.
  static Option flag(std::string name, char letter, bool& target, std::string help);
  /// The last value counts.
  static Option text(std::string name, char letter, std::string value, std::string& target,
                     std::string help);
  /// The same where no value is different from an empty one.
  static Option maybe(std::string name, char letter, std::string value,
                      std::optional<std::string>& target, std::string help);
  /// All values count.
  static Option list(std::string name, char letter, std::string value,
                     std::vector<std::string>& target, std::string help);
};

/// One subcommand. Options refer to variables that the command owns through `state`.
struct Command {
  std::string name;
  std::string summary;
  std::string operands;  // "FILE [ARGS...]"
  std::string details;   // a paragraph after the options; exit codes, examples
  std::vector<Option> options;
  std::vector<std::string> choices;  // what an operand may be, if that is no file
  bool stop_at_operand = false;      // what follows the first operand belongs to a guest
  bool hidden = false;
  /// Runs it with its operands; the exit code.
  std::function<int(const std::vector<std::string>&)> run;
  std::shared_ptr<void> state;
};

/// In the order --help lists them (commands.cpp).
[[nodiscard]] const std::vector<Command>& commands();

// One file each.
[[nodiscard]] Command run_command();
[[nodiscard]] Command parse_command();
[[nodiscard]] Command print_command();
[[nodiscard]] Command validate_command();
[[nodiscard]] Command objdump_command();
[[nodiscard]] Command inspect_command();
[[nodiscard]] Command strip_command();
[[nodiscard]] Command wast_command();
[[nodiscard]] Command cells_command();
[[nodiscard]] Command completion_command();

/// Parses the words after the subcommand's name and runs it. --help prints its help.
int execute(const Command& command, const std::vector<std::string>& words);
[[nodiscard]] std::string help_text(const Command& command);
/// The page for man(1).
[[nodiscard]] std::string manual_page();
/// Help of the whole program.
[[nodiscard]] std::string help_text();
/// Refuses operands in a number a command does not take: a message, or "".
[[nodiscard]] std::string check_count(const Command& command, size_t given, size_t least,
                                      size_t most);

}  // namespace zhan::cli

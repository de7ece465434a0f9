// SPDX-License-Identifier: Apache-2.0
// The command line: finds the subcommand.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "zhan/command.hpp"
#include "zhan/common.hpp"
#include "zhan/settings.hpp"

namespace zhan::cli {
namespace {

const Command* find_command(const std::string& name) {
  for (const Command& command : commands())
    if (command.name == name) return &command;
  return nullptr;
}

int no_command(const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : commands()) names.push_back(command.name);
  const std::string near = nearest(word, names);
  const std::string hint = near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
  return complain(
      fmt::format("no command and no file '{}'{}\nzhan --help lists the commands.", word, hint),
      exit_usage);
}

/// Whether a first word that is no command is meant as a file: it looks like one, or there is one.
bool is_file(const std::string& word) {
  return word == "-" || word.find_first_of("./") != std::string::npos ||
         access(word.c_str(), F_OK) == 0;
}

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) return complain("no command given\n" + help_text(), exit_usage);
  const std::string first = words[0];
  if (first == "--help" || first == "-h" || first == "help") {
    const Command* about = words.size() > 1 ? find_command(words[1]) : nullptr;
    fmt::print("{}", about != nullptr ? help_text(*about) : help_text());
    return exit_ok;
  }
  if (first == "--version" || first == "-V") {
    fmt::print("zhan {}\n", view(zhan_version(nullptr)));
    return exit_ok;
  }
  if (first == "--features") {
    list_features();
    return exit_ok;
  }
  if (const Command* command = find_command(first))
    return execute(*command, {words.begin() + 1, words.end()});
  if (first.starts_with('-') && first != "-") return execute(*find_command("run"), words);
  if (is_file(first)) return execute(*find_command("run"), words);
  return no_command(first);
}

}  // namespace
}  // namespace zhan::cli

int main(int argc, char** argv) {
  const int code = zhan::cli::main(argc, argv);
  // Output that did not arrive must not look like success: a full disk shows only here.
  const bool arrived = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (arrived || code != zhan::cli::exit_ok) return code;
  return zhan::cli::complain("cannot write to standard output; is its disk full?");
}

// SPDX-License-Identifier: Apache-2.0
// The command line: finds the subcommand.
#include <fmt/format.h>

#include <cstdio>

#include "wasm/features.hpp"
#include "zhan/command.hpp"
#include "zhan/common.hpp"

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
  return complain(fmt::format("no command '{}'{}\nzhan --help lists them.", word, hint),
                  exit_usage);
}

/// Whether a first word that is no command may be a file.
bool may_be_file(const std::string& word) {
  if (word == "-" || word.find_first_of("./") != std::string::npos) return true;
  std::vector<std::string> names;
  for (const Command& command : commands()) names.push_back(command.name);
  return nearest(word, names).empty();
}

/// --features help: all features of the language.
int list_features() {
  fmt::print("{:22}{:7}{:9}{}\n", "feature", "phase", "default", "what it adds");
  for (const FeatureInfo& feature : feature_table)
    fmt::print("{:22}{:<7}{:9}{}\n", feature.name, feature.phase, feature.on ? "on" : "off",
               feature.text);
  fmt::print("\nSwitch one with --set feature.NAME=on or off.\n");
  return exit_ok;
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
  if (first == "--features") return list_features();
  if (const Command* command = find_command(first))
    return execute(*command, {words.begin() + 1, words.end()});
  if (first.starts_with('-') && first != "-") return execute(*find_command("run"), words);
  if (may_be_file(first)) return execute(*find_command("run"), words);
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

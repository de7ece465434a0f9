// SPDX-License-Identifier: Apache-2.0
// zhan completion: scripts for shells, made from the tables of the commands; the manual page.
#include <fmt/format.h>

#include "zhan/command.hpp"
#include "zhan/common.hpp"

namespace zhan::cli {
namespace {

bool takes_directory(const Option& o) { return o.value.starts_with("HOST"); }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string words_of(const Command& command) {
  std::string words = "--help";
  for (const Option& o : command.options) words += " --" + o.name;
  return words;
}

std::string names() {
  std::vector<std::string> list;
  for (const Command& command : commands())
    if (!command.hidden) list.push_back(command.name);
  return joined(list);
}

std::string directory_options() {
  std::string text;
  for (const Command& command : commands())
    for (const Option& o : command.options)
      if (takes_directory(o)) text += (text.empty() ? "--" : "|--") + o.name;
  return text;
}

constexpr const char* bash_start =
    "_zhan_reply() {{ mapfile -t COMPREPLY < <(compgen \"$@\" -- \"$word\"); }}\n"
    "_zhan() {{\n"
    "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words "
    "operands=''\n"
    "  if [ \"$COMP_CWORD\" -eq 1 ] && [[ $word != -* ]]; then\n"
    "    _zhan_reply -f -W '{}'\n"
    "    return\n  fi\n"
    "  case ${{COMP_WORDS[1]}} in\n";
constexpr const char* bash_end =
    "  esac\n"
    "  case $before in {}) _zhan_reply -d; return ;; esac\n"
    "  case $word in\n"
    "    -*) _zhan_reply -W \"$words\" ;;\n"
    "    *) if [ -n \"$operands\" ]; then _zhan_reply -W \"$operands\"; else _zhan_reply -f; fi "
    ";;\n"
    "  esac\n}}\n"
    "complete -o filenames -F _zhan zhan\n";

std::string bash() {
  std::string cases, of_run;
  for (const Command& command : commands()) {
    const std::string words = words_of(command);
    cases += fmt::format("    {}) words='{}' operands='{}' ;;\n", command.name, words,
                         joined(command.choices));
    if (command.name == "run") of_run = words;
  }
  cases += fmt::format("    *) words='{} --version --features' ;;\n", of_run);
  return fmt::format(bash_start, names()) + cases + fmt::format(bash_end, directory_options());
}

std::string quoted(std::string text) {
  for (size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4)
    text.replace(at, 1, "'\\''");
  return text;
}

/// An argument of _arguments for each spelling of an option.
std::string zsh_option(const Option& o) {
  std::string help = quoted(o.help);
  for (char& c : help)
    if (c == '[' || c == ']' || c == ':') c = ' ';
  const char* const value = o.value.empty()      ? ""
                            : takes_directory(o) ? ":directory:_directories"
                                                 : ":value:_files";
  std::string text = fmt::format(" '*--{}[{}]{}'", o.name, help, value);
  if (o.letter != 0) text += fmt::format(" '*-{}[{}]{}'", o.letter, help, value);
  return text;
}

std::string zsh() {
  std::string list, cases;
  for (const Command& command : commands()) {
    if (!command.hidden)
      list += fmt::format("    '{}:{}'\n", command.name, quoted(command.summary));
    std::string options;
    for (const Option& o : command.options) options += zsh_option(o);
    const std::string operands =
        command.choices.empty() ? "_files" : fmt::format("({})", joined(command.choices));
    cases += fmt::format("    {}) _arguments{} '*:file:{}' ;;\n", command.name, options, operands);
  }
  return fmt::format(
      "#compdef zhan\n_zhan() {{\n  local -a list=(\n{}  )\n  if (( CURRENT == 2 )); then\n"
      "    _describe command list\n    _files\n    return\n  fi\n  local command=$words[2]\n"
      "  shift words\n  (( CURRENT-- ))\n  case $command in\n{}    *) _files ;;\n  esac\n}}\n"
      "if [ \"$funcstack[1]\" = _zhan ]; then _zhan \"$@\"; else compdef _zhan zhan; fi\n",
      list, cases);
}

std::string fish() {
  std::string text =
      "complete -c zhan -n __fish_use_subcommand -l version -d 'Print the version'\n";
  for (const Command& command : commands()) {
    if (!command.hidden)
      text += fmt::format("complete -c zhan -n __fish_use_subcommand -a {} -d '{}'\n", command.name,
                          quoted(command.summary));
    const std::string seen =
        fmt::format("complete -c zhan -n '__fish_seen_subcommand_from {}'", command.name);
    for (const Option& o : command.options)
      text += fmt::format("{} -l {}{}{} -d '{}'\n", seen, o.name,
                          o.letter != 0 ? fmt::format(" -s {}", o.letter) : "",
                          o.value.empty() ? "" : " -r", quoted(o.help));
    if (!command.choices.empty())
      text += fmt::format("{} -f -a '{}'\n", seen, joined(command.choices));
  }
  return text;
}

int complete(const std::vector<std::string>& operands) {
  const std::string shell = operands.size() == 1 ? operands[0] : "";
  if (shell == "bash")
    fmt::print("{}", bash());
  else if (shell == "zsh")
    fmt::print("{}", zsh());
  else if (shell == "fish")
    fmt::print("{}", fish());
  else if (shell == "man")
    fmt::print("{}", manual_page());
  else
    return complain("completion: name a shell: bash, zsh or fish (or man, for the manual page)",
                    exit_usage);
  return exit_ok;
}

}  // namespace

Command completion_command() {
  Command command;
  command.name = "completion";
  command.summary = "Print a completion script for a shell";
  command.operands = "bash|zsh|fish|man";
  command.choices = {"bash", "zsh", "fish", "man"};
  command.details =
      "man is the manual page.\n\n"
      "Examples:\n"
      "  zhan completion bash >~/.local/share/bash-completion/completions/zhan\n"
      "  zhan completion zsh >~/.zfunc/_zhan\n"
      "  zhan completion fish >~/.config/fish/completions/zhan.fish\n"
      "  zhan completion man | man -l -";
  command.run = complete;
  return command;
}

}  // namespace zhan::cli

// SPDX-License-Identifier: Apache-2.0
// zhan completion: scripts for shells, and the man page, all made from the tables of the commands.
#include <fmt/format.h>

#include "zhan/command.hpp"
#include "zhan/common.hpp"

namespace zhan::cli {
namespace {

std::string words_of(const Command& command) {
  std::string words = "--help";
  for (const Option& o : command.options) words += " --" + o.name;
  return words;
}

std::string names() {
  std::string text;
  for (const Command& command : commands())
    if (!command.hidden) text += (text.empty() ? "" : " ") + command.name;
  return text;
}

std::string bash() {
  std::string cases;
  for (const Command& command : commands())
    cases += fmt::format("    {}) words='{}' ;;\n", command.name, words_of(command));
  return fmt::format(
      "_zhan() {{\n  local words word=${{COMP_WORDS[COMP_CWORD]}}\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\") $(compgen -f -- "
      "\"$word\"))\n"
      "    return\n  fi\n  case ${{COMP_WORDS[1]}} in\n{}    *) words='' ;;\n  esac\n"
      "  case $word in\n    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n  esac\n}}\n"
      "complete -o filenames -F _zhan zhan\n",
      names(), cases);
}

std::string quoted(std::string text) {
  for (size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4)
    text.replace(at, 1, "'\\''");
  return text;
}

std::string zsh() {
  std::string list, cases;
  for (const Command& command : commands()) {
    if (!command.hidden)
      list += fmt::format("    '{}:{}'\n", command.name, quoted(command.summary));
    std::string options;
    for (const Option& o : command.options) {
      std::string help = quoted(o.help);
      for (char& c : help)
        if (c == '[' || c == ']' || c == ':') c = ' ';
      options +=
          fmt::format(" '*--{}[{}]{}'", o.name, help, o.value.empty() ? "" : ":value:_files");
    }
    cases += fmt::format("    {}) _arguments{} '*:file:_files' ;;\n", command.name, options);
  }
  return fmt::format(
      "#compdef zhan\n_zhan() {{\n  local -a list=(\n{}  )\n  if (( CURRENT == 2 )); then\n"
      "    _describe command list\n    _files\n    return\n  fi\n  local command=$words[2]\n"
      "  shift words\n  (( CURRENT-- ))\n  case $command in\n{}    *) _files ;;\n  esac\n}}\n_zhan "
      "\"$@\"\n",
      list, cases);
}

std::string fish() {
  std::string text =
      "complete -c zhan -n __fish_use_subcommand -l version -d 'Print the version'\n";
  for (const Command& command : commands()) {
    if (!command.hidden)
      text += fmt::format("complete -c zhan -n __fish_use_subcommand -a {} -d '{}'\n", command.name,
                          quoted(command.summary));
    for (const Option& o : command.options)
      text += fmt::format("complete -c zhan -n '__fish_seen_subcommand_from {}' -l {}{} -d '{}'\n",
                          command.name, o.name, o.value.empty() ? "" : " -r", quoted(o.help));
  }
  return text;
}

/// Text for roff: a line may not begin with a dot, dashes stay dashes.
std::string roff(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '-' || c == '\\') out += '\\';
    if (c == '.' && (out.empty() || out.back() == '\n')) out += "\\&";
    out += c;
  }
  return out;
}

std::string man() {
  std::string text = fmt::format(
      ".TH ZHAN 1 \"\" \"zhan {}\" \"User commands\"\n.SH NAME\nzhan \\- a WebAssembly virtual "
      "machine\n"
      ".SH SYNOPSIS\n.B zhan\n.I COMMAND\n[OPTIONS] ...\n.br\n.B zhan\n[run OPTIONS]\n.I "
      "FILE\n[ARGS...]\n"
      ".SH COMMANDS\n",
      view(zhan_version(nullptr)));
  for (const Command& command : commands()) {
    if (command.hidden) continue;
    text += fmt::format(".SS \"zhan {} [OPTIONS] {}\"\n{}\n", command.name, roff(command.operands),
                        roff(command.summary + "."));
    for (const Option& o : command.options)
      text += fmt::format(".TP\n.B {}\\-\\-{}{}\n{}\n",
                          o.letter != 0 ? fmt::format("\\-{}, ", o.letter) : "", roff(o.name),
                          o.value.empty() ? "" : " " + roff(o.value), roff(o.help + "."));
    if (!command.details.empty()) text += ".PP\n.nf\n" + roff(command.details) + "\n.fi\n";
  }
  return text +
         ".SH EXIT STATUS\nThe program's own; 134 for a trap, 124 for a timeout, 1 for an invalid "
         "or missing "
         "module, 2 for bad usage.\n.SH ENVIRONMENT\n.TP\n.B NO_COLOR\nNo colours, even on a "
         "terminal.\n";
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
    fmt::print("{}", man());
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
  command.details =
      "Example: zhan completion bash >~/.local/share/bash-completion/completions/zhan";
  command.run = complete;
  return command;
}

}  // namespace zhan::cli

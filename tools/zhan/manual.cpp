// SPDX-License-Identifier: Apache-2.0
// The manual page, made from the tables of the commands.
#include <fmt/format.h>

#include "zhan/command.hpp"
#include "zhan/common.hpp"

namespace zhan::cli {
namespace {

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

}  // namespace

std::string manual_page() {
  std::string text = fmt::format(
      ".TH ZHAN 1 \"\" \"zhan {}\" \"User commands\"\n.SH NAME\nzhan \\- a WebAssembly virtual "
      "machine\n"
      ".SH SYNOPSIS\n.B zhan\n.I COMMAND\n[OPTIONS] ...\n.br\n.B zhan\n[run OPTIONS]\n.I "
      "FILE\n[ARGS...]\n"
      ".SH OPTIONS\n.TP\n.B \\-h, \\-\\-help\nPrint help; zhan COMMAND \\-\\-help for a command.\n"
      ".TP\n.B \\-V, \\-\\-version\nPrint the version.\n"
      ".TP\n.B \\-\\-features help\nList the features of the language, with phase and default.\n"
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
         "module, 2 for bad usage.\n.SH ENVIRONMENT\n.TP\n.B ZHAN_OPTIONS\nOptions of the engine "
         "for run, validate, inspect, cells and wast, before those of \\-\\-set: KEY[=VALUE], "
         "separated by "
         "commas.\n"
         ".TP\n.B NO_COLOR\nNo colours, even on a terminal. TERM=dumb says the same.\n";
}

}  // namespace zhan::cli

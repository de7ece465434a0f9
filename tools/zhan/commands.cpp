// SPDX-License-Identifier: Apache-2.0
// The order of the commands in --help.
#include "zhan/command.hpp"

namespace zhan::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> list;
    list.push_back(run_command());
    list.push_back(validate_command());
    list.push_back(inspect_command());
    list.push_back(parse_command());
    list.push_back(print_command());
    list.push_back(strip_command());
    list.push_back(objdump_command());
    list.push_back(wast_command());
    list.push_back(cells_command());
    list.push_back(completion_command());
    return list;
  }();
  return all;
}

}  // namespace zhan::cli

// SPDX-License-Identifier: Apache-2.0
// The order of the commands in --help.
#include "zhan/command.hpp"

namespace zhan::cli {

void add_all_others(CLI::App& app, int& exit_code) {
  add_wast(app, exit_code);
}

}  // namespace zhan::cli

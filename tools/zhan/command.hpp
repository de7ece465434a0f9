// SPDX-License-Identifier: Apache-2.0
// The subcommands, one small file each. add_NAME registers options and a callback that sets the exit
// code (exit_codes.hpp).
#pragma once

#include <CLI/CLI.hpp>

namespace zhan::cli {

void add_run(CLI::App& app, int& exit_code);
/// All but run, in the order --help lists them (commands.cpp).
void add_all_others(CLI::App& app, int& exit_code);
void add_parse(CLI::App& app, int& exit_code);
void add_print(CLI::App& app, int& exit_code);
void add_validate(CLI::App& app, int& exit_code);
void add_objdump(CLI::App& app, int& exit_code);
void add_inspect(CLI::App& app, int& exit_code);
void add_strip(CLI::App& app, int& exit_code);
void add_wast(CLI::App& app, int& exit_code);
void add_cells(CLI::App& app, int& exit_code);
void add_completion(CLI::App& app, int& exit_code);

}  // namespace zhan::cli

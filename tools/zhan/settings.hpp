// SPDX-License-Identifier: Apache-2.0
// Options of the engine, as the commands that make one take them: the variable ZHAN_OPTIONS, then
// --set and --feature in the order they are given.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "zhan/command.hpp"
#include "zhan/common.hpp"

namespace zhan::cli {

/// "KEY=VALUE" each, as given.
using Settings = std::vector<std::string>;

/// The options --set and --feature.
void add_setting_options(Command& command, Settings& settings);
/// Calls set(key, value) for each, the environment's first, until one answers other than exit_ok.
int apply_settings(const Settings& settings,
                   const std::function<int(std::string_view, std::string_view)>& set);
/// An engine with these settings; complains if there can be none.
int make_engine(const Settings& settings, EngineOwner& engine);

/// The words between commas.
[[nodiscard]] std::vector<std::string> split(std::string_view text);
[[nodiscard]] bool is_feature(std::string_view name) noexcept;
/// --feature help, --set help: what there is, on standard output.
void list_features();
void list_options();

}  // namespace zhan::cli

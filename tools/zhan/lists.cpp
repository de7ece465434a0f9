// SPDX-License-Identifier: Apache-2.0
// What can be switched and set, from the tables of the library.
#include <fmt/format.h>

#include "engine/engine.hpp"
#include "zhan/settings.hpp"

namespace zhan::cli {

bool is_feature(std::string_view name) noexcept {
  for (const FeatureInfo& feature : feature_table)
    if (feature.name == name) return true;
  return false;
}

void list_features() {
  fmt::print("{:22}{:7}{:9}{}\n", "feature", "phase", "default", "what it adds");
  for (const FeatureInfo& feature : feature_table)
    fmt::print("{:22}{:<7}{:9}{}\n", feature.name, feature.phase, feature.on ? "on" : "off",
               feature.text);
  fmt::print("\nSwitch one on with --feature NAME, off with --feature NAME=off.\n");
}

void list_options() {
  fmt::print("{:20}{:22}{:11}{}\n", "option", "values", "initially", "what it does");
  for (const engine::Config::Option& option : engine::Config::options())
    fmt::print("{:20}{:22}{:11}{}\n", option.key, option.values, option.initial, option.help);
  fmt::print(
      "\nfeature.NAME, on or off, switches a feature; --feature help lists them.\n"
      "The variable ZHAN_OPTIONS sets options too: fuel=on,stack-size=2M\n");
}

}  // namespace zhan::cli

// SPDX-License-Identifier: Apache-2.0
#include "zhan/settings.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace zhan::cli {
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  for (size_t start = 0; start < text.size();) {
    const size_t comma = std::min(text.find(',', start), text.size());
    if (comma > start) words.emplace_back(text.substr(start, comma - start));
    start = comma + 1;
  }
  return words;
}

namespace {

/// The setting that the feature's name, with or without =on or =off, stands for.
std::string feature_setting(std::string_view word) { return fmt::format("feature.{}", word); }

}  // namespace

void add_setting_options(Command& command, Settings& settings) {
  Option feature{"feature", 0, "NAME[=off]",
                 "Switch a feature of the language on or off; help lists them",
                 [&settings](const std::string& words) {
                   for (const std::string& word : split(words))
                     settings.push_back(feature_setting(word));
                 }};
  feature.explain = list_features;
  Option set = Option::list("set", 0, "KEY[=VALUE]", settings,
                            "Set an option of the engine; help lists them");
  set.explain = list_options;
  command.options.push_back(std::move(feature));
  command.options.push_back(std::move(set));
}

int apply_settings(const Settings& settings,
                   const std::function<int(std::string_view, std::string_view)>& set) {
  const char* const ours = std::getenv("ZHAN_OPTIONS");
  const auto apply = [&](std::string_view setting) {
    const size_t equals = setting.find('=');
    const bool has_value = equals != std::string_view::npos;
    return set(setting.substr(0, equals), has_value ? setting.substr(equals + 1) : "on");
  };
  for (const std::string& setting : split(ours != nullptr ? ours : ""))
    if (const int code = apply(setting); code != exit_ok)
      return complain("that is in the variable ZHAN_OPTIONS", code);
  for (const std::string& setting : settings)
    if (const int code = apply(setting); code != exit_ok) return code;
  return exit_ok;
}

int make_engine(const Settings& settings, EngineOwner& engine) {
  zhan_config_t* const config = zhan_config_new();
  const int code = apply_settings(settings, [&](std::string_view key, std::string_view value) {
    const ErrorOwner error(zhan_config_set(config, str(key), str(value)));
    return error == nullptr ? exit_ok : complain(describe(error.get()), exit_usage);
  });
  if (code != exit_ok) {
    zhan_config_drop(config);
    return code;
  }
  zhan_engine_t* made = nullptr;
  const ErrorOwner error(zhan_engine_new(config, &made));
  engine.reset(made);
  return error == nullptr ? exit_ok : report(error.get());
}

}  // namespace zhan::cli

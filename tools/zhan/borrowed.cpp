// SPDX-License-Identifier: Apache-2.0
#include "zhan/borrowed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "zhan/settings.hpp"

namespace zhan::cli {
namespace {

enum class Takes : uint8_t {
  value,       // what is given to our option, behind `prefix`
  yes_or_no,   // yes gives `prefix` to our option; no is what we do anyway
  yes,         // is so anyway; no cannot be had
  no,          // the other way round
  one_of_two,  // given to our option as prefix=on or prefix=off
};

/// What a key of theirs is here.
struct Row {
  std::string_view key;
  Takes takes;
  std::string_view ours;    // an option without its dashes, "" = none
  std::string_view prefix;  // of its value
};

constexpr Row wasm_rows[] = {
    {"fuel", Takes::value, "fuel", ""},
    {"timeout", Takes::value, "timeout", ""},
    {"max-memory-size", Takes::value, "max-memory", ""},
    {"max-wasm-stack", Takes::value, "set", "stack-size="},
    {"max-table-elements", Takes::value, "set", "max-table="},
    {"max-instances", Takes::value, "set", "max-instances="},
    {"nan-canonicalization", Takes::one_of_two, "set", "deterministic"},
    {"relaxed-simd-deterministic", Takes::one_of_two, "set", "deterministic"},
    {"unknown-imports-trap", Takes::yes_or_no, "unknown-imports", "trap"},
    {"unknown-imports-default", Takes::yes_or_no, "unknown-imports", "default"},
};

constexpr Row wasi_rows[] = {
    {"inherit-env", Takes::yes_or_no, "inherit-env", ""},
    {"cli", Takes::yes, "", ""},
    {"threads", Takes::yes, "max-threads", ""},
    {"preview2", Takes::no, "", ""},
};

/// One -W or -S.
struct Family {
  char letter;
  std::span<const Row> rows;
  bool features;             // names of features are keys, too
  std::string_view instead;  // what to do about a key that is nothing here
};
constexpr Family families[] = {
    {'W', wasm_rows, true, "zhan run --help lists our options"},
    {'S', wasi_rows, false,
     "programs get WASI preview 1 and what --dir, --env and --preload give"}};

/// KEY[=VALUE].
struct Item {
  std::string_view key, value;
  [[nodiscard]] bool is_yes() const noexcept {
    return value.empty() || value == "y" || value == "yes" || value == "true";
  }
  [[nodiscard]] bool is_no() const noexcept {
    return value == "n" || value == "no" || value == "false";
  }
};

Item split_item(std::string_view text) noexcept {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {text, ""};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// Our option for an item with its value, or why there is none.
struct Translation {
  std::string_view option;  // "" with no refusal: nothing is to be done
  std::string value;
  std::string refusal;
};

Translation refuse(const Family& family, const Item& item, std::string_view why) {
  return {"", "", fmt::format("-{} {}: {}", family.letter, item.key, why)};
}

Translation translate_switch(const Family& family, const Row& row, const Item& item) {
  const bool yes = item.is_yes();
  if (!yes && !item.is_no())
    return refuse(family, item, fmt::format("'{}' is neither y nor n", item.value));
  switch (row.takes) {
    case Takes::one_of_two:
      return {row.ours, fmt::format("{}={}", row.prefix, yes ? "on" : "off"), ""};
    case Takes::yes_or_no:
      if (yes) return {row.ours, std::string(row.prefix), ""};
      return {};
    case Takes::yes:
      if (yes) return {};
      return refuse(family, item,
                    row.ours.empty() ? "a program always has it"
                                     : fmt::format("a program that asks for it has it; --{} "
                                                   "limits it",
                                                   row.ours));
    default: break;
  }
  if (!yes) return {};
  return refuse(family, item, family.instead);
}

Translation translate_value(const Family& family, const Row& row, const Item& item) {
  if (!item.value.empty()) return {row.ours, fmt::format("{}{}", row.prefix, item.value), ""};
  return refuse(family, item,
                fmt::format("it needs a value, as --{} {}VALUE does", row.ours, row.prefix));
}

Translation unknown(const Family& family, const Item& item) {
  std::vector<std::string> keys;
  for (const Row& row : family.rows) keys.emplace_back(row.key);
  const std::string near = nearest(item.key, keys);
  return refuse(family, item,
                near.empty() ? fmt::format("there is no such thing here; {}", family.instead)
                             : fmt::format("did you mean '{}'?", near));
}

const Row* find_row(const Family& family, std::string_view key) noexcept {
  const auto row = std::find_if(family.rows.begin(), family.rows.end(),
                                [&](const Row& r) { return r.key == key; });
  return row == family.rows.end() ? nullptr : &*row;
}

Translation translate(const Family& family, const Item& item) {
  const Row* const row = find_row(family, item.key);
  if (row == nullptr) {
    if (!family.features || !is_feature(item.key)) return unknown(family, item);
    return translate_switch(family, {item.key, Takes::one_of_two, "feature", item.key}, item);
  }
  return row->takes == Takes::value ? translate_value(family, *row, item)
                                    : translate_switch(family, *row, item);
}

/// The options that items are handed on to, and where a refusal goes.
struct Target {
  std::vector<Option> options;
  std::string* refusal;

  void take(const Family& family, std::string_view text) const {
    const Item item = split_item(text);
    Translation made = translate(family, item);
    if (!made.refusal.empty() && find_row(family, item.key) == nullptr && is_ours(item.key))
      made = refuse(family, item, fmt::format("that is --{} here", item.key));
    if (!made.refusal.empty() && refusal->empty()) *refusal = std::move(made.refusal);
    for (const Option& option : options)
      if (option.name == made.option) option.set(made.value);
  }
  [[nodiscard]] bool is_ours(std::string_view name) const noexcept {
    return std::any_of(options.begin(), options.end(),
                       [&](const Option& option) { return option.name == name; });
  }
};

std::string meaning_of(const Row& row) {
  switch (row.takes) {
    case Takes::value: return fmt::format("--{} {}VALUE", row.ours, row.prefix);
    case Takes::one_of_two: return fmt::format("--{} {}", row.ours, row.prefix);
    case Takes::yes_or_no:
      return fmt::format("--{}{}{}", row.ours, row.prefix.empty() ? "" : " ", row.prefix);
    case Takes::yes: return "so in any case";
    default: return "only =n, which is so in any case";
  }
}

template <size_t family>
void explain() {
  fmt::print("{:28}{}\n", fmt::format("-{}", families[family].letter), "is the same as");
  for (const Row& row : families[family].rows) fmt::print("{:28}{}\n", row.key, meaning_of(row));
  if (families[family].features)
    fmt::print("{:28}{}\n", "the name of a feature", "--feature NAME; --feature help lists them");
}

Option make_option(const Family& family, std::string name, std::string help, Target target,
                   void (*explain)()) {
  Option option{std::move(name), family.letter, "KEY[=VALUE]", std::move(help),
                [&family, target = std::move(target)](const std::string& items) {
                  for (const std::string& item : split(items)) target.take(family, item);
                }};
  option.explain = explain;
  return option;
}

}  // namespace

void add_borrowed_options(Command& command, std::string& refusal) {
  const Target target{command.options, &refusal};
  command.options.push_back(
      make_option(families[0], "wasm",
                  "An option as wasmtime has them, where it means the same; help lists them",
                  target, explain<0>));
  command.options.push_back(
      make_option(families[1], "wasi", "The same for WASI", target, explain<1>));
}

}  // namespace zhan::cli

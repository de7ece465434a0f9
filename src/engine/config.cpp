// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>

#include "base/nearest.hpp"
#include "base/utf8.hpp"
#include "engine/engine.hpp"

namespace zhan::engine {
namespace {

constexpr std::string_view feature_prefix = "feature.";

/// False: the value is not one of the allowed.
using Apply = bool (*)(Config& config, std::string_view value);

bool parse_switch(std::string_view value, bool& on) noexcept {
  const bool yes = value == "on" || value == "true" || value == "yes" || value == "1";
  const bool no = value == "off" || value == "false" || value == "no" || value == "0";
  if (yes || no) on = yes;
  return yes || no;
}

/// One of two words.
bool parse_choice(std::string_view value, std::string_view first, std::string_view second,
                  bool& is_second) noexcept {
  is_second = value == second;
  return is_second || value == first;
}

/// The factor of K, KB, KiB, M, G, T in either case; 0 = not a unit.
u64 unit_factor(std::string_view unit) noexcept {
  if (unit.empty() || unit == "B") return 1;
  constexpr std::string_view letters = "kmgt";
  const auto power = letters.find(static_cast<char>(unit[0] | 0x20));
  const std::string_view rest = unit.substr(1);
  const bool known = rest.empty() || rest == "B" || rest == "iB";
  return power == letters.npos || !known ? 0 : u64{1} << (10 * (power + 1));
}

bool parse_number(std::string_view value, bool units, u64& out) noexcept {
  if (value == "none") {
    out = ~u64{0};
    return true;
  }
  u64 number = 0;
  const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (status != std::errc()) return false;
  const std::string_view unit(end, static_cast<usize>(value.data() + value.size() - end));
  const u64 factor = units ? unit_factor(unit) : unit.empty() ? 1 : 0;
  u64 product = 0;
  if (factor == 0 || __builtin_mul_overflow(number, factor, &product)) return false;
  out = product;
  return true;
}

bool set_engine(Config& config, std::string_view value) {
  config.engine = Config::EngineKind::interp;
  return value == "interp";
}
bool set_fuel(Config& config, std::string_view value) {
  return parse_switch(value, config.mode.metered);
}
bool set_signals(Config& config, std::string_view value) {
  using Signals = Config::Signals;
  if (value == "own")
    config.signals = Signals::own;
  else if (value == "embedder")
    config.signals = Signals::embedder;
  else if (value == "off")
    config.signals = Signals::off;
  else
    return false;
  return true;
}
bool set_explicit(Config& config, std::string_view value) {
  return parse_switch(value, config.mode.explicit_checks);
}
bool set_fp_check(Config& config, std::string_view value) {
  return parse_choice(value, "thread", "always", config.check_float_always);
}
bool set_validate(Config& config, std::string_view value) {
  return parse_choice(value, "eager", "lazy", config.lazy_validation);
}
bool set_deterministic(Config& config, std::string_view value) {
  return parse_switch(value, config.mode.deterministic);
}
bool set_max_memory(Config& config, std::string_view value) {
  return parse_number(value, true, config.limits.memory_bytes);
}
bool set_max_table(Config& config, std::string_view value) {
  return parse_number(value, false, config.limits.table_elements);
}
bool set_max_instances(Config& config, std::string_view value) {
  return parse_number(value, false, config.limits.instances);
}
bool set_stack_size(Config& config, std::string_view value) {
  return parse_number(value, true, config.limits.stack_bytes);
}
bool set_native_stack(Config& config, std::string_view value) {
  return parse_number(value, true, config.limits.native_stack_bytes);
}

bool set_max_heap(Config& config, std::string_view value) {
  return parse_number(value, true, config.limits.heap_bytes);
}
bool set_max_conts(Config& config, std::string_view value) {
  return parse_number(value, true, config.limits.continuation_bytes);
}
bool set_gc_nursery(Config& config, std::string_view value) {
  return parse_number(value, true, config.heap.nursery);
}
bool set_gc_mode(Config& config, std::string_view value) {
  using heap::MinorMode;
  if (value == "adaptive")
    config.heap.mode = MinorMode::adaptive;
  else if (value == "in-place")
    config.heap.mode = MinorMode::in_place;
  else if (value == "copying")
    config.heap.mode = MinorMode::copying;
  else
    return false;
  return true;
}
bool set_gc_stress(Config& config, std::string_view value) {
  u64 every = 0;
  if (!parse_number(value, false, every) || every > ~u32{0}) return false;
  config.heap.stress = static_cast<u32>(every);
  return true;
}
bool set_gc_major(Config& config, std::string_view value) {
  return parse_switch(value, config.heap.stress_major);
}
bool set_gc_fail_at(Config& config, std::string_view value) {
  return parse_number(value, false, config.heap.fail_at);
}
bool set_gc_poison(Config& config, std::string_view value) {
  return parse_switch(value, config.heap.poison);
}
bool set_gc_verify(Config& config, std::string_view value) {
  return parse_switch(value, config.heap.verify);
}

bool set_pool_memories(Config& config, std::string_view value) {
  return parse_number(value, false, config.pool.memories);
}
bool set_pool_tables(Config& config, std::string_view value) {
  return parse_number(value, false, config.pool.tables);
}
bool set_pool_instances(Config& config, std::string_view value) {
  return parse_number(value, false, config.pool.instances);
}
bool set_pool_resident(Config& config, std::string_view value) {
  return parse_number(value, true, config.pool.slot_resident);
}
bool set_pool_idle(Config& config, std::string_view value) {
  return parse_number(value, true, config.pool.idle_resident);
}

constexpr Config::Option option_rows[] = {
#define ZHAN_OPTION(key, values, initial, apply, help) {key, values, initial, help},
#include "engine/options.def"
#undef ZHAN_OPTION
};

constexpr Apply apply_rows[] = {
#define ZHAN_OPTION(key, values, initial, apply, help) apply,
#include "engine/options.def"
#undef ZHAN_OPTION
};

std::unexpected<Error> unknown(std::string_view what, std::string_view key,
                               std::span<const std::string_view> known) {
  const std::string_view guess = nearest(key, known);
  return fail(
      ErrorKind::config,
      fmt::format("unknown {} '{}'{}", what, escaped(key),
                  guess.empty() ? std::string() : fmt::format(": did you mean '{}'?", guess)));
}

std::unexpected<Error> bad_value(std::string_view key, std::string_view value,
                                 std::string_view values) {
  return fail(ErrorKind::config,
              fmt::format("option '{}' cannot be '{}': expected {}", key, escaped(value), values));
}

Result<void> set_feature(Config& config, std::string_view name, std::string_view value) {
  std::vector<std::string_view> known;
  for (usize i = 0; i < feature_count; ++i) {
    known.push_back(feature_table[i].name);
    if (feature_table[i].name != name) continue;
    bool on = false;
    if (!parse_switch(value, on))
      return bad_value(std::string(feature_prefix) + std::string(name), value, "on|off");
    config.features.set(static_cast<Feature>(i), on);
    return {};
  }
  return unknown("feature", name, known);
}

}  // namespace

Config::Config() = default;

std::span<const Config::Option> Config::options() noexcept { return option_rows; }

Result<void> Config::set(std::string_view key, std::string_view value) {
  if (key.starts_with(feature_prefix)) {
    ZHAN_TRY_VOID(set_feature(*this, key.substr(feature_prefix.size()), value));
    m_values.insert_or_assign(std::string(key), std::string(value));
    return {};
  }
  std::vector<std::string_view> known;
  for (usize i = 0; i < std::size(option_rows); ++i) {
    known.push_back(option_rows[i].key);
    if (option_rows[i].key != key) continue;
    if (!apply_rows[i](*this, value)) return bad_value(key, value, option_rows[i].values);
    m_values.insert_or_assign(std::string(key), std::string(value));
    return {};
  }
  return unknown("option", key, known);
}

std::string_view Config::get(std::string_view key) const {
  if (const auto set = m_values.find(key); set != m_values.end()) return set->second;
  for (const Option& option : option_rows)
    if (option.key == key) return option.initial;
  if (key.starts_with(feature_prefix))
    for (usize i = 0; i < feature_count; ++i)
      if (feature_table[i].name == key.substr(feature_prefix.size()))
        return features.has(static_cast<Feature>(i)) ? "on" : "off";
  return {};
}

}  // namespace zhan::engine

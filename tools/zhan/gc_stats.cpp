// SPDX-License-Identifier: Apache-2.0
#include "zhan/gc_stats.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace zhan::cli {
namespace {

enum class Unit { count, time, bytes };

struct Item {
  const char* key;   // in JSON: the member's name
  const char* text;  // in the table
  uint64_t zhan_gc_stats_t::* member;
  Unit unit;
};

// Programs read both forms: names are never changed, new ones are added.
constexpr Item items[] = {
    {"minor", "minor collections", &zhan_gc_stats_t::minor, Unit::count},
    {"in_place", "  of these in place", &zhan_gc_stats_t::in_place, Unit::count},
    {"major", "major collections", &zhan_gc_stats_t::major, Unit::count},
    {"pause_total", "pauses in all", &zhan_gc_stats_t::pause_total, Unit::time},
    {"pause_p50", "pause p50", &zhan_gc_stats_t::pause_p50, Unit::time},
    {"pause_p99", "pause p99", &zhan_gc_stats_t::pause_p99, Unit::time},
    {"pause_longest", "longest pause", &zhan_gc_stats_t::pause_longest, Unit::time},
    {"allocated", "allocated", &zhan_gc_stats_t::allocated, Unit::bytes},
    {"survived", "survived in place", &zhan_gc_stats_t::survived, Unit::bytes},
    {"copied", "copied", &zhan_gc_stats_t::copied, Unit::bytes},
    {"words", "stack words looked at", &zhan_gc_stats_t::words, Unit::count},
    {"pinned", "objects pinned", &zhan_gc_stats_t::pinned, Unit::count},
    {"logged", "old objects looked at", &zhan_gc_stats_t::logged, Unit::count},
    {"cards", "cards looked at", &zhan_gc_stats_t::cards, Unit::count},
    {"table_elements", "table elements", &zhan_gc_stats_t::table_elements, Unit::count},
    {"used", "heap now", &zhan_gc_stats_t::used, Unit::bytes},
    {"peak", "heap at most", &zhan_gc_stats_t::peak, Unit::bytes},
    {"limit", "heap limit", &zhan_gc_stats_t::limit, Unit::bytes},
};

}  // namespace

void print_gc_stats(zhan_store_t* store) {
  zhan_gc_stats_t stats;
  zhan_store_gc_stats(store, &stats);
  for (const Item& item : items) {
    const uint64_t value = stats.*item.member;
    if (item.unit == Unit::time)
      fmt::print(stderr, "gc: {:<22} {:>14} us\n", item.text, value / 1000);
    else
      fmt::print(stderr, "gc: {:<22} {:>14}{}\n", item.text, value,
                 item.unit == Unit::bytes ? " bytes" : "");
  }
}

void print_gc_stats_json(zhan_store_t* store) {
  zhan_gc_stats_t stats;
  zhan_store_gc_stats(store, &stats);
  std::string text;
  for (const Item& item : items)
    text += fmt::format("{}\"{}\":{}", text.empty() ? "{" : ",", item.key, stats.*item.member);
  fmt::print(stderr, "{}}}\n", text);
}

}  // namespace zhan::cli

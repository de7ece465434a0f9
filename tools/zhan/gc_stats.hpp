// SPDX-License-Identifier: Apache-2.0
// What the garbage collector of a store did, on standard error.
#pragma once

#include "zhan/zhan.h"

namespace zhan::cli {

/// A line an item: "gc: ", what it is, its value and unit.
void print_gc_stats(zhan_store_t* store);
/// One line, an object with the members of zhan_gc_stats_t; times in nanoseconds.
void print_gc_stats_json(zhan_store_t* store);

}  // namespace zhan::cli

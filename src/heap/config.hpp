// SPDX-License-Identifier: Apache-2.0
// What a heap can be told and what it tells.
#pragma once

#include "base/ints.hpp"

namespace zhan::heap {

/// Copy survivors of minor collections or leave them in place; adaptive chooses each time.
enum class MinorMode : u8 { adaptive, in_place, copying };

struct HeapConfig {
  u64 limit = ~u64{0};     // bytes of blocks in use; never more than the cage can hold
  u64 nursery = 1u << 20;  // bytes between minor collections at first
  u32 stress = 0;          // collect at every n-th allocation; 0 = never for that reason
  bool stress_major = false;
  u64 fail_at = 0;      // this allocation, counted from 1, finds no memory; 0 = none
  bool poison = false;  // overwrite what has been freed
  bool verify = false;  // check all invariants around every collection
  MinorMode mode = MinorMode::adaptive;
};

/// Counts since the heap was made. Times in nanoseconds, sizes in bytes.
struct HeapStatistics {
  u64 minor = 0, major = 0;
  u64 in_place = 0;  // minor collections that copied nothing
  u64 pause_total = 0, pause_longest = 0;
  u64 pause_p50 = 0, pause_p99 = 0;  // half of the pauses, 99 of 100 are no longer
  u64 allocated = 0;                 // of blocks and large objects given out
  u64 survived = 0;                  // lines kept by minor collections
  u64 copied = 0;
  u64 pinned = 0;                     // objects found by words
  u64 words = 0;                      // looked at
  u64 logged = 0;                     // old objects looked at because they were written to
  u64 cards = 0;                      // pieces of large objects looked at for the same reason
  u64 elements = 0;                   // of tables looked at
  u64 used = 0, peak = 0, limit = 0;  // blocks in use: now, at most, allowed
};

}  // namespace zhan::heap

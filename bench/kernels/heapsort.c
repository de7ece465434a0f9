// SPDX-License-Identifier: Apache-2.0
// Heapsort of 64-bit keys: i64 loads, compares and stores, branches nobody can predict.
#include "kernel.h"

enum { Count = 4096 };

static u64 keys[Count];

static void sift(u32 root, u32 count) {
  u64 key = keys[root];
  for (u32 child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && keys[child + 1] > keys[child]) {
      ++child;
    }
    if (keys[child] <= key) {
      break;
    }
    keys[root] = keys[child];
  }
  keys[root] = key;
}

static void sort(void) {
  for (u32 i = Count / 2; i-- > 0;) {
    sift(i, Count);
  }
  for (u32 last = Count - 1; last > 0; --last) {
    u64 largest = keys[0];
    keys[0] = keys[last];
    keys[last] = largest;
    sift(0, last);
  }
}

int run(int n) {
  u32 state = 521288629u;
  u64 total = 0;
  for (int round = 0; round < n; ++round) {
    for (int i = 0; i < Count; ++i) {
      u64 high = next_random(&state);
      keys[i] = high << 32 | next_random(&state);
    }
    sort();
    for (int i = 0; i < Count; ++i) {
      total = total * 1099511628211ull + keys[i];
    }
  }
  return as_checksum(total);
}

// SPDX-License-Identifier: Apache-2.0
// Sums an array of 32-bit integers: the tightest loop there is.
#include "kernel.h"

enum { Count = 8192 };

static u32 data[Count];

static u32 sum(void) {
  u32 total = 0;
  for (int i = 0; i < Count; ++i) {
    total += data[i];
  }
  return total;
}

int run(int n) {
  u32 state = 2463534242u;
  for (int i = 0; i < Count; ++i) {
    data[i] = next_random(&state);
  }
  u32 total = 0;
  for (int round = 0; round < n; ++round) {
    total = total * 31 + sum();
    data[round % Count] ^= total;
  }
  return as_checksum(total);
}

// SPDX-License-Identifier: Apache-2.0
// a[i] = b[i] + s*c[i] over three arrays of doubles: streams of loads and stores.
#include "kernel.h"

enum { Count = 4096 };

static double a[Count], b[Count], c[Count];

int run(int n) {
  for (int i = 0; i < Count; ++i) {
    a[i] = 0.0;
    b[i] = 1.0 / (i + 1);
    c[i] = (double)i / Count;
  }
  double scale = 0.5;
  for (int round = 0; round < n; ++round) {
    for (int i = 0; i < Count; ++i) {
      a[i] = b[i] + scale * c[i];
    }
    // The next round depends on this one, so no round can be left out.
    scale = 0.5 + a[round % Count] * 0.125;
  }
  double sum = 0.0;
  for (int i = 0; i < Count; ++i) {
    sum += a[i];
  }
  return f64_checksum(sum);
}

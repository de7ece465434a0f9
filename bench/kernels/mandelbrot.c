// SPDX-License-Identifier: Apache-2.0
// The Mandelbrot set on a grid of n by n points, at most 100 steps a point: a
// short loop of floating-point operations that each depend on the last.
#include "kernel.h"

static int steps(double re, double im) {
  double x = 0, y = 0;
  int i = 0;
  for (; i < 100; ++i) {
    const double xx = x * x, yy = y * y;
    if (xx + yy > 4) break;
    y = 2 * x * y + im;
    x = xx - yy + re;
  }
  return i;
}

int run(int n) {
  u32 hash = 0;
  for (int row = 0; row < n; ++row) {
    for (int column = 0; column < n; ++column) {
      hash = hash * 31 + (u32)steps(2.5 * column / n - 2, 2.5 * row / n - 1.25);
    }
  }
  return as_checksum(hash);
}

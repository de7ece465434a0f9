// SPDX-License-Identifier: Apache-2.0
// C = alpha*A*B + beta*C on 64x64 doubles: nested loops, scaled f64 loads.
#include "kernel.h"

enum { Size = 64 };

static double a[Size][Size], b[Size][Size], c[Size][Size];

static void fill(void) {
  for (int i = 0; i < Size; ++i) {
    for (int j = 0; j < Size; ++j) {
      a[i][j] = (double)((i * j + 1) % Size) / Size;
      b[i][j] = (double)((i * (j + 1) + 2) % Size) / Size;
      c[i][j] = 0.0;
    }
  }
}

static void multiply(double alpha, double beta) {
  for (int i = 0; i < Size; ++i) {
    for (int j = 0; j < Size; ++j) {
      double sum = 0.0;
      for (int k = 0; k < Size; ++k) {
        sum += a[i][k] * b[k][j];
      }
      c[i][j] = alpha * sum + beta * c[i][j];
    }
  }
}

int run(int n) {
  fill();
  for (int i = 0; i < n; ++i) {
    multiply(1.5, 0.25);
  }
  double trace = 0.0;
  for (int i = 0; i < Size; ++i) {
    trace += c[i][(i * 7) % Size];
  }
  return f64_checksum(trace);
}

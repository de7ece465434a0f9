// SPDX-License-Identifier: Apache-2.0
// Eratosthenes below 65536, one byte a number: byte stores with a changing stride.
#include "kernel.h"

enum { Limit = 65536 };

static u8 composite[Limit];

static int count_primes(void) {
  for (int i = 0; i < Limit; ++i) {
    composite[i] = 0;
  }
  int primes = 0;
  for (int i = 2; i < Limit; ++i) {
    if (composite[i]) {
      continue;
    }
    ++primes;
    for (int j = i + i; j < Limit; j += i) {
      composite[j] = 1;
    }
  }
  return primes;
}

int run(int n) {
  u32 total = 0;
  for (int round = 0; round < n; ++round) {
    total = total * 33 + (u32)count_primes();
    composite[round % Limit] ^= (u8)total;
  }
  return as_checksum(total);
}
